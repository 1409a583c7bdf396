"""Reading HPatches-style folders, and naming what is wrong with them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ssldescriptor.evaluation.datasets import hpatches
from ssldescriptor.evaluation.datasets.sequences import (
    read_homography,
    read_sequences,
    turned,
)
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.metrics import warp_points

MakeSequence = Callable[[str], Path]


def pairs_of(folder: Path) -> tuple[list[str], list[str]]:
    """Return the names of the good pairs and the failures, item and reason."""
    failures = Failures()
    (sequence,) = read_sequences(folder.parent)
    names = [pair.name for pair in sequence.pairs(failures)]
    return names, [f"{failure.item}: {failure.reason}" for failure in failures.entries]


def test_names_and_order(make_sequence: MakeSequence) -> None:
    folder = make_sequence("v_test_one")
    (folder / "2.png").rename(folder / "10.png")
    (folder / "H_1_2").rename(folder / "H_1_10")
    (folder.parent / "not_a_sequence").mkdir()
    assert pairs_of(folder) == (["v_test_one/3", "v_test_one/10"], [])


@pytest.mark.parametrize(
    ("name", "source"),
    [("v_ox_graf", "v_ox"), ("v_graffiti", "v"), ("i_daynight_A_b", "i_daynight")],
)
def test_the_source_is_in_the_name(make_sequence: MakeSequence, name: str, source: str) -> None:
    (sequence,) = read_sequences(make_sequence(name).parent)
    assert sequence.source == source


def test_turning_is_drawn_from_the_name(make_sequence: MakeSequence) -> None:
    (sequence,) = read_sequences(make_sequence("v_test_one").parent)
    plain = sequence.pairs(Failures())[0]
    first, second = turned(plain), turned(plain)
    assert first.image1 == second.image1
    assert first.image1.angle_deg > 0
    assert first.image0 == plain.image0
    prepared = first.image1.read()
    # The middle of the file is the middle of the turned image.
    moved = warp_points([[134.5, 89.5]], prepared.matrix)[0]
    middle = (np.array(prepared.image.shape[1::-1]) - 1) / 2
    np.testing.assert_allclose(moved, middle, atol=1e-6)


def test_the_key_tells_images_and_what_is_done_to_them_apart(make_sequence: MakeSequence) -> None:
    (sequence,) = read_sequences(make_sequence("v_test_one").parent)
    image = sequence.image(1)
    others = [
        sequence.image(2),
        replace(image, max_side=100),
        replace(image, angle_deg=5),
        replace(image, scale=0.5),
    ]
    assert len({source.key() for source in [image, *others]}) == 5
    assert replace(image, name="other").key() == image.key()


def test_pattern_selects_and_no_match_is_an_error(make_sequence: MakeSequence) -> None:
    root = make_sequence("v_test_one").parent
    assert len(read_sequences(root, "v_*")) == 1
    with pytest.raises(FileNotFoundError, match="i_\\*"):
        read_sequences(root, "i_*")


def test_missing_files_are_named(make_sequence: MakeSequence) -> None:
    folder = make_sequence("v_test_one")
    (folder / "2.png").unlink()
    (folder / "H_1_3").unlink()
    names, failures = pairs_of(folder)
    assert names == []
    assert "no image 2.* in v_test_one" in failures[0]
    assert "no homography H_1_3" in failures[1]


def test_a_sequence_without_its_first_image_is_named(make_sequence: MakeSequence) -> None:
    folder = make_sequence("v_test_one")
    (folder / "1.png").unlink()
    names, failures = pairs_of(folder)
    assert names == []
    assert failures == ["v_test_one: FileNotFoundError: no image 1.* in v_test_one"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nine"),
        ("1 0 0 0 1 0 0 0", "nine"),
        ("1 0 0 0 one 0 0 0 1", "nine"),
        ("1 0 0 0 nan 0 0 0 1", "nine"),
        ("1 0 0 2 0 0 0 0 1", "inverse"),
    ],
)
def test_broken_homographies_are_named(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "H_1_2"
    path.write_text(text)
    with pytest.raises(ValueError, match=reason):
        read_homography(path)


def test_homographies_may_have_commas(tmp_path: Path) -> None:
    (tmp_path / "H_1_2").write_text("1, 2, 3\n4, 5, 6\n7, 8, 10\n")
    assert read_homography(tmp_path / "H_1_2").tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 10]]


def test_hpatches_has_108_sequences_of_116() -> None:
    assert len(hpatches.NAMES) == 116
    assert sum(name.startswith("i_") for name in hpatches.NAMES) == 57
    assert hpatches.NAMES >= hpatches.EXCLUDED
    assert len(hpatches.missing_sequences([])) == 108
    rest = hpatches.missing_sequences(hpatches.NAMES - {"v_wall", "v_talent"})
    assert rest == ["v_wall"]
    assert hpatches.is_hpatches(["v_wall"])
    assert not hpatches.is_hpatches(["v_ox_wall"])
