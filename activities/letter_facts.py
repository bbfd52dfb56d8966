"""What a letter says about its case: each need of `adapters/letters.py` answered from the record (Articles 12(1), 12(4)).

Links and codes are made here, in the transaction that writes the letter which carries them; their tokens stand nowhere else.
Next: `adapters/letters.py`
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from activities import letter_erasure
from activities.letter_measures import consents, reach, refusing, restriction, since, transfers
from activities.letter_notices import extended, finding, further_routes, held_in, part, withheld_of
from activities.letter_search import searched, skipped
from activities.letter_writing import Facts, Writing
from adapters.attempts import purpose_of_code
from adapters.codes import CodePurpose, issue_code, wrong_tries
from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import CaseEventRow, CaseIdentifierRow, CaseReceipt, Note
from adapters.letter_answers import as_a_whole, came_of, how_ended, how_to_reply, why_unknown
from adapters.letter_endings import decided_item
from adapters.letter_languages import complaint_line_in, remedies_in
from adapters.letter_words import (
    asked,
    day,
    day_ahead,
    how_counted,
    masked_mailbox,
    moment,
)
from adapters.letters import LETTERS, Need
from adapters.links import LIVES
from domain.afterwards import days_of_copy
from domain.consents import course_of
from domain.errors import LetterRefusedError, NotAllowedNowError, UnknownObjectError
from domain.events import Tag
from domain.identity import Doubt
from domain.minor import HOLDER_HAS
from domain.remedies import in_one_line, remedies_for
from domain.rights import NO_IDENTITY_CHECK, Right, at_stake
from domain.triage import Standing


def facts_of(writing: Writing) -> Facts:
    """Every variable of a letter."""
    facts = _every_letter(writing)
    for need in LETTERS[writing.message.letter].needs:
        facts |= _NEEDS[need](writing)
    return facts


def _every_letter(writing: Writing) -> Facts:
    receipt, controller = writing.receipt, writing.datamap.controller
    rights = [Right(right) for right in receipt.rights]
    if writing.message.letter == "refusal" and writing.state.refusal and writing.state.refusal.right:
        rights = [writing.state.refusal.right]  # the others go on
    received = (writing.state.received_at or receipt.received_at).astimezone(writing.zone).date()  # or an earlier copy's
    language = writing.language
    return {
        "reference": receipt.reference,
        "by_post": writing.address is None,
        "reply": how_to_reply(language, by_post=writing.address is None),
        "controller": controller,
        "asked": [asked(right, language) for right in rights],
        "stake": at_stake(rights),
        "received_on": day(received, language),
        "answer_by": day_ahead(writing.promised, writing.now.astimezone(writing.zone).date(), language),
        "counted": how_counted(rights, received, writing.promised, language),
        "complaint_line": in_one_line(receipt.regimes, controller)
        if language == "en"
        else complaint_line_in(language, receipt.regimes, controller),
    }


def _purpose(writing: Writing, address: CaseIdentifierRow) -> CodePurpose:
    return purpose_of_code(writing.state, address.id) if writing.proven else "verify"


def _code(writing: Writing) -> Facts:
    assert writing.address is not None  # ON_PAPER has no letter with a code
    purpose = _purpose(writing, writing.address)
    tries = wrong_tries(writing.session, writing.address.value_index, purpose, writing.now)
    code = issue_code(writing.session, writing.resources.vault, writing.address, purpose, writing.now)
    return {"code": code, "wrong_tries": tries}


def _confirm(writing: Writing) -> Facts:
    # Nothing that the agent typed: it would go out in the controller's name, to an address of their choice (M1).
    by_agent = Doubt.AGENT.value in (writing.receipt.doubts or ())
    if writing.proven and writing.message.letter != "verify_identity":
        return {"by_agent": by_agent, "goes_to": None, "verify_link": None, "link_until": None}
    return {
        "by_agent": by_agent,
        "goes_to": _goes_to(writing),
        "verify_link": writing.link("verify"),
        "link_until": moment(writing.now + LIVES["verify"], writing.zone, writing.language),
    }


def _course(writing: Writing) -> Facts:
    rights = [Right(right) for right in writing.receipt.rights]
    sure = not NO_IDENTITY_CHECK.issuperset(rights)
    return {"course": course_of(rights, writing.receipt.consents or ()), "made_sure": sure}


def _goes_to(writing: Writing) -> str | None:
    """Where the answer goes, if this letter asks about a further address: a stranger has to know whose request it is."""
    delivery = writing.state.delivery_address
    if writing.address is None or delivery in {None, writing.address.id}:
        return None
    row = writing.session.get(CaseIdentifierRow, delivery)
    value = writing.open(row) if row is not None else None
    return masked_mailbox(value) if value else None


def _disown(writing: Writing) -> Facts:
    asked = not writing.proven and not NO_IDENTITY_CHECK.issuperset(map(Right, writing.receipt.rights))
    asked = asked and writing.address is not None
    return {"confirming": asked, "disown_link": writing.link("follow" if writing.proven else "verify")}


def _dispute(writing: Writing) -> Facts:
    return {"dispute_link": writing.link("dispute")}


def _object(writing: Writing) -> Facts:
    until = (writing.now + HOLDER_HAS).astimezone(writing.zone).date()
    return {"object_link": writing.link("object"), "object_until": day(until, writing.language)}


def _authority(writing: Writing) -> Facts:
    """Where the proof is handed in: an agent gets a page for that alone, which says nothing of the person or the case."""
    identifier = writing.state.identifiers.get(writing.address.id) if writing.address else None
    return {"answer_link": writing.link("mandate" if identifier and identifier.agent else "follow")}


def _follow(writing: Writing) -> Facts:
    return {"follow_link": writing.link("follow")}


def _package(writing: Writing) -> Facts:
    # The notice itself begins the thirty days; a reminder falls into those of the notice.
    told, state = writing.message.letter == "package_ready", writing.state
    offered = writing.now if told else state.offered_at or writing.now
    return {
        "collect_link": writing.link("package"),
        **_days(writing, offered, writing.now if told else state.delivered_at or writing.now),
        "link_until": moment(writing.now + LIVES["package"], writing.zone, writing.language),
    }


def _days(writing: Writing, offered: datetime | None, delivered: datetime | None) -> Facts:
    """The days that the pages name too."""
    until, again = days_of_copy(offered, delivered, writing.now, writing.zone) if offered and delivered else (None, None)
    named = {"fetch_until": until, "fetch_again_until": again}
    return {name: day(each, writing.language) if each else None for name, each in named.items()}


def _found(writing: Writing) -> Facts:
    package = writing.state.package
    if package is None:
        raise NotAllowedNowError("Nothing was built yet.", status=writing.state.status.value)
    return {"records": held_in(writing, package), "withheld": withheld_of(writing, package.id), "left_out": skipped(writing)}


def _note(writing: Writing) -> Facts:
    note = writing.session.get(Note, writing.message.note) if writing.message.note else None
    if note is None or note.case_id != writing.receipt.case_id:
        raise UnknownObjectError(note=str(writing.message.note))
    if not note.author.startswith("caseworker:"):
        # What a requester typed would otherwise go out in the controller's name, to an address of their choice (M1).
        raise LetterRefusedError(reason="not_written_by_a_caseworker")
    text = writing.resources.vault.case(note.case_id).open("note", "text", str(note.id), note.text).decode()
    return {"message": [line.strip() for line in text.splitlines() if line.strip()]}


def _outcome(writing: Writing) -> Facts:
    """How the case ended, and of a copy what is not in it and until which days it is there: those of the follow page."""
    state, language = writing.state, writing.language
    given = state.package if state.package and state.package.published else None
    return {
        "outcome": as_a_whole(state.outcome, language),
        "ended": how_ended(state, language),
        "withheld": withheld_of(writing, given.id) if given else None,
        "left_out": skipped(writing) if given else [],
        **_days(writing, state.offered_at if given else None, state.delivered_at),
    }


def _decided(writing: Writing) -> Facts:
    if decided := decided_item(writing.state, writing.message.number):
        return {**came_of(*decided, writing.language), **reach(writing, decided[0])}
    raise NotAllowedNowError("Nothing was decided that this letter could tell.", status=writing.state.status.value)


def _proofs(writing: Writing) -> Facts:
    """What was in the mail that opened the case and nobody had asked for: destroyed at once, or looked at until a day."""
    opened = (IncomingMail.case_id == writing.receipt.case_id, IncomingMail.standing == Standing.OPENED.value)
    mail = writing.session.exec(select(IncomingMail).where(*opened)).first()
    due = mail.documents_due if mail else None
    return {
        "proofs_gone": bool(mail and mail.documents),
        "proofs_until": day(due.astimezone(writing.zone).date(), writing.language) if due else None,
    }


def _reason(writing: Writing) -> Facts:
    return {"reason": why_unknown(writing.state, writing.language, proven=writing.proven)}


def _routes(writing: Writing) -> Facts:
    regimes, controller = writing.receipt.regimes, writing.datamap.controller
    if writing.language == "en":
        return {"routes": remedies_for(regimes, controller)}
    return {"routes": remedies_in(writing.language, regimes, controller)}


def _merged(writing: Writing) -> Facts:
    merged = select(CaseEventRow).where(
        CaseEventRow.case_id == writing.receipt.case_id, CaseEventRow.tag == Tag.REQUEST_MERGED.value
    )
    event = writing.session.exec(merged.order_by(col(CaseEventRow.sequence).desc())).first()
    # Somebody who never showed that the address is theirs is told of no other case (I10).
    known = event is not None and writing.proven
    kept = writing.session.get(CaseReceipt, UUID(str(event.facts["into"]))) if event and known else None
    return {"merged_into": kept.reference if kept else None}


_NEEDS: dict[Need, Callable[[Writing], Facts]] = {
    "authority": _authority,
    "code": _code,
    "confirm": _confirm,
    "consents": consents,
    "course": _course,
    "decided": _decided,
    "disown": _disown,
    "dispute": _dispute,
    "erased": letter_erasure.erased,
    "extended": extended,
    "finding": finding,
    "follow": _follow,
    "found": _found,
    "further_routes": further_routes,
    "merged": _merged,
    "note": _note,
    "object": _object,
    "outcome": _outcome,
    "package": _package,
    "part": part,
    "proofs": _proofs,
    "reason": _reason,
    "refusing": refusing,
    "restriction": restriction,
    "rest": letter_erasure.rest,
    "routes": _routes,
    "searched": searched,
    "since": since,
    "stop": letter_erasure.stop,
    "transfers": transfers,
}
