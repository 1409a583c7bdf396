"""Fields of an algorithm in OpenCV's FileStorage files (YAML, XML, JSON, each also gzipped)."""

from __future__ import annotations

import gzip
import os
import threading
import zlib
from collections.abc import Mapping
from pathlib import Path

import cv2

from ssldescriptor.errors import BAD_ARGUMENT, ERROR, OBJECT_NOT_FOUND, cv2_error

Field = int | float | str

GZIP = b"\x1f\x8b"  # how gzipped files begin


def write_fields(storage: cv2.FileStorage, fields: Mapping[str, Field], name: str = "") -> None:
    """Write fields into an open storage, inside a map called `name` unless that is empty.

    Raises:
        cv2.error: From OpenCV, when the storage is not open for writing.
    """
    if name:
        storage.startWriteStruct(name, cv2.FileNode_MAP)
    for key, value in fields.items():
        storage.write(key, int(value) if isinstance(value, bool) else value)
    if name:
        storage.endWriteStruct()


def write_file(path: str | os.PathLike[str], fields: Mapping[str, Field], func: str) -> None:
    """Write fields to a file: the whole file appears at once, or the old one stays.

    Args:
        path: The file; its ending chooses the format, YAML if it says nothing.
        fields: What to write.
        func: The public method that the user called.

    Raises:
        cv2.error: The file cannot be written.
    """
    target = _as_path(path, func)
    content = _encode(target, fields)
    temporary = target.with_name(f".{os.getpid()}-{threading.get_ident()}-{target.name}")
    try:
        # Not by FileStorage, which says nothing of a full disk, and cuts names at a question mark.
        with temporary.open("xb") as file:
            file.write(content)
        os.replace(temporary, target)
    except OSError as error:
        raise cv2_error(ERROR, func, f"cannot write {target}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_settings(
    fields: Mapping[str, Field],
    file_name: str | os.PathLike[str] | cv2.FileStorage | None,
    name: str,
    fs: cv2.FileStorage | None,
) -> None:
    """Do what write() of a `cv2.Algorithm` does, whose arguments these are beside the fields.

    Raises:
        cv2.error: The file cannot be written, or arguments that do not go together.
    """
    target = file_name if fs is None else fs
    if isinstance(target, cv2.FileStorage):
        write_fields(target, fields, name)
    elif target is None or name:
        raise cv2_error(BAD_ARGUMENT, "write", "write(fileName) or write(fs, name) is wanted")
    else:
        write_file(target, fields, "write")


def read_settings(
    file_name: str | os.PathLike[str] | cv2.FileNode | None, arg1: cv2.FileNode | None
) -> dict[str, Field]:
    """Read the fields that read() of a `cv2.Algorithm` is given the file or the node of.

    Raises:
        cv2.error: No such file or node, or not of fields.
    """
    source = file_name if arg1 is None else arg1
    if source is None:
        raise cv2_error(BAD_ARGUMENT, "read", "missing required argument 'fileName' (pos 1)")
    if isinstance(source, cv2.FileNode):
        return read_node(source, "read")
    return read_file(source, "read")


def read_file(path: str | os.PathLike[str], func: str) -> dict[str, Field]:
    """Read the fields of a file that `write_file` or an algorithm of OpenCV wrote.

    Raises:
        cv2.error: There is no such file, or it is not a FileStorage file.
    """
    source = _as_path(path, func)
    try:
        content = source.read_bytes()
    except OSError as error:
        message = f"cannot read {source}: {error.strerror}"
        raise cv2_error(OBJECT_NOT_FOUND, func, message) from error
    try:
        text = (gzip.decompress(content) if content.startswith(GZIP) else content).decode()
        # Nodes point into the storage: it has to live until the fields are out.
        storage = cv2.FileStorage(text, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY)
        return read_node(storage.root(), func)
    except (SystemError, cv2.error, OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        message = f"{source} does not hold the fields of a feature: it is broken or something else"
        raise cv2_error(BAD_ARGUMENT, func, message) from error


def read_node(node: cv2.FileNode, func: str) -> dict[str, Field]:
    """Read the numbers and strings of a map; other members are passed over.

    Raises:
        cv2.error: The node is missing or not a map.
    """
    if node.empty() or not node.isMap():
        raise cv2_error(OBJECT_NOT_FOUND, func, "the FileNode is missing or not a map of fields")
    fields: dict[str, Field] = {}
    for key in node.keys():  # noqa: SIM118 (a FileNode is not iterable)
        member = node.getNode(key)
        if member.isInt():
            fields[key] = int(member.real())
        elif member.isReal():
            fields[key] = float(member.real())
        elif member.isString():
            fields[key] = str(member.string())
    return fields


def _encode(target: Path, fields: Mapping[str, Field]) -> bytes:
    """Return the content of a file that is to have this name."""
    gzipped = target.suffix == ".gz"
    ending = target.with_suffix("").suffix if gzipped else target.suffix
    storage = cv2.FileStorage(ending, cv2.FILE_STORAGE_WRITE | cv2.FILE_STORAGE_MEMORY)
    write_fields(storage, fields)
    content = storage.releaseAndGetString().encode()
    return gzip.compress(content) if gzipped else content


def _as_path(path: str | os.PathLike[str], func: str) -> Path:
    """Check that `path` is one."""
    if not isinstance(path, str | os.PathLike):
        raise cv2_error(
            BAD_ARGUMENT, func, f"fileName is {path!r}; a string or a path-like object is wanted"
        )
    return Path(path)
