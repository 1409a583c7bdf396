"""Files appear whole or not at all."""

import os
from pathlib import Path

import numpy as np
import pytest

from ssldescriptor.cli.errors import CommandError
from ssldescriptor.cli.outputs import check_image_name, replacing, write_image, write_json


def test_the_file_appears_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    with replacing(path) as draft:
        write_json(draft, {"a": 1})
        assert not path.exists()
    assert path.read_text() == '{\n "a": 1\n}\n'
    assert os.listdir(tmp_path) == ["out.json"]


def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with replacing(tmp_path / "out") as draft:
        draft.write_text("x")
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def write_half() -> None:
        with replacing(tmp_path / "out.json") as draft:
            draft.write_text("half")
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        write_half()
    assert os.listdir(tmp_path) == []


def test_image_names() -> None:
    check_image_name(Path("folder.d/picture.JPG"))
    with pytest.raises(CommandError, match=r"picture\.pgm: the format holds no colours"):
        check_image_name(Path("picture.pgm"))
    with pytest.raises(CommandError, match="picture"):
        check_image_name(Path("folder.png/picture"))
    with pytest.raises(CommandError, match="unknown image format"):
        check_image_name(Path("picture.p\udcff"))


def test_a_picture_too_large_for_its_format(tmp_path: Path) -> None:
    """The error names the file that was asked for, not the draft."""
    path = tmp_path / "out.webp"
    message = r"out\.webp: \.webp does not hold 16384 x 2 pixels"
    with pytest.raises(CommandError, match=message):
        write_image(tmp_path / ".draft.webp", np.zeros((2, 16384, 3), np.uint8), path)
    assert os.listdir(tmp_path) == []
