"""What people may wish of a case: one model per command, ids and enums only; free text is a sealed note whose id travels.

The JSON API's bodies, `docs/api.md` and the workflow's one update are made from these.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.authority import Action
from domain.case import Finding
from domain.grounds import Ground
from domain.identity import Doubt, Factor
from domain.measure_standing import RestrictionGround
from domain.reasons_to_refuse import Burden
from domain.rights import Outcome, Right, Role
from domain.texts import FactText, Name, PersonId, Sha256


class Message(BaseModel):
    """Base of all payloads: immutable, and a field that is not declared is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Actor(Message):
    """Who acts, and in which role at this moment.

    Args:
        person: one id per human being; a key acts as its owner, so that four eyes are counted by person.
        role: the role under which the action was allowed at the API; asked again in the workflow.
    """

    person: PersonId
    role: Role


class CommandBase(Message):
    """A wish to change a case. `note` is the id of a sealed note with the reason or text."""

    actor: Actor
    note: UUID | None = None


class RequestCode(CommandBase):
    """Send a fresh code to an address of the case."""

    action: Literal[Action.REQUEST_CODE] = Action.REQUEST_CODE
    identifier: UUID


class ConfirmIdentityCode(CommandBase):
    """The data subject typed a code or pressed the button behind a link; `attempt` is the row that says which."""

    action: Literal[Action.CONFIRM_IDENTITY_CODE] = Action.CONFIRM_IDENTITY_CODE
    attempt: UUID


class SubmitIdentityEvidence(CommandBase):
    action: Literal[Action.SUBMIT_IDENTITY_EVIDENCE] = Action.SUBMIT_IDENTITY_EVIDENCE
    evidence: UUID


class ConfirmIdentity(CommandBase):
    """Say that it is known who asks. Without factors it is a decision with a reason, which does while the risk is not high."""

    action: Literal[Action.CONFIRM_IDENTITY] = Action.CONFIRM_IDENTITY
    factors: list[Factor] = Field(default=[], max_length=len(Factor), description="what was shown")


class RequestMoreIdentity(CommandBase):
    """Ask for one thing more (Article 12(6)); only with a doubt on record, or with one that is named here."""

    action: Literal[Action.REQUEST_MORE_IDENTITY] = Action.REQUEST_MORE_IDENTITY
    doubt: Doubt | None = None


class RecordDoubt(CommandBase):
    """Put on record what makes it doubtful who asks. The risk rises by it, and with it what has to be shown."""

    action: Literal[Action.RECORD_DOUBT] = Action.RECORD_DOUBT
    doubt: Doubt


class NameAccount(CommandBase):
    """Say which account is reported as a child's. It is suspended at once, which can be undone, and is never a search key."""

    action: Literal[Action.NAME_ACCOUNT] = Action.NAME_ACCOUNT
    identifier: UUID
    kind: Name


class AnswerSafeguarding(CommandBase):
    """Say whether somebody may be in danger, before anything is looked at or destroyed; hold the evidence where they may be."""

    action: Literal[Action.ANSWER_SAFEGUARDING] = Action.ANSWER_SAFEGUARDING
    concern: bool
    hold_evidence: bool = False


class DecideAccount(CommandBase):
    """Delete the reported account, or give it back. Deleting needs a plan that somebody else approves."""

    action: Literal[Action.DECIDE_ACCOUNT] = Action.DECIDE_ACCOUNT
    decision: Literal["delete", "reinstate"]
    ground: Literal["shows_age", "light_check", "no_objection", "adult", "unfounded"]


class ObjectToReport(CommandBase):
    """Say as the holder of a suspended account that one is 18 or older. A person looks into it."""

    action: Literal[Action.OBJECT_TO_REPORT] = Action.OBJECT_TO_REPORT


class DisputeIdentity(CommandBase):
    """Say for the owner of a held contact that the request is not theirs. Nothing leaves until somebody has looked into it."""

    action: Literal[Action.DISPUTE_IDENTITY] = Action.DISPUTE_IDENTITY


