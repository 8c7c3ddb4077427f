"""Runs are exact: resumed, repeated or cut short, they end at the same bits; and they do learn."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from adfusion.data import shards
from adfusion.errors import UserError
from adfusion.nets import Autoencoder
from adfusion.pixels import to_pixels
from adfusion.training import checkpoint, compute, train
from adfusion.training.recipe import load_recipe
from adfusion.training.runs import trained_autoencoder
from tiny_runs import (
    AUTOENCODER,
    AUTOENCODER_WITH_MUON,
    DENOISER,
    DENOISER_WITH_MUON,
    UPSAMPLER,
    recipe_file,
    run_to_end,
    write_smooth_shards,
)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD", 12)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder for runs whose scenes are on disk already, as smooth random pictures."""
    write_smooth_shards(tmp_path / "scenes")
    return tmp_path


def interrupt_at(recipe: Path, run: Path, pictures: int) -> None:
    """Stop iterating, as a killed run would, once more than `pictures` have been seen."""
    for progress in train(recipe, run):
        if progress.loss is not None and progress.pictures_seen > pictures:
            return


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize(
    "kind", [AUTOENCODER_WITH_MUON, DENOISER, DENOISER_WITH_MUON, UPSAMPLER], ids=lambda kind: kind["name"]
)
def test_a_resumed_run_ends_at_the_same_bits(runs: Path, kind: dict[str, object]) -> None:
    run_to_end(recipe_file(runs, AUTOENCODER), runs / "autoencoder")
    recipe = recipe_file(runs, kind)
    whole = run_to_end(recipe, runs / "whole")
    interrupt_at(recipe, runs / "halves", 24)
    assert not (runs / "halves" / "network.safetensors").exists()
    assert same(whole, run_to_end(recipe, runs / "halves", resume=True))

    logs = [(runs / name / "log.jsonl").read_text().splitlines() for name in ("whole", "halves")]
    losses = [[json.loads(line)["loss"] for line in log] for log in logs]
    assert losses[0] == losses[1], "the log of a resumed run has every line once"


def test_a_run_that_is_prolonged_equals_one_that_was_long_from_the_start(runs: Path) -> None:
    long = run_to_end(recipe_file(runs, AUTOENCODER, pictures=64), runs / "long")
    interrupt_at(recipe_file(runs, AUTOENCODER, pictures=48), runs / "prolonged", 24)
    assert same(
        long, run_to_end(recipe_file(runs, AUTOENCODER, pictures=64), runs / "prolonged", resume=True)
    )


def test_two_processes_learn_what_one_does(runs: Path) -> None:
    recipe = recipe_file(runs, AUTOENCODER, data={"scenes": 12, "sizes": [[32, 32]]})
    one = run_to_end(recipe, runs / "one")
    launch = ["accelerate.commands.launch", "--cpu", "--num_processes=2", "--num_cpu_threads_per_process=1"]
    train = ["-m", "adfusion", "train", str(recipe), "-o", str(runs / "two")]
    subprocess.run([sys.executable, "-m", *launch, *train], check=True, capture_output=True)
    two = load_file(runs / "two" / "network.safetensors")
    for name, weight in one.items():
        torch.testing.assert_close(two[name], weight, atol=1e-4, rtol=1e-3)


def test_an_autoencoder_overfits_a_few_pictures(runs: Path) -> None:
    recipe = recipe_file(
        runs, AUTOENCODER, pictures=960, checkpoint_every=960, data={"scenes": 12, "sizes": [[32, 32]]}
    )
    losses = [step.loss for step in train(recipe, runs / "run") if step.loss is not None]
    assert losses[-1] < 0.4 * losses[0]


def error_under_noise(autoencoder: Autoencoder, pixels: torch.Tensor, amount: float) -> float:
    """The squared error of what is decoded from latents with so many deviations of noise."""
    with torch.no_grad():
        latents = autoencoder.encode(pixels)
        noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(0))
        decoded = autoencoder.decode(latents + amount * noise * latents.std((0, 2, 3), keepdim=True))
    return float((decoded - pixels).square().mean())


