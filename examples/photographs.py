"""Photographs for the examples: yours, or scikit-image's, and the pictures that come of them.

Scikit-image's are seen from a second viewpoint in another light. The second view is made by a known
homography, so that every match can be checked. All photographs lie inside scikit-image's wheel:
nothing is downloaded.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.images import read_image

Image = NDArray[np.uint8]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """A photograph and how it is seen the second time.

    Attributes:
        name: function of skimage.data.
        pan_deg: turn of the camera to the side, about the vertical axis.
        tilt_deg: turn of the camera up or down.
        roll_deg: turn about the viewing direction.
        zoom: size of the second view relative to the first.
        gamma: above 1 darkens the second view.
        lamp: strength of a light from the left, 0 to 1.
    """

    name: str
    pan_deg: float
    tilt_deg: float
    roll_deg: float
    zoom: float
    gamma: float
    lamp: float


SCENES = (
    Scene("coffee", 35, 10, 15, 0.9, 1.0, 0.5),
    Scene("rocket", 20, -15, 8, 1.2, 1.8, 0.4),
    Scene("astronaut", -30, 15, 120, 0.8, 0.6, 0.6),
    Scene("chelsea", 25, 20, -35, 1.1, 1.5, 0.5),
)


def read_pair(parser: argparse.ArgumentParser, paths: Sequence[str]) -> tuple[Image, Image] | None:
    """Return the two photographs that were named, None if none was; else end the program."""
    if len(paths) not in (0, 2):
        parser.error(f"give two photographs or none, not {len(paths)}")
    return (read_photograph(paths[0]), read_photograph(paths[1])) if paths else None


def read_photograph(path: str) -> Image:
    """Return a photograph (BGR), or end the program and say why it cannot be read."""
    try:
        return read_image(path)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")


def write_picture(path: str, picture: Image) -> None:
    """Write a picture, or end the program."""
    try:
        written = cv2.imwrite(path, picture)
    except cv2.error:  # an ending that OpenCV does not know
        written = False
    if not written:
        sys.exit(f"cannot write {path}")


def load_scene(scene: Scene = SCENES[0]) -> tuple[Image, Image, Matrix]:
    """Return the photograph, its second view (both BGR) and the homography between their pixels."""
    import skimage.data  # only here: your own photographs do not need it

    image = np.ascontiguousarray(getattr(skimage.data, scene.name)()[..., ::-1])
    homography = view_homography(scene, image.shape)
    size = (image.shape[1], image.shape[0])
    seen = cv2.warpPerspective(image, homography, size, flags=cv2.INTER_AREA)
    return image, relight(np.asarray(seen, np.uint8), scene), homography


def view_homography(scene: Scene, shape: tuple[int, ...]) -> Matrix:
    """Return the (3, 3) map from the photograph, as a flat poster, to a turned camera's pixels."""
    height, width = shape[:2]
    focal = 1.2 * width
    pan, tilt, roll = np.radians([scene.pan_deg, scene.tilt_deg, scene.roll_deg])
    about_y = [[np.cos(pan), 0, np.sin(pan)], [0, 1, 0], [-np.sin(pan), 0, np.cos(pan)]]
    about_x = [[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]
    about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    pose = np.asarray(about_x) @ about_y @ about_z
    pose[:, 2] = [0, 0, focal / scene.zoom]
    centre = np.array([[1, 0, (width - 1) / 2], [0, 1, (height - 1) / 2], [0, 0, 1]])
    homography = centre @ np.diag([focal, focal, 1]) @ pose @ np.linalg.inv(centre)
    return np.asarray(homography / homography[2, 2])


def relight(image: Image, scene: Scene) -> Image:
    """Return the image under another exposure, lit from the left, with a little sensor noise."""
    lamp = np.linspace(1 + scene.lamp, 1 - scene.lamp, image.shape[1])[None, :, None]
    light = 255 * (image / 255.0) ** scene.gamma * lamp
    noise = np.random.default_rng(0).normal(0, 2, image.shape)
    return np.clip(light + noise, 0, 255).astype(np.uint8)
