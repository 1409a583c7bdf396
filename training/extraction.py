"""Features of a model in torch: the package's own way of an image, before there is an ONNX file.

For scores while a model trains, and for the dense reference, which the package does not run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ssldescriptor import _core, runtime
from ssldescriptor.features import BORDER, NMS_RADIUS, FeatureExtractor, textured
from ssldescriptor.options import FeatureOptions
from ssldescriptor.tiling import dense_maps
from ssldescriptor.training.frames import own_size
from ssldescriptor.training.models.dense import DenseMaps
from ssldescriptor.training.models.l2net import sample_rows
from ssldescriptor.training.models.registry import GeometricModel, L2NetModel, Model
from ssldescriptor.training.validation import Extract


def extractor(model: Model, *, upright: bool = False, num_threads: int = 1) -> Extract:
    """Return the features of a model as it is when they are asked for.

    The model may go on training between two calls: it is put into evaluation mode for a call only.

    Args:
        model: of any architecture.
        upright: ignore angles; the reference has none anyway.
        num_threads: of the core; torch has its own setting.
    """
    if isinstance(model, L2NetModel):
        return _dense_extract(model)
    package = package_extractor(model, upright=upright, num_threads=num_threads)

    def extract(
        gray: NDArray[np.uint8], max_keypoints: int
    ) -> tuple[NDArray[np.float32], NDArray[Any]]:
        keypoints = package.detect(gray, max_keypoints=max_keypoints)
        return keypoints.xy, package.describe(gray, keypoints)

    return extract


def package_extractor(
    model: Model, *, upright: bool = False, num_threads: int = 1
) -> FeatureExtractor:
    """Return the package's own extractor with the networks of a geometric model in training."""
    options = FeatureOptions(upright=upright, num_threads=num_threads)
    return FeatureExtractor(options, networks(model))


def networks(model: Model) -> runtime.Model:
    """Return a model in training as the package has a loaded model file."""
    options = model.options
    session = _TorchSession(model)
    return runtime.Model(Path("training"), {}, options.dim, session, grids=options.grids)


def _dense_extract(model: L2NetModel) -> Extract:
    """Keypoints of one scale, as in training; memory grows with the image."""
    package = networks(model)

    def extract(
        gray: NDArray[np.uint8], max_keypoints: int
    ) -> tuple[NDArray[np.float32], NDArray[Any]]:
        contrast = _core.local_contrast(gray)
        maps = dense_maps(package.dense, contrast)
        xy, _ = _core.find_keypoints(
            maps.peak, maps.rank, NMS_RADIUS, BORDER, max_keypoints, textured(gray)
        )
        with _evaluating(model):
            descriptors = model.l2net(torch.from_numpy(contrast)[None, None])
            return xy, sample_rows(descriptors, torch.from_numpy(xy)[None]).numpy()

    return extract


class _TorchSession:
    """The entries of a model file, as `runtime.Model` asks an onnxruntime session for them."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def run(self, outputs: list[str], inputs: dict[str, NDArray[np.float32]]) -> list[Any]:
        """Run the network of the one input that is given."""
        ((name, value),) = inputs.items()
        with _evaluating(self._model):
            found = self._entry(name, torch.from_numpy(value))
        return [found[output].numpy() for output in outputs]

    def _entry(self, name: str, value: Tensor) -> dict[str, Tensor]:
        if name == "image":
            maps: DenseMaps = self._model.dense(value)
            return maps._asdict()
        assert isinstance(self._model, GeometricModel)
        if name == "rings":
            rows = self._model.frame_net(value)
            size = own_size(rows.log_size)
            return {"direction": rows.direction, "size": size, "offset": rows.offset}
        return {"descriptors": self._model.patch_head(value)}


@contextmanager
def _evaluating(model: Model) -> Iterator[None]:
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(training)
