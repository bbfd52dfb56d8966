"""Tells our own people that a case comes due, and the privacy lead when its date has passed (Article 12(3); design section 5).

By mail, with the reference, the day and a link, and nothing of whom the case is about. A retry sends the same Message-ID.
Next: `adapters/desk_post.py`
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select
from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from adapters.database.case_access import may_know
from adapters.database.tables import CaseReceipt, Caseworker, QueueEntry
from adapters.desk_post import send_to_desk, staff_with
from adapters.letter_words import day_ahead
from adapters.resources import Resources
from domain.call_messages import CaseDue
from domain.errors import UnknownObjectError
from domain.regimes import zone_of
from domain.rights import Role


class DeadlineCalls:
    """Reaches whoever has to act on a date.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @activity.defn
    @translated
    def tell_of_due_case(self, message: CaseDue) -> None:
        """Mail the case's owner, and the privacy leads where it has none or its date has passed."""
        with self._resources.database.read() as session:
            receipt = session.get(CaseReceipt, message.case_id)
            if receipt is None:
                raise UnknownObjectError(case_id=str(message.case_id))
            people = self._people(session, message)
        controller, settings = self._resources.datamap.controller, self._resources.settings
        today = datetime.now(UTC).astimezone(ZoneInfo(zone_of(controller.country) or "UTC")).date()
        with beating():
            for person in people:
                facts: dict[str, object] = {
                    "reference": receipt.reference,
                    "link": f"{settings.public_url.rstrip('/')}/console/cases/{receipt.reference}",
                    "due": day_ahead(message.due, today),
                    "late": message.late,
                    "name": person.name,
                }
                send_to_desk(self._resources, "case_due", message.case_id, person, number=message.number, facts=facts)

    def _people(self, session: Session, message: CaseDue) -> list[Caseworker]:
        entry = session.get(QueueEntry, message.case_id)
        assignee = (entry.assignee or "").removeprefix("caseworker:") if entry else ""
        everybody = session.exec(select(Caseworker).where(col(Caseworker.active))).all()
        owner = [person for person in everybody if str(person.id) == assignee]
        leads = staff_with(session, Role.PRIVACY_LEAD) if message.late or not owner else []
        people = {person.id: person for person in [*owner, *leads]}.values()
        return may_know(session, self._resources.vault, message.case_id, people)
