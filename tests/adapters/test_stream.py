"""Abuse test 24 on the format itself: whatever is changed, no byte comes out that was not written."""

import io
import os
from uuid import UUID

import pytest

from adapters.case_vault import CaseKeys, CaseVault
from adapters.stream import BODY_AT, SEGMENT, OpeningStream, SealingStream, StreamKeys
from domain.errors import SealBrokenError
from tests.adapters.tink_stream import tink_opens, tink_seals

FIRST, OTHER = SEGMENT - 40 - 16, SEGMENT - 16
SIZES = [0, 1, FIRST - 1, FIRST, FIRST + 1, FIRST + OTHER, FIRST + OTHER + 1, 3 * SEGMENT]
CASE, BLOB = UUID(int=1), UUID(int=2)


def keys(case: UUID = CASE, blob: UUID = BLOB, kind: str = "collection", key: bytes = bytes(range(32))) -> StreamKeys:
    opened = CaseKeys(key, "case")
    return CaseVault(case, lambda: opened).stream_key(blob, kind)


def seal(plaintext: bytes, under: StreamKeys | None = None, piece: int = 300_007) -> bytes:
    target = io.BytesIO()
    stream = SealingStream(target, under or keys())
    for start in range(0, len(plaintext), piece):
        stream.write(plaintext[start : start + piece])
    stream.finish()
    return target.getvalue()


def opened(sealed: bytes, under: StreamKeys | None = None) -> bytes:
    return OpeningStream(io.BytesIO(sealed), under or keys()).readall()


@pytest.fixture(scope="module")
def plaintext() -> bytes:
    return os.urandom(3 * SEGMENT)


@pytest.fixture(scope="module")
def sealed(plaintext: bytes) -> bytes:
    return seal(plaintext)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_is_read(plaintext: bytes, size: int) -> None:
    assert opened(seal(plaintext[:size])) == plaintext[:size]


@pytest.mark.parametrize("size", SIZES)
def test_tink_opens_our_body(plaintext: bytes, size: int) -> None:
    assert tink_opens(keys(), seal(plaintext[:size])[BODY_AT:]) == plaintext[:size]


@pytest.mark.parametrize("size", SIZES)
def test_we_open_the_body_of_tink(plaintext: bytes, size: int) -> None:
    front = seal(b"")[:BODY_AT]
    assert opened(front + tink_seals(keys(), plaintext[:size])) == plaintext[:size]


def test_counts_and_digest_are_of_the_plaintext(plaintext: bytes) -> None:
    stream = SealingStream(io.BytesIO(), keys())
    stream.write(memoryview(plaintext)[:5])
    stream.write(bytearray(b"abc"))
    assert stream.bytes == stream.tell() == 8
    stream.finish()
    assert len(stream.sha256) == 64


@pytest.mark.parametrize("at", range(BODY_AT + 40))
def test_every_bit_of_the_header_counts(at: int) -> None:
    for bit in range(8):
        changed = bytearray(seal(b"short"))
        changed[at] ^= 1 << bit
        with pytest.raises(SealBrokenError):
            opened(bytes(changed))


def segments(sealed: bytes) -> list[bytes]:
    body = sealed[BODY_AT:]
    return [body[start : start + SEGMENT] for start in range(0, len(body), SEGMENT)]


CHANGES = [
    "last segment dropped",
    "two dropped",
    "all dropped",
    "middle dropped",
    "swapped",
    "one doubled",
    "last doubled",
    "last moved up",
    "byte appended",
    "tag's worth appended",
    "byte cut",
    "cut at a boundary less a tag",
    "byte of the first",
    "tag of the second",
]


@pytest.mark.parametrize("change", CHANGES)
def test_change_is_found(sealed: bytes, change: str) -> None:
    front, (first, second, third, last) = sealed[:BODY_AT], segments(sealed)
    head, first = first[:40], first[40:]
    broken = {
        "last segment dropped": [head, first, second, third],
        "two dropped": [head, first, second],
        "all dropped": [head],
        "middle dropped": [head, first, third, last],
        "swapped": [head, first, third, second, last],
        "one doubled": [head, first, second, second, third, last],
        "last doubled": [head, first, second, third, last, last],
        "last moved up": [head, first, second, last],
        "byte appended": [head, first, second, third, last, b"\0"],
        "tag's worth appended": [head, first, second, third, last, bytes(16)],
        "byte cut": [head, first, second, third, last[:-1]],
        "cut at a boundary less a tag": [head, first, second, third, last[:15]],
        "byte of the first": [head, bytes([first[0] ^ 1]) + first[1:], second, third, last],
        "tag of the second": [head, first, second[:-1] + bytes([second[-1] ^ 1]), third, last],
    }
    with pytest.raises(SealBrokenError):
        opened(front + b"".join(broken[change]))


