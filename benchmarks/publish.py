"""Put the results of `ssldescriptor evaluate` among those of this repository.

usage: python benchmarks/publish.py OUT [OUT ...]

OUT is the output folder of an evaluation. Its tables go to results/evaluation_NAME.md and its mean
scores to results/evaluation_NAME.json, with the settings and versions they were made with; NAME is
the folder's name. Paths lose their folders: where data lies on a machine is nobody's business.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from machine import processor_name

RESULTS = Path(__file__).parent / "results"
# What says nothing about the scores.
PRIVATE = ("output", "fresh", "num_threads", "pictures")
PATHS = ("data", "vocabulary", "pairs", "model")
SETTINGS = "\n## Settings"


def publish(folder: Path, results: Path) -> Path:
    """Write an evaluation's tables and means.

    Args:
        folder: the evaluation's output folder.
        results: folder of the two files, made if need be.

    Returns:
        The path of the Markdown file.

    Raises:
        FileNotFoundError: the evaluation is not finished.
    """
    for name in ("results.json", "results.md"):
        if not (folder / name).is_file():
            raise FileNotFoundError(f"no {name} in {folder}: no finished evaluation")
    content = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    settings = {k: plain(k, v) for k, v in content["config"].items() if k not in PRIVATE}
    made = {**content["made"], "processor": processor_name()}
    tables = (folder / "results.md").read_text(encoding="utf-8").split(SETTINGS)[0]
    notes = "\n".join(f"- {key}: `{value}`" for key, value in {**settings, **made}.items())
    kept = {"made": made, "config": settings, "methods": content["methods"]}
    kept["scores"] = content["scores"]
    kept |= {key: content[key] for key in ("sweeps", "failures") if content.get(key)}
    results.mkdir(parents=True, exist_ok=True)
    path = results / f"evaluation_{folder.resolve().name}.md"
    path.write_text(f"{tables}{SETTINGS}\n\n{notes}\n", encoding="utf-8")
    text = json.dumps(kept, indent=1) + "\n"
    path.with_suffix(".json").write_text(text, encoding="utf-8")
    return path


def plain(name: str, value: Any) -> Any:
    """Return a setting; paths without their folders, lists as text."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return Path(value).name if name in PATHS else value


def main() -> int:
    """Publish every folder; 1 if one has no results."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="OUT")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    for folder in args.folders:
        try:
            print(publish(folder, args.results))
        except FileNotFoundError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
