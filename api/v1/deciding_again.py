"""Decisions that go back, and those of a legal reviewer: all of them rows with a revision, nothing is ever deleted.

Taken back is a decision by a new row that names it, and what stood before stands again. What was given to legal is seen and
decided by legal reviewers alone (Article 15(4); DPA 2018 Schedule 2 paragraph 19; practice.md (b) 8).
Next: adapters/database/item_decisions.py
"""

from sqlmodel import Session, select

from adapters.case_vault import CaseVault
from adapters.database.item_decisions import Decision, decisions_about, live
from adapters.database.tables import ItemDecision
from api.v1.deciding import Wanted, check_drawn, found_item, record, unchanged
from api.v1.desk_bodies import ActionBody, DecidePrivilegeBody, ReferToLegalBody, UndoItemDecisionBody
from api.v1.item_checks import check_fields
from api.v1.models import ItemDecided
from api.v1.preparation import Deed
from domain.errors import ChangedMeanwhileError, InvalidInputError, WithLegalError
from domain.item_rules import EVERYBODY, Parts, Referral
from domain.withholding import Basis, ItemChoice

_NOT_THE_LAST = "This decision does not stand any more: somebody decided anew, or took it back. Look at what stands now."


def undo(deed: Deed) -> ItemDecided:
    """Take a decision back.

    Raises:
        InvalidInputError: there is none of this revision. ChangedMeanwhileError: another one stands by now.
        WithLegalError: it is a legal reviewer's. NotAllowedNowError: the case is not in review.
    """
    return record(deed, _undone)


def refer(deed: Deed) -> ItemDecided:
    """Give an item to legal.

    Raises:
        InvalidInputError: no such item. WithLegalError: it is there already.
    """
    return record(deed, _referred)


def decide_privilege(deed: Deed) -> ItemDecided:
    """Decide about an item that was given to legal.

    Raises:
        InvalidInputError: no such item, or it was not given to legal, or its parts are not there.
        ChangedMeanwhileError: another legal reviewer decided meanwhile.
    """
    return record(deed, _privilege)


def _undone(deed: Deed, body: ActionBody) -> Wanted:
    assert isinstance(body, UndoItemDecisionBody)
    vault = deed.resources.vault.case(deed.case_id)
    with deed.resources.database.read() as session:
        target, before = _standing(session, vault, body.revision)
    # The row says what stands after it, for whoever reads it alone; what counts is which one it takes back.
    parts = before.parts if before else Parts(condition=target.parts.condition, person=target.parts.person)
    return Wanted(
        target.item,
        before.choice if before else ItemChoice.INCLUDE,
        Basis(before.basis) if before and before.basis else None,
        body.reason,
        parts.model_copy(update={"undoes": target.revision}),
        check=lambda session: _standing(session, vault, body.revision) and None,
    )


def _standing(session: Session, vault: CaseVault, revision: int) -> tuple[Decision, Decision | None]:
    """The decision of a revision, if it still stands, and the one that it went before."""
    named = select(ItemDecision.item).where(ItemDecision.case_id == vault.case_id, ItemDecision.revision == revision)
    item = session.exec(named).first()
    if item is None:
        raise InvalidInputError("There is no such decision.", field="revision")
    standing = live(decisions_about(session, vault, item))
    target = next((each for each in standing if each.revision == revision), None)
    if target is None:
        raise ChangedMeanwhileError(_NOT_THE_LAST)
    if target.of_legal:
        raise WithLegalError
    same = [each for each in standing if not each.of_legal and _about(each) == _about(target)]
    if not target.rule and same[-1] is not target:
        raise ChangedMeanwhileError(_NOT_THE_LAST)
    return target, next((each for each in reversed(same) if each.revision < revision), None)


def _about(decision: Decision) -> object:
    """What a decision is about, among those of one scope: a person, or the items that meet a condition."""
    if decision.item == EVERYBODY:
        return decision.parts.person.names[0].casefold() if decision.parts.person else ""
    return decision.parts.condition


def _referred(deed: Deed, body: ActionBody) -> Wanted:
    assert isinstance(body, ReferToLegalBody)
    item = found_item(deed, body.item, body.position)
    referral = Referral(client=body.client, adviser=body.adviser, purpose=body.purpose)
    parts, check = Parts(referral=referral), unchanged(deed, item, None)
    return Wanted(body.item, ItemChoice.WITH_LEGAL, Basis.PRIVILEGE, body.reason, parts, check=check)


def _privilege(deed: Deed, body: ActionBody) -> Wanted:
    assert isinstance(body, DecidePrivilegeBody)
    item = found_item(deed, body.item, body.position)
    choice = ItemChoice(body.decision)
    if bool(body.spans) != (choice is ItemChoice.REDACT):
        raise InvalidInputError("Say which parts are privileged, where it is only parts.", field="spans")
    check_fields(body.spans, item)
    check_drawn(deed, body.spans, choice, item)
    basis = None if choice is ItemChoice.INCLUDE else Basis.PRIVILEGE
    parts = Parts(spans=tuple(body.spans), by_legal=True)
    check = unchanged(deed, item, body.seen, by_legal=True)
    return Wanted(body.item, choice, basis, body.reason, parts, check=check)