@pytest.mark.parametrize("cut", ["last segment dropped", "byte appended"])
def test_length_is_checked_before_the_first_byte(sealed: bytes, cut: str) -> None:
    changed = sealed[: BODY_AT + 3 * SEGMENT] if cut == "last segment dropped" else sealed + b"\0"
    with pytest.raises(SealBrokenError):
        OpeningStream(io.BytesIO(changed), keys())


@pytest.mark.parametrize(
    "wrong",
    [keys(case=UUID(int=9)), keys(blob=UUID(int=9)), keys(kind="package"), keys(key=bytes(32))],
    ids=["case", "blob", "kind", "key"],
)
def test_keys_of_anything_else_open_nothing(wrong: StreamKeys) -> None:
    right = keys()
    with pytest.raises(SealBrokenError):
        opened(seal(b"short"), wrong)
    # Even where the commitment is forged to fit, the body does not open.
    forged = StreamKeys(body=wrong.body, commitment=right.commitment, associated=wrong.associated)
    with pytest.raises(SealBrokenError):
        opened(seal(b"short"), forged)


def test_any_position_can_be_read(plaintext: bytes, sealed: bytes) -> None:
    stream = OpeningStream(io.BytesIO(sealed), keys())
    for at in (FIRST - 3, 0, FIRST + OTHER - 1, len(plaintext) - 2, FIRST, len(plaintext), len(plaintext) + 5):
        assert stream.seek(at) == at
        assert stream.readall() == plaintext[at:]
    assert stream.seek(-4, io.SEEK_END) == len(plaintext) - 4
    buffer = bytearray(10)
    assert stream.readinto(buffer) == 4
    assert buffer[:4] == plaintext[-4:]
    with pytest.raises(ValueError, match="negative"):
        stream.seek(-1)


def test_random_access_touches_only_its_segments(plaintext: bytes, sealed: bytes) -> None:
    """A changed segment elsewhere does not matter to whoever reads another one; reaching it raises."""
    changed = bytearray(sealed)
    changed[BODY_AT + SEGMENT] ^= 1  # first byte of the second segment
    stream = OpeningStream(io.BytesIO(bytes(changed)), keys())
    buffer = bytearray(FIRST)
    assert stream.readinto(buffer) == FIRST
    assert bytes(buffer) == plaintext[:FIRST]
    with pytest.raises(SealBrokenError):
        stream.readinto(buffer)


def test_finished_stream_takes_no_more() -> None:
    target = io.BytesIO()
    stream = SealingStream(target, keys())
    stream.write(b"a")
    stream.finish()
    before = target.getvalue()
    with pytest.raises(ValueError, match="finished"):
        stream.write(b"b")
    with pytest.raises(ValueError, match="finished"):
        stream.finish()
    assert target.getvalue() == before


class FullDisk(io.BytesIO):
    """Takes the header and half of the first segment."""

    def write(self, data: object, /) -> int:
        assert isinstance(data, bytes)
        if self.tell():
            super().write(data[: len(data) // 2])
            raise OSError(28, "No space left on device")
        return super().write(data)


def test_failed_write_cannot_be_tried_again_with_the_same_nonce(plaintext: bytes) -> None:
    target = FullDisk()
    stream = SealingStream(target, keys())
    with pytest.raises(OSError, match="No space"):
        stream.write(plaintext)
    written = target.getvalue()
    with pytest.raises(ValueError, match="broken"):
        stream.write(b"other content")
    with pytest.raises(ValueError, match="broken"):
        stream.finish()
    assert target.getvalue() == written


def test_same_content_is_sealed_differently_every_time() -> None:
    assert len({seal(b"same")[BODY_AT:] for _ in range(20)}) == 20
