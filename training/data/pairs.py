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
from ssldescriptor.training.data.photometric import LightOptions, random_gray

Sample = dict[str, torch.Tensor]
Photo = NDArray[np.uint8]

# What an option adds is drawn from a stream of its own: views are the same with and without it.
STYLIZED_STREAM, STRENGTH_STREAM = 1, 2


@dataclass(frozen=True)
class PairOptions:
    """What a pair looks like.

    Attributes:
        size: side of both square views, pixels; a multiple of 32.
        photometric: strength of the relighting, 0..1.
        photometric_least: where lower, each pair draws its strength between this and `photometric`:
            a scene seen twice in one minute is not relit.
        light: which kinds of relighting there are, and how often.
        stylized_share: probability that a view shows a stylized copy of its photograph, drawn for
            each view; needs `data.stylized`.
        views: ranges of the random homographies.
    """

    size: int = 192
    photometric: float = 1.0
    photometric_least: float = 1.0
    light: LightOptions = field(default_factory=LightOptions)
    stylized_share: float = 0.0
    views: ViewRanges = field(default_factory=ViewRanges)

    def __post_init__(self) -> None:
        if self.size < 32 or self.size % 32:
            raise ValueError(f"data.pair.size is {self.size}; a multiple of 32 is wanted")
        if not 0 <= self.photometric <= 1 or not 0 <= self.photometric_least <= 1:
            raise ValueError(
                f"data.pair.photometric is {self.photometric} and photometric_least "
                f"{self.photometric_least}; 0 to 1 is wanted"
            )
        if not 0 <= self.stylized_share <= 1:
            raise ValueError(f"data.pair.stylized_share is {self.stylized_share}, wanted 0 to 1")


class PairDataset(Dataset[Sample]):
    """Endless seeded pairs: item i is the same pair whenever and wherever it is asked for.

    Items hold `gray` (2, S, S) uint8, `contrast` (2, S, S) float32 (locally normalised), `views`
    (2, 3, 3) float32 (photograph to view), `h_0to1` (3, 3) float32 and `photo_size` (2,) float32
    (width, height).
    """

    def __init__(
        self,
        images: Sequence[Photo],
        options: PairOptions,
        seed: int,
        length: int,
        copies: Sequence[Sequence[Photo]] = (),
    ) -> None:
        """Keep what pairs are made of.

        Args:
            images: photographs, (H, W, 3) uint8 BGR.
            options: what a pair looks like.
            seed: of all pairs.
            length: number of pairs.
            copies: stylized copies of each photograph, of its size; may be none for some.

        Raises:
            ValueError: stylized views are wanted and there is no copy, or the numbers differ.
        """
        if options.stylized_share > 0 and not any(copies):
            raise ValueError(
                f"stylized_share is {options.stylized_share} but there are no stylized copies; "
                "make them with `ssldescriptor stylize` and name their folder in data.stylized"
            )
        if copies and len(copies) != len(images):
            raise ValueError(f"copies of {len(copies)} photographs for {len(images)} of them")
        self.images, self.options, self.seed, self.length = images, options, seed, length
        self.copies = copies

    def __len__(self) -> int:
        return self.length

    def photo_of(self, index: int) -> int:
        """Return which photograph pair `index` shows."""
        return int(np.random.default_rng((self.seed, index)).integers(len(self.images)))

    def __getitem__(self, item: int | tuple[int, int]) -> Sample:
        """Make pair `item`, of a random photograph; `(item, photo)` says which."""
        index, given = item if isinstance(item, tuple) else (item, None)
        rng = np.random.default_rng((self.seed, index))
        drawn = int(rng.integers(len(self.images)))
        photo = drawn if given is None else given
        height, width = self.images[photo].shape[:2]
        pictures = self._pictures(index, photo)
        if rng.random() < 0.5:
            pictures = [picture[:, ::-1] for picture in pictures]
        size = self.options.size
        view0, view1 = random_views(rng, width, height, size, self.options.views)
        border = cv2.BORDER_CONSTANT if rng.random() < 0.5 else cv2.BORDER_REFLECT_101
        strength = self._strength(index)
        grays = [
            random_gray(rng, warp(picture, view, size, border), strength, self.options.light)
            for picture, view in zip(pictures, (view0, view1), strict=True)
        ]
        h_0to1 = view1 @ np.linalg.inv(view0)
        # Not by the element itself: what both views see is in front of them, and w stays positive.
        scaled = h_0to1 / abs(h_0to1[2, 2])
        return {
            "gray": torch.from_numpy(np.stack(grays)),
            "contrast": torch.from_numpy(np.stack([_core.local_contrast(g) for g in grays])),
            "views": torch.from_numpy(np.stack([view0, view1]).astype(np.float32)),
            "h_0to1": torch.from_numpy(scaled.astype(np.float32)),
            "photo_size": torch.tensor([width, height], dtype=torch.float32),
        }

    def _strength(self, index: int) -> float:
        """Return how strongly the views of a pair are relit."""
        least, most = self.options.photometric_least, self.options.photometric
        rng = np.random.default_rng((self.seed, index, STRENGTH_STREAM))
        return float(rng.uniform(least, most)) if least < most else most

    def _pictures(self, index: int, photo: int) -> list[Photo]:
        """Return what either view is to show: the photograph or a stylized copy of it."""
        pictures = [self.images[photo]] * 2
        share = self.options.stylized_share
        if share > 0 and self.copies[photo]:
            copies = self.copies[photo]
            rng = np.random.default_rng((self.seed, index, STYLIZED_STREAM))
            pictures = [
                copies[int(rng.integers(len(copies)))] if rng.random() < share else p
                for p in pictures
            ]
        return pictures


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
