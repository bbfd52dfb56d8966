"""Breaches in words: what each action is called, its guidance with the article, its button; what states are called.

Next: api/console/breaches/fields.py
"""

from dataclasses import dataclass
from typing import Final

from domain import breach_choices
from domain.breach import BreachOutcome, BreachStatus
from domain.breach_authorities import CONTROLLER, find_authority
from domain.breach_authority import BreachAction as A
from domain.place_names import place_name


@dataclass(frozen=True)
class Act:
    """One action in words: title, two sentences of guidance, the button. `red`: it ends something."""

    title: str
    guidance: str
    button: str
    red: bool = False


def place(code: str) -> str:
    """Where people are: Germany, Germany (Berlin), country not known."""
    return place_name(code, "en")


def authority(key: str) -> str:
    """An authority as a table names it, by its key."""
    found = find_authority(key)
    return found.short if found else "The controller" if key == CONTROLLER else key


ACTS: Final[dict[A, Act]] = {
    A.ACKNOWLEDGE: Act("Say that you have it", "Nobody else is called any more. You lead until somebody else does.", "I have it"),
    A.CONFIRM_AWARENESS: Act(
        "Confirm since when we are certain",
        "The hours run from reasonable certainty that personal data were compromised (Article 33(1); EDPB 9/2022). Every clock "
        "follows; say why, also when you correct it.",
        "Set the time",
    ),
    A.SET_AFFECTED: Act(
        "Count who is affected",
        "Where they live says which authorities have to be told: each country has its own, and in Germany each Land. A guess is "
        "enough; every change works out the clocks again.",
        "Save the figures",
    ),
    A.CHOOSE_LAND: Act(
        "Choose the German authority",
        "Germany has an authority for each Land. For people of whom only Germany is known, choose one and say why.",
        "Choose it",
    ),
    A.SET_LEAD: Act("Say who leads", "One person leads, one stands in. Both are reminded of the hours.", "Save"),
    A.CHANGE_STEP: Act(
        "A step of containment", "Give it to somebody, or say how it ended. One that is not needed says why.", "Save"
    ),
    A.FREEZE_EVIDENCE: Act(
        "Keep more as evidence", "No retention sweep deletes anything of these systems until the breach is closed.", "Freeze them"
    ),
    A.ADD_EVIDENCE: Act("Keep a file as evidence", "It is sealed, and its hash is on record.", "Keep it"),
    A.ADD_TASK: Act("Add a task", "What, who, by when.", "Add it"),
    A.COMPLETE_TASK: Act("A task is done", "Say what came of it, if that helps the next person.", "It is done"),
    A.ADD_FACT: Act(
        "Add to the timeline", "What happened, and when. It goes on record as you write it (Article 33(5)).", "Add it"
    ),
    A.ASSESS: Act(
        "Work out the severity",
        "The ENISA method, with every input kept. It is advice; somebody else than you decides (Articles 33, 34).",
        "Work it out",
    ),
    A.DECIDE_AUTHORITY: Act(
        "Decide whether an authority is told",
        "It is told unless a risk to people is unlikely (Article 33(1)). A decision not to is kept with its reasons (33(5)).",
        "Decide",
    ),
    A.DECIDE_PEOPLE: Act(
        "Decide whether people are told",
        "The policy promises it at a risk; the law demands it at a high risk (Article 34). An exception has to be one of 34(3).",
        "Decide",
    ),
    A.ADVISE: Act("Give advice", "It stands beside the decision and takes its place nowhere (Article 38(6)).", "Keep the advice"),
    A.ADD_OTHER: Act(
        "Somebody else to tell",
        "Insurer, contract partner, police, representative: who, how to reach them, by when. The insurer costs most when missed.",
        "Add them",
    ),
    A.RECORD_TOLD: Act("They were told", "When, and what they said.", "Record it"),
    A.SET_FIELDS: Act(
        "The report",
        "Known, estimated or not yet known. Do not put the affected data themselves here.",
        "Save the report",
    ),
    A.PREPARE_REPORT: Act(
        "Freeze a report",
        "It says what the fields say now. The first is whole, the next ones carry what changed (Article 33(4)).",
        "Freeze it",
    ),
    A.APPROVE_REPORT: Act(
        "Approve this report", "Exactly this text may be handed in. Whoever froze it cannot approve it.", "Approve it"
    ),
    A.RECORD_SENT: Act(
        "The report was handed in",
        "When, and under which number of the authority. Without an approval, say why it went all the same.",
        "Record it",
    ),
    A.EXPLAIN_DELAY: Act(
        "Explain the delay", "A report after 72 hours gives the reasons for the delay (Article 33(1)). They stand in it.", "Save"
    ),
    A.HAND_OVER: Act("Hand over", "Who leads from now on, and where things stand.", "Hand over"),
    A.LINK_CASE: Act("Link a case", "A case of somebody whom this concerns.", "Link it"),
    A.CONTAIN: Act("It is contained", "Every step is done or not needed.", "It is contained"),
    A.DISMISS: Act(
        "It is no breach", "Say why. It stays in the register with your reasons (Article 33(5)).", "It is no breach", red=True
    ),
    A.CLOSE: Act("Close the breach", "Say what was learnt. It stays in the register.", "Close it", red=True),
    A.REOPEN: Act("Open it again", "Say why.", "Open it again"),
}

