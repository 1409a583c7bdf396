"""Cross-checked brute force on a real stereo pair whose disparities were measured."""

from __future__ import annotations

import cv2
import numpy as np
import skimage.data
from choose import main, make_feature
from scenes import gray

SCALE = 0.5


def run(name: str) -> dict[str, float]:
    """Return right matches, their share, and that of the fifty nearest."""
    left, right, disparity = skimage.data.stereo_motorcycle()
    images = [
        cv2.resize(gray(image[..., ::-1]), None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA)
        for image in (left, right)
    ]
    feature = make_feature(name, 1000)
    kp1, des1 = feature.detectAndCompute(images[0], None)
    kp2, des2 = feature.detectAndCompute(images[1], None)
    matches = cv2.BFMatcher(feature.defaultNorm(), crossCheck=True).match(des1, des2)
    matches = sorted(matches, key=lambda m: m.distance)
    points1 = np.float32([kp1[m.queryIdx].pt for m in matches])
    points2 = np.float32([kp2[m.trainIdx].pt for m in matches])
    at = np.rint((points1 + 0.5) / SCALE - 0.5).astype(int)
    at = np.clip(at, 0, np.array(disparity.shape[::-1]) - 1)
    known = disparity[at[:, 1], at[:, 0]] * SCALE
    measured = np.isfinite(known)
    gap = points1 - points2 - np.column_stack([known, np.zeros(len(known))])
    ok = np.linalg.norm(gap[measured], axis=1) < 2
    return {
        "right": int(ok.sum()),
        "precision": float(ok.mean()),
        "precision of 50": float(ok[:50].mean()),
    }


if __name__ == "__main__":
    main(run)
