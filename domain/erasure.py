"""The erasure plan: what happens to a person's rows, in which order, on which ground something is kept, and until when.

Serves Articles 17 and 19. A plan names counts, grounds, dates and keyed hashes, never a row. Its hash is what a second person
approves; what the systems hold when it is carried out is compared with it once more.

Next: activities/erasure.py
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.datamap_parts import LawfulBasis, RecipientKind
from domain.datamap_systems import Collection, Erasure, ErasureAction
from domain.grounds import Because, Ground
from domain.period import period_end
from domain.texts import Name, Sha256
from domain.traversal import ByIdentity, Plan, Step

# A plan that was looked at stands for a few rows more of the same sorts: somebody may have typed on while it was approved.
GROWTH_SHARE, GROWTH_ROWS = 0.1, 10
Track = Literal["instruct", "inform"]  # Article 28(3) for a processor, Article 19 for any other recipient


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Edit(_Frozen):
    """What a caseworker decided otherwise for one collection: keep it on a ground with an end, or erase what was to be kept.

    `note` is the sealed reason.
    """

    system: Name
    collection: Name
    keep: bool
    ground: Ground | None = None
    until: date | None = None
    note: UUID


class Entry(_Frozen):
    """One collection of the plan.

    Args:
        action: as the data map says, or as somebody decided (`note`).
        rows: the person's, found by proven identifiers.
        doubtful: rows that only look like theirs; never touched.
        keys: keyed hash of which rows these are; None where there are none.
        by_hand: no program may change this system: a person does.
        ground: of Article 17(3), for what is kept; `until` is its last day.
        before: something has to be done by a person first.
        public: others can see some of the rows, so copies may be elsewhere (Article 17(2)).
        root: the rows were found by an identifier, so that one more of them may be another account.
        because: the ground of Article 17(1) on which it goes; None for what is kept.
    """

    system: Name
    collection: Name
    action: ErasureAction
    rows: int = 0
    doubtful: int = 0
    keys: Sha256 | None = None
    by_hand: bool = False
    ground: Ground | None = None
    until: date | None = None
    note: UUID | None = None
    before: bool = False
    root: bool = False
    public: bool = False
    because: Because | None = None

    @property
    def place(self) -> tuple[str, str]:
        return self.system, self.collection

    @property
    def kept(self) -> bool:
        return self.action is ErasureAction.RETAIN


class Addressee(_Frozen):
    """Somebody outside who holds data of the person: a processor is instructed, another recipient is informed."""

    recipient: Name
    track: Track


class ErasurePlan(_Frozen):
    """What will be done, in this order. Approval covers exactly this."""

    case_id: UUID
    datamap: Sha256
    keys: tuple[UUID, ...]  # the identifiers it was made with
    entries: tuple[Entry, ...]
    addressees: tuple[Addressee, ...] = ()

    @property
    def sha256(self) -> str:
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def rows(self, *actions: ErasureAction) -> int:
        """How many rows one of these actions happens to."""
        return sum(entry.rows for entry in self.entries if entry.action in actions)


def in_order(plan: Plan) -> list[Step]:
    """The steps of a search the other way round: children before parents, and what an identifier leads to last."""
    return [step for wave in reversed(plan.waves) for step in wave]


def fields_needed(collection: Collection, step: Step, theirs: Iterable[str] = ()) -> tuple[str, ...]:
    """The fields that an erasure has to read, and no others: what names a row, what led to it, what leads on, what is changed.

    Args:
        collection: of the data map.
        step: of the search.
        theirs: fields with the ids under which recipients know the person.
    """
    erasure = collection.erasure
    named = {*collection.primary_key, *step.leads_to, *(way.field for way in step.ways), *theirs}
    if erasure.action in {ErasureAction.NULL, ErasureAction.HASH}:
        named |= set(erasure.fields)
    if erasure.before and erasure.before.field:
        named.add(erasure.before.field)
    named |= {field for field in (collection.retention_from, collection.created_at_field) if field}
    # Whoever holds a contact of the person is told before anything is gone, and a contact changed lately is a doubt (I5, I6).
    named |= {name for name, kind in collection.identities.items() if kind in {"email", "phone"}}
    named |= {field for field in (collection.contact_changed_field, collection.active_at_field) if field}
    named |= {field for field in (collection.restricted_field, collection.shown_field) if field}  # what giving back restores
    return tuple(name for name in collection.fields if name in named)


def is_root(step: Step) -> bool:
    """Whether an identifier of the person leads here."""
    return any(isinstance(way, ByIdentity) for way in step.ways)


def kept_until(erasure: Erasure, last: date | None, today: date) -> date | None:
    """The last day on which rows are kept, counted from the newest of them; None when the data map names no period.

    Args:
        erasure: of the collection.
        last: day of the newest row; the day of the erasure where rows have none.
        today: local date.
    """
    if erasure.period is None:
        return None
    start = last or today
    if erasure.year_ends:
        month, day = map(int, erasure.year_ends.split("-"))
        end = _day_of(start.year, month, day)
        start = end if start <= end else _day_of(start.year + 1, month, day)
    return period_end(start, erasure.period)


def held_until(collection: Collection, period: str, since: date, today: date) -> date:
    """The last day of a collection's period, counted from a day; a law that keeps it longer than the policy says wins.

    Args:
        collection: with what erasure does to it.
        period: of its retention rule.
        since: the day the period is counted from.
        today: local date.
    """
    last = period_end(since, period)
    if collection.erasure.action is not ErasureAction.RETAIN:
        return last
    return max(last, kept_until(collection.erasure, since, today) or last)


def _day_of(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:  # 29 February, or the 31st of a short month
        return _day_of(year, month, day - 1)


def edited(entry: Entry, edits: Iterable[Edit]) -> Entry:
    """The entry as the newest decision about it says."""
    for edit in reversed([each for each in edits if (each.system, each.collection) == entry.place]):
        action = ErasureAction.RETAIN if edit.keep else ErasureAction.DELETE if entry.kept else entry.action
        kept = action is ErasureAction.RETAIN
        changes = {"action": action, "ground": edit.ground if kept else None, "until": edit.until if kept else None}
        return entry.model_copy(update=changes | {"note": edit.note})
    return entry


def grounded(entry: Entry, basis: LawfulBasis) -> Entry:
    """The entry with the ground of Article 17(1) on which it goes: that of its lawful basis, whatever words were used."""
    goes: Because = "17(1)(b)" if basis is LawfulBasis.CONSENT else "17(1)(a)"
    return entry if entry.kept else entry.model_copy(update={"because": goes})


def addressed(kinds: Iterable[tuple[str, RecipientKind]]) -> tuple[Addressee, ...]:
    """Who is instructed and who is informed, each once, processors first."""
    tracks: dict[str, Track] = {name: "instruct" if kind is RecipientKind.PROCESSOR else "inform" for name, kind in kinds}
    order: Sequence[Track] = ("instruct", "inform")
    return tuple(Addressee(recipient=name, track=track) for track in order for name in sorted(tracks) if tracks[name] == track)


def what_changed(planned: ErasurePlan, now: ErasurePlan) -> list[str]:
    """What makes an approved plan void, as `system.collection` or `datamap`; empty when it may be carried out.

    Rows that are gone by now matter to nobody. A few more of a sort that is erased anyway belong to it. Everything else is a
    question for a person: another account, something more that would be kept, rows where there were none, or far more rows.
    """
    if planned.datamap != now.datamap:
        return ["datamap"]
    before = {entry.place: entry for entry in planned.entries}
    changed = [".".join(entry.place) for entry in now.entries if _matters(before.get(entry.place), entry)]
    return sorted(changed + [".".join(place) for place in before.keys() - {entry.place for entry in now.entries}])


def _matters(before: Entry | None, now: Entry) -> bool:
    if before is None or (before.action, before.by_hand) != (now.action, now.by_hand):
        return True
    more = now.rows - before.rows
    if now.root or now.kept or before.rows == 0:
        return more > 0 or (more == 0 and now.rows > 0 and now.root and now.keys != before.keys)
    return more > max(GROWTH_ROWS, before.rows * GROWTH_SHARE)
