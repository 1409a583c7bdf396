"""Embedding files: rows by name, and everything that can be wrong with them."""

from pathlib import Path

import numpy as np
import pytest

from ssldescriptor.training.embeddings import load_embeddings

PHOTOS = [Path("/photos/a/one.jpg"), Path("/photos/b/one.jpg"), Path("/photos/two.png")]
NAMES = ["two.png", "held_out.jpg", "b/one.jpg", "a/one.jpg"]
ROWS = np.array([[0, 2], [1, 1], [3, 4], [5, 0]], np.float32)


def write(folder: Path, names: object, rows: np.ndarray) -> Path:
    np.savez(folder / "e.npz", names=names, rows=rows)
    return folder / "e.npz"


def test_rows_come_in_the_order_of_the_photographs_as_unit_rows(tmp_path: Path) -> None:
    wanted = np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)
    found = load_embeddings(write(tmp_path, NAMES, ROWS), PHOTOS)
    assert found.dtype == np.float32
    assert found == pytest.approx(wanted)
    np.save(tmp_path / "plain.npy", ROWS.astype(np.float64))
    (tmp_path / "plain.txt").write_text("\n".join(NAMES) + "\n")
    assert load_embeddings(tmp_path / "plain.npy", PHOTOS) == pytest.approx(wanted)


def test_a_longer_name_wins_over_a_shorter_one(tmp_path: Path) -> None:
    file = write(tmp_path, ["one.jpg", "b/one.jpg", "/photos/two.png"], np.eye(3, dtype="f4"))
    assert load_embeddings(file, PHOTOS) == pytest.approx(np.eye(3))


@pytest.mark.parametrize(
    ("names", "rows", "message"),
    [
        (NAMES[:3], ROWS, "3 names for 4 rows"),
        (NAMES, ROWS[:, 0], r"float32 \(4,\); floats \(N, D\)"),
        (NAMES, ROWS.astype(int), r"int64 \(4, 2\)"),
        (NAMES, ROWS[:, :0], r"\(4, 0\)"),
        (["one.jpg", *NAMES[1:]], ROWS, r"no row for 1 of 3 photographs, the first .*two\.png"),
        (["two.png", "one.jpg", "x", "y"], ROWS, r"'one\.jpg' fits .*a/one\.jpg and .*b/one\.jpg"),
        (["two.png", *NAMES[:3]], ROWS, "'two.png' occurs twice"),
        (NAMES, ROWS * [[1], [1], [np.nan], [1]], r"1 rows .* the first of .*b.one\.jpg"),
        (NAMES, ROWS * [[0], [1], [np.inf], [1]], "2 rows are zero or hold a NaN"),
        (np.array(NAMES, object), ROWS, "cannot read embeddings"),
    ],
)
def test_wrong_contents_are_refused(
    tmp_path: Path, names: object, rows: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        load_embeddings(write(tmp_path, names, rows), PHOTOS)


def test_a_nan_of_a_photograph_that_is_not_used_does_not_matter(tmp_path: Path) -> None:
    rows = ROWS.copy()
    rows[1] = np.nan
    assert np.isfinite(load_embeddings(write(tmp_path, NAMES, rows), PHOTOS)).all()


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"embeddings: no such file: .*none\.npz"):
        load_embeddings(tmp_path / "none.npz", PHOTOS)
    np.save(tmp_path / "alone.npy", ROWS)
    with pytest.raises(FileNotFoundError, match=r"alone\.txt"):
        load_embeddings(tmp_path / "alone.npy", PHOTOS)
    with pytest.raises(ValueError, match=r"from \.npy or \.npz"):
        load_embeddings(tmp_path / "e.pkl", PHOTOS)
    np.savez(tmp_path / "other.npz", features=ROWS)
    with pytest.raises(ValueError, match="`names` and `rows` are wanted"):
        load_embeddings(tmp_path / "other.npz", PHOTOS)
    for name in ("bad.npz", "bad.npy"):
        (tmp_path / name).write_bytes(b"no array")
        (tmp_path / "bad.txt").write_text("a\n")
        with pytest.raises(ValueError, match="cannot read embeddings"):
            load_embeddings(tmp_path / name, PHOTOS)
    np.savez_compressed(tmp_path / "whole.npz", names=NAMES, rows=ROWS)
    whole = (tmp_path / "whole.npz").read_bytes()
    stream = whole.find(b"names.npy") + len("names.npy") + 20
    for damaged in (whole[:-30], whole[:stream] + b"\xff" * 9 + whole[stream + 9 :]):
        (tmp_path / "cut.npz").write_bytes(damaged)
        with pytest.raises(ValueError, match=r"cannot read embeddings .*cut\.npz"):
            load_embeddings(tmp_path / "cut.npz", PHOTOS)
