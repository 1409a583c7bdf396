"""Pose of a camera from a model of textured points, after the tutorial on real-time pose."""

from __future__ import annotations

import cv2
import numpy as np
from choose import main, make_feature
from room import LENS, cast, look, pose, rotation_error
from scenes import gray


def run(name: str) -> dict[str, float]:
    """Return the inliers, and the errors of rotation and place."""
    known, wanted = pose(-0.5, 0, 0, 5), pose(0.8, -0.3, 1.0, -18, -3, 25)
    feature = make_feature(name, 1000)
    keypoints, model_rows = feature.detectAndCompute(gray(look(known)), None)
    model = cast(known, np.float64(cv2.KeyPoint.convert(keypoints)))[0]
    found, rows = feature.detectAndCompute(gray(look(wanted, 0.8)), None)
    matches = cv2.BFMatcher(feature.defaultNorm()).knnMatch(rows, model_rows, 2)
    good = [m for m, n in matches if m.distance < 0.85 * n.distance]
    solid = np.float64([model[m.trainIdx] for m in good])
    flat = np.float64([found[m.queryIdx].pt for m in good])
    ok, turn, step, inliers = cv2.solvePnPRansac(
        solid, flat, LENS, None, iterationsCount=500, reprojectionError=2.0, confidence=0.99
    )
    assert ok
    rotation = cv2.Rodrigues(turn)[0]
    return {
        "inliers": len(inliers),
        "rotation error": rotation_error(rotation, wanted.rotation),
        "place error": float(np.linalg.norm(-rotation.T @ step.ravel() - wanted.centre)),
    }


if __name__ == "__main__":
    main(run)
