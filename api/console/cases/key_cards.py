"""Cards about whose records these are: how it is made sure who asks, and what leads to their data (Articles 11 and 12(6)).

Next: api/console/cases/stage_cards.py
"""

import json
import re
from dataclasses import dataclass

from api.console import words
from api.console.cases.card import Card, Looking, Press
from api.console.cases.facts import CaseFacts, IdentifierLine
from domain.authority import Action
from domain.case_parts import POSTAL
from domain.datamap import DataMap
from domain.decisions import allowed_actions
from domain.events import Tag
from domain.identity_decisions import has_mailbox
from domain.measure_decisions import on_own_word
from domain.next_step import NextStep
from domain.rights import Right

# What is done to records of the person: it asks whose these are before anything else.
OF_RECORDS = frozenset({Right.RECTIFICATION, Right.RESTRICTION})


def confirm(looking: Looking, _step: NextStep) -> Card:
    """A doubt about who asks; without a mailbox somebody calls back, or a letter with a code goes to the held address."""
    confirm = Press(Action.CONFIRM_IDENTITY, "Confirm identity", first=True)
    others = [
        Press(Action.REQUEST_MORE_IDENTITY, "Ask for one more thing"),
        Press(Action.SUBMIT_IDENTITY_EVIDENCE, "Add a proof"),
    ]
    if has_mailbox(looking.facts.state):
        return Card(
            "Decide whether you know who is asking",
            "Something makes it doubtful who asks; what it is stands under \u201cIdentity\u201d, with what would settle it. Ask "
            "for no more than that needs (Article 12(6)).",
            presses=looking.only(confirm, *others),
        )
    return Card(
        "Call back on the number we hold, to make sure who asks",
        "No e-mail address was given, so no code can settle it. Look the person up in your own systems and call the number that "
        "stands there, never one that the caller gave; or post a code to the address that we hold (Article 12(6)).",
        presses=looking.only(Press(Action.CONFIRM_IDENTITY, "Say what it showed", first=True), *others),
        note="Other things that would do stand under \u201cIdentity\u201d.",
    )


def name_key(looking: Looking, _step: NextStep) -> Card:
    """It is known who asks, and not what to search with."""
    return _whose(looking, "Say what the systems are searched with", ())


def before_records(looking: Looking, right: Right) -> Card | None:
    """The card of a right that is carried out on records, while nothing leads to any; None once something does."""
    if right not in OF_RECORDS or looking.facts.state.usable_keys:
        return None
    rest = (
        Press(Action.PROPOSE_REFUSAL, "Propose to refuse it", {"right": right.value}),
        Press(Action.SEND_MESSAGE, f"Write to {looking.facts.subject.first}"),
    )
    return _whose(looking, f"{words.RIGHTS[right]}: first say which records are theirs", rest)


OWN_WORD = (
    "a colleague does that, because you said yourself whose records these are. A slip there would stop or mark "
    "somebody else\u2019s data (Article 32)."
)


def barred(looking: Looking) -> bool:
    """Whether whoever looks said alone whose records these are, so that a colleague stops or marks them."""
    return bool(on_own_word(looking.facts.state, looking.person))


def on_own_word_only(looking: Looking) -> Card | None:
    """The card of a restriction for whoever said alone whose records these are; None for everybody else."""
    mine = {*on_own_word(looking.facts.state, looking.person)}
    named = [f"{words.KIND(line.kind).lower()} {line.value}" for line in looking.facts.identifiers if line.id in mine]
    if not mine or Action.RESTRICT_PROCESSING not in allowed_actions(looking.facts.state):
        return None
    return Card(
        "A colleague restricts this",
        "You said yourself whose records these are, and nothing else shows it. A slip there would stop somebody else\u2019s "
        "data, so a second person looks at it and restricts (Article 32).",
        instructions=f"To be looked at: whether {' and '.join(named)} is {looking.facts.subject.called}.",
        presses=looking.only(Press(Action.SEND_MESSAGE, f"Write to {looking.facts.subject.first}")),
    )


_COMPARE = "Look it up in your own systems, and compare the name that stands there."


def to_compare(looking: Looking) -> str:
    """What somebody compares before they act on records that a colleague said are the person's; empty where it was shown."""
    keys = {*looking.facts.state.hand_added_keys}
    named = [f"{words.KIND(line.kind).lower()} {line.value}" for line in looking.facts.identifiers if line.id in keys]
    found = [owner.told for line in looking.facts.identifiers if line.id in keys and (owner := owner_of(looking.facts, line))]
    said = looking.facts.happened(Tag.IDENTIFIER_ACCEPTED)
    why = f" {looking.facts.person(said[0].actor)} wrote: \u201c{looking.facts.note_of(said[0])}\u201d" if said else ""
    if not named:
        return ""
    compare = f"{' '.join(found)} Compare the names." if found else _COMPARE
    return f"Only a colleague said that {' and '.join(named)} belongs to {looking.facts.subject.called}.{why} {compare}"