STATUSES: Final[dict[BreachStatus, str]] = {
    BreachStatus.REPORTED: "Reported, nobody has answered",
    BreachStatus.TRIAGE: "Being looked at",
    BreachStatus.ASSESSING: "Being assessed",
    BreachStatus.NOTIFYING: "Open",
    BreachStatus.CONTAINED: "Contained",
    BreachStatus.CLOSED: "Closed",
}
OUTCOMES: Final[dict[BreachOutcome, str]] = {
    BreachOutcome.NOT_A_BREACH: "No breach",
    BreachOutcome.NOTIFIED: "An authority was told",
    BreachOutcome.NOT_NOTIFIED: "Not notified, reasons kept",
}
ENDED: Final[list[tuple[str, str]]] = [(outcome.value, told) for outcome, told in OUTCOMES.items()]
OTHERS: Final[dict[str, str]] = {str(kind): told for kind, told in breach_choices.OTHERS.items()}
EXEMPTIONS: Final[dict[str, str]] = {
    "unintelligible": "the data are unintelligible: encrypted, key safe (34(3)(a))",
    "measures_taken": "later measures: a high risk is no longer likely (34(3)(b))",
    "disproportionate_effort": "disproportionate effort: a public notice instead (34(3)(c))",
}
LABELS: Final[dict[str, str]] = {
    "aware_at": "Since when",
    "affected": "People by country",
    "land": "Land",
    "lead": "Who leads",
    "deputy": "Who stands in",
    "owner": "Who does it",
    "due_at": "By when",
    "state": "State",
    "systems": "Systems",
    "happened_at": "When it happened",
    "zone": "In which zone you read the clock",
    "verdict": "Decision",
    "exemption": "Exception",
    "authority": "Authority",
    "language": "Language",
    "kind": "Who it is",
    "told_at": "When they were told",
    "sent_at": "When it was handed in",
    "receipt": "Number of the authority",
    "standing": "How sure",
    "case": "Reference of the case",
    "category": "Highest category of the data",
    "context": "What it says about people, 1 to 4",
    "ease": "How easily they are identified",
    "confidentiality": "Confidentiality",
    "integrity": "Integrity",
    "availability": "Availability",
    "malicious": "Malicious intent",
    "individuals": "How many people",
    "unintelligible": "Encrypted, and the key is safe",
    "reason": "Why",
    "text": "In words",
    "value": "What is known",
    "lessons": "What was learnt",
}
