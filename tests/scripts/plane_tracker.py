"""Track a flat target through a sequence, in the manner of OpenCV's sample plane_tracker.py."""

from __future__ import annotations

from collections import namedtuple

import cv2
import numpy as np
from choose import main, make_feature, make_flann
from scenes import gray, mapped, photograph, see, turned

PlanarTarget = namedtuple("PlanarTarget", "rect keypoints descrs")
TrackedTarget = namedtuple("TrackedTarget", "p0 p1 H quad")
MIN_MATCH_COUNT = 10


class PlaneTracker:
    """Adds targets to a matcher, finds them in frames."""

    def __init__(self, feature):
        self.detector = feature
        self.matcher = make_flann(feature)
        self.targets = []

    def add_target(self, image, rect):
        x0, y0, x1, y1 = rect
        points, descrs = self.detector.detectAndCompute(image, None)
        inside = [x0 <= kp.pt[0] <= x1 and y0 <= kp.pt[1] <= y1 for kp in points]
        points = [kp for kp, ok in zip(points, inside, strict=True) if ok]
        self.matcher.add([descrs[np.array(inside)]])
        self.targets.append(PlanarTarget(rect, points, None))

    def track(self, frame):
        points, descrs = self.detector.detectAndCompute(frame, None)
        matches = self.matcher.knnMatch(descrs, k=2)
        matches = [m[0] for m in matches if len(m) == 2 and m[0].distance < m[1].distance * 0.8]
        if len(matches) < MIN_MATCH_COUNT:
            return []
        tracked = []
        for index, target in enumerate(self.targets):
            mine = [m for m in matches if m.imgIdx == index]
            if len(mine) < MIN_MATCH_COUNT:
                continue
            p0 = np.float32([target.keypoints[m.trainIdx].pt for m in mine])
            p1 = np.float32([points[m.queryIdx].pt for m in mine])
            homography, status = cv2.findHomography(p0, p1, cv2.RANSAC, 3.0)
            ok = status.ravel() != 0
            if ok.sum() < MIN_MATCH_COUNT:
                continue
            x0, y0, x1, y1 = target.rect
            quad = mapped(np.float32([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), homography)
            tracked.append(TrackedTarget(p0[ok], p1[ok], homography, quad))
        return tracked


def run(name: str) -> dict[str, float]:
    """Return how many frames of a turning, shrinking picture are tracked, and how well."""
    photo = photograph("rocket")
    rect = (120, 40, 330, 260)
    tracker = PlaneTracker(make_feature(name, 800))
    tracker.add_target(gray(photo), rect)
    x0, y0, x1, y1 = rect
    corners = np.float32([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    gaps, inliers = [], []
    frames = [turned(7 * i, 4 * i, 24 * i, 1 - 0.06 * i) for i in range(5)]
    for truth in frames:
        tracked = tracker.track(gray(see(photo, truth)))
        if not tracked:
            continue
        gap = np.linalg.norm(tracked[0].quad - mapped(corners, truth), axis=1).mean()
        inliers.append(len(tracked[0].p0))
        if gap < 8:
            gaps.append(gap)
    return {
        "tracked": len(gaps),
        "inliers": float(np.mean(inliers)) if inliers else 0.0,
        "error": float(np.mean(gaps)) if gaps else np.inf,
    }


if __name__ == "__main__":
    main(run)
