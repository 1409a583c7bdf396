"""Named model sizes and the three networks that make a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from torch import nn

from ssldescriptor.training.models.dense import DenseNet
from ssldescriptor.training.models.frame import FrameNet
from ssldescriptor.training.models.patch_head import PatchHead


@dataclass(frozen=True)
class ModelOptions:
    """Widths of the networks.

    Attributes:
        stages: channels of the dense network at strides 2, 4, 8, 16 and 32.
        lateral: channels of the sum from 1/32 back to 1/8.
        head: channels of the keypoint head at 1/4.
        frame: channels of the frame net.
        patch: channels of the three layers of the patch head.
        dim: length of a descriptor.
    """

    stages: tuple[int, int, int, int, int] = (16, 32, 48, 64, 96)
    lateral: int = 48
    head: int = 32
    frame: int = 32
    patch: tuple[int, int, int] = (16, 48, 64)
    dim: int = 128


SIZES = {"default": ModelOptions()}


class Model(nn.Module):
    """The dense network, the frame net and the patch head, trained side by side."""

    def __init__(self, options: ModelOptions) -> None:
        super().__init__()
        self.options = options
        self.dense = DenseNet(options.stages, options.lateral, options.head)
        self.frame_net = FrameNet(options.frame)
        self.patch_head = PatchHead(options.patch, options.dim)


def model_from_yaml(config: str) -> Model:
    """Build the (untrained) model of a checkpoint's configuration.

    Raises:
        ValueError: the text holds no model options.
    """
    try:
        options = cast(DictConfig, OmegaConf.create(config))["model"]
        merged = OmegaConf.merge(OmegaConf.structured(ModelOptions), options)
        return Model(cast(ModelOptions, OmegaConf.to_object(merged)))
    except (OmegaConfBaseException, KeyError, TypeError) as error:
        raise ValueError(f"the configuration names no model: {error}") from error
