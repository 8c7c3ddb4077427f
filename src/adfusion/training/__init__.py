"""Making models: `train` follows a recipe, `pack` turns finished runs into a model folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adfusion.training.loop import TrainingProgress


def train(recipe_path: Path, run: Path, *, resume: bool = False) -> Iterator["TrainingProgress"]:
    """Train what a recipe describes, keeping all of it under the folder `run`; iterate to drive it.

    Raises `UserError` for a wrong recipe, a missing autoencoder run, or a `run` in use that is not resumed.
    """
    from adfusion.training.autoencoder import AutoencoderTask
    from adfusion.training.denoiser import DenoiserTask
    from adfusion.training.distillation import StudentTask
    from adfusion.training.loop import Task, run_training
    from adfusion.training.probe import ProbeTask
    from adfusion.training.reader import ReaderTask
    from adfusion.training.recipe import (
        AutoencoderRecipe,
        DenoiserRecipe,
        ProbeRecipe,
        ReaderRecipe,
        StudentRecipe,
        load_recipe,
    )
    from adfusion.training.upsampler import UpsamplerTask

    recipe = load_recipe(recipe_path)
    task: Task
    if isinstance(recipe, AutoencoderRecipe):
        task = AutoencoderTask(recipe, run)
    elif isinstance(recipe, DenoiserRecipe):
        task = DenoiserTask(recipe, run)
    elif isinstance(recipe, StudentRecipe):
        task = StudentTask(recipe, run)
    elif isinstance(recipe, ProbeRecipe):
        task = ProbeTask(recipe, run)
    elif isinstance(recipe, ReaderRecipe):
        task = ReaderTask(recipe, run)
    else:
        task = UpsamplerTask(recipe, run)
    return run_training(task, recipe, run, resume=resume)
