"""What a letter says about its case: each need of `adapters/letters.py` answered from the record (Articles 12(1), 12(4)).

Links and codes are made here, in the transaction that writes the letter which carries them; their tokens stand nowhere else.
Next: `adapters/letters.py`
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from adapters.codes import CodePurpose, issue_code, wrong_tries
from adapters.database.clocks import promised, seat_of
from adapters.database.tables import CaseEventRow, CaseIdentifierRow, CaseReceipt, CaseRecord, ItemDecision, Note
from adapters.letter_endings import as_a_whole, decided_by, heard_by_all, how_ended
from adapters.letter_words import (
    ASKED,
    EXTENDED,
    Withheld,
    count,
    day,
    day_ahead,
    how_counted,
    masked,
    moment,
    withheld,
)
from adapters.letters import LETTERS, Need
from adapters.links import LIVES, LinkPurpose, make_link
from adapters.resources import Resources
from domain.case import CaseState
from domain.errors import LetterRefusedError, NotAllowedNowError, UnknownObjectError
from domain.events import Tag
from domain.messages import SendLetter
from domain.regimes import zone_of
from domain.remedies import in_one_line, remedies_for
from domain.rights import NO_IDENTITY_CHECK, Right

# What says whether anything is held goes to an address whose owner is known, and nowhere else (I8, I10).
PROVEN_ONLY = frozenset({"package_ready", "package_reminder", "nothing_held", "refusal", "right_decided"})
_PAGES: dict[LinkPurpose, str] = {"verify": "verify", "follow": "follow", "package": "collect"}
Facts = dict[str, object]


@dataclass(frozen=True)
class Writing:
    """A letter that is being written, inside the transaction that will hold it.

    Args:
        state: of the record; an empty one before the case has been recorded.
        address: where the letter goes.
        now: UTC; the letter's date.
    """

    resources: Resources
    session: Session
    message: SendLetter
    receipt: CaseReceipt
    state: CaseState
    address: CaseIdentifierRow
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The controller's own zone, in which letters name days and hours."""
        return ZoneInfo(zone_of(self.resources.datamap.controller.country) or "UTC")

    @property
    def proven(self) -> bool:
        """Whether the address is one that somebody has shown to be theirs."""
        identifier = self.state.identifiers.get(self.address.id)
        if identifier is None:  # not recorded yet
            return self.receipt.asserted_identifier == self.address.id
        return identifier.standing == "proven"

    def link(self, purpose: LinkPurpose) -> str:
        """A new link of the case, as an address to open."""
        token = make_link(self.session, self.receipt.case_id, purpose, self.address.id, self.now)
        return f"{self.resources.settings.public_url.rstrip('/')}/{_PAGES[purpose]}/{token}"

    def open(self, row: CaseIdentifierRow) -> str:
        """The value behind an identifier of the case; empty once it has been destroyed."""
        vault = self.resources.vault.case(self.receipt.case_id)
        return vault.open("case_identifier", "value", str(row.id), row.value).decode() if row.value else ""


def begin(resources: Resources, session: Session, message: SendLetter, now: datetime) -> Writing:
    """Find the case of a letter, and the address that it goes to.

    Raises:
        UnknownObjectError: no such case, or no such address in it.
        LetterRefusedError: the case has no e-mail address, or one that this letter must not go to. Facts: reason.
    """
    receipt = session.get(CaseReceipt, message.case_id)
    if receipt is None:
        raise UnknownObjectError(case_id=str(message.case_id))
    record = session.get(CaseRecord, message.case_id)
    state = CaseState.model_validate(record.state) if record else CaseState(case_id=message.case_id)
    address = _address(session, message, state)
    writing = Writing(resources, session, message, receipt, state, address, now)
    known = message.letter in PROVEN_ONLY and not heard_by_all(message.letter, message.number, state)
    if known and not (writing.proven and address.id == state.delivery_address):
        raise LetterRefusedError(reason="address_not_proven")
    return writing


def facts_of(writing: Writing) -> Facts:
    """Every variable of a letter."""
    facts = _every_letter(writing)
    for need in LETTERS[writing.message.letter].needs:
        facts |= _NEEDS[need](writing)
    return facts


def _address(session: Session, message: SendLetter, state: CaseState) -> CaseIdentifierRow:
    wanted = message.identifier or state.delivery_address
    if wanted is None:
        first = (
            select(CaseIdentifierRow)
            .where(CaseIdentifierRow.case_id == message.case_id, CaseIdentifierRow.kind == "email")
            .order_by(col(CaseIdentifierRow.added_at), col(CaseIdentifierRow.id))
        )
        address = session.exec(first).first()
    else:
        address = session.get(CaseIdentifierRow, wanted)
        if address is None or address.case_id != message.case_id:
            raise UnknownObjectError(identifier=str(wanted))
    if address is None or address.kind != "email" or address.value is None:
        raise LetterRefusedError(reason="no_address")
    return address


def _every_letter(writing: Writing) -> Facts:
    receipt, controller = writing.receipt, writing.resources.datamap.controller
    rights = [Right(right) for right in receipt.rights]
    if writing.message.letter == "refusal" and writing.state.refusal and writing.state.refusal.right:
        rights = [writing.state.refusal.right]  # the others go on
    received = receipt.received_at.astimezone(writing.zone).date()
    return {
        "reference": receipt.reference,
        "controller": controller,
        "asked": [ASKED[right] for right in rights],
        "received_on": day(received),
        # The date of the first clock is the one that is promised, whatever moves later (practice.md 3.5).
        "answer_by": day_ahead(receipt.safe_due, writing.now.astimezone(writing.zone).date()),
        "counted": how_counted(rights, received, receipt.safe_due),
        "complaint_line": in_one_line(receipt.regimes, controller),
    }


