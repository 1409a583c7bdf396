"""Monocular visual odometry: five-point poses between the frames of a walk through a room."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from choose import main, make_feature
from room import LENS, angle_between, look, pose, relative, rotation_error
from scenes import gray


def walk() -> list:
    """Return the poses of a camera that walks ahead and turns."""
    return [pose(-0.9 + 0.35 * i, 0.1 * i - 0.2, 0.3 * i, 4 * i - 6, i, 2 * i) for i in range(5)]


def run(name: str) -> dict[str, float]:
    """Return the errors of rotations, directions and the whole way, given the steps' lengths."""
    cameras = walk()
    feature = make_feature(name, 800)
    matcher = cv2.BFMatcher(feature.defaultNorm(), crossCheck=True)
    frames = [gray(look(camera, 1 - 0.03 * i)) for i, camera in enumerate(cameras)]
    found = [feature.detectAndCompute(frame, None) for frame in frames]
    rotation, centre = cameras[0].rotation, cameras[0].centre
    turns, directions, inliers = [], [], []
    for i in range(len(cameras) - 1):
        (kp0, des0), (kp1, des1) = found[i], found[i + 1]
        matches = sorted(matcher.match(des0, des1), key=lambda m: m.distance)
        points0 = np.float32([kp0[m.queryIdx].pt for m in matches])
        points1 = np.float32([kp1[m.trainIdx].pt for m in matches])
        essential, mask = cv2.findEssentialMat(
            points0, points1, LENS, method=cv2.RANSAC, prob=0.999, threshold=1.0
        )
        count, turn, step, _ = cv2.recoverPose(essential, points0, points1, LENS, mask=mask)
        true_turn, true_step = relative(cameras[i], cameras[i + 1])
        turns.append(rotation_error(turn, true_turn))
        directions.append(angle_between(step, true_step))
        inliers.append(count)
        rotation = turn @ rotation
        centre = centre - rotation.T @ step.ravel() * np.linalg.norm(true_step)
    length = sum(np.linalg.norm(b.centre - a.centre) for a, b in pairwise(cameras))
    return {
        "inliers": float(np.mean(inliers)),
        "rotation error": max(turns),
        "direction error": float(np.median(directions)),
        "drift": float(np.linalg.norm(centre - cameras[-1].centre) / length),
    }


if __name__ == "__main__":
    main(run)