def test_latents_that_were_corrupted_in_training_bear_noise(runs: Path) -> None:
    long = recipe_file(runs, AUTOENCODER, pictures=960, checkpoint_every=960)
    run_to_end(long, runs / "first")
    for name, share in (("fragile", 0.0), ("robust", 1.0)):
        changes = {"start_from": "first", "corrupted_share": share, "corruption": 2.0}
        run_to_end(recipe_file(runs, AUTOENCODER, pictures=960, checkpoint_every=960, **changes), runs / name)
    pixels = to_pixels(np.load(sorted((runs / "scenes").glob("*32x32.npy"))[0]))
    fragile, robust = (trained_autoencoder(runs / name)[0] for name in ("fragile", "robust"))
    assert error_under_noise(robust, pixels, 1.0) < 0.8 * error_under_noise(fragile, pixels, 1.0)


def error_at_half_the_side(autoencoder: Autoencoder, pixels: torch.Tensor) -> float:
    """The squared error of what averaged latents decode to, against the averaged picture."""
    with torch.no_grad():
        small = autoencoder.decode(F.avg_pool2d(autoencoder.encode(pixels), 2))
    return float((small - F.avg_pool2d(pixels, 2)).square().mean())


def test_latents_can_be_made_to_mean_the_same_at_half_the_side(runs: Path) -> None:
    for name, weight in (("one", 0.0), ("two", 1.0)):
        changes = {"pictures": 960, "checkpoint_every": 960, "crop": 32, "scale_weight": weight}
        run_to_end(recipe_file(runs, AUTOENCODER, **changes), runs / name)
    pixels = to_pixels(np.load(sorted((runs / "scenes").glob("*32x32.npy"))[0]))
    one, two = (trained_autoencoder(runs / name)[0] for name in ("one", "two"))
    assert error_at_half_the_side(two, pixels) < 0.7 * error_at_half_the_side(one, pixels)


def test_an_autoencoder_goes_on_from_another_run(runs: Path) -> None:
    first = run_to_end(recipe_file(runs, AUTOENCODER), runs / "first")
    still = {**AUTOENCODER["optimizer"], "learning_rate": 1e-12}
    recipe = recipe_file(runs, AUTOENCODER, start_from="first", seed=4, pictures=8, optimizer=still)
    for name, weight in run_to_end(recipe, runs / "second").items():
        torch.testing.assert_close(weight, first[name])
    _, record = trained_autoencoder(runs / "second")
    assert record["recipe"]["start_from"] == "first"
    wider = {**AUTOENCODER["network"], "widths": [8, 8, 16, 16]}
    with pytest.raises(UserError, match=r"first: found .*\(8, 8, 8, 8\).*allowed: .*\(8, 8, 16, 16\)"):
        train(recipe_file(runs, AUTOENCODER, start_from="first", network=wider), runs / "third")


