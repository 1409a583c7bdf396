"""Model files: a name or a path -> a file that exists; runtime.py looks into it."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "weights"


def bundled_names() -> list[str]:
    """List the names of the models inside the package."""
    return sorted(path.stem for path in FOLDER.glob("*.onnx"))


def resolve(model: str | Path) -> Path:
    """Return the file of a model.

    Args:
        model: a bundled name such as "default", or the path of an .onnx file.

    Raises:
        FileNotFoundError: neither a bundled name nor an existing file; both are listed.
    """
    names = bundled_names()
    if str(model) in names:
        return FOLDER / f"{model}.onnx"
    path = Path(model)
    if not path.is_file():
        raise FileNotFoundError(
            f"model {str(model)!r} is neither a file nor one of the bundled models: "
            f"{', '.join(names)}"
        )
    return path
