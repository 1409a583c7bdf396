"""Networks in eight-bit integers: a quarter of the size, with VNNI two to three times as fast.

Static quantisation by onnxruntime, one scale a channel. Weights keep seven bits: with eight, sums
of processors without VNNI overflow, and results would depend on the machine. Float32 stay the last
layers of the dense network, since rounded logits would make plateaus, and its first layer: nine
products a sum are slower in integers, and it is the image that they would round. The frame net's
last layer multiplies integers, but its sums are not rounded.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)

from ssldescriptor.features import FeatureExtractor
from ssldescriptor.options import FeatureOptions
from ssldescriptor.runtime import OUTPUTS, Model

LAYERS = ("Conv", "Gemm", "MatMul")
KEYPOINTS = 256
# Least cosine between what a quantised network says and what the float one says.
MIN_AGREEMENT = 0.98

# Rings and patches have mean 0 and deviation 1, and here and there a lamp of 10 or more, for whose
# sake all others would be rounded more coarsely: in integers they end here.
LARGEST_INPUT = 6.0

Inputs = dict[str, list[NDArray[np.float32]]]


class _Recorder:
    """A session that keeps what it is fed."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.inputs: Inputs = defaultdict(list)

    def run(self, outputs: list[str], inputs: dict[str, NDArray[np.float32]]) -> list[Any]:
        """Run the session."""
        for name, value in inputs.items():
            self.inputs[name].append(value)
        found: list[Any] = self._session.run(outputs, inputs)
        return found


def record_inputs(model: Model, images: Sequence[NDArray[np.uint8]]) -> Inputs:
    """Return what the networks of a model are fed when it looks at images.

    Args:
        model: a loaded float model.
        images: (H, W) uint8 gray.

    Returns:
        By the name of the input, arrays as the network takes them.

    Raises:
        ValueError: no image, or none with a keypoint.
    """
    recorder = _Recorder(model._session)
    watched = replace(model, _session=recorder)
    features = FeatureExtractor(FeatureOptions(num_threads=1), watched)
    for gray in images:
        features.describe(gray, features.detect(gray, max_keypoints=KEYPOINTS))
    if "patches" not in recorder.inputs:
        raise ValueError(f"no keypoint in {len(images)} photographs to calibrate with")
    return dict(recorder.inputs)


def calibration(name: str, samples: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """Return what the scales of a network are to fit, of the samples of its input."""
    if name == "image":  # its first layer is in floats
        return list(samples)
    return [np.clip(sample, -LARGEST_INPUT, LARGEST_INPUT) for sample in samples]


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, name: str, samples: Sequence[NDArray[np.float32]]) -> None:
        self._feeds = iter([{name: sample} for sample in samples])

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        return next(self._feeds, None)


def quantize(graph: onnx.ModelProto, samples: Sequence[NDArray[np.float32]]) -> onnx.ModelProto:
    """Return a network of one input in integers, with scales that fit the samples.

    Args:
        graph: float32.
        samples: inputs of the network, as it meets them.
    """
    name = graph.graph.input[0].name
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        onnx.save(graph, source)
        quantize_static(
            source,
            target,
            _Reader(name, calibration(name, samples)),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=[*LAYERS, "Relu"],
            nodes_to_exclude=float_layers(graph),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            extra_options={"OpTypesToExcludeOutputQuantization": ["MatMul"]},  # of the frame net
        )
        quantized = onnx.load(target)
    if name == "rings":
        _round_input(quantized)
    return quantized


def _round_input(model: onnx.ModelProto) -> None:
    """Round the input of the frame net itself, by the scale of its first layer.

    The rings are closed and laid out between the two: with the same numbers, but in bytes.
    """
    nodes = model.graph.node
    name = model.graph.input[0].name
    first = next(node for node in nodes if node.op_type == "QuantizeLinear")
    rounded, restored = f"{name}_rounded", f"{name}_restored"
    for node in nodes:
        node.input[:] = [restored if value == name else value for value in node.input]
    scale = first.input[1:]
    nodes.insert(0, onnx.helper.make_node("DequantizeLinear", [rounded, *scale], [restored]))
    nodes.insert(0, onnx.helper.make_node("QuantizeLinear", [name, *scale], [rounded]))


def float_layers(graph: onnx.ModelProto) -> list[str]:
    """Return the names of the layers that stay float32."""
    name = graph.graph.input[0].name
    first = next(node.name for node in graph.graph.node if node.op_type in LAYERS)
    kept = [] if name == "patches" else last_layers(graph)
    return [first, *kept] if name == "image" else kept


def last_layers(graph: onnx.ModelProto) -> list[str]:
    """Return the names of the layers behind which there is no other one."""
    users = defaultdict(list)
    for node in graph.graph.node:
        for value in node.input:
            users[value].append(node)

    def leads_to_layer(value: str) -> bool:
        return any(
            user.op_type in LAYERS or any(map(leads_to_layer, user.output)) for user in users[value]
        )

    return [
        node.name
        for node in graph.graph.node
        if node.op_type in LAYERS and not any(map(leads_to_layer, node.output))
    ]


def agreement(found: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    """Return the cosine between two arrays, all elements taken as one vector; 1 of two zeros."""
    a, b = found.ravel().astype(np.float64), wanted.ravel().astype(np.float64)
    if not a.any() and not b.any():  # offsets that are not trained yet
        return 1.0
    length = float(np.linalg.norm(a)) * float(np.linalg.norm(b))
    return float(a @ b) / max(length, 1e-12)


def check_agreement(exact: Model, quantized: Model, inputs: Inputs) -> dict[str, float]:
    """Compare two models on recorded inputs: image by image, keypoints all together.

    Returns:
        By output, the least cosine.

    Raises:
        ValueError: one is below `MIN_AGREEMENT`.
    """
    worst: dict[str, float] = {}
    for name, samples in inputs.items():
        for sample in samples if name == "image" else [np.concatenate(samples)]:
            found = quantized._run(name, sample)
            wanted = exact._run(name, sample)
            for output, cosine in zip(OUTPUTS[name], map(agreement, found, wanted), strict=True):
                worst[output] = min(worst.get(output, 1.0), cosine)
    for output, cosine in worst.items():
        if not cosine >= MIN_AGREEMENT:
            raise ValueError(
                f"in integers the output {output} differs too much: cosine {cosine:.4f}, "
                f"at least {MIN_AGREEMENT} is wanted"
            )
    return worst