def test_a_weight_that_has_had_no_gradient_yet_resumes_exactly(tmp_path: Path) -> None:
    recipe = load_recipe(recipe_file(tmp_path, AUTOENCODER))

    def fresh() -> tuple[nn.ModuleList, torch.optim.AdamW, dict[str, torch.Tensor]]:
        torch.manual_seed(0)
        network = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
        average = {name: weight.detach().clone() for name, weight in network.named_parameters()}
        return network, torch.optim.AdamW(network.parameters(), lr=0.1, weight_decay=0), average

    def learn(network: nn.ModuleList, optimizer: torch.optim.AdamW, parts: int) -> None:
        optimizer.zero_grad()
        sum(layer(torch.ones(1, 2)).square().sum() for layer in network[:parts]).backward()
        optimizer.step()

    network, optimizer, average = fresh()
    learn(network, optimizer, parts=1)
    checkpoint.save(tmp_path / "state", recipe, network, average, [optimizer], 8, 1.0)
    resumed, its_optimizer, its_average = fresh()
    checkpoint.restore(tmp_path / "state", recipe, resumed, its_average, [its_optimizer])
    for _ in range(2):
        learn(network, optimizer, parts=2)
        learn(resumed, its_optimizer, parts=2)
    for weight, same in zip(network.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(weight, same)


def test_a_decoder_learns_alone(runs: Path) -> None:
    first = run_to_end(recipe_file(runs, AUTOENCODER), runs / "first")
    second = run_to_end(
        recipe_file(runs, AUTOENCODER, start_from="first", keep_latents=True), runs / "second"
    )
    changed = {name.split(".")[0] for name, weight in second.items() if not torch.equal(weight, first[name])}
    assert changed == {"decoder"}
    with pytest.raises(UserError, match="start_from: found none, allowed with keep_latents"):
        train(recipe_file(runs, AUTOENCODER, keep_latents=True), runs / "third")


def test_a_shorter_decoder_keeps_the_last_blocks_of_each_level(runs: Path) -> None:
    long = {**AUTOENCODER["network"], "decoder_blocks": [0, 2, 3, 2]}
    first = run_to_end(recipe_file(runs, AUTOENCODER, network=long), runs / "first")
    still = {"learning_rate": 1e-12, "muon": None}
    short = recipe_file(
        runs, AUTOENCODER, start_from="first", keep_latents=True, pictures=8, optimizer=still,
        network={**long, "decoder_blocks": [0, 1, 1, 2]},
    )  # fmt: skip
    second = run_to_end(short, runs / "second")
    was = {"1.1": "1.2", "2.1": "2.3"}  # after an `Up`, which is 0 of its level
    for name, weight in second.items():
        parts = name.split(".")
        if parts[:2] == ["decoder", "up_blocks"] and ".".join(parts[2:4]) in was:
            parts[2:4] = was[".".join(parts[2:4])].split(".")
        torch.testing.assert_close(weight, first[".".join(parts)])
    longer = {**long, "decoder_blocks": [0, 2, 4, 2]}
    with pytest.raises(UserError, match=r"first: found .*\(0, 2, 3, 2\).*allowed: .*\(0, 2, 4, 2\)"):
        train(recipe_file(runs, AUTOENCODER, start_from="first", network=longer), runs / "third")


def test_an_autoencoder_of_another_shape_learns_the_latents_of_a_run(runs: Path) -> None:
    run_to_end(recipe_file(runs, AUTOENCODER), runs / "first")
    network = {**AUTOENCODER["network"], "widths": [8, 8, 16, 16]}
    changes = {"network": network, "pictures": 960, "checkpoint_every": 960}
    run_to_end(recipe_file(runs, AUTOENCODER, **changes), runs / "free")
    run_to_end(
        recipe_file(runs, AUTOENCODER, **changes, latents_of="first", latents_weight=1.0), runs / "second"
    )
    pixels = to_pixels(np.load(sorted((runs / "scenes").glob("*32x32.npy"))[0]))
    with torch.no_grad():
        first, free, second = (
            trained_autoencoder(runs / name)[0].encode(pixels) for name in ("first", "free", "second")
        )
    assert (second - first).std() < 0.3 * min(first.std(), (free - first).std())
    wider = {**changes, "network": {**network, "latent_channels": 8}}
    run_to_end(
        recipe_file(runs, AUTOENCODER, **wider, latents_of="first", latents_weight=1.0), runs / "wider"
    )
    with torch.no_grad():
        of_wider = trained_autoencoder(runs / "wider")[0].encode(pixels)
    assert (of_wider[:, :4] - first).std() < 0.3 * first.std()
    fewer = {**network, "latent_channels": 2}
    with pytest.raises(UserError, match=r"first: found 4 latent channels .* allowed: up to 2"):
        train(recipe_file(runs, AUTOENCODER, network=fewer, latents_of="first"), runs / "third")


def test_an_autoencoder_that_cannot_be_is_refused(runs: Path) -> None:
    network = {**AUTOENCODER["network"], "widths": [8, 8, 8, 9]}
    with pytest.raises(UserError, match="network: widths must be multiples of 4"):
        train(recipe_file(runs, AUTOENCODER, network=network), runs / "first")
    assert not (runs / "first").exists()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"heads": 3}, r"network: width must be a multiple of 4 and of heads \(3\), found 32"),
        ({"overlap": 1}, r"network: overlap: found 1, allowed for patches of 1: \[0\]"),
    ],
)
def test_a_denoiser_that_cannot_be_is_refused(runs: Path, wrong: dict[str, int], message: str) -> None:
    run_to_end(recipe_file(runs, AUTOENCODER, pictures=8), runs / "autoencoder")
    with pytest.raises(UserError, match=message):
        train(recipe_file(runs, DENOISER, network=DENOISER["network"] | wrong), runs / "denoiser")
    assert not (runs / "denoiser").exists()


