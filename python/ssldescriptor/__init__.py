"""A learned local feature that drops into any OpenCV script, and an exact, fast matcher."""

from __future__ import annotations

from importlib.metadata import version as _version

try:
    import cv2 as _cv2  # noqa: F401
except ImportError as error:
    raise ImportError(
        f"ssldescriptor needs OpenCV 4.8 or later, and cv2 cannot be imported ({error}); install "
        "one of opencv-python, opencv-python-headless (without windows, for servers), "
        "opencv-contrib-python, opencv-contrib-python-headless"
    ) from error

from ssldescriptor import _core as _core
from ssldescriptor.bridges.patch import Cv2Patch, patch_cv2
from ssldescriptor.descriptor import SSLDescriptor
from ssldescriptor.geometry import ImageMatches, match_images
from ssldescriptor.matcher import SSLMatcher
from ssldescriptor.matching import Matches, match

__version__ = _version("ssldescriptor")

__all__ = [
    "Cv2Patch",
    "ImageMatches",
    "Matches",
    "SSLDescriptor",
    "SSLMatcher",
    "__version__",
    "match",
    "match_images",
    "patch_cv2",
]
