"""A model that reads prompts draws what it read, says so, and can be told not to."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from adfusion.generation import NativeGenerator, Picture
from adfusion.generation.picture_file import load_picture, save_picture
from adfusion.models.reader import PromptReader
from adfusion.nets import TextEncoder
from tiny_model import tiny_model

SIZE = (256, 256)
ASKED, READ = "please, a scarlet lantern", "red lamp"


class Knows(PromptReader):
    """Reads one prompt, and leaves all others."""

    def __init__(self) -> None: ...

    def plain(self, prompts: Sequence[str], encoder: TextEncoder) -> list[str]:
        return [READ if prompt == ASKED else prompt for prompt in prompts]


@pytest.fixture(scope="module")
def generator() -> NativeGenerator:
    return NativeGenerator(replace(tiny_model(), reader=Knows()))


def drawn(generator: NativeGenerator, prompt: str, **changes: bool) -> Picture:
    request = generator.request(prompt, size=SIZE, seed=3, **changes)
    return generator.generate([request]).last()


def test_a_prompt_is_drawn_as_it_is_read(generator: NativeGenerator) -> None:
    asked, plain = drawn(generator, ASKED), drawn(generator, READ)
    assert np.array_equal(asked.image, plain.image)
    assert (asked.read_as, plain.read_as) == (READ, "")


def test_as_written_means_word_for_word(generator: NativeGenerator) -> None:
    asked = drawn(generator, ASKED, as_written=True)
    assert asked.read_as == ""
    assert not np.array_equal(asked.image, drawn(generator, READ).image)


def test_both_ways_may_be_asked_for_in_one_run(generator: NativeGenerator) -> None:
    requests = [
        generator.request(ASKED, size=SIZE, seed=3, as_written=as_written) for as_written in (False, True)
    ]
    pictures = {picture.request: picture for picture in generator.generate(requests).pictures()}
    assert [pictures[request].read_as for request in requests] == [READ, ""]


def test_a_file_tells_what_the_prompt_was_read_as(generator: NativeGenerator, tmp_path: Path) -> None:
    picture = drawn(generator, ASKED)
    save_picture(picture, tmp_path / "lamp.png")
    loaded = load_picture(tmp_path / "lamp.png")
    assert loaded.read_as == READ
    assert loaded.request == picture.request
    assert np.array_equal(generator.generate([loaded.request]).last().image, picture.image)
