"""A narrower dense network cut out of a trained one: of each layer the channels that count most."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from ssldescriptor.training.models.dense import DenseNet


@torch.no_grad()
def cut_narrower(wide: DenseNet, narrow: DenseNet, images: Tensor) -> None:
    """Fill a dense network with those channels of a wider one that count most.

    A channel counts by its deviation over the images times the norm of the weights that read it.
    What is left out is missing: the network wants to be trained.

    Args:
        wide: trained, in evaluation mode.
        narrow: as deep, and no layer of it is wider.
        images: (B, 1, H, W), locally normalised; H and W multiples of 32.

    Raises:
        ValueError: a layer of `narrow` is the wider one.
    """
    counts = _counts(wide, images)
    weights, wanted = wide.state_dict(), narrow.state_dict()
    made: dict[str, Tensor] = {}
    read: dict[str, Tensor] = {}
    for makers, readers in _channels(len(wide.stages)):
        importance = torch.stack([counts[reader] for reader in readers]).square().sum(0)
        width = len(wanted[f"{makers[0]}.weight"])
        if width > len(importance):
            raise ValueError(
                f"{makers[0]} has {width} channels; at most the {len(importance)} of the network "
                "that it is cut out of are wanted"
            )
        kept = importance.topk(width).indices.sort().values
        made |= dict.fromkeys(makers, kept)
        read |= dict.fromkeys(readers, kept)
    cut = {}
    for name, tensor in weights.items():
        layer = name.rpartition(".")[0]
        # A batch norm lies behind the convolution of its block.
        norm = isinstance(wide.get_submodule(layer), nn.BatchNorm2d)
        convolution = layer.removesuffix(".1") + ".0" if norm else layer
        rows = tensor[made[convolution]] if tensor.ndim and convolution in made else tensor
        reads = tensor.ndim == 4 and convolution in read
        cut[name] = rows[:, read[convolution]] if reads else rows
    narrow.load_state_dict(cut)


def _channels(stages: int) -> list[tuple[list[str], list[str]]]:
    """Return which convolutions make, and which read, each set of channels of a dense network."""
    channels = [(["stem.0"], ["stages.0.0.0"])]
    for i in range(stages):
        lateral = "lateral_fine" if i == 0 else f"laterals.{i - 1}"
        deeper = [f"stages.{i + 1}.0.0"] if i + 1 < stages else []
        channels.append(([f"stages.{i}.0.0"], [f"stages.{i}.1.0"]))
        channels.append(([f"stages.{i}.1.0"], [lateral, *deeper]))
    channels.append(([f"laterals.{i}" for i in range(stages - 1)], ["to_fine"]))
    channels.append((["lateral_fine", "to_fine"], ["keypoint_head.0"]))
    channels.append((["keypoint_head.0"], ["keypoint_maps"]))
    return channels


def _counts(network: DenseNet, images: Tensor) -> dict[str, Tensor]:
    """Return how much each channel counts in what each convolution reads."""
    counts = {}

    def look(name: str, layer: nn.Conv2d, inputs: tuple[Tensor]) -> None:
        weight = layer.weight.square().sum((0, 2, 3)).sqrt()
        counts[name] = inputs[0].transpose(0, 1).flatten(1).std(1) * weight

    hooks = [
        layer.register_forward_pre_hook(partial(look, name))
        for name, layer in network.named_modules()
        if isinstance(layer, nn.Conv2d)
    ]
    network(images)
    for hook in hooks:
        hook.remove()
    return counts
