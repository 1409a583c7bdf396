"""The methods of stylization behind one interface."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from ssldescriptor.training.stylization.autoencoder_files import load_autoencoder
from ssldescriptor.training.stylization.colour_transport import transport
from ssldescriptor.training.stylization.wct2 import wct2

Image = NDArray[np.uint8]
# (content (H, W, 3) uint8 BGR, style of any size) -> the content in the style, pixel by pixel.
Stylizer = Callable[[Image, Image], Image]

METHODS = ("transport", "wct2")


def set_threads(count: int) -> None:
    """Set how many threads torch and OpenCV use."""
    torch.set_num_threads(count)
    cv2.setNumThreads(count)


def make_stylizer(method: str, autoencoder: Path | None = None) -> Stylizer:
    """Return a method by name.

    Args:
        method: one of METHODS.
        autoencoder: file that `wct2` needs.

    Raises:
        FileNotFoundError: no such autoencoder.
        ValueError: unknown method, `wct2` without an autoencoder, or a damaged one.
    """
    if method == "transport":
        return transport
    if method == "wct2":
        if autoencoder is None:
            raise ValueError(
                "the method wct2 needs --autoencoder FILE; make one with "
                "`ssldescriptor train-autoencoder`"
            )
        return partial(wct2, load_autoencoder(autoencoder))
    raise ValueError(f"unknown method {method!r}, there are {', '.join(METHODS)}")
