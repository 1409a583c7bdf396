"""The commands of docs/collections.md are such that the command line takes them."""

import re
import shlex
from pathlib import Path

import pytest

from ssldescriptor.cli.main import build_parser

TEXT = (Path(__file__).parents[2] / "docs" / "collections.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    ssldescriptor (.*)$", TEXT.replace("\\\n", ""), re.MULTILINE)


def test_every_command_and_format_is_shown() -> None:
    assert {command.split()[0] for command in COMMANDS} == {"extract", "match-pairs", "convert"}
    assert set(re.findall(r"--to (\w+)", " ".join(COMMANDS))) == {"colmap", "opensfm", "numpy"}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_line_takes_it(command: str) -> None:
    assert build_parser().parse_args(shlex.split(command)).command == command.split(maxsplit=1)[0]