class AddIdentifier(CommandBase):
    action: Literal[Action.ADD_IDENTIFIER] = Action.ADD_IDENTIFIER
    identifier: UUID
    kind: Name


class AcceptIdentifier(CommandBase):
    action: Literal[Action.ACCEPT_IDENTIFIER] = Action.ACCEPT_IDENTIFIER
    identifier: UUID


class RejectIdentifier(CommandBase):
    action: Literal[Action.REJECT_IDENTIFIER] = Action.REJECT_IDENTIFIER
    identifier: UUID


class ChangeDeliveryAddress(CommandBase):
    action: Literal[Action.CHANGE_DELIVERY_ADDRESS] = Action.CHANGE_DELIVERY_ADDRESS
    identifier: UUID


class CompleteWorkItem(CommandBase):
    """Say what came of something that only a person can do.

    A right that was carried out by hand is `done` with its outcome; the note is what the person will read. A refusal is none of
    its outcomes: it is proposed, and approved by somebody else. A letter on paper is `posted`, on a day.
    """

    action: Literal[Action.COMPLETE_WORK_ITEM] = Action.COMPLETE_WORK_ITEM
    work_item: UUID
    result: Literal["found", "not_found", "exception", "done", "posted", "read_out"]
    posted_on: date | None = None
    outcome: Literal[Outcome.FULFILLED, Outcome.PARTLY_FULFILLED, Outcome.NOTHING_HELD] | None = None
    files: int = 0


class RetrySystem(CommandBase):
    action: Literal[Action.RETRY_SYSTEM] = Action.RETRY_SYSTEM
    system: Name


class SearchArchive(CommandBase):
    """Search what was imported into an archive, within the scope that was agreed; again, when either has changed.

    `scope` is the revision of that scope; whoever asks for the search has prepared what is approved afterwards.
    """

    action: Literal[Action.SEARCH_ARCHIVE] = Action.SEARCH_ARCHIVE
    system: Name
    scope: int = 0


class ContinueWithoutSystem(CommandBase):
    action: Literal[Action.CONTINUE_WITHOUT_SYSTEM] = Action.CONTINUE_WITHOUT_SYSTEM
    system: Name


class RequestClarification(CommandBase):
    """Ask what is meant. In the UK this stops the clock of an access request until the reply arrives (Article 12A(5))."""

    action: Literal[Action.REQUEST_CLARIFICATION] = Action.REQUEST_CLARIFICATION


class AnswerClarification(CommandBase):
    """The reply; "everything" is one too. `arrived_at` is when it reached us, if staff record it later."""

    action: Literal[Action.ANSWER_CLARIFICATION] = Action.ANSWER_CLARIFICATION
    arrived_at: AwareDatetime | None = None


class ExtendDeadline(CommandBase):
    """Take two further months (Article 12(3)), within the first one. The reason is what the person reads in the notice."""

    action: Literal[Action.EXTEND_DEADLINE] = Action.EXTEND_DEADLINE
    ground: Literal["complexity", "number"]


class ProposeRefusal(CommandBase):
    """Propose to refuse one right, or the whole case. `text` is the id of what the person will read; the note is internal."""

    action: Literal[Action.PROPOSE_REFUSAL] = Action.PROPOSE_REFUSAL
    ground: Literal["manifestly_unfounded", "excessive", "exemption", "compelling_grounds", "legal_claims"]
    test: list[Burden] = Field(default=[], max_length=len(Burden), description="what makes it so; the burden is ours")
    text: UUID
    right: Right | None = None


class ApproveRefusal(CommandBase):
    """Let the proposed refusal go out; by somebody who prepared nothing in this case."""

    action: Literal[Action.APPROVE_REFUSAL] = Action.APPROVE_REFUSAL


