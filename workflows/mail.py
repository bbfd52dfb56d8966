"""What a mail does to its case: it is noted, ends a pause from its arrival, or tells that a letter came back.

No mail by itself decides anything (`security.md` section 1): withdrawing, objecting and the like are read by a caseworker.
Told twice, a mail counts once. Next: `activities/case_log.py`
"""

from collections.abc import Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.afterwards import MAIL_AFTER_END
    from domain.case import CaseState
    from domain.events import Draft, Tag
    from domain.messages import MailArrived

from workflows.proceedings import CaseEnded, Proceedings, opened


async def take_mail(case: Proceedings, arrived: MailArrived) -> None:
    """Record a mail that was joined to the case, or a report about a letter of it."""
    try:
        await _taken(case, arrived)
    except CaseEnded:
        await _after_the_end(case, arrived)


async def _after_the_end(case: Proceedings, arrived: MailArrived) -> None:
    """A case that has ended moves by a person's decision only: a task asks for it."""
    if arrived.mail in case.state.mails:
        return
    if arrived.kind == "message":
        facts = {"mail": str(arrived.mail), "arrived_at": arrived.arrived_at.isoformat()}
        task = opened(workflow.uuid4(), MAIL_AFTER_END)
        await case.record_even_if_ended(Draft(tag=Tag.MESSAGE_RECEIVED, facts={**facts}, actor=arrived.actor), task)
    elif arrived.kind == "bounce":
        task = opened(workflow.uuid4(), "letter_bounced")
        await case.record_even_if_ended(_came_back(arrived), *([task] if arrived.hard else []))
    elif arrived.kind == "joined":
        joined = Draft(tag=Tag.REQUEST_JOINED, facts={"mail": str(arrived.mail)}, actor=arrived.actor)
        await case.record_even_if_ended(joined, opened(workflow.uuid4(), "joined_after_end"))


async def _taken(case: Proceedings, arrived: MailArrived) -> None:
    if arrived.kind == "earlier":
        earlier = Draft(
            tag=Tag.REQUEST_PREDATED, facts={"mail": str(arrived.mail), "received_at": arrived.arrived_at.isoformat()}
        )
        await case.record_if(lambda state: state.received_at and arrived.arrived_at < state.received_at, earlier)
    elif arrived.kind == "joined":
        await _joined_in(case, arrived)
    elif arrived.kind == "bounce":
        await _bounced(case, arrived)
    else:
        await _joined(case, arrived)


async def _joined_in(case: Proceedings, arrived: MailArrived) -> None:
    """Another case goes on here: the earlier date counts, and whoever is known here is told. No address comes along (I8)."""
    facts = {"mail": str(arrived.mail), "received_at": arrived.arrived_at.isoformat()}
    if not await case.record_if(_unknown(arrived), Draft(tag=Tag.REQUEST_JOINED, facts={**facts}, actor=arrived.actor)):
        return
    number = case.state.sequence
    earlier = Draft(tag=Tag.REQUEST_PREDATED, facts={**facts})
    await case.record_if(lambda state: state.received_at and arrived.arrived_at < state.received_at, earlier)
    if case.state.identity_record:  # whoever showed nothing yet is not told that there is another case (I10)
        case.post("request_joined", number=number)


async def _joined(case: Proceedings, arrived: MailArrived) -> None:
    facts = {"mail": str(arrived.mail), "arrived_at": arrived.arrived_at.isoformat()}
    drafts = [Draft(tag=Tag.MESSAGE_RECEIVED, facts={**facts}, actor=arrived.actor)]
    if case.state.clarification_open:
        # "Everything" is an answer too: the clock runs again from the arrival, whatever the mail says (Article 12A(5)).
        drafts.append(Draft(tag=Tag.CLARIFICATION_ANSWERED, facts={**facts}, actor=arrived.actor))
    if arrived.evidence is not None:
        drafts.append(Draft(tag=Tag.IDENTITY_EVIDENCE_RECEIVED, facts={"evidence": str(arrived.evidence)}))
    await case.record_if(_unknown(arrived), *drafts)


async def _bounced(case: Proceedings, arrived: MailArrived) -> None:
    drafts = [_came_back(arrived)]
    if arrived.hard:
        extension = case.state.extension
        if arrived.letter_name == "extension" and extension and extension.sequence == arrived.letter_number:
            drafts.append(Draft(tag=Tag.EXTENSION_BOUNCED))  # a notice that did not arrive was not given
        # Another channel: post, telephone, another address of theirs. A person finds one.
        drafts.append(opened(workflow.uuid4(), "letter_bounced"))
    await case.record_if(_unknown(arrived), *drafts)


def _came_back(arrived: MailArrived) -> Draft:
    facts = {"mail": str(arrived.mail), "letter": str(arrived.letter_name), "number": arrived.letter_number, "hard": arrived.hard}
    return Draft(tag=Tag.LETTER_BOUNCED, facts={**facts})


def _unknown(arrived: MailArrived) -> Callable[[CaseState], bool]:
    return lambda state: arrived.mail not in state.mails
