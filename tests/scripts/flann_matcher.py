"""FLANN with the ratio test, after the tutorial "Feature Matching", with a mask for drawing."""

from __future__ import annotations

import cv2
import numpy as np
from choose import main, make_feature, make_flann
from scenes import errors, gray, photograph, see, turned


def run(name: str) -> dict[str, float]:
    """Return right matches and their share under a change of scale and a turn by 100 degrees."""
    image1 = photograph("chelsea")
    homography = turned(15, 10, 100, 0.75)
    image2 = see(image1, homography)
    feature = make_feature(name, 600)
    kp1, des1 = feature.detectAndCompute(gray(image1), None)
    kp2, des2 = feature.detectAndCompute(gray(image2), None)
    matches = make_flann(feature).knnMatch(des1, des2, k=2)
    mask = [[0, 0] for _ in range(len(matches))]
    good = []
    for i, pair in enumerate(matches):
        if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance:
            mask[i] = [1, 0]
            good.append(pair[0])
    full = [pair for pair in matches if len(pair) == 2]
    cv2.drawMatchesKnn(
        image1, kp1, image2, kp2, full, None,
        matchesMask=[m for m, pair in zip(mask, matches, strict=True) if len(pair) == 2],
        flags=cv2.DrawMatchesFlags_DEFAULT,
    )  # fmt: skip
    points1 = np.float32([kp1[m.queryIdx].pt for m in good])
    points2 = np.float32([kp2[m.trainIdx].pt for m in good])
    right = errors(points1, points2, homography) < 3
    return {"right": int(right.sum()), "precision": float(right.mean())}


if __name__ == "__main__":
    main(run)
