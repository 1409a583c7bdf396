"""A network as it answers in integers, but in floats and with gradients, so that it can learn.

Weights and what lies between the layers take the values that `quantization.quantize` will leave
them; backwards, rounding counts as nothing (Jacob et al., "Quantization and Training of Neural
Networks for Efficient Integer-Arithmetic-Only Inference", CVPR 2018). Batch norms must be in
evaluation mode: a factor on the channels of a layer, they do not change how its weights round.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ssldescriptor.training.models.dense import DenseNet

WEIGHT_STEPS = 64  # each way: the range of eight bits that onnxruntime calls reduced
STEPS = 255  # of what lies between layers, from the lowest to the highest
DENSE_FLOATS = ("stem.0", "keypoint_maps")  # see quantization.float_layers


class Rounding:
    """Runs one network as if it were in integers; the network itself stays in floats."""

    def __init__(self, network: nn.Module) -> None:
        """Watch the inputs and outputs of all layers that will be in integers."""
        self._network = network
        self._ranges: dict[str, tuple[Tensor, Tensor]] = {}
        self._mode = "off"
        kept = DENSE_FLOATS if isinstance(network, DenseNet) else ()
        self._layers = {
            name: module
            for name, module in network.named_modules()
            if isinstance(module, nn.Conv2d | nn.Linear) and name not in kept
        }
        for name, layer in self._layers.items():
            layer.register_forward_pre_hook(self._at_input(name))
            _block_of(network, name).register_forward_hook(self._at_output(name))

    def calibrate(self, samples: Iterable[Tensor]) -> None:
        """Find the ranges of what lies between the layers: the extremes over the samples."""
        self._ranges.clear()
        for sample in samples:
            self._run("watch", sample, {})

    def __call__(self, value: Tensor) -> Any:
        """Return what the network would answer in integers, once it is calibrated."""
        weights = {
            f"{name}.weight": _rounded_weight(layer.weight) for name, layer in self._layers.items()
        }
        return self._run("round", value, weights)

    def _run(self, mode: str, value: Tensor, weights: dict[str, Tensor]) -> Any:
        self._mode = mode
        try:
            return functional_call(self._network, weights, (value,))
        finally:
            self._mode = "off"

    def _at_input(self, name: str) -> Any:
        def hook(_module: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor] | None:
            return None if self._mode == "off" else (self._at(f"{name} in", inputs[0]),)

        return hook

    def _at_output(self, name: str) -> Any:
        def hook(_module: nn.Module, _inputs: tuple[Tensor], output: Tensor) -> Tensor | None:
            return None if self._mode == "off" else self._at(f"{name} out", output)

        return hook

    def _at(self, place: str, value: Tensor) -> Tensor:
        if self._mode == "round":
            return _rounded(value, *self._ranges[place])
        low, high = value.detach().aminmax()
        zero = torch.zeros(())
        before_low, before_high = self._ranges.get(place, (zero, zero))
        self._ranges[place] = torch.minimum(low, before_low), torch.maximum(high, before_high)
        return value


def _block_of(network: nn.Module, name: str) -> nn.Module:
    """Return the block of layer, norm and ReLU, which become one, or the layer where it is bare."""
    parent = network.get_submodule(name.rpartition(".")[0])
    return parent if isinstance(parent, nn.Sequential) else network.get_submodule(name)


def _rounded_weight(weight: Tensor) -> Tensor:
    """Round the weights of each output channel to multiples of its largest one's 64th part."""
    largest = weight.detach().abs().flatten(1).amax(1).clamp(min=1e-12)
    step = (largest / WEIGHT_STEPS).view(-1, *[1] * (weight.dim() - 1))
    return _straight_through(weight, (weight / step).round() * step)


def _rounded(value: Tensor, low: Tensor, high: Tensor) -> Tensor:
    step = ((high - low) / STEPS).clamp(min=1e-12)
    zero_point = (-low / step).round()
    level = ((value / step).round() + zero_point).clamp(0, STEPS)
    return _straight_through(value, (level - zero_point) * step)


def _straight_through(value: Tensor, rounded: Tensor) -> Tensor:
    return value + (rounded - value).detach()
