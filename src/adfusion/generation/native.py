"""Pictures from a model of this package."""

from collections.abc import Iterator, Sequence

from adfusion.diffusion.samplers import SAMPLERS
from adfusion.generation.backend import Backend
from adfusion.generation.drawing import Drawing, kind, windows_of
from adfusion.generation.editing.windows import Window
from adfusion.generation.request import EDITS, Picture, Progress, Request
from adfusion.models import Model


class NativeGenerator(Backend):
    """Draws with a `Model`: noise → latent → picture → picture at full size.

    `batch_size` pictures of equal size and settings are drawn together. It changes speed and memory, and
    pictures by no more than rounding. `sizes` are of finished pictures: what the decoder gives, enlarged by
    the upsampler.
    """

    edits = EDITS

    def __init__(self, model: Model, batch_size: int = 8) -> None:
        self.model = model
        self.batch_size = batch_size
        card, scale = model.card, model.upsampler.config.scale
        self.name, self.model_hash, self.license = card.name, model.hash, card.license
        self.sizes = tuple((scale * width, scale * height) for width, height in card.sizes)
        self.samplers = tuple(dict.fromkeys((card.defaults.sampler, *SAMPLERS)))
        self.steps, self.guidance_scale = card.defaults.steps, card.defaults.guidance_scale

    def _draw(self, requests: Sequence[Request]) -> Iterator[Progress | Picture]:
        drawings = [Drawing(self.model, batch, windows) for batch, windows in self._batches(requests)]
        total = sum(len(drawing) for drawing in drawings)
        done = 0
        for drawing in drawings:
            for event in drawing:
                if isinstance(event, Picture):
                    yield event
                else:
                    done += 1
                    yield Progress(done, total, drawing.requests, event)

    def _batches(self, requests: Sequence[Request]) -> Iterator[tuple[list[Request], tuple[Window, ...]]]:
        """Each distinct request once, those of one kind together, kinds in order of appearance."""
        groups: dict[tuple[object, tuple[Window, ...]], dict[Request, None]] = {}
        for request in requests:
            key = kind(request), windows_of(request, self.sizes)
            groups.setdefault(key, {})[request] = None
        for (_, windows), group in groups.items():
            members = list(group)
            for start in range(0, len(members), self.batch_size):
                yield members[start : start + self.batch_size], windows
