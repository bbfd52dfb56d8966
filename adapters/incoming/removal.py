"""Destroys the parts of a mail that nobody asked for: the bytes, their key, and the original in the mailbox (P81).

What is certain goes at once. What is only suspected waits for a person until a day that is written with it; until then it can be
said to be something else, and after it the part goes. In its place stays a line with the hash and the size. The rest of the mail
is sealed anew under another key, since a part of a sealed stream cannot be destroyed by itself (`security.md` 2.4).
Next: `activities/mailroom.py`
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlmodel import col, select

from adapters.database.mail_tables import IncomingMail, MailArrival
from adapters.incoming.reader import MailReader
from adapters.incoming.store import open_raw, sealed_raw
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.errors import NotAllowedNowError, UnknownObjectError
from domain.incoming import Attachment, ReadMessage

RULE: Final = "unsolicited-identity-document"  # in the tombstone of the mail's old key
SUSPECTED_FOR: Final = timedelta(days=14)  # a colleague's holiday fits; what nobody wanted is not kept for longer
_AT_ONCE: Final = 50
_STUCK = "A proof of identity could not be taken out by itself."


def remove_documents(
    resources: Resources,
    reader: MailReader,
    mail: IncomingMail,
    read: ReadMessage,
    *,
    places: Sequence[int],
    approver: str = "system",
) -> ReadMessage:
    """Take parts out of a stored mail for good; `mail` is changed and its row with it.

    Args:
        resources: of the process.
        reader: of mail.
        mail: as it is stored.
        read: what it says.
        places: `Attachment.index` of each part that goes.
        approver: who said so.

    Returns:
        the mail as it reads now. Unchanged, with a problem noted, when the parts could not be taken out: then a person has to.

    Raises:
        NotAllowedNowError: somebody decided about a part of it in the meantime.
    """
    rest = reader.without(open_raw(resources, mail), places)
    if not rest:
        return read.model_copy(update={"problems": list(dict.fromkeys([*read.problems, _STUCK]))})
    gone = [each.model_copy(update={"removed": True}) if each.index in places else each for each in read.attachments]
    after = read.model_copy(update={"attachments": gone})
    old_key, old_blob = mail.key, mail.blob
    mail.key = uuid4()
    resources.vault.make_mail_keys([mail.key])
    sealed = sealed_raw(resources, mail.key, mail.id, rest)
    mail.raw, mail.blob = sealed["raw"], sealed["blob"]
    with resources.database.write() as session:
        row = session.get(IncomingMail, mail.id, with_for_update=True)
        if row is None or (row.key, row.content) != (old_key, mail.content):
            raise NotAllowedNowError("Somebody has said already what this file is.")
        if row.note is not None:
            note = resources.vault.mail(old_key).open("incoming_mail", "note", str(row.id), row.note)
            row.note = resources.vault.mail(mail.key).seal("incoming_mail", "note", str(row.id), note)
        row.key, row.raw, row.blob = mail.key, mail.raw, mail.blob
        row.documents += len(places)
        keep_reading(resources, row, after)
        session.add(row)
        session.execute(update(MailArrival).where(col(MailArrival.mail) == mail.id).values(remove=True, settled=False))
    resources.vault.destroy_mail_key(old_key, rule=RULE, approver=approver)
    if old_blob is not None:
        resources.blobs.delete(BlobRef.model_validate(old_blob).blob_id)
    return after


def destroy_suspect(resources: Resources, mail: UUID, index: int, person: str) -> None:
    """A person says that it is a proof of identity: it goes now.

    Raises:
        UnknownObjectError: there is no such mail or attachment. NotAllowedNowError: somebody was faster.
    """
    row, read = _of(resources, mail)
    _in_doubt(read, index)
    reader = MailReader()
    try:
        after = remove_documents(resources, reader, row, read, places=[index], approver=person)
    finally:
        reader.close()
    if after.attachments == read.attachments:
        raise NotAllowedNowError(f"{_STUCK} Put the whole mail aside, or ask your administrator.")


def clear_suspect(resources: Resources, mail: UUID, index: int) -> None:
    """A person says that it is something else: it stays, and its day is taken away.

    Raises:
        UnknownObjectError: there is no such mail or attachment. NotAllowedNowError: somebody was faster, or it is gone.
    """
    with resources.database.write() as session:
        row, read = opened(resources, session.get(IncomingMail, mail, with_for_update=True))
        _in_doubt(read, index)
        said = {"suspected": False, "cleared": True}
        files = [each.model_copy(update=said) if each.index == index else each for each in read.attachments]
        keep_reading(resources, row, read.model_copy(update={"attachments": files}))
        session.add(row)


def destroy_due_suspects(resources: Resources, now: datetime) -> int:
    """Destroy what nobody said to be something else by its day; how many mails that were. May be repeated at any time."""
    due = (col(IncomingMail.documents_due) <= now, col(IncomingMail.destroyed_at).is_(None))
    with resources.database.read() as session:
        mails = session.exec(select(IncomingMail.id).where(*due).order_by(col(IncomingMail.documents_due)).limit(_AT_ONCE)).all()
    reader = MailReader()
    done = 0
    try:
        for mail in mails:
            row, read = _of(resources, mail)
            with contextlib.suppress(NotAllowedNowError):  # somebody looks at it at this moment
                after = remove_documents(resources, reader, row, read, places=[each.index for each in read.suspects])
                done += after.attachments != read.attachments
    finally:
        reader.close()
    return done


def keep_reading(resources: Resources, row: IncomingMail, read: ReadMessage) -> None:
    """Seal what a mail says under the key it has now."""
    content = read.model_dump_json().encode()
    row.content = resources.vault.mail(row.key).seal("incoming_mail", "content", str(row.id), content)
    if not read.suspects:
        row.documents_due = None


def _of(resources: Resources, mail: UUID) -> tuple[IncomingMail, ReadMessage]:
    with resources.database.read() as session:
        return opened(resources, session.get(IncomingMail, mail))


def opened(resources: Resources, row: IncomingMail | None) -> tuple[IncomingMail, ReadMessage]:
    """A mail with what it says.

    Raises:
        UnknownObjectError: there is none, or it was destroyed.
    """
    if row is None or row.content is None:
        raise UnknownObjectError
    content = resources.vault.mail(row.key).open("incoming_mail", "content", str(row.id), row.content)
    return row, ReadMessage.model_validate_json(content)


def _in_doubt(read: ReadMessage, index: int) -> Attachment:
    found = next((each for each in read.attachments if each.index == index), None)
    if found is None:
        raise UnknownObjectError
    if not found.in_doubt:
        raise NotAllowedNowError("Somebody has said already what this file is.")
    return found
