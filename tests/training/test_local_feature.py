"""LocalFeature: the package's own results as tensors, for a batch."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from skimage import data

from ssldescriptor import SSLDescriptor, _core
from ssldescriptor.keypoints import from_cv2
from ssldescriptor.training.local_feature import LocalFeature

COUNT = 150


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """(2, 160, 200, 3) uint8 RGB; the second has hardly anything to find."""
    image = np.ascontiguousarray(data.coffee()[100:260, 200:400])
    plain = np.full_like(image, 90)
    plain[60:90, 60:90] = 200
    return np.stack([image, plain])


@pytest.fixture(scope="module")
def module() -> LocalFeature:
    return LocalFeature(COUNT)


def as_tensor(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images.transpose(0, 3, 1, 2).copy())


def test_they_are_the_packages_features(module: LocalFeature, images: np.ndarray) -> None:
    found = module(as_tensor(images).float() / 255)
    assert {name: tuple(value.shape) for name, value in found.items()} == {
        "keypoints": (2, COUNT, 2),
        "scores": (2, COUNT),
        "descriptors": (2, COUNT, 128),
        "angles": (2, COUNT),
        "sizes": (2, COUNT),
        "lafs": (2, COUNT, 2, 3),
        "valid": (2, COUNT),
    }
    for i, image in enumerate(images):
        keypoints, rows = SSLDescriptor.create(COUNT).detectAndCompute(
            image[..., ::-1].copy(), None
        )
        number = int(found["valid"][i].sum())
        assert number == len(keypoints)
        arrays = from_cv2(keypoints)
        np.testing.assert_array_equal(found["keypoints"][i, :number], arrays.xy)
        np.testing.assert_array_equal(found["descriptors"][i, :number], rows)
        np.testing.assert_array_equal(found["angles"][i, :number], arrays.angle)
        assert not found["descriptors"][i, number:].any()
    assert found["valid"][0].all()
    assert 0 < int(found["valid"][1].sum()) < COUNT


def test_bytes_floats_and_gray_agree(module: LocalFeature, images: np.ndarray) -> None:
    batch = as_tensor(images[:1])
    gray = torch.from_numpy(cv2.cvtColor(images[0], cv2.COLOR_RGB2GRAY))[None, None]
    expected = module(batch)["descriptors"]
    for same in (batch.double() / 255, gray, gray.float() / 255):
        torch.testing.assert_close(module(same)["descriptors"], expected, rtol=0, atol=0)


def test_the_patch_is_the_one_that_the_core_samples(
    module: LocalFeature, images: np.ndarray
) -> None:
    """The picture under a LAF, standardised, looks like the outer grid of the core."""
    gray = cv2.cvtColor(images[0], cv2.COLOR_RGB2GRAY)
    found = module(torch.from_numpy(gray)[None, None])
    sizes, angles = (found[name][0, :40].numpy() for name in ("sizes", "angles"))
    xy = found["keypoints"][0, :40].numpy()
    patches = _core.sample_patches(gray, xy.copy(), np.clip(sizes, 2.5, 40), angles.copy())[:, 1]
    corners = (np.mgrid[:24, :24][::-1].reshape(2, -1).T - 11.5) / 12
    alike = []
    for laf, patch in zip(found["lafs"][0, :40].numpy(), patches, strict=True):
        places = (corners @ laf[:, :2].T + laf[:, 2]).astype(np.float32)
        shrunk = cv2.GaussianBlur(gray.astype(np.float32), (0, 0), 1)
        seen = cv2.remap(
            shrunk, places[None], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        alike.append(np.corrcoef(seen.ravel(), patch.ravel())[0, 1])
    assert np.median(alike) > 0.95


def test_a_mask(module: LocalFeature, images: np.ndarray) -> None:
    mask = torch.zeros(2, 1, 160, 200)
    mask[:, :, :, :80] = 1
    found = module(as_tensor(images), mask)
    assert found["valid"].any()
    assert (found["keypoints"][found["valid"]][:, 0] < 80).all()


def test_an_empty_batch_and_an_upright_one(images: np.ndarray) -> None:
    found = LocalFeature(COUNT, upright=True)(as_tensor(images[:1]))
    assert (found["angles"] == -1).all()
    assert len(LocalFeature(COUNT)(torch.empty(0, 3, 64, 64))["keypoints"]) == 0


@pytest.mark.parametrize(
    ("batch", "error", "message"),
    [
        (torch.zeros(3, 64, 64), ValueError, "shape"),
        (torch.zeros(1, 4, 64, 64), ValueError, "shape"),
        (torch.zeros(1, 1, 0, 64), ValueError, "shape"),
        (torch.full((1, 1, 64, 64), 255.0), ValueError, "outside"),
        (torch.full((1, 1, 64, 64), torch.nan), ValueError, "outside"),
        (torch.zeros(1, 1, 64, 64, dtype=torch.int64), TypeError, "int64"),
    ],
)
def test_bad_images(module: LocalFeature, batch: torch.Tensor, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        module(batch)


def test_other_bad_input(module: LocalFeature, images: np.ndarray) -> None:
    with pytest.raises(ValueError, match="mask"):
        module(as_tensor(images), torch.ones(2, 160, 200))
    with pytest.raises(ValueError, match="num_features=0"):
        LocalFeature(0)
