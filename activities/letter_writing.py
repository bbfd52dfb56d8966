"""A letter that is being written: its case, its address, and what both give to every part of it (Article 12(1)).

Next: `activities/letter_address.py`
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from adapters.database.tables import CaseIdentifierRow, CaseReceipt, CaseRecord
from adapters.letters import speaks
from adapters.links import LinkPurpose, make_link
from adapters.resources import Resources
from domain.case import CaseState
from domain.datamap import DataMap
from domain.deadline import Clock
from domain.incoming import Language
from domain.messages import SendLetter
from domain.regimes import zone_of

_PAGES: dict[LinkPurpose, str] = {
    "verify": "verify",
    "follow": "follow",
    "package": "collect",
    "stop": "stop",
    "dispute": "dispute",
    "object": "object",
    "mandate": "mandate",
}
Facts = dict[str, object]


@dataclass(frozen=True)
class Writing:
    """A letter that is being written, inside the transaction that will hold it.

    Args:
        state: of the record; an empty one before the case has been recorded.
        address: where the letter goes; None: on paper, since the case has no mailbox.
        now: UTC; the letter's date.
    """

    resources: Resources
    session: Session
    message: SendLetter
    receipt: CaseReceipt
    state: CaseState
    address: CaseIdentifierRow | None
    now: datetime

    @property
    def language(self) -> Language:
        """The language of the person's own words, if this letter has it; English otherwise."""
        wrote: Language = "de" if self.receipt.language == "de" else "fr" if self.receipt.language == "fr" else "en"
        return speaks(self.message.letter, wrote, self.resources.settings.letters)

    @property
    def datamap(self) -> DataMap:
        """The data map in force, its words in the language of the letter."""
        return self.resources.datamap.in_language(self.language)

    @property
    def zone(self) -> ZoneInfo:
        """The controller's own zone, in which letters name days and hours."""
        return ZoneInfo(zone_of(self.resources.datamap.controller.country) or "UTC")

    @property
    def promised(self) -> date:
        """The date of the first clock; only longer time that was notified makes it another (practice.md 3.5)."""
        record = self.session.get(CaseRecord, self.receipt.case_id)
        clock = Clock.model_validate(record.clock) if record else None
        return (clock.promised if clock else None) or self.receipt.safe_due

    @property
    def proven(self) -> bool:
        """Whether the address is one that somebody has shown to be theirs."""
        if self.address is None:
            return bool(self.state.identity_record)  # of whom a caseworker made sure, and who has no address to prove
        identifier = self.state.identifiers.get(self.address.id)
        if identifier is None:  # not recorded yet
            return self.receipt.asserted_identifier == self.address.id
        return identifier.standing == "proven"

    @property
    def held(self) -> bool:
        """Whether the address is one that the systems hold for the person."""
        identifier = self.state.identifiers.get(self.address.id) if self.address else None
        return identifier is not None and bool(identifier.found)

    def link(self, purpose: LinkPurpose) -> str | None:
        """A new link of the case, as an address to open; None on paper, where nobody could type it."""
        if self.address is None:
            return None
        token = make_link(self.session, self.receipt.case_id, purpose, self.address.id, self.now)
        return f"{self.resources.settings.public_url.rstrip('/')}/{_PAGES[purpose]}/{token}"

    def open(self, row: CaseIdentifierRow) -> str:
        """The value behind an identifier of the case; empty once it has been destroyed."""
        vault = self.resources.vault.case(self.receipt.case_id)
        return vault.open("case_identifier", "value", str(row.id), row.value).decode() if row.value else ""
