"""Covers and shows pictures (runs in the child process).

A picture that leaves with a cover is drawn anew, so nothing of the file around it survives: no EXIF, no XMP, no small copy of
what it showed before. Next: adapters/documents/reader.py
"""

import io
import struct
from collections.abc import Sequence
from typing import Any, Final

from PIL import ExifTags, Image, ImageDraw, ImageOps

from adapters.documents.shapes import MOST_PIXELS, UncoverableError
from domain.redaction import Area

FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
_QUALITY: Final = 92
_SHOWN: Final = 1_600  # points of the longer side on the screen
_LONGEST: Final = 300  # letters of one thing that a picture says of itself
_START_OF_SCAN, _APP0, _APP14, _COMMENT = 0xDA, 0xE0, 0xEE, 0xFE
_SKIPPED: Final = frozenset({"ExifOffset", "MakerNote", "GPSInfo", "PrintImageMatching", "ComponentsConfiguration"})
_BARE: Final = frozenset({"transparency", "gamma", "dpi", "loop", "duration", "background", "version", "jfif", "jfif_version",
                          "jfif_unit", "jfif_density", "progressive", "progression", "aspect", "compression", "srgb",
                          "adobe", "adobe_transform", "extension", "interlace", "chromaticity"})  # fmt: skip


def opened(content: bytes) -> Image.Image:
    """A picture, before its points are unpacked.

    Raises:
        UncoverableError: it is none, or has more points than can be held.
    """
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError) as failure:
        raise UncoverableError from failure
    if picture.width * picture.height > MOST_PIXELS:
        raise UncoverableError
    return picture


def shown(content: bytes, areas: Sequence[Area]) -> bytes:
    """A picture as a PNG for the screen, upright, with what is covered in black."""
    picture = _upright(opened(content))
    picture.thumbnail((_SHOWN, _SHOWN))
    picture = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
    paint(picture, areas)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def cover(content: bytes, areas: Sequence[Area]) -> bytes:
    """A picture drawn anew without its areas and without everything around it; of the same kind.

    Raises:
        UncoverableError: it cannot be opened, or it is several pictures in one.
    """
    picture = opened(content)
    kind = "JPEG" if picture.format == "MPO" else str(picture.format)
    if kind != "JPEG" and _is_several(picture):
        raise UncoverableError
    drawn = _upright(picture)
    drawn = drawn.convert("RGBA" if "A" in drawn.getbands() or "transparency" in drawn.info else "RGB")
    paint(drawn, areas)
    # A new picture of the points alone: what Pillow carries along beside them would be written again.
    bare = Image.frombytes(drawn.mode, drawn.size, drawn.tobytes())
    if kind in {"JPEG", "BMP"}:
        bare = bare.convert("RGB")
    out = io.BytesIO()
    bare.save(out, kind, **({"quality": _QUALITY} if kind in {"JPEG", "WEBP"} else {}))
    return out.getvalue()


def says(content: bytes) -> dict[str, str]:
    """What a picture says of itself, in words: camera, place, author, programs, and whether it holds a small copy."""
    picture = opened(content)
    found: dict[str, str] = {}
    exif = picture.getexif()
    for block in (dict(exif), exif.get_ifd(ExifTags.IFD.Exif)):
        for tag, value in block.items():
            name = str(ExifTags.TAGS.get(tag, f"Field {tag}"))
            if name not in _SKIPPED and name != "Orientation":
                found[name] = _said(value)
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    if place:
        found["GPS"] = "; ".join(f"{ExifTags.GPSTAGS.get(tag, tag)} {_said(value)}" for tag, value in place.items())[:_LONGEST]
    if exif.get_ifd(ExifTags.IFD.IFD1):
        found["Small copy"] = "a small copy of the picture"
    for key, value in picture.info.items():
        if key not in {"exif", "icc_profile"} | _BARE:
            found["XMP" if "xmp" in str(key).lower() else str(key)[:60]] = _said(value)
    return found


def paint(picture: Image.Image, areas: Sequence[Area]) -> None:
    """Paint areas black, to the outer edge of each point that they touch."""
    draw = ImageDraw.Draw(picture)
    wide, high = picture.size
    for area in areas:
        left, top = int(area.left * wide / 100), int(area.top * high / 100)
        right, bottom = (area.left + area.width) * wide / 100, (area.top + area.height) * high / 100
        fill = (0, 0, 0, 255) if picture.mode == "RGBA" else (0, 0, 0)
        draw.rectangle((left, top, max(int(right + 0.999), left), max(int(bottom + 0.999), top)), fill=fill)


def without_segments(jpeg: bytes) -> bytes:
    """A JPEG inside another document without its EXIF, XMP, comments and small copies; its points stay as they are."""
    out, at = bytearray(jpeg[:2]), 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != _START_OF_SCAN:  # noqa: PLR2004 (a marker's first byte)
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        told = marker == _COMMENT or (_APP0 < marker <= 0xEF and marker != _APP14)  # noqa: PLR2004 (the last one)
        if not told:
            out += jpeg[at : at + 2 + length]
        at += 2 + length
    return bytes(out) + jpeg[at:]


def _is_several(picture: Image.Image) -> bool:
    """Whether there is a second picture in it. They are not counted: of a TIFF that takes the square of their number."""
    try:
        picture.seek(1)
    except EOFError:
        return False
    picture.seek(0)
    return True


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except (OSError, ValueError, SyntaxError, struct.error, EOFError, Image.DecompressionBombError) as failure:
        raise UncoverableError from failure


def _said(value: Any) -> str:  # noqa: ANN401 (whatever a field holds)
    if isinstance(value, bytes):
        text = value.replace(b"\x00", b"").decode("utf-8", "replace")
        return text[:_LONGEST] if text.isprintable() and text else f"{len(value)} bytes"
    return str(value)[:_LONGEST]
