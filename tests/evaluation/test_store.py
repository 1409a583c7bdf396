"""Features on disk: what is found again, what is made again, what is left behind."""

from pathlib import Path

import numpy as np
import pytest

from ssldescriptor.evaluation.extracted import Features
from ssldescriptor.evaluation.methods import Method, make_method
from ssldescriptor.evaluation.scoring import ScoreFile
from ssldescriptor.evaluation.store import FeatureStore, Stored


@pytest.fixture
def method() -> Method:
    return make_method("orb", 10)


def stored(value: float = 1.0) -> Stored:
    features = Features(np.full((2, 2), value, np.float32), np.eye(2, dtype=np.float32))
    return Stored(features, (4, 5), np.eye(3), "")


def test_what_was_saved_comes_back(tmp_path: Path, method: Method) -> None:
    FeatureStore(tmp_path).save(method, "a", stored())
    loaded = FeatureStore(tmp_path).load(method, "a")
    assert loaded is not None
    np.testing.assert_array_equal(loaded.features.points, stored().features.points)
    np.testing.assert_array_equal(loaded.features.descriptors, np.eye(2))
    assert loaded.shape == (4, 5)
    assert FeatureStore(tmp_path).load(method, "b") is None
    assert {path.name for path in (tmp_path / method.folder).iterdir()} == {"a.npz", "method.json"}


def test_other_settings_do_not_meet_old_features(tmp_path: Path, method: Method) -> None:
    FeatureStore(tmp_path).save(method, "a", stored())
    assert FeatureStore(tmp_path).load(make_method("orb", 11), "a") is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"nonsense"])
def test_a_damaged_file_counts_as_missing(tmp_path: Path, method: Method, content: bytes) -> None:
    store = FeatureStore(tmp_path)
    store.save(method, "a", stored())
    store.path(method, "a").write_bytes(content)
    assert store.load(method, "a") is None


def test_fresh_ignores_what_is_older(tmp_path: Path, method: Method) -> None:
    FeatureStore(tmp_path).save(method, "a", stored())
    store = FeatureStore(tmp_path, fresh=True)
    assert store.load(method, "a") is None
    store.save(method, "a", stored(2.0))
    loaded = store.load(method, "a")
    assert loaded is not None
    assert loaded.features.points[0, 0] == 2


def test_a_torn_line_of_scores_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "scores" / "orb.jsonl"
    ScoreFile(path).get("a", lambda: {"x": 1})
    ScoreFile(path).get("b", lambda: {"x": 2})
    path.write_text(path.read_text()[:-4])
    again = ScoreFile(path)
    assert again.get("a", lambda: {"x": 9}) == {"x": 1}
    assert again.get("b", lambda: {"x": 3}) == {"x": 3}
    assert ScoreFile(path).get("b", lambda: {"x": 9}) == {"x": 3}
    assert ScoreFile(path, fresh=True).get("a", lambda: {"x": 9}) == {"x": 9}
