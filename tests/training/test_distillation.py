"""A student begins as its teacher, learns to jump along the teacher's paths, and ships beside it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from accelerate import Accelerator
from PIL import Image
from safetensors.torch import load_file

import adfusion
from adfusion.data import shards
from adfusion.diffusion import Denoiser, denoiser, guided, samplers
from adfusion.errors import UserError
from adfusion.models import store
from adfusion.nets import DiT, DiTConfig, TextEncoder
from adfusion.training.distillation import StudentTask
from adfusion.training.pack import _sources, pack
from adfusion.training.paths import PathShard
from adfusion.training.recipe import StudentRecipe, load_recipe
from tiny_probe import PROBE, TINY_EFFORT, tiny_probe
from tiny_runs import (
    AUTOENCODER,
    DENOISER,
    STUDENT,
    UPSAMPLER,
    recipe_file,
    run_to_end,
    write_smooth_shards,
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Finished runs of an autoencoder and a teacher, side by side."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "SHARD", 12)
        write_smooth_shards(folder / "scenes")
        run_to_end(recipe_file(folder, AUTOENCODER), folder / "autoencoder")
        run_to_end(recipe_file(folder, DENOISER), folder / "denoiser")
        run_to_end(recipe_file(folder, DENOISER, pictures=8), folder / "weaker")
        yield folder


def ready_task(runs: Path, name: str, **changes: object) -> StudentTask:
    recipe = load_recipe(recipe_file(runs, STUDENT, **changes))
    assert isinstance(recipe, StudentRecipe)
    task = StudentTask(recipe, runs / name)
    for _ in task.prepare(Accelerator(cpu=True)):
        pass
    return task


def test_a_student_begins_as_its_teacher() -> None:
    torch.manual_seed(0)
    teacher = DiT(DiTConfig(sample_size=4, patch_size=1, width=32, heads=2, depth=1))
    for weight in teacher.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    student = DiT(DiTConfig(sample_size=4, patch_size=1, width=32, heads=2, depth=1, distilled=True))
    student.load_state_dict(student.state_dict() | teacher.state_dict())
    x, text, mask = torch.randn(2, 4, 4, 4), torch.randn(2, 3, 384), torch.ones(2, 3, dtype=torch.bool)
    t, spans, scales = torch.tensor([0.9, 0.4]), torch.tensor([0.9, 0.1]), torch.tensor([1.0, 7.0])
    assert torch.equal(student(x, t, text, mask, spans, scales), teacher(x, t, text, mask))
    with pytest.raises(ValueError, match="needs span and guidance_scale"):
        student(x, t, text, mask)


# A network that has hardly learnt draws much the same without attention: this scale makes it felt.
PERTURBED: dict[str, Any] = {"block": 0, "scale": 200.0, "start": 0.8}
WEAKER: dict[str, Any] = {"teacher": "weaker", "scale": 1.5, "start": 0.9}


@pytest.mark.parametrize("perturbed", [None, PERTURBED])
@pytest.mark.parametrize("weaker", [None, WEAKER])
def test_paths_are_the_guided_teachers_own(
    runs: Path, perturbed: dict[str, Any] | None, weaker: dict[str, Any] | None
) -> None:
    name = f"perturbed-{perturbed is not None}-weaker-{weaker is not None}"
    task = ready_task(runs, name, drop_caption=0.0, perturbed_attention=perturbed, autoguidance=weaker)
    shard = PathShard(**load_file(next((runs / name / "paths").iterdir())))
    item = 3
    words = shard.texts[shard.starts[item] : shard.starts[item + 1]].float()[None]
    nothing = TextEncoder.load().encode([""])
    net, scale = task.teacher.network, float(shard.guidance_scales[item])
    assert 1 <= scale <= 3

    other = DiT(net.config)
    other.load_state_dict(load_file(runs / "weaker" / "network.safetensors"))

    def with_text(states: torch.Tensor, block: int | None = None, net: DiT = net) -> Denoiser:
        context = net.text(states, torch.ones(states.shape[:2], dtype=torch.bool))
        return denoiser(
            lambda x, t: net.predict(x, t, context, perturbed=block),
            task.teacher.prediction,
            task.teacher.process,
        )

    def denoise(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        estimate = guided(with_text(words), with_text(nothing.states), scale)(x, t)
        for guide, worse in ((perturbed, with_text(words, 0)), (weaker, with_text(words, net=other))):
            if guide is not None and t <= guide["start"]:
                estimate = estimate + guide["scale"] * (with_text(words)(x, t) - worse(x, t))
        return estimate

    noise = shard.states[item, :1].float()
    with torch.no_grad():
        anew = [
            step.x_t for step in samplers.dpmpp_2m(denoise, noise, task.teacher.times, task.teacher.process)
        ]
    torch.testing.assert_close(torch.cat(anew), shard.states[item, 1:].float(), rtol=0.02, atol=0.02)


def test_a_block_that_the_teacher_lacks_is_refused(runs: Path) -> None:
    with pytest.raises(UserError, match="perturbed_attention: block: found 2, allowed 0 to 1"):
        ready_task(runs, "no-block", perturbed_attention={"block": 2, "scale": 1.0})


def test_a_guide_of_another_shape_is_refused(runs: Path) -> None:
    run_to_end(recipe_file(runs, DENOISER, network={**DENOISER["network"], "depth": 1}), runs / "shallow")
    with pytest.raises(UserError, match=r"autoguidance: teacher: found .*depth=1.*allowed .*depth=2"):
        ready_task(runs, "no-guide", autoguidance={"teacher": "shallow", "scale": 1.0})


def test_paths_begin_with_as_much_noise_as_was_asked_for(runs: Path) -> None:
    data = {"scenes": 12, "sizes": [[32, 32]]}
    for name, scales in (("unit", [1.0, 1.0]), ("less", [0.4, 0.6])):
        ready_task(runs, name, noise_scales=scales, data=data)
    unit, less = (
        PathShard(**load_file(next((runs / name / "paths").iterdir()))).states[:, 0].float()
        for name in ("unit", "less")
    )
    amount = less.std((1, 2, 3)) / unit.std((1, 2, 3))
    assert 0.39 < amount.min() < amount.max() < 0.61
    torch.testing.assert_close(less, amount.view(-1, 1, 1, 1) * unit, rtol=0.01, atol=0.001)


def test_examples_are_earlier_and_later_states_of_one_path(runs: Path) -> None:
    task = ready_task(runs, "pairs")
    later, earlier = task._pairs(np.random.default_rng(0), 4000)
    assert (later < earlier).all() and later.min() == 0 and earlier.max() == 4
    practised = {(0, 4), (0, 2), (2, 4)}
    share = np.mean([pair in practised for pair in zip(later.tolist(), earlier.tolist(), strict=True)])
    assert share > 0.6
    assert {(1, 2), (1, 4), (3, 4)} <= set(zip(later.tolist(), earlier.tolist(), strict=True))


def test_a_student_learns_its_paths_by_heart(runs: Path) -> None:
    changes = {"pictures": 4000, "checkpoint_every": 4000, "log_every": 400, "batch": 8}
    data = {"scenes": 12, "sizes": [[32, 32]]}
    recipe = recipe_file(runs, STUDENT, **changes, data=data)
    losses = [step.loss for step in adfusion.training.train(recipe, runs / "heart") if step.loss is not None]
    assert losses[-1] < 0.5 * losses[0]


def test_a_coarse_start_is_learnt_apart_from_the_rest(runs: Path) -> None:
    task = ready_task(runs, "coarse", coarse_start=True)
    learnt = []
    task.network.forward = lambda x, t, *_: learnt.append(t) or x  # type: ignore[assignment,func-returns-value]
    loss = task.loss(0, slice(None))
    assert sum(len(times) for times in learnt) == task.recipe.batch
    assert [bool((times >= 1).all()) for times in learnt] == [True, False]
    task.network.config = replace(task.network.config, coarse_start=False)
    torch.testing.assert_close(loss, task.loss(0, slice(None)))
    assert len(learnt) == 3


def test_a_coarse_start_begins_with_the_answers_of_the_patches(runs: Path) -> None:
    network = ready_task(runs, "seams", coarse_start=True).network
    assert network.out.weight.any()
    torch.testing.assert_close(network.coarse_out.weight.square().sum(), network.out.weight.square().sum())


def test_a_student_follows_its_teacher_to_what_that_has_learnt_since(runs: Path) -> None:
    teacher = load_file(runs / "denoiser" / "network.safetensors")
    student = run_to_end(recipe_file(runs, STUDENT, pictures=16), runs / "student-before")
    later = run_to_end(
        recipe_file(runs, DENOISER, start_from="denoiser", seed=8, pictures=16), runs / "denoiser-later"
    )
    follower = ready_task(runs, "follower", teacher="denoiser-later", start_from="student-before")
    weights = follower.network.state_dict()
    assert any(not torch.equal(later[name], weight) for name, weight in teacher.items())
    for name, weight in student.items():
        learnt = later[name] - teacher[name] if name in teacher else 0
        torch.testing.assert_close(weights[name], weight + learnt)


def test_the_ledger_of_a_student_names_what_all_its_teachers_learnt_from(runs: Path) -> None:
    run_to_end(recipe_file(runs, STUDENT, pictures=8), runs / "first-student")
    fewer = {**DENOISER["data"], "scenes": 12}
    run_to_end(
        recipe_file(runs, DENOISER, start_from="denoiser", data=fewer, pictures=8), runs / "another-teacher"
    )
    recipe = recipe_file(runs, STUDENT, teacher="another-teacher", start_from="first-student", pictures=8)
    run_to_end(recipe, runs / "second-student")
    folders = {"denoiser": runs / "second-student", "autoencoder": runs / "autoencoder"}
    folders["upsampler"] = folders["autoencoder"]
    told = [(source.first, source.last) for source in _sources(folders, {}) if source.part == "denoiser"]
    assert sorted(told) == [(0, 11), (0, 23)]


def test_steps_must_lie_on_the_path(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="steps: found 3, allowed: divisors of path_steps, 4"):
        load_recipe(recipe_file(tmp_path, STUDENT, steps=[1, 3]))


@pytest.fixture(scope="module")
def packed(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    for recipe in (STUDENT, UPSAMPLER, PROBE):
        run_to_end(recipe_file(runs, recipe), runs / str(recipe["train"]))
    label = {
        "name": "tiny",
        "description": "Smooth pictures in few steps.",
        "data": {"description": "Random gradients.", "rights": "Ours."},
        "runs": {"denoiser": "student"},
        "defaults": {"sampler": "mean_flow", "steps": 2, "guidance_scale": 2.0},
        "teacher": {
            "name": "tiny:teacher", "description": "In many steps.",
            "defaults": {"sampler": "dpmpp_2m", "steps": 4, "guidance_scale": 2.0},
        },
    }  # fmt: skip
    (folder / "label.yaml").write_text(yaml.safe_dump(label))
    pack(folder / "label.yaml", runs, folder / "tiny", tiny_probe(runs, "product"), TINY_EFFORT)
    return folder / "tiny"


def test_it_is_packed_with_its_teacher(packed: Path) -> None:
    student, teacher = store.load(packed), store.load(f"{packed}:teacher")
    assert student.distilled and not teacher.distilled
    assert store.many_steps(packed) == store.many_steps(f"{packed}:teacher") == packed / "teacher"
    assert (student.card.name, teacher.card.name) == ("tiny", "tiny:teacher")
    assert {source.part for source in student.card.data.sources} == set(store.PARTS)
    before = student.card.training["denoiser"].started_from
    assert before is not None and before.recipe["train"] == "denoiser"
    with pytest.raises(UserError, match="has no teacher"):
        store.find(f"{packed / 'teacher'}:teacher")


def test_words_go_to_the_student_and_edits_to_the_teacher(packed: Path) -> None:
    generator = adfusion.load(packed)
    drawn = generator.generate("a red lamp", seed=1).last()
    assert (drawn.model, drawn.request.sampler, drawn.request.steps) == ("tiny", "mean_flow", 2)
    edited = generator.edit.image(drawn.image, "a blue lamp", strength=0.5).last()
    assert (edited.model, edited.request.sampler, edited.request.steps) == ("tiny:teacher", "dpmpp_2m", 4)
    assert generator.generate("a red lamp", negative_prompt="snow").last().model == "tiny:teacher"
    assert generator.generate("a red lamp", sampler="ddim").last().request.steps == 4
    varied = generator.edit.vary(edited, n=1).last()
    assert varied.model == "tiny:teacher", "a picture of the teacher is varied by the teacher"
    with pytest.raises(UserError, match="sampler: found 'mean_flow' for initial, which needs many steps"):
        generator.edit.inpaint(
            drawn.image, Image.new("L", drawn.image.size, 255), "snow", sampler="mean_flow"
        )


def test_guidance_and_steps_stay_adjustable(packed: Path) -> None:
    generator = adfusion.load(packed)
    pictures = [
        np.asarray(generator.generate("a red lamp", seed=1, steps=steps, guidance_scale=scale).last().image)
        for steps, scale in ((2, 1.0), (2, 3.0), (1, 3.0), (4, 3.0))
    ]
    for one, other in pairwise(pictures):
        assert (one != other).any()


def test_a_student_is_not_exported_to_what_cannot_run_it(packed: Path, tmp_path: Path) -> None:
    from adfusion.models.exchange import export_model

    with pytest.raises(UserError, match="its teacher"):
        export_model(packed, tmp_path / "out")
    assert export_model(f"{packed}:teacher", tmp_path / "out").is_dir()
