"""Put the page together: one HTML file with its style, its scripts, its data and its pictures."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# In the order in which they use one another.
SCRIPTS = ("data.js", "canvas.js", "heat.js", "patches.js", "overlay.js", "page.js")

MAX_SIDE = 2048
"""Larger photographs are shrunk to this for the page; keypoints keep their own pixels."""

JPEG_QUALITY = 90


def build_page(
    content: Mapping[str, Any], names: Sequence[str], images: Sequence[NDArray[np.uint8]]
) -> str:
    """Return the whole page.

    Args:
        content: see content.page_content.
        names: of the two photographs.
        images: (H, W, 3) uint8 BGR, both.
    """
    pictures = [_picture(name, image) for name, image in zip(names, images, strict=True)]
    # "</" would end the script element in the middle of a file's name.
    data = json.dumps({**content, "images": pictures}, allow_nan=False).replace("</", "<\\/")
    scripts = "\n".join(_text(name) for name in SCRIPTS)
    parts = {
        "TITLE": escape(f"{names[0]} and {names[1]}"),
        "STYLE": _text("page.css"),
        "DATA": data,
        "SCRIPT": f'"use strict";\n(() => {{\n{scripts}}})();',
    }
    page = _text("page.html")
    head, *rest = page.split("{{")
    # One pass, so that a value which looks like a place for another one stays as it is.
    return head + "".join(parts[key] + text for key, text in (p.split("}}", 1) for p in rest))


def _text(name: str) -> str:
    return (files("ssldescriptor.report") / "page" / name).read_text(encoding="utf-8")


def _picture(name: str, image: NDArray[np.uint8]) -> dict[str, Any]:
    height, width = image.shape[:2]
    shrink = min(1.0, MAX_SIDE / max(height, width))
    shown: Any = image
    if shrink < 1:
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        shown = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    encoded = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
    source = "data:image/jpeg;base64," + base64.b64encode(encoded).decode()
    return {"name": name, "width": width, "height": height, "source": source}
