"""The moving average against its formula, and that it is what is evaluated."""

from pathlib import Path

import torch
from tests.training.small_run import tiny
from torch import nn

from ssldescriptor.training.ema import MovingAverage
from ssldescriptor.training.models.registry import make_model
from ssldescriptor.training.plan import InOrder
from ssldescriptor.training.state import TrainingState


def test_the_average_follows_the_formula() -> None:
    """d = min(0.5, (1 + t) / (10 + t)): 0.1, 2/11, 3/12 at the first updates, 0.5 later."""
    model = nn.BatchNorm1d(1)
    average = MovingAverage(model, 0.5)
    truth = 1.0
    for step, decay in [(0, 0.1), (1, 2 / 11), (2, 0.25), (100, 0.5)]:
        with torch.no_grad():
            model.weight.fill_(10.0 + step)
            model.running_mean.fill_(10.0 + step - 1)
        model.num_batches_tracked.fill_(step)
        average.update(model, step)
        truth = decay * truth + (1 - decay) * (10.0 + step)
        torch.testing.assert_close(average.weights["weight"], torch.tensor([truth]))
        assert average.weights["num_batches_tracked"] == step
    assert not average.weights["weight"].requires_grad
    assert average.weights["running_mean"] != 0


def test_the_average_is_lent_for_evaluation_and_the_weights_come_back(tmp_path: Path) -> None:
    config = tiny(tmp_path, tmp_path, "optimizer.ema=0.9")
    state = TrainingState(config, make_model(config.model), InOrder(2, 4))
    state.model.train()
    assert state.average is not None
    own = {name: tensor.clone() for name, tensor in state.model.state_dict().items()}
    for tensor in state.average.weights.values():
        if tensor.is_floating_point():
            tensor.add_(1)
    with state.evaluated() as model:
        assert not model.training
        for name, tensor in model.state_dict().items():
            assert torch.equal(tensor, state.average.weights[name])
    assert state.model.training
    for name, tensor in state.model.state_dict().items():
        assert torch.equal(tensor, own[name])
