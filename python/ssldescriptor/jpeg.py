"""What the header of a JPEG file tells before anything is decoded."""

from __future__ import annotations

from typing import NamedTuple


class JpegHeader(NamedTuple):
    """What the segments before the first scan of a JPEG file say.

    Attributes:
        short_side: pixels.
        scan: where the first scan begins, bytes.
    """

    short_side: int
    scan: int


def jpeg_header(data: bytes) -> JpegHeader | None:
    """Walk the segments of a JPEG file up to its first scan (ITU-T T.81, annex B).

    Thumbnails lie inside segments and are stepped over. Returns None for anything else than JPEG.
    """
    if data[:2] != b"\xff\xd8":
        return None
    at, short_side = 2, 0
    while at + 9 <= len(data) and data[at] == 0xFF:
        kind = data[at + 1]
        if kind == 0xFF:  # a fill byte
            at += 1
            continue
        if kind == 0xDA:
            return JpegHeader(short_side, at)
        # The frame headers; 0xC4, 0xC8 and 0xCC in their range are tables.
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            short_side = min(
                int.from_bytes(data[at + 5 : at + 7], "big"),
                int.from_bytes(data[at + 7 : at + 9], "big"),
            )
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def is_cut_short(data: bytes) -> bool:
    """Tell whether a JPEG file has lost its end; decoders would fill the rest with gray.

    False for files of other kinds.
    """
    header = jpeg_header(data)
    return header is not None and data.find(b"\xff\xd9", header.scan) < 0
