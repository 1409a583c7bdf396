"""Find an object in a scene, in the manner of OpenCV's sample find_obj.py."""

from __future__ import annotations

import cv2
import numpy as np
from choose import main, make_feature, make_flann
from scenes import mapped, photograph, see, turned

BOX = (110, 60, 310, 240)  # the cup on the photograph of a coffee: left, top, right, bottom


def filter_matches(kp1, kp2, matches, ratio=0.75):
    """Keep the pairs that pass Lowe's ratio test, as two arrays of points."""
    good = [m[0] for m in matches if len(m) == 2 and m[0].distance < m[1].distance * ratio]
    points1 = np.float32([kp1[m.queryIdx].pt for m in good])
    points2 = np.float32([kp2[m.trainIdx].pt for m in good])
    return points1, points2


def run(name: str) -> dict[str, float]:
    """Return inliers and the error of the outline, with brute force and with FLANN."""
    photo = photograph("coffee")
    truth = turned(25, 10, 20, 0.9)
    left, top, right, bottom = BOX
    target, scene = photo[top:bottom, left:right], see(photo, truth)
    feature = make_feature(name, 800)
    kp1, desc1 = feature.detectAndCompute(target, None)
    kp2, desc2 = feature.detectAndCompute(scene, None)
    width, height = right - left, bottom - top
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    figures: dict[str, float] = {}
    matchers = {"bf": cv2.BFMatcher(feature.defaultNorm()), "flann": make_flann(feature)}
    for kind, matcher in matchers.items():
        points1, points2 = filter_matches(kp1, kp2, matcher.knnMatch(desc1, desc2, k=2))
        homography, status = cv2.findHomography(points1, points2, cv2.RANSAC, 5.0)
        gap = mapped(corners, homography) - mapped(corners + [left, top], truth)
        figures[f"{kind} inliers"] = int(np.sum(status))
        figures[f"{kind} corner error"] = float(np.linalg.norm(gap, axis=1).mean())
    return figures


if __name__ == "__main__":
    main(run)
