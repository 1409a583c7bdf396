"""One network trained alone, on keypoints that are found in both views."""

from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data as photographs
from tests.training.small_run import tiny

from ssldescriptor.features import FeatureExtractor
from ssldescriptor.keypoints import Keypoints
from ssldescriptor.options import FeatureOptions
from ssldescriptor.training import refine_head
from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.data.homography import ViewRanges
from ssldescriptor.training.data.pairs import PairDataset, PairOptions, Sample
from ssldescriptor.training.export import export
from ssldescriptor.training.losses.frame import turned_back
from ssldescriptor.training.matched_patches import STEPS, cut_matched_patches, matched
from ssldescriptor.training.matched_rings import cut_matched_rings
from ssldescriptor.training.refine import refine
from ssldescriptor.training.refine_head import draw_pairs, same_points
from ssldescriptor.training.train import train


def keypoints(xy: list[list[float]], size: list[float], angle: list[float]) -> Keypoints:
    rows = (np.array(x, np.float32) for x in (xy, size, angle))
    return Keypoints(*rows, np.zeros(len(xy), np.float32))


def turned_by_90(scale: float) -> Sample:
    """The view turned clockwise about (50, 50) and scaled."""
    h = np.array([[0, -scale, 50 + 50 * scale], [scale, 0, 50 - 50 * scale], [0, 0, 1]])
    return {"h_0to1": torch.from_numpy(h).float()}


def test_the_same_keypoints_are_near_and_framed_alike() -> None:
    first = keypoints([[60, 50], [50, 70], [40, 50], [50, 20]], [4] * 4, [10, 300, 0, 0])
    # x -> (50, 50) + 2 * turn: at (50, 70), (10, 50), (50, 30) and (110, 50).
    second = keypoints(
        [[50.5, 71], [10, 50], [50, 30], [114, 50], [52, 68.5]],
        [8, 8, 30, 8, 8],
        [85, 35, 90, 90, 100],
    )
    index0, index1 = matched(first, second, turned_by_90(2.0))
    # The second is turned by 5 degrees too much; the third is too large, the last too far.
    assert index0.tolist() == [0, 1]
    assert index1.tolist() == [0, 1]
    nothing = first.select(np.zeros(0, np.intp))
    assert [len(i) for i in matched(first, nothing, turned_by_90(1.0))] == [0, 0]


def test_one_keypoint_is_matched_once() -> None:
    first = keypoints([[50, 50], [51, 50]], [6, 6], [0, 0])
    second = keypoints([[50.8, 50]], [6], [0])
    still = {"h_0to1": torch.eye(3)}
    assert [i.tolist() for i in matched(first, second, still)] == [[1], [0]]


def test_the_patches_are_those_of_the_matched_keypoints() -> None:
    photo = np.ascontiguousarray(photographs.astronaut()[..., ::-1])
    pairs = PairDataset([photo], PairOptions(size=192, photometric=0.0), 3, 5)
    extractor = FeatureExtractor(FeatureOptions(num_threads=1))
    cut = cut_matched_patches(extractor, pairs, 60, 2)
    assert len(cut.start) == 6
    assert cut.start[-1] == len(cut.xy) == len(cut.patches)
    assert np.diff(cut.start).max() <= 60
    for p in range(5):
        there = cut.xy[cut.start[p] : cut.start[p + 1]]
        h = pairs[p]["h_0to1"].numpy()
        mapped = np.c_[there[:, 0], np.ones(len(there))] @ h.T
        assert np.abs(mapped[:, :2] / mapped[:, 2:] - there[:, 1]).max() < 3
    first, second = cut.patches.transpose(1, 0, 2, 3, 4).reshape(2, len(cut.xy), -1) / STEPS
    alike = [np.corrcoef(a, b)[0, 1] for a, b in zip(first, second, strict=True)]
    assert np.median(alike) > 0.7
    assert abs(np.median(first.std(1)) - 1) < 0.2


def test_the_rings_of_the_views_differ_by_the_turn() -> None:
    photo = np.ascontiguousarray(photographs.astronaut()[..., ::-1])
    views = ViewRanges(turned_share=1.0)
    pairs = PairDataset([photo], PairOptions(size=192, photometric=0.0, views=views), 3, 5)
    cut = cut_matched_rings(FeatureExtractor(FeatureOptions(num_threads=1)), pairs, 60)
    assert 100 < len(cut.turn) <= 300
    assert np.abs(cut.turn).max() > 1
    assert np.abs(np.log2(cut.scale)).max() < 1.06
    assert np.median(np.linalg.norm(cut.missed, axis=1)) < 0.6
    of_one_size = np.abs(np.log2(cut.scale)) < 0.15
    first, second = torch.from_numpy(cut.rings[of_one_size]).float().unbind(1)
    turn = torch.from_numpy(cut.turn[of_one_size]).repeat_interleave(12)
    back = turned_back(second.flatten(0, 1), turn).view_as(first)
    alike = [np.corrcoef(a.flatten(), b.flatten())[0, 1] for a, b in zip(first, back, strict=True)]
    assert np.median(alike) > 0.9


