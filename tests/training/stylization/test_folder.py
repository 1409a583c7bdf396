"""Folders of copies: names, seeds, going on, bad files, full disks; and the command."""

import errno
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data as photographs

from ssldescriptor.cli.main import main
from ssldescriptor.training import files
from ssldescriptor.training.files import write_picture, write_whole
from ssldescriptor.training.stylization.contact_sheet import arrange
from ssldescriptor.training.stylization.methods import make_stylizer
from ssldescriptor.training.stylization.styles import Styles


def picture(path: Path, seed: int) -> Path:
    image = photographs.astronaut()[100 + seed : 196 + seed, 150:278, ::-1]
    tint = np.random.default_rng(seed).uniform(0.3, 1, 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), (image * tint).astype(np.uint8))
    return path


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    photos, styles = tmp_path / "photos", tmp_path / "styles"
    for number, name in enumerate(("a.png", "deep/b.jpg", "deep/c.png")):
        picture(photos / name, number)
    for number in range(4):
        picture(styles / f"s{number}.png", 10 + number)
    return photos, styles, tmp_path / "out"


def stylize(folders: tuple[Path, Path, Path], *more: str) -> int:
    photos, styles, output = folders
    return main(["stylize", "--images", str(photos), "--styles", str(styles),
                 "-o", str(output), *more])  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.*"))}


