"""Proofs of identity in a mail: kept as evidence when we asked, destroyed when nobody did, left to a person when in doubt.

Next: `adapters/incoming/removal.py`
"""

from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID

from activities.mail_knowledge import Knowledge
from adapters.database.mail_tables import IncomingMail
from adapters.evidence import store_evidence
from adapters.incoming.reader import MailReader
from adapters.incoming.removal import SUSPECTED_FOR, remove_documents
from adapters.incoming.store import open_raw
from adapters.resources import Resources
from domain.errors import InvalidInputError
from domain.incoming import ReadMessage
from domain.triage import Disposition, Standing


class DocumentDesk:
    """Deals with what looks like a proof of identity.

    Args:
        resources: opened once by the worker.
        reader: of mail.
    """

    def __init__(self, resources: Resources, reader: MailReader) -> None:
        self._resources = resources
        self._reader = reader

    def dealt_with(self, mail: IncomingMail, read: ReadMessage, known: Knowledge, decided: Disposition) -> ReadMessage:
        """The mail as it reads afterwards; `mail` and its row are changed.

        What is only suspected stays until a person has looked, or its day comes. So does what comes beside the first proof that
        we asked for: the other side of a card is nothing that nobody asked for.
        """
        if not (read.documents or read.suspects):
            return read
        state = known.state
        asked = state is not None and state.more_identity_asked and not state.identity_record
        certain = [each.index for each in read.documents]
        if decided.standing is Standing.JOINED and asked and known.case_id is not None:
            certain = self._keep_as_evidence(mail, read, known.case_id)
            read = _suspected(read, set(certain))
        if certain:
            read = remove_documents(self._resources, self._reader, mail, read, places=certain)
            read = _suspected(read, set())  # what could not be taken out
        if read.suspects:
            mail.documents_due = datetime.now(UTC) + SUSPECTED_FOR
        return read

    def _keep_as_evidence(self, mail: IncomingMail, read: ReadMessage, case_id: UUID) -> list[int]:
        """The places of what is kept now and leaves the mail."""
        raw = open_raw(self._resources, mail)
        clean = [each for each in read.documents + read.suspects if each.malware != "infected"]
        for each in clean[:1]:
            content = self._reader.part(raw, each.index)
            try:
                evidence = store_evidence(
                    self._resources, case_id, BytesIO(content), each.found_type or each.media_type, each.malware
                )
            except InvalidInputError:
                return []  # too large, or of another kind: a person looks
            mail.cases = [{"case": str(case_id), "why": "evidence", "evidence": str(evidence)}]
            return [each.index]
        return []


def _suspected(read: ReadMessage, but: set[int]) -> ReadMessage:
    """The mail with its certain proofs as suspicions, but for some that go now."""
    doubted = {"document": False, "suspected": True}
    files = [
        each.model_copy(update=doubted) if each.document and not each.removed and each.index not in but else each
        for each in read.attachments
    ]
    return read.model_copy(update={"attachments": files})
