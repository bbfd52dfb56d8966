"""`set_decision_rule` and `weigh_third_person`: one row for many items, made after a look at a sample (practice.md (b) 7).

A rule says which items (its scope), why it is right for all of them (its test), and names the twenty that somebody saw, which
nobody can choose. How many it changes is counted before it is made and kept with it. Next: adapters/database/item_decisions.py
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapters.collected import Item
from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing, newest_revision
from adapters.found_by_hand import everything_found
from adapters.resources import Resources
from api.v1.deciding import Wanted, decide_item, laws_of, record, requester_of
from api.v1.deciding_again import decide_privilege, refer, undo
from api.v1.desk_bodies import ActionBody, SetDecisionRuleBody, WeighThirdPersonBody
from api.v1.item_checks import check_about_them, check_fields, check_own_words
from api.v1.models import ItemDecided, SampleAnswer
from api.v1.preparation import Deed
from domain.authority import Action
from domain.errors import InvalidInputError, StaleHashError
from domain.item_rules import EVERYBODY, Condition, Parts, ThirdPerson, sample_of, scope
from domain.withholding import Basis, ItemChoice, bases_of, check_decision


@dataclass(frozen=True)
class _Covered:
    """The items of a rule's scope."""

    items: list[str]
    now: Counter[str]
    sample: list[Item]


def set_rule(deed: Deed) -> ItemDecided:
    """Record a rule over a collection.

    Raises:
        InvalidInputError: no basis, no parts, nothing there, or a requester's own data denied. NotAllowedNowError: not in
        review. StaleHashError: the sample that was seen is not the one of now.
    """
    return record(deed, _rule)


def weigh(deed: Deed) -> ItemDecided:
    """Record the balance of one third person.

    Raises:
        InvalidInputError: the words are the requester's own, or the law of the case has no such basis.
    """
    return record(deed, _person)


def sample(resources: Resources, view: CaseView, system: str, collection: str, condition: Condition | None) -> SampleAnswer:
    """Which items have to be seen before a rule over them is made, and what is decided of all of them now."""
    covered = _covered(resources, view, system, collection, condition)
    return SampleAnswer(sample=[item.id for item in covered.sample], covered=len(covered.items), now=dict(covered.now))


def _rule(deed: Deed, body: ActionBody) -> Wanted:
    assert isinstance(body, SetDecisionRuleBody)
    check_decision(body.decision, body.basis, laws=laws_of(deed), reason=True, parts=bool(body.spans))
    if body.decision is ItemChoice.WITH_LEGAL:
        raise InvalidInputError("Each item is given to legal by itself, with client, adviser and purpose.", field="decision")
    if any(span.start is not None or span.area is not None for span in body.spans):
        raise InvalidInputError("A rule covers fields or words; a place is another one in each item.", field="spans")
    covered = _covered(deed.resources, deed.view, body.system, body.collection, body.condition)
    if not covered.items:
        raise InvalidInputError("No item that was found is in this scope.", field="condition" if body.condition else "collection")
    if set(body.seen) != {item.id for item in covered.sample}:
        raise StaleHashError("Look at the sample of this rule first; what it covers may have changed since you did.")
    requester = requester_of(deed)
    if body.basis is Basis.THIRD_PARTY and body.decision is not ItemChoice.EXTRACT:  # an extract names what is given
        check_own_words(requester, [span.words for span in body.spans if span.words], "spans")
    for item in covered.sample:
        check_fields(body.spans, item)
    for item in _items(deed.resources, deed.view, body.system, body.collection, body.condition):
        check_about_them(requester, body.decision, body.basis, item, body.spans)
    parts = Parts(
        spans=tuple(body.spans),
        condition=body.condition,
        sample=tuple(item.id for item in covered.sample),
        before=dict(covered.now),
        after={body.decision.value: len(covered.items)},
    )
    place = scope(body.system, body.collection)
    return Wanted(place, body.decision, body.basis, body.reason, parts, covered=len(covered.items))


def _person(deed: Deed, body: ActionBody) -> Wanted:
    assert isinstance(body, WeighThirdPersonBody)
    person = ThirdPerson.model_validate(body.model_dump(exclude={"reason"}))
    check_own_words(requester_of(deed), list(person.names), "names")
    if Basis.THIRD_PARTY not in bases_of(laws_of(deed)):
        raise InvalidInputError("The law that applies to this person does not know this basis.", field="disclose")
    choice = ItemChoice.INCLUDE if person.disclose else ItemChoice.REDACT
    return Wanted(EVERYBODY, choice, None if person.disclose else Basis.THIRD_PARTY, body.reason, Parts(person=person), covered=0)


def _covered(resources: Resources, view: CaseView, system: str, collection: str, condition: Condition | None) -> _Covered:
    """Go through a collection, keeping ids alone; the sample's rows are read again."""
    vault = resources.vault.case(view.receipt.case_id)
    with resources.database.read() as session:
        standing = Standing.read(session, vault)
        seed = f"{scope(system, collection)}@{newest_revision(session, view.receipt.case_id)}"
    items: list[str] = []
    now: Counter[str] = Counter()
    for item in _items(resources, view, system, collection, condition):
        if item.id in standing.legal:
            continue  # no rule goes before what legal decides, and nobody else looks at it
        items.append(item.id)
        decision = standing.of(item.id, item.row)
        now[decision.choice.value if decision else ItemChoice.INCLUDE.value] += 1
    chosen = set(sample_of(items, seed))
    shown = [item for item in _items(resources, view, system, collection, condition) if item.id in chosen]
    return _Covered(items, now, shown)


def _items(resources: Resources, view: CaseView, system: str, collection: str, condition: Condition | None) -> Iterator[Item]:
    collected = everything_found(resources, view.state, view.state.run)
    named = [one for one in collected.collections if (one.system, one.name) == (system, collection)]
    return (item for one in named for item in one.items() if condition is None or condition.holds(item.row))


# Decisions that are rows and no commands of the workflow.
DESK: dict[Action, Callable[[Deed], ItemDecided]] = {
    Action.SET_ITEM_DECISION: decide_item,
    Action.SET_DECISION_RULE: set_rule,
    Action.WEIGH_THIRD_PERSON: weigh,
    Action.UNDO_ITEM_DECISION: undo,
    Action.REFER_TO_LEGAL: refer,
    Action.DECIDE_PRIVILEGE: decide_privilege,
}
