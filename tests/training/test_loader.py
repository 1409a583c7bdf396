"""Batches follow the plan, span by span, and every rank gets its part."""

from pathlib import Path
from typing import Any

import cv2
import pytest
import torch
from tests.training.small_run import tiny
from torch import nn
from torch.utils.data import Dataset

from ssldescriptor.training import distributed
from ssldescriptor.training.loader import planned_batches
from ssldescriptor.training.plan import Different, InOrder


class Echo(Dataset):
    """Gives back what it is asked for, and how many threads OpenCV has here."""

    def __getitem__(self, item: Any) -> dict[str, Any]:
        return {"item": item, "threads": cv2.getNumThreads()}


class Spans(InOrder):
    """Two steps a span; items name their photograph; notes when it is prepared."""

    def __init__(self) -> None:
        super().__init__(2, 5)
        self.prepared: list[int] = []

    def prepare(self, model: nn.Module, step: int) -> int:
        self.prepared.append(step)
        return (step // 2 + 1) * 2

    def items(self, step: int) -> list[tuple[int, int]]:
        return [(10 * step, len(self.prepared)), (10 * step + 1, 7)]


@pytest.mark.parametrize("workers", [0, 1])
def test_batches_come_in_order_from_any_step(tmp_path: Path, workers: int) -> None:
    config = tiny(tmp_path, tmp_path, "batch=3", "steps=4", f"data.workers={workers}")
    found = planned_batches(config, Echo(), InOrder(3, 4), nn.Identity(), 2)
    assert [batch["item"].tolist() for batch in found] == [[6, 7, 8], [9, 10, 11]]


def test_a_plan_is_prepared_before_every_span(tmp_path: Path) -> None:
    plan = Spans()
    config = tiny(tmp_path, tmp_path, "steps=5")
    found = list(planned_batches(config, Echo(), plan, nn.Identity(), 1))
    assert plan.prepared == [1, 2, 4]
    items = [torch.stack(batch["item"], 1).tolist() for batch in found]
    assert items == [
        [[10, 1], [11, 7]], [[20, 2], [21, 7]], [[30, 2], [31, 7]], [[40, 3], [41, 7]],
    ]  # fmt: skip


def test_ranks_share_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tiny(tmp_path, tmp_path, "batch=4", "steps=2")
    monkeypatch.setattr(distributed, "num_ranks", lambda: 2)
    monkeypatch.setattr(distributed, "rank", lambda: 1)
    found = planned_batches(config, Echo(), InOrder(4, 2), nn.Identity(), 0)
    assert [batch["item"].tolist() for batch in found] == [[2, 3], [6, 7]]


def test_loader_processes_have_one_opencv_thread(tmp_path: Path) -> None:
    threads = cv2.getNumThreads()
    config = tiny(tmp_path, tmp_path, "steps=1", "data.workers=1")
    (batch,) = planned_batches(config, Echo(), InOrder(2, 1), nn.Identity(), 0)
    assert batch["threads"].tolist() == [1, 1]
    assert cv2.getNumThreads() == threads


def test_loading_draws_no_random_numbers_of_the_run(tmp_path: Path) -> None:
    config = tiny(tmp_path, tmp_path, "steps=2")
    state = torch.get_rng_state()
    list(planned_batches(config, Echo(), InOrder(2, 2), nn.Identity(), 0))
    assert torch.equal(torch.get_rng_state(), state)


def test_the_photographs_of_a_batch_differ_while_there_are_enough() -> None:
    plan = Different(4, 50, 9, 3)
    steps = [plan.items(step) for step in range(50)]
    assert [item for items in steps for item, _ in items] == list(range(200))
    drawn = [[photo for _, photo in items] for items in steps]
    assert all(len(set(photos)) == 4 for photos in drawn)
    counts = [sum(photos.count(n) for photos in drawn) for n in range(9)]
    assert min(counts) > 10
    assert drawn != [[photo for _, photo in Different(4, 50, 9, 4).items(n)] for n in range(50)]
    assert plan.items(7) == Different(4, 50, 9, 3).items(7)


def test_few_photographs_are_shared_evenly_by_a_batch() -> None:
    for step in range(20):
        photos = [photo for _, photo in Different(8, 20, 3, 1).items(step)]
        assert sorted(photos.count(n) for n in range(3)) == [2, 3, 3]
