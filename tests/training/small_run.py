"""A training run small enough for a test."""

from pathlib import Path

from ssldescriptor.training.config import TrainConfig, load_config

SETTINGS = [
    "steps=4", "batch=2", "log_every=1", "save_every=2", "bfloat16=no", "data.workers=0",
    "data.pair.size=96", "data.validation_share=0", "step.keypoints=16", "pictures_every=0",
    "model.stages=[4,4,8,8,8]", "model.lateral=8", "model.head=8", "model.patch=[4,8]",
]  # fmt: skip


def tiny_settings(folder: Path, output: Path, *more: str) -> list[str]:
    return [f"data.images=[{folder}]", f"output={output}", *SETTINGS, *more]


def tiny(folder: Path, output: Path, *more: str) -> TrainConfig:
    return load_config(None, tiny_settings(folder, output, *more))
