"""Settings of training runs that come with the package; each names what it changes and why."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
ABLATION = FOLDER / "ablation"


def find_config(name: str | Path) -> Path:
    """Return the file of a configuration.

    Args:
        name: a path, or the name of one that comes with the package, such as "tiny".

    Raises:
        FileNotFoundError: neither; lists the names.
    """
    if Path(name).is_file():
        return Path(name)
    bundled = {path.stem: path for path in FOLDER.glob("*.yaml")}
    if str(name) not in bundled:
        raise FileNotFoundError(
            f"configuration {str(name)!r} is neither a file nor one of {', '.join(sorted(bundled))}"
        )
    return bundled[str(name)]
