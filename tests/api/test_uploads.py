"""A multipart body is sealed while it arrives, and leaves nothing behind when it is not taken."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect
from starlette.types import Message

from adapters.case_vault import CaseVault
from adapters.resources import Resources
from api.uploads import MOST_FILES, Upload, read_upload
from domain.errors import InvalidInputError
from tests import opened

BOUNDARY = "limit-of-parts"
SECRET = b"ruth.adeyemi@post.imaginella.example paid 12.00"


def part(name: str, content: bytes, filename: str | None = None, media_type: str | None = None) -> bytes:
    place = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    kind = f"Content-Type: {media_type}\r\n" if media_type else ""
    return f"--{BOUNDARY}\r\nContent-Disposition: {place}\r\n{kind}\r\n".encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def request(body: bytes, size: int = 7, content_type: str = f"multipart/form-data; boundary={BOUNDARY}") -> Request:
    """A request whose body arrives in small pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    arriving = pieces()

    async def receive() -> Message:
        chunk = await anext(arriving, b"")
        return {"type": "http.request", "body": chunk, "more_body": bool(chunk)}

    headers = [(b"content-type", content_type.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


@pytest.fixture
def resources(tmp_path: Path, empty_database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", empty_database_url) as everything:
        yield everything


@pytest.fixture
def vault(resources: Resources) -> CaseVault:
    case_id = uuid4()
    resources.vault.make_case_key(case_id)
    return resources.vault.case(case_id)


def stored(resources: Resources) -> list[bytes]:
    return [path.read_bytes() for path in Path(resources.settings.blobs_url).rglob("*") if path.is_file()]


async def read(resources: Resources, vault: CaseVault, body: bytes, size: int = 7) -> Upload:
    return await read_upload(request(body, size), resources, vault, "upload")


@pytest.mark.parametrize("size", [1, 7, 64 * 1024])
async def test_files_are_sealed_and_the_command_is_given_back(resources: Resources, vault: CaseVault, size: int) -> None:
    body = part("files", SECRET, "C:\\Users\\ruth\\invoice.csv", "text/CSV; charset=utf-8") + part("command", b'{"a": 1}') + END
    upload = await read(resources, vault, body, size)
    (file,) = upload.files
    assert (upload.command, file.name, file.media_type) == (b'{"a": 1}', "invoice.csv", "text/csv")
    with resources.blobs.read(vault, file.ref) as blob:
        assert blob.read() == SECRET
    assert not any(b"ruth" in content or b"paid" in content for content in stored(resources))


@pytest.mark.parametrize(
    "body",
    [
        part("files", SECRET, "a.csv") + part("files", b"more", "b.csv"),  # cut off
        part("files", SECRET, "a.csv") + part("photo", b"x", "b.csv") + END,
        part("files", SECRET, "a.csv") + part("files", b"", "b.csv") + END,
        part("files", SECRET, "a.csv") + part("files", b"x", "in\u202evoice.csv") + END,
        part("files", b"x", "a.csv") * (MOST_FILES + 1) + END,
        part("files", SECRET, "a.csv") + part("command", b"x" * 1_000_001) + END,
        part("files", SECRET, "a.csv") + b"--" + BOUNDARY.encode() + b"\r\nbroken header\r\n\r\n",
        b"no boundary at all",
    ],
)
async def test_a_body_that_is_not_taken_leaves_nothing(resources: Resources, vault: CaseVault, body: bytes) -> None:
    with pytest.raises(InvalidInputError):
        await read(resources, vault, body, 4096)
    assert stored(resources) == []


async def test_a_sender_who_goes_away_leaves_nothing(resources: Resources, vault: CaseVault) -> None:
    body, told = part("files", SECRET * 1000, "a.csv"), False

    async def receive() -> Message:
        nonlocal told
        if told:
            return {"type": "http.disconnect"}
        told = True
        return {"type": "http.request", "body": body[:20_000], "more_body": True}

    gone = Request({"type": "http", "method": "POST", "headers": request(b"").scope["headers"]}, receive)
    with pytest.raises(ClientDisconnect):
        await read_upload(gone, resources, vault, "upload")
    assert stored(resources) == []


async def test_a_media_type_is_a_code_word_or_nothing(resources: Resources, vault: CaseVault) -> None:
    body = part("files", b"x", "a.bin", "ruth@post.example is ill") + END
    assert (await read(resources, vault, body)).files[0].media_type == "application/octet-stream"


async def test_a_body_without_boundary_is_refused(resources: Resources, vault: CaseVault) -> None:
    with pytest.raises(InvalidInputError):
        await read_upload(request(b"", content_type="multipart/form-data"), resources, vault, "upload")


_LINES = st.sampled_from(
    [
        b"--" + BOUNDARY.encode(), b"--" + BOUNDARY.encode() + b"--", b"\r\n", b"\r\n\r\n", b"\n", b"\x00",
        b'Content-Disposition: form-data; name="files"; filename="a.csv"', b'Content-Disposition: form-data; name="command"',
        b"Content-Disposition: form-data; filename*=utf-8''%ff%fe", b"Content-Type: text/csv; charset=",
        b"Content-Transfer-Encoding: base64",
    ],
)  # fmt: skip


@given(pieces=st.lists(_LINES | st.binary(max_size=60), max_size=25), size=st.integers(1, 200))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_body_makes_it_crash_or_leaves_anything(
    resources: Resources, vault: CaseVault, pieces: list[bytes], size: int
) -> None:
    try:
        taken = await read(resources, vault, b"".join(pieces), size)
    except InvalidInputError:
        pass
    else:
        taken.discard(resources.blobs)
    assert stored(resources) == []
