"""How recorded events move the search of a case: systems, and what is left for a person to do. A part of `domain/folding.py`.

Next: `domain/package_folding.py`
"""

from collections.abc import Callable
from datetime import date

from domain.case import JOIN, CaseState, SystemStanding, SystemState, WorkItem
from domain.case_parts import IMPORT_ARCHIVE, LETTER_BY_POST, SEARCHES
from domain.clock_folding import prepared
from domain.event_facts import number_of, text_of, uuid_of, uuids_of
from domain.events import CaseEvent, Tag
from domain.identity_folding import void_release
from domain.rights import Status
from domain.rights_folding import stands


def _collection_started(state: CaseState, event: CaseEvent) -> None:
    state.run = number_of(event, "run")
    stands(state, state.copied, Status.COLLECTING)
    state.searched_keys = uuids_of(event, "keys")
    # What a caseworker decided to leave out stays left out when another identifier makes another search necessary.
    state.systems = {name: system for name, system in state.systems.items() if system.state == "skipped"}


def _system(standing: SystemStanding) -> Callable[[CaseState, CaseEvent], None]:
    def rule(state: CaseState, event: CaseEvent) -> None:
        state.systems[text_of(event, "system")] = SystemState(
            state=standing,
            records=number_of(event, "records"),
            searched_at=event.at if standing == "searched" else None,
            archive=_is_archive(state, event),
        )
        if standing == "skipped":
            prepared(state, event)
        if standing == "searching" and "scope" in event.facts:
            prepared(state, event)
            if state.stage(state.copied) is Status.IN_REVIEW:  # what is reviewed now will be something else
                void_release(state)
                stands(state, state.copied, Status.COLLECTING)

    return rule


def _is_archive(state: CaseState, event: CaseEvent) -> bool:
    known = state.systems.get(text_of(event, "system"))
    return bool(event.facts.get("archive")) or (known is not None and known.archive)


def _work_item_opened(state: CaseState, event: CaseEvent) -> None:
    names = ("system", "right", "letter", "sent", "collection", "recipient", "due", "measure")
    named = {name: event.facts[name] for name in names if event.facts.get(name)}
    item = WorkItem.model_validate({"kind": text_of(event, "kind"), "opened_at": event.at, **named})
    state.work_items[uuid_of(event, "work_item")] = item
    if item.kind in SEARCHES and item.system:
        state.systems[item.system] = SystemState(state="manual", archive=item.kind == IMPORT_ARCHIVE)


def _work_item_completed(state: CaseState, event: CaseEvent) -> None:
    item = state.work_items[uuid_of(event, "work_item")]
    item.result = text_of(event, "result")
    if item.kind == JOIN:  # answered by itself it means no: they stay apart
        state.joining = None
        return
    if item.kind == LETTER_BY_POST:  # whoever brings a letter to the post has prepared nothing
        item.posted_on = date.fromisoformat(text_of(event, "posted_on")) if event.facts.get("posted_on") else None
        return
    prepared(state, event)
    if item.kind in SEARCHES and item.system:
        files, archive = number_of(event, "files"), item.kind == IMPORT_ARCHIVE
        state.systems[item.system] = SystemState(state="searched", records=files, searched_at=event.at, archive=archive)


def _collection_finished(state: CaseState, _event: CaseEvent) -> None:
    if not state.needs_search:  # an identifier proven while the search ran asks for another one
        stands(state, state.copied, Status.IN_REVIEW)
    state.package = None


COLLECTION_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {
    Tag.COLLECTION_STARTED: _collection_started,
    Tag.COLLECTION_FINISHED: _collection_finished,
    Tag.SYSTEM_SEARCHED: _system("searched"),
    Tag.SYSTEM_FAILED: _system("failed"),
    Tag.SYSTEM_SKIPPED: _system("skipped"),
    Tag.SYSTEM_UNASKED: _system("unasked"),
    Tag.SYSTEM_RETRIED: _system("searching"),
    Tag.WORK_ITEM_OPENED: _work_item_opened,
    Tag.WORK_ITEM_COMPLETED: _work_item_completed,
}