def test_a_denoiser_overfits_a_few_pictures(runs: Path) -> None:
    run_to_end(recipe_file(runs, AUTOENCODER, pictures=800, checkpoint_every=800), runs / "autoencoder")
    recipe = recipe_file(
        runs,
        DENOISER,
        pictures=1600,
        checkpoint_every=1600,
        batch=8,
        data={"scenes": 12, "sizes": [[32, 32]]},
    )
    losses = [step.loss for step in train(recipe, runs / "run") if step.loss is not None]
    assert np.mean(losses[-20:]) < 0.7 * np.mean(losses[:5])


def test_a_used_folder_is_not_overwritten(runs: Path) -> None:
    recipe = recipe_file(runs, AUTOENCODER, pictures=16)
    run_to_end(recipe, runs / "run")
    with pytest.raises(UserError, match="--resume"):
        run_to_end(recipe, runs / "run")


def test_another_recipe_cannot_resume_a_run(runs: Path) -> None:
    interrupt_at(recipe_file(runs, AUTOENCODER), runs / "run", 24)
    with pytest.raises(UserError, match="crop: the run began with 24, the recipe says 16"):
        run_to_end(recipe_file(runs, AUTOENCODER, crop=16), runs / "run", resume=True)


def test_a_damaged_checkpoint_is_one_clear_error(runs: Path) -> None:
    interrupt_at(recipe_file(runs, AUTOENCODER), runs / "run", 24)
    state = runs / "run" / "checkpoint.safetensors"
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(UserError, match="damaged checkpoint"):
        run_to_end(recipe_file(runs, AUTOENCODER), runs / "run", resume=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch": 0}, r"autoencoder\.batch: found 0"),
        ({"epochs": 3}, r"autoencoder\.epochs: found 3"),
        ({"train": "unet"}, r"recipe: found"),
        ({"crop": 20}, r"autoencoder\.crop: found 20"),
    ],
)
def test_a_wrong_recipe_names_file_field_and_value(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    with pytest.raises(UserError, match=message) as error:
        train(recipe_file(tmp_path, AUTOENCODER, **change), tmp_path / "run")
    assert str(error.value).startswith(str(tmp_path / "recipe.yaml"))
    assert "\n" not in str(error.value)


def test_a_denoiser_without_its_autoencoder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no finished training run here"):
        train(recipe_file(tmp_path, DENOISER), tmp_path / "denoiser")


def test_the_share_of_the_peak_is_known_where_the_device_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compute.peak(torch.device("cpu")) is None
    for name, peak in (("NVIDIA H100 80GB HBM3", 989e12), ("Some card of tomorrow", None)):
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda device, name=name: name)
        assert compute.peak(torch.device("cuda")) == peak


def test_operations_are_counted_forward_and_backward() -> None:
    network = torch.nn.Linear(8, 4, bias=False)
    examples = torch.ones(2, 8, requires_grad=True)
    products = 2 * 8 * 4 * 2  # a multiplication and an addition for each weight and example
    assert compute.operations(network, lambda: network(examples).sum()) == 3 * products
