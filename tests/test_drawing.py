"""Pictures of matches: where the lines go and what they must not hide."""

import numpy as np
import pytest

from ssldescriptor.drawing import BAD, GAP, GOOD, add_caption, draw_matches

BLACK = np.zeros((40, 50, 3), np.uint8)


def is_colour(pixel: np.ndarray, colour: tuple[int, int, int]) -> bool:
    """Tell whether a pixel is nearly of a colour: lines are drawn with soft edges."""
    return bool(np.abs(pixel.astype(int) - colour).max() < 40)


def test_images_stand_side_by_side() -> None:
    left = np.full((40, 50), 100, np.uint8)
    right = np.full((60, 30, 3), 200, np.uint8)
    picture = draw_matches(left, [], right, [])
    assert picture.shape == (60, 50 + GAP + 30, 3)
    assert (picture[:40, :50] == 100).all()
    assert (picture[:, 50 + GAP :] == 200).all()


def test_a_line_joins_the_two_points() -> None:
    picture = draw_matches(BLACK, [[10, 20]], BLACK, [[30, 20]])
    for column in (10, 54, 50 + GAP + 30):
        assert is_colour(picture[20, column], GOOD)
    assert not picture[20, 5].any()


def test_good_lines_lie_above_bad_ones() -> None:
    points = [[10, 20], [10, 20]]
    for good in ([True, False], [False, True]):
        picture = draw_matches(BLACK, points, BLACK, points, good=good)
        assert is_colour(picture[20, 54], GOOD)
    picture = draw_matches(BLACK, points, BLACK, points, good=[False, False])
    assert is_colour(picture[20, 54], BAD)


def test_only_so_many_lines_are_drawn() -> None:
    points = [[10, row] for row in range(5, 35, 5)]
    picture = draw_matches(BLACK, points, BLACK, points, max_lines=2)
    assert picture[5, 54].any()
    assert picture[30, 54].any()
    assert not picture[15, 54].any()


def test_inputs_are_not_changed() -> None:
    image = BLACK.copy()
    draw_matches(image, [[10, 20]], image, [[30, 20]])
    assert not image.any()


def test_unequal_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="1 and 2 points"):
        draw_matches(BLACK, [[1, 1]], BLACK, [[1, 1], [2, 2]])


@pytest.mark.parametrize("channels", [(), (1,), (3,), (4,)])
def test_kinds_of_images(channels: tuple[int, ...]) -> None:
    image = np.full((40, 50, *channels), 100, np.uint8)
    assert (draw_matches(image[::-1], [], BLACK, [])[:, :50] == 100).all()


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (BLACK.astype(np.float32), r"float32 of shape \(40, 50, 3\); uint8"),
        (BLACK[..., 0].astype(np.uint16), r"uint16 of shape \(40, 50\)"),
        (BLACK[..., :2], r"uint8 of shape \(40, 50, 2\)"),
    ],
)
def test_other_images_are_refused(image: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw_matches(BLACK, [], image, [])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_points_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        draw_matches(BLACK, [[1, 1]], BLACK, [[value, 1]])


def test_the_caption_adds_a_strip() -> None:
    captioned = add_caption(BLACK, "text")
    np.testing.assert_array_equal(captioned[-40:], BLACK)
    assert captioned[:-40].max() > 200
