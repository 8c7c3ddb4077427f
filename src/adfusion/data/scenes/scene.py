"""A product photograph, said in words and numbers: what `render` draws and `caption` describes."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

VERSION = 2
"""Version of the generator: raised whenever scene number n would look different."""

PRODUCTS = (
    "bottle", "can", "jar", "tube", "perfume", "mug", "gift box", "ice cream", "lamp", "sneaker",
    "handbag", "watch", "phone", "headphones", "candle", "book", "apple", "lipstick", "donut", "teapot",
    "soap dispenser", "wine glass", "cupcake", "backpack", "plant pot", "speaker", "sunglasses", "ring",
)  # fmt: skip
"""Product kinds. `None` in a scene is the empty stage."""

COLORS: dict[str, str] = {
    "red": "#d32229", "orange": "#f07c1c", "yellow": "#f6cf2b", "green": "#3f9e4a", "teal": "#15a3a0",
    "blue": "#2f6fde", "navy": "#1c2b5e", "purple": "#7b3fb5", "pink": "#f291b2", "brown": "#7a4b2c",
    "beige": "#e0c9a3", "white": "#f7f7f5", "grey": "#8d9093", "black": "#1b1b1d",
}  # fmt: skip
"""Named colours of products, accents and backdrops, in sRGB."""

MATERIALS = ("matte", "glossy", "metal", "glass")
STAGES = ("none", "round podium", "square podium", "steps", "arch")
BACKDROPS = ("plain", "gradient", "two-tone", "cyclorama")
LIGHTS = ("soft studio", "hard sun", "golden hour", "neon")
SEASONS = ("none", "snow", "ornaments", "petals", "leaves", "confetti", "hearts", "pumpkins")
COPY_SPACES = ("left", "right", "top", "centre")
"""Where the picture is left empty for copy; `centre`: the product stands in the middle."""
CAMERA_HEIGHTS = ("eye level", "slightly above", "high angle")
CAMERA_DISTANCES = ("close-up", "medium", "wide")
ASPECTS: dict[str, float] = {"1:1": 1.0, "4:5": 4 / 5, "9:16": 9 / 16, "16:9": 16 / 9}
"""Width divided by height."""

Aspect = Literal["1:1", "4:5", "9:16", "16:9"]


@dataclass(frozen=True)
class Scene:
    """One stylised 3-D packshot. Colours are names in `COLORS`; every other word is from the lists above."""

    product: str | None = "bottle"
    product_color: str = "teal"
    accent_color: str = "white"
    material: str = "glossy"
    stage: str = "round podium"
    backdrop: str = "plain"
    backdrop_color: str = "pink"
    second_color: str = "pink"
    """The other backdrop colour of `gradient` (towards the top) and `two-tone` (the floor)."""
    light: str = "soft studio"
    season: str = "none"
    camera_height: str = "slightly above"
    camera_distance: str = "medium"
    copy_space: str = "centre"
    aspect: Aspect = "1:1"
    seed: int = 0
    """What no word says: turn of the product, its proportions, where each prop lies, the side of the sun."""

    def __post_init__(self) -> None:
        words: dict[str, tuple[str, ...]] = {
            "product": PRODUCTS if self.product is not None else (),
            "product_color": tuple(COLORS), "accent_color": tuple(COLORS), "backdrop_color": tuple(COLORS),
            "second_color": tuple(COLORS), "material": MATERIALS, "stage": STAGES, "backdrop": BACKDROPS,
            "light": LIGHTS, "season": SEASONS, "camera_height": CAMERA_HEIGHTS,
            "camera_distance": CAMERA_DISTANCES, "copy_space": COPY_SPACES, "aspect": tuple(ASPECTS),
        }  # fmt: skip
        for name, allowed in words.items():
            if allowed and getattr(self, name) not in allowed:
                raise ValueError(f"{name}: {getattr(self, name)!r} is not one of {', '.join(allowed)}")


def random_scene(seed: int, aspect: Aspect | None = None, **fixed: object) -> Scene:
    """A scene that depends on `seed` alone, so that scene number 17 is the same on every machine.

    Plain settings are more likely than rare ones, as in a real catalogue; the product never has the colour
    of its backdrop. `fixed` overrides any field.
    """
    rng = np.random.Generator(np.random.Philox(key=seed))
    names = list(COLORS)

    def choose(words: tuple[str, ...], *weights: float) -> str:
        chances = np.array(weights or (1.0,) * len(words))
        return str(words[rng.choice(len(words), p=chances / chances.sum())])

    product_color, accent_color, backdrop_color, second_color = (
        str(name) for name in rng.choice(names, 4, replace=False)
    )
    backdrop = choose(BACKDROPS, 0.34, 0.22, 0.22, 0.22)
    scene = Scene(
        product=None if rng.random() < 0.06 else choose(PRODUCTS),
        product_color=product_color,
        accent_color=accent_color,
        material=choose(MATERIALS, 0.3, 0.4, 0.15, 0.15),
        stage=choose(STAGES, 0.24, 0.28, 0.2, 0.14, 0.14),
        backdrop=backdrop,
        backdrop_color=backdrop_color,
        second_color=second_color if backdrop in ("gradient", "two-tone") else backdrop_color,
        light=choose(LIGHTS, 0.5, 0.2, 0.18, 0.12),
        season=choose(SEASONS, 0.51, *(0.07,) * 7),
        camera_height=choose(CAMERA_HEIGHTS, 0.35, 0.4, 0.25),
        camera_distance=choose(CAMERA_DISTANCES, 0.46, 0.46, 0.08),
        copy_space=choose(COPY_SPACES, 0.17, 0.17, 0.13, 0.53),
        aspect=aspect or "1:1",
        seed=seed,
    )
    return replace(scene, **fixed)  # type: ignore[arg-type]
