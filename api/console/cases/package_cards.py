"""Cards for a package that nobody can approve as it is: returned or outdated, with covered words elsewhere, or asked about.

Next: api/console/cases/stage_cards.py
"""

from datetime import datetime
from typing import Final

from api.console.cases.card import Card, Looking, Press
from api.console.cases.facts import CaseFacts
from api.console.cases.reading import case_events
from domain.authority import Action
from domain.folding import fold
from domain.next_step import NextStep
from domain.redaction import MOST_PLACES

_BACK: Final = Press(Action.RETURN_FOR_REWORK, "Return for rework")

_MORE_PLACES = (
    f"These are the first {MOST_PLACES}; the next are named once it is built again. Where the words name a person, weigh "
    "them as a third person under Package: then they are covered everywhere at once."
)


def said_of_return(facts: CaseFacts) -> tuple[str, datetime, str] | None:
    """What the colleague wrote who returned the package last: who, when, and the words."""
    back, _ = facts.last_return
    return (facts.person(back.actor), back.at, facts.note_of(back)) if back else None


def prepared_before_return(facts: CaseFacts) -> list[str]:
    """Who had prepared the package that was returned last: with a return the count of who may not approve begins anew (R2)."""
    back, _ = facts.last_return
    if back is None:
        return []
    before = fold(facts.state.case_id, case_events(row for row in facts.events if row.sequence < back.sequence))
    return [facts.preparer(actor) for actor in before.preparers if actor not in facts.prepared]


def build_again(looking: Looking, _step: NextStep) -> Card:
    """A package that was returned, or that is older than what is decided."""
    again = Press(Action.PREPARE_PACKAGE, "Build the package again", direct=True, first=True)
    package = looking.facts.state.package
    if package is not None and package.returned:
        return Card(
            "Rework what was returned, then build the package again",
            "A colleague sent the package back. Change what they ask for, then build it again; whoever does so prepared it, and "
            "somebody else looks at what changed (Article 32).",
            presses=looking.only(again, _write(looking)),
            link=("Look at the package", "package"),
            release=True,
            said=said_of_return(looking.facts),
        )
    return Card(
        "Build the package again",
        "Decisions were made after it was built, so nobody can approve it as it is. Article 15 asks for what is decided now.",
        presses=looking.only(again, _BACK, _write(looking)),
        link=("Look at the package", "package"),
        release=True,
        said=said_of_return(looking.facts),
    )


def mend(looking: Looking, _step: NextStep) -> Card:
    """A package in which something that was covered or withheld stands at another place."""
    return Card(
        "Cover what still stands in the package, then build it again",
        "Something that was covered or withheld stands in it at another place, so nobody can approve it (Article 15(4)). "
        "Cover it there too, all at once or place by place. If it may leave after all, take the first decision back.",
        presses=looking.only(_BACK, _write(looking)),
        link=("Look at the package", "package"),
        release=True,
        said=said_of_return(looking.facts),
        places=looking.places,
        note=_MORE_PLACES if len(looking.places) >= MOST_PLACES else "",
    )


def answer(looking: Looking, _step: NextStep) -> Card:
    """A package about which a colleague was asked something."""
    return Card(
        "Answer what a colleague was asked",
        "Somebody was not sure about an item, and the package waits for the answer (Article 15(4)). Anybody who sees the case "
        "can answer; whoever asked can take the question back.",
        presses=looking.only(_BACK, _write(looking)),
        link=("Look at the package", "package"),
        release=True,
        said=said_of_return(looking.facts),
        places=looking.places,
    )


def _write(looking: Looking) -> Press:
    return Press(Action.SEND_MESSAGE, f"Write to {looking.facts.subject.first}")
