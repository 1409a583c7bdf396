"""The networks: one ONNX file, three or four entries, run by onnxruntime.

The file holds the dense network (input `image`), the frame net (input `rings`) and the patch head
(input `patches`). A model with a binary head has a fourth, from `rows` (N, dim) float32, the patch
head's output, to `bits` (N, 256) float32 logits. It computes in whole numbers that float32 holds
exactly, so that a bit depends neither on the machine nor on the batch. Each input carries a tiny
default, so a run feeds the one it needs and the others cost next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.formats import NUM_BITS
from ssldescriptor.models import resolve
from ssldescriptor.session import Runs, Session

FORMAT = "2"
STRIDE = 32  # the dense network wants sides that are multiples of this
OUTPUTS = {
    "image": ["peak", "rank"],
    "rings": ["direction", "size", "offset"],
    "patches": ["descriptors"],
    "rows": ["bits"],
}
"""What each network gives, by the name of its input; "rows" is there with a binary head only."""
_INPUTS = OUTPUTS.keys() - {"rows"}
_OUTPUTS = {output for name in _INPUTS for output in OUTPUTS[name]}

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class DenseMaps:
    """What the dense network says of an (H, W) image.

    Attributes:
        peak: (H, W) float32 logits; keypoints are local maxima.
        rank: (ceil(H/4), ceil(W/4)) float32 logits that a keypoint here is found and matched.
    """

    peak: FloatArray
    rank: FloatArray


class FrameRows(NamedTuple):
    """What the frame net says of N keypoints.

    Attributes:
        direction: (N, 32) float32 logits over directions; bin j is the angle 360 j / 32 degrees.
        size: (N,) float32 pixels.
        offset: (N, 2) float32 pixels from the middle of the rings to the keypoint.
    """

    direction: FloatArray
    size: FloatArray
    offset: FloatArray


@dataclass(frozen=True)
class Model:
    """A loaded model; re-entrant, as onnxruntime sessions are.

    Attributes:
        path: the file.
        metadata: what the file says of itself (training data, licence, date, ...).
        dim: length of a descriptor.
        has_bits: it has a binary head.
        grids: G, patches of a keypoint.
    """

    path: Path
    metadata: dict[str, str]
    dim: int
    _session: Runs = field(repr=False)
    has_bits: bool = False
    grids: int = 2

    def dense(self, contrast: FloatArray) -> DenseMaps:
        """Run the dense network.

        Args:
            contrast: (H, W) float32, locally normalised; any size. Sides are filled up to a
                multiple of 32 by repeating the border, and the maps are cut back.
        """
        height, width = contrast.shape
        fill = ((0, -height % STRIDE), (0, -width % STRIDE))
        padded = np.pad(contrast, fill, mode="edge") if fill != ((0, 0), (0, 0)) else contrast
        peak, rank = self._run("image", padded[None, None])
        return DenseMaps(
            np.ascontiguousarray(peak[0, 0, :height, :width]),
            np.ascontiguousarray(rank[0, 0, : -(-height // 4), : -(-width // 4)]),
        )

    def frame(self, rings: FloatArray) -> FrameRows:
        """Run the frame net: (N, 12, 32) float32 -> the frames of N > 0 keypoints."""
        return FrameRows(*self._run("rings", rings))

    def describe(self, patches: FloatArray) -> FloatArray:
        """Run the patch head: (N, G, 24, 24) float32 -> (N, dim) float32 unit rows, N > 0."""
        return self._run("patches", patches)[0]

    def bits(self, rows: FloatArray) -> FloatArray:
        """Run the binary head, where there is one.

        Args:
            rows: (N, dim) float32 unit rows, N > 0.

        Returns:
            (N, 256) float32 logits; a bit is set where its logit is positive.
        """
        return self._run("rows", rows)[0]

    def _run(self, name: str, value: FloatArray) -> list[FloatArray]:
        return self._session.run(OUTPUTS[name], {name: value})


def load_model(model: str | Path, num_threads: int) -> Model:
    """Load a model by name or path.

    Args:
        model: see `models.resolve`.
        num_threads: of onnxruntime inside a layer; 0 for all processors.

    Raises:
        FileNotFoundError: no such model.
        ValueError: the file cannot be read as ONNX, or is not a model of this package.
    """
    path = resolve(model)
    try:
        session = Session(path.read_bytes(), num_threads)
    except Exception as error:  # onnxruntime raises a type of its own for every code
        reason = str(error).splitlines()[0]
        raise ValueError(f"cannot load the model {path}: {reason}") from error
    metadata = dict(session.started.get_modelmeta().custom_metadata_map)
    _check(path, session.started, metadata)
    grids = _shapes(session.started)["patches"][1]
    has_bits = _has_bits(path, session.started)
    return Model(path, metadata, int(metadata["dim"]), session, has_bits, grids)


def _check(path: Path, session: Any, metadata: dict[str, str]) -> None:
    inputs = _shapes(session).keys()
    outputs = {o.name: o.shape for o in session.get_outputs()}
    written = metadata.get("format", FORMAT)
    if written != FORMAT:  # first, as another format may have other outputs
        raise ValueError(
            f"{path} has model format {written!r}, this version reads {FORMAT!r}; write it "
            "again with `ssldescriptor export`"
        )
    if not (inputs >= _INPUTS and outputs.keys() >= _OUTPUTS):
        raise ValueError(
            f"{path} is no ssldescriptor model: inputs {sorted(_INPUTS)} and outputs "
            f"{sorted(_OUTPUTS)} are wanted; write one with `ssldescriptor export`"
        )
    if "format" not in metadata:
        raise ValueError(f"{path} does not name its model format; {FORMAT!r} is wanted")
    if metadata.get("dim") != str(outputs["descriptors"][-1]):
        raise ValueError(
            f"{path}: its metadata give dim {metadata.get('dim')!r}, its descriptors have "
            f"{outputs['descriptors'][-1]} numbers"
        )


def _has_bits(path: Path, session: Any) -> bool:
    shapes = {output.name: output.shape for output in session.get_outputs()}
    if "rows" not in _shapes(session) or "bits" not in shapes:
        return False
    if shapes["bits"][1:] != [NUM_BITS]:
        raise ValueError(f"{path}: its binary head gives {shapes['bits']}, not (N, {NUM_BITS})")
    return True


def _shapes(session: Any) -> dict[str, list[Any]]:
    """Return the shapes of the inputs; a free axis is a text."""
    return {i.name: i.shape for i in session.get_overridable_initializers()}
