"""Put the measured tables into the README: python benchmarks/readme_tables.py.

Between the comments `<!-- results: NAME -->` and `<!-- end -->` stands results/NAME.md, so that the
README shows what was measured and nothing else.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"(<!-- results: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def fill(text: str, results: Path) -> str:
    """Return the text with every block replaced by its result file.

    Raises:
        FileNotFoundError: a block names a result that was not measured.
    """

    def content(block: re.Match[str]) -> str:
        table = (results / f"{block[2]}.md").read_text(encoding="utf-8")
        return f"{block[1]}{table}{block[3]}"

    return BLOCK.sub(content, text)


def main() -> None:
    """Rewrite README.md."""
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(fill(text, ROOT / "benchmarks" / "results"), encoding="utf-8")


if __name__ == "__main__":
    main()
