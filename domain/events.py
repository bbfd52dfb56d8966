"""The vocabulary of what can happen to a case, as an authority would read it.

A tag reads `source:subject:action`: who the record is about, what it concerns, what happened, in the past tense. Facts are
ids, enums, counts, hashes and dates; free text is a sealed note whose id stands in the facts (design principle 3).
Next: `domain/case.py`, the state that these make.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.texts import FactText, Name, PersonId

Fact = FactText | int | bool | None | list[FactText]


class Tag(StrEnum):
    """Every event there is. A retired tag stays here as a comment, so that old records can be read."""

    REQUEST_RECEIVED = "case:request:received"
    REQUEST_PREDATED = "case:request:predated"  # another copy of the mail had arrived before: the clock runs from there
    REQUEST_WITHDRAWN = "case:request:withdrawn"
    REQUEST_DISOWNED = "case:request:disowned"  # "this was not me"
    REQUEST_JOIN_PROPOSED = "case:request:join_proposed"  # nothing proves that both are of one person: a second one decides
    REQUEST_JOINED = "case:request:joined"  # another case was joined into this one
    REQUEST_MERGED = "case:request:merged"
    REQUEST_HELD = "case:request:held"
    REQUEST_RELEASED = "case:request:released"
    REQUEST_REOPENED = "case:request:reopened"
    REQUEST_RESUMED = "case:request:resumed"  # its workflow started anew from the record
    REQUEST_CLOSED = "case:request:closed"
    CLOSING_PROPOSED = "case:closing:proposed"

    IDENTIFIER_CLAIMED = "case:identifier:claimed"
    IDENTIFIER_FOUND = "case:identifier:found"  # a contact that the systems hold: told of the request (I6)
    IDENTIFIER_LOOKED_UP = "case:identifier:looked_up"  # whose it is in the systems; the names are a sealed note
    IDENTIFIER_PROVEN = "case:identifier:proven"
    IDENTIFIER_REJECTED = "case:identifier:rejected"
    IDENTIFIER_ACCEPTED = "case:identifier:accepted"  # a hint made a search key by a reasoned decision (I2)

    IDENTITY_ASKED = "case:identity:asked"  # the routine check of a mailbox: moves no clock
    IDENTITY_REMINDED = "case:identity:reminded"
    IDENTITY_CONFIRMED = "case:identity:confirmed"
    IDENTITY_DOUBTED = "case:identity:doubted"  # what makes it doubtful who asks; only this lets more be asked for (I1)
    IDENTITY_DISPUTED = "case:identity:disputed"  # "this was not me", from a contact that is held: holds release, no clock
    HOLDERS_TOLD = "case:holders:told"
    IDENTITY_MORE_REQUESTED = "case:identity:more_requested"  # Article 12(6): restarts the month in the UK
    IDENTITY_EVIDENCE_RECEIVED = "case:identity:evidence_received"
    IDENTITY_EVIDENCE_DESTROYED = "case:identity:evidence_destroyed"

    CLARIFICATION_ASKED = "case:clarification:asked"  # Article 12A(5): stops the clock of an access request in the UK
    CLARIFICATION_ANSWERED = "case:clarification:answered"  # from the reply's arrival; "everything" is an answer
    EXTENSION_DECIDED = "case:extension:decided"
    EXTENSION_NOTIFIED = "case:extension:notified"  # only this moves a date (Article 12(3))
    EXTENSION_BOUNCED = "case:extension:bounced"  # the notice did not arrive: it was not given
    REFUSAL_PROPOSED = "case:refusal:proposed"
    REFUSAL_APPROVED = "case:refusal:approved"
    REFUSAL_NOTIFIED = "case:refusal:notified"  # Article 12(4)
    REFUSAL_BOUNCED = "case:refusal:bounced"
    COMPLAINT_ACKNOWLEDGED = "case:complaint:acknowledged"  # s.164A(4) DPA 2018: within 30 days
    COMPLAINT_LINKED = "case:complaint:linked"  # to the case complained of
    COMPLAINT_PROGRESS = "case:complaint:progress"
    COMPLAINT_DECIDED = "case:complaint:decided"
    FEE_ASKED = "case:fee:asked"  # Article 12(5)
    FEE_PAID = "case:fee:paid"

    RIGHT_DECIDED = "case:right:decided"  # one of several rights has its outcome
    RIGHT_ANSWERED = "case:right:answered"  # the person was told of it (Article 12(3))
    RIGHT_FOLLOWED_UP = "case:right:followed_up"  # nothing that the answer left open is open any more
    RIGHT_BOUNCED = "case:right:bounced"  # what was to be told did not arrive: it was not given, and is decided anew

    APPROVAL_ANNOUNCED = "case:approval:announced"  # one person will approve what they prepared (solo mode)
    APPROVED_ALONE = "case:approval:given_alone"
    AFTER_CHECKED = "case:approval:checked"  # somebody else looked at it afterwards

    ERASURE_RESTRICTED = "case:erasure:restricted"  # until it is known who asks, at high risk: nothing but storage
    ERASURE_LIFTED = "case:erasure:lifted"  # before it is known who asks; the person was told before that
    ERASURE_RELEASED = "case:erasure:released"
    ERASURE_PLANNED = "case:erasure:planned"
    ERASURE_EDITED = "case:erasure:edited"  # a caseworker keeps something on a ground, or erases what was to be kept
    ERASURE_APPROVED = "case:erasure:approved"
    ERASURE_RETURNED = "case:erasure:returned"
    ERASURE_ANNOUNCED = "case:erasure:announced"  # to every proven address, with a way to stop it
    ERASURE_STOPPED = "case:erasure:stopped"
    ERASURE_VOIDED = "case:erasure:voided"  # what the systems hold no longer fits what was approved
    ERASURE_INTERRUPTED = "case:erasure:interrupted"  # a system refused, or stayed away
    ERASURE_SYSTEM_SKIPPED = "case:erasure:system_skipped"
    ERASURE_CARRIED_OUT = "case:erasure:carried_out"
    ERASURE_LOOKED = "case:erasure:looked"  # searched again: only what the plan keeps may be there
    ERASURE_CERTIFIED = "case:erasure:certified"
    ERASURE_REST_TOLD = "case:erasure:rest_told"  # what was pending in the certificate is answered by now
    MEASURE_PROPOSED = "case:measure:proposed"  # a correction, a mark, a restriction, its lifting, the end of a consent
    VALUES_FOUND = "case:measure:values_found"  # what of the person's could be corrected, with how many values
    MEASURE_EXAMINED = "case:measure:examined"  # how many rows hold what a correction expects
    MEASURE_APPROVED = "case:measure:approved"
    MEASURE_RETURNED = "case:measure:returned"
    MEASURE_TAKEN_BACK = "case:measure:taken_back"  # by whoever works on the case, before anybody approved
    MEASURE_VOIDED = "case:measure:voided"  # the old value is gone, or nobody is known whose rows these are
    MEASURE_SYSTEM_SKIPPED = "case:measure:system_skipped"
    MEASURE_CARRIED_OUT = "case:measure:carried_out"
    LIFTING_DECIDED = "case:lifting:decided"  # Article 18(3): the person is told before a restriction is lifted
    LIFTING_TOLD = "case:lifting:told"
    LIFTING_BOUNCED = "case:lifting:bounced"
    VIEW_RECORDED = "case:view:recorded"  # what the person says about an automated decision (Articles 22(3), 22C(2))
    ACCOUNT_NAMED = "case:account:named"  # the one that somebody says is a child's
    ACCOUNT_SUSPENDED = "case:account:suspended"  # marked, hidden and kept from all sends; all of it can be undone
    ACCOUNT_SUSPENSION_INTERRUPTED = "case:account:suspension_interrupted"
    ACCOUNT_HOLDER_TOLD = "case:account:holder_told"
    ACCOUNT_OBJECTED = "case:account:objected"
    SAFEGUARDING_ANSWERED = "case:safeguarding:answered"  # before anything is looked at or destroyed
    ACCOUNT_DECIDED = "case:account:decided"
    ACCOUNT_REINSTATED = "case:account:reinstated"
    CREDENTIALS_BLOCKED = "case:credentials:blocked"  # keyed hashes with a last day
    TRANSFERS_FOUND = "case:transfers:found"  # who received data of the person abroad (Article 15(2))
    MARKETING_STOPPED = "case:marketing:stopped"  # at once, without a balance (Article 21(3))
    RECIPIENT_CHASED = "case:recipient:chased"  # a processor or recipient that has not answered (Articles 19, 28)

    SNAPSHOT_TAKEN = "case:snapshot:taken"
    SNAPSHOT_DESTROYED = "case:snapshot:destroyed"

    COLLECTION_STARTED = "case:collection:started"
    COLLECTION_FINISHED = "case:collection:finished"
    SYSTEM_SEARCHED = "case:system:searched"
    SYSTEM_FAILED = "case:system:failed"
    SYSTEM_SKIPPED = "case:system:skipped"
    SYSTEM_UNASKED = "case:system:unasked"
    SYSTEM_RETRIED = "case:system:retried"
    WORK_ITEM_OPENED = "case:work_item:opened"
    WORK_ITEM_COMPLETED = "case:work_item:completed"

    PACKAGE_REQUESTED = "case:package:requested"
    PACKAGE_BUILT = "case:package:built"
    PACKAGE_VOIDED = "case:package:voided"
    PACKAGE_APPROVED = "case:package:approved"
    PACKAGE_RETURNED = "case:package:returned"
    PACKAGE_PUBLISHED = "case:package:published"
    PACKAGE_OPENED = "case:package:opened"
    PARTIAL_PROPOSED = "case:partial_answer:proposed"  # a part now, the rest by the date; ends nothing
    PARTIAL_BUILT = "case:partial_answer:built"
    PARTIAL_APPROVED = "case:partial_answer:approved"
    PARTIAL_RETURNED = "case:partial_answer:returned"
    PARTIAL_VOIDED = "case:partial_answer:voided"
    PARTIAL_NOTIFIED = "case:partial_answer:notified"
    PARTIAL_OPENED = "case:partial_answer:opened"
    PACKAGE_REISSUED = "case:package:reissued"
    DELIVERY_ADDRESS_CHANGED = "case:delivery:address_changed"
    DELIVERY_NOTIFIED = "case:delivery:notified"
    DELIVERY_RECORDED = "case:delivery:recorded"
    DELIVERY_REMINDED = "case:delivery:reminded"
    DELIVERY_MISDIRECTED = "case:delivery:misdirected"  # "this reached the wrong person": every way to the copy ends
    DELIVERY_INCOMPLETE = "case:delivery:incomplete"  # "something is missing"

    NOTE_ADDED = "case:note:added"  # for colleagues; decides nothing
    MESSAGE_SENT = "case:message:sent"
    MESSAGE_RECEIVED = "case:message:received"
    MESSAGE_SETTLED = "case:message:settled"  # somebody said that the person's words need no answer
    CODE_REQUESTED = "case:code:requested"
    LETTER_FAILED = "case:letter:failed"
    LETTER_BOUNCED = "case:letter:bounced"  # a delivery report with a valid token came back

    AUTHORITY_ASKED = "case:authority:asked"  # of an agent; in the UK the month begins with its receipt
    AUTHORITY_RECEIVED = "case:authority:received"
    DEADLINE_REVIEWED = "case:deadline:reviewed"  # a question stayed unanswered; no law sets its end
    DEADLINE_ESTIMATED = "case:deadline:estimated"  # the work, on days 5 and 10: records, systems, what is still waited for
    DEADLINE_APPROACHING = "case:deadline:approaching"
    DEADLINE_PASSED = "case:deadline:passed"  # the safe date, then the legal one


class Draft(BaseModel):
    """An event that was decided and has no number yet."""

    model_config = ConfigDict(frozen=True)

    tag: Tag
    facts: dict[Name, Fact] = {}
    actor: PersonId = "system"


class Event(BaseModel):
    """One thing that happened to one case, breach or notice; each has tags of its own.

    Args:
        sequence: counted by the workflow from 1, without gaps.
        at: when it happened by the workflow's time, UTC.
        actor: who did it.
    """

    model_config = ConfigDict(frozen=True)

    sequence: int
    tag: StrEnum
    at: datetime
    actor: PersonId
    facts: dict[Name, Fact] = {}


class CaseEvent(Event):
    """One thing that happened to one case."""

    tag: Tag
