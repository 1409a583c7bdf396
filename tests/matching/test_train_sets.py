"""Sets of images: packed once, searched as one array is."""

import pickle
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.matching.helpers import as_lists, as_rows, rows_of

from ssldescriptor import SSLMatcher, _core
from ssldescriptor import matcher as matcher_module

A, B = rows_of("integer", 30, 16, 0), rows_of("integer", 70, 16, 1)
CUTS = [B[:20], B[20:20], B[20:21], B[21:]]


@pytest.mark.parametrize("kind", ["unit", "integer", "grid", "bits"])
def test_a_set_finds_what_one_array_finds(level: str, kind: str) -> None:
    a, b = rows_of(kind, 40, 32, 2), rows_of(kind, 90, 32, 3)
    b[60:65] = b[5:10]
    make = _core.ByteTrainSet if kind == "bits" else _core.FloatTrainSet
    packed = make([b[:50], b[50:50], b[50:]])
    assert packed.shape == (90, 32)
    mask = np.random.default_rng(4).integers(0, 2, (40, 90), dtype=np.uint8)
    for ratio in (None, 0.95):
        pairs = zip(
            _core.match(a, packed, ratio=ratio), _core.match(a, b, ratio=ratio), strict=True
        )
        assert all(x.tolist() == y.tolist() for x, y in pairs)
    for k in (1, 2, 4, 100):
        assert as_lists(*_core.knn(a, packed, k)) == as_lists(*_core.knn(a, b, k))
        found = _core.knn(a, packed, k, mask=mask)
        assert as_lists(*found) == as_lists(*_core.knn(a, b, k, mask=mask))
    radius = float(np.median(_core.knn(a, b, 3)[1]))
    found = _core.radius_search(a, packed, radius)
    assert as_rows(*found) == as_rows(*_core.radius_search(a, b, radius))


def test_queries_unlike_the_set(level: str) -> None:
    """The set holds bytes, or rows of like length; what does not fit is compared all the same."""
    for train in (B, rows_of("unit", 70, 16, 5)):
        packed = _core.FloatTrainSet([train])
        for query in (A + np.float32(0.25), A * np.float32(1000), rows_of("unit", 30, 16, 6)):
            for k in (2, 5):
                found = _core.knn(query, packed, k)
                assert as_lists(*found) == as_lists(*_core.knn(query, train, k))


def test_a_set_keeps_the_level_it_was_packed_for() -> None:
    before = _core.simd_level()
    packed = _core.FloatTrainSet(CUTS)
    try:
        for level in _core.simd_levels():
            _core.set_simd_level(level)
            assert as_lists(*_core.knn(A, packed, 3)) == as_lists(*_core.knn(A, B, 3))
    finally:
        _core.set_simd_level(before)


def test_wrong_sets() -> None:
    with pytest.raises(
        ValueError, match="image 1 has rows of length 15, those before it of length 16"
    ):
        _core.FloatTrainSet([B, np.ascontiguousarray(B[:, 1:])])
    with pytest.raises(TypeError):
        _core.FloatTrainSet([B.astype(np.float64)])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="2-D"):
        _core.FloatTrainSet([B[0]])
    with pytest.raises(ValueError, match="is wanted"):
        _core.FloatTrainSet([B], norm="l3")
    packed = _core.FloatTrainSet([B])
    with pytest.raises(TypeError):
        _core.match(A.astype(np.float64), packed)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="differ in length"):
        _core.match(np.ascontiguousarray(A[:, 1:]), packed)
    with pytest.raises(ValueError, match="packed for another norm"):
        _core.match(A, packed, norm="cosine")
    with pytest.raises(ValueError, match=r"mask must have shape \(30, 70\)"):
        _core.knn(A, packed, 1, mask=np.ones((30, 69), np.uint8))
    assert len(_core.match(A, _core.FloatTrainSet([]))[0]) == 0


