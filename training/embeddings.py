"""Global descriptors that somebody else computed: a file of rows and the names they belong to."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def load_embeddings(file: Path, photographs: Sequence[Path]) -> NDArray[np.float32]:
    """Read the rows of the given photographs.

    `rows.npz` holds `names` (N,) and `rows` (N, D); `rows.npy` holds the rows, and a text file
    beside it, `rows.txt`, their names, one a line. A name is a photograph's path or the end of
    it, for example its file name. Rows of other photographs are passed over.

    Args:
        file: the .npz or .npy file.
        photographs: paths of the training photographs.

    Returns:
        (len(photographs), D) float32 unit rows.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: the file cannot be read, holds something else than finite floats (N, D) and N
            names, a name twice, a name that fits several photographs, or lacks a photograph.
    """
    names, rows = _read(file)
    if rows.ndim != 2 or rows.dtype.kind != "f" or 0 in rows.shape:
        raise ValueError(f"{file}: rows are {rows.dtype} {rows.shape}; floats (N, D) are wanted")
    if len(names) != len(rows):
        raise ValueError(f"{file}: {len(names)} names for {len(rows)} rows")
    chosen = rows[_find(file, names, photographs)].astype(np.float32)
    norm = np.linalg.norm(chosen, axis=1, keepdims=True)
    bad = np.flatnonzero(~np.isfinite(norm[:, 0]) | (norm[:, 0] == 0))
    if len(bad):
        raise ValueError(
            f"{file}: {len(bad)} rows are zero or hold a NaN or an infinity, "
            f"the first of {photographs[bad[0]]}"
        )
    return np.asarray(chosen / norm, np.float32)


def _read(file: Path) -> tuple[list[str], NDArray[np.floating]]:
    if file.suffix not in {".npy", ".npz"}:
        raise ValueError(f"{file}: embeddings are read from .npy or .npz files")
    listed = file.with_suffix(".txt")
    for needed in (file, listed) if file.suffix == ".npy" else (file,):
        if not needed.is_file():
            raise FileNotFoundError(f"data.sampler.embeddings: no such file: {needed}")
    try:
        if file.suffix == ".npy":
            return listed.read_text().splitlines(), np.load(file, allow_pickle=False)
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            return [str(name) for name in arrays["names"]], arrays["rows"]
    except KeyError as error:
        raise ValueError(f"{file}: arrays `names` and `rows` are wanted; {error}") from error
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"cannot read embeddings {file}: {error}") from error


def _find(file: Path, names: Sequence[str], photographs: Sequence[Path]) -> NDArray[np.intp]:
    """Return the row of each photograph: of the name that is the longest end of its path."""
    row_of = {name: row for row, name in enumerate(names)}
    if len(row_of) < len(names):
        twice = next(n for row, n in enumerate(names) if row_of[n] != row)
        raise ValueError(f"{file}: the name {twice!r} occurs twice")
    found: dict[int, Path] = {}
    missing = []
    for photograph in photographs:
        parts = photograph.parts
        ends = [photograph.as_posix(), *("/".join(parts[i:]) for i in range(1, len(parts)))]
        row = next((row_of[end] for end in ends if end in row_of), None)
        if row is None:
            missing.append(photograph)
        elif row in found:
            raise ValueError(
                f"{file}: the name {names[row]!r} fits {found[row]} and {photograph}; "
                "name them by longer paths"
            )
        else:
            found[row] = photograph
    if missing:
        raise ValueError(
            f"{file}: no row for {len(missing)} of {len(photographs)} photographs, "
            f"the first {missing[0]}"
        )
    return np.array(list(found), np.intp)
