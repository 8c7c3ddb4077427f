"""The yardstick from end to end, on a small model and a small probe."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adfusion.data import shards
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import random_scene
from adfusion.errors import UserError
from adfusion.evaluation import report
from adfusion.evaluation.attributes import ATTRIBUTES
from adfusion.evaluation.evaluate import Evaluation, Stage, evaluate, training_scenes
from adfusion.evaluation.grids import RENDERS, Grid, reconstructions, word_prompts
from adfusion.evaluation.probe import load_probe
from adfusion.models.card import TrainingRecord
from adfusion.training.probe import pack_probe
from tiny_model import tiny_model
from tiny_probe import PROBE, TINY_EFFORT, vouched_for
from tiny_runs import recipe_file, run_to_end, write_smooth_shards


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A probe that was hardly trained, packed."""
    runs = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "SHARD", 12)
        write_smooth_shards(runs / "scenes")
        run_to_end(recipe_file(runs, PROBE), runs / "probe")
    pack_probe(runs / "probe", runs / "packed", scenes=20)
    return runs / "packed"


def test_a_probe_says_how_far_it_can_be_trusted(probe: Path) -> None:
    card = load_probe(probe).card
    assert set(card.accuracy) == set(ATTRIBUTES)
    assert card.accuracy["product"].count == 20
    assert card.trusted == (), "a probe that has learnt nothing is trusted with nothing"
    assert card.training["pictures_seen"] == 96


def test_a_changed_probe_is_refused(probe: Path, tmp_path: Path) -> None:
    for name in ("probe.json", "probe.safetensors"):
        (tmp_path / name).write_bytes((probe / name).read_bytes())
    weights = bytearray((tmp_path / "probe.safetensors").read_bytes())
    weights[-1] ^= 1
    (tmp_path / "probe.safetensors").write_bytes(weights)
    with pytest.raises(UserError, match="the file was changed"):
        load_probe(tmp_path)
    with pytest.raises(UserError, match="cannot read the probe"):
        load_probe(tmp_path / "nowhere")


def test_a_picture_is_read_the_same_alone_and_among_others(probe: Path) -> None:
    reader = load_probe(probe)
    pictures = render([random_scene(number) for number in range(5)], size=(64, 64)).rgb
    together, alone = reader.features(pictures), reader.features(pictures[2:3])
    np.testing.assert_allclose(together[2:3], alone, atol=1e-4)


def test_larger_pictures_are_read_at_the_sizes_that_the_probe_has_learnt(probe: Path) -> None:
    reader = load_probe(probe)
    for size in ((32, 32), (24, 40)):
        pictures = render([random_scene(number) for number in range(3)], size=size).rgb
        enlarged = pictures.repeat(3, axis=1).repeat(3, axis=2)
        np.testing.assert_allclose(reader.features(enlarged), reader.features(pictures), atol=1e-4)


def test_an_evaluation_has_every_figure_and_reports_only_trusted_attributes(
    probe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny_model()
    width, height = model.card.sizes[0]
    data = {"first": 7, "scenes": 60, "sizes": [[height, 2 * width], [width, height]], "hold_out": True}
    record = TrainingRecord(recipe={"data": data}, pictures_seen=1, hours=0, device="CPU", torch="2")
    monkeypatch.setattr(shards, "SHARD", 20)
    model = type(model)(
        model.card.model_copy(update={"training": {"denoiser": record}}),
        model.denoiser_net,
        model.autoencoder,
        model.upsampler,
    )
    learnt = {scene.seed for scene in training_scenes(model.card)}
    assert learnt and learnt <= set(range(27, 47)), "of the shards in turn, the second has the model's size"
    reader = vouched_for(load_probe(probe), "product", "product_color", "backdrop_color")
    *stages, result = evaluate(model, reader, TINY_EFFORT)
    assert all(isinstance(stage, Stage) for stage in stages)
    assert isinstance(result, Evaluation)
    others = {f"seen combinations, {w}×{h}" for w, h in model.card.sizes[1:]}
    assert others and others < set(result.fidelity)
    assert len(result.fidelity) == 4 + len(others)
    for group, shares in result.fidelity.items():
        assert set(shares) <= {"product", "product_color", "backdrop_color", "all of them"}
        assert shares["product"].count in ((2,) if group in others else (4, 8))
    for group, shares in result.colors.items():
        assert sum(share.count for share in shares.values()) == result.fidelity[group]["product_color"].count
    assert set(result.synonyms) == {"product", "product_color"}
    assert result.distribution["Fréchet distance"] > result.distribution["Fréchet distance of renders"]
    assert result.distribution["Fréchet distance of reconstructed renders"] > 0
    assert result.memorisation["pixels"].near_copies.count == 8
    assert result.upsampler["PSNR after the latents, dB"] < result.upsampler["PSNR, dB"]

    page = report.write(result, [Grid("stage", "Stages", Image.new("RGB", (8, 8)))], tmp_path)
    figures = json.loads((tmp_path / "evaluation.json").read_text())
    assert figures["fidelity"]["seen combinations"]["product"]["count"] == 8
    low, high = (figures["fidelity"]["seen combinations"]["product"][side] for side in ("low", "high"))
    assert 0 <= low < high <= 1
    text = page.read_text()
    assert 'src="grids/stage.png"' in text
    assert (tmp_path / "grids" / "stage.png").exists()
    for row in report.rows(result):
        assert row.value in text


def test_renders_are_shown_beside_what_the_autoencoder_makes_of_them() -> None:
    model = tiny_model()
    grid = reconstructions(model)
    cells = 2 * RENDERS
    assert grid.image.width >= 8 * model.card.sizes[0][0]
    assert grid.image.height >= cells / 8 * model.card.sizes[0][1]
    assert len(np.unique(np.asarray(grid.image))) > 100


def test_word_grids_change_one_word_only() -> None:
    for attribute, (title, pairs) in word_prompts().items():
        assert attribute in ATTRIBUTES
        start, end = title.split("…")
        for _, prompt in pairs:
            assert prompt.startswith(start)
            assert prompt.endswith(end)
