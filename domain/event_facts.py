"""What a recorded event says, read out of its facts: one reader for cases, breaches and notices.

Next: `domain/folding.py`
"""

from datetime import datetime
from typing import cast
from uuid import UUID

from domain.events import Event


def text_of(event: Event, name: str) -> str:
    """A fact that is always there."""
    return str(event.facts[name])


def texts_of(event: Event, name: str) -> list[str]:
    """A list; empty where there is none."""
    value = event.facts.get(name)
    return [str(part) for part in value] if isinstance(value, list) else []


def number_of(event: Event, name: str) -> int:
    """A number; 0 where there is none."""
    return cast("int", event.facts.get(name) or 0)


def uuid_of(event: Event, name: str) -> UUID:
    """The id of something that is always named."""
    return UUID(text_of(event, name))


def uuids_of(event: Event, name: str) -> list[UUID]:
    """Ids; none where there is no list."""
    return [UUID(each) for each in texts_of(event, name)]


def note_of(event: Event, name: str = "note") -> UUID | None:
    """The id of a note, or of something else, where there is one."""
    return UUID(text_of(event, name)) if event.facts.get(name) else None


def instant_of(event: Event, name: str) -> datetime | None:
    """A time, where there is one."""
    return datetime.fromisoformat(text_of(event, name)) if event.facts.get(name) else None
