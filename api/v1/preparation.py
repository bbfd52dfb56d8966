"""Turns an action's body into the command that travels: words are sealed first, and only their ids leave (design principle 3).

All rows that a command needs are written in one transaction with the command itself, so a repetition under the same
Idempotency-Key finds the command and writes none of them again. Rows of a command that was refused are swept after a day.
Next: api/cases.py
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from adapters import notes
from adapters.archives.store import Archives
from adapters.attempts import purpose_of_code
from adapters.codes import check_code_may_be_sent
from adapters.database.case_reader import CaseView
from adapters.database.identifiers import add_new, identifier_row
from adapters.database.item_decisions import newest_revision
from adapters.database.tables import CaseIdentifierRow, CommandRow, UploadedFile
from adapters.evidence import evidence_row
from adapters.found_by_hand import refuse_unscanned_files
from adapters.links import record_attempt
from adapters.quotas import refuse_one_proof_more, refuse_too_much_by_hand
from adapters.rates import mailbox_flooded
from adapters.resources import Resources
from api.alone import announcement, refuse_alone, tell_alone
from api.brake import Approval, let_through
from api.errors import MAILBOX_FULL, RateLimitedError
from api.security import Caller
from api.uploads import UploadedPart
from api.v1.bodies import SHAPES
from api.v1.correcting import check_correctable, reaches
from api.v1.desk_bodies import ActionBody
from api.v1.joining import check_goes_on, other_case, proof_of_one_person
from domain.authority import Action
from domain.case_parts import REACHED_BY
from domain.commands import Command
from domain.datamap import LawfulBasis
from domain.errors import IdempotencyMismatchError, InvalidInputError, UnknownObjectError
from domain.identity_decisions import could_be_shown
from domain.messages import CommandCall
from domain.rights import Role
from domain.work_decisions import SAFEGUARD

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


@dataclass(frozen=True)
class Deed:
    """One action as it was sent.

    Args:
        command_id: the update's id.
        body_hash: keyed; another one under the same id is refused.
        files: sealed already.
        now: UTC.
    """

    resources: Resources
    caller: Caller
    view: CaseView
    action: Action
    body: ActionBody
    command_id: str
    body_hash: str
    files: tuple[UploadedPart, ...]
    now: datetime

    @property
    def case_id(self) -> UUID:
        return self.view.receipt.case_id

    @cached_property
    def given(self) -> dict[str, Any]:
        """The body's fields."""
        return self.body.model_dump()


def hand_in(deed: Deed) -> tuple[CommandCall, bool]:
    """Write a command down with all it needs, or find it; says whether it is new.

    Raises:
        IdempotencyMismatchError: the id came with another body or for another case before.
        ReleaseHeldError: the release brake holds it. NotAllowedNowError: a file waits to be scanned.
        Others: the body names what is not there.
    """
    refuse_alone(deed.resources, deed.caller, deed.action, deed.view.state)
    approval = Approval(deed.caller, deed.case_id, deed.action, deed.command_id, deed.now, str(deed.given.get("sha256", "")))
    if deed.action is Action.APPROVE_PACKAGE:
        refuse_unscanned_files(deed.resources, deed.view.state)
    let_through(deed.resources, approval, deed.view.state, deed.given)
    try:
        return _written(deed)
    except IntegrityError:
        return _written(deed)  # two of the same at once on PostgreSQL: the other one is there now


def _written(deed: Deed) -> tuple[CommandCall, bool]:
    with deed.resources.database.write() as session:
        row = session.get(CommandRow, deed.command_id)
        if row is not None:
            if (row.case_id, row.action, row.body_hash) != (deed.case_id, deed.action.value, deed.body_hash):
                raise IdempotencyMismatchError
            return _call(deed, row.payload), False
        payload = _facts(session, deed) | {"action": deed.action.value, "actor": deed.caller.actor.model_dump(mode="json")}
        call = _call(deed, payload)
        session.add(
            CommandRow(
                id=deed.command_id,
                case_id=deed.case_id,
                action=deed.action.value,
                body_hash=deed.body_hash,
                payload=call.command.model_dump(mode="json"),
                created_at=deed.now,
            ),
        )
        tell_alone(session, deed.action, deed.caller, deed.view.state, deed.given, deed.now)
        session.flush()
        return call, True


def _call(deed: Deed, payload: dict[str, Any]) -> CommandCall:
    # The role is the one of this moment also when the command is repeated.
    command = _COMMAND.validate_python(payload).model_copy(update={"actor": deed.caller.actor})
    return CommandCall(command_id=deed.command_id, command=command)


