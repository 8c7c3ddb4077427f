"""The products of the catalogue as signed distance functions.

A product stands on y = 0 around the y axis, y up, its front to +z, within |x|, |z| <= 0.7 and y <= 1.4. Its
proportions come from `shape`, eight numbers in [0, 1].
"""

import math

import numpy as np
import numpy.typing as npt

from adfusion.data.scenes.products.containers import bottle, can, jar, lipstick, perfume, soap_dispenser, tube
from adfusion.data.scenes.products.devices import headphones, phone, speaker
from adfusion.data.scenes.products.fashion import backpack, handbag, ring, sneaker, sunglasses, watch
from adfusion.data.scenes.products.food import apple, cupcake, donut, ice_cream
from adfusion.data.scenes.products.home import (
    book,
    candle,
    gift_box,
    lamp,
    mug,
    plant_pot,
    teapot,
    wine_glass,
)
from adfusion.data.scenes.sdf import Shape, compiled

_SIZES = (
    (0.32, 1.28), (0.34, 1.12), (0.48, 0.90), (0.33, 1.29), (0.41, 1.11), (0.49, 0.71), (0.58, 0.99),
    (0.32, 1.41), (0.46, 1.18), (0.64, 0.78), (0.56, 1.11), (0.53, 1.05), (0.36, 1.29), (0.70, 1.24),
    (0.38, 0.94), (0.49, 1.23), (0.52, 1.05), (0.30, 1.25), (0.55, 1.06), (0.65, 0.83), (0.39, 1.16),
    (0.34, 1.07), (0.46, 1.18), (0.56, 1.24), (0.42, 1.11), (0.43, 1.16), (0.76, 0.53), (0.46, 1.13),
)  # fmt: skip

PRODUCT_SIZE = np.array(_SIZES, dtype=np.float32)
"""Bounding cylinder of each kind, in the order of `scene.PRODUCTS`: radius around the y axis, height."""


# Four tables of seven, not one of 28: Numba clears room for the result of each call that a function may make.


@compiled
def _first(kind: int, x: float, y: float, z: float, s: Shape) -> tuple[float, int]:
    if kind == 0:
        return bottle(x, y, z, s)
    if kind == 1:
        return can(x, y, z, s)
    if kind == 2:
        return jar(x, y, z, s)
    if kind == 3:
        return tube(x, y, z, s)
    if kind == 4:
        return perfume(x, y, z, s)
    if kind == 5:
        return mug(x, y, z, s)
    return gift_box(x, y, z, s)


@compiled
def _second(kind: int, x: float, y: float, z: float, s: Shape) -> tuple[float, int]:
    if kind == 7:
        return ice_cream(x, y, z, s)
    if kind == 8:
        return lamp(x, y, z, s)
    if kind == 9:
        return sneaker(x, y, z, s)
    if kind == 10:
        return handbag(x, y, z, s)
    if kind == 11:
        return watch(x, y, z, s)
    if kind == 12:
        return phone(x, y, z, s)
    return headphones(x, y, z, s)


@compiled
def _third(kind: int, x: float, y: float, z: float, s: Shape) -> tuple[float, int]:
    if kind == 14:
        return candle(x, y, z, s)
    if kind == 15:
        return book(x, y, z, s)
    if kind == 16:
        return apple(x, y, z, s)
    if kind == 17:
        return lipstick(x, y, z, s)
    if kind == 18:
        return donut(x, y, z, s)
    if kind == 19:
        return teapot(x, y, z, s)
    return soap_dispenser(x, y, z, s)


@compiled
def _fourth(kind: int, x: float, y: float, z: float, s: Shape) -> tuple[float, int]:
    if kind == 21:
        return wine_glass(x, y, z, s)
    if kind == 22:
        return cupcake(x, y, z, s)
    if kind == 23:
        return backpack(x, y, z, s)
    if kind == 24:
        return plant_pot(x, y, z, s)
    if kind == 25:
        return speaker(x, y, z, s)
    if kind == 26:
        return sunglasses(x, y, z, s)
    return ring(x, y, z, s)


@compiled
def product_distance(
    kind: int, x: float, y: float, z: float, shape: npt.NDArray[np.float32]
) -> tuple[float, int]:
    """Distance from (x, y, z) to product number `kind` of `scene.PRODUCTS`, and the part that is nearest.

    Parts: 0 body, 1 accent, 2 dark detail, 3 pale detail, 4 chrome, 5 warm glow. More than 0.12 outside
    `PRODUCT_SIZE` the distance is that to the bounding cylinder, which is never more than the true one.
    """
    above = max(y - PRODUCT_SIZE[kind, 1], -y)
    bound = max(math.sqrt(x * x + z * z) - PRODUCT_SIZE[kind, 0], above)
    if bound > 0.12:
        return bound, 0
    s = (shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], shape[6], shape[7])
    if kind < 14:
        if kind < 7:
            return _first(kind, x, y, z, s)
        return _second(kind, x, y, z, s)
    if kind < 21:
        return _third(kind, x, y, z, s)
    return _fourth(kind, x, y, z, s)
