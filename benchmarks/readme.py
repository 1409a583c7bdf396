"""Put measured tables and the demo's picture into the README: python benchmarks/readme.py.

Between the comments `<!-- results: NAME -->` and `<!-- end -->` stands results/NAME.md, so that the
README shows what was measured and nothing else. The picture is demo-out/coffee.jpg, made smaller.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import cv2

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"(<!-- results: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
WIDTH = 900


def fill(text: str, results: Path) -> str:
    """Return the text with every block replaced by its result file.

    Raises:
        FileNotFoundError: a block names a result that was not measured.
    """

    def content(block: re.Match[str]) -> str:
        table = (results / f"{block[2]}.md").read_text(encoding="utf-8")
        return f"{block[1]}{table}{block[3]}"

    return BLOCK.sub(content, text)


def shrink(source: Path, target: Path) -> None:
    """Write a picture again, WIDTH pixels wide.

    Raises:
        FileNotFoundError: there is no such picture.
    """
    picture = cv2.imread(str(source))
    if picture is None:
        raise FileNotFoundError(f"no picture {source}; make demo writes it")
    height = round(picture.shape[0] * WIDTH / picture.shape[1])
    small = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
    target.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(target), small, [cv2.IMWRITE_JPEG_QUALITY, 80])


def main() -> None:
    """Rewrite docs/images/demo.jpg and README.md, or neither if anything is missing."""
    argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0]).parse_args()
    readme = ROOT / "README.md"
    try:
        text = fill(readme.read_text(encoding="utf-8"), ROOT / "benchmarks" / "results")
        shrink(ROOT / "demo-out" / "coffee.jpg", ROOT / "docs" / "images" / "demo.jpg")
    except FileNotFoundError as error:
        sys.exit(f"error: {error}")
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
