"""What went wrong with single items of a data set; the run goes on without them."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Failure:
    """One item that could not be used.

    Attributes:
        kind: "data" for missing or broken files, "pair" for pairs that cannot be scored, "method"
            for extractors that crashed, "empty" for images where one found nothing.
        item: the image, pair or sequence.
        reason: one line.
        method: the extractor's name where kind is "method" or "empty".
    """

    kind: str
    item: str
    reason: str
    method: str = ""


@dataclass
class Failures:
    """All failures of a run, each once, in the order of their appearance."""

    entries: list[Failure] = field(default_factory=list)

    def add(self, kind: str, item: str, reason: object, method: str = "") -> None:
        """Note a failure; a reason of several lines becomes one, an exception tells its type."""
        text = " ".join(str(reason).split())
        if isinstance(reason, Exception):
            text = f"{type(reason).__name__}: {text}" if text else type(reason).__name__
        failure = Failure(kind, item, text, method)
        if failure not in self.entries:
            self.entries.append(failure)

    def __len__(self) -> int:
        return len(self.entries)

    def as_dicts(self) -> list[dict[str, str]]:
        """Return plain data for JSON."""
        return [asdict(failure) for failure in self.entries]

    def summary(self) -> str:
        """Return one line that counts the failures by kind; empty when there are none."""
        counts = Counter(failure.kind for failure in self.entries)
        names = {
            "data": "data problems",
            "pair": "pairs left out",
            "method": "method failures",
            "empty": "images without features",
        }
        return ", ".join(f"{counts[kind]} {name}" for kind, name in names.items() if counts[kind])
