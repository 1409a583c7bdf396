"""The networks as the model file holds them: one ONNX graph for each, of one input."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

import onnx
import torch
from torch import Tensor, nn

from ssldescriptor.runtime import OUTPUTS
from ssldescriptor.training.frames import own_size
from ssldescriptor.training.models.binary import ExactBinaryHead
from ssldescriptor.training.models.registry import GeometricModel


class Entry(NamedTuple):
    """One network of the file.

    Attributes:
        module: in evaluation mode; takes one tensor.
        name: of the input.
        smallest: shape of the smallest input, which is its default in the file.
        free: axes of the input that may be longer.
    """

    module: nn.Module
    name: str
    smallest: tuple[int, ...]
    free: tuple[int, ...] = (0,)


class FrameEntry(nn.Module):
    """The frame net with the size in pixels."""

    def __init__(self, model: GeometricModel) -> None:
        super().__init__()
        self.frame_net = model.frame_net

    def forward(self, rings: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return what `ssldescriptor.runtime.FrameRows` holds."""
        rows = self.frame_net(rings)
        return rows.direction, own_size(rows.log_size), rows.offset


def entries(model: GeometricModel) -> list[Entry]:
    """Return the networks of a model in evaluation mode; the binary head where it has one."""
    found = [
        Entry(model.dense, "image", (1, 1, 32, 32), free=(2, 3)),
        Entry(FrameEntry(model).eval(), "rings", (1, 12, 32)),
        Entry(model.patch_head, "patches", (1, model.options.grids, 24, 24)),
    ]
    if model.binary is not None:
        exact = ExactBinaryHead(model.binary).eval()
        found.append(Entry(exact, "rows", (1, model.options.dim)))
    return found


def to_onnx(entry: Entry) -> onnx.ModelProto:
    """Return the ONNX model of one network."""
    # An axis of length 1 in the example would be taken for a constant.
    example = torch.zeros(
        [n * 2 if axis in entry.free else n for axis, n in enumerate(entry.smallest)]
    )
    shapes = {axis: torch.export.Dim.DYNAMIC for axis in entry.free}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part.onnx"
        torch.onnx.export(
            entry.module,
            (example,),
            path,
            input_names=[entry.name],
            output_names=OUTPUTS[entry.name],
            opset_version=18,
            dynamic_shapes=(shapes,),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        return onnx.load(path)
