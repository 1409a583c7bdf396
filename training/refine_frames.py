"""What `refine` does with the frame net: give a candidate the same frame in both views."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.data.pairs import PairDataset
from ssldescriptor.training.extraction import package_extractor
from ssldescriptor.training.geometry import rotate
from ssldescriptor.training.losses.frame import frame_loss
from ssldescriptor.training.matched_rings import STEPS, cut_matched_rings
from ssldescriptor.training.models.registry import GeometricModel


class FrameLesson:
    """The frame net."""

    def __init__(self, config: TrainConfig, model: GeometricModel, pairs: PairDataset) -> None:
        """Cut the rings.

        Raises:
            ValueError: no keypoint was found twice.
        """
        self._config = config
        extractor = package_extractor(model, num_threads=config.threads)
        self._matched = cut_matched_rings(extractor, pairs, config.step.keypoints)
        self.size = len(self._matched.turn)
        model.train_only("frame_net")

    def loss(
        self, model: GeometricModel, rng: np.random.Generator, *, bfloat16: bool
    ) -> tuple[Tensor, dict[str, float]]:
        """Return the loss of candidates drawn from all pairs and the figures worth watching."""
        config = self._config
        drawn = rng.integers(self.size, size=config.batch * config.step.keypoints)
        rings, turn, scale, missed = (torch.from_numpy(column[drawn]) for column in self._matched)
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            rows = model.frame_net(rings.transpose(0, 1).flatten(0, 1).float() / STEPS)
        direction0, direction1 = rows.direction.float().chunk(2)
        log_size0, log_size1 = rows.log_size.float().chunk(2)
        offset0, offset1 = rows.offset.float().chunk(2)
        loss, figures = frame_loss(
            direction0,
            direction1,
            log_size0,
            log_size1,
            scale[:, None] * rotate(offset0, turn),
            missed + offset1,
            turn,
            scale,
            floor=config.step.direction_floor,
        )
        return loss, {"loss": float(loss.detach())} | figures
