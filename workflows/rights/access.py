"""Articles 15 and 20: search, review, approve, deliver. The steps of a copy, each waiting for what only people decide.

Portability takes the same road to less: what Article 20 covers, where no copy of everything is asked for.

Failures: a system that stays down, or that only people can search, is a work item and the case waits; an approval that no
longer fits what it approved is void and asked again; a letter that the mail server refuses is a work item.
Next: `activities/collection.py`.
"""

import functools
from collections.abc import Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.collection import Collection
    from activities.package import Packaging
    from domain.case import CaseState, Package, binding_of
    from domain.case_parts import IMPORT_ARCHIVE
    from domain.events import Draft, Fact, Tag
    from domain.messages import BuildPackage, Collect, Collected, PackageBuilt, SendLetter, SystemResult, VerifyPackage
    from domain.reminding import FETCHING, Silence
    from domain.rights import Outcome, Right, Status

from workflows.holders import held_drafts, tell_holders
from workflows.options import CONNECTORS, PACKAGES
from workflows.proceedings import Proceedings, opened
from workflows.reminders import remind


async def access(case: Proceedings) -> None:
    """Carry the access request from search to a fetched package. Anything that voids an approval leads back to its step."""
    await case.until(lambda _state: not case.copying)
    if case.state.untold:  # carried on from the record
        case.errand(functools.partial(tell_holders, case))
    while not case.ended:
        await case.until(lambda state: state.usable_keys or state.run)  # without a mailbox a person says what leads there
        if case.state.needs_search or case.state.stage(case.right) is Status.COLLECTING:
            await _collect(case)
        await _review(case)
        if case.state.approved and await _deliver(case):
            decided: dict[str, Fact] = {"right": case.right.value, "outcome": _outcome(case.state).value}
            # Fetched, or told that nothing is held: a letter that the mail server took has answered it.
            await case.conclude(Draft(tag=Tag.RIGHT_DECIDED, facts=decided), still=lambda state: state.delivered_at)


def _outcome(state: CaseState) -> Outcome:
    if _nothing_held(state):
        return Outcome.NOTHING_HELD
    skipped = any(system.state == "skipped" for system in state.systems.values())
    # To cover other people's data in a record that is given refuses nothing that was due: Article 15(4).
    withheld = state.package is not None and state.package.withheld > state.package.others_covered
    return Outcome.PARTLY_FULFILLED if skipped or withheld else Outcome.FULFILLED


async def _collect(case: Proceedings) -> None:
    if case.state.needs_search:
        keys = case.state.usable_keys
        message = _search(case, run=case.state.run + 1)
        found = await case.unless_ended(workflow.start_activity_method(Collection.collect, message, **CONNECTORS))
        started = Draft(tag=Tag.COLLECTION_STARTED, facts={"run": found.run, "keys": [str(key) for key in keys]})
        await case.record(started, *_found(found), *held_drafts(case, found.held))
        if case.state.untold:
            case.errand(functools.partial(tell_holders, case))
    while case.state.waits_for_systems and not case.state.needs_search:
        retried = [name for name, system in case.state.systems.items() if system.state == "searching"]
        if retried:
            message = _search(case, run=case.state.run).model_copy(update={"systems": retried, "build": False})
            found = await case.unless_ended(workflow.start_activity_method(Collection.collect, message, **CONNECTORS))
            await case.record(*_found(found), *held_drafts(case, found.held))
            if case.state.untold:
                case.errand(functools.partial(tell_holders, case))
        else:
            waiting = dict(case.state.systems)
            await case.until(lambda state, known=waiting: state.systems != known or state.needs_search)  # type: ignore[misc]
    if case.state.needs_search:
        return
    if case.state.stage(case.right) is Status.COLLECTING:
        await case.record(Draft(tag=Tag.COLLECTION_FINISHED))
    if case.state.package is None:
        await _build(case)


def _search(case: Proceedings, *, run: int) -> Collect:
    skipped = [name for name, system in case.state.systems.items() if system.state == "skipped"]
    return Collect(
        case_id=case.case_id,
        run=run,
        keys=case.state.usable_keys,
        skipped=skipped,
        build=True,
        identity_record=case.state.identity_record,
        portable=case.right is Right.PORTABILITY,
    )


