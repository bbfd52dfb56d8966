"""What decisions of the review desk are sent with: rows with a revision, not commands of the workflow (mechanics 2.3).

Next: api/v1/deciding.py
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.v1.models import Body
from domain.authority import Action
from domain.item_rules import SAMPLE, Condition, Referral, ThirdPerson
from domain.redaction import Span
from domain.texts import Name
from domain.withholding import Basis, ItemChoice

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]  # about two pages
ItemId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}\.[0-9a-f]{16}$")]
Seen = Annotated[
    int | None,
    Field(ge=0, description="revision of the decision that stood when the item was looked at, 0 for none; another one now: 409"),
]


class ActionBody(Body):
    """What an action is sent with; no body at all counts as `{}`."""


class SetItemDecisionBody(ActionBody):
    """Decide what becomes of one collected item. Not a command of the workflow: a row with a revision."""

    model_config = ConfigDict(title="SetItemDecisionBody")

    item: ItemId
    decision: ItemChoice
    basis: Annotated[Basis | None, Field(description="why the law lets it be kept back; needed for `withhold` and `redact`")] = (
        None
    )
    reason: Annotated[Reason | None, Field(description="kept sealed; never sent to the person")] = None
    spans: Annotated[
        list[Span], Field(max_length=1_000, description="what is covered by `redact`, or whose sentences `extract` gives")
    ] = []
    covers: Annotated[list[Span], Field(max_length=1_000, description="of an `extract`: what stays covered in it")] = []
    position: Annotated[int | None, Field(ge=0, le=2**31 - 1, description="where the list has it; only makes it quicker")] = None
    looked: Annotated[bool, Field(description="of a file: whoever decides had every page of it before them")] = False
    seen: Seen = None


class SetDecisionRuleBody(ActionBody):
    """Decide the same about all items of a collection, or those that meet a condition, after a look at a sample."""

    model_config = ConfigDict(title="SetDecisionRuleBody")

    system: Name
    collection: Name
    condition: Annotated[Condition | None, Field(description="which items; left out, all of the collection")] = None
    decision: ItemChoice
    basis: Annotated[Basis | None, Field(description="why the law lets it be kept back")] = None
    reason: Annotated[Reason, Field(description="the test that all these items meet; kept sealed")]
    spans: Annotated[list[Span], Field(max_length=100, description="fields or words; no places")] = []
    seen: Annotated[list[ItemId], Field(max_length=SAMPLE, description="the sample of `POST .../items/sample`, looked at")]


class WeighThirdPersonBody(ActionBody, ThirdPerson):
    """Weigh once whether somebody else may be told of (paragraph 16; Article 15(4)): covers them everywhere, or not."""

    model_config = ConfigDict(title="WeighThirdPersonBody", frozen=True, extra="forbid")

    reason: Annotated[Reason, Field(description="what decided it; kept sealed")]


class UndoItemDecisionBody(ActionBody):
    """Take a decision, a rule or a balance back: what stood before it stands again. Nothing is deleted; it is a new revision."""

    model_config = ConfigDict(title="UndoItemDecisionBody")

    revision: Annotated[int, Field(ge=1, description="of the decision; of an item, its newest")]
    reason: Annotated[Reason | None, Field(description="kept sealed")] = None


class ReferToLegalBody(ActionBody, Referral):
    """Give an item to a legal reviewer: only they see it then. Without client, adviser and purpose nothing is privileged."""

    model_config = ConfigDict(title="ReferToLegalBody", frozen=True, extra="forbid")

    item: ItemId
    position: Annotated[int | None, Field(ge=0, le=2**31 - 1, description="where the list has it; only makes it quicker")] = None
    reason: Annotated[Reason | None, Field(description="kept sealed")] = None


class DecidePrivilegeBody(ActionBody):
    """Decide of an item that was given to legal: `withhold`, `redact` the privileged parts, or `include`, back to the review."""

    model_config = ConfigDict(title="DecidePrivilegeBody")

    item: ItemId
    decision: Literal[ItemChoice.WITHHOLD, ItemChoice.REDACT, ItemChoice.INCLUDE]
    reason: Annotated[Reason, Field(description="kept sealed; read by legal reviewers alone")]
    spans: Annotated[list[Span], Field(max_length=1_000, description="what is covered by `redact`")] = []
    position: Annotated[int | None, Field(ge=0, le=2**31 - 1, description="where the list has it; only makes it quicker")] = None
    seen: Seen = None


DESK_BODIES: dict[Action, type[ActionBody]] = {
    Action.SET_ITEM_DECISION: SetItemDecisionBody,
    Action.SET_DECISION_RULE: SetDecisionRuleBody,
    Action.WEIGH_THIRD_PERSON: WeighThirdPersonBody,
    Action.UNDO_ITEM_DECISION: UndoItemDecisionBody,
    Action.REFER_TO_LEGAL: ReferToLegalBody,
    Action.DECIDE_PRIVILEGE: DecidePrivilegeBody,
}
