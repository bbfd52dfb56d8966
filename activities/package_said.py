"""How much the copy says of what it holds and of what was left out of it (`law.md` 2.2 item 13; decision 41), and in which words.

Some grounds may not be named, since that would defeat them. So no number is given of all that was left out: it would be false
where such a ground stands beside others, and where it were missing it would tell that one does. Each ground that may be named
has its own number. Next: activities/package_view.py
"""

from collections.abc import Mapping, Sequence

from activities.package_cells import count
from activities.package_data import Written, first_rows
from activities.package_language import current, say
from domain.datamap import DataMap
from domain.withholding import Basis, silent


def told(counts: Mapping[str | None, int]) -> dict[str | None, int]:
    """What the person is told of what was kept back: without the grounds whose mention would defeat them."""
    return {basis: number for basis, number in counts.items() if not silent(basis)}


def held(parts: Sequence[Written]) -> str:
    """What the copy has of some collections; empty where it has nothing."""
    records = sum(part.records for part in parts if not part.files)  # a file's row is no further record
    files = sum(len(part.files) for part in parts)
    said = [count(records, "record")] if records else []
    said += [count(files, "file")] if files else []
    return say(" and ").join(said)


def kept_back(parts: Sequence[Written]) -> bool:
    """Whether the person is told that something of theirs was left out; what is not about them is not theirs."""
    return any(basis != Basis.NOT_PERSONAL_DATA for part in parts for basis in told(part.withheld))


def all_held(parts: Sequence[Written]) -> str:
    """What is held: what the copy has, and that it is not everything."""
    given = held(parts)
    if not kept_back(parts):
        return given
    return say("%(given)s; others left out", given=given) if given else say("all of it left out of your copy")


def unsaid_categories(written: Sequence[Written]) -> frozenset[str]:
    """Categories of data that the copy does not name: of a collection kept back whole and in silence, and of nothing given.

    A field of another collection may be of the same category and be empty in every record of this person: a column alone must
    not tell what the other collection holds.
    """
    hidden = {
        category
        for part in written
        if part.withheld and not part.records and not told(part.withheld)
        for category in part.source.collection.categories
    }
    return frozenset(hidden - _given(written, hidden)) if hidden else frozenset()


def _given(written: Sequence[Written], wanted: set[str]) -> set[str]:
    """Those of some categories of which a record in the copy holds a value."""
    found: set[str] = set()
    for part in written:
        fields = {name: each.category for name, each in part.source.collection.fields.items() if each.category in wanted - found}
        if not fields or not part.records:
            continue
        for row in first_rows(part, part.records):
            found |= {fields[name] for name in fields if row.get(name) is not None and row[name] != ""}
            if found >= set(fields.values()):
                break
    return found


def as_written(datamap: DataMap) -> str:
    """That the words of the data map are in another language than the copy; empty where they are not."""
    if datamap.speaks(current()):
        return ""
    return say("What we have written down in our register stands here in the language in which it stands there.")
