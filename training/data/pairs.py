"""Pairs of views of one photograph with the homography between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from ssldescriptor import _core
from ssldescriptor.training.data.homography import ViewRanges, random_views
from ssldescriptor.training.data.photometric import random_gray

Sample = dict[str, torch.Tensor]


@dataclass(frozen=True)
class PairOptions:
    """What a pair looks like.

    Attributes:
        size: side of both square views, pixels; a multiple of 32.
        photometric: strength of the relighting, 0..1.
        views: ranges of the random homographies.
    """

    size: int = 192
    photometric: float = 1.0
    views: ViewRanges = field(default_factory=ViewRanges)


class PairDataset(Dataset[Sample]):
    """Endless seeded pairs: item i is the same pair whenever and wherever it is asked for.

    Items hold `gray` (2, S, S) uint8, `contrast` (2, S, S) float32 (locally normalised), `views`
    (2, 3, 3) float32 (photograph to view), `h_0to1` (3, 3) float32 and `photo_size` (2,) float32
    (width, height).
    """

    def __init__(
        self, images: Sequence[NDArray[np.uint8]], options: PairOptions, seed: int, length: int
    ) -> None:
        self.images, self.options, self.seed, self.length = images, options, seed, length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Sample:
        rng = np.random.default_rng((self.seed, index))
        photo = self.images[int(rng.integers(len(self.images)))]
        height, width = photo.shape[:2]
        if rng.random() < 0.5:
            photo = photo[:, ::-1]
        size = self.options.size
        view0, view1 = random_views(rng, width, height, size, self.options.views)
        border = cv2.BORDER_CONSTANT if rng.random() < 0.5 else cv2.BORDER_REFLECT_101
        grays = [
            random_gray(rng, warp(photo, view, size, border), self.options.photometric)
            for view in (view0, view1)
        ]
        h_0to1 = view1 @ np.linalg.inv(view0)
        return {
            "gray": torch.from_numpy(np.stack(grays)),
            "contrast": torch.from_numpy(np.stack([_core.local_contrast(g) for g in grays])),
            "views": torch.from_numpy(np.stack([view0, view1]).astype(np.float32)),
            "h_0to1": torch.from_numpy((h_0to1 / h_0to1[2, 2]).astype(np.float32)),
            "photo_size": torch.tensor([width, height], dtype=torch.float32),
        }


def warp(
    photo: NDArray[np.uint8], view: NDArray[np.float64], size: int, border: int
) -> NDArray[np.uint8]:
    """Warp a photograph into a (size, size, 3) view, halving it first while the view shrinks it."""
    center = np.linalg.solve(view, np.array([(size - 1) / 2, (size - 1) / 2, 1.0]))
    scale = local_scale(view, center[:2] / center[2])
    matrix = view
    while scale < 0.7:
        half = cv2.resize(
            photo, (photo.shape[1] // 2, photo.shape[0] // 2), interpolation=cv2.INTER_AREA
        )
        fx, fy = photo.shape[1] / half.shape[1], photo.shape[0] / half.shape[0]
        matrix = matrix @ np.array([[fx, 0, fx / 2 - 0.5], [0, fy, fy / 2 - 0.5], [0, 0, 1]])
        photo, scale = np.asarray(half, np.uint8), scale * 2
    warped = cv2.warpPerspective(
        photo, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=border
    )
    return np.asarray(warped, np.uint8)


def local_scale(matrix: NDArray[np.float64], point: NDArray[np.float64]) -> float:
    """Return sqrt |det J| of the homography at a point (2,)."""
    w = matrix[2] @ np.append(point, 1.0)
    return float(np.sqrt(abs(np.linalg.det(matrix) / w**3)))
