"""A finished ad as a document: a frozen tree of layers, from which pixels, SVG and later forms are made.

Coordinates are pixels of the canvas, y downwards. Layers are listed from the bottom to the top.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from PIL import Image

from adfusion.creative.fonts import FontStack


@dataclass(frozen=True)
class Box:
    """An axis-parallel rectangle."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def center(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2

    def inset(self, horizontal: float, vertical: float | None = None) -> "Box":
        """Smaller by `horizontal` on the left and right and `vertical` above and below; negative grows."""
        vertical = horizontal if vertical is None else vertical
        return Box(
            self.left + horizontal,
            self.top + vertical,
            self.width - 2 * horizontal,
            self.height - 2 * vertical,
        )

    def contains(self, other: "Box", slack: float = 0.01) -> bool:
        return (
            other.left >= self.left - slack
            and other.top >= self.top - slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class Picture:
    """Pixels: `crop` (in pixels of `image`) scaled to `box`. RGB, or RGBA for a cut-out."""

    id: str
    box: Box
    image: Image.Image
    crop: Box


@dataclass(frozen=True)
class Panel:
    """A rectangle, rounded if `radius` > 0: filled, or an outline `stroke` pixels wide inside `box`."""

    id: str
    box: Box
    color: str
    radius: float = 0.0
    stroke: float = 0.0


@dataclass(frozen=True)
class Scrim:
    """A linear gradient of one colour between two points; `stops` are (offset, opacity), each in [0, 1]."""

    id: str
    box: Box
    color: str
    start: tuple[float, float]
    end: tuple[float, float]
    stops: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Shadow:
    """A blurred ellipse; `blur` is the standard deviation in pixels."""

    id: str
    box: Box
    color: str
    opacity: float
    blur: float


@dataclass(frozen=True)
class Line:
    """One line of type: `left` edge and `baseline` on the canvas, advance `width`."""

    text: str
    left: float
    baseline: float
    width: float


@dataclass(frozen=True)
class Text:
    """Live text. `box` holds every line from the font's ascent to its descent; `tracking` is in em."""

    id: str
    box: Box
    lines: tuple[Line, ...]
    font: FontStack
    size: float
    tracking: float
    color: str
    right_to_left: bool

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Vector:
    """Artwork in SVG, scaled to `box` whose aspect ratio is its own."""

    id: str
    box: Box
    svg: bytes


@dataclass(frozen=True)
class Group:
    """Layers with one name."""

    id: str
    layers: tuple["Layer", ...]


Layer = Picture | Panel | Scrim | Shadow | Text | Vector | Group


@dataclass(frozen=True)
class Creative:
    """One finished ad. `metadata` is what a reader of the file may want to know; JSON-able."""

    width: int
    height: int
    layers: tuple[Layer, ...]
    placement: str
    title: str
    metadata: Mapping[str, object] = field(default_factory=dict)

    def walk(self) -> Iterator[Layer]:
        """Every layer, groups included, from the bottom to the top."""
        return _walk(self.layers)

    def find(self, id: str) -> Layer | None:
        """The layer with this id, or `None`."""
        return next((layer for layer in self.walk() if layer.id == id), None)

    @property
    def canvas(self) -> Box:
        return Box(0, 0, self.width, self.height)


def _walk(layers: tuple[Layer, ...]) -> Iterator[Layer]:
    for layer in layers:
        yield layer
        if isinstance(layer, Group):
            yield from _walk(layer.layers)
