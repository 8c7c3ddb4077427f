"""Plain captions: one fixed wording for each value of each attribute, always in the same order.

A caption (`adfusion.data.scenes.caption`) says things as people do; a plain one says them as the model knows
them best. What a prompt says can be read into a `Said` and told plainly (`adfusion.models.reader`).
"""

from dataclasses import dataclass

import numpy as np

from adfusion.data.scenes.caption import (
    COPY_SPACE_WORDS,
    DISTANCE_WORDS,
    HEIGHT_WORDS,
    LIGHT_WORDS,
    MATERIAL_WORDS,
    SEASON_WORDS,
)
from adfusion.data.scenes.scene import Scene

NOTHING = "nothing"
"""The product of an empty stage."""

STAGES = {
    "none": "on the floor",
    "round podium": "on a round podium",
    "square podium": "placed on a square block",
    "steps": "standing on a small staircase",
    "arch": "in front of an arch",
}
BACKDROPS = {
    "plain": "plain {first} background",
    "gradient": "{first} to {second} gradient background",
    "two-tone": "two-tone backdrop, {first} wall and {second} floor",
    "cyclorama": "seamless {first} backdrop",
}
ROLES = {
    "plain": ("plain",),
    "cyclorama": ("cyclorama",),
    "two-tone": ("wall", "floor"),
    "gradient": ("from", "to"),
}
"""What each colour of a backdrop is the colour of."""
COPY_SPACES = {side: words[0] for side, words in COPY_SPACE_WORDS.items()} | {"centre": "centred composition"}


@dataclass(frozen=True)
class Said:
    """What a sentence says of a scene, in the values of `Scene`; `None` where it says nothing."""

    product: str | None = None
    """Or `NOTHING`, for a stage that is said to be empty."""
    product_color: str | None = None
    accent_color: str | None = None
    material: str | None = None
    stage: str | None = None
    backdrop: str | None = None
    """Its kind. Said only together with its colours."""
    backdrop_color: str | None = None
    second_color: str | None = None
    light: str | None = None
    season: str | None = None
    camera_height: str | None = None
    camera_distance: str | None = None
    copy_space: str | None = None

    def plain(self) -> str:
        """The plain caption."""
        clauses = [self._subject(), self._backdrop()]
        for said, words in (
            (self.light, LIGHT_WORDS),
            (self.season, SEASON_WORDS),
            (self.camera_height, HEIGHT_WORDS),
            (self.camera_distance, DISTANCE_WORDS),
        ):
            clauses.append(words[said][0] if said else "")
        clauses.append(COPY_SPACES[self.copy_space] if self.copy_space else "")
        return ", ".join(filter(None, clauses))

    def _subject(self) -> str:
        stage = STAGES[self.stage] if self.stage else ""
        if self.product == NOTHING:
            if self.stage in (None, "none", "arch"):
                return " ".join(filter(None, ("an empty stage", stage if self.stage == "arch" else "")))
            return f"an empty {self.stage}"
        material = MATERIAL_WORDS[self.material][0] if self.material else ""
        accent = f"with {self.accent_color} details" if self.accent_color else ""
        words = (material, self.product_color, self.product, accent, stage)
        return " ".join(word for word in words if word)

    def _backdrop(self) -> str:
        if self.backdrop is None:
            return ""
        return BACKDROPS[self.backdrop].format(first=self.backdrop_color, second=self.second_color)


@dataclass(frozen=True)
class Talk:
    """How likely a caption names each attribute of a scene."""

    brief: float
    """That it says as little as "red lamp"."""
    color: float
    accent: float
    material: float
    stage: float
    backdrop: float
    light: float
    season: float
    height: float
    distance: float
    centre: float
    """That the composition is centred; a side that is kept free for copy is said with chance `side`."""
    side: float


CASUAL = Talk(0.12, 0.95, 0.45, 0.5, 0.85, 0.9, 0.5, 0.92, 0.2, 0.25, 0.3, 0.8)
"""As people write: much is left open."""
THOROUGH = Talk(0.06, 0.97, 0.85, 0.85, 0.95, 0.96, 0.85, 0.98, 0.85, 0.85, 0.85, 0.95)
"""Nearly all, as a completed prompt does (`adfusion.data.scenes.completion`)."""


def said_of(scene: Scene, wording: int = 0, talk: Talk = CASUAL) -> Said:
    """Some of what is true of `scene`; another `wording` says other things."""
    rng = np.random.Generator(np.random.Philox(key=[scene.seed, 10_000 + wording]))

    def says(chance: float) -> bool:
        return bool(rng.random() < chance)

    empty = scene.product is None
    brief = says(talk.brief)
    composition = talk.centre if scene.copy_space == "centre" else talk.side
    color = scene.product_color if says(talk.color) and not empty else None
    if brief and not empty:
        return Said(scene.product, color)
    backdrop = says(talk.backdrop)
    return Said(
        product=NOTHING if scene.product is None else scene.product,
        product_color=color,
        accent_color=scene.accent_color if says(talk.accent) and not empty else None,
        material=scene.material if says(talk.material) and not empty else None,
        stage=scene.stage if says(talk.stage) else None,
        backdrop=scene.backdrop if backdrop else None,
        backdrop_color=scene.backdrop_color if backdrop else None,
        second_color=scene.second_color if backdrop and scene.backdrop in ("gradient", "two-tone") else None,
        light=scene.light if says(talk.light) else None,
        season=scene.season if scene.season != "none" and says(talk.season) else None,
        camera_height=scene.camera_height if says(talk.height) else None,
        camera_distance=scene.camera_distance if says(talk.distance) else None,
        copy_space=scene.copy_space if says(composition) else None,
    )
