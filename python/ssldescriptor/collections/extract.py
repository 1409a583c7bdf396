"""Features of every image of a folder, into one file."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime

from ssldescriptor import SSLDescriptor, __version__
from ssldescriptor.collections.engine import Engine, WorkerDiedError
from ssldescriptor.collections.h5 import FeatureFile, import_h5py, write_features
from ssldescriptor.collections.listing import list_images
from ssldescriptor.collections.outputs import Summary, check_facts, replace_file
from ssldescriptor.collections.parts import Arrays, Parts, digest, parts_beside
from ssldescriptor.decoding import decode_image
from ssldescriptor.detectors import DETECTORS, make_detector
from ssldescriptor.evaluation.metrics import warp_points
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.evaluation.transforms import limit_size
from ssldescriptor.formats import NAMES, no_rows
from ssldescriptor.keypoints import from_cv2
from ssldescriptor.models import resolve

_features = threading.local()


@dataclass(frozen=True)
class ExtractOptions:
    """What is looked for in every image.

    Attributes:
        nfeatures: cap on the keypoints of an image.
        model: name of a model that the package brings, or path of an ONNX file.
        detector: one of DETECTORS; "own" for the model's.
        descriptor: "float", "sift" or "binary".
        upright: ignore angles.
        first_octave: as SSLDescriptor.create() takes it.
        min_distance: the same.
        max_side: larger images are reduced to this many pixels on their longer side; 0 for never.
    """

    nfeatures: int = 2048
    model: str = "default"
    detector: str = "own"
    descriptor: str = "float"
    upright: bool = False
    first_octave: int = 0
    min_distance: float = 0.0
    max_side: int = 1600

    def __post_init__(self) -> None:
        if self.nfeatures < 1:
            raise ValueError(f"nfeatures is {self.nfeatures}; 1 or more is wanted")
        if self.max_side < 0:
            raise ValueError(f"max_side is {self.max_side}; 0 (never reduce) or more is wanted")
        for name, known in (("detector", DETECTORS), ("descriptor", NAMES)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name}={getattr(self, name)!r}; {', '.join(known)} are known")

    def facts(self) -> dict[str, Any]:
        """Return everything that features depend on beside the image."""
        content = resolve(self.model).read_bytes()
        return asdict(self) | {
            "content": "features",
            "model": hashlib.blake2b(content, digest_size=12).hexdigest(),
            "versions": {
                "ssldescriptor": __version__,
                "opencv": cv2.__version__,
                "onnxruntime": onnxruntime.__version__,
            },
        }

    def feature(self) -> SSLDescriptor:
        """Return the feature; a thread makes it once.

        One thread a worker is the fastest when there are many images, and its sums do not depend
        on how many processors a machine has.
        """
        made: dict[ExtractOptions, SSLDescriptor] = _features.__dict__.setdefault("made", {})
        if self not in made:
            made[self] = SSLDescriptor.create(
                self.nfeatures,
                model=self.model,
                detector=make_detector(self.detector, self.nfeatures),
                descriptor=self.descriptor,
                upright=self.upright,
                first_octave=self.first_octave,
                min_distance=self.min_distance,
                num_threads=1,
            )
        return made[self]


@dataclass(frozen=True)
class Outcome:
    """What became of an image: the key of its features and whether they are new, or an error."""

    key: str = ""
    made: bool = False
    error: str = ""


@dataclass(frozen=True)
class ExtractWork:
    """The work on one image: read it, and make its features unless they are there.

    Attributes:
        folder: of the images.
        options: what is looked for.
        settings: digest of everything that features depend on beside the image.
        parts: where the features go.
    """

    folder: Path
    options: ExtractOptions
    settings: str
    parts: Parts

    def __call__(self, item: tuple[str, str]) -> Outcome:
        """Do one image.

        Args:
            item: its name, and the key of the features that the output already has, or "".

        Raises:
            OSError: its features cannot be written; an image that cannot be read is an outcome.
        """
        name, known = item
        try:
            name.encode()  # HDF5 files have no names of other bytes
            data = (self.folder / name).read_bytes()
            key = digest(data, self.settings)
            if key == known or self.parts.load(key) is not None:
                return Outcome(key)
            arrays = extract_image(data, self.options)
        except (OSError, ValueError, MemoryError, cv2.error) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            return Outcome(error=" ".join(str(reason).split()))
        self.parts.save(key, arrays)
        return Outcome(key, made=True)


def extract_image(data: bytes, options: ExtractOptions) -> Arrays:
    """Find the features of an image file.

    Returns:
        h5.FEATURES: keypoints (N, 2), scores, sizes and angles (N,), all float32, in pixels of the
        file; descriptors (N, D) float32 or uint8; image_size (2,) int32, width and height;
        uncertainty, the file's pixels in one of the reduced image.

    Raises:
        ValueError, cv2.error: not an image that can be decoded.
    """
    image = decode_image(data)
    height, width = image.shape[:2]
    matrix = np.eye(3)
    if options.max_side:
        image, matrix = limit_size(image, options.max_side)
    feature = options.feature()
    found, rows = feature.detectAndCompute(image, None)
    if rows is None:
        rows = no_rows(feature)
    keypoints = from_cv2(found)
    back = np.linalg.inv(matrix)
    scale = float(np.sqrt(back[0, 0] * back[1, 1]))
    return {
        "keypoints": warp_points(keypoints.xy, back).astype(np.float32).reshape(-1, 2),
        "scores": keypoints.score,
        "sizes": keypoints.size * np.float32(scale),
        "angles": keypoints.angle,
        "descriptors": rows,
        "image_size": np.array([width, height], np.int32),
        "uncertainty": np.float64(scale),
    }


def extract_collection(
    folder: Path,
    output: Path,
    options: ExtractOptions,
    engine: Engine,
    *,
    overwrite: bool = False,
) -> Summary:
    """Bring the features of a folder's images into one file.

    Features that an earlier, perhaps killed, run has made are kept as long as neither image nor
    options have changed. The file appears, or is replaced, as a whole at the end.

    Args:
        folder: with images at any depth.
        output: the HDF5 file.
        options: what is looked for.
        engine: runs the work.
        overwrite: replace `output`, whatever it holds.

    Returns:
        Counts, and the images that were skipped with the reasons.

    Raises:
        ValueError: no image, none that can be read, or `output` holds features of other images or
            other options.
        OSError: a file cannot be written.
    """
    import_h5py()
    names = list_images(folder)
    if not names:
        raise ValueError(f"{folder} holds no images")
    facts, parts = options.facts(), parts_beside(output)
    options.feature()  # before the work: a broken model or a missing detector
    old = {} if overwrite or not output.exists() else _old_keys(output, facts, names)
    work = ExtractWork(folder.absolute(), options, digest(sorted(facts.items())), parts)
    items = [(name, old.get(name, "")) for name in names]
    summary, keys = Summary(), dict[str, str]()
    for (name, _), outcome in progress(engine.run(work, items), "features", len(items)):
        if isinstance(outcome, WorkerDiedError):
            summary.skip(name, str(outcome))
        elif outcome.error:
            summary.skip(name, outcome.error)
        else:
            keys[name] = outcome.key
            summary.count(made=outcome.made)
    if not keys:
        name, reason = min(summary.skipped.items())
        raise ValueError(f"none of {len(names)} images can be used; {name}: {reason}")
    summary.gone = len(old.keys() - set(names))
    if keys != old:
        keys = dict(sorted(keys.items()))
        entries = _entries(keys, old, output, parts)
        replace_file(output, parts, lambda draft: write_features(draft, facts, entries))
    parts.remove()
    return summary


def _old_keys(output: Path, facts: dict[str, Any], names: list[str]) -> dict[str, str]:
    """Return the keys of what the output holds, after checks that it may be replaced."""
    with FeatureFile(output) as file:
        check_facts(output, file.facts, facts)
        keys = file.index()
    if keys and keys.keys().isdisjoint(names):
        raise ValueError(
            f"{output} holds features of other images, for example {min(keys)}; choose another "
            "file, or --overwrite"
        )
    return keys


def _entries(
    keys: dict[str, str], old: dict[str, str], output: Path, parts: Parts
) -> Iterator[tuple[str, str, Arrays]]:
    """Yield what write_features wants, one image in memory at a time."""
    if not old:
        for name, key in keys.items():
            yield name, key, parts.need(key)
        return
    with FeatureFile(output) as file:
        for name, key in keys.items():
            kept = old.get(name) == key
            yield name, key, file.arrays(name) if kept else parts.need(key)
