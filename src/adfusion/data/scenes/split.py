"""Combinations that no denoiser is trained on, so that composition can be tested on them.

Every product misses two of the fourteen colours and one of the seven seasons; every colour and every season
is missed by four products. A model that has learnt words rather than pictures draws them all the same.
"""

from adfusion.data.scenes.scene import COLORS, PRODUCTS, SEASONS, Scene

HELD_OUT_COLORS: dict[str, frozenset[str]] = {
    product: frozenset(list(COLORS)[(3 * place + offset) % len(COLORS)] for offset in (1, 8))
    for place, product in enumerate(PRODUCTS)
}
"""Colours that each product never has in training."""

HELD_OUT_SEASONS: dict[str, str] = {
    product: SEASONS[1 + 2 * place % (len(SEASONS) - 1)] for place, product in enumerate(PRODUCTS)
}
"""The season that each product never meets in training."""


def held_out(scene: Scene) -> bool:
    """Whether the scene shows a combination that training leaves out."""
    if scene.product is None:
        return False
    return (
        scene.product_color in HELD_OUT_COLORS[scene.product]
        or scene.season == HELD_OUT_SEASONS[scene.product]
    )
