"""What must hold for any descriptors."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ssldescriptor import Matches, match

# A few exact values: ties, duplicates and zero rows are frequent.
DIMS = st.integers(1, 20)
VALUES = st.sampled_from([0.0, 1.0, 2.0, -1.5, 0.1])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    dim = draw(DIMS)
    if draw(st.booleans()):
        values, dtype = st.integers(0, 255), np.uint8
    else:
        values, dtype = VALUES.map(np.float32), np.float32
    sizes = draw(st.tuples(st.integers(0, 40), st.integers(0, 40)))
    a, b = (draw(arrays.arrays(dtype, (n, dim), elements=values)) for n in sizes)
    return a, b


def pair_set(found: Matches) -> set[tuple[int, int, float]]:
    columns = (found.index0.tolist(), found.index1.tolist(), found.distance.tolist())
    return set(zip(*columns, strict=True))


@settings(deadline=None)
@given(pairs())
def test_swapping_the_sets_transposes_mutual_pairs(ab: tuple[np.ndarray, np.ndarray]) -> None:
    a, b = ab
    forward, backward = pair_set(match(a, b)), pair_set(match(b, a))
    assert forward == {(i, j, d) for j, i, d in backward}


@settings(deadline=None)
@given(pairs(), st.floats(0.1, 1), st.floats(0.1, 1))
def test_a_smaller_ratio_gives_a_subset(
    ab: tuple[np.ndarray, np.ndarray], ratio0: float, ratio1: float
) -> None:
    a, b = ab
    low, high = sorted((ratio0, ratio1))
    assert pair_set(match(a, b, ratio=low)) <= pair_set(match(a, b, ratio=high))
    assert pair_set(match(a, b, ratio=high)) <= pair_set(match(a, b))


@settings(deadline=None)
@given(pairs())
def test_mutual_pairs_are_one_to_one_and_nearest(ab: tuple[np.ndarray, np.ndarray]) -> None:
    a, b = ab
    mutual = match(a, b)
    assert len(set(mutual.index1.tolist())) == len(set(mutual.index0.tolist())) == len(mutual)
    assert pair_set(mutual) <= pair_set(match(a, b, mutual=False))
    assert mutual.index0.tolist() == sorted(mutual.index0.tolist())


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_permuting_rows_permutes_matches(n: int, m: int, seed: int) -> None:
    """Without ties; with them the lowest index wins, which a permutation changes."""
    rng = np.random.default_rng(seed)
    a, b = (rng.normal(size=(k, 24)).astype(np.float32) for k in (n, m))
    p, q = rng.permutation(n), rng.permutation(m)
    permuted = pair_set(match(a[p], b[q], ratio=0.9))
    assert {(int(p[i]), int(q[j]), d) for i, j, d in permuted} == pair_set(match(a, b, ratio=0.9))
