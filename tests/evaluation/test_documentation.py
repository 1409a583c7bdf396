"""The commands of docs/evaluation.md are such that the command line takes them."""

import re
import shlex
from pathlib import Path

import pytest

from ssldescriptor.cli.main import build_parser
from ssldescriptor.evaluation.datasets.hpatches import EXCLUDED

TEXT = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    ssldescriptor (evaluate .*)$", TEXT.replace("\\\n", ""), re.MULTILINE)


def test_every_task_has_a_command() -> None:
    tasks = {command.split()[1] for command in COMMANDS}
    assert tasks == {"matching", "pose", "places", "localization"}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_line_takes_it(command: str) -> None:
    args = build_parser().parse_args(shlex.split(command))
    names = vars(args)
    settings = {k: names[k] for k in args.config.__dataclass_fields__ if k in names}
    assert args.config(**settings).data.endswith("/")


def test_every_setting_has_an_option() -> None:
    for command in COMMANDS:
        args = build_parser().parse_args(shlex.split(command))
        assert set(args.config.__dataclass_fields__) <= set(vars(args))


def test_links_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}
    links = set(re.findall(r"\]\(#([^)]*)\)", TEXT))
    assert links
    assert links <= anchors


def test_the_sequences_that_are_left_out_are_named() -> None:
    assert all(name in TEXT for name in EXCLUDED)
