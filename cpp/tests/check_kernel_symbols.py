"""Check the compiled core: python check_kernel_symbols.py BUILD_DIR.

Two things that no compiler warns of and that crash on older processors only:
an object compiled for a wide instruction set that exports a weak symbol (the linker may choose its
copy of an inline function for everybody), and wide registers in an object of the baseline.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

WIDE_KERNEL = re.compile(r"_(avx\w*|neon\w*)\.cpp\.o(bj)?$")
WIDE_REGISTER = re.compile(r"%[yz]mm\d")


def output_lines(*command: str) -> list[str]:
    """Return what a program prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def weak_symbols(path: Path) -> list[str]:
    """Return the weak or unique symbols that an object defines."""
    lines = output_lines("nm", "--demangle", "--defined-only", str(path))
    return [line for line in lines if re.search(r"\s[WVu]\s", line)]


def wide_instructions(path: Path) -> list[str]:
    """Return the instructions of an object that use registers wider than the baseline's."""
    lines = output_lines("objdump", "--disassemble", "--no-show-raw-insn", str(path))
    return [line for line in lines if WIDE_REGISTER.search(line)]


def main() -> int:
    """Check every object of the core; return 1 and say which are wrong."""
    objects = sorted(Path(sys.argv[1]).rglob("ssld.dir/**/*.o"))
    if not objects:
        print(f"error: no objects of the core in {sys.argv[1]}", file=sys.stderr)
        return 1
    failed = False
    for path in objects:
        wide = WIDE_KERNEL.search(path.name) is not None
        found = weak_symbols(path) if wide else wide_instructions(path)
        if found:
            failed = True
            what = "weak symbols" if wide else "wide instructions"
            print(
                f"error: {path.name} has {len(found)} {what}: {found[0].strip()}", file=sys.stderr
            )
    print(f"{len(objects)} objects checked")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
