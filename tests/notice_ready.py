"""A notice that is approved and ready to be sent, made by the activities and events that make one."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from activities.breach_log import BreachLog
from activities.notices import Notices
from activities.systems.registry import Systems
from adapters.database.breach_intake import seal_note
from adapters.database.notice_reader import NOTICE, IncomingNotice, NoticeReader, open_notice
from adapters.database.notice_recipients import Listed, Recipients
from adapters.resources import Resources
from domain.notice_events import NoticeDraft, NoticeEvent, NoticeTag, segment_facts
from domain.notice_messages import NoticeOpening, NoticePrepared, NoticeRef, RecordNoticeEvents

WORDS = {
    "subject": "Please read: stolen passwords were tried",
    "nature": "On 22 November somebody tried passwords that were stolen elsewhere.",
    "consequences": "Somebody may have seen what is in your account.",
    "measures": "We ended every session and reset the passwords.",
    "advice": "Go to the site as usual and choose a new password.",
}


def addresses(number: int) -> Iterable[Listed]:
    """So many people."""
    return (Listed(f"person{each}@example.com", "GB", "en") for each in range(number))


def notice_ready(resources: Resources, people: Iterable[Listed]) -> UUID:
    """A notice whose sending has started."""
    incoming = IncomingNotice(title="Log-in only", purpose="breach", caller="system")
    notice_id = open_notice(resources, incoming, datetime.now(UTC))[0].dossier.id
    opening: NoticeOpening = BreachLog(resources).read_notice_opening(NoticeRef(notice_id=notice_id))
    happened(resources, notice_id, NoticeDraft(tag=NoticeTag.OPENED, facts=opening.facts))
    listed, lines = Recipients(resources.database, resources.vault, notice_id), iter(people)
    while batch := list(islice(lines, 2_000)):
        listed.add(batch)
    with resources.database.write() as session:
        vault, now = resources.vault, datetime.now(UTC)
        notes: dict[str, Any] = {
            name: str(seal_note(session, vault, notice_id, NOTICE, author="system", text=text, now=now))
            for name, text in WORDS.items()
        }
    happened(resources, notice_id, NoticeDraft(tag=NoticeTag.LETTER_SET, facts=notes | {"language": "en"}))
    happened(resources, notice_id, NoticeDraft(tag=NoticeTag.PREPARE_WANTED))
    systems = Systems(resources.datamap, Path(resources.settings.home))
    prepared: NoticePrepared = Notices(resources, systems).prepare_notice(NoticeRef(notice_id=notice_id))
    segments: dict[str, Any] = {"segments": segment_facts(prepared.segments)}
    happened(resources, notice_id, NoticeDraft(tag=NoticeTag.PREPARED, facts=segments))
    happened(resources, notice_id, NoticeDraft(tag=NoticeTag.STARTED))
    return notice_id


def happened(resources: Resources, notice_id: UUID, draft: NoticeDraft) -> None:
    """Record one event."""
    reader = NoticeReader(resources)
    sequence = len(reader.events(notice_id)) + 1
    event = NoticeEvent(sequence=sequence, tag=draft.tag, at=datetime.now(UTC), actor="system", facts=draft.facts)
    message = RecordNoticeEvents(notice_id=notice_id, command_id=f"test:{uuid4().hex}", events=[event])
    BreachLog(resources).record_notice_event(message)
