"""Keypoints of a training batch: local maxima, sampled by rank, seen again in the other view."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor

from ssldescriptor.training.distributed import draw
from ssldescriptor.training.geometry import inside, sample_map, warp_points
from ssldescriptor.training.models.dense import DenseMaps, score_map

BORDER = 6
NMS_RADIUS = 3
REPEAT_RADIUS = 1


class Correspondences(NamedTuple):
    """True correspondences of 2B source images; image 2b and 2b + 1 are the views of pair b.

    Attributes:
        source: (2B, K, 2) keypoints, pixels of the source image.
        target: (2B, K, 2) the same scene points in the other view.
        valid: (2B, K) bool.
        repeated: (2B, K) bool: the other view has a local maximum within about 1 px.
        seen: (2B, K, 2) that maximum, where there is one; elsewhere the same as the target.
    """

    source: Tensor
    target: Tensor
    valid: Tensor
    repeated: Tensor
    seen: Tensor


def local_maxima(peak: Tensor) -> Tensor:
    """Return a (B, 1, H, W) bool map of the maxima of (B, 1, H, W) logits, away from the border."""
    maxima = peak == _window_maximum(peak)
    keep = torch.zeros_like(maxima)
    keep[..., BORDER:-BORDER, BORDER:-BORDER] = maxima[..., BORDER:-BORDER, BORDER:-BORDER]
    return keep


def _window_maximum(x: Tensor) -> Tensor:
    """Maximum over square windows of (B, 1, H, W); cv2's is thirty times as fast as torch's."""
    kernel = np.ones((2 * NMS_RADIUS + 1, 2 * NMS_RADIUS + 1), np.uint8)
    planes = x.detach()[:, 0].contiguous().numpy()
    maxima = np.empty_like(planes)
    for plane, out in zip(planes, maxima, strict=True):
        cv2.dilate(plane, kernel, out)
    return torch.from_numpy(maxima)[:, None]


def other_view(x: Tensor) -> Tensor:
    """Swap the views in a batch laid out as pair 0 view 0, pair 0 view 1, pair 1 view 0, ..."""
    return x.view(-1, 2, *x.shape[1:]).flip(1).reshape(x.shape)


def both_ways(h_0to1: Tensor) -> Tensor:
    """(B, 3, 3) -> (2B, 3, 3): the homography from each image to its other view."""
    inverse = torch.linalg.inv(h_0to1)
    return torch.stack([h_0to1, inverse / inverse[:, 2:, 2:].abs()], 1).flatten(0, 1)


def in_photograph(xy: Tensor, views: Tensor, photo_size: Tensor, margin: float) -> Tensor:
    """Tell which points (2B, N, 2) of the views (2B, 3, 3) lie on their photograph (2B, 2)."""
    photo = warp_points(torch.linalg.inv(views), xy)
    return inside(photo, photo_size[:, :1], photo_size[:, 1:], margin)


@torch.no_grad()
def sample_correspondences(
    maps: DenseMaps,
    h: Tensor,
    views: Tensor,
    photo_size: Tensor,
    count: int,
    generator: torch.Generator,
    temperature: float = 1.0,
) -> Correspondences:
    """Draw up to `count` keypoints an image, likelier where the score is higher.

    Args:
        maps: of the 2B images.
        h: (2B, 3, 3) from each image to its other view.
        views: (2B, 3, 3) photograph to image.
        photo_size: (2B, 2) width and height.
        count: keypoints an image, K.
        generator: source of randomness.
        temperature: of the Gumbel noise on the scores; 0 takes the best.
    """
    maxima = local_maxima(maps.peak)
    images, _, height, width = maxima.shape
    pixels = _grid(torch.arange(width), torch.arange(height)).float().expand(images, -1, -1)
    target = warp_points(h, pixels)
    usable = maxima.view(images, -1) & inside(target, width, height, BORDER)
    usable &= in_photograph(pixels, views, photo_size, 3.0)
    score = score_map(maps).view(images, -1)
    noise = draw(_exponential, score.shape, generator).log()
    chosen = (score - temperature * noise).masked_fill(~usable, -1e9).topk(count, 1).indices
    index = chosen[..., None].expand(-1, -1, 2)
    spot = torch.gather(target, 1, index)
    seen, repeated = _maximum_near(other_view(maxima)[:, 0], spot)
    return Correspondences(
        torch.gather(pixels, 1, index), spot, torch.gather(usable, 1, chosen), repeated, seen
    )


def _maximum_near(maxima: Tensor, xy: Tensor) -> tuple[Tensor, Tensor]:
    """Find the maximum next to a point, in the 3 x 3 pixels around it.

    Args:
        maxima: (B, H, W) bool, no two of them neighbours.
        xy: (B, K, 2) points.

    Returns:
        (B, K, 2) pixels, the points themselves where there is none, and (B, K) whether there is.
    """
    height, width = maxima.shape[1:]
    steps = torch.arange(-REPEAT_RADIUS, REPEAT_RADIUS + 1)
    around = _grid(steps, steps)
    last = torch.tensor([width - 1, height - 1])
    pixel = (xy.round().long()[:, :, None] + around).clamp(min=0).minimum(last)
    flat = pixel[..., 1] * width + pixel[..., 0]
    hit = maxima.flatten(1).gather(1, flat.flatten(1)).view(flat.shape)
    first = hit.byte().argmax(-1, keepdim=True)[..., None].expand(-1, -1, 1, 2)
    found = hit.any(-1)
    return torch.where(found[..., None], pixel.gather(2, first)[:, :, 0].to(xy.dtype), xy), found


def _grid(x: Tensor, y: Tensor) -> Tensor:
    """Return the (H W, 2) points of a grid, row by row."""
    return torch.stack(torch.meshgrid(x, y, indexing="xy"), -1).view(-1, 2)


def _exponential(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    return torch.empty(shape).exponential_(generator=generator)


def windows(
    centers: Tensor, h: Tensor, radius: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return the pixels of jittered windows around centers, and where the other view sees them.

    Args:
        centers: (2B, M, 2).
        h: (2B, 3, 3).
        radius: windows have (2 radius + 1)^2 pixels.
        generator: source of the jitter, uniform within the radius.

    Returns:
        Two (2B, M, P, 2) tensors of pixels.
    """
    jitter = draw(partial(torch.randint, -radius, radius + 1), centers.shape, generator)
    steps = torch.arange(-radius, radius + 1)
    source = (centers.round() + jitter)[:, :, None] + _grid(steps, steps)
    target = warp_points(h, source.flatten(1, 2)).view_as(source)
    return source, target


def window_interior(radius: int) -> Tensor:
    """Return ((2 radius + 1)^2,) bool: False on the outermost ring of a window."""
    inner = torch.zeros(2 * radius + 1, 2 * radius + 1, dtype=torch.bool)
    inner[1:-1, 1:-1] = True
    return inner.flatten()


def sample_peak(peak: Tensor, xy: Tensor) -> Tensor:
    """Sample logits (2B, 1, H, W) at windows (2B, M, P, 2) -> (2B, M, P)."""
    flat = sample_map(peak, xy.flatten(1, 2), 1)
    return flat.view(xy.shape[:3])
