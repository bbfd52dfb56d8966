"""What a report to an authority would say now, and what is on record elsewhere for its fields (Articles 33(3), 33(4)).

Next: domain/breach_proposals.py
"""

from collections.abc import Mapping
from uuid import UUID

from adapters.database.breach_reader import BreachReader, BreachView
from adapters.database.notice_reader import NoticeReader
from api.console.breaches.pages import staff
from api.dependencies import Web
from api.face.days import zone
from api.v1.breach_presenting import notes_of
from domain.breach_authorities import CONTROLLER, find_authority
from domain.breach_proposals import OnRecord
from domain.breach_report import Reported, report_data, report_text


def text_before(web: Web, view: BreachView, authority: str) -> str:
    """The report as it would be frozen now; empty before an authority was chosen."""
    if find_authority(authority) is None and authority != CONTROLLER:
        return ""
    return report_text(report_data(as_reported(web, view, authority, followed=True)))


def on_record(web: Web, view: BreachView, said: Mapping[UUID, str]) -> OnRecord:
    """What stands elsewhere and may be proposed for a field."""
    reader, told, wanted = NoticeReader(web.resources), 0, 0
    letter: dict[str, str] = {}
    for notice in reader.page(breach=view.dossier.id):
        parts = notice.state.letters.get("en") or next(iter(notice.state.letters.values()), {})
        opened = reader.words(notice.dossier.id, parts.values())
        letter = letter or {name: opened.get(note, "") for name, note in parts.items()}
        tally = reader.tally(notice.dossier.id)
        told, wanted = told + tally.get("sent", 0), wanted + notice.state.recipients
    phone = web.resources.datamap.controller.contacts.phone
    people = {f"caseworker:{each.id}": ", ".join(part for part in (each.name, each.email, phone) if part) for each in staff(web)}
    return OnRecord(view.state, said, letter, (told, wanted), people, zone(web))


def as_reported(web: Web, view: BreachView, authority: str, *, followed: bool) -> Reported:
    """What a report would be made from now; `followed`: the second one carries only what changed, as it will."""
    state, reader = view.state, BreachReader(web.resources)
    sent, found = state.sent_reports(authority), find_authority(authority)
    before = reader.upto(view.dossier.id, sent[-1].upto) if sent and followed else None
    return Reported(
        state=state,
        before=before,
        notes=reader.words(state.breach_id, notes_of(state)),
        before_notes=reader.words(state.breach_id, notes_of(before)) if before else {},
        controller=web.resources.datamap.controller,
        reference=view.dossier.reference,
        authority=authority,
        number=len(sent) + 1,
        language=found.language if found and followed else "en",
        at=web.now(),
    )
