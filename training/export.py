"""A checkpoint -> the one ONNX file that the package runs, checked against torch."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import onnx
import torch
from omegaconf import OmegaConf
from onnx import compose, numpy_helper
from torch import Tensor, nn

from ssldescriptor.runtime import FORMAT, load_model
from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.frames import own_size
from ssldescriptor.training.models.registry import Model, model_from_yaml

TOLERANCE = 2e-3
# The smallest input of each network: what a run computes for the two that it does not feed.
DEFAULTS = {"image": (1, 1, 32, 32), "rings": (1, 12, 32), "patches": (1, 2, 24, 24)}


class _FrameEntry(nn.Module):
    """The frame net with the size in pixels."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.frame_net = model.frame_net

    def forward(self, rings: Tensor) -> tuple[Tensor, Tensor]:
        rows = self.frame_net(rings)
        return rows.direction, own_size(rows.log_size)


def export(
    checkpoint: Path,
    output: Path,
    *,
    training_data: str = "not stated",
    licence: str = "not stated",
) -> None:
    """Write the ONNX model of a checkpoint and compare it with torch.

    Args:
        checkpoint: a checkpoint of `ssldescriptor train`.
        output: the .onnx file to write.
        training_data: what the model was trained on, for its metadata.
        licence: of the weights, for its metadata.

    Raises:
        ValueError: the checkpoint cannot be read, or the written model disagrees with torch.
    """
    state = load_checkpoint(checkpoint)
    model = model_from_yaml(state["config"])
    model.load_state_dict(state["model"])
    model.eval()
    merged = merge([_to_onnx(*entry) for entry in _entries(model)])
    describe(
        merged,
        {
            "format": FORMAT,
            "dim": str(model.options.dim),
            "stride": "32",
            "training_data": training_data,
            "licence": licence,
            "date": date.today().isoformat(),
            "steps": str(state["step"]),
            "config": without_paths(state["config"]),
            "sha256": weights_sha(model),
        },
    )
    # What opset 18 needs. The exporter writes a newer one, which onnxruntime 1.17 refuses.
    merged.ir_version = 8
    onnx.checker.check_model(merged)
    onnx.save(merged, output)
    compare(model, output)


def without_paths(config: str) -> str:
    """Return a configuration without the folders of the machine that trained."""
    settings = OmegaConf.create(config)
    for key in ("output", "init", "data.images"):
        if OmegaConf.select(settings, key) is not None:
            OmegaConf.update(settings, key, [] if key == "data.images" else "")
    return OmegaConf.to_yaml(settings)


def _entries(model: Model) -> list[tuple[nn.Module, Tensor, str, list[str], dict[int, str]]]:
    return [
        (
            model.dense,
            torch.zeros(1, 1, 64, 96),
            "image",
            ["peak", "rank"],
            {2: "height", 3: "width"},
        ),
        (
            _FrameEntry(model).eval(),
            torch.zeros(2, 12, 32),
            "rings",
            ["direction", "size"],
            {0: "turned"},
        ),
        (model.patch_head, torch.zeros(2, 2, 24, 24), "patches", ["descriptors"], {0: "described"}),
    ]


def _to_onnx(
    module: nn.Module, example: Tensor, name: str, outputs: list[str], dynamic: dict[int, str]
) -> onnx.ModelProto:
    shapes = {axis: torch.export.Dim.DYNAMIC for axis in dynamic}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part.onnx"
        torch.onnx.export(
            module,
            (example,),
            path,
            input_names=[name],
            output_names=outputs,
            opset_version=18,
            dynamic_shapes=(shapes,),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        return onnx.load(path)


def merge(parts: list[onnx.ModelProto]) -> onnx.ModelProto:
    """Put graphs of one input each side by side and give every input a tiny default value."""
    merged = None
    for graph in parts:
        prefix = graph.graph.input[0].name + "/"
        part = compose.add_prefix(graph, prefix, rename_inputs=False, rename_outputs=False)
        merged = part if merged is None else compose.merge_models(merged, part, io_map=[])
    assert merged is not None
    for name, shape in DEFAULTS.items():
        value = numpy_helper.from_array(np.zeros(shape, np.float32), name)
        merged.graph.initializer.append(value)
    return merged


def describe(model: onnx.ModelProto, metadata: dict[str, str]) -> None:
    """Replace the metadata of a model and drop the exporter's, which quotes source lines."""
    for part in (model, model.graph, *model.graph.node, *model.graph.value_info):
        del part.metadata_props[:]
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=value)
    model.producer_name = "ssldescriptor"


def weights_sha(model: nn.Module) -> str:
    """Return the SHA-256 of all weights in the order of their names."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode() + tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def compare(model: Model, path: Path) -> None:
    """Run the file and torch on the same random input, of other sizes than the export's.

    Raises:
        ValueError: an output differs by more than the tolerance.
    """
    loaded = load_model(path, 1)
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(1, 1, 160, 224, generator=generator)
    rings = torch.randn(7, 12, 32, generator=generator)
    patches = torch.randn(5, 2, 24, 24, generator=generator)
    with torch.no_grad():
        wanted = [*model.dense(image), *_FrameEntry(model)(rings), model.patch_head(patches)]
    maps = loaded.dense(image[0, 0].numpy())
    found = [
        maps.peak[None, None],
        maps.rank[None, None],
        *loaded.frame(rings.numpy()),
        loaded.describe(patches.numpy()),
    ]
    names = ("peak", "rank", "direction", "size", "descriptors")
    for name, a, b in zip(names, wanted, found, strict=True):
        difference = float(np.abs(a.numpy() - b).max() / max(1.0, float(a.abs().max())))
        if not difference <= TOLERANCE:
            raise ValueError(f"the ONNX output {name} differs from torch by {difference:.2g}")
