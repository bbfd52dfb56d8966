"""`set_item_decision`: append-only rows with a revision, not updates, since a case may have 50,000 items (mechanics 2.3).

Only while the case is in review; `prepare_package` freezes a revision and builds, and the transaction that records an
approval looks at the newest one and at the authors. Next: adapters/database/item_decisions.py
"""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from adapters.collected import Collected
from adapters.database import item_decisions
from adapters.database.tables import CaseRecord, CommandRow
from api.v1.bodies import SetItemDecisionBody
from api.v1.models import ItemDecided
from api.v1.preparation import Deed, write_note
from domain.errors import IdempotencyMismatchError, InvalidInputError, NotAllowedNowError
from domain.rights import Status
from domain.withholding import ItemChoice


def decide_item(deed: Deed) -> ItemDecided:
    """Record what is decided of one item.

    Raises:
        InvalidInputError: no basis, a redaction, or no such item. NotAllowedNowError: the case is not in review.
        IdempotencyMismatchError: the key came with another body before.
    """
    body = deed.body
    assert isinstance(body, SetItemDecisionBody)
    _check(body)
    with deed.resources.database.read() as session:
        before = _revision_before(session, deed)
    if before is not None:
        return _decided(body, before)
    if deed.view.state.status is not Status.IN_REVIEW:
        raise NotAllowedNowError
    if not _was_found(deed, body.item):
        raise InvalidInputError("The last search found no such item.", field="item")
    try:
        revision = _recorded(deed, body)
    except IntegrityError:
        revision = _recorded(deed, body)  # two of the same at once on PostgreSQL: the other one is there now
    return _decided(body, revision)


def _decided(body: SetItemDecisionBody, revision: int) -> ItemDecided:
    return ItemDecided(item=body.item, decision=body.decision, basis=body.basis, revision=revision)


def _revision_before(session: Session, deed: Deed) -> int | None:
    row = session.get(CommandRow, deed.command_id)
    if row is None:
        return None
    if (row.case_id, row.body_hash) != (deed.case_id, deed.body_hash):
        raise IdempotencyMismatchError
    return int(row.payload["revision"])


def _check(body: SetItemDecisionBody) -> None:
    if body.decision is ItemChoice.REDACT or body.spans:
        raise InvalidInputError(
            "Redaction comes with the review desk. Until then an item is included or withheld whole.", field="decision"
        )
    if body.decision is ItemChoice.WITHHOLD and body.basis is None:
        raise InvalidInputError("Withholding needs a basis in law.", field="basis")
    if body.decision is ItemChoice.INCLUDE and body.basis is not None:
        raise InvalidInputError("An item that is included has no basis for withholding it.", field="basis")


def _was_found(deed: Deed, item: str) -> bool:
    # Withholding something that is not there would look like protection and be none. Ids are keyed hashes without an index,
    # so the one collection that the id names is read: half a second for 50,000 rows.
    system, collection, _ = item.split(".")
    collected = Collected.open(deed.resources, deed.case_id, deed.view.state.run)
    named = [one for one in collected.collections if (one.system, one.name) == (system, collection)]
    return any(found.id == item for one in named for found in one.items())


def _recorded(deed: Deed, body: SetItemDecisionBody) -> int:
    with deed.resources.database.write() as session:
        before = _revision_before(session, deed)
        if before is not None:
            return before
        # Locked, so that no approval is recorded between this look and the row.
        record = session.get(CaseRecord, deed.case_id, with_for_update=True)
        if record is None or record.status != Status.IN_REVIEW.value:
            raise NotAllowedNowError
        revision = _appended(session, deed, body)
        session.add(
            CommandRow(
                id=deed.command_id,
                case_id=deed.case_id,
                action=deed.action.value,
                body_hash=deed.body_hash,
                payload={"revision": revision},
                created_at=deed.now,
            ),
        )
        session.flush()
        return revision


def _appended(session: Session, deed: Deed, body: SetItemDecisionBody) -> int:
    return item_decisions.decide_item(
        session,
        deed.case_id,
        body.item,
        "withhold" if body.decision is ItemChoice.WITHHOLD else "include",
        basis=body.basis.value if body.basis else None,
        reason=write_note(session, deed, body.reason) if body.reason else None,
        author=deed.caller.person,
        at=deed.now,
    )
