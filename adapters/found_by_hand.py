"""What people found in systems that no program searches, as items beside those of the searches (Article 15(3)).

Each file that came with the answer "found" of a work item is an item of the collection `by_hand` of its system, so that it can be
looked at, covered and withheld like any other; no collection of the data map may have that name. Next: adapters/collected.py
"""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from adapters.case_vault import CaseVault
from adapters.collected import Collected, CollectedCollection
from adapters.database.tables import ItemDecision, UploadedFile
from adapters.found_doubtful import with_doubtful
from adapters.item_ids import item_id
from adapters.neutral_names import neutral_name
from adapters.resources import Resources
from adapters.row_text import encode
from adapters.scanning import is_closed, refuse_unscanned
from adapters.sealed_head import Head, Sealable
from adapters.sealed_rows import RowsIndex, Segment
from domain.blobs import BlobRef
from domain.case import CaseState
from domain.datamap_systems import BY_HAND
from domain.withholding import ItemChoice

_FIELDS = ("path", "bytes", "added_at", "member")
_STAYS_OUT = frozenset(ItemChoice) - {ItemChoice.INCLUDE, ItemChoice.REDACT, ItemChoice.EXTRACT}


def everything_found(resources: Resources, state: CaseState, run: int, revision: int | None = None) -> Collected:
    """What a run of searches and people found, in the order of the data map, with the doubtful rows that are the person's.

    Args:
        resources: with the vault and the blobs.
        state: of the case; it knows which work items were answered with "found".
        run: of the searches.
        revision: of what was decided about doubtful rows; all of it where none is named.

    Raises:
        KeyMissingError: the case's key was destroyed.
    """
    searched = Collected.open(resources, state.case_id, run)
    vault = resources.vault.case(state.case_id)
    with resources.database.read() as session:
        by_hand = _by_hand(resources, session, state, vault)
        theirs = [with_doubtful(session, vault, each, revision) for each in searched.collections]
    order = {system.name: number for number, system in enumerate(resources.datamap.systems)}
    both = sorted([*theirs, *by_hand], key=lambda one: order.get(one.system, len(order)))
    return Collected(both, resources.blobs, vault)


def refuse_unscanned_files(resources: Resources, state: CaseState) -> None:
    """Let nothing leave with a file that is infected or waits to be scanned, unless it is decided that the file stays out.

    Raises:
        NotAllowedNowError: there is such a file.
    """
    for malware in closed_files(resources, state):
        refuse_unscanned(resources.settings, malware)


def closed_files(resources: Resources, state: CaseState) -> list[str]:
    """What a scanner said of each file in the answer that nobody may open; a file that stays out is none of them."""
    vault, closed = resources.vault.case(state.case_id), []
    with resources.database.read() as session:
        unscanned = [row for row in _found(session, state) if is_closed(resources.settings, row.malware)]
        for row in unscanned:
            item = item_id(vault, row.system, BY_HAND, [str(row.id)])
            mine = select(ItemDecision.decision).where(ItemDecision.case_id == state.case_id, ItemDecision.item == item)
            newest = session.exec(mine.order_by(col(ItemDecision.revision).desc()).limit(1)).first()
            if newest not in _STAYS_OUT:
                closed.append(row.malware)
    return closed


def _found(session: Session, state: CaseState) -> Sequence[UploadedFile]:
    found = [key for key, item in state.work_items.items() if item.result == "found" and item.system]
    query = select(UploadedFile).where(UploadedFile.case_id == state.case_id, col(UploadedFile.work_item).in_(found))
    return session.exec(query).all() if found else []


def _by_hand(resources: Resources, session: Session, state: CaseState, vault: CaseVault) -> list[CollectedCollection]:
    by_system: dict[str, list[UploadedFile]] = {}
    for row in _found(session, state):
        by_system.setdefault(row.system, []).append(row)
    return [_collection(resources, vault, system, files) for system, files in by_system.items()]


def _collection(resources: Resources, vault: CaseVault, system: str, files: Sequence[UploadedFile]) -> CollectedCollection:
    named = sorted(
        ((vault.open("uploaded_file", "name", str(file.id), file.name).decode(), file) for file in files),
        key=lambda each: (each[1].uploaded_at, each[0], each[1].id),
    )
    refs = tuple(BlobRef.model_validate(file.blob) for _, file in named)
    rows = [
        (name, ref.bytes, file.uploaded_at.isoformat(), neutral_name(number, name))
        for number, ((name, file), ref) in enumerate(zip(named, refs, strict=True), start=1)
    ]
    as_json, as_csv = encode(_FIELDS, rows)
    content = as_json + as_csv
    index = RowsIndex(fields=_FIELDS, rows=len(rows), segments=(Segment(0, 0, len(as_json)),), bytes=len(content))
    return CollectedCollection(
        system=system,
        name=BY_HAND,
        state="searched",
        rows=len(rows),
        doubtful=0,
        keys=(),
        searched_at=named[-1][1].uploaded_at,
        _content=Sealable(Head(rows=index, files=refs), content),
        _vault=vault,
        _blobs=resources.blobs,
        _marks=tuple(str(file.id) for _, file in named),
    )