def write_note(session: Session, deed: Deed, text: str) -> UUID:
    """Seal words that somebody wrote; gives back the id that travels."""
    author = deed.caller.person
    return notes.write_note(session, deed.resources.vault, deed.case_id, author=author, text=text, now=deed.now)


def _facts(session: Session, deed: Deed) -> dict[str, Any]:
    """The command's own fields: the body's, with rows in the place of words, codes and files."""
    shape = SHAPES[deed.action]
    special = _SPECIAL.get(deed.action)
    words = deed.given[shape.words] if shape.words else None
    facts = special(session, deed) if special else {name: value for name, value in deed.given.items() if name != shape.words}
    return facts | ({"note": write_note(session, deed, words)} if words else {})


def _request_code(session: Session, deed: Deed) -> dict[str, Any]:
    state = deed.view.state
    identifier = deed.given["identifier"] or state.delivery_address
    row = session.get(CaseIdentifierRow, identifier) if identifier else None
    if row is None or row.case_id != deed.case_id or row.kind != "email":
        raise InvalidInputError("There is no such address in this case.", field="identifier")
    check_code_may_be_sent(session, row, purpose_of_code(state, row.id), deed.now)
    return {"identifier": row.id}


def _confirm_code(session: Session, deed: Deed) -> dict[str, Any]:
    code = deed.given["code"]
    return {"attempt": record_attempt(session, deed.resources.vault, deed.case_id, "verify", code=code, now=deed.now)}


def _evidence(session: Session, deed: Deed) -> dict[str, Any]:
    if len(deed.files) != 1:
        raise InvalidInputError("Send one photograph or PDF as multipart, in a part named `files`.", field="files")
    (file,) = deed.files
    refuse_one_proof_more(session, deed.case_id)
    row = evidence_row(deed.case_id, file.ref, file.media_type, file.malware, deed.now)
    session.add(row)
    return {"evidence": row.id}


def _add_identifier(session: Session, deed: Deed) -> dict[str, Any]:
    kind, value = deed.given["kind"], deed.given["value"]
    if kind not in REACHED_BY | deed.resources.datamap.identity_kinds:
        raise InvalidInputError("The data map knows no identifier of this kind.", field="kind")
    if kind == "email" and deed.caller.role is Role.PLATFORM and mailbox_flooded(session, deed.resources.vault, value, deed.now):
        raise RateLimitedError(MAILBOX_FULL)
    row = identifier_row(deed.resources.vault, deed.case_id, kind, value, added_by=deed.caller.person, now=deed.now)
    add_new(session, row, deed.view.state.identifiers)
    return {"identifier": row.id, "kind": kind}


def _complete_work_item(session: Session, deed: Deed) -> dict[str, Any]:
    given = {name: value for name, value in deed.given.items() if name != "note"}
    item = deed.view.state.work_items.get(given["work_item"])
    if item is None:
        raise InvalidInputError("This task is none of this case, or not any more.", field="work_item")
    if given["posted_on"] is not None and given["posted_on"] > deed.now.date() + timedelta(days=1):  # ahead of us by a zone
        raise InvalidInputError("A letter went on a day that has been.", field="posted_on")
    if deed.files and ((item.system is None and item.kind != SAFEGUARD) or given["result"] != "found"):
        raise InvalidInputError("Files come with the result `found` of a system.", field="files")
    refuse_too_much_by_hand(session, deed.case_id, [file.ref for file in deed.files])
    vault = deed.resources.vault.case(deed.case_id)
    for file in deed.files:
        row = UploadedFile(
            case_id=deed.case_id,
            work_item=given["work_item"],
            system=item.system or "",
            name=b"",
            media_type=file.media_type,
            blob=file.ref.model_dump(mode="json"),
            malware=file.malware,
            uploaded_by=deed.caller.person,
            uploaded_at=deed.now,
        )
        row.name = vault.seal("uploaded_file", "name", str(row.id), file.name.encode())
        session.add(row)
    return given | {"files": len(deed.files)}


def _prepare_package(session: Session, deed: Deed) -> dict[str, Any]:
    newest = newest_revision(session, deed.case_id)
    wanted = deed.given["revision"]
    # A package of a revision that is still to come would take decisions for included that were made after it was built.
    if wanted is not None and not 0 <= wanted <= newest:
        raise InvalidInputError("There is no such revision of item decisions.", field="revision", newest=newest)
    return {"revision": newest if wanted is None else wanted}


