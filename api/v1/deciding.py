"""`set_item_decision`: append-only rows with a revision, not updates, since a case may have 50,000 items (mechanics 2.3).

Only while the case is in review; `prepare_package` freezes a revision and builds, and the transaction that records an
approval looks at the newest one and at the authors. Next: api/v1/deciding_many.py
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from adapters.collected import Item
from adapters.database import item_decisions
from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing
from adapters.database.tables import CaseRecord, CommandRow
from adapters.documents.shapes import is_pdf, is_picture
from adapters.found_by_hand import everything_found
from adapters.requester import Requester
from adapters.resources import Resources
from api.v1.desk_bodies import ActionBody, SetItemDecisionBody
from api.v1.item_checks import check_about_them, check_doubtful, check_fields, check_own_words
from api.v1.models import ItemDecided
from api.v1.preparation import Deed, write_note
from domain.errors import (
    ChangedMeanwhileError,
    IdempotencyMismatchError,
    InvalidInputError,
    NotAllowedNowError,
    WithLegalError,
)
from domain.item_rules import Parts
from domain.redaction import Span
from domain.rights import Status
from domain.withholding import Basis, ItemChoice, check_decision


@dataclass(frozen=True)
class Wanted:
    """A row that is to be appended.

    Args:
        item: an item, or a scope.
        reason: in the clear; sealed as a note.
        covered: how many items it is about, for the answer.
        check: looks once more in the transaction that appends it, and raises if it cannot stand by now.
    """

    item: str
    choice: ItemChoice
    basis: Basis | None
    reason: str | None
    parts: Parts
    covered: int = 1
    check: Callable[[Session], None] = lambda _session: None


def decide_item(deed: Deed) -> ItemDecided:
    """Record what is decided of one item.

    Raises:
        InvalidInputError: no basis, no parts, or no such item. NotAllowedNowError: the case is not in review.
        IdempotencyMismatchError: the key came with another body before.
    """
    return record(deed, _wanted)


def record(deed: Deed, prepare: Callable[[Deed, ActionBody], Wanted]) -> ItemDecided:
    """Check a decision and append it, once per command.

    Args:
        deed: as it was sent.
        prepare: makes the row of the body, and refuses what cannot stand.
    """
    with deed.resources.database.read() as session:
        before = _before(session, deed)
    if before is not None:
        return before
    if deed.view.state.status is not Status.IN_REVIEW:
        raise NotAllowedNowError
    wanted = prepare(deed, deed.body)
    try:
        return _recorded(deed, wanted)
    except IntegrityError:
        return _recorded(deed, wanted)  # two of the same at once on PostgreSQL: the other one is there now


def laws_of(deed: Deed) -> frozenset[str]:
    """`UK`, `EU` or both."""
    return frozenset(regime.partition("-")[0] for regime in deed.view.receipt.regimes)


def requester_of(deed: Deed) -> Requester:
    """Who asks."""
    with deed.resources.database.read() as session:
        vault = deed.resources.vault.case(deed.case_id)
        return Requester.read(session, vault, deed.view.receipt, deed.view.state)


def _wanted(deed: Deed, body: ActionBody) -> Wanted:
    assert isinstance(body, SetItemDecisionBody)
    check_decision(body.decision, body.basis, laws=laws_of(deed), reason=bool(body.reason), parts=bool(body.spans))
    if body.decision is ItemChoice.WITH_LEGAL:
        raise InvalidInputError("Say who was advised, by whom and what for: `refer_to_legal`.", field="decision")
    item = found_item(deed, body.item, body.position)
    if item.doubtful:
        check_doubtful(item, body)
    requester = requester_of(deed)
    check_about_them(requester, body.decision, body.basis, item, body.spans)
    extract = body.decision is ItemChoice.EXTRACT  # names what is given, and apart from that what is covered in it
    if body.covers and not extract:
        raise InvalidInputError(
            "Only an extract has parts that are covered in it; of a redaction they are its parts.", field="covers"
        )
    if body.basis is Basis.THIRD_PARTY:
        check_own_words(requester, [span.words for span in (body.covers if extract else body.spans) if span.words], "spans")
    check_fields([*body.spans, *body.covers], item)
    check_drawn(deed, [*body.spans, *body.covers], body.decision, item)
    parts = Parts(spans=tuple(body.spans), covers=tuple(body.covers), looked=body.looked and item.file is not None)
    check = unchanged(deed, item, body.seen)
    return Wanted(body.item, body.decision, body.basis, body.reason, parts, check=check)


def unchanged(deed: Deed, item: Item, seen: int | None, *, by_legal: bool = False) -> Callable[[Session], None]:
    """A look at what stands of an item in the very transaction that decides about it.

    Args:
        deed: as it was sent.
        item: that it is about.
        seen: the revision that stood when it was looked at; None: nobody says.
        by_legal: a legal reviewer decides, of an item that was given to them; anybody else of any other.
    """
    vault = deed.resources.vault.case(deed.case_id)

    def check(session: Session) -> None:
        standing = Standing.read(session, vault, only=[item.id])
        if (item.id in standing.legal) != by_legal:
            raise WithLegalError if not by_legal else InvalidInputError("This item is not with legal.", field="item")
        stands = standing.items.get(item.id) if item.doubtful else standing.of(item.id, item.row)
        if seen is not None and seen != (stands.revision if stands else 0):
            raise ChangedMeanwhileError

    return check


def check_drawn(deed: Deed, spans: list[Span], choice: ItemChoice, item: Item) -> None:
    """Refuse areas of what is drawn on no page.

    Raises:
        InvalidInputError: the item is no picture and no PDF, or an extract would be of a picture.
    """
    if not any(span.drawn for span in spans):
        return
    if choice is ItemChoice.EXTRACT:
        raise InvalidInputError("An extract is of words; an area can be covered.", field="spans")
    head = b""
    if item.file is not None:
        with deed.resources.blobs.read(deed.resources.vault.case(deed.case_id), item.file.ref) as reader:
            head = next(iter(reader), b"")
    if not is_pdf(head) and not is_picture(head):
        raise InvalidInputError("Only a picture or a page of a PDF has areas, and this item is neither.", field="spans")


def found_item(deed: Deed, item_id: str, position: int | None) -> Item:
    """The item that the body of a deed names; see `item_of`."""
    return item_of(deed.resources, deed.view, item_id, position)


def item_of(resources: Resources, view: CaseView, item_id: str, position: int | None) -> Item:
    """The item that a body names.

    Raises:
        InvalidInputError: the last search found none.
    """
    # Withholding something that is not there would look like protection and be none. Ids are keyed hashes without an index,
    # so the collection is read from where the list showed the item, and otherwise whole: half a second for 50,000 rows.
    system, collection, _ = item_id.split(".")
    collected = everything_found(resources, view.state, view.state.run)
    named = [one for one in collected.collections if (one.system, one.name) == (system, collection)]
    if position is not None:
        near = (item for one in named if position < one.rows for item in one.items(position))
        if (item := next(near, None)) is not None and item.id == item_id:
            return item
    every = (item for one in named for item in itertools.chain(one.items(), one.doubtful_items()))
    found = next((item for item in every if item.id == item_id), None)
    if found is None:
        raise InvalidInputError("The last search found no such item.", field="item")
    return found


def _before(session: Session, deed: Deed) -> ItemDecided | None:
    row = session.get(CommandRow, deed.command_id)
    if row is None:
        return None
    if (row.case_id, row.body_hash) != (deed.case_id, deed.body_hash):
        raise IdempotencyMismatchError
    return ItemDecided.model_validate(row.payload)


def _recorded(deed: Deed, wanted: Wanted) -> ItemDecided:
    with deed.resources.database.write() as session:
        if before := _before(session, deed):
            return before
        # Locked, so that no approval is recorded between this look and the row.
        record = session.get(CaseRecord, deed.case_id, with_for_update=True)
        if record is None or record.status != Status.IN_REVIEW.value:
            raise NotAllowedNowError
        wanted.check(session)
        decided = ItemDecided(
            item=wanted.item,
            decision=wanted.choice,
            basis=wanted.basis,
            revision=_appended(session, deed, wanted),
            covered=wanted.covered,
        )
        session.add(
            CommandRow(
                id=deed.command_id,
                case_id=deed.case_id,
                action=deed.action.value,
                body_hash=deed.body_hash,
                payload=decided.model_dump(mode="json"),
                created_at=deed.now,
            ),
        )
        session.flush()
        return decided


def _appended(session: Session, deed: Deed, wanted: Wanted) -> int:
    return item_decisions.decide(
        session,
        deed.resources.vault.case(deed.case_id),
        wanted.item,
        wanted.choice,
        basis=wanted.basis.value if wanted.basis else None,
        reason=write_note(session, deed, wanted.reason) if wanted.reason else None,
        parts=wanted.parts,
        author=deed.caller.person,
        at=deed.now,
    )