class RequestAuthority(CommandBase):
    """Ask somebody who acts for the person for proof that they may. In the UK the month begins when it is here."""

    action: Literal[Action.REQUEST_AUTHORITY] = Action.REQUEST_AUTHORITY


class RecordAuthority(CommandBase):
    """Record the proof that somebody may act for the person. `arrived_at` is when it reached us, if staff record it later.

    One that is doubtful lets the request go on for the person themselves, and the copy goes to the person.
    """

    action: Literal[Action.RECORD_AUTHORITY] = Action.RECORD_AUTHORITY
    standing: Literal["sufficient", "doubtful"] = "sufficient"
    arrived_at: AwareDatetime | None = None


class LinkComplaint(CommandBase):
    """Say which case a complaint is about. Whoever worked on that one cannot handle it; nothing of it is destroyed meanwhile."""

    action: Literal[Action.LINK_COMPLAINT] = Action.LINK_COMPLAINT
    about: UUID


class SendProgress(CommandBase):
    """Tell whoever complained how far we are. The note is what they read."""

    action: Literal[Action.SEND_PROGRESS] = Action.SEND_PROGRESS


class DecideComplaint(CommandBase):
    """Say what came of a complaint; by somebody not involved. `text` is the id of the words the person reads."""

    action: Literal[Action.DECIDE_COMPLAINT] = Action.DECIDE_COMPLAINT
    finding: Finding
    text: UUID


class RecordFee(CommandBase):
    """Record that a reasonable fee was asked for or paid (Article 12(5)). Money moves elsewhere."""

    action: Literal[Action.RECORD_FEE] = Action.RECORD_FEE
    step: Literal["asked", "paid"]
    test: list[Burden] = Field(default=[], max_length=len(Burden), description="what makes it unfounded or excessive")


class PreparePackage(CommandBase):
    """Freeze the item decisions up to `revision` and build; None takes the newest."""

    action: Literal[Action.PREPARE_PACKAGE] = Action.PREPARE_PACKAGE
    revision: int | None = None


class ApprovePackage(CommandBase):
    action: Literal[Action.APPROVE_PACKAGE] = Action.APPROVE_PACKAGE
    sha256: Sha256


class PreparePartialAnswer(CommandBase):
    """Deliver what is reviewed now and the rest later. The note is what the person reads: what comes now, what later, why."""

    action: Literal[Action.PREPARE_PARTIAL_ANSWER] = Action.PREPARE_PARTIAL_ANSWER
    without: list[Name] = Field(default=[], description="systems that are left for later")


class ApprovePartialAnswer(CommandBase):
    """Let exactly this part go out; by somebody who prepared nothing in this case. The case stays open."""

    action: Literal[Action.APPROVE_PARTIAL_ANSWER] = Action.APPROVE_PARTIAL_ANSWER
    sha256: Sha256


class AnnounceAlone(CommandBase):
    """Say that you will approve what you prepared, because nobody else is there (solo mode): in 12 hours at the earliest."""

    action: Literal[Action.ANNOUNCE_ALONE] = Action.ANNOUNCE_ALONE
    approval: Literal["approve_package", "approve_partial_answer", "approve_erasure", "approve_rectification"]
    sha256: Sha256 = Field(description="of what will be approved")
    checker: PersonId = Field(description="the colleague who looks at it afterwards")


class RecordAfterCheck(CommandBase):
    """Say what you found when you looked afterwards at what a colleague approved alone. What is not in order becomes a task."""

    action: Literal[Action.RECORD_AFTER_CHECK] = Action.RECORD_AFTER_CHECK
    finding: Literal["in_order", "not_in_order"]


class ReturnForRework(CommandBase):
    action: Literal[Action.RETURN_FOR_REWORK] = Action.RETURN_FOR_REWORK


class EditErasure(CommandBase):
    """Keep a collection on a ground of Article 17(3) until a last day, or erase what the plan keeps; another plan is made."""

    action: Literal[Action.EDIT_ERASURE] = Action.EDIT_ERASURE
    system: Name
    collection: Name
    keep: bool
    ground: Ground | None = None
    until: date | None = None


