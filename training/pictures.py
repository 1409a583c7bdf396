"""Pictures of what a model is trained on and of what it finds."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from ssldescriptor.drawing import add_caption, draw_matches
from ssldescriptor.training.batch import Batch
from ssldescriptor.training.data.pairs import PairDataset
from ssldescriptor.training.keypoints import sample_correspondences
from ssldescriptor.training.models.dense import as_float
from ssldescriptor.training.models.registry import Model
from ssldescriptor.training.validation import CORRECT, Extract, match_views, pair_options

Picture = NDArray[np.uint8]

NUM_PAIRS = 3
NUM_POINTS = 40
MAX_KEYPOINTS = 512
ZOOM = 2


@torch.no_grad()
def training_pairs(model: Model, batch: Batch, seed: int) -> Picture:
    """Draw the first pairs of a batch with keypoints and where the homography takes them.

    Green: the other view has a keypoint there, too; red: it has not.

    Args:
        model: in evaluation mode, so that its statistics stay as they are.
        batch: pairs to draw from.
        seed: of the keypoints.
    """
    images = 2 * min(NUM_PAIRS, len(batch.gray) // 2)
    part = Batch(*(tensor[:images] for tensor in batch))
    found = sample_correspondences(
        as_float(model.dense(part.contrast)),
        part.h,
        part.views,
        part.photo_size,
        NUM_POINTS,
        torch.Generator().manual_seed(seed),
    )
    rows = []
    for i in range(0, images, 2):
        valid = found.valid[i].numpy()
        again = found.repeated[i].numpy()[valid]
        row = _drawn(
            part.gray[i].numpy(),
            found.source[i].numpy()[valid],
            part.gray[i + 1].numpy(),
            found.target[i].numpy()[valid],
            again,
        )
        text = f"pair {i // 2}: {len(again)} keypoints, {again.sum()} found again (green)"
        rows.append(add_caption(row, text))
    return np.vstack(rows)


def validation_matches(extract: Extract, unseen: Sequence[Picture]) -> Picture:
    """Draw the matches of one synthetic pair of every kind of validation.

    Green: right within 3 px; red: wrong.

    Args:
        extract: the feature.
        unseen: (H, W, 3) uint8 BGR photographs kept out of training.
    """
    rows = []
    for kind, options in pair_options().items():
        item = PairDataset(unseen, options, 0, 1)[0]
        gray0, gray1 = item["gray"].numpy()
        points0, points1, errors = match_views(
            extract, (gray0, gray1), item["h_0to1"].numpy(), MAX_KEYPOINTS
        )
        right = errors <= CORRECT
        row = draw_matches(gray0, points0, gray1, points1, good=right)
        text = f"{kind}: {len(right)} matches, {right.sum()} right within 3 px (green)"
        rows.append(add_caption(row, text))
    return np.vstack(rows)


def _drawn(
    gray0: Picture,
    points0: NDArray[np.float32],
    gray1: Picture,
    points1: NDArray[np.float32],
    good: NDArray[np.bool_],
) -> Picture:
    """Draw correspondences on small views, enlarged; pixel centres stay pixel centres."""
    large0, large1 = (
        np.asarray(cv2.resize(g, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC), np.uint8)
        for g in (gray0, gray1)
    )
    shifted0, shifted1 = (points * ZOOM + (ZOOM - 1) / 2 for points in (points0, points1))
    return draw_matches(large0, shifted0, large1, shifted1, good=good)
