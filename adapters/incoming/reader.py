"""Has mail read in a child process: a message that kills, hangs or outgrows it is quarantined, and the next one is read.

Next: `domain/triage.py`
"""

import contextlib
from collections.abc import Sequence
from typing import Final

from adapters.children.asking import Child
from adapters.incoming.headers import clean
from domain.incoming import MailKind, ReadMessage

MOST_BYTES: Final = 60_000_000  # of a raw message; mail servers stop at 50 MB and encoding adds to it
PATIENCE: Final = 20.0  # seconds for one message
_LENGTH: Final = 4  # bytes that say how long a part is
_UNLOOKED: Final = "An attachment could not be looked into within the limits of time and memory."


class MailReader:
    """Reads one message at a time. Thread-safe."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        """`patience` in seconds per message."""
        self._child = Child("adapters.incoming.child", patience=patience)

    def read(self, raw: bytes) -> ReadMessage:
        """Read one mail; whatever it does to the child, the answer is a `ReadMessage`, of kind `unreadable` if need be."""
        if len(raw) > MOST_BYTES:
            return unreadable("The message is too large to be opened here.")
        answer = self._child.ask({"do": "read", "look": True}, raw)
        unlooked = not answer
        if unlooked:  # an attachment may have ended the child: the mail around it is read all the same
            answer = self._child.ask({"do": "read", "look": False}, raw)
        if not answer:
            return unreadable("The message could not be read within the limits of time and memory.")
        with contextlib.suppress(ValueError):
            found = ReadMessage.model_validate_json(answer)
            return found.model_copy(update={"problems": [*found.problems, _UNLOOKED]}) if unlooked else found
        return unreadable("The message could not be read.")

    def part(self, raw: bytes, place: int) -> bytes:
        """The decoded content of one part, as `Attachment.index` names it; empty when there is none."""
        return (self.parts(raw, [place]) or [b""])[0]

    def parts(self, raw: bytes, places: Sequence[int]) -> list[bytes] | None:
        """The decoded contents of some parts; None when they cannot be had within the limits of time and memory."""
        answer = self._child.ask({"do": "parts", "places": [*places]}, raw)
        found, at = [], 0
        while at < len(answer):
            end = at + _LENGTH + int.from_bytes(answer[at : at + _LENGTH], "big")
            found.append(answer[at + _LENGTH : end])
            at = end
        return found if len(found) == len(places) else None

    def without(self, raw: bytes, places: Sequence[int]) -> bytes:
        """The message with these parts replaced by a line that says so; empty when that cannot be done."""
        return self._child.ask({"do": "without", "places": [*places]}, raw)

    def close(self) -> None:
        """End the child."""
        self._child.close()


def unreadable(problem: str) -> ReadMessage:
    """What stands for a message that nobody here can open: kept as it came, shown as such."""
    return ReadMessage(kind=MailKind.UNREADABLE, problems=[clean(problem)])
