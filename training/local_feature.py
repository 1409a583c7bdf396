"""The feature as a torch module: images in, tensors out, in the manner of kornia's LocalFeature."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ssldescriptor import SSLDescriptor
from ssldescriptor.formats import no_rows
from ssldescriptor.keypoints import Keypoints, from_cv2
from ssldescriptor.support import support_size

# Half of the second patch over the size that is sampled: 24 samples, 0.75 apart.
_HALF_PATCH = 9.0


class LocalFeature(nn.Module):
    """Keypoints and descriptors of a batch of images as tensors.

    The work is done on the processor by the package itself, so results are those of
    `SSLDescriptor.detectAndCompute`; tensors come back on the device of the images. Nothing is
    differentiable: to train, use ssldescriptor.training.
    """

    def __init__(
        self,
        num_features: int = 2048,
        *,
        model: str = "default",
        upright: bool = False,
        num_threads: int = 0,
    ) -> None:
        """Load the model.

        Args:
            num_features: length of the outputs; at most so many keypoints an image, best first.
            model: name or path, as in SSLDescriptor.create.
            upright: ignore angles.
            num_threads: 0 for all processors.

        Raises:
            ValueError: num_features is not positive.
            OSError, ValueError: no such model.
        """
        super().__init__()
        if num_features < 1:
            raise ValueError(f"num_features={num_features}, a positive number is wanted")
        self.num_features = num_features
        self._feature = SSLDescriptor.create(
            num_features, model=model, upright=upright, num_threads=num_threads
        )

    @torch.no_grad()
    def forward(self, images: Tensor, mask: Tensor | None = None) -> dict[str, Tensor]:
        """Detect and describe.

        Args:
            images: (B, 1, H, W) gray or (B, 3, H, W) RGB, floats in [0, 1] or uint8.
            mask: (B, 1, H, W); where it is zero no keypoint is returned.

        Returns:
            With N = num_features, rows beyond an image's keypoints zero:

            * keypoints: (B, N, 2) float32, (x, y) pixels, centres at integers;
            * scores: (B, N) float32, chances of being matched again, descending;
            * descriptors: (B, N, D) float32, unit rows;
            * angles: (B, N) float32, degrees clockwise on screen, -1 for none;
            * sizes: (B, N) float32, diameters in pixels;
            * lafs: (B, N, 2, 3) float32, the second patch that was described (`large` looks at a
              wider one, too): the square [-1, 1]^2 to pixels;
            * valid: (B, N) bool, which rows are keypoints.

        Raises:
            TypeError: images are neither floats nor uint8.
            ValueError: another shape, or floats outside [0, 1].
        """
        pictures = to_pictures(images)
        masks: list[NDArray[np.uint8] | None] = [None] * len(pictures)
        if mask is not None:
            masks = list(to_masks(mask, images))
        found = [self._one(*pair) for pair in zip(pictures, masks, strict=True)]
        return {
            name: torch.stack([rows[name] for rows in found]).to(images.device)
            if found
            else torch.empty((0,), device=images.device)
            for name in NAMES
        }

    def _one(self, picture: NDArray[np.uint8], mask: NDArray[np.uint8] | None) -> dict[str, Tensor]:
        keypoints, rows = self._feature.detectAndCompute(picture, mask)
        arrays = from_cv2(keypoints)
        values = {
            "keypoints": arrays.xy,
            "scores": arrays.score,
            "descriptors": no_rows(self._feature) if rows is None else rows,
            "angles": arrays.angle,
            "sizes": arrays.size,
            "lafs": patch_frames(arrays),
            "valid": np.ones(len(arrays), np.bool_),
        }
        return {name: self._filled(value) for name, value in values.items()}

    def _filled(self, rows: NDArray[np.generic]) -> Tensor:
        whole = np.zeros((self.num_features, *rows.shape[1:]), rows.dtype)
        whole[: len(rows)] = rows
        return torch.from_numpy(whole)


NAMES = ("keypoints", "scores", "descriptors", "angles", "sizes", "lafs", "valid")


def patch_frames(keypoints: Keypoints) -> NDArray[np.float32]:
    """Return (N, 2, 3) affine maps from [-1, 1]^2 to the second patch described, in pixels."""
    turn = np.radians(np.maximum(keypoints.angle, 0))
    cosine, sine = np.cos(turn), np.sin(turn)
    half = _HALF_PATCH * support_size(keypoints.size)
    rows = [[half * cosine, -half * sine, keypoints.xy[:, 0]]]
    rows += [[half * sine, half * cosine, keypoints.xy[:, 1]]]
    return np.ascontiguousarray(np.array(rows, np.float32).transpose(2, 0, 1))


def to_pictures(images: Tensor) -> NDArray[np.uint8]:
    """Return (B, H, W) gray or (B, H, W, 3) BGR uint8 of a batch; see LocalFeature.forward."""
    if images.ndim != 4 or images.shape[1] not in (1, 3) or 0 in images.shape[2:]:
        raise ValueError(
            f"images have shape {tuple(images.shape)}; (B, 1, H, W) or (B, 3, H, W) is wanted"
        )
    if images.dtype != torch.uint8:
        if not images.is_floating_point():
            raise TypeError(f"images are {images.dtype}; floats in [0, 1] or uint8 are wanted")
        # Also false for NaN.
        if images.numel() and not bool(((images >= 0) & (images <= 1)).all()):
            raise ValueError("images hold values outside [0, 1]; divide by 255, or give uint8")
        images = (images.float() * 255).round().to(torch.uint8)
    pictures = images.cpu().numpy()
    if images.shape[1] == 1:
        return np.ascontiguousarray(pictures[:, 0])
    return np.ascontiguousarray(pictures[:, ::-1].transpose(0, 2, 3, 1))


def to_masks(mask: Tensor, images: Tensor) -> NDArray[np.uint8]:
    """Return (B, H, W) uint8, 255 where `mask` is not zero."""
    wanted = (len(images), 1, *images.shape[2:])
    if tuple(mask.shape) != wanted:
        raise ValueError(f"the mask has shape {tuple(mask.shape)}; {wanted} is wanted")
    return np.where(mask[:, 0].cpu().numpy() != 0, 255, 0).astype(np.uint8)
