"""Named architectures and sizes, and the networks that make a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from torch import nn

from ssldescriptor.training.models.binary import BinaryHead
from ssldescriptor.training.models.dense import DenseNet
from ssldescriptor.training.models.frame import FrameNet
from ssldescriptor.training.models.l2net import L2Net
from ssldescriptor.training.models.patch_head import PatchHead

if TYPE_CHECKING:
    from typing_extensions import Self

ARCHITECTURES = ("geometric", "l2net")


@dataclass(frozen=True)
class ModelOptions:
    """Which networks, how wide.

    Attributes:
        architecture: "geometric" describes patches cut at keypoints, "l2net" is the paper's
            dense reference.
        size: "tiny", "default" or "large"; gives the widths that are not named one by one.
        stages: channels of the dense network at strides 2, 4, 8, 16 and 32.
        lateral: channels of the sum from 1/32 back to 1/8.
        head: channels of the keypoint head at 1/4.
        frame: channels of the frame net (geometric).
        patch: channels of the layers of the patch head, two or three (geometric).
        grids: patches of a keypoint, 1 to 3: 6, 18 and 42 times its size (geometric).
        l2net: channels of the first layers of the reference (l2net).
        dim: length of a descriptor.
        binary: have a head for binary descriptors.
    """

    architecture: str = "geometric"
    size: str = "default"
    stages: tuple[int, int, int, int, int] = (24, 48, 80, 96, 128)
    lateral: int = 64
    head: int = 48
    frame: int = 32
    patch: tuple[int, ...] = (32, 64)
    grids: int = 2
    l2net: int = 32
    dim: int = 128
    binary: bool = False

    def __post_init__(self) -> None:
        if self.architecture not in ARCHITECTURES:
            raise ValueError(
                f"model.architecture is {self.architecture!r}; wanted: {' or '.join(ARCHITECTURES)}"
            )
        if len(self.patch) not in (2, 3):
            raise ValueError(f"model.patch has the length {len(self.patch)}; 2 or 3 is wanted")
        if not 1 <= self.grids <= 3:
            raise ValueError(f"model.grids is {self.grids}; 1 to 3 is wanted")


SIZES = {
    "tiny": ModelOptions(
        size="tiny",
        stages=(8, 16, 32, 48, 64),
        lateral=32,
        head=16,
        frame=16,
        patch=(16, 48),
        l2net=8,
    ),
    "default": ModelOptions(),
    "large": ModelOptions(
        size="large",
        patch=(64, 128),
        grids=3,
        l2net=64,
    ),
}


class Model(nn.Module):
    """What every model has: the dense network that finds keypoints.

    Attributes:
        options: what it was made of.
        dense: keypoints and their rank.
        binary: rows to bits, or None.
    """

    def __init__(self, options: ModelOptions) -> None:
        super().__init__()
        self.options = options
        self.dense = DenseNet(options.stages, options.lateral, options.head)
        self.binary = BinaryHead(options.dim) if options.binary else None

    def train_only(self, *names: str) -> None:
        """Train some networks and leave the others exactly as they are.

        Args:
            *names: of attributes, e.g. "binary".

        Raises:
            ValueError: no such network.
        """
        networks = dict(self.named_children())
        for name in names:
            if name not in networks:
                known = ", ".join(networks)
                raise ValueError(f"no network {name!r} to train; the model has {known}")
        for other in networks.keys() - set(names):
            networks[other].requires_grad_(False)
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Set the mode; a network without trained weights keeps its batch statistics."""
        super().train(mode)
        for network in self.children():
            if not any(parameter.requires_grad for parameter in network.parameters()):
                network.eval()
        return self


class GeometricModel(Model):
    """The default family: a frame net and a patch head at the keypoints."""

    def __init__(self, options: ModelOptions) -> None:
        super().__init__(options)
        self.frame_net = FrameNet(options.frame)
        self.patch_head = PatchHead(options.patch, options.dim, options.grids)


class L2NetModel(Model):
    """The reference: a dense map of descriptors, read at the keypoints; upright, of one scale."""

    def __init__(self, options: ModelOptions) -> None:
        super().__init__(options)
        self.l2net = L2Net(options.l2net, options.dim)


def make_model(options: ModelOptions) -> Model:
    """Build an untrained model."""
    return L2NetModel(options) if options.architecture == "l2net" else GeometricModel(options)


def sized(settings: Any) -> ModelOptions:
    """Return the options of the size that the settings name, before their own widths.

    Args:
        settings: the "model" part of a configuration, a mapping or None. Without a size, as
            before there were any, it is the default one.

    Raises:
        ValueError: unknown size.
    """
    name = settings.get("size", "default") if isinstance(settings, DictConfig) else "default"
    if name not in list(SIZES):
        raise ValueError(f"model.size is {name!r}; wanted: one of {', '.join(SIZES)}")
    return SIZES[name]


def model_from_yaml(config: str) -> Model:
    """Build the (untrained) model of a checkpoint's configuration.

    Raises:
        ValueError: the text holds no model options.
    """
    try:
        options = cast(DictConfig, OmegaConf.create(config))["model"]
        merged = OmegaConf.merge(OmegaConf.structured(sized(options)), options)
        return make_model(cast(ModelOptions, OmegaConf.to_object(merged)))
    except (OmegaConfBaseException, KeyError, TypeError) as error:
        raise ValueError(f"the configuration names no model: {error}") from error
