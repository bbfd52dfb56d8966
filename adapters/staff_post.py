"""Mails to members of staff about their own accounts (ASVS 6.3.5, 6.3.7): a row first, in the transaction of what it tells of.

A mail says what happened and what to do, never a secret. The web process sends what waits, and asks again after a failure; the
command line sends at once. Next: adapters/desk_post.py
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session, col, select, update

from adapters.database.invitations import new_invitation
from adapters.database.staff_tables import StaffNotice
from adapters.database.tables import Caseworker
from adapters.desk_post import send_to_desk
from adapters.letter_words import moment
from adapters.mail import MailNotTakenError
from adapters.resources import Resources
from domain.errors import LetterRefusedError
from domain.regimes import zone_of

_AT_ONCE: Final = 50  # mails of one turn
_log = structlog.get_logger()


@dataclass(frozen=True)
class Wording:
    """What a mail says; `{browser}` and the like stand for the facts of its row, `{when}` for its instant."""

    subject: str
    what: str
    what_now: str = (
        "If that was not you, tell your administrator and your privacy lead at once: they can end every session of yours."
    )
    path: str = "/console/account"


WORDINGS: Final[dict[str, Wording]] = {
    "new_sign_in": Wording("a sign-in from a new browser", "you signed in from a browser we had not seen: {browser}, {when}."),
    "password_changed": Wording("your password was changed", "your password for the console was changed on {when}."),
    "factor_changed": Wording(
        "your authenticator was changed",
        "another authenticator was set up for your account on {when}. The old one counts no more.",
    ),
    "passkey_added": Wording("a passkey was added", "a passkey called “{passkey}” signs in to your account since {when}."),
    "passkey_removed": Wording(
        "a passkey was removed", "the passkey called “{passkey}” was removed from your account on {when}. It counts no more."
    ),
    "passkey_copied": Wording(
        "a passkey may have been copied",
        "the passkey called “{passkey}” was used on {when} with a counter that did not go on. It was refused: somebody may "
        "have a copy of it.",
        "Remove this passkey, add a new one, and tell your administrator.",
    ),
    "recovery_used": Wording(
        "a recovery code was used", "somebody signed in to your account with a recovery code on {when}, and your password."
    ),
    "factor_removed": Wording(
        "your authenticator was taken away",
        "two colleagues took your authenticator and your passkeys away on {when}, because they were lost. At your next sign-in "
        "you set up a new authenticator.",
    ),
    "invited": Wording(
        "choose your password",
        "you can choose a password for Habeas now. The link works once and for a week.",
        "Nobody else knows the password you choose. If you expected no such mail, tell your privacy lead.",
        "/console/sign-in/invited/{token}",
    ),
    "sign_on_joined": Wording(
        "your company account", "you can sign in with your company account since {when}: it was joined with your account here."
    ),
    "role_given": Wording("your role", "since {when} you have the role of {role} in Habeas.", path="/console"),
    "staff_proposed": Wording(
        "a change of staff waits for an answer",
        "somebody proposed a change of an account, a role or a key on {when}. It has no effect before a privacy lead or data "
        "protection officer confirms it.",
        "Look at it, and ask whoever proposed it if you do not know why.",
        "/console/staff",
    ),
    "staff_disabled": Wording(
        "an account was closed", "the account of {person} was closed on {when}.", "Nothing is to be done.", "/console/staff"
    ),
    "api_key_made": Wording("an API key was made", "a key that acts as you was made on {when}.", path="/console/keys"),
    "host_changed": Wording(
        "a change on the command line",
        "somebody with access to the machine changed an account or made a key on {when}: {deed}, as the user {user}.",
        "If you do not know why, ask your administrator now.",
        "/console/staff",
    ),
    "release_held": Wording(
        "a release waits for a second privacy lead",
        "the release brake held an approval on {when}. Nothing was sent.",
        "Look at it with its approver, and let it go if it is right.",
        "/console/alerts",
    ),
    "alone_announced": Wording(
        "somebody will approve alone what they prepared",
        "a privacy lead announced on {when} that they will approve alone what they prepared, because nobody else is there. "
        "They can from twelve hours later on.",
        "If you are there, look at the case now: approve it yourself, or return it.",
        "/console",
    ),
    "alone_approved": Wording(
        "look at what was approved alone",
        "a colleague approved alone what they prepared on {when}, and named you for the look afterwards.",
        "The task is in the queue. Say there whether it is in order.",
        "/console",
    ),
    "alarm": Wording(
        "something unusual",
        "something happened that does not happen on an ordinary day: {count} new on the page of alerts, {when}.",
        "Look at it there. It may be harmless; nothing was stopped by this mail.",
        "/console/alerts",
    ),
    "hold_review": Wording(
        "a legal hold is looked at again in {days} days",
        "the review day of a legal hold is in {days} days. If nobody looks at it, it stands against no erasure after that day.",
        "Go on with it if its ground is still there, or lift it.",
        "/console/holds",
    ),
    "account_unfound": Wording(
        "find the account of a child within the hour",
        "somebody reported the account of a child, and nobody has found it for half an hour: {reference}. It is suspended within "
        "the hour.",
        "Find it in the systems and name it in the case, or say there that there is none.",
        "/console/cases",
    ),
    "factor_guessed": Wording(
        "wrong codes with the right password",
        "somebody gave your right password and then too many wrong codes on {when}. They did not get in.",
        "If that was not you, somebody knows your password: change it now.",
    ),
}


def tell(session: Session, about: str, *to: UUID, at: datetime, **facts: str) -> None:
    """Write down that people are to be told.

    Args:
        session: of a write transaction.
        about: a name of `WORDINGS`.
        to: the members of staff.
        at: UTC.
        facts: what the wording names; no secret and nothing of a data subject.
    """
    if about not in WORDINGS:
        raise ValueError(about)
    session.add_all(StaffNotice(caseworker=person, about=about, facts=facts, written_at=at) for person in to)


def send_waiting(resources: Resources) -> int:
    """Send what was written down and not sent yet; how many. Two who send at once send the same Message-ID.

    A mail server that is away leaves the rest for the next turn.
    """
    query = (
        select(StaffNotice, Caseworker)
        .join(Caseworker, col(Caseworker.id) == col(StaffNotice.caseworker))
        .where(col(StaffNotice.sent_at).is_(None), ~col(StaffNotice.refused))
        .order_by(col(StaffNotice.written_at))
        .limit(_AT_ONCE)
    )
    with resources.database.read() as session:
        waiting = session.exec(query).all()
    sent = 0
    for notice, person in waiting:
        refused = False
        try:
            _send(resources, notice, person)
        except MailNotTakenError as failure:
            _log.warning("notice to staff postponed", reason=str(failure))
            break
        except LetterRefusedError:
            refused = True  # their mailbox is gone; the administrator sees it on the page of staff
        sent += not refused
        with resources.database.write() as session:
            now = None if refused else datetime.now(UTC)
            session.execute(update(StaffNotice).where(col(StaffNotice.id) == notice.id).values(sent_at=now, refused=refused))
    return sent


def _send(resources: Resources, notice: StaffNotice, person: Caseworker) -> None:
    wording, token = WORDINGS[notice.about], ""
    if "{token}" in wording.path:
        # Made only now: what waits to be sent holds no secret.
        with resources.database.write() as session:
            token = new_invitation(session, person.id, datetime.now(UTC))
    zone = ZoneInfo(zone_of(resources.datamap.controller.country) or "UTC")
    facts: Mapping[str, str] = {"when": moment(notice.written_at, zone)} | notice.facts
    given: dict[str, object] = {
        "subject": wording.subject.format_map(facts),
        "what": wording.what.format_map(facts),
        "what_now": wording.what_now.format_map(facts),
        "link": resources.settings.public_url.rstrip("/") + wording.path.format(token=token),
        "name": person.name,
    }
    send_to_desk(resources, "staff_notice", notice.id, person, number=1, facts=given)
