"""Read lists of pairs, "query database" on each line: hloc's pairs-from-retrieval writes them."""

from __future__ import annotations

from pathlib import Path

from ssldescriptor.evaluation.failures import Failures


def read_pairs(
    path: Path, queries: set[str] | None, database: set[str] | None, failures: Failures
) -> dict[str, list[str]]:
    """Read a list of pairs by query; None allows any name.

    Raises:
        FileNotFoundError: no such file.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no list of pairs {path}; hloc's pairs-from-retrieval writes one")
    pairs: dict[str, list[str]] = {name: [] for name in sorted(queries or ())}
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = text.split()
        if not words:
            continue
        known = len(words) == 2 and (queries is None or words[0] in queries)
        if not known or not (database is None or words[1] in database):
            failures.add("data", f"{path.name}, line {line}", "no pair of a query and an image")
            continue
        pairs.setdefault(words[0], []).append(words[1])
    for name in [name for name, found in pairs.items() if not found]:
        failures.add("data", name, "the list has no pair for this query")
    return pairs
