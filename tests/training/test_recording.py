"""Scores, the best weights and pictures of a run, on photographs that it never trains on."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from tests.training.small_run import tiny

from ssldescriptor.training import best
from ssldescriptor.training import train as train_module
from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.models.registry import make_model
from ssldescriptor.training.plan import InOrder
from ssldescriptor.training.state import TrainingState
from ssldescriptor.training.train import train
from ssldescriptor.training.validation import Score


def scored(monkeypatch: pytest.MonkeyPatch, *values: float) -> None:
    left = iter(values)

    def validate(extract: object, images: list, *, pairs: int) -> dict[str, Score]:
        value = next(left)
        return {"upright": Score(value - 0.1, 30.0), "turned": Score(value + 0.1, 10.0)}

    monkeypatch.setattr(best, "validate", validate)


def test_the_best_weights_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tiny(tmp_path, tmp_path, "optimizer.ema=0.5")
    state = TrainingState(config, make_model(config.model), InOrder(2, 4))
    scored(monkeypatch, 0.4, 0.6, 0.6, 0.5)
    assert state.average is not None
    for step in range(1, 5):
        state.step = step
        state.average.weights["frame_net.size.bias"].fill_(step)
        figures = best.judge(state, [])
    assert figures == pytest.approx(
        {
            "upright_mma": 0.4,
            "turned_mma": 0.6,
            "upright_correct": 30,
            "turned_correct": 10,
            "score": 0.5,
        }
    )
    kept = load_checkpoint(tmp_path / "best.pt")
    assert kept["step"] == 2
    assert kept["score"] == state.best_score == pytest.approx(0.6)
    assert kept["model"]["frame_net.size.bias"] == 2  # the average, not the weights themselves
    assert state.to_checkpoint()["best_score"] == state.best_score


def test_a_run_scores_and_draws_without_changing_the_model(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_module, "split", lambda paths, share: (paths[:2], paths[2:]))
    watched = ["validate_every=1", "pictures_every=2", "validation_pairs=1", "steps=2"]
    seen = load_checkpoint(train(tiny(folder, tmp_path / "a", *watched)))
    blind = load_checkpoint(train(tiny(folder, tmp_path / "b", "validate_every=0", "steps=2")))
    for name, tensor in blind["model"].items():
        assert torch.equal(tensor, seen["model"][name]), name
    lines = (tmp_path / "a" / "validation.csv").read_text().splitlines()
    assert len(lines) == 3
    assert {"turned_mma", "zoomed_correct", "score"} <= set(lines[0].split(","))
    assert load_checkpoint(tmp_path / "a" / "best.pt")["score"] == seen["best_score"] >= 0
    for name, width in (("pairs", 2 * 192), ("matches", 2 * 384)):
        picture = cv2.imread(str(tmp_path / "a" / "pictures" / f"{name}_000002.png"))
        assert picture.shape[1] >= width
        assert np.ptp(picture) > 100
    assert not (tmp_path / "b" / "best.pt").exists()


def test_without_photographs_to_score_on_the_run_says_so(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(tiny(folder, tmp_path, "steps=1", "validate_every=1"))
    assert "no photograph is kept out of training" in capsys.readouterr().out
    assert not (tmp_path / "best.pt").exists()


def test_sequences_are_shown_and_decide_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shifted = tmp_path / "sequences" / "v_test_shift"
    shifted.mkdir(parents=True)
    image = cv2.imread(str(folder / "astronaut.png"))
    cv2.imwrite(str(shifted / "1.png"), image[:200, :200])
    cv2.imwrite(str(shifted / "2.png"), image[5:205, 9:209])
    np.savetxt(shifted / "H_1_2", [[1, 0, -9], [0, 1, -5], [0, 0, 1]])
    config = tiny(tmp_path, tmp_path, f"sequences={tmp_path / 'sequences'}")
    state = TrainingState(config, make_model(config.model), InOrder(2, 4))
    scored(monkeypatch, 0.4)
    figures = best.judge(state, [])
    assert 0.2 < figures["v_test_mma"] <= 1
    assert figures["score"] == state.best_score == pytest.approx(0.4)


def test_missing_sequences_are_told_before_the_run(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no sequence .* in .*nowhere"):
        train(tiny(folder, tmp_path / "run", f"sequences={tmp_path / 'nowhere'}"))
    assert not (tmp_path / "run").exists()