def _purpose(writing: Writing) -> CodePurpose:
    package = writing.state.package
    if not writing.proven:
        return "verify"
    if package is not None and package.published and writing.address.id == writing.state.delivery_address:
        return "open_package"
    raise NotAllowedNowError("This address needs no code now.", status=writing.state.status.value)


def _code(writing: Writing) -> Facts:
    purpose = _purpose(writing)
    tries = wrong_tries(writing.session, writing.address.value_index, purpose, writing.now)
    code = issue_code(writing.session, writing.resources.vault, writing.address, purpose, writing.now)
    return {"code": code, "wrong_tries": tries}


def _confirm(writing: Writing) -> Facts:
    if writing.proven and writing.message.letter != "verify_identity":
        return {"verify_link": None, "link_until": None}
    return {"verify_link": writing.link("verify"), "link_until": moment(writing.now + LIVES["verify"], writing.zone)}


def _disown(writing: Writing) -> Facts:
    asked = not writing.proven and not NO_IDENTITY_CHECK.issuperset(map(Right, writing.receipt.rights))
    return {"confirming": asked, "disown_link": writing.link("follow" if writing.proven else "verify")}


def _follow(writing: Writing) -> Facts:
    return {"follow_link": writing.link("follow")}


def _package(writing: Writing) -> Facts:
    return {"collect_link": writing.link("package"), "link_until": moment(writing.now + LIVES["package"], writing.zone)}


def _found(writing: Writing) -> Facts:
    package = writing.state.package
    if package is None:
        raise NotAllowedNowError("Nothing was built yet.", status=writing.state.status.value)
    titles = {system.name: system.title for system in writing.resources.datamap.systems}
    skipped = [name for name, system in writing.state.systems.items() if system.state == "skipped"]
    return {
        "records": count(package.records, "record"),
        "withheld": _withheld(writing, package.revision),
        "left_out": [titles.get(name, name) for name in skipped],
    }


def _withheld(writing: Writing, revision: int) -> Withheld | None:
    rows = writing.session.exec(
        select(ItemDecision)
        .where(ItemDecision.case_id == writing.receipt.case_id, ItemDecision.revision <= revision)
        .order_by(col(ItemDecision.revision)),
    ).all()
    newest = {row.item: row for row in rows}
    return withheld(row.basis for row in newest.values() if row.decision != "include")


def _searched(writing: Writing) -> Facts:
    done = [system.searched_at for system in writing.state.systems.values() if system.searched_at]
    keys = select(CaseIdentifierRow).where(col(CaseIdentifierRow.id).in_(writing.state.searched_keys))
    rows = sorted(writing.session.exec(keys).all(), key=lambda row: row.added_at)
    return {
        "systems": "all our systems" if len(done) == len(writing.state.systems) else count(len(done), "system"),
        "searched_on": day(max(done, default=writing.now).astimezone(writing.zone).date()),
        "searched_with": [masked(row.kind, value) for row in rows if (value := writing.open(row))],
    }


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
    return {"outcome": as_a_whole(writing.state.outcome), "ended": how_ended(writing.state)}


def _decided(writing: Writing) -> Facts:
    if facts := decided_by(writing.state, writing.message.number):
        return {**facts}
    raise NotAllowedNowError("Nothing was decided that this letter could tell.", status=writing.state.status.value)


def _reason(writing: Writing) -> Facts:
    if not writing.proven:
        return {"reason": "Nobody confirmed this address with the code or the link that we sent."}
    if writing.state.more_identity_asked:
        return {"reason": "We asked for one more thing to be certain, and what we have is not enough."}
    return {"reason": "What we have does not show with enough certainty who asked."}


def _routes(writing: Writing) -> Facts:
    return {"routes": remedies_for(writing.receipt.regimes, writing.resources.datamap.controller)}


def _extended(writing: Writing) -> Facts:
    receipt = writing.receipt
    decided = select(CaseEventRow).where(
        CaseEventRow.case_id == receipt.case_id,
        CaseEventRow.tag == Tag.EXTENSION_DECIDED.value,
        CaseEventRow.sequence == writing.message.number,
    )
    event = writing.session.exec(decided).first()
    if event is None:
        raise NotAllowedNowError("Nobody decided to extend.", status=writing.state.status.value)
    seat = seat_of(writing.resources.datamap.controller)
    new_date = promised(receipt.received_at, receipt.regimes, receipt.rights, extended=True, seat=seat)
    today = writing.now.astimezone(writing.zone).date()
    return {"ground": EXTENDED[str(event.facts["ground"])], "new_date": day_ahead(new_date, today)}


def _merged(writing: Writing) -> Facts:
    merged = select(CaseEventRow).where(
        CaseEventRow.case_id == writing.receipt.case_id, CaseEventRow.tag == Tag.REQUEST_MERGED.value
    )
    event = writing.session.exec(merged.order_by(col(CaseEventRow.sequence).desc())).first()
    kept = writing.session.get(CaseReceipt, UUID(str(event.facts["into"]))) if event else None
    return {"merged_into": kept.reference if kept else None}


_NEEDS: dict[Need, Callable[[Writing], Facts]] = {
    "code": _code,
    "confirm": _confirm,
    "decided": _decided,
    "disown": _disown,
    "extended": _extended,
    "follow": _follow,
    "found": _found,
    "merged": _merged,
    "note": _note,
    "outcome": _outcome,
    "package": _package,
    "reason": _reason,
    "routes": _routes,
    "searched": _searched,
}
