"""What can be read from a picture of a scene, as classes."""

from adfusion.data.scenes.plain import NOTHING
from adfusion.data.scenes.scene import (
    COLORS,
    COPY_SPACES,
    LIGHTS,
    MATERIALS,
    PRODUCTS,
    SEASONS,
    STAGES,
    Scene,
)

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "product": (*PRODUCTS, NOTHING),
    "product_color": tuple(COLORS),
    "accent_color": tuple(COLORS),
    "backdrop_color": tuple(COLORS),
    "stage": STAGES,
    "material": MATERIALS,
    "light": LIGHTS,
    "season": SEASONS,
    "copy_space": COPY_SPACES,
}
"""Attributes by the names of the fields of a `Scene`, each with its values in a fixed order."""

OF_A_PRODUCT = ("product_color", "accent_color", "material", "copy_space")
"""Attributes that an empty stage does not show."""
MIRRORED = {"left": "right", "right": "left"}
"""Values that change when a picture is mirrored; all others stay."""


def value(scene: Scene, attribute: str) -> str | None:
    """The attribute's value in `scene`, or `None` if its picture does not show it."""
    if scene.product is None and attribute in OF_A_PRODUCT:
        return None
    if scene.material == "glass" and attribute == "product_color":
        return None  # glass shows what is behind it
    found = getattr(scene, attribute)
    return NOTHING if found is None else str(found)


def label(scene: Scene, attribute: str, *, mirrored: bool = False) -> int | None:
    """The place of `value`, in the scene's picture or its mirror image, among the attribute's values."""
    found = value(scene, attribute)
    if mirrored and found is not None:
        found = MIRRORED.get(found, found)
    return None if found is None else ATTRIBUTES[attribute].index(found)
