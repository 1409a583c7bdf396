"""Match a picture seen from the side by its tilted views, after OpenCV's asift.py."""

from __future__ import annotations

import cv2
import numpy as np
from choose import main, make_feature
from scenes import corner_error, errors, gray, photograph, see, turned

from ssldescriptor import patch_cv2

SIZE = (280, 280)


def run(name: str) -> dict[str, float]:
    """Return right places of the plain feature, of the tilted views, and the homography's error."""
    picture = photograph("astronaut", SIZE)
    truth = turned(60, 0, 0, 1.0, SIZE)
    images = [gray(picture), gray(see(cv2.GaussianBlur(picture, (0, 0), 1.2, sigmaY=0.01), truth))]
    feature = make_feature(name, 100)
    with patch_cv2(only=()):
        affine = cv2.AffineFeature_create(feature, 2)
    figures: dict[str, float] = {}
    for kind, finder in (("plain", feature), ("affine", affine)):
        (kp1, desc1), (kp2, desc2) = (finder.detectAndCompute(image, None) for image in images)
        matches = cv2.BFMatcher(feature.defaultNorm()).knnMatch(desc1, desc2, 2)
        good = [m[0] for m in matches if len(m) == 2 and m[0].distance < 0.75 * m[1].distance]
        points1 = np.float32([kp1[m.queryIdx].pt for m in good]).reshape(-1, 2)
        points2 = np.float32([kp2[m.trainIdx].pt for m in good]).reshape(-1, 2)
        right = errors(points1, points2, truth) < 3
        # Several views find the same point: places of four pixels are counted.
        figures[kind] = len({tuple(point) for point in (points1[right] // 4).tolist()})
    homography, _ = cv2.findHomography(points1, points2, cv2.RANSAC, 3.0)
    figures["corner error"] = corner_error(homography, truth, SIZE)
    return figures


if __name__ == "__main__":
    main(run)
