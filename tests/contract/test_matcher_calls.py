"""Ways to call a matcher, run over cv2.BFMatcher as well: the tests are tested too."""

import cv2
import numpy as np
import pytest
from tests.contract.matcher_helpers import Make, fields, grid, over_both, row_fields

from ssldescriptor import SSLMatcher

A, B = grid(6, 0), grid(9, 1)
EMPTY = np.zeros((0, 3), np.float32)


@over_both
def test_results_are_tuples_of_dmatch(make: Make) -> None:
    matcher = make()
    found = matcher.match(A, B)
    assert type(found) is tuple
    assert all(type(m) is cv2.DMatch for m in found)
    for rows in (matcher.knnMatch(A, B, 2), matcher.radiusMatch(A, B, 1.5)):
        assert type(rows) is tuple
        assert all(type(row) is tuple for row in rows)
        assert all(type(m) is cv2.DMatch for row in rows for m in row)


@over_both
def test_positions_and_keywords(make: Make) -> None:
    m = make()
    mask = np.ones((6, 9), np.uint8)
    mask[2] = 0
    assert fields(m.match(queryDescriptors=A, trainDescriptors=B, mask=mask)) == fields(
        m.match(A, B, mask)
    )
    assert row_fields(
        m.knnMatch(queryDescriptors=A, trainDescriptors=B, k=2, mask=mask, compactResult=True)
    ) == row_fields(m.knnMatch(A, B, 2, mask, True))
    assert row_fields(
        m.radiusMatch(queryDescriptors=A, trainDescriptors=B, maxDistance=2, mask=mask)
    ) == row_fields(m.radiusMatch(A, B, 2.0, mask, False))
    m.add([B])
    assert fields(m.match(queryDescriptors=A, masks=[mask])) == fields(m.match(A, [mask]))
    assert row_fields(m.knnMatch(queryDescriptors=A, k=2, masks=[mask])) == row_fields(
        m.knnMatch(A, np.int64(2), (mask,))
    )
    assert row_fields(m.radiusMatch(queryDescriptors=A, maxDistance=2.0)) == row_fields(
        m.radiusMatch(A, 2)
    )


@over_both
def test_layouts(make: Make) -> None:
    m = make()
    wanted = fields(m.match(A, B))
    read_only = B.copy()
    read_only.flags.writeable = False
    wide = np.zeros((6, 6), np.float32)
    wide[:, ::2] = A
    for query in (A, np.asfortranarray(A), wide[:, ::2], A[::-1][::-1], A[:, :, None]):
        for train in (read_only, np.asfortranarray(B), cv2.UMat(B)):
            assert fields(m.match(query, train)) == wanted
    assert fields(m.match(cv2.UMat(A), B)) == wanted


@over_both
def test_one_dimensional_arrays(make: Make) -> None:
    """One column in OpenCV 4, one row in OpenCV 5."""
    row = np.arange(3, dtype=np.float32)
    expected = 1 if int(cv2.__version__[0]) >= 5 else 3
    assert len(make().match(row, row)) == expected


@over_both
@pytest.mark.parametrize("nothing", [None, EMPTY])
def test_empty_query(make: Make, nothing: np.ndarray | None) -> None:
    m = make()
    m.add([B])
    assert m.match(nothing, B) == m.match(nothing) == ()
    assert m.knnMatch(nothing, B, 2) == m.knnMatch(nothing, 2) == ()
    assert m.radiusMatch(nothing, B, 2.0) == m.radiusMatch(nothing, 2.0) == ()
    assert m.knnMatch(nothing, B, 0) == ()


@over_both
def test_empty_train(make: Make) -> None:
    m = make()
    assert m.match(A, EMPTY) == ()
    assert m.knnMatch(A, EMPTY, 2) == ((),) * 6
    assert m.knnMatch(A, EMPTY, 2, compactResult=True) == ()
    assert m.radiusMatch(A, EMPTY, 2.0) == ((),) * 6
    m.add([EMPTY, EMPTY])
    assert m.match(A) == ()
    assert m.knnMatch(A, 2) == ((),) * 6


@over_both
def test_nothing_trained(make: Make) -> None:
    m = make()
    assert m.match(A) == m.knnMatch(A, 2) == m.radiusMatch(A, 2.0) == m.knnMatch(A, 0) == ()


@over_both
def test_no_columns(make: Make) -> None:
    none = np.zeros((2, 0), np.float32)
    assert make().match(none, none) == ()


@over_both
def test_train_images(make: Make) -> None:
    m = make()
    assert m.empty()
    assert m.getTrainDescriptors() == ()
    m.add([B])
    m.add((A, B))
    m.add(None)
    m.train()
    assert not m.empty()
    assert [d is e for d, e in zip(m.getTrainDescriptors(), (B, A, B), strict=True)] == [True] * 3
    assert len(m.clone().getTrainDescriptors()) == 3
    assert m.clone(True).getTrainDescriptors() == ()
    assert m.clone(emptyTrainData=True).empty()
    m.clear()
    assert m.empty()


@over_both
def test_train_images_are_not_used_when_given_explicitly(make: Make) -> None:
    m = make()
    m.add([A])
    assert [f[2] for f in fields(m.match(A, B))] == [0] * 6
    assert fields(m.match(A, B)) == fields(make().match(A, B))
    assert len(m.getTrainDescriptors()) == 1


@over_both
def test_added_arrays_are_shared_and_cloned_ones_are_not(make: Make) -> None:
    m = make()
    train = B.copy()
    m.add([train])
    twin = m.clone()
    train[:] = 50
    assert m.match(A)[0].distance > 50
    assert twin.match(A)[0].distance < 50


@over_both
def test_an_added_array_is_a_list_of_rows(make: Make) -> None:
    m = make()
    m.add(B)
    assert len(m.getTrainDescriptors()) == 9


@over_both
def test_empty_masks_allow_everything(make: Make) -> None:
    m = make()
    m.add([B, A])
    mask = np.zeros((6, 9), np.uint8)
    nearest = [f[2] for f in fields(m.match(A, [mask, None]))]
    assert nearest == [1] * 6
    # Only the image: beside a 0 x 0 mask OpenCV now and then takes a row that is not the nearest.
    emptied = fields(m.match(A, [mask, np.zeros((0, 0), np.uint8)]))
    assert [f[2] for f in emptied] == [1] * 6
    if make is SSLMatcher:
        assert emptied == fields(m.match(A, [mask, None]))
    assert fields(m.match(A, masks=[])) == fields(m.match(A))
    assert fields(m.match(A, [None, None])) == fields(m.match(A))


@over_both
def test_masks_are_supported(make: Make) -> None:
    assert make(cv2.NORM_L2, True).isMaskSupported()


@over_both
def test_create_and_its_arguments(make: Make) -> None:
    for matcher in (
        make.create(),
        make.create(normType=cv2.NORM_HAMMING, crossCheck=True),  # type: ignore[attr-defined]
        make.create(cv2.NORM_L2, 1),
        make.create(None),
        make().create(),
    ):  # type: ignore[attr-defined]
        assert matcher.empty()


@over_both
def test_cross_check_keeps_the_first_of_duplicates(make: Make) -> None:
    a = np.array([[0, 0], [0, 0], [5, 5]], np.float32)
    b = np.array([[0, 0], [0, 0], [5, 5], [5, 5]], np.float32)
    assert [(m.queryIdx, m.trainIdx) for m in make(cv2.NORM_L2, True).match(a, b)] == [
        (0, 0),
        (2, 2),
    ]
