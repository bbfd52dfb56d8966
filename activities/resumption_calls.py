"""Tells the data protection officer that a case's workflow had ended from outside and runs again (`security.md` abuse test 9).

By mail, with the reference and a link, and nothing of whom the case is about. A retry sends the same Message-ID.
Next: `adapters/desk_post.py`
"""

from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from adapters.database.case_access import may_know
from adapters.database.tables import CaseReceipt
from adapters.desk_post import send_to_desk, staff_with
from adapters.resources import Resources
from domain.call_messages import CaseResumed
from domain.errors import UnknownObjectError
from domain.rights import Role


class ResumptionCalls:
    """Reaches whoever watches over the engine's honesty.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @activity.defn
    @translated
    def tell_of_resumed_case(self, message: CaseResumed) -> None:
        """Mail every data protection officer, and the privacy leads where there is none."""
        with self._resources.database.read() as session:
            receipt = session.get(CaseReceipt, message.case_id)
            if receipt is None:
                raise UnknownObjectError(case_id=str(message.case_id))
            roles = (staff_with(session, role) for role in (Role.DPO, Role.PRIVACY_LEAD))
            told = (may_know(session, self._resources.vault, message.case_id, some) for some in roles)
            people = next((some for some in told if some), [])
        link = f"{self._resources.settings.public_url.rstrip('/')}/console/cases/{receipt.reference}"
        with beating():
            for person in people:
                facts: dict[str, object] = {"reference": receipt.reference, "link": link, "name": person.name}
                send_to_desk(self._resources, "case_carried_on", message.case_id, person, number=message.number, facts=facts)
