"""What every page of a case has around it: header with the legal timeline, the next step, tabs, and the rail at the right.

Next: api/console/cases/tabs.py
"""

from datetime import date
from secrets import token_urlsafe
from typing import Any, Final

from fastapi.responses import HTMLResponse
from markupsafe import Markup

from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.clocks import seat_of, story_of
from adapters.database.tables import PackageRow
from adapters.letter_words import contents, in_words, kept_back, left_out
from api.console.authority import may
from api.console.cases import content, legal_hold, looked, package_cards, package_places, rail, same_value, unseen
from api.console.cases.acts import FRESH, act_of
from api.console.cases.card import Card, Looking
from api.console.cases.desk_words import AGAIN, DONE_BESIDE
from api.console.cases.facts import CaseFacts, earliest_open_twin
from api.console.cases.key_cards import leads_nowhere, owner_of
from api.console.cases.leads import leads_of
from api.console.cases.reading import case_events
from api.console.cases.sample_waiting import waits_for
from api.console.cases.step_card import card_of
from api.console.pages import show
from api.console.sessions import FRESH as FRESH_FOR
from api.console.sessions import SignedIn
from api.dependencies import Web
from api.face.days import zone
from api.face.timeline import timeline_svg
from api.v1.presenting import possible_actions
from domain.authority import DESK_ACTIONS, Action
from domain.case import CaseState
from domain.events import Tag
from domain.measure_decisions import ON_RECORDS, on_own_word
from domain.next_step import WaitsFor, next_step
from domain.rights import Right, Role, Status
from domain.staffing import shares_family_name
from domain.timeline import timeline

BASE: Final = "/console/cases"
WAITING: Final = "waiting"  # what a page is told of a command that nobody has answered yet
_KINDS: Final = {
    Right.ACCESS: "Access request",
    Right.ERASURE: "Erasure request",
    Right.RECTIFICATION: "Correction request",
    Right.RESTRICTION: "Restriction request",
    Right.PORTABILITY: "Portability request",
    Right.OBJECTION: "Objection",
    Right.AUTOMATED_DECISION_REVIEW: "Human review",
    Right.WITHDRAW_CONSENT: "Withdrawal of consent",
    Right.TRANSFER_INFORMATION: "Question about transfers",
    Right.COMPLAINT: "Complaint",
    Right.MINOR_REPORT: "Report of a child\u2019s account",
}
_WAITS: Final = {WaitsFor.US: "us", WaitsFor.THEM: "them", WaitsFor.SYSTEM: "a system", WaitsFor.NOBODY: ""}
_MARKS: Final = {Status.RECEIVED: "waiting", Status.CLOSED: "done"}
# Not offered under "Anything else": they belong to a row, a task or the card itself.
_ELSEWHERE: Final = frozenset(
    {
        *DESK_ACTIONS,
        Action.COMPLETE_WORK_ITEM,
        Action.RETRY_SYSTEM,
        Action.SEARCH_ARCHIVE,
        Action.CONTINUE_WITHOUT_SYSTEM,
        Action.ACCEPT_IDENTIFIER,
        Action.REJECT_IDENTIFIER,
        Action.CHANGE_DELIVERY_ADDRESS,
        Action.APPROVE_PACKAGE,
        Action.ADD_NOTE,
        Action.NEEDS_NO_ANSWER,
    },
)


