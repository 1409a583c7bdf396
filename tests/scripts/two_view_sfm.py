"""Structure from two views: essential matrix, pose, triangulated points against the true room."""

from __future__ import annotations

import cv2
import numpy as np
from choose import main, make_feature
from room import LENS, angle_between, cast, look, pose, relative, rotation_error
from scenes import gray


def run(name: str) -> dict[str, float]:
    """Return the errors of the pose, and how many points lie where they are to within 5 %."""
    cameras = [pose(-0.7, 0, 0, 4), pose(0.6, 0.2, 0.4, -8, 2, 10)]
    feature = make_feature(name, 1000)
    images = [gray(look(camera, light)) for camera, light in zip(cameras, (1, 0.8), strict=True)]
    kp0, des0 = feature.detectAndCompute(images[0], None)
    kp1, des1 = feature.detectAndCompute(images[1], None)
    matches = cv2.BFMatcher(feature.defaultNorm()).knnMatch(des0, des1, k=2)
    good = [m for m, n in matches if m.distance < 0.85 * n.distance]
    points0 = np.float64([kp0[m.queryIdx].pt for m in good])
    points1 = np.float64([kp1[m.trainIdx].pt for m in good])
    essential, mask = cv2.findEssentialMat(
        points0, points1, LENS, method=cv2.USAC_MAGSAC, prob=0.999, threshold=1.0
    )
    count, turn, step, mask = cv2.recoverPose(essential, points0, points1, LENS, mask=mask)
    true_turn, true_step = relative(*cameras)
    ok = mask.ravel() > 0
    first = LENS @ np.eye(3, 4)
    second = LENS @ np.hstack([turn, step * np.linalg.norm(true_step)])
    solid = cv2.triangulatePoints(first, second, points0[ok].T, points1[ok].T)
    solid = (solid[:3] / solid[3]).T
    truth = (cast(cameras[0], points0[ok])[0] - cameras[0].centre) @ cameras[0].rotation.T
    gap = np.linalg.norm(solid - truth, axis=1) / np.linalg.norm(truth, axis=1)
    return {
        "inliers": int(count),
        "rotation error": rotation_error(turn, true_turn),
        "direction error": angle_between(step, true_step),
        "points": int((gap < 0.05).sum()),
    }


if __name__ == "__main__":
    main(run)
