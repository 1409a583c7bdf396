"""Fair negatives against loops over all pairs of rows."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ssldescriptor.training.mining import SCOPES, ignored_negatives, nearest_is_right

Points = tuple[torch.Tensor, torch.Tensor]


def points(pairs: int, count: int, seed: int, side: float = 30) -> Points:
    generator = torch.Generator().manual_seed(seed)
    shape = (2 * pairs, count, 2)
    return tuple(torch.rand(shape, generator=generator) * side for _ in range(2))


def in_views(source: torch.Tensor, target: torch.Tensor) -> list[tuple[int, list, list]]:
    """Return the pair of every row and where it lies in view 0 and view 1."""
    rows = []
    for image in range(len(source)):
        for k in range(source.shape[1]):
            ends = [source[image, k].tolist(), target[image, k].tolist()]
            rows.append((image // 2, *(ends if image % 2 == 0 else ends[::-1])))
    return rows


def apart(a: list[float], b: list[float]) -> float:
    return ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5


@pytest.mark.parametrize("negatives", SCOPES)
@pytest.mark.parametrize("pairs", [1, 3])
def test_ignored_negatives_equal_the_loop(negatives: str, pairs: int) -> None:
    source, target = points(pairs, 6, pairs)
    found = ignored_negatives(source, target, 8.0, negatives)
    rows = in_views(source, target)
    assert found.shape == (len(rows), len(rows))
    for i, (pair_i, *ends_i) in enumerate(rows):
        for j, (pair_j, *ends_j) in enumerate(rows):
            same = pair_i == pair_j
            near = same and any(apart(a, b) < 8 for a, b in zip(ends_i, ends_j, strict=True))
            out_of_scope = {"pair": not same, "batch": False, "other": same}[negatives]
            assert bool(found[i, j]) == (near or out_of_scope)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3), st.integers(1, 8), st.floats(0.5, 20), st.sampled_from(SCOPES), st.data())
def test_no_negative_lies_near_the_true_point_in_an_image(
    pairs: int, count: int, distance: float, negatives: str, data: st.DataObject
) -> None:
    source, target = points(pairs, count, data.draw(st.integers(0, 10**6)), side=15)
    rows = in_views(source, target)
    fair = ~ignored_negatives(source, target, distance, negatives)
    for i, j in fair.nonzero().tolist():
        if rows[i][0] == rows[j][0]:
            for view in (1, 2):
                # cdist works in float32
                assert apart(rows[i][view], rows[j][view]) > distance - 1e-2


def test_the_scopes_share_the_negatives_of_the_batch_out() -> None:
    source, target = points(3, 6, 0)
    fair = {name: ~ignored_negatives(source, target, 8.0, name) for name in SCOPES}
    assert torch.equal(fair["pair"] | fair["other"], fair["batch"])
    assert not (fair["pair"] & fair["other"]).any()
    assert fair["pair"].any()


def test_an_unknown_scope_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'minibatch' .* pair, batch, other"):
        ignored_negatives(*points(1, 2, 0), 6.0, "minibatch")


def test_nearest_is_right() -> None:
    a = torch.eye(3)
    swapped = a[[1, 0, 2]]
    nothing = torch.zeros(3, 3, dtype=torch.bool)
    assert nearest_is_right(a, a, nothing).tolist() == [True, True, True]
    assert nearest_is_right(a, swapped, nothing).tolist() == [False, False, True]
    ignore = nothing.clone()
    ignore[0, 1] = True
    assert nearest_is_right(a, swapped, ignore)[0].item() is True  # ties go to the lowest
    assert nearest_is_right(a, a, ~nothing).all()  # the counterpart is never ignored
