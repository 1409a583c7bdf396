"""The plan of look-alikes, and training by it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from skimage import data as photographs

from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.config import TrainConfig, load_config
from ssldescriptor.training.data.pairs import PairDataset, PairOptions
from ssldescriptor.training.data.sampler import SamplerOptions
from ssldescriptor.training.global_descriptors import gem, learn_centres, vlad
from ssldescriptor.training.local_features import local_features
from ssldescriptor.training.look_alikes import LookAlikePlan, global_rows
from ssldescriptor.training.train import train

SMALL = SamplerOptions(look_alike_share=1.0, neighbours=3, centres=8, side=200)


def sift(gray: np.ndarray, max_keypoints: int) -> tuple[np.ndarray, np.ndarray]:
    keypoints, rows = cv2.SIFT_create(nfeatures=max_keypoints).detectAndCompute(gray, None)
    xy = np.array([k.pt for k in keypoints], np.float32).reshape(-1, 2)
    return xy, np.empty((0, 128), np.float32) if rows is None else rows


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    """Overlapping parts of two photographs, one more photograph, one blank picture."""
    astronaut, coffee = photographs.astronaut(), photographs.coffee()
    parts = [p[:, x : x + 300] for p in (astronaut, coffee) for x in (0, 50, 100)]
    return [*parts, photographs.rocket(), np.full((100, 90, 3), 99, np.uint8)]


def make_plan(images: list[np.ndarray], log: Path, **more: object) -> LookAlikePlan:
    return LookAlikePlan(images, SMALL, 2, 1, log, **more)


def test_parts_of_a_photograph_look_alike_overlap_and_never_share_a_batch(
    images: list[np.ndarray], tmp_path: Path
) -> None:
    plan = make_plan(images, tmp_path / "look_alikes.csv")
    plan.found = plan.look(sift, 0)
    neighbours, overlaps = plan.found.neighbours.tolist(), plan.found.overlaps.tolist()
    assert all(set(neighbours[i][:2]) == {0, 1, 2} - {i} for i in range(3))
    assert neighbours[7] == [-1, -1, -1]
    assert overlaps == [[0, 1], [0, 2], [1, 2], [3, 4], [3, 5], [4, 5]]
    drawn = [[photo for _, photo in plan.items(step)] for step in range(60)]
    assert not [photos for photos in drawn if sorted(photos) in overlaps]
    assert {photo for photos in drawn for photo in photos} == set(range(8))
    assert [item for item, _ in plan.items(7)] == [14, 15]
    lines = (tmp_path / "look_alikes.csv").read_text().splitlines()
    assert lines[0] == "step,photographs,overlaps,seconds"
    assert lines[1].startswith("0,8,6,")


def test_verified_overlaps_stay_though_the_photographs_look_alike_no_more(
    images: list[np.ndarray], tmp_path: Path
) -> None:
    plan = make_plan(images[:3], tmp_path / "log.csv")
    plan.found = plan.look(sift, 0)
    known = plan.found.overlaps
    rng = np.random.default_rng(0)

    def nonsense(gray: np.ndarray, _: int) -> tuple[np.ndarray, np.ndarray]:
        return sift(gray, 50)[0], rng.random((50, 128))

    plan.found = plan.look(nonsense, 1)
    assert (plan.found.overlaps == known).all()


def test_given_embeddings_decide_who_looks_alike(images: list[np.ndarray], tmp_path: Path) -> None:
    rows = np.eye(8, dtype=np.float32)[[0, 1, 2, 0, 1, 2, 3, 4]]
    plan = make_plan(images, tmp_path / "log.csv", embeddings=rows)
    assert plan.look(sift, 0).neighbours[:3, 0].tolist() == [3, 4, 5]


def test_the_plan_goes_on_from_a_checkpoint(images: list[np.ndarray], tmp_path: Path) -> None:
    plan, again = (make_plan(images, tmp_path / "log.csv") for _ in range(2))
    again.load_state_dict(plan.state_dict())
    assert again.found is None
    plan.found = plan.look(sift, 0)
    again.load_state_dict(plan.state_dict())
    assert [plan.items(step) for step in range(9)] == [again.items(step) for step in range(9)]
    with pytest.raises(ValueError, match="look-alikes of 8 photographs; there are 7 now"):
        make_plan(images[:7], tmp_path / "log.csv").load_state_dict(plan.state_dict())


def test_photographs_are_pooled_as_the_options_say(images: list[np.ndarray]) -> None:
    features = [local_features(sift, image, SMALL) for image in images[:3]]
    rows = [f.rows.astype(np.float32) for f in features]
    pooled = global_rows(features, SamplerOptions(pooling="gem"), 5)
    assert (pooled == [gem(r) for r in rows]).all()
    centres = learn_centres(rows, SMALL.centres, 5)
    assert global_rows(features, SMALL, 5) == pytest.approx(
        np.array([vlad(r, centres) for r in rows])
    )


def test_keypoints_are_found_at_a_small_size(images: list[np.ndarray]) -> None:
    seen = []

    def watch(gray: np.ndarray, max_keypoints: int) -> tuple[np.ndarray, np.ndarray]:
        seen.append((gray.shape, max_keypoints))
        return sift(gray, max_keypoints)

    for image in (images[0], images[7]):
        local_features(watch, image, SamplerOptions(side=150, keypoints=70))
    assert images[0].shape == (512, 300, 3)
    assert seen == [((256, 150), 70), ((100, 90), 70)]


def test_a_pair_of_a_given_photograph_is_that_photographs_pair(images: list[np.ndarray]) -> None:
    dataset = PairDataset(images[:1] * 3 + [images[6]] * 3, PairOptions(size=64), 3, 50)
    sizes = {photo: dataset[9, photo]["photo_size"].tolist() for photo in range(6)}
    assert sizes == {photo: [300, 512] if photo < 3 else [640, 427] for photo in range(6)}
    drawn = int(np.random.default_rng((3, 9)).integers(6))
    free, given = dataset[9], dataset[9, drawn]
    assert all(torch.equal(free[name], given[name]) for name in free)


def tiny(folder: Path, output: Path, *more: str) -> TrainConfig:
    return load_config(
        None,
        [
            f"data.images=[{folder}]", f"output={output}", "steps=4", "batch=2", "log_every=1",
            "save_every=2", "bfloat16=no", "validate_every=0", "pictures_every=0",
            "data.workers=0", "data.pair.size=96", "data.validation_share=0", "step.keypoints=16",
            "model.size=tiny", "data.sampler.look_alike_share=1", "data.sampler.refresh=3",
            "data.sampler.side=96", "data.sampler.centres=4", "data.sampler.keypoints=64", *more,
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(images: list[np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos")
    for i, image in enumerate(images[:7]):
        cv2.imwrite(str(path / f"{i}.png"), image[..., ::-1])
    return path


def test_training_refreshes_and_resumes_exactly(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = load_checkpoint(train(tiny(folder, tmp_path / "whole")))
    log = (tmp_path / "whole" / "look_alikes.csv").read_text().splitlines()
    assert [line.split(",")[:2] for line in log[1:]] == [["0", "7"], ["3", "7"]]
    assert whole["plan"]["neighbours"].shape == (7, 20)

    class StopError(Exception):
        pass

    def stop(*_: object) -> None:
        raise StopError

    # The second look comes after the checkpoint of step 2; then the run is killed.
    config = tiny(folder, tmp_path / "parts")
    real = LookAlikePlan.prepare
    with monkeypatch.context() as patch:
        patch.setattr(LookAlikePlan, "prepare", lambda *a: stop() if a[2] == 3 else real(*a))
        with pytest.raises(StopError):
            train(config)
    resumed = load_checkpoint(train(config, resume=True))
    for name, tensor in whole["model"].items():
        assert torch.equal(tensor, resumed["model"][name]), name
    for name, tensor in whole["plan"].items():
        assert torch.equal(tensor, resumed["plan"][name]), name
    (tmp_path / "parts" / "last.pt").unlink()
    train(config)  # another run in the same folder starts the log anew
    log = (tmp_path / "parts" / "look_alikes.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in log[1:]] == ["0", "3"]


def test_batches_show_what_the_plan_says(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = PairDataset.__getitem__

    def watch(self: PairDataset, item: object) -> dict:
        asked.append(item)
        return real(self, item)

    monkeypatch.setattr(PairDataset, "__getitem__", watch)
    monkeypatch.setattr(
        LookAlikePlan, "items", lambda self, step: [(2 * step, 4), (2 * step + 1, 6)]
    )
    train(tiny(folder, tmp_path, "steps=2"))
    assert asked == [(0, 4), (1, 6), (2, 4), (3, 6)]


def test_without_a_share_of_look_alikes_nobody_looks_for_them(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LookAlikePlan, "__init__", None)
    train(tiny(folder, tmp_path, "steps=1", "data.sampler.look_alike_share=0"))
    assert not (tmp_path / "look_alikes.csv").exists()


def test_an_embedding_file_that_lacks_a_photograph_stops_the_run(
    folder: Path, tmp_path: Path
) -> None:
    np.savez(tmp_path / "e.npz", names=["0.png", "1.png"], rows=np.eye(2))
    with pytest.raises(ValueError, match=r"no row for 5 of 7 photographs, the first .*2\.png"):
        train(tiny(folder, tmp_path, f"data.sampler.embeddings={tmp_path / 'e.npz'}"))