def show_case(
    web: Web,
    who: SignedIn,
    facts: CaseFacts,
    template: str,
    *,
    tab: str | None,
    status: int = 200,
    done: str = "",
    **more: Any,  # noqa: ANN401
) -> HTMLResponse:
    """Render a page of a case; to be called in a thread.

    Args:
        web: of the process.
        who: sees it.
        facts: the case.
        template: of the part under the tabs, or of the form in the sheet.
        tab: the one that is open; None for a form.
        status: of HTTP.
        done: the command that was just done, or `waiting`.
        more: for the template.
    """
    today = web.now().astimezone(zone(web)).date()
    looking = _looking(web, who, facts)
    step = next_step(facts.state, looking.hindrance)
    related = [each for each in facts.related if each.case_id not in who.sight.hidden]
    # An auditor reads what happened and decides nothing, so there is no next step to see.
    card = card_of(looking) if tab is not None and who.role is not Role.AUDITOR else None
    return show(
        web,
        template,
        who,
        status=status,
        at=BASE,
        facts=facts,
        state=facts.state,
        clock=facts.view.clock,
        path=f"{BASE}/{facts.reference}",
        kind=kind_of(facts),
        mark_of_stage="failed" if step.attention else _MARKS.get(facts.state.status, "running"),
        waits=_WAITS[step.waits_for],
        picture=_picture(web, facts, today),
        near=_near(facts, today),
        copied=not facts.state.rights or facts.state.item(facts.state.copied) is not None,
        tab=tab,
        handed_in=done == WAITING,
        tabs=_tabs(who, facts),
        card=card,
        anything_else=_anything_else(looking, card) if card else [],
        fresh=web.now() < who.began_at + FRESH_FOR,
        asks_again=FRESH,
        release=_release(web, looking) if card and card.release else None,
        weighed=content.weighed(web, facts, step.step) if card else None,
        identity=rail.identity_of(facts),
        proofs=rail.proofs_of(web, facts),
        blind={line.id for line in facts.identifiers if leads_nowhere(web.resources.datamap, line.kind)},
        owners={str(line.id): owner_of(facts, line) for line in facts.identifiers},
        rail_acts=rail.acts_per_identifier(looking),
        owner=rail.owner_of(web, facts, who.person),
        sum_rows=rail.short_sum(facts),
        laws=" and ".join(sorted({code.partition("-")[0] for code in facts.view.receipt.regimes}, reverse=True)),
        told="" if done == AGAIN and web.now() >= who.began_at + FRESH_FOR else told_of(done),
        kin=shares_family_name(facts.subject.name, who.name) and who.role is not Role.AUDITOR,
        once=mark(),
        may=row_actions(web, who, facts),
        personal=who.role is not Role.AUDITOR,
        related=related,
        twin=earliest_open_twin(facts, related),
        **more,
    )


def kind_of(facts: CaseFacts) -> str:
    """What was asked for, as a title."""
    rights = [item.right for item in facts.state.rights]
    first = _KINDS[rights[0]] if rights else "Request"
    return first if len(rights) < 2 else f"{first} and {len(rights) - 1} more"  # noqa: PLR2004 (the first is named)


def mark() -> str:
    """What makes one showing of a form: pressed twice, it is one command."""
    return token_urlsafe(16)


def row_actions(web: Web, who: SignedIn, facts: CaseFacts) -> set[str]:
    """The commands that rows offer, as far as they are possible now."""
    return set(possible_actions(web.resources, who, facts.state))


def again(web: Web, case: CaseView) -> CaseView:
    """The case as it stands now: a refusal mostly means that it has moved."""
    return CaseReader(web.resources).get(case.receipt.case_id)


def possible(web: Web, who: SignedIn, state: CaseState, action: Action) -> bool:
    """Whether a command could be given now."""
    if action in DESK_ACTIONS:
        return state.status is Status.IN_REVIEW
    if action in ON_RECORDS and on_own_word(state, who.person):
        return False
    return action.value in possible_actions(web.resources, who, state)


def _looking(web: Web, who: SignedIn, facts: CaseFacts) -> Looking:
    why, places = package_places.against(web, who, facts)
    possible_now = frozenset(Action(name) for name in possible_actions(web.resources, who, facts.state))
    possible_now -= ON_RECORDS if on_own_word(facts.state, who.person) else frozenset()
    return Looking(
        facts=facts,
        datamap=web.resources.datamap,
        role=who.role,
        person=who.person,
        allowed=possible_now,
        zone=zone(web),
        hindrance=why,
        places=places,
        sample=waits_for(web, who, facts.state),
        unseen=unseen.left(web, facts, unseen.approval(facts)) is not None,
        legal_hold=legal_hold.against(web, facts),
        leads=leads_of(web, facts),
        elsewhere=same_value.elsewhere(web, facts),
        held_in_part=_held_in_part(web, facts.state),
    )


