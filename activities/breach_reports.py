"""Freezes reports to authorities: the text in the order of the authority's form, its PDF, and the hash that is approved.

A report is what the fields said at one sequence of the breach; a follow-up carries what changed since the last one that was
sent (Article 33(4)). The text is made from recorded events alone, so a retry makes the same bytes.
Next: `domain/breach_report.py`
"""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select
from temporalio import activity

from activities import typesetting
from activities.failures import translated
from activities.heartbeat import beating
from activities.package_cells import visible
from adapters.database.breach_reader import BREACH, event_of_row, words_of
from adapters.database.breach_tables import Dossier, DossierEventRow, DossierFile
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.breach import BreachState
from domain.breach_folding import fold_breach
from domain.breach_messages import FreezeReport, ReportFrozen
from domain.breach_report import Reported, answers, report_data, report_text
from domain.errors import UnknownObjectError

TEXT, PDF = "report_text", "report_pdf"


class BreachReports:
    """Makes reports of breaches.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @activity.defn
    @translated
    def freeze_report(self, message: FreezeReport) -> ReportFrozen:
        """Write the report down, sealed; a repetition finds the first one."""
        with beating(), self._resources.database.read() as session:
            reported = self._reported(session, message)
            data = _visible(report_data(reported))
            text = report_text(data).encode()
            if not self._kept(session, message):
                self._keep(message, text, typesetting.pdf("breach_report", data, reported.at))
        standings = [answer.standing for answer in answers(reported)]
        return ReportFrozen(
            sha256=hashlib.sha256(text).hexdigest(),
            complete=standings.count("known"),
            estimated=standings.count("estimated"),
            unknown=standings.count("not_yet_known"),
        )

    def _reported(self, session: Session, message: FreezeReport) -> Reported:
        dossier = session.get(Dossier, message.breach_id)
        if dossier is None:
            raise UnknownObjectError(breach=str(message.breach_id))
        rows = session.exec(
            select(DossierEventRow)
            .where(DossierEventRow.dossier_id == message.breach_id, DossierEventRow.sequence <= message.upto + 1)
            .order_by(col(DossierEventRow.sequence)),
        ).all()
        events = [event_of_row(row) for row in rows]
        state = fold_breach(message.breach_id, events[: message.upto])
        sent = state.sent_reports(message.authority)
        before = fold_breach(message.breach_id, events[: sent[-1].upto]) if sent else None
        return Reported(
            state=state,
            before=before,
            notes=self._words(session, state),
            before_notes=self._words(session, before) if before else {},
            controller=self._resources.datamap.controller,
            reference=dossier.reference,
            authority=message.authority,
            number=message.number,
            language=message.language,
            at=events[-1].at,
        )

    def _words(self, session: Session, state: BreachState) -> dict[UUID, str]:
        notes = [field.note for field in state.fields.values() if field.note]
        notes += [report.receipt for report in state.reports.values() if report.receipt]
        return words_of(session, self._resources, state.breach_id, notes + ([state.delay] if state.delay else []))

    def _kept(self, session: Session, message: FreezeReport) -> bool:
        kept = select(DossierFile.id).where(DossierFile.dossier_id == message.breach_id, DossierFile.subject == message.report)
        return len(session.exec(kept).all()) == 2  # noqa: PLR2004 (the text and the PDF)

    def _keep(self, message: FreezeReport, text: bytes, pdf: bytes) -> None:
        now = datetime.now(UTC)
        for kind, media_type, content in ((TEXT, "text/plain; charset=utf-8", text), (PDF, "application/pdf", pdf)):
            row = DossierFile(
                dossier_id=message.breach_id,
                kind=kind,
                subject=message.report,
                name=b"",
                media_type=media_type,
                blob=self._sealed(message.breach_id, kind, content).model_dump(mode="json"),
                added_by="system",
                added_at=now,
            )
            vault = self._resources.vault.dossier(message.breach_id, BREACH)
            row.name = vault.seal("dossier_file", "name", str(row.id), kind.encode())
            with self._resources.database.write() as session:
                same = (DossierFile.dossier_id == row.dossier_id, DossierFile.kind == kind, DossierFile.subject == row.subject)
                if session.exec(select(DossierFile.id).where(*same)).first() is None:
                    session.add(row)

    def _sealed(self, breach_id: UUID, kind: str, content: bytes) -> BlobRef:
        with self._resources.blobs.create(self._resources.vault.dossier(breach_id, BREACH), kind) as writer:
            writer.write(content)
        return writer.ref


def _visible(value: Any) -> Any:  # noqa: ANN401 (JSON)
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [_visible(part) for part in value]
    return {name: _visible(part) for name, part in value.items()}