def test_no_keypoints_in_both_views_are_told() -> None:
    flat = np.full((256, 256, 3), 90, np.uint8)
    pairs = PairDataset([flat], PairOptions(size=192, photometric=0.0), 3, 2)
    with pytest.raises(ValueError, match="no keypoint was found in both views of any of 2 pairs"):
        cut_matched_rings(FeatureExtractor(FeatureOptions(num_threads=1)), pairs, 60)


def test_pairs_of_a_step_show_different_photographs() -> None:
    photo = np.random.default_rng(0).integers(0, 9, 60)
    counts = np.zeros(60, int)
    for seed in range(300):
        drawn = draw_pairs(np.random.default_rng(seed), photo, 6)
        assert len(set(photo[drawn])) == len(drawn) == 6
        counts[drawn] += 1
    assert counts.min() > 0
    few = draw_pairs(np.random.default_rng(0), photo, 20)
    assert sorted(photo[few]) == list(range(9))


def test_the_same_point_is_no_negative() -> None:
    pair = torch.tensor([[[0.0, 0], [0, 0]], [[3, 0], [50, 0]], [[90, 0], [52, 0]]])
    ignore = same_points([pair, pair[:1]], 6.0)
    wanted = [[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1]]
    assert ignore.int().tolist() == wanted


@pytest.fixture(scope="module")
def checkpoint(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tiny(folder, tmp_path_factory.mktemp("run"), "model.binary=true"))


def refined(folder: Path, checkpoint: Path, output: Path, *more: str) -> TrainConfig:
    settings = ("data.pair.size=192", "data.pair.photometric=0", "step.keypoints=40", "batch=4")
    return tiny(folder, output, f"init={checkpoint}", "model.binary=true", *settings, *more)


def weights(path: Path) -> dict[str, torch.Tensor]:
    given: dict[str, torch.Tensor] = load_checkpoint(path)["model"]
    return given


def test_only_what_is_named_is_trained(folder: Path, checkpoint: Path, tmp_path: Path) -> None:
    before = weights(checkpoint)
    for name, part, trained, more in (
        ("head", "patch_head", {"patch_head"}, ()),
        ("both", "patch_head", {"patch_head", "binary"}, ("step.binary_weight=1",)),
        ("frames", "frame_net", {"frame_net"}, ()),
    ):
        path = refine(refined(folder, checkpoint, tmp_path / name, *more), 6, part)
        after = weights(path)
        changed = {n.split(".")[0] for n in before if not torch.equal(before[n], after[n])}
        assert changed == trained
    export(path, tmp_path / "m.onnx")
    assert FeatureExtractor(FeatureOptions(tmp_path / "m.onnx")).dim == 128


@pytest.mark.parametrize(
    ("part", "figure"), [("patch_head", "accuracy"), ("frame_net", "turned_within_20")]
)
def test_refining_makes_a_network_better(
    part: str,
    figure: str,
    folder: Path,
    checkpoint: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = refined(
        folder, checkpoint, tmp_path, "steps=60", "log_every=20", "optimizer.learning_rate=1e-2"
    )
    refine(config, 12, part)
    lines = [line for line in capsys.readouterr().out.splitlines() if figure in line]
    first, *_, last = (float(line.split(f"{figure} ")[1].split()[0]) for line in lines)
    assert last > first + 0.05


def test_a_loss_that_is_not_finite_stops_the_run(
    folder: Path, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: torch.Tensor) -> torch.Tensor:
        return given[0].sum() * float("nan")

    monkeypatch.setattr(refine_head, "rows_loss", broken)
    with pytest.raises(FloatingPointError, match="the loss is nan"):
        refine(refined(folder, checkpoint, tmp_path), 2)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_refined_is_told(folder: Path, checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name a checkpoint in init"):
        refine(tiny(folder, tmp_path), 2)
    with pytest.raises(ValueError, match=r"weights\.pt exists: give another --output, or remove"):
        refine(refined(folder, checkpoint, checkpoint.parent), 2)
    with pytest.raises(ValueError, match="l2net model has no patch_head"):
        refine(refined(folder, checkpoint, tmp_path, "model.architecture=l2net"), 2)
    with pytest.raises(ValueError, match="part='stem' cannot be refined; known: patch_head, fra"):
        refine(refined(folder, checkpoint, tmp_path), 2, "stem")
    with pytest.raises(ValueError, match="only those of the batch"):
        refine(refined(folder, checkpoint, tmp_path, "step.negatives=pair"), 2)
    with pytest.raises(FileNotFoundError):
        refine(refined(folder, tmp_path / "none.pt", tmp_path), 2)
