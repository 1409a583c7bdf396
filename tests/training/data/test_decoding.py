"""Photographs of every kind: used rightly, or refused with the reason."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data as photographs

from ssldescriptor.training.data import decoding
from ssldescriptor.training.data.decoding import UnusableError, jpeg_header, load_image


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    """RGB, higher than wide, not the same when turned or mirrored."""
    return np.ascontiguousarray(photographs.astronaut()[:, 60:360])


def mean_error(image: np.ndarray, rgb: np.ndarray) -> float:
    assert image.dtype == np.uint8
    assert image.shape == rgb.shape
    return float(np.abs(image[..., ::-1].astype(int) - rgb).mean())


def test_small_photographs_are_not_enlarged_and_large_ones_shrunk(
    tmp_path: Path, photo: np.ndarray
) -> None:
    Image.fromarray(photo[:100, :120]).save(tmp_path / "a.png")
    assert mean_error(load_image(tmp_path / "a.png", 480), photo[:100, :120]) == 0
    Image.fromarray(photo).save(tmp_path / "b.png")
    assert load_image(tmp_path / "b.png", 150).shape == (256, 150, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_exif_orientation_is_applied(
    tmp_path: Path, photo: np.ndarray, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = {1: (0, False), 2: (0, True), 3: (2, False), 4: (2, True),
            5: (3, True), 6: (3, False), 7: (1, True), 8: (1, False)}  # fmt: skip
    quarters, mirrored = turn[orientation]
    wanted = np.rot90(photo, quarters)
    wanted = wanted[:, ::-1] if mirrored else wanted
    Image.fromarray(photo).save(tmp_path / "a.jpg", exif=exif, quality=95, subsampling=0)
    assert mean_error(load_image(tmp_path / "a.jpg", 480), wanted) < 2
    # Also where the file is decoded at half its size.
    half = cv2.resize(np.ascontiguousarray(wanted), None, fx=0.5, fy=0.5,
                      interpolation=cv2.INTER_AREA)  # fmt: skip
    assert mean_error(load_image(tmp_path / "a.jpg", 150), half) < 2


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bits_are_scaled_to_8(tmp_path: Path, photo: np.ndarray, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    cv2.imwrite(str(path), photo[..., ::-1].astype(np.uint16) * 257)
    assert mean_error(load_image(path, 480), photo) <= 1
    cv2.imwrite(str(path), photo[..., 1].astype(np.uint16) * 257)
    assert mean_error(load_image(path, 480), photo[..., [1, 1, 1]]) <= 1


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp", ".tif"])
def test_gray_becomes_three_equal_channels(tmp_path: Path, photo: np.ndarray, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(photo[..., 1]).save(path)
    image = load_image(path, 480)
    assert mean_error(image, photo[..., [1, 1, 1]]) < 3
    assert np.ptp(image.astype(int), axis=2).max() <= 3


def test_cmyk_becomes_colour(tmp_path: Path, photo: np.ndarray) -> None:
    Image.fromarray(photo).convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    assert mean_error(load_image(tmp_path / "a.jpg", 480), photo) < 4


def test_transparency_and_palettes_are_accepted(tmp_path: Path, photo: np.ndarray) -> None:
    Image.fromarray(photo).convert("RGBA").save(tmp_path / "a.png")
    assert mean_error(load_image(tmp_path / "a.png", 480), photo) == 0
    Image.fromarray(photo).quantize(64).save(tmp_path / "b.png")
    assert mean_error(load_image(tmp_path / "b.png", 480), photo) < 12


@pytest.mark.parametrize(
    ("short_side", "flag"),
    [(64, cv2.IMREAD_REDUCED_COLOR_4), (150, cv2.IMREAD_REDUCED_COLOR_2), (151, cv2.IMREAD_COLOR)],
)
def test_jpeg_is_decoded_no_larger_than_needed(
    tmp_path: Path,
    photo: np.ndarray,
    short_side: int,
    flag: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Image.fromarray(photo).save(tmp_path / "a.jpg", quality=95, subsampling=0)
    flags = []
    real = cv2.imdecode
    monkeypatch.setattr(decoding.cv2, "imdecode", lambda d, f: flags.append(f) or real(d, f))
    small = load_image(tmp_path / "a.jpg", short_side)
    assert flags == [flag]
    size = (small.shape[1], small.shape[0])
    wanted = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    assert small.shape[1] == short_side
    assert mean_error(small, wanted) < 4


def test_a_hundred_megapixels_are_decoded_at_an_eighth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripes = np.zeros((10_000, 10_000), np.uint8)
    stripes[:, 2000:5000] = 200
    cv2.imwrite(str(tmp_path / "huge.jpg"), stripes)
    decoded = []
    real = cv2.imdecode

    def recording(data: np.ndarray, flag: int) -> np.ndarray:
        decoded.append(real(data, flag))
        return decoded[-1]

    monkeypatch.setattr(decoding.cv2, "imdecode", recording)
    image = load_image(tmp_path / "huge.jpg", 500)
    assert decoded[0].shape == (1250, 1250, 3)
    assert image.shape == (500, 500, 3)
    assert (image[250, [50, 150, 200, 300], 0] < 100).tolist() == [True, False, False, True]


def test_a_file_cut_short_is_refused(tmp_path: Path, photo: np.ndarray) -> None:
    path = tmp_path / "a.jpg"
    for options in ({}, {"progressive": True}):
        Image.fromarray(photo).save(path, **options)
        whole = path.read_bytes()
        path.write_bytes(whole + bytes(1000))  # what some cameras append
        load_image(path, 480)
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(UnusableError, match="cut short"):
            load_image(path, 480)
    path.write_bytes(whole[:100])
    with pytest.raises(UnusableError, match="no image"):
        load_image(path, 480)
    Image.fromarray(photo).save(tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnusableError, match="no image, a damaged one"):
        load_image(tmp_path / "a.png", 480)


def test_a_thumbnail_is_not_taken_for_the_photograph(tmp_path: Path, photo: np.ndarray) -> None:
    Image.fromarray(photo[:70, :70]).save(tmp_path / "thumbnail.jpg")
    Image.fromarray(photo).save(tmp_path / "a.jpg")
    inner = (tmp_path / "thumbnail.jpg").read_bytes()
    whole = (tmp_path / "a.jpg").read_bytes()
    segment = b"\xff\xe5" + (len(inner) + 2).to_bytes(2, "big") + inner
    data = whole[:2] + segment + whole[2:]
    header = jpeg_header(data)
    assert header is not None
    assert header.short_side == 300
    (tmp_path / "a.jpg").write_bytes(data[: len(segment) + len(whole) // 2])
    with pytest.raises(UnusableError, match="cut short"):
        load_image(tmp_path / "a.jpg", 480)


def test_other_bad_files_give_their_reason(tmp_path: Path, photo: np.ndarray) -> None:
    files = {
        "empty.jpg": (b"", "an empty file"),
        "text.png": (b"no picture", "no image"),
        "marker.jpg": (b"\xff\xd8\xff", "no image"),
    }
    for name, (data, reason) in files.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UnusableError, match=reason):
            load_image(tmp_path / name, 480)
    with pytest.raises(UnusableError, match="cannot be read: No such file"):
        load_image(tmp_path / "missing.jpg", 480)
    (tmp_path / "folder.jpg").mkdir()
    with pytest.raises(UnusableError, match="cannot be read: Is a directory"):
        load_image(tmp_path / "folder.jpg", 480)
    Image.fromarray(photo[:63]).save(tmp_path / "tiny.png")
    with pytest.raises(UnusableError, match="300 x 63 px"):
        load_image(tmp_path / "tiny.png", 480)
    Image.new("RGB", (200, 200), (90, 91, 200)).save(tmp_path / "blank.png")
    with pytest.raises(UnusableError, match="blank"):
        load_image(tmp_path / "blank.png", 480)
    faint = np.full((200, 200), 90, np.uint8)
    faint[:, 100:] += 8
    Image.fromarray(faint).save(tmp_path / "faint.png")
    assert load_image(tmp_path / "faint.png", 480).shape == (200, 200, 3)
