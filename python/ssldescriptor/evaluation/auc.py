"""The area under the curve of errors, for homographies and for poses."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def error_auc(errors: ArrayLike, limits: ArrayLike) -> NDArray[np.float64]:
    """Return the area under the curve "share of pairs with at most this error", up to each limit.

    As Sarlin et al., "SuperGlue", section 5.2 and its evaluation: the curve goes through the origin
    and through (error, rank / count) of every pair, with straight lines between them, and is level
    after the last error below the limit. The area is divided by the limit.

    Args:
        errors: (N,) errors of the pairs; inf or NaN where there is no estimate.
        limits: (T,) of the same unit, above 0.

    Returns:
        (T,) float64 in [0, 1]; zeros when there are no pairs.
    """
    values = np.asarray(errors, dtype=np.float64).reshape(-1)
    ends = np.asarray(limits, dtype=np.float64).reshape(-1)
    if values.size == 0:
        return np.zeros(ends.size)
    values = np.sort(np.where(np.isfinite(values), values, np.inf))
    shares = np.arange(len(values) + 1) / len(values)
    values = np.concatenate([[0.0], values])
    areas = np.zeros(ends.size)
    for i, end in enumerate(ends):
        count = int(np.searchsorted(values, end))
        x = np.append(values[:count], end)
        y = np.append(shares[:count], shares[count - 1])
        areas[i] = ((y[1:] + y[:-1]) / 2 * np.diff(x)).sum() / end
    return areas


def share_below(errors: ArrayLike, limit: float) -> float:
    """Return the share of errors strictly below a limit; NaN counts as no estimate, none as 0."""
    values = np.asarray(errors, dtype=np.float64).reshape(-1)
    return float((values < limit).mean()) if values.size else 0.0