def _held_in_part(web: Web, state: CaseState) -> str:
    package = state.partial.package if state.partial else None
    if package is None:
        return ""
    with web.resources.database.read() as session:
        row = session.get(PackageRow, package.id)
    return in_words(*(contents(row.summary) if row else (package.records, 0)))


def _picture(web: Web, facts: CaseFacts, today: date) -> Markup:
    receipt = facts.view.receipt
    received_at = facts.state.received_at or receipt.received_at  # another copy may have reached us before
    seat = seat_of(web.resources.datamap.controller)
    closed = facts.closed_at.astimezone(zone(web)).date() if facts.closed_at else None
    rights = [Right(right) for right in receipt.rights]
    story = story_of(received_at, rights, case_events(facts.events))
    drawn = timeline(facts.view.clock, receipt.regimes, rights, story, today=today, seat=seat, closed=closed)
    return timeline_svg(drawn)


def _near(facts: CaseFacts, today: date) -> str:
    if facts.state.status in {Status.CLOSED, Status.DELIVERED}:
        return ""
    days = (facts.view.clock.safe_due - today).days
    return "late" if days < 0 else "soon" if days < 7 else ""  # noqa: PLR2004 (mockups, colour)


def _tabs(who: SignedIn, facts: CaseFacts) -> list[tuple[str, str, int | None]]:
    tabs: list[tuple[str, str, int | None]] = [
        ("", "Overview", None),
        ("systems", "Systems", len(facts.state.systems) or None),
        ("package", "Package", None),
        *([("erasure", "Erasure", None)] if facts.state.erasure and facts.state.erasure.readable else []),
        ("messages", "Messages", len(facts.said) or None),
        ("history", "History", None),  # letters and decisions are lines of it too, and are not counted on every page
    ]
    path = f"{BASE}/{{reference}}"
    return [each for each in tabs if may(who.role, "GET", f"{path}/{each[0]}".rstrip("/"))]


def _anything_else(looking: Looking, card: Card) -> list[tuple[Action, str]]:
    shown = {press.action for press in card.presses}
    rest = sorted(looking.allowed - _ELSEWHERE - shown, key=lambda action: list(Action).index(action))
    return [(action, act_of(action).link) for action in rest if looking.may(action)]


def _release(web: Web, looking: Looking) -> dict[str, Any]:
    """What an approval covers, in words (R1)."""
    facts = looking.facts
    package = facts.state.package
    assert package is not None
    with web.resources.database.read() as session:
        row = session.get(PackageRow, package.id)
    to = next((line for line in facts.identifiers if line.delivery), None)
    changed = facts.happened(Tag.DELIVERY_ADDRESS_CHANGED)
    records, files = contents(row.summary) if row else (package.records, 0)
    return {
        "records": records,
        "files": files,
        "bytes": package.bytes,
        "built_at": row.built_at if row else None,
        "sha256": package.sha256,
        "to": to.value if to else (facts.subject.address.replace("\n", ", ") or facts.subject.called),
        "on_paper": to is None,
        "changed_at": changed[0].at if changed else None,
        "kept_back": kept_back(row.summary) if row else [],
        "no_part": left_out(row.summary) if row else 0,
        "left_out": [
            looking.title(name) for name, system in facts.state.systems.items() if system.state in {"skipped", "unasked"}
        ],
        "added_keys": [line.value for line in facts.identifiers if line.standing == "accepted"],
        "by_hand": looked.said(looking),
        "prepared": [facts.preparer(actor) for actor in facts.prepared],
        "prepared_before": package_cards.prepared_before_return(facts),
    }


def told_of(done: str) -> str:
    """What was just done, in words."""
    return act_of(Action(done)).done if done in set(Action) else DONE_BESIDE.get(done, "")
