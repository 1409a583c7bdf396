"""patch_cv2(): a script that was written for SIFT or ORB gets SSLDescriptor, unchanged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from ssldescriptor.bridges import targets
from ssldescriptor.bridges.signatures import SIGNATURES, translate
from ssldescriptor.bridges.targets import MISSING, Target
from ssldescriptor.descriptor import SSLDescriptor
from ssldescriptor.errors import NOT_IMPLEMENTED, cv2_error
from ssldescriptor.formats import NAMES
from ssldescriptor.options import FeatureOptions

# Patches in force, the newest last, and what OpenCV had where any of them replaces something.
_lock = threading.RLock()
_patches: list[Cv2Patch] = []
_originals: dict[Target, Any] = {}


def patch_cv2(
    only: str | Iterable[str] | None = None,
    *,
    descriptor: str | Mapping[str, str] | None = None,
    keep_keypoints: bool = False,
    nfeatures: int | None = None,
    **options: Any,
) -> Cv2Patch:
    """Let cv2.SIFT_create(), cv2.ORB.create() and the like make an SSLDescriptor.

    SIFT, SURF, KAZE and the other features with float descriptors become descriptor="float", ORB,
    AKAZE, BRISK and the other binary ones descriptor="binary", so that the script's matcher still
    fits. The script's number of features acts, ORB's default of 500, too; see docs/dropin.md for
    all else. `cv2.detail.computeImageFeatures` and `computeImageFeatures2`, `cv2.AffineFeature` and
    `cv2.BOWImgDescriptorExtractor` then take any feature, OpenCV's own as before. Names that OpenCV
    5 has moved out of cv2, such as cv2.AKAZE_create, are there again.

    It replaces attributes of the modules and classes of cv2, so it acts in the whole process, in
    all threads, and on what is looked up from then on: patch before importing a library that keeps
    cv2.ORB.create in a table of its own. Features that were made stay what they are. It is safe to
    patch and undo in several threads, but all of them see the newest patch.

        ssldescriptor.patch_cv2()                     # until the process ends, or .undo()

        with ssldescriptor.patch_cv2(upright=True):   # until the end of the block
            runpy.run_path("find_obj.py")

    Args:
        only: Names of the features to replace, such as "SIFT" or ("ORB", "AKAZE"); all by default.
        descriptor: A form for all of them, or forms by the feature's name: {"SIFT": "sift"}.
        keep_keypoints: Let OpenCV's feature find the keypoints, with the script's arguments, and
            replace the descriptors only.
        nfeatures: Cap on the keypoints of an image, whatever the script says.
        options: model, upright, first_octave, min_distance and num_threads of
            SSLDescriptor.create().

    Returns:
        The patch, already in force.

    Raises:
        ValueError, TypeError: An unknown name, form or option.
    """
    chosen = SIGNATURES if only is None else only
    names = _check_names((chosen,) if isinstance(chosen, str) else chosen)
    forms = dict.fromkeys(names, descriptor) if isinstance(descriptor, str) else descriptor or {}
    _check_names(forms)
    for form in forms.values():
        if form not in NAMES:
            raise ValueError(f"descriptor={form!r}; one of {', '.join(NAMES)} is wanted")
    FeatureOptions(**options)
    fixed = options if nfeatures is None else {**options, "nfeatures": nfeatures}
    values: dict[Target, Any] = {}
    for name in names:
        changes = {**fixed, "descriptor": forms[name]} if name in forms else fixed
        for target in targets.feature_targets(name):
            make = _maker(name, target, changes, keep_keypoints)
            values[target] = targets.replacement(target, make)
    values |= targets.bridge_values()
    if {"ALIKED", "DISK"} & set(names):
        values |= targets.matcher_values()
    if only is None:
        values |= targets.moved_values(values)
    return Cv2Patch(values)


@dataclass(eq=False)
class Cv2Patch:
    """What patch_cv2() did. As a context manager it is undone at the end of the block.

    Patches may be nested and undone in any order: an attribute is always what the newest patch in
    force makes it, and exactly OpenCV's own object again once no patch is.
    """

    _values: dict[Target, Any] = field(repr=False)

    def __post_init__(self) -> None:
        with _lock:
            for target in self._values:
                _originals.setdefault(target, targets.value_of(target))
            _patches.append(self)
            _refresh()

    @property
    def names(self) -> tuple[str, ...]:
        """What it replaces, such as "cv2.SIFT_create"."""
        return tuple(
            f"{owner.__module__}.{owner.__qualname__}.{name}"
            if isinstance(owner, type)
            else f"{owner.__name__}.{name}"
            for owner, name in self._values
        )

    def undo(self) -> None:
        """Take the patch back; a second time does nothing."""
        with _lock:
            if self in _patches:
                _patches.remove(self)
                _refresh()

    def __enter__(self) -> Cv2Patch:
        with _lock:
            if self not in _patches:
                raise RuntimeError("this patch was taken back; call patch_cv2() again")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.undo()


def _refresh() -> None:
    """Set every attribute that a patch has touched; forget those that are OpenCV's again."""
    for target, original in list(_originals.items()):
        values = [patch._values[target] for patch in _patches if target in patch._values]
        targets.set_value(target, values[-1] if values else original)
        if not values:
            del _originals[target]


def _maker(
    name: str, target: Target, changes: Mapping[str, Any], keep_keypoints: bool
) -> Callable[..., SSLDescriptor]:
    """Make the function that takes the place of a feature's create()."""

    def create(*args: Any, **kwargs: Any) -> SSLDescriptor:
        options = {**translate(name, args, kwargs), **changes}
        if keep_keypoints and SIGNATURES[name].detects:
            options["detector"] = _original(name, target)(*args, **kwargs)
            options["nfeatures"] = changes.get("nfeatures", 0)
        return SSLDescriptor.create(**options)

    create.__name__ = create.__qualname__ = target[1]
    create.__doc__ = f"Make an SSLDescriptor in the place of OpenCV's {name} (patch_cv2())."
    return create


def _original(name: str, target: Target) -> Any:
    """Return OpenCV's own create() of a feature, from wherever it is."""
    with _lock:
        for place in (target, *targets.feature_targets(name)):
            found = _originals.get(place, targets.value_of(place))
            if found is not MISSING:
                return found
    message = f"this OpenCV has no {name} that could find keypoints"
    raise cv2_error(NOT_IMPLEMENTED, f"{name}_create", message)


def _check_names(names: Iterable[str]) -> tuple[str, ...]:
    checked = tuple(names)
    for name in checked:
        if name not in SIGNATURES:
            raise ValueError(
                f"{name!r} is not a feature to replace; known: {', '.join(SIGNATURES)}"
            )
    return checked
