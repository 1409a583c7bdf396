"""A room with photographs on its walls, seen by a camera whose pose is known exactly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from scenes import photograph

WIDTH, HEIGHT = 400, 300
LENS = np.array([[260, 0, (WIDTH - 1) / 2], [0, 260, (HEIGHT - 1) / 2], [0, 0, 1]], np.float64)

# The walls of the room, in metres: x to the right, y down, z ahead.
LOW, HIGH = np.array([-3.0, -1.8, -2.0]), np.array([3.0, 1.8, 6.0])
PIXELS_PER_METRE = 90
PICTURES = ("coffee", "astronaut", "rocket", "gravel", "chelsea", "camera")


@dataclass(frozen=True, eq=False)
class Pose:
    """A camera: x_camera = rotation @ (x_world - centre)."""

    rotation: np.ndarray
    centre: np.ndarray


@lru_cache(maxsize=32)
def pose(x: float, y: float, z: float, pan: float = 0, tilt: float = 0, roll: float = 0) -> Pose:
    """Return a camera in the room, its angles in degrees."""
    turns = [
        cv2.Rodrigues(np.radians(angle) * np.array(axis, np.float64))[0]
        for angle, axis in ((roll, (0, 0, 1)), (tilt, (1, 0, 0)), (pan, (0, -1, 0)))
    ]
    return Pose(turns[0] @ turns[1] @ turns[2], np.array([x, y, z], np.float64))


def relative(first: Pose, second: Pose) -> tuple[np.ndarray, np.ndarray]:
    """Return (R, t) with x_second = R @ x_first + t."""
    rotation = second.rotation @ first.rotation.T
    return rotation, second.rotation @ (first.centre - second.centre)


@lru_cache(maxsize=32)
def look(camera: Pose, light: float = 1.0) -> np.ndarray:
    """Return (HEIGHT, WIDTH, 3) uint8: what the camera sees, with a little noise."""
    rows, columns = np.mgrid[: 2 * HEIGHT, : 2 * WIDTH]
    pixels = np.stack([(columns - 0.5) / 2, (rows - 0.5) / 2], axis=-1)
    points, wall = cast(camera, pixels.reshape(-1, 2))
    points, wall = points.reshape(*rows.shape, 3), wall.reshape(rows.shape)
    whole = np.zeros((*rows.shape, 3), np.uint8)
    for number in np.unique(wall):
        texture = textures()[number]
        sides = [axis for axis in (0, 1, 2) if axis != number // 2]
        at = ((points[:, :, sides] - LOW[sides]) * PIXELS_PER_METRE).astype(np.float32)
        if number // 2 == 0:
            at = np.ascontiguousarray(at[:, :, ::-1])
        seen = cv2.remap(texture, at, None, cv2.INTER_LINEAR)
        whole[wall == number] = seen[wall == number]
    image = cv2.resize(whole, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(1).normal(0, 1.5, image.shape)
    return np.clip(image * light + noise, 0, 255).astype(np.uint8)


def cast(camera: Pose, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Follow (N, 2) pixels to the walls: (N, 3) points in metres, (N,) numbers of the walls."""
    rays = np.column_stack([pixels, np.ones(len(pixels))]) @ np.linalg.inv(LENS).T @ camera.rotation
    rays[rays == 0] = 1e-12
    ahead = np.where(rays > 0, HIGH - camera.centre, LOW - camera.centre) / rays
    axis = ahead.argmin(axis=1)
    points = camera.centre + rays * ahead.min(axis=1)[:, None]
    return points, 2 * axis + (rays[np.arange(len(rays)), axis] > 0)


@lru_cache(maxsize=1)
def textures() -> list[np.ndarray]:
    """Return a photograph for each wall: left, right, ceiling, floor, behind, ahead."""
    found = []
    for number, name in enumerate(PICTURES):
        sides = np.delete(HIGH - LOW, number // 2) * PIXELS_PER_METRE
        width, height = sides[::-1] if number // 2 == 0 else sides
        found.append(photograph(name, (int(width) + 2, int(height) + 2)))
    return found


def angle_between(one: np.ndarray, two: np.ndarray) -> float:
    """Return the angle between two vectors in degrees."""
    cosine = one.ravel() @ two.ravel() / (np.linalg.norm(one) * np.linalg.norm(two))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def rotation_error(one: np.ndarray, two: np.ndarray) -> float:
    """Return the angle of the rotation between two rotations in degrees."""
    return float(np.degrees(np.linalg.norm(cv2.Rodrigues(one @ two.T)[0])))
