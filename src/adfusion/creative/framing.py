"""Which part of a picture is shown: the crop that puts its subject where the layout wants it."""

from dataclasses import dataclass
from functools import lru_cache

from adfusion.creative.document import Box
from adfusion.creative.saliency import Saliency

ZOOMS = (1.0, 1.08, 1.17, 1.27, 1.38, 1.5)
"""How much nearer than filling the box a crop may go; beyond that a generated picture looks soft."""


@dataclass(frozen=True)
class View:
    """`crop` (pixels of the picture) shown in `box` (pixels of the canvas)."""

    box: Box
    crop: Box

    @property
    def scale(self) -> float:
        return self.box.width / self.crop.width

    def on_canvas(self, place: Box) -> Box:
        """Where a part of the picture appears."""
        return Box(
            self.box.left + (place.left - self.crop.left) * self.scale,
            self.box.top + (place.top - self.crop.top) * self.scale,
            place.width * self.scale,
            place.height * self.scale,
        )

    def in_picture(self, place: Box) -> Box:
        """Which part of the picture a place on the canvas shows."""
        return Box(
            self.crop.left + (place.left - self.box.left) / self.scale,
            self.crop.top + (place.top - self.box.top) / self.scale,
            place.width / self.scale,
            place.height / self.scale,
        )


@lru_cache(maxsize=16384)
def frame(gaze: Saliency, box: Box, stage: Box) -> View:
    """Fill `box`, with the subject whole, in the middle of `stage`, and not too small."""
    return min((_view(gaze, box, stage, zoom) for zoom in ZOOMS), key=lambda view: _cost(view, gaze, stage))


def _view(gaze: Saliency, box: Box, stage: Box, zoom: float) -> View:
    scale = zoom * max(box.width / gaze.width, box.height / gaze.height)
    width, height = box.width / scale, box.height / scale
    (x, y), (stage_x, stage_y) = gaze.subject.center, stage.center
    return View(
        box,
        Box(
            max(0.0, min(x - (stage_x - box.left) / scale, gaze.width - width)),
            max(0.0, min(y - (stage_y - box.top) / scale, gaze.height - height)),
            width,
            height,
        ),
    )


def _cost(view: View, gaze: Saliency, stage: Box) -> float:
    subject = view.on_canvas(gaze.subject)
    size = max(subject.width / stage.width, subject.height / stage.height)
    return (
        6 * (1 - overlap(subject, view.box))
        + 4 * (1 - overlap(subject, stage))
        + 0.8 * max(0.0, 0.7 - size)
        + 0.5 * (view.box.width / view.crop.width / _cover(view, gaze) - 1)
    )


def _cover(view: View, gaze: Saliency) -> float:
    return max(view.box.width / gaze.width, view.box.height / gaze.height)


def overlap(inner: Box, outer: Box) -> float:
    """The share in [0, 1] of `inner` that lies in `outer`."""
    width = min(inner.right, outer.right) - max(inner.left, outer.left)
    height = min(inner.bottom, outer.bottom) - max(inner.top, outer.top)
    area = inner.width * inner.height
    return max(0.0, width) * max(0.0, height) / area if area else 0.0
