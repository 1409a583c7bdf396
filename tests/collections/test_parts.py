"""Parts: whole or missing, never torn."""

from pathlib import Path

import numpy as np
import pytest

from ssldescriptor.collections.parts import Parts, digest, parts_beside

KEY = digest("a")


def test_a_part_comes_back(tmp_path: Path) -> None:
    parts = parts_beside(tmp_path / "out.h5")
    assert parts.folder == tmp_path / "out.h5.parts"
    assert parts.load(KEY) is None
    parts.save(KEY, {"x": np.arange(3)})
    np.testing.assert_array_equal(parts.need(KEY)["x"], np.arange(3))
    assert [p.name for p in parts.folder.rglob("*") if p.is_file()] == [f"{KEY}.npz"]
    parts.remove()
    assert not parts.folder.exists()


def test_a_part_is_made_once(tmp_path: Path) -> None:
    parts, calls = Parts(tmp_path), []

    def make() -> dict[str, np.ndarray]:
        calls.append(1)
        return {"x": np.array(7)}

    assert [parts.get(KEY, make)["x"] for _ in range(2)] == [7, 7]
    assert len(calls) == 1


def test_a_damaged_part_counts_as_missing(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    parts.save(KEY, {"x": np.arange(1000)})
    content = parts.path(KEY).read_bytes()
    # Every way of losing something: the end, everything, and one byte in the middle.
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    for damaged in (content[:-30], content[:100], b"", bytes(flipped)):
        parts.path(KEY).write_bytes(damaged)
        assert parts.load(KEY) is None
    with pytest.raises(OSError, match="run the command again"):
        parts.need(KEY)


def test_digests_tell_pieces_apart() -> None:
    different = [("ab",), ("a", "b"), (b"ab",), ("a", "b", ""), (1,), ("1",), (1.0,)]
    assert len({digest(*parts) for parts in different}) == len(different)
