"""How far a set of pictures is from another, in the probe's features. Features are float64 (n, d)."""

import numpy as np
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist

NEIGHBOURS = 5


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Between the Gaussians with the sets' means and covariances (Heusel et al., arXiv:1706.08500, eq. 6)."""
    between = a.mean(axis=0) - b.mean(axis=0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = np.real(sqrtm(cov_a @ cov_b))
    return float(between @ between + np.trace(cov_a) + np.trace(cov_b) - 2 * np.trace(root))


def kernel_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Unbiased squared maximum mean discrepancy with a cubic kernel (Bińkowski et al., arXiv:1801.01401)."""

    def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        values: np.ndarray = (x @ y.T / x.shape[1] + 1) ** 3
        return values

    def within(x: np.ndarray) -> float:
        values = kernel(x, x)
        return float((values.sum() - np.trace(values)) / (len(x) * (len(x) - 1)))

    return within(a) + within(b) - 2 * float(kernel(a, b).mean())


def density_and_coverage(generated: np.ndarray, real: np.ndarray) -> tuple[float, float]:
    """How many generated pictures lie where real ones do, and how many real ones have a generated one near.

    Naeem et al., arXiv:2002.09797, eqs. 4 and 5. Density may exceed 1; coverage is in [0, 1].
    """
    among_real = cdist(real, real)
    radius = np.sort(among_real, axis=1)[:, NEIGHBOURS]  # column 0 is the picture itself
    inside = cdist(generated, real) <= radius
    return float(inside.sum() / (NEIGHBOURS * len(generated))), float(inside.any(axis=0).mean())
