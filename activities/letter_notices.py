"""What the letters say that the clock makes necessary: longer time, a part of the answer, the outcome of a complaint.

Next: `adapters/letters.py`
"""

from uuid import UUID

from sqlmodel import select

from activities.letter_writing import Facts, Writing
from adapters.database.clocks import promised, seat_of
from adapters.database.tables import CaseEventRow, PackageRow
from adapters.letter_answers import found_of, why_longer
from adapters.letter_languages import remedies_in
from adapters.letter_words import Withheld, contents, day_ahead, in_words, withheld
from domain.case import Package
from domain.case_parts import ANSWERED
from domain.errors import NotAllowedNowError
from domain.events import Tag
from domain.remedies import remedies_for


def extended(writing: Writing) -> Facts:
    """The ground of longer time, and the new date."""
    receipt = writing.receipt
    decided = select(CaseEventRow).where(
        CaseEventRow.case_id == receipt.case_id,
        CaseEventRow.tag == Tag.EXTENSION_DECIDED.value,
        CaseEventRow.sequence == writing.message.number,
    )
    event = writing.session.exec(decided).first()
    if event is None:
        raise NotAllowedNowError("Nobody decided to extend.", status=writing.state.status.value)
    seat = seat_of(writing.datamap.controller)
    received_at = writing.state.received_at or receipt.received_at
    new_date = promised(received_at, receipt.regimes, receipt.rights, extended=True, seat=seat)
    today = writing.now.astimezone(writing.zone).date()
    ground = why_longer(str(event.facts["ground"]), writing.language)
    return {"ground": ground, "new_date": day_ahead(new_date, today, writing.language)}


def finding(writing: Writing) -> Facts:
    """What came of a complaint, in a sentence."""
    found = writing.state.complaint.finding
    if found is None:
        raise NotAllowedNowError("Nothing was found yet.", status=writing.state.status.value)
    return {"finding": found_of(found, writing.language)}


def further_routes(writing: Writing) -> Facts:
    """Where somebody can turn who complained to us already."""
    regimes, controller = writing.receipt.regimes, writing.datamap.controller
    if writing.language == "en":
        return {"routes": remedies_for(regimes, controller, complained=True)}
    return {"routes": remedies_in(writing.language, regimes, controller, complained=True)}


def part(writing: Writing) -> Facts:
    """What is in this part, and what comes later."""
    partial, state = writing.state.partial, writing.state
    if partial is None or partial.package is None:
        raise NotAllowedNowError("No part of the answer was built.", status=state.status.value)
    titles = {system.name: system.title for system in writing.datamap.systems}
    waiting = [name for name, system in state.systems.items() if system.state not in ANSWERED]
    return {
        "records": held_in(writing, partial.package),
        "withheld": withheld_of(writing, partial.package.id),
        "to_come": [titles.get(name, name) for name in dict.fromkeys([*waiting, *partial.without])],
    }


def held_in(writing: Writing, package: Package) -> str:
    """What a package holds, as its own first page counts it."""
    row = writing.session.get(PackageRow, package.id)
    return in_words(*(contents(row.summary) if row else (package.records, 0)), writing.language)


def withheld_of(writing: Writing, package: UUID) -> Withheld | None:
    """What a package leaves out, as it was counted when it was built."""
    row = writing.session.get(PackageRow, package)
    summary = row.summary if row else {}
    return withheld(summary.get("withheld", {}), summary.get("covered", {}), writing.language)
