"""docs/training.md: its commands and settings exist, its sizes are true."""

import re
import shlex
from pathlib import Path

import pytest

from ssldescriptor.cli.main import build_parser
from ssldescriptor.models import resolve
from ssldescriptor.training.config import load_config
from ssldescriptor.training.models.registry import SIZES

TEXT = (Path(__file__).parents[2] / "docs" / "training.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", TEXT, re.DOTALL)
LINES = [
    line
    for kind, block in BLOCKS
    if kind == ""
    for line in block.replace("\\\n", " ").splitlines()
    if "ssldescriptor" in shlex.split(line)
]


def test_the_way_from_photographs_to_a_model_is_there() -> None:
    commands = [shlex.split(line)[1] for line in LINES if line.startswith("ssldescriptor")]
    assert commands[:2] == ["train", "export"]
    assert {"evaluate", "stylize", "ablation"} <= set(commands)


@pytest.mark.parametrize("line", LINES)
def test_commands_and_their_settings_exist(line: str) -> None:
    words = shlex.split(line)
    args = build_parser().parse_args(words[words.index("ssldescriptor") + 1 :])
    if args.command in ("train", "refine", "ablation") and "..." not in words:
        load_config(getattr(args, "config", None), args.overrides)


def test_the_example_of_a_file_can_be_read(tmp_path: Path) -> None:
    (text,) = [block for kind, block in BLOCKS if kind == "yaml"]
    (tmp_path / "mine.yaml").write_text(text)
    config = load_config(tmp_path / "mine.yaml")
    assert config.data.pair.views.turned_share == 1.0


def test_settings_in_the_text_exist() -> None:
    """`key=value`, and the keys of dotted settings that stand alone."""
    settings = re.findall(r"`([a-z_]+(?:\.[a-z_]+)*=[\w.-]+)`", TEXT.replace("`key=value`", ""))
    assert "data.short_side=480" in settings
    for setting in settings:
        load_config(None, [setting])
    keys = set(re.findall(r"`((?:data|step|optimizer|model)\.[a-z_.]+)`", TEXT))
    assert keys
    for key in keys:
        with pytest.raises(ValueError, match=r"^(?!.*not in )"):
            load_config(None, [f"{key}=[[]]"])


@pytest.mark.parametrize("size", SIZES)
def test_the_size_of_the_file_is_true(size: str) -> None:
    (megabytes,) = re.findall(rf"^\| `{size}` \| [^|]* \| ([\d.]+) MB \|", TEXT, re.MULTILINE)
    assert f"{resolve(size).stat().st_size / 1e6:.1f}" == megabytes
