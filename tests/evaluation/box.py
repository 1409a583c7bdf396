"""A scene whose every pixel is known: three planes with a photograph on them."""

from pathlib import Path

import cv2
import numpy as np

Image = np.ndarray


BOX_INTRINSICS = np.array([[260.0, 0, 129.5], [0, 260, 89.5], [0, 0, 1]])
BOX_SIZE = (260, 180)
# Depth and upper left corner of three planes, 3 x 3 units of the world each; the nearer ones last.
BOX_PLANES = ((7.0, -1.5, -1.5), (5.0, -2.8, -1.5), (3.5, 0.3, 0.2))


def render_box(
    photograph: Image, rotation: np.ndarray, shift: np.ndarray
) -> tuple[Image, np.ndarray]:
    """Draw the box with the photograph on its planes.

    Returns:
        (H, W, 3) uint8, and (H, W, 3) float32, the place in the world that each pixel shows, NaN
        where it shows nothing.
    """
    width, height = BOX_SIZE
    image = np.zeros((height, width, 3), np.uint8)
    places = np.full((height, width, 3), np.nan, np.float32)
    rows, columns = np.indices((height, width))
    pixels = np.stack([columns, rows, np.ones_like(rows)], axis=-1).astype(float)
    rays = pixels @ np.linalg.inv(BOX_INTRINSICS).T @ rotation
    centre = -rotation.T @ shift
    for depth, left, top in BOX_PLANES:
        # Texture pixel (u, v) lies at (left + u / 100, top + 3 v / 200, depth).
        place = np.array([[0.01, 0, left], [0, 0.015, top], [0, 0, depth]])
        to_image = BOX_INTRINSICS @ (rotation @ place + np.outer(shift, [0, 0, 1]))
        drawn = cv2.warpPerspective(photograph, to_image, BOX_SIZE)
        white = np.full(photograph.shape[:2], 255, np.uint8)
        mask = cv2.warpPerspective(white, to_image, BOX_SIZE) > 127
        image[mask] = drawn[mask]
        scale = (depth - centre[2]) / rays[..., 2:]
        places[mask] = (centre + scale * rays)[mask]
    return image, places


def box_pose(i: float) -> tuple[np.ndarray, np.ndarray]:
    """Return rotation and shift of view i: to the right, looking back to the left."""
    rotation = cv2.Rodrigues(np.array([0, -0.05 * i, 0]))[0]
    return rotation, rotation @ np.array([-0.4 * i, 0.05 * (i % 2), 0])


def write_box(folder: Path, photograph: Image, count: int) -> Path:
    """Write so many views of the box in Strecha's layout."""
    folder.mkdir(parents=True)
    for i in range(count):
        rotation, shift = box_pose(i)
        cv2.imwrite(str(folder / f"{i}.png"), render_box(photograph, rotation, shift)[0])
        rows = [*BOX_INTRINSICS, *rotation, shift]
        text = "\n".join(" ".join(map(str, row)) for row in rows)
        (folder / f"{i}.KRt.txt").write_text(text)
    return folder
