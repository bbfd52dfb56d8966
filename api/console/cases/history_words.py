"""What each event of a case is called, as an authority would want to read it (Article 5(2)).

Next: api/console/cases/history.py
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.database.tables import CaseEventRow
from adapters.letter_words import count, day, in_words
from api.console import words
from api.console.cases.facts import CaseFacts
from api.console.cases.task_words import TASKS
from domain.case import WorkItem
from domain.datamap import DataMap, SystemKind
from domain.events import Tag
from domain.identity_decisions import has_mailbox

_UNKNOWN: Final = "an identifier"


@dataclass(frozen=True)
class Teller:
    """A case and the data map, whose names the words need; `built`: records and files of each package."""

    facts: CaseFacts
    datamap: DataMap
    built: Mapping[str, tuple[int, int]]

    def system(self, row: CaseEventRow) -> str:
        name = str(row.facts.get("system", ""))
        return next((each.title for each in self.datamap.systems if each.name == name), name.replace("_", " ") or "A system")

    def found(self, row: CaseEventRow) -> str:
        """What a search found; rows of a store of files are files."""
        name = str(row.facts.get("system", ""))
        system = next((each for each in self.datamap.systems if each.name == name), None)
        number = int(str(row.facts.get("records", 0)))
        noun = "file" if system is not None and system.kind is SystemKind.FILES else "record"
        return count(number, noun) if number else "nothing found"

    def identifier(self, row: CaseEventRow) -> str:
        wanted = str(row.facts.get("identifier", ""))
        lines = (line for line in self.facts.identifiers if str(line.id) == wanted)
        return next((line.value if line.kind == "email" else f"{words.KIND(line.kind)} {line.value}" for line in lines), _UNKNOWN)

    def purposes(self, row: CaseEventRow) -> str:
        named = row.facts.get("purposes") or []
        titles = [each.title for each in self.datamap.purposes if each.id in (named if isinstance(named, list) else [])]
        return f": {'; '.join(titles)}" if titles else ""

    def moved_in(self, row: CaseEventRow) -> str:
        """Of what was done before the case moved in from another system: when that was."""
        first = self.facts.events[0]
        if not first.facts.get("moved_in") or row.command_id != first.command_id:
            return ""
        if row is first:
            return "; the case moved in from another system"
        before = row.facts.get("arrived_at")
        return f" (in the system before, on {day(datetime.fromisoformat(str(before)).date())})" if before else ""

    def _known(self, row: CaseEventRow) -> WorkItem | None:
        return next((item for key, item in self.facts.state.work_items.items() if str(key) == row.facts.get("work_item")), None)

    def result(self, row: CaseEventRow) -> str:
        """What came of a task; only a search can have found nothing."""
        known, named = self._known(row), str(row.facts.get("result", ""))
        return "it could not be done" if named == "not_found" and known and known.letter else _RESULTS.get(named, "done")

    def item(self, row: CaseEventRow) -> str:
        known = self._known(row)
        kind = str(row.facts.get("kind", known.kind if known else ""))
        if known is not None and (known.letter or known.right):
            named = words.LETTER(known.letter) if known.letter else words.RIGHTS.get(str(known.right), "")
            return f"{_TASKS.get(kind, words.FIELD(kind))}, {named[:1].lower()}{named[1:]}"
        system = row.facts.get("system") or (known.system if known else None)
        title = next((each.title for each in self.datamap.systems if each.name == system), "")
        told = _TASKS.get(kind) or TASKS.get(kind, (words.FIELD(kind), ""))[0] or "a task"
        return f"{told[:1].lower()}{told[1:]}{f', {title}' if title else ''}"


_TASKS: Final = {
    "search_by_hand": "search by hand",
    "import_archive": "import mails and chats",
    "carry_out_right": "carry out",
    "letter_by_post": "print and post a letter",
    "letter_failed": "bring a letter that was not taken",
    "system_failed": "a system that did not answer",
}
_MEASURES: Final = {
    "correct": "A correction was proposed",
    "dispute": "A record is to be marked as disputed",
    "restrict": "Processing is to be restricted (Article 18)",
    "lift": "The restriction is to be lifted",
    "withdraw": "Consent was withdrawn (Article 7(3))",
}
_RESULTS: Final = {
    "found": "done",
    "not_found": "nothing found",
    "exception": "cannot be done",
    "posted": "posted or handed over",
    "read_out": "read out, because they asked for that",
}


def _known(row: CaseEventRow) -> str:
    named = row.facts.get("factors")
    shown = [words.RECORDED_FACTORS[str(each)] for each in named] if isinstance(named, list) else []
    return "It is known who asks" + (f". Proof: {'; '.join(shown)}" if shown else "")


def _listed(row: CaseEventRow) -> list[object]:
    named = row.facts.get("recipients")
    return [*named] if isinstance(named, list) else []


def _done(row: CaseEventRow) -> str:
    number = int(str(row.facts.get("rows", 0)))
    return f"Made in the systems: {number:,} {'record' if number == 1 else 'records'}"


def _records(row: CaseEventRow) -> str:
    number = int(str(row.facts.get("records", 0)))
    return f"{number:,} {'record' if number == 1 else 'records'}" if number else "nothing found"


def _built(teller: Teller, row: CaseEventRow) -> str:
    """What a package holds, counted as everywhere: a file's row is no further record."""
    held = teller.built.get(str(row.facts.get("package")))
    return in_words(*held) if held else _records(row)


