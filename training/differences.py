"""What tells two configurations apart, and whether a run may go on across the difference."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from ssldescriptor.training.config import TrainConfig, dump_config, load_config

# Where a run writes, how often, and how many hands it has: the model is the same all the same.
FREE = {
    "output",
    "threads",
    "log_every",
    "save_every",
    "validate_every",
    "sequences",
    "pictures_every",
    "tensorboard",
    "data.workers",
}


def differences(was: str, now: str) -> list[str]:
    """Return a line "key: was -> now" for every setting that differs, in the order of keys.

    Args:
        was: a configuration as YAML; settings that it does not name have their defaults.
        now: another.

    Raises:
        ValueError: a text is no configuration of this version.
    """
    before, after = dict(_settings(was)), dict(_settings(now))
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return [f"{key}: {before.get(key)!r} -> {after.get(key)!r}" for key in keys]


def refuse_another(was: str, config: TrainConfig) -> None:
    """Let a run go on only with the settings that it began with; where it writes may change.

    So may a folder of stylized copies of which none is ever shown.

    Raises:
        ValueError: says which settings were what and are what now.
    """
    free = FREE if config.data.pair.stylized_share else FREE | {"data.stylized"}
    found = [
        line
        for line in differences(was, dump_config(config))
        if line.split(":", maxsplit=1)[0] not in free
    ]
    if found:
        raise ValueError(
            f"the checkpoint is of another configuration (was -> now): {'; '.join(found)}"
        )


def _settings(text: str) -> Iterator[tuple[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_text(text, encoding="utf-8")
        config = load_config(path)
    yield from _flat("", OmegaConf.to_container(OmegaConf.structured(config)))


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield prefix, list(value) if isinstance(value, tuple) else value
        return
    for key, inner in value.items():
        yield from _flat(f"{prefix}.{key}" if prefix else str(key), inner)
