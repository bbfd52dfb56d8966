"""A real case for tests of letters, codes and links: taken in as intake does it, its events recorded by the one road."""

import dataclasses
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import select

from activities.case_log import CaseLog
from activities.correspondence import Correspondence
from adapters.database.identifiers import identifier_row
from adapters.database.intake import IncomingRequest, Intake
from adapters.database.tables import CaseIdentifierRow, CaseReceipt, Note
from adapters.resources import Resources
from domain.events import CaseEvent, Fact, Tag
from domain.messages import CaseRef, LetterSent, RecordEvents, SendLetter
from domain.rights import NO_IDENTITY_CHECK, Right
from tests.factories import MONDAY, SHA
from tests.post_office import Kept

ADDRESS = "ruth.adeyemi@post.imaginella.example"
PACKAGE = UUID("00000000-0000-4000-8000-0000000000bb")


def posting(resources: Resources, smtp_url: str) -> Resources:
    """The same resources with a mail server."""
    return dataclasses.replace(resources, settings=resources.settings.model_copy(update={"smtp_url": smtp_url}))


class CaseInHand:
    """One case, waiting for proof of its mailbox. `at`: when the next events happen; now, where days are counted from them."""

    at: datetime = MONDAY

    def __init__(self, resources: Resources, **changes: object) -> None:
        given = {
            "rights": [Right.ACCESS],
            "email": ADDRESS,
            "country": "GB",
            "received_at": MONDAY,
            "caller": "portal",
        }
        self.resources = resources
        receipt = Intake(resources).receive(IncomingRequest.model_validate(given | changes), MONDAY)
        self.id, self.reference, self.sequence = receipt.case_id, receipt.reference, 0
        self._open()

    @property
    def mailbox(self) -> UUID:
        """The first e-mail identifier."""
        with self.resources.database.read() as session:
            rows = select(CaseIdentifierRow.id).where(CaseIdentifierRow.case_id == self.id, CaseIdentifierRow.kind == "email")
            return session.exec(rows).first() or UUID(int=0)

    @property
    def receipt(self) -> CaseReceipt:
        with self.resources.database.read() as session:
            receipt = session.get(CaseReceipt, self.id)
            assert receipt is not None
            return receipt

    def happen(self, tag: Tag, **facts: Fact) -> None:
        """Record one event that Habeas itself found or did."""
        self.done_by("system", tag, **facts)

    def done_by(self, actor: str, tag: Tag, **facts: Fact) -> None:
        """Record one event of somebody's."""
        self.sequence += 1
        event = CaseEvent(sequence=self.sequence, tag=tag, at=self.at, actor=actor, facts=facts)
        message = RecordEvents(case_id=self.id, command_id=f"run:{self.sequence}", events=[event])
        CaseLog(self.resources).record_case_event(message)

    def proven(self) -> None:
        self.happen(Tag.IDENTIFIER_PROVEN, identifier=str(self.mailbox), how="code")
        self.happen(Tag.IDENTITY_CONFIRMED, identifier=str(self.mailbox), how="code")

    def released(self, records: int = 12) -> None:
        """Searched, built, approved and published."""
        self.proven()
        self.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(self.mailbox)], systems=["platform"])
        self.happen(Tag.SYSTEM_SEARCHED, system="platform", records=records)
        self.happen(Tag.COLLECTION_FINISHED)
        built: dict[str, Any] = {"package": str(PACKAGE), "revision": 0, "sha256": SHA, "bytes": 10, "records": records}
        self.happen(Tag.PACKAGE_BUILT, datamap=SHA, **built)
        self.happen(Tag.PACKAGE_APPROVED, sha256=SHA, binding=SHA)
        self.happen(Tag.PACKAGE_PUBLISHED, sha256=SHA)

    def second_address(self, address: str) -> UUID:
        row = identifier_row(self.resources.vault, self.id, "email", address, added_by="subject", now=MONDAY)
        with self.resources.database.write() as session:
            session.add(row)
        self.happen(Tag.IDENTIFIER_CLAIMED, identifier=str(row.id), kind="email")
        return row.id

    def note(self, text: str, author: str) -> UUID:
        note = Note(case_id=self.id, author=author, text=b"", created_at=MONDAY)
        note.text = self.resources.vault.case(self.id).seal("note", "text", str(note.id), text.encode())
        with self.resources.database.write() as session:
            session.add(note)
        return note.id

    def send(self, letter: str, number: int = 1, identifier: UUID | None = None, note: UUID | None = None) -> LetterSent:
        message = SendLetter(case_id=self.id, letter=letter, number=number, identifier=identifier, note=note)
        return Correspondence(self.resources).send_letter(message)

    def _open(self) -> None:
        opening = CaseLog(self.resources).read_opening(CaseRef(case_id=self.id))
        self.happen(
            Tag.REQUEST_RECEIVED,
            received_at=opening.received_at.isoformat(),
            channel=opening.channel.value,
            rights=[right.value for right in opening.rights],
            regimes=[*opening.regimes],
            risk=opening.risk.value,
        )
        for each in opening.identifiers:
            self.happen(Tag.IDENTIFIER_CLAIMED, identifier=str(each.identifier), kind=each.kind)
        if opening.asserted:
            self.happen(Tag.IDENTIFIER_PROVEN, identifier=str(opening.asserted), how="assertion")
            self.happen(Tag.IDENTITY_CONFIRMED, identifier=str(opening.asserted), how="assertion")
        elif not NO_IDENTITY_CHECK.issuperset(opening.rights):
            self.happen(Tag.IDENTITY_ASKED)


def code_in(letter: Kept) -> str:
    """The code a person would read in a letter."""
    found = re.search(r"^ +([0-9]{8})$", letter.text, re.MULTILINE)
    assert found is not None
    return found[1]


def token_in(letter: Kept, page: str) -> str:
    """The token of the link to a page that a letter carries."""
    found = re.search(rf"/{page}/(hl1_[A-Za-z0-9_-]{{43}})\b", letter.text)
    assert found is not None
    return found[1]
