"""Stylized copies lie on their photographs to a fraction of a pixel; so does the measure."""

import cv2
import numpy as np
import pytest
from skimage import data as photographs

from ssldescriptor.training.stylization.alignment import edge_displacements
from ssldescriptor.training.stylization.autoencoder_training import new_autoencoder
from ssldescriptor.training.stylization.colour_transport import transport
from ssldescriptor.training.stylization.wct2 import wct2


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(photographs.astronaut()[..., ::-1])


@pytest.fixture(scope="module")
def shapes() -> np.ndarray:
    """Discs and bars in many colours, edges everywhere."""
    rng = np.random.default_rng(0)
    canvas = np.full((300, 400, 3), 120, np.uint8)
    for _ in range(160):
        colour = [int(c) for c in rng.integers(0, 255, 3)]
        x, y = (int(v) for v in rng.integers(0, 400, 2))
        if rng.random() < 0.5:
            cv2.circle(canvas, (x, y), int(rng.integers(5, 25)), colour, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(canvas, (x, y), (x + 30, y + 12), colour, -1)
    return canvas


@pytest.fixture(scope="module")
def night() -> np.ndarray:
    style = photographs.rocket()[..., ::-1].astype(float)
    return np.ascontiguousarray((style**1.6 / 255**0.6 * 0.5).astype(np.uint8))


def moved(image: np.ndarray, dx: float, dy: float) -> np.ndarray:
    matrix = np.array([[1, 0, dx], [0, 1, dy]], float)
    return cv2.warpAffine(image, matrix, image.shape[1::-1], flags=cv2.INTER_CUBIC,
                          borderMode=cv2.BORDER_REFLECT_101)  # fmt: skip


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.5, 0.0), (-0.25, 0.75), (1.4, -2.0)])
def test_the_measure_finds_known_shifts(
    photo: np.ndarray, shapes: np.ndarray, shift: tuple[float, float]
) -> None:
    for image in (photo, shapes):
        found = edge_displacements(image, moved(image, *shift))
        assert len(found) > 8
        assert np.abs(np.median(found, 0) - shift).max() < 0.15


def test_the_measure_does_not_care_for_light(shapes: np.ndarray) -> None:
    found = edge_displacements(shapes, moved(255 - shapes, 0.5, -0.5))
    assert np.abs(np.median(found, 0) - (0.5, -0.5)).max() < 0.1


def test_places_without_edges_tell_nothing() -> None:
    flat = np.full((200, 200, 3), 90, np.uint8)
    assert edge_displacements(flat, flat).shape == (0, 2)
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    other = np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    assert len(edge_displacements(noise, other)) == 0
    with pytest.raises(ValueError, match="sizes differ"):
        edge_displacements(flat, flat[1:])


@pytest.mark.parametrize("method", ["transport", "wct2"])
def test_stylized_copies_are_aligned(
    method: str, photo: np.ndarray, shapes: np.ndarray, night: np.ndarray
) -> None:
    """Also with an autoencoder that was never trained: alignment is in the structure."""
    for image in (photo, shapes):
        if method == "transport":
            copy = transport(image, night)
        else:
            copy = wct2(new_autoencoder("small", 1), image, night)
        assert np.abs(copy.astype(int) - image).mean() > 10
        moves = edge_displacements(image, copy)
        distance = np.hypot(*moves.T)
        assert len(distance) > 8
        assert np.abs(np.median(moves, 0)).max() < 0.06
        assert np.median(distance) < 0.2
