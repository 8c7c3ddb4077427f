"""Pictures that go into a request."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from PIL import Image

from adfusion.errors import UserError


@dataclass(frozen=True)
class InputImage:
    """A picture or mask that a request starts from, known by its content: equal pixels make equal inputs.

    The fields are what JSON keeps. The pixels travel beside them and count neither in comparisons nor in
    `dataclasses.asdict`; an input that was read back from a file's metadata has none.
    """

    sha256: str
    """Of mode, size and pixels."""
    width: int
    height: int
    _pixels: ClassVar[Image.Image | None] = None

    @classmethod
    def of(cls, image: Image.Image, mode: Literal["RGB", "L"] = "RGB") -> Self:
        """The input for `image`; `L` is for masks. Transparency is laid on white, in a mask on black."""
        if image.has_transparency_data:
            paper = Image.new("RGBA", image.size, "white" if mode == "RGB" else "black")
            image = Image.alpha_composite(paper, image.convert("RGBA"))
        pixels = image.convert(mode)
        content = f"{mode} {pixels.width}x{pixels.height}\n".encode() + pixels.tobytes()
        made = cls(hashlib.sha256(content).hexdigest(), pixels.width, pixels.height)
        object.__setattr__(made, "_pixels", pixels)
        return made

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def image(self) -> Image.Image:
        """The pixels, RGB or L. Raises `UserError` if they are not here."""
        if self._pixels is None:
            raise UserError(
                f"input picture: found only its SHA-256 {self.sha256[:12]}…, allowed: the picture itself"
            )
        return self._pixels
