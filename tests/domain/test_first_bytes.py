"""A declared type is believed where the first bytes agree."""

import pytest

from domain.first_bytes import UNKNOWN, believed

PNG = b"\x89PNG\r\n\x1a\n"
AGREE = {
    "application/pdf": [b"%PDF-1.7", b"\xef\xbb\xbf\n%PDF-2.0"],
    "image/jpeg": [b"\xff\xd8\xff\xe1"],
    "image/png": [PNG],
    "image/webp": [b"RIFF\x00\n\x01\x02WEBPVP8 "],
    "image/heic": [b"\x00\x00\x00\x18ftypheic", b"\x00\x00\n\x18ftypmif1"],
    "application/zip": [b"PK\x03\x04"],
    "text/csv": [b"a;b", "\u00e9".encode(), b"\xff\xfea\x00"],
    "application/x-anything": [b"\x00\x01"],
}


@pytest.mark.parametrize(("declared", "head"), [(kind, head) for kind, heads in AGREE.items() for head in heads])
def test_what_agrees_keeps_its_type(declared: str, head: bytes) -> None:
    assert believed(declared, head) == declared


@pytest.mark.parametrize("declared", sorted(set(AGREE) - {"application/x-anything"}))
def test_a_program_is_none_of_them(declared: str) -> None:
    assert believed(declared, b"MZ\x90\x00\x03") == UNKNOWN
    assert believed(declared, b"<html>\x00") == UNKNOWN


def test_one_picture_is_not_another() -> None:
    assert believed("image/jpeg", PNG) == UNKNOWN
