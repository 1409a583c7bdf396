"""Every extractor keeps to the cap and survives an image without features."""

import numpy as np
import pytest
from skimage import data

from ssldescriptor.evaluation.methods import METHODS, make_extractor, root_sift


@pytest.mark.parametrize("name", METHODS)
def test_points_and_descriptors_agree(name: str) -> None:
    image = np.ascontiguousarray(data.coffee()[..., ::-1])
    found = make_extractor(name, 100)(image)
    assert 50 < len(found.points) == len(found.descriptors) <= 101
    assert found.points.dtype == np.float32


@pytest.mark.parametrize("name", METHODS)
def test_a_blank_image_gives_nothing(name: str) -> None:
    found = make_extractor(name, 100)(np.full((120, 160, 3), 128, np.uint8))
    assert found.points.shape[1:] == (2,)
    assert len(found.points) == len(found.descriptors)


def test_root_sift_rows_are_unit_vectors() -> None:
    np.testing.assert_allclose(root_sift(np.array([[9, 16, 0]], np.float32)), [[0.6, 0.8, 0]])


def test_unknown_names_and_options_are_refused() -> None:
    with pytest.raises(ValueError, match="surf"):
        make_extractor("surf", 10)
    with pytest.raises(ValueError, match="upright"):
        make_extractor("orb", 10, upright=True)