class ApproveErasure(CommandBase):
    """Let exactly this plan be carried out; by somebody who prepared nothing in this case."""

    action: Literal[Action.APPROVE_ERASURE] = Action.APPROVE_ERASURE
    sha256: Sha256


class CancelErasure(CommandBase):
    """Stop an erasure before anything is gone: the data subject by the link in the notice, or staff who were told."""

    action: Literal[Action.CANCEL_ERASURE] = Action.CANCEL_ERASURE


class ProposeRectification(CommandBase):
    """Propose to correct fields, each with its old and its new value; the note says what shows that the new one is right.

    `changes` is the sealed note with the values, `sha256` their keyed hash, `places` the fields. With a review of an automated
    decision it changes what the decision left behind: an account is restored, a refusal taken back.
    """

    action: Literal[Action.PROPOSE_RECTIFICATION] = Action.PROPOSE_RECTIFICATION
    changes: UUID
    sha256: Sha256
    places: list[FactText]
    right: Right | None = None
    contact: bool = False  # among them how the person is reached, or signs in: more has to be shown of who asks


class ApproveRectification(CommandBase):
    """Let exactly these corrections be made; by somebody who prepared nothing in this case."""

    action: Literal[Action.APPROVE_RECTIFICATION] = Action.APPROVE_RECTIFICATION
    sha256: Sha256


class TakeBackRectification(CommandBase):
    """Take a proposed correction back before anybody approved it, one's own or a colleague's; the note says what is wrong."""

    action: Literal[Action.TAKE_BACK_RECTIFICATION] = Action.TAKE_BACK_RECTIFICATION


class MarkDisputed(CommandBase):
    """Mark a record that is not corrected as disputed, with the person's own statement in `text`."""

    action: Literal[Action.MARK_DISPUTED] = Action.MARK_DISPUTED
    system: Name
    collection: Name
    text: UUID


class RestrictProcessing(CommandBase):
    """Restrict processing on a ground of Article 18(1): nothing but storage, in every system, until it is lifted."""

    action: Literal[Action.RESTRICT_PROCESSING] = Action.RESTRICT_PROCESSING
    ground: RestrictionGround
    purposes: list[Name] = Field(default=[], description="purposes that stop; left out, all of them")


class AnnounceLifting(CommandBase):
    """Tell the person that a restriction will be lifted (Article 18(3)), also the one that holds while an erasure waits.

    `text` is the id of the words that they read.
    """

    action: Literal[Action.ANNOUNCE_LIFTING] = Action.ANNOUNCE_LIFTING
    text: UUID


class LiftRestriction(CommandBase):
    """Lift a restriction, after the person was told that it will be."""

    action: Literal[Action.LIFT_RESTRICTION] = Action.LIFT_RESTRICTION


class WithdrawConsent(CommandBase):
    """End the consent to these purposes, from the receipt of the withdrawal on (Article 7(3))."""

    action: Literal[Action.WITHDRAW_CONSENT] = Action.WITHDRAW_CONSENT
    purposes: list[Name] = Field(min_length=1, description="purposes that rest on consent")


class RecordView(CommandBase):
    """Record what the person says about an automated decision (Article 22(3); UK Article 22C(2)). The note is their view."""

    action: Literal[Action.RECORD_VIEW] = Action.RECORD_VIEW


class OpenPackage(CommandBase):
    action: Literal[Action.OPEN_PACKAGE] = Action.OPEN_PACKAGE
    attempt: UUID


class RecordDelivery(CommandBase):
    action: Literal[Action.RECORD_DELIVERY] = Action.RECORD_DELIVERY
    channel: Literal["post", "in_person", "secure_transfer", "other_controller"] = Field(
        description="`other_controller`: handed to another one that the person named (Article 20(2)); the note says which"
    )


