"""Which photographs share a batch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssldescriptor.training.data.sampler import LookAlikes, SamplerOptions, compose_batch

NONE = np.empty((0, 2), np.int32)


def ring(count: int, k: int) -> np.ndarray:
    """The neighbours of photograph i are i + 1, ..., i + k, around a ring."""
    return ((np.arange(count)[:, None] + np.arange(1, k + 1)) % count).astype(np.int32)


@pytest.mark.parametrize(("share", "wanted"), [(0.0, 0), (0.5, 4), (0.3, 3), (1.0, 9)])
def test_a_batch_holds_its_share_of_look_alikes(share: float, wanted: int) -> None:
    look_alikes = LookAlikes(ring(1000, 20), NONE)
    firsts, counts = set(), []
    for step in range(50):
        photos = compose_batch(look_alikes, 1, step, 10, share)
        assert len(set(photos)) == 10
        near = [1 <= (photo - photos[0]) % 1000 <= 20 for photo in photos[1:]]
        assert all(near[:wanted])
        firsts.add(photos[0])
        counts.append(sum(near))
    assert len(firsts) > 45
    # 20 of 1000 are neighbours by chance.
    assert wanted <= np.mean(counts) < wanted + 0.5


def test_a_batch_depends_on_seed_and_step_alone() -> None:
    look_alikes = LookAlikes(ring(100, 20), NONE)
    again = LookAlikes(ring(100, 20), NONE)
    batches = [compose_batch(look_alikes, 3, step, 6, 0.5) for step in range(8)]
    assert batches[5] == compose_batch(again, 3, 5, 6, 0.5)
    assert len(set(map(tuple, batches))) == 8
    assert batches[5] != compose_batch(look_alikes, 4, 5, 6, 0.5)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 1), st.lists(st.tuples(*[st.integers(0, 29)] * 2)))
def test_overlaps_never_share_a_batch(
    step: int, share: float, pairs: list[tuple[int, int]]
) -> None:
    overlaps = np.array([(min(p), max(p)) for p in pairs if p[0] != p[1]], np.int32).reshape(-1, 2)
    neighbours = ring(30, 8)
    neighbours[::3, 5:] = -1
    photos = compose_batch(LookAlikes(neighbours, overlaps), 1, step, 2, share)
    assert photos not in overlaps.tolist()
    assert photos[::-1] not in overlaps.tolist()


def test_a_photograph_whose_neighbours_all_overlap_gets_others() -> None:
    neighbours = ring(12, 3)
    overlaps = np.array([(min(i, j), max(i, j)) for i in range(12) for j in neighbours[i]])
    for step in range(40):
        photos = compose_batch(LookAlikes(neighbours, overlaps), 1, step, 2, 1.0)
        assert 4 <= (photos[1] - photos[0]) % 12 <= 8


@pytest.mark.parametrize(
    ("overlaps", "size"),
    [([(0, j) for j in range(1, 7)], 9), ([(i, i + 1) for i in range(9)], 5)],
    ids=["one overlaps many", "each overlaps the next"],
)
def test_a_batch_that_exists_is_found(overlaps: list[tuple[int, int]], size: int) -> None:
    look_alikes = LookAlikes(ring(10, 9), np.array(overlaps, np.int32))
    for step in range(60):
        photos = compose_batch(look_alikes, 1, step, size, 0.5)
        assert photos == compose_batch(look_alikes, 1, step, size, 0.5)
        assert len(set(photos)) == size
        assert not [pair for pair in overlaps if set(pair) <= set(photos)]
    with pytest.raises(ValueError, match=f"only {size} of 10 photographs"):
        compose_batch(look_alikes, 1, 0, size + 1, 0.5)


def test_too_few_different_photographs_are_refused() -> None:
    with pytest.raises(ValueError, match=r"only 3 of 3 photographs .* for a batch of 4"):
        compose_batch(LookAlikes(ring(3, 2), NONE), 1, 0, 4, 0.5)
    everything = np.array([(i, j) for j in range(5) for i in range(j)], np.int32)
    with pytest.raises(ValueError, match="only 1 of 5 photographs show different places"):
        compose_batch(LookAlikes(ring(5, 4), everything), 1, 0, 2, 0.5)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("look_alike_share", 1.5, r"look_alike_share is 1\.5; 0\.\.1"),
        ("pooling", "max", "'max'; wanted: vlad or gem"),
        ("neighbours", 0, "neighbours is 0"),
        ("refresh", -1, "refresh is -1"),
        ("centres", 0, "centres is 0"),
        ("min_inliers", 0, "min_inliers is 0"),
    ],
)
def test_options_out_of_range_are_refused(name: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SamplerOptions(**{name: value})
