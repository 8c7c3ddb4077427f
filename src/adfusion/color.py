"""Perceptual colour."""

import numpy as np
import numpy.typing as npt


def oklab(srgb: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """sRGB 0 … 255, (..., 3), to OKLab: lightness, green-red and blue-yellow, (..., 3).

    Björn Ottosson 2020, "A perceptual color space for image processing".
    """
    values = np.asarray(srgb, dtype=np.float64) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T)


_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
