"""Read the revisited Oxford and Paris sets: gnd_roxford5k.pkl or gnd_rparis6k.pkl beside jpg/.

Radenovic et al., "Revisiting Oxford and Paris", CVPR 2018.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.sources import MAX_SIDE, ImageSource

KINDS = ("easy", "hard", "junk")
# What the file may be made of; anything else in a pickle could run code.
_ALLOWED = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
}


@dataclass(frozen=True)
class RevisitedSet:
    """Queries (cropped to the landmark), the database, and the right answers of each query."""

    queries: list[ImageSource]
    database: list[ImageSource]
    truth: list[dict[str, set[int]]]


def find_ground_truth(root: Path) -> Path | None:
    """Return the ground truth file of a folder, or None if it is no such set."""
    return next(iter(sorted(root.glob("gnd_*.pkl"))), None)


def read_revisited(root: Path, failures: Failures, max_side: int = MAX_SIDE) -> RevisitedSet:
    """Read a set.

    Args:
        root: the folder of gnd_NAME.pkl and jpg/.
        failures: takes images that are missing; they are ranked last.
        max_side: see ImageSource.

    Raises:
        FileNotFoundError: no ground truth there.
        ValueError: a file that is no such ground truth.
    """
    path = find_ground_truth(root)
    if path is None:
        raise FileNotFoundError(f"no gnd_*.pkl in {root}")
    try:
        with path.open("rb") as file:
            content = _Unpickler(file, encoding="latin1").load()
        names, asked = list(content["imlist"]), list(content["qimlist"])
        boxes = [tuple(float(x) for x in entry["bbx"]) for entry in content["gnd"]]
        truth = [
            {kind: {int(i) for i in entry[kind]} for kind in KINDS} for entry in content["gnd"]
        ]
    except (pickle.UnpicklingError, EOFError, KeyError, TypeError, ValueError, IndexError) as error:
        raise ValueError(f"{path} is no ground truth of this kind: {error!r}") from error
    if len(asked) != len(truth):
        raise ValueError(f"{path} has {len(asked)} queries and {len(truth)} answers")
    database = [_image(root, name, max_side, failures) for name in names]
    queries = [
        _image(root, name, max_side, failures, box) for name, box in zip(asked, boxes, strict=True)
    ]
    return RevisitedSet(queries, database, truth)


def _image(
    root: Path,
    name: str,
    max_side: int,
    failures: Failures,
    box: tuple[float, ...] | None = None,
) -> ImageSource:
    path = root / "jpg" / f"{name}.jpg"
    if not path.is_file():
        failures.add("data", f"jpg/{name}.jpg", "no such file")
    crop = None if box is None else (box[0], box[1], box[2], box[3])
    label = f"jpg/{name}" if box is None else f"query jpg/{name}"
    return ImageSource(label, path, max_side, crop=crop)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a ground truth")
        return super().find_class(module, name)
