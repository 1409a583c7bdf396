"""Output files: are they what they were, replacing them, and what a run tells at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ssldescriptor.collections.parts import Parts, put_in_place


@dataclass
class Summary:
    """What a run did.

    Attributes:
        made: items whose results are new.
        kept: items whose results were there.
        gone: items of the old output that are no longer asked for.
        skipped: items that could not be used, with the reasons.
    """

    made: int = 0
    kept: int = 0
    gone: int = 0
    skipped: dict[str, str] = field(default_factory=dict)

    def count(self, number: int = 1, *, made: bool) -> None:
        """Count items that are all new, or were all there."""
        self.made += number if made else 0
        self.kept += 0 if made else number

    def skip(self, name: str, reason: str) -> None:
        """Note an item; bytes of its name that are no UTF-8 are written as numbers."""
        self.skipped[name.encode("utf-8", "backslashreplace").decode()] = reason

    def line(self, noun: str) -> str:
        """Return the counts in one line."""
        line = f"{self.made + self.kept} {noun}: {self.made} new, {self.kept} kept"
        line += f", {len(self.skipped)} skipped" if self.skipped else ""
        return line + (f", {self.gone} gone" if self.gone else "")


def check_facts(output: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Make sure that an output was made as it would be made now.

    Raises:
        ValueError: it was not; tells what differs.
    """
    differ = [
        f"{name} {old.get(name)} -> {new.get(name)}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    if differ:
        raise ValueError(
            f"{output} was made with other settings ({'; '.join(differ)}); choose another file, or "
            "--overwrite"
        )


def replace_file(output: Path, parts: Parts, write: Callable[[Path], None]) -> None:
    """Write a file among the parts, then rename it over `output`."""
    parts.folder.mkdir(parents=True, exist_ok=True)
    draft = parts.folder / "assembled.h5"
    write(draft)
    put_in_place(draft, output)


def write_skipped(output: Path, skipped: Mapping[str, str]) -> Path | None:
    """Write names and reasons beside the output, a line each; without any, remove the old list.

    Returns:
        The file, or None if there is nothing to tell.
    """
    path = output.with_name(f"{output.name}.skipped.txt")
    if not skipped:
        path.unlink(missing_ok=True)
        return None
    lines = [f"{name}\t{reason}\n" for name, reason in sorted(skipped.items())]
    path.write_text("".join(lines), encoding="utf-8")
    return path
