"""What the page of a pair shows, as plain data; its names are those that the scripts read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ssldescriptor import _core
from ssldescriptor.geometry import ImageMatches
from ssldescriptor.keypoints import from_cv2
from ssldescriptor.matching import match
from ssldescriptor.residuals import epipolar_residuals, homography_residuals
from ssldescriptor.support import support_size

_RESIDUALS = {"homography": homography_residuals, "fundamental": epipolar_residuals}


def page_content(
    pair: ImageMatches,
    *,
    geometry: Literal["homography", "fundamental"],
    ratio: float | None,
    threshold: float,
    settings: Mapping[str, Any],
    detector: object = None,
    upright: bool = False,
    grids: int = 2,
) -> dict[str, Any]:
    """Return everything but the pictures.

    The page has all mutual matches, so that a looser ratio than the one asked for can be tried. The
    geometry stays the one that was estimated from the matches under `ratio`.

    Args:
        pair: what match_images found.
        geometry: what `pair.transform` is.
        ratio: that the matches were made with; None for none.
        threshold: in pixels, that the inliers were counted with.
        settings: shown at the foot of the page, name to value.
        detector: that the keypoints come from, if they are not the model's own.
        upright: the descriptor ignored the keypoints' angles.
        grids: 1 to 3, patches that the model sees of a keypoint.
    """
    rows0, rows1 = pair.descriptors0, pair.descriptors1
    found = match(rows0, rows1)
    keypoints = [from_cv2(pair.keypoints0), from_cv2(pair.keypoints1)]
    points = keypoints[0].xy[found.index0], keypoints[1].xy[found.index1]
    error = None
    if pair.transform is not None:
        error = _RESIDUALS[geometry](*points, pair.transform)
    return {
        "geometry": geometry,
        "matrix": None if pair.transform is None else pair.transform.tolist(),
        "ratio": 1.0 if ratio is None else ratio,
        "threshold": threshold,
        "grids": grids,
        "settings": {name: _text(value) for name, value in settings.items()},
        "keypoints": [
            {
                "x": _numbers(of_image.xy[:, 0]),
                "y": _numbers(of_image.xy[:, 1]),
                "angle": [-1.0] * len(of_image) if upright else _numbers(of_image.angle),
                "size": _numbers(of_image.size),
                "support": _numbers(support_size(of_image.size, detector)),
                "score": _numbers(of_image.score),
            }
            for of_image in keypoints
        ],
        "matches": {
            "index0": found.index0.tolist(),
            "index1": found.index1.tolist(),
            "distance": _numbers(found.distance),
            "next": _numbers(second_distances(rows0, rows1)[found.index0]),
            "error": None if error is None else _numbers(error),
        },
    }


def second_distances(rows0: NDArray[Any], rows1: NDArray[Any]) -> NDArray[np.float32]:
    """Return (N,) distances from each row to the second nearest; infinite where there is none."""
    if not len(rows0) or len(rows1) < 2:
        return np.full(len(rows0), np.inf, np.float32)
    return _core.knn(rows0, rows1, 2)[1][:, 1]


def _numbers(values: NDArray[Any]) -> list[float | None]:
    """Return numbers as JSON knows them: None in the place of infinities and NaNs."""
    finite = np.isfinite(values)
    return [value if ok else None for value, ok in zip(values.tolist(), finite, strict=True)]


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
