"""What a task asks when it is answered, in its own words: a letter on paper, a right, a search and a question are four things.

Next: api/console/cases/field_words.py
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from api.console import words
from api.console.cases.act_shape import Act
from api.console.cases.facts import CaseFacts
from api.console.cases.task_words import TASKS
from domain.authority import Action
from domain.case import JOIN, CaseState, WorkItem
from domain.case_parts import IMPORT_ARCHIVE, LETTER_BY_POST, REFUND
from domain.datamap import DataMap
from domain.work_decisions import SAFEGUARD


@dataclass(frozen=True)
class Asked:
    """One form: its words, and what its note is for.

    Args:
        results: what may be chosen where no button has said it yet.
        day: what the day of a letter is called, where it was not posted.
    """

    act: Act
    note: tuple[str, str]
    results: tuple[str, ...] = ()
    day: str = ""


def _act(title: str, guidance: str, button: str, *, search: bool = False) -> Act:
    return Act(title, title, guidance, button, "The task is done.", tab="systems" if search else "")


_ADD: Final = ("Anything to add", "Kept with the case; it may be left empty.")
_SEARCH: Final = MappingProxyType(
    {
        "": Asked(
            _act(
                "Say what came of the search",
                "\u201cNothing found\u201d is a result, and the person is told that we looked. If it cannot be searched, say why "
                "in words that the person may read (Article 15).",
                "Record it",
                search=True,
            ),
            ("Anything to add, or why it cannot be searched", "The person may read why it cannot be searched."),
            ("not_found", "exception"),
        ),
        "not_found": Asked(
            _act(
                "Record that nothing was found",
                "\u201cNothing found\u201d is a result like any other, and the person is told that we looked. Whoever approves "
                "the answer reads who looked, and where (Article 15).",
                "Nothing found",
                search=True,
            ),
            _ADD,
        ),
        "exception": Asked(
            _act(
                "Say why it cannot be searched",
                "The person has a right to all of their data, so a place that cannot be searched is named in the letter, with "
                "your reason (Article 15).",
                "It cannot be searched",
                search=True,
            ),
            ("Why it cannot be searched", "The person may read this."),
        ),
    }
)
_PAPER: Final = MappingProxyType(
    {
        "posted": Asked(
            _act(
                "Record that the letter went",
                "Say on which day it was posted or handed over: the person counts as told from that day on, not from today "
                "(Article 12).",
                "Record that it went",
            ),
            ("Anything to add", "For example who took it to the post. It may be left empty."),
        ),
        "read_out": Asked(
            _act(
                "Record that the letter was read out",
                "In writing is the rule. A letter is read out only where the person asks for that and it was shown another way "
                "who they are; print it and keep it for them all the same (Article 12(1)).",
                "Record that it was read out",
            ),
            ("How they asked for it", "And on which number or where you read it to them; kept with the case."),
            day="Day on which it was read out",
        ),
        "not_found": Asked(
            _act(
                "Say why the letter cannot be brought",
                "A letter that cannot be brought was not given, and what it says does not count as told (Article 12).",
                "It cannot be brought",
            ),
            ("Why it cannot be brought", "Kept with the case."),
        ),
    }
)
_RIGHT: Final = MappingProxyType(
    {
        "done": Asked(
            _act(
                "Say how it ended",
                "The person gets exactly what you write here, in the letter that ends it: what was done, and what was not "
                "(Article 12(3)). To refuse it, propose a refusal instead.",
                "Send the answer",
            ),
            ("What the person is told", "They read exactly this: what was done, and what was not."),
        ),
    }
)
_PLAIN: Final = MappingProxyType(
    {
        "": Asked(
            _act(
                "Answer the task",
                "Say whether it is done. If it cannot be done, the reason stands in the record (Article 5(2)).",
                "Answer",
            ),
            ("Anything to add, or why it cannot be done", "Kept with the case."),
            ("found", "exception"),
        ),
        "exception": Asked(
            _act(
                "Say why it cannot be done",
                "The task ends without having been done, so the reason stands in the record, where an authority may read it "
                "(Article 5(2)).",
                "Close the task",
            ),
            ("Why it cannot be done", "Kept with the case."),
        ),
        "found": Asked(
            _act("Say that it is done", "It stands in the record with your name and the time (Article 5(2)).", "Done"), _ADD
        ),
    }
)
_TASKS: Final[dict[str, Mapping[str, Asked]]] = {
    "search_by_hand": _SEARCH,
    IMPORT_ARCHIVE: _SEARCH,
    LETTER_BY_POST: _PAPER,
    "carry_out_right": _RIGHT,
    JOIN: {
        "exception": Asked(
            _act(
                "Leave the two cases apart",
                "Each goes on for itself, with its own date. Say what speaks against their being of one person (Article 12(6)).",
                "Leave them apart",
            ),
            ("Why they are not joined", "Kept with the case; the person does not get it."),
        )
    },
    "nothing_marked": {
        "exception": Asked(
            _act(
                "Look again another way",
                "Say what you look with instead. Add that identifier to the case, and decide about the restriction again "
                "(Articles 16 and 18).",
                "Look again",
            ),
            ("What you look with instead", "Kept with the case."),
        )
    },
    REFUND: {
        "found": Asked(
            _act(
                "Say what was refunded",
                "Somebody under 18 gets back what they paid, by the way it came. It stands in the record with your name and the "
                "time; whoever reported the account learns nothing of it (privacy policy, children).",
                "It is refunded",
            ),
            ("What was refunded, and how", "Amounts, days and the way it went; kept with the case."),
        ),
        "not_found": Asked(
            _act(
                "Record that nothing was paid",
                "Say where you looked: your own records, and the payment provider where one is used. It stands in the record "
                "with your name and the time (privacy policy, children).",
                "Nothing was paid",
            ),
            ("Where you looked", "Kept with the case."),
        ),
        "exception": Asked(
            _act(
                "Say why it is not refunded",
                "The task ends without a refund, so the reason stands in the record, where an authority may read it (Article "
                "5(2)).",
                "Close the task",
            ),
            ("Why it is not refunded", "Kept with the case."),
        ),
    },
    SAFEGUARD: {
        "exception": Asked(
            _act(
                "Say why the person gets no copy",
                "They may have a copy of what protects their data abroad, with prices and the like covered. If they get none, "
                "they read why (Article 15(2)).",
                "They get no copy",
            ),
            ("Why they get no copy", "The person may read this."),
        )
    },
}


def asked_of(action: Action, state: CaseState, given: Mapping[str, Any]) -> Asked | None:
    """The words of the form that answers a task; None of another command, or where the task is not there any more."""
    if action is not Action.COMPLETE_WORK_ITEM:
        return None
    item = _item(state, given)
    if item is None:
        return None
    forms = _TASKS.get(item.kind, _PLAIN)
    result = str(given.get("result", "")) or ("done" if item.right else "")
    return forms.get(result) or _PLAIN.get(result) or _PLAIN[""]


def about(datamap: DataMap, facts: CaseFacts, target: Mapping[str, Any]) -> str:
    """What a command is about, in words: an identifier, a system, a task."""
    if system := target.get("system"):
        return next((each.title for each in datamap.systems if each.name == system), str(system))
    if identifier := target.get("identifier"):
        lines = (line for line in facts.identifiers if str(line.id) == str(identifier))
        return next((f"{words.KIND(line.kind)} {line.value}" for line in lines), "")
    item = _item(facts.state, target)
    if item is None:
        return ""
    if item.letter:
        return f"Letter: {words.LETTER(item.letter).lower()}"
    if item.right:
        return words.RIGHTS[item.right]
    title, _ = TASKS.get(item.kind, (words.FIELD(item.kind), ""))
    return about(datamap, facts, {"system": item.system}) if item.system else title


def _item(state: CaseState, target: Mapping[str, Any]) -> WorkItem | None:
    return next((item for key, item in state.work_items.items() if str(key) == str(target.get("work_item", ""))), None)
