"""What stands in tables of its own and belongs into a case's history: letters and what became of them, decisions on records.

A person's decisions on the records of one collection, made one after the other, are one line: fifty thousand would be none.
Next: api/console/cases/history.py
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

import sqlalchemy
from sqlmodel import Session, col, select

from adapters.database.item_decisions import referred_items
from adapters.database.tables import BY_POST, ItemDecision, Letter, PackageRow
from adapters.letter_words import contents, count
from api.console import words
from api.console.cases.desk_words import SHORT, STANDS
from api.console.cases.facts import CaseFacts
from api.dependencies import Web
from domain.datamap import DataMap
from domain.withholding import Basis, ItemChoice

_SAME: Final = (ItemDecision.item, ItemDecision.decision, ItemDecision.basis, ItemDecision.author)
_REASONS: Final = 3  # of decisions that are one line


@dataclass(frozen=True)
class Beside:
    """One thing that happened beside the events; `told` and `words` are the office's to read, `open` is not done yet."""

    at: datetime
    actor: str
    what: str
    told: str = ""
    open: bool = False
    words: str = ""


def beside(web: Web, facts: CaseFacts) -> list[Beside]:
    """Letters and decisions, in no order."""
    with web.resources.database.read() as session:
        return [*_letters(session, facts), *_decisions(session, facts, web.resources.datamap)]


def built(web: Web, facts: CaseFacts) -> dict[str, tuple[int, int]]:
    """Records and files of every package that was built, by its id."""
    query = select(PackageRow.id, PackageRow.summary).where(PackageRow.case_id == facts.state.case_id)
    with web.resources.database.read() as session:
        return {str(key): contents(summary) for key, summary in session.exec(query).all()}


def _letters(session: Session, facts: CaseFacts) -> list[Beside]:
    given = {each.id for each in facts.sent if each.told or each.accepted_at}
    asked = {item.sent for item in facts.state.open_work_items.values()}
    addresses = {line.id: line.value for line in facts.identifiers}
    lines = []
    for row in session.exec(select(Letter).where(Letter.case_id == facts.state.case_id)).all():
        name, to = words.LETTER(row.name), f"to {addresses.get(row.identifier, 'an address')}"
        if row.identifier == BY_POST:
            lines.append(
                Beside(
                    row.written_at, "system", f"Letter written, to be printed and posted: {name}", open=row.id in asked - given
                )
            )
        elif row.accepted_at:
            lines.append(Beside(row.accepted_at, "system", f"Letter sent: {name}", to))
        else:
            lines.append(
                Beside(row.written_at, "system", f"Letter written, not taken by the mail server yet: {name}", to, open=True)
            )
        if row.bounced_at:
            came = "came back" if row.bounce == "hard" else "is delayed by their mail server"
            lines.append(Beside(row.bounced_at, "system", f"Letter {came}: {name}", to))
    return lines


def _decisions(session: Session, facts: CaseFacts, datamap: DataMap) -> list[Beside]:
    """What was decided, with the reasons; not those of what is or was with legal, which legal reviewers read on its own page."""
    columns = (*_SAME, ItemDecision.decided_at, ItemDecision.reason)
    of_legal = set(referred_items(session, facts.state.case_id))
    query = (
        sqlalchemy.select(*map(col, columns))
        .where(col(ItemDecision.case_id) == facts.state.case_id)
        .order_by(col(ItemDecision.revision))
    )
    titles = {f"{system.name}.{each.name}": each.title for system in datamap.systems for each in system.collections}
    lines = []
    rows = session.execute(query).all()
    for (place, whole, decision, basis, author), together in groupby(
        rows, key=lambda row: (row[0].rpartition(".")[0], row[0].endswith("*"), row[1], row[2], row[3])
    ):
        found = list(together)
        stands = STANDS[ItemChoice(decision)]
        on = f": {SHORT.get(Basis(basis), words.FIELD(basis).lower())}" if basis else ""
        if not place:
            what = f"A third person was weighed, {'may be told of' if decision == ItemChoice.INCLUDE else 'covered everywhere'}"
        elif whole:
            what = f"A rule for {titles.get(place, 'a collection')}, {stands}{on}"
        else:
            what = f"Decided on {count(len(found), 'record')} of {titles.get(place, 'a collection')}, {stands}{on}"
        reasons = (facts.notes.get(row[5], "") for row in found if row[5] and row[0] not in of_legal)
        said = list(dict.fromkeys(filter(None, reasons)))[:_REASONS]
        lines.append(Beside(found[-1][4], author, what, words="\n".join(said)))
    return lines
