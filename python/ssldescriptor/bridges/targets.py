"""The names in cv2 that patch_cv2() replaces, and by what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import cv2

from ssldescriptor.bridges.affine import create_affine
from ssldescriptor.bridges.bow import BOWImgDescriptorExtractor
from ssldescriptor.bridges.detail import compute_image_features, compute_image_features2
from ssldescriptor.matcher import SSLMatcher

Target = tuple[Any, str]
"""A module or a class of cv2, and the name of one of its attributes."""

MISSING = object()
"""Value of an attribute that is not there."""

# What OpenCV 5 has moved from cv2 to cv2.xfeatures2d.
_MOVED_FEATURES = ("AKAZE", "BRISK", "KAZE")
_MOVED_PREFIXES = ("AKAZE_", "KAZE_", "BOW", "AgastFeatureDetector")


def modules() -> list[Any]:
    """List the modules in which features may be: cv2, and cv2.xfeatures2d of contrib wheels."""
    contrib = getattr(cv2, "xfeatures2d", None)
    return [cv2] if contrib is None else [cv2, contrib]


def value_of(target: Target) -> Any:
    """Return what an attribute is now, as the owner's own dictionary has it, or MISSING."""
    owner, name = target
    return vars(owner).get(name, MISSING)


def set_value(target: Target, value: Any) -> None:
    """Set an attribute, or remove it if the value is MISSING."""
    owner, name = target
    if value is not MISSING:
        setattr(owner, name, value)
    elif name in vars(owner):
        delattr(owner, name)


def feature_targets(name: str) -> list[Target]:
    """List where OpenCV makes a feature: X_create of each module, and create() of each class X.

    The classes themselves stay, so that isinstance() and pickle go on working with them. Of
    the features that OpenCV 5 has moved, cv2.X_create is listed in any case.
    """
    found: list[Target] = []
    for module in modules():
        if hasattr(module, f"{name}_create") or (module is cv2 and name in _MOVED_FEATURES):
            found.append((module, f"{name}_create"))
        kind = getattr(module, name, None)
        if isinstance(kind, type):
            found += [(kind, maker) for maker in vars(kind) if maker.startswith("create")]
    return found


def replacement(target: Target, make: Callable[..., Any]) -> Any:
    """Return what an attribute becomes so that calling it calls `make`."""
    return staticmethod(make) if isinstance(target[0], type) else make


def bridge_values() -> dict[Target, Any]:
    """List the functions of cv2 that take features, with ours that take any feature.

    They hand OpenCV's own features to OpenCV, so they are safe to replace in any case.
    """
    values: dict[Target, Any] = {}
    if hasattr(cv2, "detail"):
        values[cv2.detail, "computeImageFeatures"] = compute_image_features
        values[cv2.detail, "computeImageFeatures2"] = compute_image_features2
    if hasattr(cv2, "AffineFeature"):
        values[cv2, "AffineFeature_create"] = create_affine
        values[cv2.AffineFeature, "create"] = staticmethod(create_affine)
    for module in modules():
        if hasattr(module, "BOWImgDescriptorExtractor"):
            values[module, "BOWImgDescriptorExtractor"] = BOWImgDescriptorExtractor
    return values


def matcher_values() -> dict[Target, Any]:
    """List the makers of OpenCV 5's LightGlueMatcher: it takes the rows of its network only."""
    kind = getattr(cv2, "LightGlueMatcher", None)
    if kind is None:
        return {}
    targets = [(cv2, "LightGlueMatcher_create"), *((kind, n) for n in vars(kind) if "create" in n)]
    return {target: replacement(target, _make_mutual_matcher) for target in targets}


def moved_values(replaced: Iterable[Target]) -> dict[Target, Any]:
    """List the names that scripts for OpenCV 4 look for in cv2 and OpenCV 5 has elsewhere.

    Args:
        replaced: What is replaced anyway.
    """
    taken = set(replaced)
    contrib = getattr(cv2, "xfeatures2d", None)
    values: dict[Target, Any] = {}
    for name in () if contrib is None else dir(contrib):
        moved = name in _MOVED_FEATURES or name.startswith(_MOVED_PREFIXES)
        if moved and (cv2, name) not in taken and not hasattr(cv2, name):
            values[cv2, name] = getattr(contrib, name)
    if (contrib, "BOWImgDescriptorExtractor") in taken:
        values[cv2, "BOWImgDescriptorExtractor"] = BOWImgDescriptorExtractor
    return values


def _make_mutual_matcher(*_: Any, **__: Any) -> SSLMatcher:
    """Make the matcher that takes LightGlueMatcher's place; the model file is not looked at."""
    return SSLMatcher.create(crossCheck=True)