def _found(found: Collected) -> list[Draft]:
    drafts: list[Draft] = []
    for result in found.results:
        system = result.system
        if result.state == "searched":
            drafts.append(Draft(tag=Tag.SYSTEM_SEARCHED, facts=_searched(result)))
            continue
        if result.state == "unasked":
            drafts.append(Draft(tag=Tag.SYSTEM_UNASKED, facts={"system": system, "archive": True}))
            continue
        if result.state == "failed":
            drafts.append(Draft(tag=Tag.SYSTEM_FAILED, facts={"system": system, "reason": result.reason}))
        kind = "system_failed" if result.state == "failed" else IMPORT_ARCHIVE if result.archive else "search_by_hand"
        drafts.append(opened(workflow.uuid4(), kind, system=system))
    if found.package is not None:
        drafts += [Draft(tag=Tag.COLLECTION_FINISHED), _built(found.package)]
    return drafts


def _searched(result: SystemResult) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"system": result.system, "records": result.records}
    return facts | {"archive": True} if result.archive else facts


async def _build(case: Proceedings) -> None:
    message = BuildPackage(
        case_id=case.case_id,
        run=case.state.run,
        revision=case.state.package_wanted or None,
        identity_record=case.state.identity_record,
        portable=case.right is Right.PORTABILITY,
    )
    built = await case.unless_ended(workflow.start_activity_method(Packaging.build_package, message, **PACKAGES))
    if case.state.stage(case.right) is Status.IN_REVIEW and not case.state.needs_search:
        await case.record(_built(built))


def _built(package: PackageBuilt) -> Draft:
    return Draft(tag=Tag.PACKAGE_BUILT, facts=package.facts)


async def _review(case: Proceedings) -> None:
    while case.state.stage(case.right) is Status.IN_REVIEW and not case.state.needs_search:
        await case.until(
            lambda state: (
                state.stage(case.right) is not Status.IN_REVIEW or state.package_wanted is not None or state.needs_search
            ),
        )
        if case.state.package_wanted is not None:
            await _build(case)


async def _deliver(case: Proceedings) -> bool:
    """Publish what was approved, tell the person, wait until it is fetched. False when the approval became void."""
    await case.until(lambda state: not (state.held or state.untold) or not state.approved)
    if not case.state.approved or not await _publish(case):
        return False
    if case.state.stage(case.right) is Status.FULFILLING:
        letter = "nothing_held" if _nothing_held(case.state) else "package_ready"
        assert case.state.package is not None
        told = await case.deliver_or_ask(SendLetter(case_id=case.case_id, letter=letter, number=case.state.package.approved_by))
        # A letter that never arrived is no delivery: the address has to be looked at, and the release approved again.
        happened = Draft(tag=Tag.DELIVERY_NOTIFIED if told else Tag.PACKAGE_VOIDED)
        if told and case.state.delivery_address is None:  # on paper the copy goes with its letter
            happened = case.given(Draft(tag=Tag.DELIVERY_RECORDED, facts={"channel": "post"}))
        if not await case.record_if(lambda state: state.approved, happened) or not told:
            return False
    if _nothing_held(case.state):
        return True
    return await _wait_until_fetched(case)


def _nothing_held(state: CaseState) -> bool:
    return state.package is not None and state.package.records == 0


async def _publish(case: Proceedings) -> bool:
    package = case.state.package
    if package is None or package.published:
        return package is not None
    message = VerifyPackage(
        case_id=case.case_id,
        package=package.id,
        sha256=package.sha256,
        datamap=package.datamap,
    )
    found = await case.unless_ended(workflow.start_activity_method(Packaging.verify_package, message, **PACKAGES))
    if not found.intact or package.binding != binding_of(case.state):
        # What stands there now is not what was approved, or goes to somebody else: nothing leaves (R1).
        await case.record(Draft(tag=Tag.PACKAGE_VOIDED))
        return False
    return await case.record_if(_still(package), Draft(tag=Tag.PACKAGE_PUBLISHED, facts={"sha256": package.sha256}))


def _still(package: Package) -> Callable[[CaseState], bool]:
    """Whether the approval of this package holds: an address may have changed while the package was looked at (R1)."""
    known = package.id, package.binding
    return lambda state: state.approved and state.package is not None and (state.package.id, state.package.binding) == known


async def _wait_until_fetched(case: Proceedings) -> bool:
    case.errand(functools.partial(_remind_of_fetching, case))
    await case.until(_fetched_or_void)
    return case.state.approved


async def _remind_of_fetching(case: Proceedings) -> None:
    def silence(state: CaseState) -> Silence | None:
        if state.delivered_at is None or _fetched_or_void(state):
            return None
        return Silence(state.delivered_at, state.delivery_reminders, state.delivery_reminded_at, state.closing_proposed)

    await remind(case, FETCHING, silence, Tag.DELIVERY_REMINDED, "package_reminder")


def _fetched_or_void(state: CaseState) -> bool:
    return not state.approved or (state.package is not None and state.package.opened)
