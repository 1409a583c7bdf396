"""One step: every switch does what it says, and nothing else."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from skimage import data as photographs

from ssldescriptor import _core
from ssldescriptor.training.batch import Batch
from ssldescriptor.training.keypoints import both_ways
from ssldescriptor.training.models.registry import Model, ModelOptions, make_model
from ssldescriptor.training.step import StepOptions, run_step

OPTIONS = StepOptions(keypoints=16)


@pytest.fixture(scope="module")
def batch() -> Batch:
    """Two pairs of 96 x 96 views, each shifted by a few pixels."""
    gray = cv2.cvtColor(photographs.astronaut(), cv2.COLOR_RGB2GRAY)
    corners = [(100, 100), (104, 107), (250, 180), (243, 176)]
    views = np.stack([[[1, 0, -x], [0, 1, -y], [0, 0, 1]] for x, y in corners])
    crops = np.stack([gray[y : y + 96, x : x + 96] for x, y in corners])
    h = views[1::2] @ np.linalg.inv(views[::2])
    return Batch(
        torch.from_numpy(crops),
        torch.from_numpy(np.stack([_core.local_contrast(c) for c in crops]))[:, None],
        both_ways(torch.from_numpy(h).float()),
        torch.from_numpy(views).float(),
        torch.full((4, 2), 512.0),
    )


def tiny(binary: bool = False) -> Model:
    torch.manual_seed(0)
    return make_model(
        ModelOptions(
            stages=(4, 4, 8, 8, 8), lateral=8, head=8, frame=8, patch=(4, 8), binary=binary
        )
    )


def step(
    model: Model, batch: Batch, options: StepOptions
) -> tuple[dict[str, float], dict[str, torch.Tensor]]:
    """Return the figures and the gradients by name."""
    generator = torch.Generator().manual_seed(0)
    loss, figures = run_step(model, batch, options, generator, bfloat16=False, threads=1)
    loss.backward()
    return figures, {n: p.grad for n, p in model.named_parameters() if p.grad is not None}


SWITCHES = {
    "descriptor_loss": ("average_precision", "triplet"),
    "negatives": ("pair", "other"),
    "keypoint_loss": ("r2d2",),
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in SWITCHES.items() for v in vs])
def test_a_switch_changes_its_own_loss_alone(batch: Batch, name: str, value: str) -> None:
    usual, _ = step(tiny(), batch, OPTIONS)
    figures, gradients = step(tiny(), batch, replace(OPTIONS, **{name: value}))
    changed = {key for key in usual if figures[key] != usual[key]}
    assert changed == {"loss", "peak" if name == "keypoint_loss" else "descriptor"}
    assert all(torch.isfinite(gradient).all() for gradient in gradients.values())


def test_the_binary_loss_leaves_the_float_rows_alone(batch: Batch) -> None:
    usual, gradients = step(tiny(), batch, OPTIONS)
    binary = replace(OPTIONS, binary_weight=1.0)
    figures, with_head = step(tiny(binary=True), batch, binary)
    assert figures["binary"] > 0
    assert figures["descriptor"] == usual["descriptor"]
    for name, gradient in gradients.items():
        torch.testing.assert_close(with_head[name], gradient)
    assert set(with_head) - set(gradients) == {"binary.weight", "binary.bias"}
    assert with_head["binary.weight"].abs().max() > 0


def test_the_binary_loss_shapes_the_float_rows_when_asked(batch: Batch) -> None:
    binary = replace(OPTIONS, binary_weight=1.0)
    _, apart = step(tiny(binary=True), batch, binary)
    _, together = step(tiny(binary=True), batch, replace(binary, binary_trains_rows=True))
    name = "patch_head.project.0.weight"
    assert not torch.allclose(apart[name], together[name])
    assert torch.allclose(apart["dense.stem.0.weight"], together["dense.stem.0.weight"])


def test_a_binary_loss_without_a_head_is_refused(batch: Batch) -> None:
    with pytest.raises(ValueError, match=r"model\.binary=true"):
        step(tiny(), batch, replace(OPTIONS, binary_weight=1.0))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"descriptor_loss": "nce"}, "step.descriptor_loss.*'nce'.*triplet"),
        ({"negatives": "minibatch"}, "step.negatives.*'minibatch'.*other"),
        ({"keypoint_loss": "peaky"}, "step.keypoint_loss.*'peaky'.*r2d2"),
        ({"temperature": 0.0}, "step.temperature"),
        ({"binary_temperature": float("nan")}, "step.binary_temperature"),
        ({"keypoints": 0}, "step.keypoints=0; 1 or more"),
        ({"window_radius": 0}, "step.window_radius=0; 1 or more"),
        ({"ap_bins": 1}, "step.ap_bins"),
        ({"hardest": -1}, "step.hardest"),
        ({"ap_low": 1.0}, "step.ap_low"),
    ],
)
def test_bad_options_are_named(settings: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        StepOptions(**settings)


def test_a_batch_without_any_keypoint_is_told(batch: Batch) -> None:
    model = tiny()
    torch.nn.init.constant_(next(model.dense.parameters()), float("nan"))
    with pytest.raises(FloatingPointError, match="no keypoint is valid"):
        step(model, batch, OPTIONS)