def test_copies_mirror_the_photographs_and_depend_on_the_seed(
    folders: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    output = folders[2]
    assert stylize(folders, "--copies", "2") == 0
    printed = capsys.readouterr().out
    assert "6 copies made, 0 kept, 0 photographs and 0 styles left out" in printed
    assert "edges moved by 0.0" in printed
    first = contents(output)
    assert list(first) == [
        f"{name}.transport-{k}.jpg" for name in ("a.png", "deep/b.jpg", "deep/c.png")
        for k in range(2)
    ]  # fmt: skip
    assert first["a.png.transport-0.jpg"] != first["a.png.transport-1.jpg"]
    assert cv2.imread(str(output / "a.png.transport-0.jpg")).shape == (96, 128, 3)
    assert stylize((*folders[:2], output.with_name("again")), "--copies", "2") == 0
    assert contents(output.with_name("again")) == first
    assert stylize((*folders[:2], output.with_name("other")), "--copies", "2", "--seed", "2") == 0
    assert contents(output.with_name("other")) != first


def test_a_second_run_makes_what_is_missing_and_touches_nothing_else(
    folders: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    photos, _, output = folders
    assert stylize(folders) == 0
    first = contents(output)
    (output / "a.png.transport-0.jpg").unlink()
    (output / "deep" / "b.jpg.transport-0.jpg").write_bytes(b"kept")
    picture(photos / "new.png", 5)
    capsys.readouterr()
    assert stylize(folders) == 0
    assert "2 copies made, 2 kept" in capsys.readouterr().out
    second = contents(output)
    assert second.pop("deep/b.jpg.transport-0.jpg") == b"kept"
    del second["new.png.transport-0.jpg"], first["deep/b.jpg.transport-0.jpg"]
    assert second == first


def test_unusable_files_are_named_and_counted(
    folders: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    photos, styles, output = folders
    (photos / "broken.jpg").write_bytes(b"?")
    for number in range(4):
        (styles / f"t{number}.png").write_bytes(b"")
    assert stylize(folders, "--copies", "8") == 0
    captured = capsys.readouterr()
    assert "24 copies made, 0 kept, 1 photographs and 4 styles left out" in captured.out
    assert "broken.jpg: no image" in captured.err
    assert "t2.png: an empty file" in captured.err
    assert len(contents(output)) == 24


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--method", "wct2"], "needs --autoencoder"),
        (["--method", "wct2", "--autoencoder", "nowhere.pt"], "no such file: nowhere.pt"),
        (["--copies", "0"], "--copies is 0"),
        (["--seed", "-1"], "--seed is -1"),
        (["--sheet", "s.xyz"], "cannot write s.xyz: unknown image format '.xyz'"),
    ],
)
def test_wrong_options_are_one_line(
    folders: tuple[Path, Path, Path],
    arguments: list[str],
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert stylize(folders, *arguments) == 1
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1
    assert not folders[2].exists()


def test_a_sheet_of_wct2_needs_an_autoencoder_too(
    folders: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    photos, styles, output = folders
    sheet = output.with_name("sheet.png")
    given = ["--images", str(photos), "--styles", str(styles), "--sheet", str(sheet)]
    assert main(["stylize", *given, "--method", "wct2"]) == 1
    assert "needs --autoencoder" in capsys.readouterr().err
    assert not sheet.exists()


def test_an_output_among_the_photographs_and_no_output_are_refused(
    folders: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    photos, styles, _ = folders
    assert stylize((photos, styles, photos / "out")) == 1
    assert "would be taken for photographs" in capsys.readouterr().err
    assert stylize((photos, styles, styles / "out")) == 1
    assert "would be taken for styles" in capsys.readouterr().err
    assert main(["stylize", "--images", str(photos), "--styles", str(styles)]) == 1
    assert "nothing to make" in capsys.readouterr().err


def test_a_full_disk_is_told_and_leaves_nothing_half_written(
    folders: tuple[Path, Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.Path, "write_bytes", full)
    assert stylize(folders) == 1
    assert "a.png.transport-0.jpg: No space left on device" in capsys.readouterr().err
    assert list(folders[2].iterdir()) == []


def test_a_file_that_is_replaced_stays_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_whole(path, b"old")
    with pytest.raises(TypeError):
        write_whole(path, "text")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]
    with pytest.raises(ValueError, match="unknown kind of picture"):
        write_picture(tmp_path / "a", np.zeros((4, 4, 3), np.uint8))


def test_styles_of_one_photograph_differ_while_there_are_any(
    folders: tuple[Path, Path, Path],
) -> None:
    paths = sorted(folders[1].iterdir())
    styles = Styles(paths, 100, 3)
    chosen = [styles.choose(Path("x.jpg"), k).tobytes() for k in range(5)]
    assert len(set(chosen[:4])) == 4
    assert chosen[4] == chosen[0]
    paths[0].write_bytes(b"")
    for name in "abcd":  # whichever comes first of a photograph's order
        again = Styles(paths, 100, 3)
        left = [again.choose(Path(name), k).tobytes() for k in range(4)]
        assert len(set(left[:3])) == 3
        assert left[3] == left[0]
        assert Styles(paths, 100, 3).choose(Path(name), 2).tobytes() == left[2]
    firsts = {styles.choose(Path(f"{i}.jpg"), 0).tobytes() for i in range(30)}
    assert len(firsts) == 4
    for path in paths:
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="none of the 4 styles"):
        Styles(paths, 100, 3).choose(Path("x.jpg"), 0)


def test_the_autoencoder_command_and_the_sheet(
    folders: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    photos, styles, output = folders
    weights, sheet = output.with_name("a.pt"), output.with_name("sheet.png")
    images = ["--images", str(photos)]
    assert main(["train-autoencoder", *images, "-o", str(weights), "--steps", "2"]) == 0
    assert "step 2 of 2:" in capsys.readouterr().out
    options = ["--autoencoder", str(weights), "--sheet", str(sheet), "--rows", "2"]
    assert main(["stylize", *images, "--styles", str(styles), *options]) == 0
    assert cv2.imread(str(sheet)).shape == (2 * 244 + 26, 4 * 324, 3)
    assert stylize(folders, "--method", "wct2", "--autoencoder", str(weights)) == 0
    assert set(contents(output)) >= {"a.png.wct2-0.jpg", "deep/c.png.wct2-0.jpg"}


def test_sheets_show_each_picture_whole() -> None:
    wide, high = np.full((60, 240, 3), 200, np.uint8), np.full((300, 100, 3), 100, np.uint8)
    sheet = arrange([[wide, high]], ["wide", "high"])
    assert sheet.shape == (26 + 244, 2 * 324, 3)
    assert (sheet[26:, :324] == 200).all(2).sum() == 320 * 80
    assert (sheet[26:, 324:] == 100).all(2).sum() == 80 * 240


def test_unknown_methods_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown method 'magic', there are transport, wct2"):
        make_stylizer("magic")
