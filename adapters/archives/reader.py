"""Has the messages of an archive read in a child process: one that kills, hangs or outgrows it is alone in being unreadable.

Next: adapters/archives/importing.py
"""

import contextlib
import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.children.asking import Child
from domain.archives import ArchiveKind, Unreadable

MOST_BYTES: Final = 60_000_000  # of one message or one file of a chat export, as of incoming mail
PATIENCE: Final = 20.0  # seconds for one message
_LENGTH: Final = struct.Struct(">I")


@dataclass(frozen=True)
class ReadRecord:
    """One message: what is kept of it, and its attachments' contents in the order of `values["files"]`."""

    values: dict[str, Any]
    contents: list[bytes] = field(default_factory=list)


class ArchiveReader:
    """Reads the messages of archives. Thread-safe."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        """`patience` in seconds per message."""
        self._child = Child("adapters.archives.child", patience=patience)

    def mails(self, raws: Sequence[bytes], pulse: Callable[[], object] = lambda: None) -> Iterator[ReadRecord | Unreadable]:
        """Read some mails together; where they end the child, one by one."""
        sizes = [len(raw) for raw in raws]
        answer = self._child.ask({"do": "mails", "sizes": sizes}, b"".join(raws), pulse, times=1 + len(raws) / 20)
        if answer:
            yield from _records(answer)
        elif len(raws) == 1:
            yield Unreadable.LIMITS
        else:
            for raw in raws:
                yield from self.mails([raw], pulse)

    def people(self, raw: bytes) -> dict[str, str]:
        """Names by id, of Slack's `users.json`; empty when it cannot be read."""
        answer = self._child.ask({"do": "people"}, raw)
        found: dict[str, str] = _said(answer).get("people", {}) if answer else {}
        return found

    def chat(self, raw: bytes, place: str, people: Mapping[str, str]) -> tuple[ArchiveKind, list[ReadRecord]] | None:
        """Read one file of a chat export; None when it is none."""
        answer = self._child.ask({"do": "chat", "place": place, "people": dict(people)}, raw, times=3)
        if not answer:
            return None
        said = _said(answer)
        return ArchiveKind(said["kind"]), [ReadRecord(each) for each in said["records"]]

    def close(self) -> None:
        """End the child."""
        self._child.close()


def _said(answer: bytes) -> dict[str, Any]:
    said: dict[str, Any] = {}
    with contextlib.suppress(ValueError, struct.error):
        said = json.loads(answer[_LENGTH.size : _LENGTH.size + _LENGTH.unpack_from(answer)[0]])
    return said


def _records(answer: bytes) -> Iterator[ReadRecord | Unreadable]:
    at = _LENGTH.size + _LENGTH.unpack_from(answer)[0]
    for values in _said(answer)["records"]:
        if "failed" in values:
            yield Unreadable(values["failed"])
            continue
        contents = []
        for file in values["files"]:
            contents.append(answer[at : at + file["bytes"]])
            at += file["bytes"]
        yield ReadRecord(values, contents)
