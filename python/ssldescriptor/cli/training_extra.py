"""Reach the training package, which is optional: its dependencies come with the extra [train]."""

from __future__ import annotations

import importlib
from typing import Any

from ssldescriptor.cli.errors import CommandError


def import_training(module: str) -> Any:
    """Import ssldescriptor.training.<module>.

    Raises:
        CommandError: a dependency is missing; names the extra that installs it.
    """
    try:
        # By name, so that the run-time package has no import of training anywhere.
        return importlib.import_module(f"ssldescriptor.training.{module}")
    except ModuleNotFoundError as error:
        raise CommandError(
            f"{error.name} is not installed; get it with: pip install 'ssldescriptor[train]'"
        ) from error
