"""Results of single pieces of work on disk, so that a killed run goes on where it stopped.

Every part is a file that is named by all it was made from. It is written under another name and
renamed, so it is there as a whole or not at all, whoever is killed at whatever moment.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import uuid
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Parts:
    """A folder of parts; any number of processes may use it at once.

    Attributes:
        folder: made when something is saved.
    """

    folder: Path

    def path(self, key: str) -> Path:
        """Return where a part is kept."""
        return self.folder / key[:2] / f"{key}.npz"

    def load(self, key: str) -> Arrays | None:
        """Return a part, or None: not there, or damaged, as after a power failure."""
        try:
            # From memory: numpy leaves a damaged file open.
            with np.load(io.BytesIO(self.path(key).read_bytes()), allow_pickle=False) as table:
                return {name: table[name] for name in table.files}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def save(self, key: str, arrays: Arrays) -> None:
        """Save a part.

        Raises:
            OSError: it cannot be written, for example because the disk is full.
        """
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{uuid.uuid4().hex}.npz")
        try:
            contents: dict[str, Any] = dict(arrays)
            np.savez(draft, **contents)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def get(self, key: str, make: Callable[[], Arrays]) -> Arrays:
        """Return a part; make and save it if it is not there."""
        arrays = self.load(key)
        if arrays is None:
            arrays = make()
            self.save(key, arrays)
        return arrays

    def need(self, key: str) -> Arrays:
        """Return a part that a worker has just made or found.

        Raises:
            OSError: somebody has removed or damaged it.
        """
        arrays = self.load(key)
        if arrays is None:
            raise OSError(f"{self.path(key)} has disappeared or is damaged; run the command again")
        return arrays

    def remove(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def parts_beside(output: Path) -> Parts:
    """Return the parts of the file `output`; they lie beside it."""
    return Parts(output.absolute().with_name(f"{output.name}.parts"))


def put_in_place(draft: Path, output: Path) -> None:
    """Rename a finished file over `output` once its bytes are on the disk."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(output)


def digest(*parts: object) -> str:
    """Return 32 hexadecimal digits that identify plain values and bytes."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        content = part if isinstance(part, bytes) else repr(part).encode()
        state.update(len(content).to_bytes(8, "little") + content)
    return state.hexdigest()
