"""Pictures are drawn from marked noise, which stays Gaussian, and the seed still decides the picture."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import stats

from adfusion.campaigns import Campaign, load_manifest
from adfusion.campaigns.run import CampaignResult
from adfusion.errors import UserError
from adfusion.generation import NativeGenerator, Request
from adfusion.generation.drawing import Drawing
from adfusion.generation.request import Toward
from adfusion.provenance.deep import noise_of
from adfusion.provenance.drawn import save_drawn
from adfusion.provenance.keys import watermark_key
from adfusion.provenance.marked_noise import entry_of, lend_key, with_mark
from adfusion.provenance.marker import Marker, payload_of
from adfusion.provenance.noise_mark import match
from adfusion.provenance.registry import Registry, Row
from painter import Painter, write_brief
from tiny_model import tiny_model

MODEL = tiny_model()


@pytest.fixture
def generator(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NativeGenerator:
    monkeypatch.setenv("ADFUSION_REGISTRY", str(tmp_path / "registry.sqlite"))
    return NativeGenerator(MODEL)


def asked(generator: NativeGenerator, seed: int = 0, prompt: str = "a lamp") -> Request:
    return with_mark(generator, generator.request(prompt, seed=seed, steps=2), "tea")


def noise_for(generator: NativeGenerator, *requests: Request) -> torch.Tensor:
    """The noise that `requests` are drawn from."""
    return Drawing(MODEL, requests, (), generator.mark_noise)._noise(requests[0].size)


def test_noise_as_it_is_drawn_from_is_standard_normal_and_white(generator: NativeGenerator) -> None:
    noise = torch.cat([noise_for(generator, asked(generator, seed)) for seed in range(150)])
    assert stats.kstest(noise.numpy().ravel(), "norm").pvalue > 0.001
    channels, height, width = noise.shape[1:]
    power = torch.fft.fft2(noise).abs().square().mean(dim=(0, 1)) / (height * width)
    assert ((power - 1).abs() * (len(noise) * channels) ** 0.5).max() < 6
    rows = noise.flatten(1)
    correlation = (rows @ rows.T / rows.shape[1] ** 0.5).numpy()[np.triu_indices(len(rows), 1)]
    assert stats.kstest(correlation, "norm").pvalue > 0.001


def test_the_seed_decides_the_picture(generator: NativeGenerator) -> None:
    again = NativeGenerator(MODEL)
    one, two = (each.generate([asked(each, 3)]).last() for each in (generator, again))
    assert one.image.tobytes() == two.image.tobytes()
    assert torch.equal(noise_for(generator, asked(generator, 3)), noise_for(again, asked(again, 3, "a cup")))
    other = generator.generate([asked(generator, 4)]).last()
    assert other.image.tobytes() != one.image.tobytes()


def test_a_picture_from_marked_noise_does_not_depend_on_its_batch(generator: NativeGenerator) -> None:
    plain = generator.request("a lamp", seed=1, steps=2)
    together = noise_for(generator, asked(generator, 0), plain, asked(generator, 1))
    assert torch.equal(together[2:], noise_for(generator, asked(generator, 1)))
    assert torch.equal(together[1:2], noise_for(generator, plain))
    assert torch.equal(together[1].abs(), together[2].abs()) and not torch.equal(together[1], together[2])


def test_another_key_has_other_noise(generator: NativeGenerator, config: Path) -> None:
    mine = noise_for(generator, asked(generator))
    (config / "watermark.key").unlink()
    assert not torch.equal(noise_for(generator, asked(generator)), mine)


def test_the_mark_names_campaign_and_seed(generator: NativeGenerator) -> None:
    one, two = (entry_of(asked(generator, seed).noise_mark) for seed in (1, 2))
    assert one.payload >> 32 == two.payload >> 32 and one.payload != two.payload
    assert (
        match(noise_for(generator, asked(generator, 1))[0], watermark_key(), [one, two]).payload
        == one.payload
    )
    other = with_mark(generator, generator.request("a lamp", seed=1, steps=2), "coffee")
    assert entry_of(other.noise_mark).payload >> 32 != one.payload >> 32


def test_the_mark_is_in_the_signs_at_any_scale(generator: NativeGenerator) -> None:
    request = asked(generator)
    calm = noise_for(generator, replace(request, noise_scale=0.5))
    assert torch.equal(calm, 0.5 * noise_for(generator, request))
    found = match(calm[0], watermark_key(), [entry_of(request.noise_mark)])
    assert found is not None and found.payload == entry_of(request.noise_mark).payload


def test_what_cannot_carry_a_mark_is_left_as_it_is(generator: NativeGenerator, config: Path) -> None:
    painted = Painter().request("a lamp")
    assert with_mark(Painter(), painted) == painted
    config.mkdir()
    (config / "provenance.yaml").write_text("noise_mark: false")
    assert asked(generator).noise_mark == ""


def test_without_the_key_a_marked_request_is_refused(generator: NativeGenerator) -> None:
    request = asked(generator)
    with pytest.raises(UserError, match="noise_mark: found a picture drawn from marked noise"):
        NativeGenerator(MODEL).generate([request])


def test_a_blend_ends_at_the_marked_picture_it_leads_to(generator: NativeGenerator) -> None:
    one, two = asked(generator, 1), asked(generator, 2)
    leading = replace(one, toward=(Toward(1.0, 2, None, two.noise_mark),))
    assert torch.allclose(noise_for(generator, leading), noise_for(generator, two), atol=1e-5)


def test_variations_start_from_the_noise_of_their_picture(generator: NativeGenerator) -> None:
    picture = generator.generate([asked(generator)]).last()
    (request,) = generator.edit.vary(picture, n=1).requests
    assert request.noise_mark == picture.request.noise_mark != ""


def test_a_drawn_file_and_its_row_say_the_mark(generator: NativeGenerator, tmp_path: Path) -> None:
    picture = generator.generate([asked(generator)]).last()
    save_drawn(picture, tmp_path / "lamp.png", Marker())
    with Registry() as registry:
        (row,) = registry.with_nonce()
    assert row.nonce == picture.request.noise_mark
    assert row.nonce.encode() in (tmp_path / "lamp.png").read_bytes()


def test_a_model_that_is_not_here_is_passed_over(config: Path) -> None:
    row = Row("id", "", "", "", "", 1, "00" * 20, "no-such-model", "0" * 64)
    assert noise_of(Image.new("RGB", (64, 64)), watermark_key(), [row]) is None


def test_a_borrowed_key_is_read_when_it_is_needed(generator: NativeGenerator, config: Path) -> None:
    lend_key(generator)
    assert not (config / "watermark.key").exists()


@pytest.mark.parametrize("mark", [True, False])
def test_pictures_of_a_campaign_are_drawn_from_noise_that_names_it(
    generator: NativeGenerator, tmp_path: Path, mark: bool
) -> None:
    brief = write_brief(tmp_path / "brief", placements=["iab-medium-rectangle"])
    work = Campaign(brief, tmp_path / "out")
    for _ in work.run(generator, steps=2, mark=mark):
        pass
    manifest = load_manifest(tmp_path / "out")
    assert manifest is not None
    marks = {picture.request["noise_mark"] for picture in manifest.pictures}
    with Registry() as registry:
        rows = registry.with_nonce()
    if not mark:
        assert marks == {""} and rows == []
        return
    campaign = payload_of(work.source.campaign, "") >> 32
    assert {entry_of(each).payload >> 32 for each in marks} == {campaign}
    assert {row.nonce for row in rows} == marks and len(rows) == len(manifest.pictures)
    before = (tmp_path / "out" / manifest.pictures[0].file.path).read_bytes()
    for event in Campaign(brief, tmp_path / "out", resume=True).run(generator, steps=2):
        last = event
    assert isinstance(last, CampaignResult) and last.made == 0
    assert (tmp_path / "out" / manifest.pictures[0].file.path).read_bytes() == before
