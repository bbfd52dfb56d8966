"""Delivers a part of the answer while the case goes on: build what was found, wait for the approval, send (design section 5).

Failures: an approval that no longer fits is void, and the part is built and approved anew; a letter that did not arrive is no
delivery. It watches the state, so that a case that is carried on goes on where it stood. Next: `activities/package.py`
"""

from collections.abc import Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.package import Packaging
    from domain.case import CaseState, Package, PartialAnswer, binding_of
    from domain.events import Draft, Tag
    from domain.messages import BuildPackage, SendLetter, VerifyPackage

from workflows.options import PACKAGES
from workflows.proceedings import Proceedings


async def give_partial_answers(case: Proceedings) -> None:
    """Carry each partial answer that is proposed to its delivery. Ends with the case (CaseEnded)."""
    while True:
        await case.until(lambda state: state.partial)
        partial = case.state.partial
        assert partial is not None
        if partial.package is None:
            await _build(case, partial)
        elif not partial.approved:
            known = partial.model_copy(deep=True)
            await case.until(lambda state, known=known: state.partial != known)  # type: ignore[misc]
        else:
            await case.until(lambda state: not state.held)
            await _give(case, partial, partial.package)


async def _build(case: Proceedings, partial: PartialAnswer) -> None:
    message = BuildPackage(
        case_id=case.case_id,
        run=case.state.run,
        identity_record=case.state.identity_record,
        partial=partial.sequence,
        without=partial.without,
    )
    built = await case.unless_ended(workflow.start_activity_method(Packaging.build_package, message, **PACKAGES))
    await case.record_if(_still(partial), Draft(tag=Tag.PARTIAL_BUILT, facts=built.facts))


async def _give(case: Proceedings, partial: PartialAnswer, package: Package) -> None:
    message = VerifyPackage(case_id=case.case_id, package=package.id, sha256=package.sha256, datamap=package.datamap)
    stands = await case.unless_ended(workflow.start_activity_method(Packaging.verify_package, message, **PACKAGES))
    told = False
    if stands.intact and package.binding == binding_of(case.state, package):
        letter = SendLetter(case_id=case.case_id, letter="partial_answer", number=package.approved_by, note=partial.text)
        told = await case.deliver_or_ask(letter)
    await case.record_if(_still(partial), Draft(tag=Tag.PARTIAL_NOTIFIED if told else Tag.PARTIAL_VOIDED))


def _still(partial: PartialAnswer) -> Callable[[CaseState], bool]:
    """Whether this is still the part that is on its way: somebody may have returned it, or released the whole meanwhile."""
    return lambda state: state.partial is not None and state.partial.sequence == partial.sequence
