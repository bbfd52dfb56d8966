"""Remembers an erased person for the time in which a backup could bring them back, and lets that end (practice: three lists).

Next: adapters/suppression.py
"""

from datetime import UTC, date, datetime

from activities.erasure_plan import local_day
from activities.identifiers import usable_rows
from adapters.database.erasure_tables import ErasurePlanRow
from adapters.resources import Resources
from adapters.suppression import suppress
from domain.erasure import ErasurePlan
from domain.period import period_end


def last_backup(resources: Resources, row: ErasurePlanRow) -> date | None:
    """The day on which the last backup that held an erased row is gone; None where the data map names no period."""
    plan, begun = ErasurePlan.model_validate(row.plan), row.begun_at or row.made_at
    touched = {entry.system for entry in plan.entries if entry.rows and not entry.kept}
    periods = [system.backups for system in resources.datamap.systems if system.name in touched and system.backups]
    start = local_day(resources, begun)
    return max((period_end(start, period) for period in periods), default=None)


def remember_for_restores(resources: Resources, row: ErasurePlanRow) -> None:
    """Put the person's identifiers on the list that a restored backup is checked against; doing it twice changes nothing."""
    until = last_backup(resources, row)
    if until is None:
        return
    plan, now = ErasurePlan.model_validate(row.plan), datetime.now(UTC)
    vault = resources.vault.case(row.case_id)
    values = [
        (each.kind, vault.open("case_identifier", "value", str(each.id), each.value).decode())
        for each in usable_rows(resources, row.case_id, plan.keys)
        if each.value is not None
    ]
    with resources.database.write() as session:
        for kind, value in values:
            suppress(session, resources.vault, "restored", kind, value, now=now, expires_on=until)