class ReissuePackage(CommandBase):
    """Send a new link to a copy that was delivered, for six months after that; it opens with a fresh code as before."""

    action: Literal[Action.REISSUE_PACKAGE] = Action.REISSUE_PACKAGE


class ReportWrongPerson(CommandBase):
    """Say that the copy, or its letter, reached somebody else. Links and codes end at once; a caseworker looks into it."""

    action: Literal[Action.REPORT_WRONG_PERSON] = Action.REPORT_WRONG_PERSON


class ReportMissing(CommandBase):
    """Say what is missing or wrong in the copy; the note has the words. A caseworker looks into it, also after the end."""

    action: Literal[Action.REPORT_MISSING] = Action.REPORT_MISSING


class SendMessage(CommandBase):
    action: Literal[Action.SEND_MESSAGE] = Action.SEND_MESSAGE


class NeedsNoAnswer(CommandBase):
    """Say that what the person wrote last needs no answer, such as thanks: who said so and when stays on record."""

    action: Literal[Action.NEEDS_NO_ANSWER] = Action.NEEDS_NO_ANSWER


class AddNote(CommandBase):
    """Write something down for colleagues; the person does not get it, and it decides nothing."""

    action: Literal[Action.ADD_NOTE] = Action.ADD_NOTE


class Withdraw(CommandBase):
    action: Literal[Action.WITHDRAW] = Action.WITHDRAW


class Disown(CommandBase):
    action: Literal[Action.DISOWN] = Action.DISOWN


class MergeDuplicate(CommandBase):
    """Join with another case of the same person. Where nothing proves that, it is proposed, and a second person decides."""

    action: Literal[Action.MERGE_DUPLICATE] = Action.MERGE_DUPLICATE
    into: UUID
    same: Literal["subject", "mailbox"] | None = None  # what proves that both are of one person


class Hold(CommandBase):
    action: Literal[Action.HOLD] = Action.HOLD


class Release(CommandBase):
    action: Literal[Action.RELEASE] = Action.RELEASE


class Close(CommandBase):
    action: Literal[Action.CLOSE] = Action.CLOSE
    outcome: Outcome | None = None


class Reopen(CommandBase):
    action: Literal[Action.REOPEN] = Action.REOPEN


Command = Annotated[
    RequestCode
    | ConfirmIdentityCode
    | SubmitIdentityEvidence
    | ConfirmIdentity
    | RequestMoreIdentity
    | RecordDoubt
    | DisputeIdentity
    | NameAccount
    | AnswerSafeguarding
    | DecideAccount
    | ObjectToReport
    | AddIdentifier
    | AcceptIdentifier
    | RejectIdentifier
    | ChangeDeliveryAddress
    | CompleteWorkItem
    | RetrySystem
    | SearchArchive
    | ContinueWithoutSystem
    | RequestClarification
    | AnswerClarification
    | ExtendDeadline
    | ProposeRefusal
    | ApproveRefusal
    | RequestAuthority
    | RecordAuthority
    | RecordFee
    | LinkComplaint
    | SendProgress
    | DecideComplaint
    | PreparePackage
    | ApprovePackage
    | PreparePartialAnswer
    | ApprovePartialAnswer
    | AnnounceAlone
    | RecordAfterCheck
    | ReturnForRework
    | EditErasure
    | ApproveErasure
    | CancelErasure
    | ProposeRectification
    | ApproveRectification
    | TakeBackRectification
    | MarkDisputed
    | RestrictProcessing
    | AnnounceLifting
    | LiftRestriction
    | WithdrawConsent
    | RecordView
    | OpenPackage
    | RecordDelivery
    | ReissuePackage
    | ReportWrongPerson
    | ReportMissing
    | SendMessage
    | NeedsNoAnswer
    | AddNote
    | Withdraw
    | Disown
    | MergeDuplicate
    | Hold
    | Release
    | Close
    | Reopen,
    Field(discriminator="action"),
]
