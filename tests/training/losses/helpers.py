"""Rows to try losses on."""

import cv2
import numpy as np
import torch
from skimage import data as photographs
from torch import Tensor

from ssldescriptor.training.models.patch_head import PatchHead
from ssldescriptor.training.patches import cut_patches


def unit_rows(n: int, dim: int, seed: int) -> Tensor:
    rows = torch.randn(n, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return torch.nn.functional.normalize(rows, dim=1)


def random_mask(n: int, share: float, seed: int) -> Tensor:
    return torch.rand(n, n, generator=torch.Generator().manual_seed(seed)) < share


def described_views(steered: bool) -> tuple[Tensor, Tensor]:
    """Return rows (20, 16) float64 of points in a photograph and in its copy turned by 90 degrees.

    Args:
        steered: turn the patches of the copy as well; without, both are cut upright.
    """
    gray = cv2.cvtColor(photographs.astronaut(), cv2.COLOR_RGB2GRAY)[60:316, 60:316].copy()
    turned = np.ascontiguousarray(np.rot90(gray, -1))
    upright = np.random.default_rng(0).integers(40, 216, (20, 2)).astype(np.float32)
    moved = np.stack([255 - upright[:, 1], upright[:, 0]], 1)
    torch.manual_seed(0)
    head = PatchHead((4, 8, 8), 16).eval()
    rows = []
    for image, points, angle in ((gray, upright, 0.0), (turned, moved, np.pi / 2)):
        size = torch.full((1, 20), 5.0)
        angles = torch.full((1, 20), angle if steered else 0.0)
        xy = torch.from_numpy(points)[None]
        patches = cut_patches(torch.from_numpy(image)[None], xy, size, angles, 1)
        rows.append(torch.nn.functional.normalize(head(patches).detach().double(), dim=1))
    return rows[0], rows[1]
