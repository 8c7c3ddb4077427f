"""What several ways of drawing are measured on, for the scripts beside this one that compare some."""

from itertools import islice
from statistics import fmean

import numpy as np

from adfusion.data.scenes.render import render
from adfusion.evaluation import prompts
from adfusion.evaluation.distribution import frechet_distance
from adfusion.evaluation.drawing import Settings, draw
from adfusion.evaluation.evaluate import HELD_OUT, comparable_scenes
from adfusion.evaluation.fidelity import EVERYTHING, fidelity
from adfusion.evaluation.probe import load_probe
from adfusion.models import Model

RENDERS = 500


class Yardstick:
    """The same prompts, seeds and held-out renders for all that is compared."""

    def __init__(self, size: tuple[int, int], amount: int) -> None:
        """size: (width, height) of the pictures; amount: how many prompts."""
        self.probe, self.asked = load_probe(), prompts.seen(amount)
        scenes = list(islice(comparable_scenes(HELD_OUT), RENDERS))
        self.renders = self.probe.features(render(scenes, size=size).rgb)

    def draw(self, model: Model, settings: Settings) -> np.ndarray:
        texts, seeds = [one.prompt for one in self.asked], [one.scene.seed for one in self.asked]
        return np.concatenate(list(draw(model, texts, seeds, settings)))

    def row(self, pictures: np.ndarray, features: np.ndarray) -> str:
        """Cells: share of attributes drawn as asked, of pictures that show all of them; Fréchet distance."""
        shares = fidelity(self.asked, self.probe.read(pictures), self.probe.card.trusted)
        mean = fmean(share.share for attribute, share in shares.items() if attribute != EVERYTHING)
        distance = frechet_distance(features, self.renders)
        return f"{100 * mean:.1f} % | {shares[EVERYTHING]} | {distance:.2f}"
