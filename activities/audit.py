"""Chains the access log, anchors each day, and mails the anchor to people who do not run the machine (`security.md` 2.8).

Next: adapters/database/audit.py
"""

from datetime import UTC, datetime
from email.utils import parseaddr
from uuid import UUID

from sqlmodel import col, select, update
from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from adapters.audit_export import mail_facts
from adapters.database.audit import make_head, seal_access_log
from adapters.database.retention_tables import AuditHead
from adapters.database.tables import Caseworker
from adapters.desk_letters import desk_letter
from adapters.letter_message import Heading, compose, message_id
from adapters.mail import deliver, mailable
from adapters.private_file import create_private
from adapters.resources import Resources
from adapters.signing import Signer
from domain.rights import Role
from domain.sweep_messages import AnchorDay

_ABOUT = UUID(int=0)  # a head is about no case


class Audit:
    """Keeps the record checkable.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @activity.defn
    @translated
    def seal_accesses(self) -> int:
        """Link the rows of the access log that are not yet; how many."""
        with beating():
            return seal_access_log(self._resources.database, self._resources.vault.install, datetime.now(UTC))

    @activity.defn
    @translated
    def anchor_day(self, message: AnchorDay) -> None:
        """Sign a day's head, and keep it as a file beside the database."""
        resources, now = self._resources, datetime.now(UTC)
        with beating():
            seal_access_log(resources.database, resources.vault.install, now)
            signer = Signer.open(resources.settings.audit_key)
            with resources.database.write() as session:
                head = make_head(session, resources.vault.install, signer, message.day, now)
        kept = resources.settings.home / "audit" / f"{head.day.isoformat()}.txt"
        if not kept.exists():
            facts = mail_facts(head)
            text = "".join(f"{name}: {facts[name]}\n" for name in ("day", "install", "previous", "root", "streams", "entries"))
            signature = f"signature: {facts['first_half']}\nsignature: {facts['second_half']}\n"
            create_private(kept, (text + signature).encode(), "daily head")

    @activity.defn
    @translated
    def mail_head(self, message: AnchorDay) -> None:
        """Mail a day's head, once to each address; a repetition sends the same Message-ID."""
        resources = self._resources
        with resources.database.read() as session:
            head = session.get(AuditHead, message.day)
            watchers = select(Caseworker.email).where(
                col(Caseworker.active), col(Caseworker.role).in_([Role.DPO.value, Role.AUDITOR.value])
            )
            people = list(session.exec(watchers.order_by(col(Caseworker.email))).all())
        if head is None or head.mailed_at is not None:
            return
        settings = resources.settings
        named = [each.strip() for each in (settings.audit_mail or "").split(",") if each.strip()]
        with beating():
            for number, address in enumerate(named or people):
                heading = Heading(
                    sender=settings.mail_from,
                    recipient=mailable(address),
                    reply_to=settings.mail_from,
                    message_id=message_id(resources.vault, settings.mail_from, _ABOUT, f"audit_head/{head.day}", number),
                    written_at=head.made_at.replace(microsecond=0),
                    automatic=True,
                )
                letter = desk_letter("audit_head", {**mail_facts(head), "reference": head.day.isoformat()}, settings.letters)
                deliver(settings, compose(letter, heading), parseaddr(settings.mail_from)[1], address)
        with resources.database.write() as session:
            session.execute(update(AuditHead).where(col(AuditHead.day) == head.day).values(mailed_at=datetime.now(UTC)))
