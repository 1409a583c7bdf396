"""The networks of a model file as files of their own, of fixed shapes, for other runtimes.

The package's file keeps all networks in one, with inputs that have defaults; `cv2.dnn` and others
read neither. OpenCV 5 runs all parts, OpenCV 4 the one that looks at the whole image. Between the
networks lies work that is no network: see features.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
from onnx import helper

from ssldescriptor.models import resolve
from ssldescriptor.runtime import OUTPUTS, STRIDE
from ssldescriptor.training.dequantization import to_floats


def split(
    model: str | Path,
    folder: Path,
    *,
    height: int,
    width: int,
    num_keypoints: int,
    floats: bool = False,
) -> list[Path]:
    """Write one file for each network of a model, named after its input.

    Args:
        model: name or path, as in SSLDescriptor.create.
        folder: made if need be.
        height: of the images, a multiple of 32.
        width: the same.
        num_keypoints: rows of the other inputs.
        floats: compute in floats what the model computes in integers; nearly the same.

    Returns:
        The files: image.onnx, rings.onnx, patches.onnx, and rows.onnx where there is a binary head.

    Raises:
        ValueError: a size that is not positive, or not a multiple of 32.
        OSError: no such model.
    """
    if min(height, width, num_keypoints) < 1 or height % STRIDE or width % STRIDE:
        raise ValueError(
            f"height={height}, width={width}, num_keypoints={num_keypoints}; positive numbers are "
            f"wanted, height and width multiples of {STRIDE}"
        )
    source = onnx.load(resolve(model))
    if floats:
        to_floats(source)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for value in source.graph.input:
        smallest = [axis.dim_value for axis in value.type.tensor_type.shape.dim]
        shape = [1, 1, height, width] if value.name == "image" else [num_keypoints, *smallest[1:]]
        part = cut_out(source, value.name, OUTPUTS[value.name], shape)
        written.append(folder / f"{value.name}.onnx")
        onnx.save(part, written[-1])
    return written


def cut_out(source: Any, name: str, outputs: Sequence[str], shape: Sequence[int]) -> Any:
    """Return the ONNX model of one input and its outputs, of fixed shapes."""
    nodes, initializers = _needed(source.graph, outputs)
    entry = helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
    ends = [helper.make_tensor_value_info(o, onnx.TensorProto.FLOAT, None) for o in outputs]
    kept = [tensor for tensor in initializers if tensor.name != name]
    graph = helper.make_graph(nodes, name, [entry], ends, kept)
    part = helper.make_model(
        graph, opset_imports=list(source.opset_import), ir_version=source.ir_version
    )
    part = onnx.shape_inference.infer_shapes(part, data_prop=True)
    onnx.checker.check_model(part)
    return part


def _needed(graph: Any, outputs: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """Return the nodes and initializers that some outputs depend on, in the graph's order."""
    makers = {made: node for node in graph.node for made in node.output}
    names: set[str] = set()
    waiting = list(outputs)
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting += list(makers[name].input) if name in makers else []
    nodes = [node for node in graph.node if names & set(node.output)]
    return nodes, [tensor for tensor in graph.initializer if tensor.name in names]