def _merge_duplicate(session: Session, deed: Deed) -> dict[str, Any]:
    kept = other_case(deed.resources, deed.caller, deed.given["into"], "into")
    check_goes_on(deed.view, kept)
    return {"into": kept.receipt.case_id, "same": proof_of_one_person(session, deed.view, kept)}


def _link_complaint(_session: Session, deed: Deed) -> dict[str, Any]:
    return {"about": other_case(deed.resources, deed.caller, deed.given["about"], "about").receipt.case_id}


def _propose_rectification(session: Session, deed: Deed) -> dict[str, Any]:
    changes = deed.given["changes"]
    for each in changes:
        check_correctable(deed.resources.datamap, each)
    places = [f"{each['system']}.{each['collection']}.{each['field']}" for each in changes]
    if len(set(places)) < len(places):
        raise InvalidInputError("A field is named twice. Correct it once, then again if it has to be.", field="changes")
    content = json.dumps(changes, ensure_ascii=False, sort_keys=True)
    sha256 = deed.resources.vault.case(deed.case_id).receipt_mac("rectification", content)
    facts = {
        "sha256": sha256,
        "places": places,
        "right": deed.given["right"],
        "contact": any(reaches(deed.resources.datamap, each) for each in changes),
    }
    return facts | {"changes": write_note(session, deed, content)}


def _mark_disputed(session: Session, deed: Deed) -> dict[str, Any]:
    try:
        deed.resources.datamap.collection(deed.given["system"], deed.given["collection"])
    except UnknownObjectError:
        raise InvalidInputError("The data map has no such collection.", field="collection") from None
    return {name: deed.given[name] for name in ("system", "collection")} | _words_for_the_person(session, deed)


def _purposes(_session: Session, deed: Deed) -> dict[str, Any]:
    known = {purpose.id: purpose.lawful_basis for purpose in deed.resources.datamap.purposes}
    wanted = deed.given["purposes"]
    if not known.keys() >= {*wanted}:
        raise InvalidInputError("The data map has no such purpose.", field="purposes", known=sorted(known))
    if deed.action is Action.WITHDRAW_CONSENT and any(known[name] is not LawfulBasis.CONSENT for name in wanted):
        raise InvalidInputError("This purpose does not rest on consent.", field="purposes")
    if deed.action is Action.RESTRICT_PROCESSING and any(known[name] is LawfulBasis.CONSENT for name in wanted):
        raise InvalidInputError("This purpose rests on consent, which is withdrawn and not objected to.", field="purposes")
    return {name: value for name, value in deed.given.items() if name != "reason"}


def _words_for_the_person(session: Session, deed: Deed) -> dict[str, Any]:
    return {"text": write_note(session, deed, deed.given["text"])}


def _propose_refusal(session: Session, deed: Deed) -> dict[str, Any]:
    # The words for the person are a note apart from the internal reason.
    return {"ground": deed.given["ground"], "right": deed.given["right"], "text": write_note(session, deed, deed.given["text"])}


_SPECIAL = {
    Action.REQUEST_CODE: _request_code,
    Action.CONFIRM_IDENTITY_CODE: _confirm_code,
    Action.CONFIRM_IDENTITY: lambda _, deed: {"factors": could_be_shown(deed.view.state, deed.given["factors"])},
    Action.SUBMIT_IDENTITY_EVIDENCE: _evidence,
    Action.ADD_IDENTIFIER: _add_identifier,
    Action.NAME_ACCOUNT: _add_identifier,
    Action.COMPLETE_WORK_ITEM: _complete_work_item,
    Action.SEARCH_ARCHIVE: lambda _, deed: deed.given | {"scope": Archives(deed.resources, deed.case_id).revision(**deed.given)},
    Action.PREPARE_PACKAGE: _prepare_package,
    Action.MERGE_DUPLICATE: _merge_duplicate,
    Action.PROPOSE_REFUSAL: _propose_refusal,
    Action.LINK_COMPLAINT: _link_complaint,
    Action.DECIDE_COMPLAINT: lambda session, deed: {"finding": deed.given["finding"]} | _words_for_the_person(session, deed),
    Action.ANNOUNCE_ALONE: lambda session, deed: announcement(session, deed.resources, deed.caller, deed.case_id, deed.given),
    Action.PROPOSE_RECTIFICATION: _propose_rectification,
    Action.MARK_DISPUTED: _mark_disputed,
    Action.RESTRICT_PROCESSING: _purposes,
    Action.WITHDRAW_CONSENT: _purposes,
    Action.ANNOUNCE_LIFTING: _words_for_the_person,
}
