"""What a package is made of: the case, what each system gave, what was decided about single items (Article 15).

Read in one go at the start, so that the package describes one moment. Next: activities/package_data.py
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from activities.erasure_plan import local_day
from activities.identifiers import named_in_vain
from activities.package_language import current, known, say, speaking
from adapters.archives.store import Archives
from adapters.case_vault import CaseVault
from adapters.collected import Collected, CollectedCollection
from adapters.database.erasure_tables import Disclosure
from adapters.database.item_decisions import Standing
from adapters.database.measure_tables import DisputedRecord
from adapters.database.tables import (
    CaseEventRow,
    CaseIdentifierRow,
    CaseReceipt,
    CaseRecord,
    SearchReceipt,
    UploadedFile,
)
from adapters.disclosures import disclosures
from adapters.disputes import Disputed, disputed_of
from adapters.found_by_hand import everything_found
from adapters.requester import Requester
from adapters.resources import Resources
from domain.archives import AgreedScope
from domain.case import CaseState
from domain.case_parts import ANSWERED, SEARCHES
from domain.datamap import Collection, DataMap, Origin, System, SystemKind
from domain.datamap_systems import BY_HAND, FOUND_BY_HAND
from domain.errors import NotAllowedNowError, UnknownObjectError
from domain.events import Tag
from domain.messages import BuildPackage
from domain.rights import Right


@dataclass(frozen=True)
class Source:
    """What one collection gave, beside what the data map says about it.

    Args:
        found: its sealed rows and files; zero rows are a result.
    """

    system: System
    collection: Collection
    found: CollectedCollection

    @property
    def by_hand(self) -> bool:
        """Files that people found: without a table, and without pages of their own."""
        return self.found.name == BY_HAND


@dataclass(frozen=True)
class CaseFile:
    """Everything about one case that its package and letter say.

    Args:
        identifiers: kind and value of what systems were searched with.
        named_only: the same of what the person named and nothing was searched with.
        identity: how identity was confirmed, and when.
        standing: what was decided about items, up to the revision.
        requester: whose words are no secret.
        left_out: systems not searched, with the reason's category.
        partial: this is a part of the answer; the rest comes later.
        portable: Article 20 was asked for, beside a copy of everything or alone.
        portable_alone: nothing but what it covers was asked for.
        disclosures: to authorities, of which the person may be told.
        disputed: records of which the person said that they are wrong, and what they said.
        scopes: of archives, what was agreed to be searched.
    """

    receipt: CaseReceipt
    subject: Mapping[str, str | None]
    state: CaseState
    head: str
    revision: int
    identifiers: tuple[tuple[str, str], ...]
    named_only: tuple[tuple[str, str], ...]
    identity: tuple[str, datetime] | None
    sources: tuple[Source, ...]
    left_out: Mapping[str, str]
    standing: Standing
    requester: Requester
    partial: bool = False
    portable: bool = False
    portable_alone: bool = False
    disclosures: tuple[Disclosure, ...] = ()
    disputed: tuple[Disputed, ...] = ()
    scopes: Mapping[str, AgreedScope] = field(default_factory=dict)

    @property
    def laws(self) -> frozenset[str]:
        """`UK`, `EU` or both: whose rights and routes the answer names."""
        return frozenset(regime.split("-")[0] for regime in self.receipt.regimes)


def found_mark(session: Session, case_id: UUID, run: int) -> str:
    """What stands for all that was found and is told with it.

    A run goes on in a review, with an archive, a system that answers late, or a file; who received the data and what the person
    disputes can be recorded then too.
    """
    here = (SearchReceipt.case_id == case_id, SearchReceipt.run == run)
    columns = (SearchReceipt.system, SearchReceipt.collection, SearchReceipt.state, SearchReceipt.searched_at)
    receipts = session.exec(select(*columns).where(*here).order_by(SearchReceipt.system, SearchReceipt.collection)).all()
    files = session.exec(select(UploadedFile.id).where(UploadedFile.case_id == case_id)).all()
    record = session.get(CaseRecord, case_id)
    state = CaseState.model_validate(record.state) if record else None
    asked = state.work_items.items() if state else ()
    answers = sorted((str(key), item.result or "") for key, item in asked if item.kind in SEARCHES)
    systems = sorted((name, system.state) for name, system in state.systems.items()) if state else []
    parts = [[*map(str, row[:3]), row[3].isoformat()] for row in receipts]
    indexes = _indexes(session, state) if state else []
    told = session.exec(select(Disclosure.id).where(col(Disclosure.subject_index).in_(indexes))).all()
    said = session.exec(select(DisputedRecord.statement).where(col(DisputedRecord.subject_index).in_(indexes))).all()
    beside = [sorted(map(str, some)) for some in (files, told, said)]
    whole = json.dumps([parts, beside, answers, systems])
    return hashlib.sha256(whole.encode()).hexdigest()


def gather(resources: Resources, session: Session, message: BuildPackage, revision: int) -> CaseFile:
    """Read everything a package needs.

    Raises:
        UnknownObjectError: there is no such case.
        NotAllowedNowError: the case was never searched.
    """
    receipt = session.get(CaseReceipt, message.case_id)
    record = session.get(CaseRecord, message.case_id)
    if receipt is None or record is None:
        raise UnknownObjectError(case_id=str(message.case_id))
    vault = resources.vault.case(message.case_id)
    state = CaseState.model_validate(record.state)
    with speaking(known(receipt.language)):
        found = everything_found(resources, state, message.run, revision)
        sources = _sources(resources.datamap.in_language(current()), found)
    later = _later(state, message)
    sources = tuple(source for source in sources if source.system.name not in later)
    if not sources and not state.systems:
        raise NotAllowedNowError("Nothing was searched for this case yet.", status=state.status.value)
    sealed = receipt.subject
    return CaseFile(
        receipt=receipt,
        subject=json.loads(vault.open("case_receipt", "subject", str(receipt.case_id), sealed)) if sealed else {},
        state=state,
        head=record.head,
        revision=revision,
        identifiers=_identifiers(session, state, vault),
        named_only=tuple(_opened(row, vault) for row in named_in_vain(session, state)),
        identity=_identity(session, message),
        sources=sources,
        left_out=_left_out(resources.datamap, session, state, sources, portable=message.portable) | dict.fromkeys(later, "later"),
        standing=Standing.read(session, vault, revision),
        requester=Requester.read(session, vault, receipt, state),
        partial=bool(message.partial),
        portable=state.item(Right.PORTABILITY) is not None,
        portable_alone=message.portable,
        disclosures=_disclosures(resources, session, state),
        disputed=tuple(disputed_of(session, resources.vault, _indexes(session, state))),
        scopes=_scopes(resources, state, sources),
    )


def _sources(datamap: DataMap, collected: Collected) -> tuple[Source, ...]:
    return tuple(
        Source(
            system=datamap.system(found.system),
            collection=_described(datamap, found),
            found=found,
        )
        for found in collected.collections
    )


def _described(datamap: DataMap, found: CollectedCollection) -> Collection:
    """What the data map says of a collection; of files that people found, what holds for their system."""
    if found.name != BY_HAND:
        return datamap.collection(found.system, found.name)
    collections = datamap.system(found.system).collections
    # Somebody else's own words only where nothing in the system is the requester's.
    origin = next((one.origin for one in collections if one.origin is not Origin.THIRD_PARTY), Origin.THIRD_PARTY)
    return collections[0].model_copy(update={"name": BY_HAND, "title": say(FOUND_BY_HAND), "origin": origin})


def _later(state: CaseState, message: BuildPackage) -> frozenset[str]:
    """Of a partial answer, the systems whose data come with the rest: still searched, or still looked through."""
    if not message.partial:
        return frozenset()
    searched = {name for name, system in state.systems.items() if system.state not in ANSWERED}
    return frozenset(searched | set(message.without))


def _identifiers(session: Session, state: CaseState, vault: CaseVault) -> tuple[tuple[str, str], ...]:
    usable = state.usable_keys
    rows = session.exec(select(CaseIdentifierRow).where(col(CaseIdentifierRow.id).in_(usable))).all()
    return tuple(sorted(_opened(row, vault) for row in rows if row.value))


def _opened(row: CaseIdentifierRow, vault: CaseVault) -> tuple[str, str]:
    assert row.value
    return row.kind, vault.open("case_identifier", "value", str(row.id), row.value).decode()


def _disclosures(resources: Resources, session: Session, state: CaseState) -> tuple[Disclosure, ...]:
    return tuple(disclosures(session, _indexes(session, state), local_day(resources, datetime.now(UTC))))


def _indexes(session: Session, state: CaseState) -> list[bytes]:
    usable = col(CaseIdentifierRow.id).in_(state.usable_keys)
    return list(session.exec(select(CaseIdentifierRow.value_index).where(usable)).all())


def _scopes(resources: Resources, state: CaseState, sources: Iterable[Source]) -> dict[str, AgreedScope]:
    archives = Archives(resources, state.case_id)
    searched = {source.system.name for source in sources if source.system.kind is SystemKind.ARCHIVE and not source.by_hand}
    return {name: agreed.scope for name in sorted(searched) if (agreed := archives.agreed(name))}


def _identity(session: Session, message: BuildPackage) -> tuple[str, datetime] | None:
    row = session.exec(
        select(CaseEventRow).where(CaseEventRow.case_id == message.case_id, CaseEventRow.sequence == message.identity_record),
    ).first()
    if row is None or row.tag != Tag.IDENTITY_CONFIRMED.value:
        return None
    before = row.facts.get("arrived_at")  # in the system from which the case moved in
    return str(row.facts.get("how", "")), datetime.fromisoformat(str(before)) if before else row.at


def _left_out(
    datamap: DataMap,
    session: Session,
    state: CaseState,
    sources: tuple[Source, ...],
    *,
    portable: bool,
) -> dict[str, str]:
    """Systems of the data map that nobody searched: why, as a category (principle 6)."""
    searched = {source.system.name for source in sources if source.found.state != "failed"}
    reasons = {}
    for system in datamap.systems:
        standing = state.systems.get(system.name)
        if standing is not None and standing.state == "skipped":
            reasons[system.name] = _why(session, state, system)
        elif not portable and system.name not in searched and (standing is None or standing.state != "searched"):
            reasons[system.name] = "not_asked"
    return reasons


def _why(session: Session, state: CaseState, system: System) -> str:
    failed = session.exec(
        select(CaseEventRow).where(CaseEventRow.case_id == state.case_id, CaseEventRow.tag == Tag.SYSTEM_FAILED.value),
    ).all()
    return "no_answer" if any(row.facts.get("system") == system.name for row in failed) else "by_hand"