@pytest.fixture
def packs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of images of every set that is packed."""
    counts: list[int] = []

    def count(images: list[Any], **options: Any) -> _core.FloatTrainSet:
        counts.append(len(images))
        return made(images, **options)

    made = _core.FloatTrainSet
    monkeypatch.setattr(_core, "FloatTrainSet", count)
    return counts


def fields(matches: Any) -> list[tuple[int, int, int, float]]:
    return [(m.queryIdx, m.imgIdx, m.trainIdx, m.distance) for m in matches]


def test_a_matcher_packs_its_images_once(packs: list[int]) -> None:
    matcher = SSLMatcher()
    matcher.add(CUTS)
    wanted = fields(matcher.match(A))
    for _ in range(3):
        assert fields(matcher.match(A)) == wanted
        matcher.knnMatch(A, 3)
        matcher.radiusMatch(A, 100.0)
    assert packs == [4]
    matcher.add([A])
    assert {m.imgIdx for m in matcher.match(A)} == {4}
    assert packs == [4, 5]
    matcher.clear()
    assert matcher.match(A) == ()
    matcher.add(CUTS)
    assert fields(matcher.match(A)) == wanted
    assert packs == [4, 5, 4]


def test_other_options_or_queries_pack_again(packs: list[int], tmp_path: Any) -> None:
    SSLMatcher(cv2.NORM_L2SQR).save(tmp_path / "squared.yml")
    matcher = SSLMatcher()
    matcher.add(CUTS)
    plain = fields(matcher.match(A))
    matcher.read(tmp_path / "squared.yml")
    squared = fields(matcher.match(A))
    assert [f[:3] for f in squared] == [f[:3] for f in plain]
    assert squared[0][3] == pytest.approx(plain[0][3] ** 2, rel=1e-6)
    assert packs == [4, 4]
    with pytest.raises(cv2.error, match="uint8 but trainDescriptors is float32"):
        matcher.match(A.astype(np.uint8))
    with pytest.raises(cv2.error, match="rows of one length"):
        matcher.match(A[:, 1:])
    assert fields(matcher.match(A)) == squared


def test_copies_do_not_share_the_packed_images() -> None:
    matcher = SSLMatcher(crossCheck=True)
    matcher.add([B])
    wanted = fields(matcher.match(A))
    for twin in (matcher.clone(), pickle.loads(pickle.dumps(matcher))):
        assert fields(twin.match(A)) == wanted
        twin.add([A])
        twin.clear()
    assert fields(matcher.match(A)) == wanted


def test_several_threads_share_a_matcher() -> None:
    matcher = SSLMatcher(num_threads=2)
    matcher.add(CUTS)
    queries = [A, A[::2], A[:1], B]
    wanted = [fields(SSLMatcher().match(q, B)) for q in queries]
    results: dict[int, list[Any]] = {}

    def work(n: int) -> None:
        found = [fields(matcher.match(q)) for q in queries]
        ends = np.cumsum([len(image) for image in CUTS])
        starts = (ends - [len(image) for image in CUTS]).tolist()
        results[n] = [[(q, 0, starts[i] + t, d) for q, i, t, d in row] for row in found]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(results[n] == wanted for n in range(6))


@pytest.mark.parametrize("change", ["add", "read"])
def test_a_change_while_images_are_packed_counts_for_the_next_search(
    change: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    SSLMatcher(cv2.NORM_L2SQR).save(tmp_path / "squared.yml")
    matcher = SSLMatcher()
    matcher.add([A])
    pack = matcher_module.pack_train_set

    def pack_slowly(*args: Any) -> Any:
        """Change the matcher meanwhile, as another thread should not, but may."""
        monkeypatch.setattr(matcher_module, "pack_train_set", pack)
        packed = pack(*args)
        if change == "add":
            matcher.add([B])
        else:
            matcher.read(tmp_path / "squared.yml")
        return packed

    monkeypatch.setattr(matcher_module, "pack_train_set", pack_slowly)
    with suppress(ValueError):  # packed for the norm before
        matcher.match(B)
    wanted = SSLMatcher(cv2.NORM_L2SQR if change == "read" else cv2.NORM_L2)
    wanted.add([A, B] if change == "add" else [A])
    assert fields(matcher.match(B)) == fields(wanted.match(B))
