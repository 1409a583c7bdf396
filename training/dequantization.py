"""A network in integers -> the same network in floats, for runtimes that know no integers.

Weights are those that the integers stand for. What lies between the layers is no longer rounded,
so that the two agree nearly and not exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, helper, numpy_helper


def to_floats(model: ModelProto) -> None:
    """Replace all quantised weights and activations of a model by floats, in place.

    Args:
        model: as `quantization.quantize` makes them; one in floats stays as it is.
    """
    graph = model.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    nodes: list[NodeProto] = []
    plain: dict[str, str] = {}  # the float tensor that an integer one stands for
    for node in graph.node:
        if node.op_type == "QuantizeLinear":
            nodes += _without_rounding(node, stored, plain)
        elif node.op_type == "DequantizeLinear" and node.input[0] in stored:
            weights = _weights(node, stored)
            graph.initializer.append(numpy_helper.from_array(weights, node.output[0]))
        elif node.op_type == "DequantizeLinear":
            plain[node.output[0]] = plain[node.input[0]]
        else:
            nodes.append(node)
    for node in nodes:
        node.input[:] = [plain.get(name, name) for name in node.input]
    used = {name for node in nodes for name in node.input}
    del graph.node[:]
    graph.node.extend(nodes)
    for name in stored.keys() - used - {value.name for value in graph.input}:
        graph.initializer.remove(stored[name])


def _without_rounding(node: Any, stored: dict[str, Any], plain: dict[str, str]) -> list[NodeProto]:
    """Return a ReLU where the integers start at zero, which the quantiser merges with them."""
    value, (rounded,) = node.input[0], node.output
    zero_point = numpy_helper.to_array(stored[node.input[2]])
    if zero_point != np.iinfo(zero_point.dtype).min:
        plain[rounded] = value
        return []
    plain[rounded] = f"{rounded}_float"
    return [helper.make_node("Relu", [value], [plain[rounded]])]


def _weights(node: Any, stored: dict[str, Any]) -> NDArray[np.float32]:
    integers, scale, zero_point = (numpy_helper.to_array(stored[name]) for name in node.input)
    axis = next((entry.i for entry in node.attribute if entry.name == "axis"), 1)
    if scale.ndim:
        shape = [-1 if i == axis else 1 for i in range(integers.ndim)]
        scale, zero_point = scale.reshape(shape), zero_point.reshape(shape)
    floats: NDArray[np.float32] = (integers.astype(np.int64) - zero_point).astype(
        np.float32
    ) * scale
    return floats
