"""A learned local feature that drops into any OpenCV script, and an exact, fast matcher."""

from __future__ import annotations

from importlib.metadata import version as _version

from ssldescriptor import _core as _core

__version__ = _version("ssldescriptor")
