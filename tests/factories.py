"""Cases in the state a test needs, made through events and commands as the system makes them."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from domain.case import CaseState
from domain.commands import Actor, Command
from domain.decisions import decide
from domain.events import CaseEvent, Draft, Fact, Tag
from domain.folding import evolve
from domain.messages import Verdict
from domain.rights import Role

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MAILBOX = UUID("00000000-0000-4000-8000-000000000001")
SECOND_MAILBOX = UUID("00000000-0000-4000-8000-000000000002")

SUBJECT = Actor(person="subject", role=Role.DATA_SUBJECT)
ANNA = Actor(person="caseworker:00000000-0000-4000-8000-00000000000a", role=Role.CASEWORKER)
BEN = Actor(person="caseworker:00000000-0000-4000-8000-00000000000b", role=Role.REVIEWER)
LEAD = Actor(person="caseworker:00000000-0000-4000-8000-00000000000c", role=Role.PRIVACY_LEAD)
SHA = "a" * 64


def happen(state: CaseState, tag: Tag, actor: str = "system", **facts: Fact) -> CaseState:
    """Let an event happen to the state."""
    evolve(state, CaseEvent(sequence=state.sequence + 1, tag=tag, at=MONDAY, actor=actor, facts=facts))
    return state


def perform(state: CaseState, command: Command, verdict: Verdict | None = None) -> list[Draft]:
    """Decide a command and let its events happen."""
    drafts = decide(state, command, verdict)
    for draft in drafts:
        happen(state, draft.tag, draft.actor, **draft.facts)
    return drafts


def received(*, risk: str = "low", rights: tuple[str, ...] = ("access",)) -> CaseState:
    """A case whose mailbox is asked for proof."""
    state = CaseState(case_id=uuid4())
    happen(
        state,
        Tag.REQUEST_RECEIVED,
        received_at=MONDAY.isoformat(),
        channel="web_form",
        rights=list(rights),
        regimes=["UK"],
        risk=risk,
    )
    happen(state, Tag.IDENTIFIER_CLAIMED, identifier=str(MAILBOX), kind="email")
    return happen(state, Tag.IDENTITY_ASKED)


def identified() -> CaseState:
    """A case whose identity is confirmed by code."""
    state = received()
    happen(state, Tag.IDENTIFIER_PROVEN, identifier=str(MAILBOX), how="code")
    return happen(state, Tag.IDENTITY_CONFIRMED, identifier=str(MAILBOX), how="code")


def in_review(records: int = 12) -> CaseState:
    """A case with one searched system and a package to look at."""
    state = identified()
    happen(state, Tag.COLLECTION_STARTED, run=1, keys=[str(MAILBOX)])
    happen(state, Tag.SYSTEM_SEARCHED, system="platform", records=records)
    happen(state, Tag.COLLECTION_FINISHED)
    return built(state, records=records)


def built(state: CaseState, sha256: str = SHA, revision: int = 0, records: int = 12) -> CaseState:
    """A package was built for this case."""
    return happen(
        state,
        Tag.PACKAGE_BUILT,
        package=str(uuid4()),
        revision=revision,
        sha256=sha256,
        bytes=1000,
        records=records,
        datamap="d" * 64,
    )
