"""What `refine` does with the patch head: tell apart the keypoints that the extractor finds."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.data.pairs import PairDataset
from ssldescriptor.training.extraction import package_extractor
from ssldescriptor.training.matched_patches import STEPS, cut_matched_patches
from ssldescriptor.training.mining import nearest_is_right
from ssldescriptor.training.models.registry import GeometricModel
from ssldescriptor.training.step import bits_loss, rows_loss


class HeadLesson:
    """The patch head, and the binary head where `step.binary_weight` asks for it."""

    def __init__(self, config: TrainConfig, model: GeometricModel, pairs: PairDataset) -> None:
        """Cut the patches.

        Raises:
            ValueError: no keypoint was found twice, or negatives of other scopes than the batch.
        """
        if config.step.negatives != "batch":
            given = config.step.negatives
            raise ValueError(f"step.negatives={given!r}: refine has only those of the batch")
        self._config = config
        extractor = package_extractor(model, num_threads=config.threads)
        cap, grids = config.step.keypoints, model.options.grids
        self._matched = cut_matched_patches(extractor, pairs, cap, grids)
        self.size = len(self._matched.xy)
        model.train_only("patch_head", *(["binary"] if config.step.binary_weight else []))

    def loss(
        self, model: GeometricModel, rng: np.random.Generator, *, bfloat16: bool
    ) -> tuple[Tensor, dict[str, float]]:
        """Return the loss of the keypoints of some pairs and the figures worth watching."""
        config, matched = self._config, self._matched
        drawn = draw_pairs(rng, matched.photo, config.batch)
        spans = [slice(*matched.start[p : p + 2]) for p in drawn]
        patches = np.concatenate([matched.patches[span] for span in spans])
        views = torch.from_numpy(patches).transpose(0, 1).flatten(0, 1).float() / STEPS
        ignore = same_points(
            [torch.from_numpy(matched.xy[span]) for span in spans],
            config.step.min_negative_distance,
        )
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            rows = model.patch_head(views)
        rows0, rows1 = rows.float().chunk(2)
        descriptor = rows_loss(rows0, rows1, ignore, config.step)
        binary = bits_loss(model, rows0, rows1, ignore, config.step)
        nearest = nearest_is_right(rows0.detach(), rows1.detach(), ignore)
        loss = descriptor + config.step.binary_weight * binary
        return loss, {
            "loss": float(loss.detach()),
            "descriptor": float(descriptor.detach()),
            "binary": float(binary.detach()),
            "accuracy": float(nearest.float().mean()),
        }


def draw_pairs(rng: np.random.Generator, photo: NDArray[np.int64], count: int) -> NDArray[np.intp]:
    """Draw pairs of different photographs: of one, a point would be its own negative.

    Args:
        rng: source of randomness.
        photo: (P,) the photograph of each pair.
        count: how many to draw; fewer where there are fewer photographs.
    """
    order = rng.permutation(len(photo))
    _, first = np.unique(photo[order], return_index=True)
    return order[np.sort(first)[:count]]


def same_points(xy: list[Tensor], min_distance: float) -> Tensor:
    """Tell which keypoints are no negatives of each other: nearly the same point of one pair.

    Args:
        xy: of each pair, (K, 2, 2) pixels in both views.
        min_distance: nearer in either view is nearly the same; pixels.

    Returns:
        (N, N) bool for all N keypoints, True on the diagonal.
    """
    near = [(torch.cdist(v, v) < min_distance).any(0) for v in (x.transpose(0, 1) for x in xy)]
    blocks: Tensor = torch.block_diag(*near)  # type: ignore[no-untyped-call]
    return blocks
