"""Breaches in the state a test needs, made through events and commands as the system makes them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.breach import BreachState
from domain.breach_commands import BreachCommand
from domain.breach_decisions import decide_breach
from domain.breach_events import BreachDraft, BreachEvent, BreachTag
from domain.breach_folding import evolve_breach
from domain.commands import Actor
from domain.events import Fact
from domain.rights import Role

FRIDAY = datetime(2026, 11, 20, 18, 40, tzinfo=UTC)
NOTE = UUID("00000000-0000-4000-8000-0000000000f1")

RESPONDER = Actor(person="caseworker:00000000-0000-4000-8000-0000000000e1", role=Role.BREACH_RESPONDER)
LEAD = Actor(person="caseworker:00000000-0000-4000-8000-0000000000e2", role=Role.PRIVACY_LEAD)
OTHER_LEAD = Actor(person="caseworker:00000000-0000-4000-8000-0000000000e3", role=Role.PRIVACY_LEAD)
CASEWORKER = Actor(person="caseworker:00000000-0000-4000-8000-0000000000e5", role=Role.CASEWORKER)
DPO = Actor(person="caseworker:00000000-0000-4000-8000-0000000000e4", role=Role.DPO)


def happened(breach: BreachState, tag: BreachTag, **facts: Fact) -> BreachState:
    """Let an event happen to the state, now and by Habeas itself."""
    return _evolved(breach, BreachDraft(tag=tag, facts=facts), FRIDAY)


def _evolved(breach: BreachState, draft: BreachDraft, at: datetime) -> BreachState:
    event = BreachEvent(sequence=breach.sequence + 1, tag=draft.tag, at=at, actor=draft.actor, facts=draft.facts)
    evolve_breach(breach, event)
    return breach


def ordered(state: BreachState, command: BreachCommand, now: datetime = FRIDAY) -> list[BreachDraft]:
    """Decide a command and let its events happen."""
    drafts = decide_breach(state, command, now=now)
    for draft in drafts:
        _evolved(state, draft, now)
    return drafts


def reported(*affected: str, role: str = "controller", **facts: Any) -> BreachState:  # noqa: ANN401 (facts of any kind)
    """A breach that was just reported."""
    state = BreachState(breach_id=uuid4())
    places: Fact = list(affected or ("GB:120:120", "IE:4:4"))
    first: dict[str, Fact] = {"first_alert_at": FRIDAY.isoformat(), "role": role, "affected": places, "summary": str(NOTE)}
    return happened(state, BreachTag.OPENED, **(first | facts))


def in_hours(hours: float) -> datetime:
    """So long after the first alert."""
    return FRIDAY + timedelta(hours=hours)