@dataclass(frozen=True)
class Owner:
    """Whose an identifier is in the systems. `stranger`: none of the names there is like that of whoever asks."""

    what: str
    there: str
    stranger: bool = False

    @property
    def told(self) -> str:
        return f"Under {self.what} our systems have: {self.there}."


def owner_of(facts: CaseFacts, line: IdentifierLine) -> Owner | None:
    """What a look into the systems said of an identifier; None where nobody looked yet, or where it proves itself."""
    row = next((row for row in facts.happened(Tag.IDENTIFIER_LOOKED_UP) if row.facts["identifier"] == str(line.id)), None)
    if row is None:
        return None
    what, note = f"{words.KIND(line.kind).lower()} {line.value}", facts.note_of(row, "owner")
    names = [(str(place), str(name)) for place, name in json.loads(note)] if note else []
    if not names:
        empty = "a record without a name" if row.facts["records"] else "nothing"
        return Owner(what, "nobody knows yet, as a system did not answer" if row.facts.get("failed") else empty)
    there = " and ".join(f"{name} ({place})" for place, name in names)
    theirs = {*_words(facts.subject.name)}
    stranger = bool(theirs) and not any(theirs & {*_words(name)} for _, name in names)
    return Owner(what, f"{there}, which is not like {facts.subject.name}" if stranger else there, stranger)


def _words(name: str) -> list[str]:
    return re.findall(r"\w{2,}", name.casefold())


def to_look_up(facts: CaseFacts, line: IdentifierLine) -> str:
    """What somebody looks up before they say that an identifier is the person's: Habeas has not read whose it is."""
    owner = owner_of(facts, line)
    if owner is not None and owner.stranger:
        return f"{owner.told} Where it is theirs all the same, say in your reason how you know."
    if owner is not None:
        return f"{owner.told} Compare it with what you know of {facts.subject.called}."
    return (
        f"Look {words.KIND(line.kind).lower()} {line.value} up first: the name that stands there has to be that of "
        f"{facts.subject.called}. Where it is another, say in your reason why it is theirs all the same."
    )


def ways_of(datamap: DataMap) -> str:
    """By what the systems are searched, as a list in words."""
    *most, last = sorted(words.KIND(kind).lower() for kind in datamap.identity_kinds)
    return f"{', '.join(most)} or {last}" if most else last


def leads_nowhere(datamap: DataMap, kind: str) -> bool:
    """Whether no system is searched by such an identifier, so that nothing would be found with it."""
    return kind not in datamap.identity_kinds


def warning(datamap: DataMap, line: IdentifierLine) -> str:
    """What somebody has to know before they search with it; empty where there is nothing to say."""
    if not leads_nowhere(datamap, line.kind):
        return ""
    return (
        f"No system is searched by {words.KIND(line.kind).lower()}, so nothing will be found with it. Look the person up in your "
        f"own systems, and add an identifier that stands there: {ways_of(datamap)}."
    )


def found_nothing(facts: CaseFacts, datamap: DataMap) -> str:
    """The warning before somebody is told that nothing is held: what it was searched with."""
    usable = {*facts.state.usable_keys}
    keys = [f"{words.KIND(line.kind).lower()} {line.value}" for line in facts.identifiers if line.id in usable]
    return (
        f"Nothing was found with {' and '.join(keys) or 'what is known'}. Look whether it is written down rightly, and whether "
        f"the person is known by another {ways_of(datamap)}, before they are told that nothing is held."
    )


def _whose(looking: Looking, title: str, rest: tuple[Press, ...]) -> Card:
    claimed = [
        line for line in looking.facts.identifiers if line.standing == "claimed" and not line.agent and line.kind != POSTAL
    ]
    leading = [line for line in claimed if not leads_nowhere(looking.datamap, line.kind)]
    blind = [f"{words.KIND(line.kind).lower()} {line.value}" for line in claimed if line not in leading]
    owners = [(line, owner) for line in leading if (owner := owner_of(looking.facts, line))]
    strangers = [line for line, owner in owners if owner.stranger]
    # A number that a caller gave is theirs to give: it proves no more than they say, so it is looked up and named by a colleague.
    main = next((line for line in leading if line.kind != "phone" and line not in strangers), None)
    presses = [
        Press(
            Action.ACCEPT_IDENTIFIER,
            f"{words.KIND(line.kind)} {line.value} is theirs",
            {"identifier": str(line.id)},
            first=line is main,
        )
        for line in leading
        if (line.kind != "phone" or not line.theirs_alone) and line not in strangers
    ]
    told = (
        f"No system is searched by {' or '.join(blind)}. Look the person up in your own systems, and add what stands there: "
        f"{ways_of(looking.datamap)}."
        if blind
        else ""
    )
    return Card(
        title,
        "It is known who asks, and nothing of theirs was shown by a code. Say what you made sure is theirs, and how; the systems "
        "are searched with it, and whoever approves reads your reason (Article 32).",
        instructions=" ".join(filter(None, [*(owner.told for _, owner in owners), told])),
        presses=looking.only(*presses, Press(Action.ADD_IDENTIFIER, "Add an identifier", first=main is None), *rest),
    )
