"""What the page of a pair is made of, and that it is one well-formed file."""

from __future__ import annotations

import json

import numpy as np
import pytest
from skimage import data

from ssldescriptor import SSLDescriptor, match, match_images
from ssldescriptor.geometry import ImageMatches
from ssldescriptor.report.build import MAX_SIDE, build_page
from ssldescriptor.report.content import page_content, second_distances


@pytest.fixture(scope="module")
def pair() -> ImageMatches:
    image = data.coffee()[..., ::-1].copy()
    return match_images(image[:-7, :-12], image[7:, 12:], feature=SSLDescriptor.create(200))


def content_of(pair: ImageMatches, **changes: object) -> dict:
    options = {"geometry": "homography", "ratio": None, "threshold": 3.0, "settings": {}, **changes}
    return page_content(pair, **options)


def test_matches_with_both_distances(pair: ImageMatches) -> None:
    content = content_of(pair)["matches"]
    assert content["index0"] == match(pair.descriptors0, pair.descriptors1).index0.tolist()
    between = np.linalg.norm(pair.descriptors0[:, None] - pair.descriptors1[None], axis=2)
    nearest = np.sort(between, axis=1)[content["index0"]]
    np.testing.assert_allclose(content["distance"], nearest[:, 0], atol=1e-5)
    np.testing.assert_allclose(content["next"], nearest[:, 1], atol=1e-5)


def test_the_error_decides_as_the_estimation_did(pair: ImageMatches) -> None:
    error = np.array(content_of(pair)["matches"]["error"])
    assert len(error) == len(pair.inliers)
    np.testing.assert_array_equal(error <= 3, pair.inliers)


def test_binary_rows() -> None:
    rows = np.array([[0, 0], [1, 0], [255, 255]], np.uint8)
    assert second_distances(rows, rows).tolist() == [1, 1, 15]


def test_a_row_without_a_second_neighbour() -> None:
    rows = np.eye(3, 4, dtype=np.float32)
    assert np.isinf(second_distances(rows, rows[:1])).all()
    assert second_distances(rows[:0], rows).shape == (0,)


def test_ignored_angles_are_not_shown(pair: ImageMatches) -> None:
    assert max(content_of(pair)["keypoints"][0]["angle"]) > 0
    assert set(content_of(pair, upright=True)["keypoints"][0]["angle"]) == {-1}


def test_the_page_survives_every_name(pair: ImageMatches) -> None:
    names = "</script><b>", "{{DATA}} & co"
    image = np.zeros((20, MAX_SIDE + 10, 3), np.uint8)
    page = build_page(content_of(pair, settings={"images": names}), names, (image, image))
    assert page.count("<script") == page.count("</script>") == 2
    assert "&lt;/script&gt;&lt;b&gt; and {{DATA}} &amp; co" in page
    text = page.split('id="data">')[1].split("</script>")[0]
    found = json.loads(text)
    assert [image["name"] for image in found["images"]] == list(names)
    assert found["images"][0]["width"] == MAX_SIDE + 10
