"""Every recipe, from its first run to a packed model, with all numbers small: names, fields and what waits
for what are those of the real thing, so a mistake in them costs seconds and no GPU."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from adfusion.data import shards
from adfusion.data.scenes.scene import random_scene
from adfusion.data.scenes.split import held_out
from adfusion.models import store
from adfusion.training.pack import pack
from adfusion.training.probe import pack_probe
from adfusion.training.recipe import SceneData, load_recipe
from tiny_probe import TINY_EFFORT, UNTRAINED, vouched_for
from tiny_runs import recipe_file, run_to_end

RECIPES = Path(__file__).parents[2] / "recipes"
BATCH = 2
SMALL: dict[str, Any] = {
    "pictures": 2 * BATCH, "batch": BATCH, "log_every": BATCH, "checkpoint_every": BATCH,
    "samples_every": 2 * BATCH, "compile": False,
}  # fmt: skip
SMALLER_BY = 4
NETWORKS: dict[str, dict[str, Any]] = {
    "autoencoder": {"widths": [8, 12, 24, 24]},
    "denoiser": {"width": 32, "heads": 2, "depth": 1},
    "upsampler": {"channels": 8, "blocks": 1},
    "reader": {"width": 32, "heads": 2, "depth": 1},
    "probe": {"width": 8, "blocks": 1},
}


def shrunk(recipe: dict[str, Any]) -> dict[str, Any]:
    """The same recipe for few pictures, of small sizes, and a small network."""
    small = {**recipe, **SMALL, "sample_prompts": recipe.get("sample_prompts", [])[:1]}
    if "network" in recipe:
        small["network"] = recipe["network"] | NETWORKS[recipe["train"]]
    if "crop" in recipe:
        small["crop"] = 16
    if "perturbed_attention" in recipe:
        small["perturbed_attention"] = recipe["perturbed_attention"] | {"block": 0}
    if "path_steps" in recipe:
        small["path_steps"] = max(recipe["steps"])
    if "data" in recipe:
        sizes = [[round(side / 16 / SMALLER_BY) * 16 for side in size] for size in recipe["data"]["sizes"]]
        small["data"] = recipe["data"] | {"sizes": sizes, "scenes": shards.SHARD * len(sizes)}
    return {name: value for name, value in small.items() if value != []}


def rehearse(recipe: Path, runs: Path) -> None:
    """Run what `recipe` waits for, then the recipe."""
    if (runs / recipe.stem).exists():
        return
    real = load_recipe(recipe)
    needed = [getattr(real, field, None) for field in ("autoencoder", "teacher", "start_from")]
    needed.append(getattr(getattr(real, "autoguidance", None), "teacher", None))
    for name in filter(None, needed):
        rehearse(recipe.with_stem(name), runs)
    small = shrunk(yaml.safe_load(recipe.read_text()))
    run_to_end(recipe_file(runs, small), runs / recipe.stem)


@pytest.mark.parametrize("kind", ["mini", "base"])
def test_the_recipes_of_a_model_lead_to_it(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "SHARD", 4)
    label = RECIPES / kind / "model.yaml"
    recipes = [path for path in (RECIPES / kind).glob("*.yaml") if path != label]
    for recipe in recipes:
        rehearse(recipe, tmp_path)
    assert all((tmp_path / recipe.stem / "record.json").exists() for recipe in recipes)

    pack(label, tmp_path, tmp_path / "model", vouched_for(UNTRAINED, "product"), TINY_EFFORT)
    model, teacher = store.load(tmp_path / "model"), store.load(tmp_path / "model" / store.TEACHER)
    assert (model.card.name, teacher.card.name) == (kind, f"{kind}:teacher")
    assert model.distilled
    assert model.reader is not None
    used = {path.stem for path in (tmp_path / "model").glob("**/training/*.jsonl")}
    assert used == {recipe.stem for recipe in recipes}, "each recipe is for a part of the model"


def test_the_recipe_of_the_probe_leads_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD", 4)
    rehearse(RECIPES / "probe" / "probe.yaml", tmp_path)
    assert pack_probe(tmp_path / "probe", tmp_path / "packed", scenes=4).size(160, 90) == (48, 32)


def test_a_weight_shows_a_product_again_in_other_words() -> None:
    scenes = [random_scene(number) for number in range(200)]
    plainly, hard = SceneData(scenes=200, hold_out=True), {"sneaker": 3}
    weighted = SceneData(scenes=200, hold_out=True, weights=hard)
    once = [place for place, _ in plainly.learnt(scenes)]
    assert all(not held_out(scenes[place]) for place in once) and len(once) < 200
    for place in once:
        turns = [turn for other, turn in weighted.learnt(scenes) if other == place]
        assert turns == list(range(hard.get(scenes[place].product or "", 1)))
    assert {place for place, _ in weighted.learnt(scenes)} == set(once)


def test_a_weight_of_something_else_is_refused() -> None:
    with pytest.raises(ValidationError, match="found 'shoe', allowed: bottle, can"):
        SceneData(scenes=1, weights={"shoe": 2})
    with pytest.raises(ValidationError, match="greater than 0"):
        SceneData(scenes=1, weights={"sneaker": 0})
