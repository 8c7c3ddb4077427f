"""A picture that is redrawn where a mask is white, part by part, by a model of few sizes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from adfusion.generation.editing.compositing import composed, opacity
from adfusion.generation.editing.windows import windows
from adfusion.generation.request import Request, Size


@dataclass(frozen=True)
class Part:
    """What a model is asked to redraw: all pictures have `size`, one of its own."""

    size: Size
    image: Image.Image
    mask: Image.Image
    """White where anything is to be redrawn."""
    control: Image.Image | None


class InPlace:
    """The initial picture of a request with a mask; exactly itself where the mask is black.

    for part in redrawing: redrawing.put(drawn)      # each part shows what was put before
    redrawing.picture
    """

    def __init__(self, request: Request, sizes: Sequence[Size]) -> None:
        assert request.initial is not None
        assert request.mask is not None
        self._pixels, self._mask = np.array(request.initial.image), np.array(request.mask.image)
        self._control = None if request.control is None else request.control.image.resize(request.size)
        self._windows = windows(self._mask > 0, sizes)
        self._window = self._windows[0]

    def __len__(self) -> int:
        return len(self._windows)

    def __iter__(self) -> Iterator[Part]:
        for window in self._windows:
            self._window = window
            part, size = window.part, window.size
            touched = Image.fromarray(self._mask[part]).resize(size, Image.Resampling.BOX)
            control = None if self._control is None else np.asarray(self._control)[part]
            yield Part(
                size=size,
                image=_resized(self._pixels[part], size),
                mask=touched.point(lambda level: 255 if level else 0),
                control=None if control is None else _resized(control, size),
            )

    def put(self, drawn: Image.Image) -> None:
        """Lay what was drawn into the part that was given out last."""
        pixels, redraw = self._pixels[self._window.part], self._mask[self._window.part]
        enlarged = drawn.resize((pixels.shape[1], pixels.shape[0]), Image.Resampling.BICUBIC)
        pixels[:] = composed(pixels, np.asarray(enlarged, np.float32), opacity(redraw))
        redraw[:] = 0

    @property
    def picture(self) -> Image.Image:
        return Image.fromarray(self._pixels)


def _resized(pixels: npt.NDArray[np.uint8], size: Size) -> Image.Image:
    return Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
