"""A model that reads prompts draws what it read, says so, and can be told not to."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

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
    """Reads one prompt, and leaves all others; what one leaves open is "on steps" for odd seeds."""

    def __init__(self) -> None: ...

    def plain(
        self, prompts: Sequence[str], encoder: TextEncoder, seeds: Sequence[int] | None = None
    ) -> list[str]:
        read = [READ if prompt == ASKED else prompt for prompt in prompts]
        if seeds is None or "steps" in prompts[0]:
            return read
        return [f"{words}{' on steps' * (seed % 2)}" for words, seed in zip(read, seeds, strict=True)]


@pytest.fixture(scope="module")
def generator() -> NativeGenerator:
    return NativeGenerator(replace(tiny_model(), reader=Knows()))


def drawn(generator: NativeGenerator, prompt: str, **changes: Any) -> Picture:
    request = generator.request(prompt, **{"size": SIZE, "seed": 4} | changes)
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
        generator.request(ASKED, size=SIZE, seed=4, as_written=as_written) for as_written in (False, True)
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


def test_what_a_prompt_leaves_open_is_chosen_by_its_seed(generator: NativeGenerator) -> None:
    asked = drawn(generator, ASKED, seed=5)
    assert asked.read_as == f"{READ} on steps"
    assert np.array_equal(asked.image, drawn(generator, f"{READ} on steps", seed=5).image)


def test_a_picture_to_start_from_leaves_nothing_open(generator: NativeGenerator) -> None:
    photo = drawn(generator, ASKED).image
    assert generator.edit.image(photo, ASKED, seed=5).last().read_as == READ


def test_a_film_and_a_blend_end_in_the_other_seeds_words(generator: NativeGenerator) -> None:
    one, other = drawn(generator, ASKED, seed=4), drawn(generator, ASKED, seed=5)
    _, middle, end = generator.edit.film(ASKED, [4, 5], frames=2, size=SIZE).pictures()
    for last in (end, generator.edit.blend(one, other, (1,)).last()):
        assert np.abs(np.asarray(last.image, float) - np.asarray(other.image, float)).max() <= 1
    assert not np.array_equal(middle.image, end.image)


def test_variations_keep_the_words_of_their_picture(generator: NativeGenerator) -> None:
    varied = generator.edit.vary(drawn(generator, ASKED, seed=4), n=2, seed=5).pictures()
    assert [each.read_as for each in varied] == [READ, READ]
