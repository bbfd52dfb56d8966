"""Which of the controller's collections a sweep looks into, when a row is over, and what becomes of it (Article 5(1)(e)).

The periods are those of the data map, which are the policy's. A collection is swept only where its `sweep` says so.

Next: activities/source_sweeps.py
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from domain.datamap import Collection, DataMap, ErasureAction, SystemKind
from domain.erasure import held_until


@dataclass(frozen=True)
class SourceRule:
    """One period of one collection.

    Args:
        system: of the data map.
        collection: of the data map.
        rule: id of the retention period.
        period: how long.
        field: with the day from which it is counted.
        action: what becomes of rows.
        fields: that anonymise, null or hash acts on.
        inactive: people are told twice before, and the period runs from their last activity.
    """

    system: str
    collection: Collection
    rule: str
    period: str
    field: str
    action: ErasureAction
    fields: tuple[str, ...]
    inactive: bool = False

    @property
    def exceptions(self) -> tuple[str, ...]:
        """Fields that keep a row in which they say something: the data map's own, and what a person had restricted.

        Article 18(1)(b) and (c): who asked for restriction instead of erasure needs the row, whatever the period says.
        """
        sweep = self.collection.sweep
        return tuple(name for name in (sweep.keep_while if sweep else None, self.collection.restricted_field) if name)

    def excepted(self, row: Mapping[str, object]) -> bool:
        """Whether one of them says something in a row."""
        return any(row[name] not in (None, "", 0, False) for name in self.exceptions)

    def over(self, value: object, today: date) -> date | None:
        """The day from which a row is counted, if its period is over; None where it is not, or nothing is said.

        Args:
            value: of the row's field: an instant, a day, or either as text in ISO 8601.
            today: UTC.
        """
        since = day_of(value)
        if since is None:
            return None
        return since if today > held_until(self.collection, self.period, since, today) else None


def source_rules(datamap: DataMap) -> Iterator[SourceRule]:
    """Every period that a sweep can carry out: in a database that may be changed, with a field to count from and a key."""
    for system in datamap.systems:
        changes = system.kind is SystemKind.SQL and system.connection is not None and system.connection.change
        for collection in system.collections if changes else ():
            yield from _rules(datamap, system.name, collection)


def _rules(datamap: DataMap, system: str, collection: Collection) -> Iterator[SourceRule]:
    sweep, field = collection.sweep, collection.retention_from
    if sweep is None or field is None or not collection.primary_key:
        return
    action = sweep.action or collection.erasure.action
    if action is ErasureAction.RETAIN:
        action = ErasureAction.DELETE  # at the end of what the law keeps, nothing keeps it
    period = datamap.retention_rule(collection.retention).period
    fields = () if action is ErasureAction.DELETE else sweep.fields or collection.erasure.fields
    yield SourceRule(system, collection, collection.retention, period, field, action, fields)
    if sweep.inactive and collection.active_at_field:
        period = datamap.retention_rule(sweep.inactive).period
        yield SourceRule(
            system, collection, sweep.inactive, period, collection.active_at_field, ErasureAction.DELETE, (), inactive=True
        )


def source_rule(datamap: DataMap, rule: str, system: str, collection: str) -> SourceRule | None:
    """A period of one collection; None where it is not swept any more."""
    named = (rule, system, collection)
    return next((each for each in source_rules(datamap) if (each.rule, each.system, each.collection.name) == named), None)


def day_of(value: object) -> date | None:
    """The day in UTC that a database's value names; None for nothing, or something that is no time."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).date()
    return value if isinstance(value, date) else None
