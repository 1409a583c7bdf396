"""Stitch a panorama of a turning camera, in the manner of OpenCV's stitching_detailed.py."""

from __future__ import annotations

import cv2
import numpy as np
from choose import main, make_feature
from room import LENS, look, pose, relative, rotation_error

from ssldescriptor import patch_cv2

PANS = (-24, 0, 24)


def estimate_cameras(features, matches):
    """Estimate and adjust the cameras; their rotations are relative to one of them."""
    ok, cameras = cv2.detail_HomographyBasedEstimator().apply(features, matches, None)
    assert ok, "homography estimation failed"
    for camera in cameras:
        camera.R = camera.R.astype(np.float32)
    adjuster = cv2.detail_BundleAdjusterRay()
    adjuster.setConfThresh(0.5)
    mask = np.zeros((3, 3), np.uint8)
    mask[0, :], mask[1, 1:] = 1, 1
    adjuster.setRefinementMask(mask)
    ok, cameras = adjuster.apply(features, matches, cameras)
    assert ok, "camera parameters adjusting failed"
    return cameras


def compose(images, cameras):
    """Warp onto a sphere and blend; return the panorama."""
    scale = float(np.median([camera.focal for camera in cameras]))
    warper = cv2.PyRotationWarper("spherical", scale)
    corners, warped, masks = [], [], []
    for image, camera in zip(images, cameras, strict=True):
        lens = camera.K().astype(np.float32)
        corner, seen = warper.warp(image, lens, camera.R, cv2.INTER_LINEAR, cv2.BORDER_REFLECT)
        whole = np.full(image.shape[:2], 255, np.uint8)
        _, mask = warper.warp(whole, lens, camera.R, cv2.INTER_NEAREST, cv2.BORDER_CONSTANT)
        corners.append(corner)
        warped.append(seen)
        masks.append(mask)
    sizes = [(seen.shape[1], seen.shape[0]) for seen in warped]
    compensator = cv2.detail.ExposureCompensator_createDefault(cv2.detail.ExposureCompensator_GAIN)
    compensator.feed(corners, warped, masks)
    blender = cv2.detail.Blender_createDefault(cv2.detail.Blender_FEATHER)
    blender.prepare(cv2.detail.resultRoi(corners=corners, sizes=sizes))
    for index, (corner, seen, mask) in enumerate(zip(corners, warped, masks, strict=True)):
        compensator.apply(index, corner, seen, mask)
        blender.feed(cv2.UMat(seen.astype(np.int16)), mask, corner)
    panorama, _ = blender.blend(None, None)
    return panorama


def run(name: str) -> dict[str, float]:
    """Return matches, confidence, the errors of the cameras and the panorama's width."""
    cameras = [pose(0, 0, 0, pan, tilt=3 * (pan > 0)) for pan in PANS]
    images = [look(camera, light) for camera, light in zip(cameras, (0.85, 1, 0.9), strict=True)]
    finder = make_feature(name, 800)
    with patch_cv2(only=()):
        features = [cv2.detail.computeImageFeatures2(finder, image) for image in images]
    # A ratio of 0.9. With hardly a wrong match OpenCV would take two images for the same one.
    matcher = cv2.detail_BestOf2NearestMatcher(False, 0.1)
    found = matcher.apply2(features)
    matcher.collectGarbage()
    pairs = [found[1], found[5]]  # 0 with 1, 1 with 2, in the 3 x 3 table
    keep = cv2.detail.leaveBiggestComponent(features, found, 0.5)
    assert len(keep) == 3, f"only {len(keep)} images belong together"
    estimated = estimate_cameras(features, found)
    turns = [
        rotation_error(one.R.T @ two.R, relative(true_two, true_one)[0])
        for one, two, true_one, true_two in zip(
            estimated, estimated[1:], cameras, cameras[1:], strict=False
        )
    ]
    panorama = compose(images, estimated)
    return {
        "inliers": min(pair.num_inliers for pair in pairs),
        "confidence": min(pair.confidence for pair in pairs),
        "rotation error": max(turns),
        "focal error": float(abs(np.median([c.focal for c in estimated]) / LENS[0, 0] - 1)),
        "width": panorama.shape[1],
    }


if __name__ == "__main__":
    main(run)
