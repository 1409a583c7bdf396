"""Feature extractors by name, so that every comparison treats them alike.

Each is a function from an (H, W, 3) uint8 BGR image to Features: at most num_keypoints points and
their descriptors, as its own class makes them with its own defaults otherwise.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2

from ssldescriptor import SSLDescriptor, __version__
from ssldescriptor.evaluation import learned_methods, opencv_methods
from ssldescriptor.evaluation.extracted import (
    Extractor,
    Features,
    Image,
    as_features,
    no_features,
)
from ssldescriptor.evaluation.plugins import plugin_extractor
from ssldescriptor.evaluation.sources import digest
from ssldescriptor.models import resolve

__all__ = [
    "Extractor",
    "Features",
    "Image",
    "Method",
    "as_features",
    "make_extractor",
    "make_method",
    "make_methods",
    "no_features",
    "register",
]

SSL_METHODS = ("ssl", "ssl-upright", "ssl@sift", "ssl@orb")
METHODS = (*opencv_methods.NAMES, *SSL_METHODS)
# Options of the ssl methods: words, then numbers and flags. All methods have the same number of
# keypoints and of threads.
WORDS = ("model", "descriptor")
OPTIONS = (*WORDS, "upright", "first_octave", "min_distance")
LABELS = {
    **opencv_methods.NAMES,
    "ssl": "SSLDescriptor",
    "ssl-upright": "SSLDescriptor, upright=True",
    "ssl@sift": "SSLDescriptor at SIFT keypoints",
    "ssl@orb": "SSLDescriptor at ORB keypoints",
    "xfeat": "XFeat",
    "disk": "DISK",
}
_REGISTERED: dict[str, Callable[[int], Extractor]] = {}


@dataclass(frozen=True, eq=False)
class Method:
    """An extractor and what identifies it.

    Attributes:
        spec: as the user wrote it.
        label: for tables.
        facts: everything that its results depend on, for JSON.
        extract: see Extractor.
    """

    spec: str
    label: str
    facts: dict[str, Any]
    extract: Extractor

    @property
    def folder(self) -> str:
        """A file name that differs whenever the facts do."""
        name = re.sub(r"[^\w@.-]+", "_", self.spec)[-40:]
        return f"{name}-{digest(json.dumps(self.facts, sort_keys=True))[:10]}"


def register(name: str, build: Callable[[int], Extractor]) -> None:
    """Make an extractor known under a name.

    Args:
        name: for make_method and the tables.
        build: takes the cap on keypoints, returns the extractor.

    Raises:
        ValueError: the name is taken, or has a colon.
    """
    if ":" in name or name in LABELS or name in _REGISTERED:
        raise ValueError(f"the name {name!r} is taken or has a colon")
    _REGISTERED[name] = build


def make_methods(
    specs: Sequence[str], num_keypoints: int, *, model: str = "default", num_threads: int = 0
) -> list[Method]:
    """Build several methods; see make_method.

    Raises:
        ValueError: a spec stands there twice, or cannot be built.
    """
    if len(set(specs)) < len(specs):
        raise ValueError(f"a method is named twice: {' '.join(specs)}")
    return [make_method(s, num_keypoints, model=model, num_threads=num_threads) for s in specs]


def make_method(
    spec: str, num_keypoints: int, *, model: str = "default", num_threads: int = 0
) -> Method:
    """Build a method from what the user wrote.

    Args:
        spec: a name of LABELS or a registered one; an ssl method with OPTIONS of
            SSLDescriptor.create, "ssl:descriptor=binary,model=mine.onnx"; or a function of the
            user's, "module:function" or "file.py:function" (see plugins.py).
        num_keypoints: cap on the keypoints of one image.
        model: for the ssl methods that name none themselves.
        num_threads: for the ssl methods; 0 for all.

    Raises:
        ValueError: unknown, not installed, options where there are none, or wrong ones.
    """
    facts = {"spec": spec, "keypoints": num_keypoints, "opencv": cv2.__version__}
    name, _, rest = spec.partition(":")
    if name in SSL_METHODS:
        options = {"model": model, **_options(rest)}
        content = resolve(options["model"]).read_bytes()
        facts |= {"options": options, "ssldescriptor": __version__}
        facts["model"] = hashlib.blake2b(content, digest_size=12).hexdigest()
        extract = make_extractor(name, num_keypoints, num_threads=num_threads, **options)
        label = LABELS[name] + (f" ({rest})" if rest else "")
    elif ":" in spec and name not in LABELS:
        extract, more = plugin_extractor(spec, num_keypoints)
        facts |= more
        label = spec
    else:
        extract, label = make_extractor(spec, num_keypoints), LABELS.get(spec, spec)
        if spec in learned_methods.PACKAGES:
            facts["package"] = learned_methods.package_version(spec)
    return Method(spec, label, facts, extract)


def make_extractor(name: str, num_keypoints: int, **options: Any) -> Extractor:
    """Build an extractor.

    Args:
        name: a key of LABELS or a registered name.
        num_keypoints: cap on the keypoints of one image.
        options: further keywords of SSLDescriptor.create; for the ssl methods only.

    Raises:
        ValueError: unknown name, options for a method that takes none, wrong ones, or not
            installed.
    """
    if name not in LABELS and name not in _REGISTERED:
        known = ", ".join([*LABELS, *_REGISTERED])
        raise ValueError(f"unknown method {name!r}, expected one of {known}, or module:function")
    if name in SSL_METHODS:
        return _ssl_extractor(name, num_keypoints, options)
    if options:
        raise ValueError(f"method {name!r} takes no options, got {sorted(options)}")
    if name in _REGISTERED:
        return _REGISTERED[name](num_keypoints)
    if name in learned_methods.PACKAGES:
        return learned_methods.learned_extractor(name, num_keypoints)
    return opencv_methods.opencv_extractor(name, num_keypoints)


def _ssl_extractor(name: str, num_keypoints: int, options: dict[str, Any]) -> Extractor:
    if name == "ssl-upright":
        options = {"upright": True} | options
    try:
        feature = SSLDescriptor.create(num_keypoints, **options)
    except cv2.error as error:
        raise ValueError(f"method {name!r}: {error.err}") from error
    if "@" not in name:
        return lambda image: as_features(*feature.detectAndCompute(image, None))
    detector = opencv_methods.opencv_feature(name.split("@")[1], num_keypoints)
    return lambda image: as_features(*feature.compute(image, detector.detect(image, None)))


def _options(text: str) -> dict[str, Any]:
    """Parse "key=value,key=value"; numbers and flags are JSON, flags in upper case as well."""
    options: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        if not equals or not key.isidentifier():
            raise ValueError(f"option {part!r} is not of the form key=value")
        if key not in OPTIONS:
            raise ValueError(
                f"option {key!r} is unknown; one of {', '.join(OPTIONS)} is wanted (for all "
                "methods together: --keypoints and --num-threads)"
            )
        try:
            options[key] = value if key in WORDS else json.loads(value.lower())
        except json.JSONDecodeError:
            options[key] = value  # refused with its name where it is used
    return options
