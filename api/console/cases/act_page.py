"""The page of a command as a form: its fields, what was typed, what would come of it, and beside which field a refusal stands.

Next: api/console/cases/deeds.py
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response

from adapters.database.case_reader import CaseView
from api.alone import checkers
from api.console.authority import may
from api.console.cases import chosen, looked, reading, same_value, shell
from api.console.cases.act_rights import STOP
from api.console.cases.act_shape import Act
from api.console.cases.acts import act_of
from api.console.cases.desk_words import AGAIN
from api.console.cases.facts import CaseFacts
from api.console.cases.form_fields import TARGETS, fields_of, in_order
from api.console.cases.key_cards import OWN_WORD, to_look_up, warning
from api.console.cases.measure_fields import correctable, ending_of, markable, purposes_for
from api.console.cases.task_forms import about, asked_of
from api.console.sessions import SignedIn
from api.console.words import RIGHTS
from api.dependencies import Web
from api.errors import STATUSES
from api.face.days import zone
from domain.authority import Action
from domain.errors import DomainError
from domain.foresight import before_a_fee, before_a_question, before_a_refusal, before_an_extension, before_more_identity
from domain.identity_decisions import has_mailbox
from domain.measure_decisions import ON_RECORDS, RESTRICTED, on_own_word
from domain.rights import Right

UPLOADS: Final = {"work_item": Action.COMPLETE_WORK_ITEM, "evidence": Action.SUBMIT_IDENTITY_EVIDENCE}
ABOUT_THE_CASE: Final = "form"  # where a refusal stands that is about no field


@dataclass(frozen=True)
class Refused:
    """A refusal at the field that it is about, or at the form; `also`: other fields with their words, said at the same time."""

    about: str
    words: str
    status: int
    also: tuple[tuple[str, str], ...] = ()


def beside(refusal: DomainError) -> Refused:
    """How a refusal is shown beside the form; one of our own failures is a page of its own.

    Raises:
        DomainError: it is none that a person can do anything about here.
    """
    status = STATUSES.get(refusal.kind, 500)
    if refusal.kind == "not-found" or status >= 500:  # noqa: PLR2004 (the first of our own failures)
        raise refusal
    others = refusal.facts.get("others")
    pairs = (each.partition("=") for each in others) if isinstance(others, list) else ()
    also = tuple((name, words) for name, _, words in pairs)
    return Refused(str(refusal.facts.get("field", "")) or ABOUT_THE_CASE, refusal.message, status, also)


def form_page(  # noqa: PLR0917
    web: Web, who: SignedIn, case: CaseView, action: Action, given: Mapping[str, Any], refused: Refused | None = None
) -> Response:
    """The form of a command. Raises InvalidInputError: values of a correction that were chosen are not there any more."""
    target = {name: str(value) for name, value in given.items() if name in TARGETS}
    read = reading.read(web, shell.again(web, case) if refused else case)
    datamap = web.resources.datamap
    objected = _stops(action, read)
    titles = tuple((each.id, each.title, each.lawful_basis) for each in datamap.purposes)
    purposes = purposes_for(action, titles, objected=objected)
    with web.resources.database.read() as session:
        eyes = checkers(session, web.resources, who, case.receipt.case_id) if action is Action.ANNOUNCE_ALONE else {}
    asked = asked_of(action, read.state, target)
    values = chosen.picked(web, read.view, given["pick"]) if given.get("pick") else []
    picked, start = chosen.fields_for(web, read, values, lambda value: same_value.new_value(read, value), given)
    fields = fields_of(
        action,
        target,
        kinds=tuple(sorted(datamap.identity_kinds)),
        systems=tuple((system.name, system.title) for system in datamap.systems),
        rights=tuple((item.right.value, RIGHTS[item.right]) for item in read.state.rights),
        purposes=purposes,
        checkers=tuple(eyes.items()),
        places=correctable(datamap) if action is Action.PROPOSE_RECTIFICATION else markable(datamap),
        mailbox=has_mailbox(read.state),
        chosen=picked,
        asked=asked,
        objected=objected,
    )
    ending = ending_of(read, datamap) if action is Action.COMPLETE_WORK_ITEM and target.get("result") == "done" else None
    start |= {"note": ending.draft} if ending and ending.draft else {}
    start |= {"ground": Right.OBJECTION.value} if objected else {}
    fields = in_order([*fields, *looked.fields(web, who, read, action, target)])
    labels = {each.name: each.label for each in fields}
    said = {} if refused is None else {**dict(refused.also), refused.about: refused.words}
    errors = {name: f"{label}: {said[name][:1].lower()}{said[name][1:]}" for name, label in labels.items() if said.get(name)}
    if refused is not None and refused.about not in labels:
        errors = {ABOUT_THE_CASE: refused.words} | errors
    return shell.show_case(
        web,
        who,
        read,
        "cases/act.html",
        tab=None,
        status=refused.status if refused else 200,
        action=action.value,
        act=asked.act if asked else _act(action, read),
        fields=fields,
        given=given if refused else {"posted_on": web.now().astimezone(zone(web)).date().isoformat()} | start | dict(given),
        target=target,
        picks=given.get("pick", []),
        elsewhere=same_value.beside(web, read, values) if values else [],
        correction=read.correction if action is Action.PROPOSE_RECTIFICATION else None,
        ending=ending,
        done=AGAIN if AGAIN in given and not refused else "",
        foreseen=_foreseen(web, read, action, target),
        about=about(datamap, read, given),
        errors=errors,
        barred=action in ON_RECORDS and bool(on_own_word(read.state, who.person)),
        own_word=OWN_WORD,
        possible=shell.possible(web, who, read.state, action),
        uploads=action in UPLOADS.values() and may(who.role, "POST", "/console/cases/{reference}/files/{kind}"),
    )


def _act(action: Action, facts: CaseFacts) -> Act:
    """The command in words; what restricts is called as its button is where only an objection is looked at."""
    return STOP if _stops(action, facts) else act_of(action)


def _stops(action: Action, facts: CaseFacts) -> bool:
    """Whether a restriction is for an objection: nothing else that it could be for is open."""
    left = [item.right for item in facts.state.rights if item.right in RESTRICTED and item.outcome is None]
    return action is Action.RESTRICT_PROCESSING and left == [Right.OBJECTION]


def _foreseen(web: Web, facts: CaseFacts, action: Action, target: Mapping[str, Any]) -> str:
    """What has to be known before anybody presses: what it does to the dates, or that nothing would be found."""
    if action is Action.ACCEPT_IDENTIFIER:
        lines = (each for each in facts.identifiers if str(each.id) == str(target.get("identifier")))
        return next((warning(web.resources.datamap, each) or to_look_up(facts, each) for each in lines), "")
    receipt = facts.view.receipt
    today = web.now().astimezone(zone(web)).date()
    if action is Action.REQUEST_CLARIFICATION:
        return before_a_question(receipt.regimes, receipt.rights)
    if action is Action.REQUEST_MORE_IDENTITY:
        return before_more_identity(receipt.regimes, receipt.received_at.astimezone(zone(web)).date(), today)
    if action is Action.RECORD_FEE:
        return before_a_fee(receipt.regimes)
    if action is Action.PROPOSE_REFUSAL:
        return before_a_refusal(facts.view.clock, today)
    return before_an_extension(facts.view.clock) if action is Action.EXTEND_DEADLINE else ""
