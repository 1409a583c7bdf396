"""Put beside the page what it loads: the model, its settings, onnxruntime-web.

python docs/browser/build.py NODE_MODULES OUTPUT, which `make docs` calls.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import onnx

from ssldescriptor import features, scales, selection, sharpness, support
from ssldescriptor.models import resolve

RUNTIME = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")


def main() -> None:
    """Write OUTPUT/model and OUTPUT/ort."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("node_modules", type=Path)
    parser.add_argument("output", type=Path)
    args = parser.parse_args()
    for name in ("model", "ort"):
        (args.output / name).mkdir(parents=True, exist_ok=True)
    for file in RUNTIME:
        shutil.copy(args.node_modules / "onnxruntime-web" / "dist" / file, args.output / "ort")
    model = onnx.load(resolve("default"))
    inputs = take_defaults(model)
    onnx.save(model, args.output / "model" / "model.onnx")
    settings = read_settings(model, inputs)
    (args.output / "model" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")


def take_defaults(model: Any) -> dict[str, list[int]]:
    """Take the tiny defaults of the inputs out of the model; return their shapes by name.

    onnxruntime-web feeds no input that has one. Without them every run feeds all inputs.
    """
    names = {value.name for value in model.graph.input}
    defaults = [tensor for tensor in model.graph.initializer if tensor.name in names]
    for tensor in defaults:
        model.graph.initializer.remove(tensor)
    return {tensor.name: list(tensor.dims) for tensor in defaults}


def read_settings(model: Any, inputs: dict[str, list[int]]) -> dict[str, Any]:
    """Return what the page's scripts take from the package, so that both stay the same."""
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    return {
        "inputs": inputs,
        "dim": int(metadata["dim"]),
        "factors": scales.factors(),
        "min_side": scales.MIN_SIDE,
        "lack": {
            "begins": sharpness.LACK_BEGINS,
            "whole": sharpness.LACK_IS_WHOLE,
            "rounding": sharpness.ROUNDING,
            "weight": features.LACK_WEIGHT,
        },
        "nms_radius": features.NMS_RADIUS,
        "border": features.BORDER,
        "chunk": features.CHUNK,
        "certainty_weight": float(selection.CERTAINTY_WEIGHT),
        "spare": selection.SPARE,
        "least_chance": features.LEAST_CHANCE,
        "support": {
            "default": support.DEFAULT_SUPPORT,
            "least": support.MIN_SUPPORT,
            "most": support.MAX_SUPPORT,
        },
    }


if __name__ == "__main__":
    main()
