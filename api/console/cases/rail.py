"""The rail at the right of a case: how it is known who asks, what may be done about each identifier, the clock's sum in short.

Next: api/console/cases/shell.py
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from adapters.database.tables import IdentityEvidence
from api.console import words
from api.console.cases.card import Looking, Press
from api.console.cases.facts import CaseFacts
from api.console.mail_words import Scanned, scanned
from api.console.queue import colleagues
from api.dependencies import Web
from domain.authority import Action
from domain.case_parts import POSTAL
from domain.deadline_sum import OWN_RULE
from domain.events import Tag
from domain.identity import Factor, would_do
from domain.identity_decisions import has_mailbox
from domain.rights import Risk

_HOW: Final = {
    "code": "Code to the address on file",
    "assertion": "Signed in to their account",
    "caseworker": "Confirmed by hand",
    "moved_in": "Confirmed in the system before this one",
}


@dataclass(frozen=True)
class Identity:
    """How it is known who asks.

    Args:
        mark: as the states of rows.
        doubts: that stand; `settled` those that what was shown has answered.
        would_do: what would settle them, one way a line.
        shown: the proof on record.
    """

    mark: str
    words: str
    note: str
    doubts: tuple[str, ...] = ()
    would_do: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()


def identity_of(facts: CaseFacts) -> Identity:
    """How it is known who asks, or what is waited for."""
    rows = facts.happened(Tag.IDENTITY_CONFIRMED)
    state, doubts = facts.state, tuple(words.DOUBTS[doubt] for doubt in facts.state.doubts)
    unsure = state.unsure[0] if state.unsure else None
    settles = _settles(facts)
    shown = tuple(words.RECORDED_FACTORS[factor] for factor in state.factors)
    risk = words.RISKS[state.risk] if facts.judged else "Who asks is being looked at; it shows here in a moment."
    if state.identity_record and rows:
        row = rows[0]
        by = "without a caseworker" if row.actor in {"system", "subject"} else f"by {facts.person(row.actor)}"
        asked = "" if state.evidence or facts.happened(Tag.IDENTITY_MORE_REQUESTED) else "No document was asked for."
        why = facts.note_of(row)
        how = _HOW.get(str(row.facts.get("how", "")), "Confirmed")
        parts = [f"Confirmed {by}.", asked, f"\u201c{why}\u201d" if why else "", risk if unsure else ""]
        note = " ".join(filter(None, parts))
        if unsure is not None:
            return Identity("soon", "Confirmed, and more has to be shown", note, doubts, settles, shown)
        return Identity("done", how, note, settled=doubts, shown=shown)
    if not state.needs_identity and not doubts:
        if shown:
            return Identity("done", "Shown, though it need not be", "What was asked asks nobody for proof.", shown=shown)
        return Identity("skipped", "No check needed", "What was asked asks nobody for proof.")
    waiting = "Asked for one more thing" if state.more_identity_asked else "Not confirmed yet"
    return Identity("waiting", waiting, risk, doubts=doubts, would_do=settles, shown=shown)


def _settles(facts: CaseFacts) -> tuple[str, ...]:
    """What would settle a doubt, one way a line; a code to a mailbox only where the case has one."""
    state = facts.state
    unsure = state.unsure[0] if state.unsure else None
    moves = unsure is not None and state.moves_contact(unsure)
    if unsure is None or (not moves and state.risk is Risk.LOW):
        return ()
    ways = would_do(unsure, state.risk, set(state.factors), set(state.doubts), contact=moves)
    ways = [way for way in ways if has_mailbox(state) or Factor.MAILBOX not in way]
    return tuple(" and ".join(words.RECORDED_FACTORS[factor].lower() for factor in way) for way in ways)


def proofs_of(web: Web, facts: CaseFacts) -> list[tuple[IdentityEvidence, Scanned]]:
    """The proofs of identity that were handed in, with what a scanner said."""
    return [(row, scanned(web.resources.settings, row.malware)) for row in facts.evidence]


def acts_per_identifier(looking: Looking) -> dict[str, list[Press]]:
    """Per identifier what may be done about it."""
    acts: dict[str, list[Press]] = {}
    for line in looking.facts.identifiers:
        target = {"identifier": str(line.id)}
        presses = []
        if line.standing == "claimed":
            code = [Press(Action.REQUEST_CODE, "Send a code", target, direct=True)] if line.kind == "email" else []
            ours = [] if line.kind == POSTAL else [Press(Action.ACCEPT_IDENTIFIER, "It is theirs", target)]
            presses = [*code, *ours, Press(Action.REJECT_IDENTIFIER, "It is not theirs", target)]
        elif line.standing == "accepted" and not looking.facts.state.measures and looking.facts.state.erasure is None:
            presses = [Press(Action.REJECT_IDENTIFIER, "It is not theirs", target)]
        elif line.standing == "found" and line.kind == "email" and looking.facts.state.unsure:
            presses = [Press(Action.REQUEST_CODE, "Send a code there", target, direct=True)]
        elif line.standing == "proven" and line.kind == "email" and not line.delivery:
            presses = [Press(Action.CHANGE_DELIVERY_ADDRESS, "Deliver here", target)]
        acts[str(line.id)] = looking.only(*presses)
    return acts


@dataclass(frozen=True)
class Owner:
    """Whom the case is assigned to.

    Args:
        name: empty where it is nobody's.
        mine: whoever looks.
        prepared: who prepared something since the last return, so cannot approve.
        staff: to whom it may be handed: id and name.
    """

    name: str
    mine: bool
    prepared: list[str]
    staff: list[tuple[str, str]]


def owner_of(web: Web, facts: CaseFacts, me: str) -> Owner:
    """Whom the case is assigned to, and to whom it may be handed; decides nothing (docs/decisions/0012)."""
    people = colleagues(web)
    assigned = facts.view.assignee
    return Owner(
        name=dict(people).get(assigned or "", ""),
        mine=assigned == me,
        prepared=[facts.person(actor) for actor in facts.prepared],
        staff=[each for each in people if each[0] != assigned],
    )


@dataclass(frozen=True)
class SumRow:
    """One step of the clock's sum, short enough for the rail."""

    words: str
    source: str
    date: date | None


def short_sum(facts: CaseFacts) -> list[SumRow]:
    """The sum without what stands below its line anyway; every step in full is a fold-out beside it."""
    alone = len(facts.view.receipt.regimes) == 1
    rows = []
    for line in facts.view.clock.sum:
        step = line.step.partition(": ")[2] if alone and ": " in line.step else line.step
        if step.endswith(("last day by law", "day to answer by")) or "Contested" in step or line.source == OWN_RULE:
            continue  # the total says it, or the fold-out does
        short = step.partition(";")[0].partition(" (")[0].partition(", to the end")[0]
        rows.append(SumRow(short[:1].upper() + short[1:], line.source.partition(";")[0], line.date))
    return rows