WORDS: Final[dict[Tag, str | Callable[[Teller, CaseEventRow], str]]] = {
    Tag.REQUEST_RECEIVED: lambda _, row: (
        f"The request was received {words.CHANNELS.get(str(row.facts.get('channel', '')), '')}".strip()
    ),
    Tag.REQUEST_WITHDRAWN: "The request was withdrawn",
    Tag.REQUEST_DISOWNED: "Somebody said: this was not me",
    Tag.REQUEST_JOIN_PROPOSED: "Joining it with another case was proposed; somebody else decides",
    Tag.REQUEST_JOINED: "Another case of the person was joined into this one",
    Tag.REQUEST_MERGED: "Joined with another case",
    Tag.REQUEST_HELD: "Put on hold",
    Tag.REQUEST_RELEASED: "The hold ended",
    Tag.REQUEST_REOPENED: "Opened again at its own date",
    Tag.REQUEST_RESUMED: "Carried on from the record after an interruption",
    Tag.REQUEST_CLOSED: lambda _, row: f"Closed: {words.OUTCOMES.get(str(row.facts.get('outcome', '')), 'done').lower()}",
    Tag.CLOSING_PROPOSED: "Closing was proposed; a person decides",
    Tag.IDENTIFIER_CLAIMED: lambda teller, row: f"{teller.identifier(row)} was named",
    Tag.IDENTIFIER_PROVEN: lambda teller, row: f"{teller.identifier(row)} was proven",
    Tag.IDENTIFIER_REJECTED: lambda teller, row: f"{teller.identifier(row)} was set aside",
    Tag.IDENTIFIER_ACCEPTED: lambda teller, row: f"{teller.identifier(row)} was accepted as theirs, and is searched with",
    Tag.IDENTIFIER_FOUND: lambda teller, row: f"{teller.identifier(row)} stands in our systems",
    Tag.IDENTIFIER_LOOKED_UP: lambda teller, row: f"{teller.identifier(row)} was looked up: whose it is stands beside it",
    Tag.IDENTITY_DOUBTED: lambda _, row: f"A doubt is on record: {words.DOUBTS.get(str(row.facts.get('doubt', '')), 'another')}",
    Tag.IDENTITY_DISPUTED: "The owner of a contact we hold said: this was not me. Nothing leaves until somebody looked",
    Tag.ACCOUNT_NAMED: lambda teller, row: f"{teller.identifier(row)} was named as the account of a child",
    Tag.ACCOUNT_SUSPENDED: lambda _, row: f"The account was suspended: {_records(row)} marked or hidden",
    Tag.ACCOUNT_SUSPENSION_INTERRUPTED: "A system could not be suspended; the rest was",
    Tag.ACCOUNT_HOLDER_TOLD: "The account holder was told, with a way to object",
    Tag.ACCOUNT_OBJECTED: "The account holder said that they are 18 or older",
    Tag.SAFEGUARDING_ANSWERED: lambda _, row: (
        ("Somebody may be in danger" if row.facts.get("concern") else "Nobody seems to be in danger")
        + ("; the evidence is held" if row.facts.get("hold") else "")
    ),
    Tag.ACCOUNT_DECIDED: lambda _, row: (
        "Decided: delete the account" if row.facts.get("decision") == "delete" else "Decided: give the account back"
    ),
    Tag.ACCOUNT_REINSTATED: "The account was given back as it was",
    Tag.CREDENTIALS_BLOCKED: lambda _, row: f"Its credentials are blocked until {row.facts.get('until')}",
    Tag.ERASURE_REST_TOLD: "The person was told what the processors answered since",
    Tag.HOLDERS_TOLD: "Every other contact that we hold was told of the request",
    Tag.IDENTITY_ASKED: lambda teller, _: (
        "A code was sent to the mailbox, to make sure who asks; this moves no date"
        if has_mailbox(teller.facts.state)
        else "It has to be made sure who asks; no e-mail address was given, so a caseworker does it"
    ),
    Tag.IDENTITY_REMINDED: "Reminded to confirm the address",
    Tag.IDENTITY_CONFIRMED: lambda _, row: _known(row),
    Tag.IDENTITY_MORE_REQUESTED: "One more proof of identity was asked for (Article 12(6))",
    Tag.IDENTITY_EVIDENCE_RECEIVED: "A proof of identity came in",
    Tag.IDENTITY_EVIDENCE_DESTROYED: "The proof of identity was destroyed",
    Tag.CLARIFICATION_ASKED: "Asked what is meant",
    Tag.CLARIFICATION_ANSWERED: "The question was answered",
    Tag.EXTENSION_DECIDED: "Two further months were decided",
    Tag.EXTENSION_NOTIFIED: "The notice of longer time was given; the date moves",
    Tag.EXTENSION_BOUNCED: "The notice of longer time did not arrive; it was not given",
    Tag.REFUSAL_PROPOSED: "A refusal was proposed",
    Tag.REFUSAL_APPROVED: "The refusal was approved",
    Tag.REFUSAL_NOTIFIED: "The refusal was given to the person",
    Tag.REFUSAL_BOUNCED: "The refusal did not arrive; it was not given",
    Tag.COMPLAINT_ACKNOWLEDGED: "The complaint was acknowledged",
    Tag.COMPLAINT_LINKED: "The complaint was linked to the case it is about",
    Tag.COMPLAINT_PROGRESS: "The person was told how far the complaint is",
    Tag.COMPLAINT_DECIDED: lambda _, row: f"The complaint was decided: {str(row.facts.get('finding', '')).replace('_', ' ')}",
    Tag.AUTHORITY_ASKED: "An agent was asked for proof of authority",
    Tag.AUTHORITY_RECEIVED: "The proof of authority is here",
    Tag.DEADLINE_REVIEWED: "An unanswered question was looked at again",
    Tag.FEE_ASKED: "A fee was asked for",
    Tag.FEE_PAID: "The fee was paid",
    Tag.RIGHT_DECIDED: lambda _, row: (
        f"{words.RIGHTS.get(str(row.facts.get('right', '')), 'A right')}: "
        f"{words.OUTCOMES.get(str(row.facts.get('outcome', '')), 'decided').lower()}"
    ),
    Tag.RIGHT_ANSWERED: lambda _, row: (
        f"The person was told of it: {words.RIGHTS.get(str(row.facts.get('right', '')), 'a right').lower()}"
    ),
    Tag.RIGHT_BOUNCED: "What was to be told did not arrive; it is decided anew",
    Tag.REQUEST_PREDATED: "The request reached us earlier: the clock runs from there",
    Tag.MEASURE_PROPOSED: lambda teller, row: (
        f"{_MEASURES.get(str(row.facts.get('kind', '')), 'A change')}{teller.purposes(row)}"
    ),
    Tag.VALUES_FOUND: lambda _, row: (
        f"Looked at what could be corrected: {count(int(str(row.facts.get('values', 0))), 'different value')}"
    ),
    Tag.MEASURE_EXAMINED: lambda _, row: f"Records that hold the old value: {row.facts.get('rows', 0)}",
    Tag.MEASURE_APPROVED: lambda _, row: f"The correction was approved: {str(row.facts.get('sha256', ''))[:8]}",
    Tag.MEASURE_RETURNED: "The correction was returned for rework",
    Tag.MEASURE_TAKEN_BACK: "The correction was taken back before anybody approved it",
    Tag.MEASURE_VOIDED: "Nothing was changed: no record of the person that holds what this is about is known any more",
    Tag.MEASURE_SYSTEM_SKIPPED: lambda teller, row: f"{teller.system(row)} is left out of the change",
    Tag.MEASURE_CARRIED_OUT: lambda _, row: _done(row),
    Tag.LIFTING_DECIDED: "It was decided to lift the restriction; the person is told first (Article 18(3))",
    Tag.LIFTING_TOLD: "The person was told that the restriction ends",
    Tag.LIFTING_BOUNCED: "The notice that the restriction ends did not arrive; it was not given",
    Tag.TRANSFERS_FOUND: lambda _, row: f"Recipients abroad that hold data of this person: {len(_listed(row))}",
    Tag.VIEW_RECORDED: "What the person says about the decision was recorded",
    Tag.RIGHT_FOLLOWED_UP: lambda _, row: f"Nothing is open any more: {words.RIGHTS.get(str(row.facts.get('right', '')), '')}",
    Tag.ERASURE_RESTRICTED: "Who asks for the erasure is not certain at high risk: until it is, the data are only stored",
    Tag.ERASURE_LIFTED: "They are no longer only stored until the erasure is settled: a privacy lead ended that, after notice",
    Tag.ERASURE_RELEASED: lambda _, row: f"The data are no longer only stored for the sake of the erasure. {_done(row)}",
    Tag.ERASURE_PLANNED: lambda _, row: f"An erasure was planned: {str(row.facts.get('sha256', ''))[:8]}",
    Tag.ERASURE_EDITED: "It was decided otherwise about a collection of the plan",
    Tag.APPROVAL_ANNOUNCED: lambda teller, row: (
        f"Will be approved alone; {teller.facts.person(str(row.facts.get('checker', '')))} looks at it afterwards"
    ),
    Tag.APPROVED_ALONE: "Approved alone by who prepared it, as announced",
    Tag.AFTER_CHECKED: lambda _, row: (
        "Looked at afterwards: in order" if row.facts.get("finding") == "in_order" else "Looked at afterwards: not in order"
    ),
    Tag.ERASURE_APPROVED: lambda _, row: f"The erasure was approved: {str(row.facts.get('sha256', ''))[:8]}",
    Tag.ERASURE_RETURNED: "The erasure plan was returned for rework",
    Tag.ERASURE_ANNOUNCED: "Every proven address was told of the erasure, and how to stop it",
    Tag.ERASURE_STOPPED: "The erasure was stopped; nothing was erased",
    Tag.ERASURE_VOIDED: "The erasure plan is void: what it covered changed",
    Tag.ERASURE_INTERRUPTED: "The erasure was interrupted: a system refused, stayed away, or is under a hold",
    Tag.ERASURE_SYSTEM_SKIPPED: "A system is left out of the erasure",
    Tag.ERASURE_CARRIED_OUT: "The erasure was carried out",
    Tag.ERASURE_LOOKED: "The systems were searched again after the erasure",
    Tag.ERASURE_CERTIFIED: "The certificate of the erasure was made",
    Tag.MARKETING_STOPPED: "Marketing was stopped at once for the addresses named",
    Tag.RECIPIENT_CHASED: "A recipient that has not answered was chased",
    Tag.PARTIAL_PROPOSED: "A part of the answer was proposed",
    Tag.PARTIAL_BUILT: lambda teller, row: f"The part was built: {_built(teller, row)}",
    Tag.PARTIAL_APPROVED: "The part was approved",
    Tag.PARTIAL_RETURNED: "The part was returned for rework",
    Tag.PARTIAL_VOIDED: "The approval of the part is void: something that it covered changed",
    Tag.PARTIAL_NOTIFIED: "The person was told where the part is",
    Tag.PARTIAL_OPENED: "The person fetched the part",
    Tag.LETTER_BOUNCED: "A letter came back",
    Tag.DEADLINE_ESTIMATED: "The work that is left was estimated",
    Tag.SNAPSHOT_TAKEN: lambda teller, row: f"Short-lived data of this system were copied before they go: {teller.system(row)}",
    Tag.SNAPSHOT_DESTROYED: "The early copies were destroyed",
    Tag.COLLECTION_STARTED: lambda _, row: f"Search number {row.facts.get('run', 1)} began",
    Tag.COLLECTION_FINISHED: "All systems have answered",
    Tag.SYSTEM_SEARCHED: lambda teller, row: f"Searched: {teller.system(row)}, {teller.found(row)}",
    Tag.SYSTEM_FAILED: lambda teller, row: f"No answer from: {teller.system(row)}",
    Tag.SYSTEM_UNASKED: lambda teller, row: f"Not asked for in this case: {teller.system(row)}",
    Tag.SYSTEM_SKIPPED: lambda teller, row: f"Left out: {teller.system(row)}",
    Tag.SYSTEM_RETRIED: lambda teller, row: f"Searched again: {teller.system(row)}",
    Tag.WORK_ITEM_OPENED: lambda teller, row: f"A task for a person: {teller.item(row)}",
    Tag.WORK_ITEM_COMPLETED: lambda teller, row: f"Task answered, {teller.result(row)}: {teller.item(row)}",
    Tag.PACKAGE_REQUESTED: "The package was asked for anew",
    Tag.PACKAGE_BUILT: lambda teller, row: (
        f"The package was built: {_built(teller, row)}, {str(row.facts.get('sha256', ''))[:8]}"
    ),
    Tag.PACKAGE_VOIDED: "The approval is void: something that it covered changed",
    Tag.PACKAGE_APPROVED: lambda _, row: f"The package was approved: {str(row.facts.get('sha256', ''))[:8]}",
    Tag.PACKAGE_RETURNED: "Returned for rework",
    Tag.PACKAGE_PUBLISHED: "The package was released",
    Tag.PACKAGE_OPENED: "The person fetched the copy",
    Tag.DELIVERY_ADDRESS_CHANGED: lambda teller, row: f"The answer goes to {teller.identifier(row)} from now on",
    Tag.DELIVERY_NOTIFIED: "The person was told where the answer is",
    Tag.DELIVERY_RECORDED: "A delivery by other means was recorded",
    Tag.PACKAGE_REISSUED: "A new link to the copy was sent",
    Tag.DELIVERY_MISDIRECTED: "Somebody said that it reached the wrong person; every link ended",
    Tag.DELIVERY_INCOMPLETE: "The person said that something is missing",
    Tag.DELIVERY_REMINDED: "Reminded to fetch the copy",
    Tag.NOTE_ADDED: "A note for colleagues",
    Tag.MESSAGE_SENT: "A message was written",
    Tag.MESSAGE_RECEIVED: "A message came in",
    Tag.MESSAGE_SETTLED: "What the person wrote needs no answer",
    Tag.CODE_REQUESTED: lambda teller, row: f"A code was asked for, to {teller.identifier(row)}",
    Tag.LETTER_FAILED: lambda _, row: (
        f"The letter \u201c{str(row.facts.get('letter', '')).replace('_', ' ')}\u201d could not be sent"
    ),
    Tag.DEADLINE_APPROACHING: "The date comes near",
    Tag.DEADLINE_PASSED: "The date passed without an answer",
}
