"""What an event of a breach says, read out of its facts.

Next: `domain/breach_folding.py`
"""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from domain.breach import Count
from domain.breach_events import BreachEvent
from domain.events import Fact
from domain.texts import Place


def affected_facts(affected: Mapping[Place, Count]) -> list[str]:
    """Numbers of people as an event keeps them: `GB:120:130`."""
    return [f"{place}:{people.low}:{people.high}" for place, people in sorted(affected.items())]


def affected_of(fact: Fact) -> dict[Place, Count]:
    """The same, read back."""
    parts = [str(each).split(":") for each in fact] if isinstance(fact, list) else []
    return {place: Count(low=int(low), high=int(high)) for place, low, high in parts}


def text_of(event: BreachEvent, name: str) -> str:
    """A fact that is always there."""
    return str(event.facts[name])


def uuid_of(event: BreachEvent, name: str) -> UUID:
    """The id of something, or of a note."""
    return UUID(text_of(event, name))


def note_of(event: BreachEvent, name: str = "note") -> UUID | None:
    """The id of a note, where there is one."""
    return UUID(str(event.facts[name])) if event.facts.get(name) else None


def instant_of(event: BreachEvent, name: str) -> datetime | None:
    """A time, where there is one."""
    return datetime.fromisoformat(str(event.facts[name])) if event.facts.get(name) else None


def number_of(event: BreachEvent, name: str) -> int:
    """A number; 0 where there is none."""
    return cast("int", event.facts.get(name) or 0)
