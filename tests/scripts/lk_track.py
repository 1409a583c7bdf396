"""Optical flow from a feature's keypoints, after OpenCV's sample lk_track.py, with a check back."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from choose import main, make_feature
from scenes import errors, gray, photograph, see, turned

LK = {
    "winSize": (15, 15),
    "maxLevel": 2,
    "criteria": (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 10, 0.03),
}


def run(name: str) -> dict[str, float]:
    """Return the tracks that last, their error, and how many lost ones descriptors bring back."""
    photo = photograph("coffee")
    feature = make_feature(name, 400)
    frames = [gray(see(photo, turned(2.5 * i, i, 3 * i), light=1 - 0.03 * i)) for i in range(6)]
    truth = turned(12.5, 5, 15) @ np.linalg.inv(turned(0, 0, 0))
    keypoints, descriptors = feature.detectAndCompute(frames[0], None)
    start = cv2.KeyPoint.convert(keypoints)
    points, alive = start.reshape(-1, 1, 2), np.ones(len(start), bool)
    for before, after in pairwise(frames):
        moved, _, _ = cv2.calcOpticalFlowPyrLK(before, after, points, None, **LK)
        back, _, _ = cv2.calcOpticalFlowPyrLK(after, before, moved, None, **LK)
        alive &= np.abs(points - back).reshape(-1, 2).max(-1) < 1
        points = moved
    end = points.reshape(-1, 2)
    gap = errors(start, end, truth)
    lost = np.flatnonzero(~(alive & (gap < 3)))
    again, rows = feature.detectAndCompute(frames[-1], None)
    found = cv2.BFMatcher(feature.defaultNorm(), crossCheck=True).match(descriptors, rows)
    found = [m for m in found if m.queryIdx in set(lost.tolist())]
    there = np.float32([again[m.trainIdx].pt for m in found]).reshape(-1, 2)
    from_start = np.float32([keypoints[m.queryIdx].pt for m in found]).reshape(-1, 2)
    return {
        "tracks": int((alive & (gap < 3)).sum()),
        "share": float((gap[alive] < 3).mean()),
        "error": float(np.median(gap[alive])),
        "brought back": int((errors(from_start, there, truth) < 3).sum()),
    }


if __name__ == "__main__":
    main(run)
