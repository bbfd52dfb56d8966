"""Compares the first bytes of a file with what its sender says it is (ASVS 5.2.2): a name and a declared type are only words.

Next: api/uploads.py
"""

import re
from typing import Final

ENOUGH: Final = 1024  # bytes; a PDF may begin a little late (ISO 32000-1, annex H)
UNKNOWN: Final = "application/octet-stream"
_HEIC: Final = rb"\A.{4}ftyp(?:hei[cxms]|hev[cmx]|mif1|msf1)"
_ZIP: Final = rb"\APK(?:\x03\x04|\x05\x06|\x07\x08)"
_SIGNS: Final = {
    "application/pdf": rb"%PDF-",
    "image/jpeg": rb"\A\xff\xd8\xff",
    "image/png": rb"\A\x89PNG\r\n\x1a\n",
    "image/gif": rb"\AGIF8[79]a",
    "image/webp": rb"\ARIFF.{4}WEBP",
    "image/heic": _HEIC,
    "image/heif": _HEIC,
    "image/tiff": rb"\A(?:II\*\x00|MM\x00\*)",
    "image/bmp": rb"\ABM",
    "application/zip": _ZIP,
    "application/gzip": rb"\A\x1f\x8b",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _ZIP,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _ZIP,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": _ZIP,
}
_COMPILED: Final = {name: re.compile(sign, re.DOTALL) for name, sign in _SIGNS.items()}
_TEXT: Final = "text/"


def believed(declared: str, head: bytes) -> str:
    """The declared media type where the first bytes agree with it, and otherwise none in particular.

    Args:
        declared: lower case, without parameters.
        head: the first `ENOUGH` bytes, or all of a shorter file.
    """
    sign = _COMPILED.get(declared)
    if sign is not None:
        return declared if sign.search(head) else UNKNOWN
    if declared.startswith(_TEXT) and b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return UNKNOWN
    return declared
