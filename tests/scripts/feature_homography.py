"""Count true matches between two views whose homography is known, after the AKAZE tutorial."""

from __future__ import annotations

import cv2
import numpy as np
from choose import main, make_feature
from scenes import errors, gray, photograph, see, turned

INLIER_THRESHOLD = 2.5
RATIO = 0.8


def run(name: str) -> dict[str, float]:
    """Return keypoints, matches, inliers and their share."""
    image1 = photograph("astronaut", (300, 300))
    homography = turned(-30, 15, 12, 0.95, (300, 300))
    image2 = see(image1, homography, light=0.7)
    feature = make_feature(name, 700)
    kpts1, desc1 = feature.detectAndCompute(gray(image1), None)
    kpts2, desc2 = feature.detectAndCompute(gray(image2), None)
    by_norm = {cv2.NORM_L2: "BruteForce", cv2.NORM_HAMMING: "BruteForce-Hamming"}
    matcher = cv2.DescriptorMatcher_create(by_norm[feature.defaultNorm()])
    good = [m for m, n in matcher.knnMatch(desc1, desc2, 2) if m.distance < RATIO * n.distance]
    points1 = np.array([kpts1[m.queryIdx].pt for m in good])
    points2 = np.array([kpts2[m.trainIdx].pt for m in good])
    right = errors(points1, points2, homography) < INLIER_THRESHOLD
    drawn = cv2.drawMatches(
        image1, kpts1, image2, kpts2, [m for m, ok in zip(good, right, strict=True) if ok], None
    )
    assert drawn.shape == (300, 600, 3)
    return {
        "keypoints": len(kpts1),
        "matches": len(good),
        "inliers": int(right.sum()),
        "inlier ratio": float(right.mean()),
    }


if __name__ == "__main__":
    main(run)
