"""Destroys the parts of a mail that nobody asked for: the bytes, their key, and the original in the mailbox (P81).

What stays in its place is a line with the hash and the size. The rest of the mail is sealed anew under another key, since a
part of a sealed stream cannot be destroyed by itself (`security.md` 2.4).
Next: `activities/mailroom.py`
"""

from uuid import uuid4

from sqlalchemy import update
from sqlmodel import col

from adapters.database.mail_tables import IncomingMail, MailArrival
from adapters.incoming.reader import MailReader
from adapters.incoming.store import open_raw, sealed_raw
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.incoming import ReadMessage

RULE = "unsolicited-identity-document"  # in the tombstone of the mail's old key


def remove_documents(resources: Resources, reader: MailReader, mail: IncomingMail, read: ReadMessage) -> ReadMessage:
    """Take the documents out of a stored mail for good; `mail` is changed and its row with it.

    Returns:
        the mail as it reads now. Unchanged, with a problem noted, when the parts could not be taken out: then a person has to.
    """
    places = [each.index for each in read.documents]
    rest = reader.without(open_raw(resources, mail), places)
    if not rest:
        return read.model_copy(update={"problems": [*read.problems, "A proof of identity could not be taken out by itself."]})
    old_key, old_blob = mail.key, mail.blob
    mail.key = uuid4()
    resources.vault.make_mail_keys([mail.key])
    sealed = sealed_raw(resources, mail.key, mail.id, rest)
    mail.raw, mail.blob = sealed["raw"], sealed["blob"]
    with resources.database.write() as session:
        row = session.get(IncomingMail, mail.id, with_for_update=True)
        assert row is not None
        row.key, row.raw, row.blob, row.content = mail.key, mail.raw, mail.blob, None
        row.documents += len(places)
        session.add(row)
        session.execute(update(MailArrival).where(col(MailArrival.mail) == mail.id).values(remove=True, settled=False))
    resources.vault.destroy_mail_key(old_key, rule=RULE, approver="system")
    if old_blob is not None:
        resources.blobs.delete(BlobRef.model_validate(old_blob).blob_id)
    attachments = [each.model_copy(update={"removed": True}) if each.index in places else each for each in read.attachments]
    return read.model_copy(update={"attachments": attachments})
