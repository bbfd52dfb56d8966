"""The body of every action, made from `domain/commands.py`: the same fields, with words where the command carries a note's id.

A reason, a message or an answer becomes a sealed note before the command leaves the web process; a code becomes an attempt
row; a file a sealed blob. What is not named here travels as it is. Next: api/v1/preparation.py
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, create_model

from api.v1.desk_bodies import DESK_BODIES, ActionBody, Reason
from api.v1.examples import EXAMPLES, WHY
from api.v1.models import Body
from domain.authority import Action
from domain.commands import Command, CommandBase
from domain.rights import Right
from domain.texts import Name

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=320)]  # the longest e-mail address
FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]


class CorrectionBody(Body):
    """One field, with what it holds now and what it should hold; left out: nothing stands there (Article 16)."""

    model_config = ConfigDict(title="CorrectionBody")

    system: Name
    collection: Name
    field: FieldName
    old: Annotated[str | None, StringConstraints(max_length=4_000)] = None
    new: Annotated[str | None, StringConstraints(max_length=4_000)] = None


@dataclass(frozen=True)
class Shape:
    """One action of the API.

    Args:
        body: model of its JSON.
        words: the body's field that becomes the command's sealed note, if it has one.
        files: what the parts `files` of a multipart body are, if it takes them.
        example: a body as a client would send it.
    """

    body: type[ActionBody]
    words: str | None
    files: Literal["work_item", "evidence"] | None
    example: dict[str, Any]


# Which words an action takes: the field's name, and whether it has to be there. The workflow asks again.
_REASON_NEEDED = frozenset(
    {
        Action.CONFIRM_IDENTITY,
        Action.REQUEST_MORE_IDENTITY,
        Action.ACCEPT_IDENTIFIER,
        Action.CHANGE_DELIVERY_ADDRESS,
        Action.CONTINUE_WITHOUT_SYSTEM,
        Action.EXTEND_DEADLINE,
        Action.PROPOSE_REFUSAL,
        Action.RECORD_FEE,
        Action.RECORD_AUTHORITY,
        Action.DECIDE_COMPLAINT,
        Action.RETURN_FOR_REWORK,
        Action.ANNOUNCE_ALONE,
        Action.RECORD_AFTER_CHECK,
        Action.EDIT_ERASURE,
        Action.PROPOSE_RECTIFICATION,
        Action.TAKE_BACK_RECTIFICATION,
        Action.MARK_DISPUTED,
        Action.RESTRICT_PROCESSING,
        Action.ANNOUNCE_LIFTING,
        Action.LIFT_RESTRICTION,
        Action.RECORD_DELIVERY,
        Action.REPORT_MISSING,
        Action.DISPUTE_IDENTITY,
        Action.ANSWER_SAFEGUARDING,
        Action.DECIDE_ACCOUNT,
        Action.OBJECT_TO_REPORT,
        Action.DISOWN,
        Action.MERGE_DUPLICATE,
        Action.HOLD,
        Action.RELEASE,
        Action.CLOSE,
    },
)
# Staff say where they were told; the platform relays the data subject, who owes no reason (Article 12(2)).
_REASON_TAKEN = frozenset(
    {
        Action.RECORD_DOUBT,
        Action.CANCEL_ERASURE,
        Action.REJECT_IDENTIFIER,
        Action.WITHDRAW,
        Action.REOPEN,
        Action.REPORT_WRONG_PERSON,
        Action.NEEDS_NO_ANSWER,
        Action.APPROVE_PACKAGE,
        Action.APPROVE_PARTIAL_ANSWER,
    }
)

_WHY_UNSEEN = (Reason | None, Field(None, description="why it may leave although nobody looked at all of it; kept sealed"))
# Fields of a command that a client cannot know, and what it sends in their place.
_INSTEAD: dict[Action, dict[str, Any]] = {
    Action.REQUEST_CODE: {
        "identifier": (UUID | None, Field(None, description="where the code goes; the delivery address unless said otherwise"))
    },
    Action.CONFIRM_IDENTITY_CODE: {
        "attempt": None,
        "code": (Annotated[str, StringConstraints(min_length=8, max_length=20)], Field(description="8 digits, as typed")),
    },
    Action.SUBMIT_IDENTITY_EVIDENCE: {"evidence": None},
    Action.ADD_IDENTIFIER: {
        "identifier": None,
        "kind": (Name, Field(description="`email`, `phone`, `postal_address`, or a kind that the data map names")),
        "value": (Value, Field(description="kept sealed; a search key only once proven or accepted")),
    },
    Action.NAME_ACCOUNT: {
        "identifier": None,
        "kind": (Name, Field(description="`email`, or a kind that the data map names")),
        "value": (Value, Field(description="the account that is reported; kept sealed, and never a search key")),
    },
    Action.COMPLETE_WORK_ITEM: {
        "files": None,
        "note": (Reason | None, Field(None, description="needed for `exception`; with an `outcome` the person reads it")),
    },
    Action.REQUEST_CLARIFICATION: {"question": (Words, Field(description="what the person is asked, by letter"))},
    Action.REQUEST_AUTHORITY: {"question": (Words, Field(description="what the agent is asked for, by letter"))},
    Action.ANSWER_CLARIFICATION: {"answer": (Words, Field(description="the reply; `everything` is one too"))},
    Action.PROPOSE_REFUSAL: {
        "right": (Right | None, Field(None, description="one of several; left out, the whole request is refused")),
        "text": (Words, Field(description="what the person will read: the reasons, in plain words")),
    },
    Action.PREPARE_PARTIAL_ANSWER: {
        "text": (Words, Field(description="what the person reads: what comes now, what comes later, and why"))
    },
    Action.PROPOSE_RECTIFICATION: {
        "sha256": None,
        "places": None,
        "contact": None,
        "changes": (Annotated[list[CorrectionBody], Field(min_length=1, max_length=50)], Field(description="kept sealed")),
        "right": (Right | None, Field(None, description="`automated_decision_review` where the request has both")),
    },
    Action.MARK_DISPUTED: {"text": (Words, Field(description="the person's own statement, kept sealed"))},
    Action.ANNOUNCE_LIFTING: {"text": (Words, Field(description="what the person reads: why it ends"))},
    Action.RECORD_VIEW: {"text": (Words, Field(description="what the person says about the decision; kept sealed"))},
    Action.DECIDE_COMPLAINT: {"text": (Words, Field(description="what the person reads: what we found, and what changed"))},
    Action.LINK_COMPLAINT: {"about": (Value, Field(description="reference or id of the case complained of"))},
    Action.SEARCH_ARCHIVE: {"scope": None},
    Action.APPROVE_PACKAGE: {"reason": _WHY_UNSEEN},
    Action.APPROVE_PARTIAL_ANSWER: {"reason": _WHY_UNSEEN},
    Action.NEEDS_NO_ANSWER: {"reason": (Reason | None, Field(None, description="kept sealed"))},
    Action.ADD_NOTE: {"text": (Words, Field(description="for colleagues; kept sealed, and the person does not get it"))},
    Action.SEND_PROGRESS: {"text": (Words, Field(description="what the person is told, by letter"))},
    Action.MERGE_DUPLICATE: {
        "same": None,
        "into": (
            Value,
            Field(description="reference or id of the case that goes on; unproven, it is proposed and a second person decides"),
        ),
    },
}
_FILES: dict[Action, Literal["work_item", "evidence"]] = {
    Action.COMPLETE_WORK_ITEM: "work_item",
    Action.SUBMIT_IDENTITY_EVIDENCE: "evidence",
}

COMMANDS: dict[Action, type[CommandBase]] = {
    command.model_fields["action"].default: command for command in get_args(get_args(Command)[0])
}


# Words that are no reason: the field's own name.
_OWN_WORDS = {
    Action.SEND_MESSAGE: "text",
    Action.ADD_NOTE: "text",
    Action.COMPLETE_WORK_ITEM: "note",
    Action.REQUEST_CLARIFICATION: "question",
    Action.REQUEST_AUTHORITY: "question",
    Action.ANSWER_CLARIFICATION: "answer",
    Action.PREPARE_PARTIAL_ANSWER: "text",
    Action.SEND_PROGRESS: "text",
    Action.RECORD_VIEW: "text",
}


def _words_of(action: Action) -> str | None:
    if action in _OWN_WORDS:
        return _OWN_WORDS[action]
    return "reason" if action in _REASON_NEEDED | _REASON_TAKEN else None


def _body_of(action: Action, command: type[CommandBase]) -> type[ActionBody]:
    own = {name: info for name, info in command.model_fields.items() if name not in CommandBase.model_fields and name != "action"}
    fields: dict[str, Any] = {name: (info.annotation, info) for name, info in own.items()}
    if action in _REASON_NEEDED:
        fields["reason"] = (Reason, Field(description="kept sealed"))
    elif action in _REASON_TAKEN:
        fields["reason"] = (Reason | None, Field(None, description="kept sealed; staff have to say where they were told"))
    elif action is Action.SEND_MESSAGE:
        fields["text"] = (Words, Field(description="what the person is told, by letter"))
    fields |= _INSTEAD.get(action, {})
    given = {name: field for name, field in fields.items() if field is not None}
    name = f"{command.__name__}Body"
    return create_model(name, __base__=ActionBody, __doc__=command.__doc__, __module__=__name__, **given)


# The package is opened by the data subject, in the portal, with a fresh code: no key ever does it (`security.md` section 4).
SHAPES: dict[Action, Shape] = {
    **{action: Shape(body, "reason", None, EXAMPLES[action]) for action, body in DESK_BODIES.items()},
    **{
        action: Shape(
            body=_body_of(action, command),
            words=_words_of(action),
            files=_FILES.get(action),
            example=EXAMPLES.get(action, dict(WHY) if action in _REASON_NEEDED else {}),
        )
        for action, command in COMMANDS.items()
        if action is not Action.OPEN_PACKAGE
    },
}
