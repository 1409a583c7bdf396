"""A checkpoint -> the one ONNX file that the package runs, checked against torch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from omegaconf import OmegaConf
from onnx import compose, numpy_helper
from torch import nn

from ssldescriptor.runtime import FORMAT, OUTPUTS, load_model
from ssldescriptor.training.checkpoint import load_checkpoint, trained_weights
from ssldescriptor.training.entries import Entry, FrameEntry, entries, to_onnx
from ssldescriptor.training.files import replacing
from ssldescriptor.training.models.binary import ExactBinaryHead
from ssldescriptor.training.models.registry import GeometricModel, model_from_yaml
from ssldescriptor.training.quantization import check_agreement, quantize, record_inputs

TOLERANCE = 2e-3
# Settings that name files and folders of a machine.
PATHS = (
    "output",
    "init",
    "teacher",
    "sequences",
    "data.images",
    "data.stylized",
    "data.sampler.embeddings",
)


def export(
    checkpoint: Path,
    output: Path,
    *,
    training_data: str = "not stated",
    licence: str = "not stated",
    calibration: Sequence[NDArray[np.uint8]] = (),
) -> None:
    """Write the ONNX model of a checkpoint and compare it with torch.

    With photographs to calibrate by, the model is in eight-bit integers where they do: see
    quantization.py.

    Args:
        checkpoint: a checkpoint of `ssldescriptor train`.
        output: the .onnx file to write.
        training_data: what the model was trained on, for its metadata.
        licence: of the weights, for its metadata.
        calibration: (H, W) uint8 gray photographs to set the scales of integers by; none for a
            model in float32.

    Raises:
        ValueError: the checkpoint cannot be read or is of an architecture that the package does
            not run or of an earlier version, or the written model disagrees with torch.
    """
    state = load_checkpoint(checkpoint)
    model = model_from_yaml(state["config"])
    if not isinstance(model, GeometricModel):
        raise ValueError(
            f"{checkpoint} is of the architecture {model.options.architecture!r}, which describes "
            "whole images: the package runs 'geometric' only; training/extraction.py runs this one"
        )
    weights = trained_weights(state)
    if differing := weights.keys() ^ model.state_dict().keys():
        raise ValueError(
            f"{checkpoint} is of an earlier version's networks, which differ in "
            f"{', '.join(sorted(differing))}; train on from it with `ssldescriptor train "
            f"init={checkpoint}` and export that"
        )
    model.load_state_dict(weights)
    model.eval()
    networks = entries(model)
    graphs = [to_onnx(entry) for entry in networks]
    metadata = {
        "format": FORMAT,
        "dim": str(model.options.dim),
        "stride": "32",
        "training_data": training_data,
        "licence": licence,
        "date": date.today().isoformat(),
        "steps": str(state["step"]),
        "config": without_paths(state["config"]),
        "sha256": weights_sha(model),
    }
    with replacing(output) as draft:
        _write_checked(model, graphs, networks, metadata, draft, calibration)


def _write_checked(
    model: GeometricModel,
    graphs: list[onnx.ModelProto],
    networks: list[Entry],
    metadata: dict[str, str],
    output: Path,
    calibration: Sequence[NDArray[np.uint8]],
) -> None:
    """Write the model, in integers where there are photographs to calibrate with, and check it.

    Raises:
        ValueError: what was written disagrees with torch.
    """
    write(graphs, networks, metadata | {"precision": "float32"}, output)
    compare(model, output)
    if len(calibration):
        exact = load_model(output, 1)
        inputs = record_inputs(exact, calibration)
        graphs = [
            quantize(graph, inputs[entry.name]) if entry.name in inputs else graph
            for graph, entry in zip(graphs, networks, strict=True)
        ]
        write(graphs, networks, metadata | {"precision": "int8"}, output)
        check_agreement(exact, load_model(output, 1), inputs)


def write(
    graphs: list[onnx.ModelProto], networks: list[Entry], metadata: dict[str, str], output: Path
) -> None:
    """Write the one file of all networks."""
    merged = merge(graphs)
    add_defaults(merged, networks)
    describe(merged, metadata)
    # What opset 18 needs. The exporter writes a newer one, which onnxruntime 1.17 refuses.
    merged.ir_version = 8
    onnx.checker.check_model(merged)
    onnx.save(merged, output)


def without_paths(config: str) -> str:
    """Return a configuration without the folders of the machine that trained."""
    settings = OmegaConf.create(config)
    for key in PATHS:
        if OmegaConf.select(settings, key) is not None:
            OmegaConf.update(settings, key, [] if key == "data.images" else "")
    return OmegaConf.to_yaml(settings)


def merge(parts: list[onnx.ModelProto]) -> onnx.ModelProto:
    """Put graphs of one input each side by side."""
    merged = None
    for graph in parts:
        prefix = graph.graph.input[0].name + "/"
        part = compose.add_prefix(graph, prefix, rename_inputs=False, rename_outputs=False)
        merged = part if merged is None else compose.merge_models(merged, part, io_map=[])
    assert merged is not None
    return merged


def add_defaults(model: onnx.ModelProto, networks: list[Entry]) -> None:
    """Give every input a tiny default value, so that a run need feed only one."""
    for entry in networks:
        value = numpy_helper.from_array(np.zeros(entry.smallest, np.float32), entry.name)
        model.graph.initializer.append(value)


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


def compare(model: GeometricModel, path: Path) -> None:
    """Run the file and torch on the same random input, of other sizes than the export's.

    Raises:
        ValueError: an output differs by more than the tolerance.
    """
    loaded = load_model(path, 1)
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(1, 1, 160, 224, generator=generator)
    rings = torch.randn(7, 12, 32, generator=generator)
    patches = torch.randn(5, model.options.grids, 24, 24, generator=generator)
    names = [*OUTPUTS["image"], *OUTPUTS["rings"], *OUTPUTS["patches"]]
    with torch.no_grad():
        wanted = [*model.dense(image), *FrameEntry(model)(rings), model.patch_head(patches)]
    maps = loaded.dense(image[0, 0].numpy())
    rows = loaded.describe(patches.numpy())
    found = [maps.peak[None, None], maps.rank[None, None], *loaded.frame(rings.numpy()), rows]
    if model.binary is not None:
        names += OUTPUTS["rows"]
        with torch.no_grad():
            wanted.append(ExactBinaryHead(model.binary)(torch.from_numpy(rows)))
        found.append(loaded.bits(rows))
    for name, a, b in zip(names, wanted, found, strict=True):
        difference = float(np.abs(a.numpy() - b).max() / max(1.0, float(a.abs().max())))
        if not difference <= TOLERANCE:
            raise ValueError(f"the ONNX output {name} differs from torch by {difference:.2g}")
