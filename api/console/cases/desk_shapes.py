"""Which collections are conversations: told by the names of their fields. Next: api/console/cases/desk_lines.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_THREADS: Final = ("conversation_id", "thread_id", "ticket_id", "chat_id", "channel_id", "thread", "conversation")
_TEXTS: Final = ("body", "text", "message", "content")
_WRITERS: Final = ("author_name", "sender_name", "from_name", "author", "sender")
_TIMES: Final = ("sent_at", "created_at", "received_at", "at")


@dataclass(frozen=True)
class Shape:
    """Which fields of a collection make a conversation; empty where there is none."""

    thread: str
    text: str
    writer: str
    time: str


def shape_of(fields: Sequence[str]) -> Shape | None:
    """How a collection is read as conversations, None where it has none."""

    def first(names: Iterable[str]) -> str:
        return next((name for name in names if name in fields), "")

    thread, text = first(_THREADS), first(_TEXTS)
    return Shape(thread, text, first(_WRITERS), first(_TIMES)) if thread and text else None
