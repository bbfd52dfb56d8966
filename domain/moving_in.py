"""What a system before this one already did in a case that moves in: the clock counts it on the days on which it happened.

Each deed is an event of the case like any other, with `arrived_at` for its true moment and, as its actor, the member of staff who
vouches for it: whoever says that an identity was confirmed elsewhere cannot approve what is released on it (four eyes).
Next: domain/moving_in_csv.py
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.commands import Message
from domain.events import Draft, Fact, Tag
from domain.identity import Doubt, Factor
from domain.rights import Right
from domain.texts import PersonId


class Earlier(Message):
    """What was done before the case moved in. Instants are UTC; notes are ids of sealed rows.

    Args:
        by: who vouches for it.
        acknowledged_at: the person was told that their request arrived.
        identity_asked_at: more proof was asked for, for a stated doubt (Article 12(6)).
        identity_note: that doubt.
        identity_confirmed_at: it was settled who asks.
        identity_how: what showed it.
        clarification_asked_at: what was meant was asked.
        clarification_note: the question.
        clarification_answered_at: the answer arrived.
        extension_told_at: the notice of two further months was given (Article 12(3)).
        extension_ground: of Article 12(3).
        extension_note: the reason as the person read it.
    """

    by: PersonId
    acknowledged_at: datetime | None = None
    identity_asked_at: datetime | None = None
    identity_note: UUID | None = None
    identity_confirmed_at: datetime | None = None
    identity_how: Factor | None = None
    clarification_asked_at: datetime | None = None
    clarification_note: UUID | None = None
    clarification_answered_at: datetime | None = None
    extension_told_at: datetime | None = None
    extension_ground: Literal["complexity", "number"] | None = None
    extension_note: UUID | None = None

    def drafts(self, rights: list[Right], mailbox: UUID | None) -> list[Draft]:
        """The events of what was done, as they follow the receipt.

        Args:
            rights: what was asked for.
            mailbox: the first address of the person, which a settled identity proves.
        """
        found: list[Draft | None] = [
            self._draft(Tag.COMPLAINT_ACKNOWLEDGED, self.acknowledged_at) if Right.COMPLAINT in rights else None,
            self._draft(Tag.IDENTITY_DOUBTED, self.identity_asked_at, doubt=Doubt.STATED.value),
            self._draft(Tag.IDENTITY_MORE_REQUESTED, self.identity_asked_at, note=_id(self.identity_note)),
            *self._known(mailbox),
            self._draft(Tag.CLARIFICATION_ASKED, self.clarification_asked_at, note=_id(self.clarification_note)),
            self._draft(Tag.CLARIFICATION_ANSWERED, self.clarification_answered_at),
            self._draft(
                Tag.EXTENSION_DECIDED, self.extension_told_at, note=_id(self.extension_note), ground=self.extension_ground
            ),
            self._draft(Tag.EXTENSION_NOTIFIED, self.extension_told_at),
        ]
        return [draft for draft in found if draft is not None]

    def _known(self, mailbox: UUID | None) -> list[Draft | None]:
        key = _id(mailbox)
        how: dict[str, Fact] = {"how": "moved_in", "factors": [self.identity_how.value] if self.identity_how else []}
        return [
            self._draft(Tag.IDENTIFIER_PROVEN, self.identity_confirmed_at, identifier=key, **how) if key else None,
            self._draft(Tag.IDENTITY_CONFIRMED, self.identity_confirmed_at, identifier=key, **how),
        ]

    def _draft(self, tag: Tag, at: datetime | None, **facts: Fact) -> Draft | None:
        if at is None:
            return None
        told = {name: fact for name, fact in facts.items() if fact is not None}
        return Draft(tag=tag, actor=self.by, facts={"arrived_at": at.isoformat(), **told})


def _id(key: UUID | None) -> str | None:
    return str(key) if key else None
