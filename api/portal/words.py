"""The words of the portal: rights as a worried reader of twelve would say them, stages, days (Article 12(1); mockups, rule 19).

They stand in English here; what a page shows of them is said in its language. Next: api/portal/submit.py
"""

from collections.abc import Iterable
from typing import Final
from unicodedata import normalize

from api.face.countries import COUNTRIES
from api.portal.languages import current, say
from domain.place_names import place_name
from domain.rights import Outcome, Right

# The four that people ask for most come first; the others stand under "Or something else".
RIGHTS: Final[tuple[tuple[Right, str, str], ...]] = (
    (Right.ACCESS, "Get a copy of my data", "See what we hold about you, where it came from and who received it."),
    (Right.ERASURE, "Delete my data", "We tell you first what goes and what the law makes us keep."),
    (Right.RECTIFICATION, "Correct my data", "Something is wrong or out of date."),
    (Right.OBJECTION, "Object to how my data is used", "For example for advertising, or for checks on your account."),
    (Right.RESTRICTION, "Pause use of my data while something is checked", ""),
    (Right.AUTOMATED_DECISION_REVIEW, "Have a decision made by a machine looked at by a person", ""),
    (Right.PORTABILITY, "Move my data", ""),
    (Right.WITHDRAW_CONSENT, "Withdraw a consent", ""),
    (Right.TRANSFER_INFORMATION, "Know where my data was sent", ""),
    (Right.COMPLAINT, "Complain about how my data was handled", ""),
    (Right.MINOR_REPORT, "Report a child\u2019s account", ""),
)
_ASKED: Final[dict[str, str]] = {right.value: label for right, label, _ in RIGHTS}

# What is asked in step 3, of rights that are about something which only the person can say.
_SUBSTANCE: Final[dict[Right, str]] = {
    Right.OBJECTION: "What should we stop, and why?",
    Right.RESTRICTION: "What should we pause, and why?",
    Right.AUTOMATED_DECISION_REVIEW: "Which decision is it, and what do you say about it?",
    Right.WITHDRAW_CONSENT: "Is there anything else that you agreed to and want to end?",
    Right.COMPLAINT: "What are you not content with?",
    Right.MINOR_REPORT: "Which account is it, and what do you know about it?",
    Right.RECTIFICATION: "Anything else about what is wrong",
}


def substance(rights: list[str]) -> str:
    """What the person is asked for in their own words; empty where the request says it all, as a copy or a deletion does."""
    asked = [words for right, words in _SUBSTANCE.items() if right.value in rights]
    return say(asked[0] if len(asked) == 1 else "What is it about, in your own words?") if asked else ""


def choices() -> list[tuple[Right, str, str]]:
    """The rights of the form, each with its label and its hint."""
    return [(right, say(label), say(hint) if hint else "") for right, label, hint in RIGHTS]


def asked(rights: Iterable[str]) -> list[str]:
    """What a request asks for, right by right."""
    return [say(_ASKED[right]) for right in rights]


def countries() -> list[tuple[str, str]]:
    """The countries of the form by their names: the United Kingdom first, as in English, the others by the alphabet."""
    language = current().language
    if language == "en":
        return [*COUNTRIES]
    (first, _), *others = COUNTRIES
    named = [(code, place_name(code, language)) for code, _ in others]
    return [(first, place_name(first, language)), *sorted(named, key=lambda each: normalize("NFD", each[1]))]


# By the value of the field.
ACCOUNTS: Final[dict[str, str]] = {
    "yes": "I have or had an account",
    "no": "I have no account: a picture or a text of somebody else is about me",
}

MANDATES: Final[dict[str, str]] = {
    "lawyer": "I am their lawyer",
    "power_of_attorney": "They gave me a power of attorney",
    "parent_or_guardian": "I am their parent or guardian",
    "court_appointed": "A court appointed me",
    "other": "Another ground",
}

_OUTCOMES: Final[dict[Outcome, str]] = {
    Outcome.FULFILLED: "We have answered, and this request is closed.",
    Outcome.PARTLY_FULFILLED: "We have answered a part of it and closed this request. Our letter says what is missing and why.",
    Outcome.NOTHING_HELD: "We have answered, and this request is closed. Our letter says what we found.",
    Outcome.REFUSED: "We have closed this request. Our letter says why, and what you can do.",
    Outcome.WITHDRAWN: "You withdrew this request, and we have stopped. You can ask again whenever you like.",
    Outcome.IDENTITY_NOT_CONFIRMED: "We closed this request because we could not confirm who asked. Reply to our mail to go on.",
    Outcome.NOT_THE_REQUESTER: "We were told that this request was not yours. We have stopped it. Nobody gets anything.",
    Outcome.DUPLICATE: "We have joined this request with another one of yours. The date of the first one counts.",
}


def outcome_of(outcome: Outcome) -> str:
    """How a request ended."""
    return say(_OUTCOMES[outcome])


def code_refused(left: int) -> str:
    """That a code does not hold, and how often the one that is alive may still be typed."""
    told = say("This code does not work.")
    if not left:
        return f"{told} {say('Please ask for a new one.')}"
    return f"{told} {say('You can try 1 more time.') if left == 1 else say('You can try %(left)s more times.', left=left)}"


_TITLES: Final[dict[str, str]] = {
    Right.ACCESS.value: "Your request for a copy of your data",
    Right.ERASURE.value: "Your request to delete your data",
    Right.RECTIFICATION.value: "Your request to correct your data",
    Right.OBJECTION.value: "Your objection to how your data is used",
    Right.RESTRICTION.value: "Your request to pause use of your data",
    Right.AUTOMATED_DECISION_REVIEW.value: "Your request to have a decision looked at by a person",
    Right.PORTABILITY.value: "Your request to move your data",
    Right.WITHDRAW_CONSENT.value: "Your withdrawal of a consent",
    Right.TRANSFER_INFORMATION.value: "Your request to know where your data was sent",
    Right.COMPLAINT.value: "Your complaint",
    Right.MINOR_REPORT.value: "Your report of a child\u2019s account",
}


def request_title(rights: list[str]) -> str:
    """What a request is called on its own page: by what was asked first; the others stand beside it."""
    first, *others = rights
    title = say(_TITLES[first])
    if not others:
        return title
    more = say("and 1 more thing") if len(others) == 1 else say("and %(number)s more things", number=len(others))
    return f"{title}, {more}"
