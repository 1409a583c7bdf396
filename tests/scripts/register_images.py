"""Register a turned, shrunk and darkened image by a similarity, without ECC."""

from __future__ import annotations

import cv2
import numpy as np
from choose import main, make_feature
from scenes import SIZE, corner_error, gray, photograph, see


def run(name: str) -> dict[str, float]:
    """Return the errors of angle, scale and corners, and the gain in gray levels."""
    fixed = photograph("camera")
    angle, scale = 135.0, 0.7
    truth = np.vstack([cv2.getRotationMatrix2D((200, 150), angle, scale), [0, 0, 1]])
    moving = see(fixed, truth, light=0.65)
    feature = make_feature(name, 600)
    kp1, des1 = feature.detectAndCompute(gray(moving), None)
    kp2, des2 = feature.detectAndCompute(gray(fixed), None)
    matches = cv2.BFMatcher(feature.defaultNorm(), crossCheck=True).match(des1, des2)
    source = np.float32([kp1[m.queryIdx].pt for m in matches])
    target = np.float32([kp2[m.trainIdx].pt for m in matches])
    matrix, inliers = cv2.estimateAffinePartial2D(
        source, target, method=cv2.RANSAC, ransacReprojThreshold=3.0
    )
    found = np.vstack([matrix, [0, 0, 1]])
    turned_by = np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))
    return {
        "inliers": int(inliers.sum()),
        "angle error": float(abs((turned_by - angle + 180) % 360 - 180)),
        "scale error": float(abs(np.hypot(*matrix[:2, 0]) * scale - 1)),
        "corner error": corner_error(np.linalg.inv(found), truth, SIZE),
    }


if __name__ == "__main__":
    main(run)
