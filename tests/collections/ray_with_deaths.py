"""Extract on Ray while workers are killed; a script, so that Ray's own threads end with it.

    python ray_with_deaths.py IMAGES OUTPUT MARKER

The first worker that meets 3.png is killed by SIGKILL in the middle of its work, and every worker
that meets poison.png is. The marker file tells that the first one was.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from ssldescriptor.collections.extract import ExtractOptions, extract_collection
from ssldescriptor.collections.ray_engine import RayEngine


class Deadly:
    """Work that kills its process."""

    def __init__(self, work: Callable[[Any], Any], marker: Path) -> None:
        self.work, self.marker = work, marker

    def __call__(self, item: tuple[str, str]) -> Any:
        first = item[0] == "3.png" and not self.marker.exists()
        if first:
            self.marker.write_text(str(os.getpid()))
        if first or item[0] == "poison.png":
            os.kill(os.getpid(), signal.SIGKILL)
        return self.work(item)


class DeadlyEngine(RayEngine):
    """Ray, with that work."""

    def run(self, work: Any, items: Iterable[Any]) -> Iterator[Any]:
        return super().run(Deadly(work, Path(sys.argv[3])), items)


if __name__ == "__main__":
    with closing(DeadlyEngine(2)) as engine:
        images, output = map(Path, sys.argv[1:3])
        summary = extract_collection(images, output, ExtractOptions(), engine)
    print(summary.line("images"), summary.skipped)
