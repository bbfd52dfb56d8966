"""What a step would do to the dates, in words, before anybody presses (Articles 12(3) to 12(6), 12A UK GDPR).

The console shows these sentences beside the form; the clock itself is asked again once the step is recorded.
Next: `domain/milestones.py`
"""

from collections.abc import Iterable
from datetime import date

from domain.calendars import ENGLAND_AND_WALES, Calendar
from domain.deadline import ARTICLE_15, Clock
from domain.deadline_period import PROMPT_WORKING_DAYS
from domain.deadline_sum import said
from domain.regimes import calendar_title
from domain.rights import Right


def stops_the_clock(regimes: Iterable[str], rights: Iterable[str]) -> bool:
    """Whether asking what is meant stops the clock: under UK law alone, and for access alone (Article 12A(5))."""
    asked = set(rights) - {Right.COMPLAINT}
    return bool(asked) and asked <= ARTICLE_15 and all(code.startswith("UK") for code in regimes)


def before_a_question(regimes: Iterable[str], rights: Iterable[str]) -> str:
    """What to say beside the form of a clarification."""
    laws, asked = list(regimes), set(rights)
    if stops_the_clock(laws, asked):
        return (
            "This stops the clock from today until the reply arrives (Article 12A(5) UK GDPR). Ask only what you need to find "
            "the data. “Everything” is an answer."
        )
    if any(code.startswith("EU") for code in laws):
        return "This does not move the date. The person may be protected by EU law, which lets a question stop nothing."
    return "This does not move the date. Only a request for access can be paused (Article 12A(5) UK GDPR)."


def before_more_identity(regimes: Iterable[str], received: date, today: date) -> str:
    """What to say beside the form that asks for more identity.

    Args:
        regimes: the case's.
        received: the local day of receipt.
        today: the local day on which the form is shown.
    """
    doubt = "Ask only on a reasonable doubt, and say which (Article 12(6))."
    if any(code.startswith("EU") for code in regimes):
        return f"{doubt} The date does not move: EU law counts from receipt."
    calendar = Calendar(ENGLAND_AND_WALES, calendar_title(ENGLAND_AND_WALES))
    if today > calendar.after_working_days(received, PROMPT_WORKING_DAYS):
        return (
            f"{doubt} This is more than three working days after receipt and will be flagged: the day to answer by stays, "
            "because the ICO expects identity to be asked for promptly."
        )
    return f"{doubt} The month begins anew when the person has answered; our letters still promise the date from receipt."


def before_an_extension(clock: Clock) -> str:
    """What to say beside the form of an extension."""
    if clock.extend_by is None:
        return "The time cannot be extended any more."
    return (
        f"The notice has to reach the person by {said(clock.extend_by)}. Say what makes this request complex, or which requests "
        "there are; that there is much work, or that a supplier is slow, is no reason (Article 12(3))."
    )


def before_a_refusal(clock: Clock, today: date) -> str:
    """What to say beside the form of a refusal: it has a date of its own, which longer time moves in the UK only."""
    if clock.refusal_due is None:
        return "The person has to be told without delay, with reasons and every route of complaint (Article 12(4))."
    if today > clock.refusal_due:
        return f"A refusal had to be told by {said(clock.refusal_due)} (Article 12(4)). It is late; the case will say so."
    return f"The letter with the reasons has to go out by {said(clock.refusal_due)} (Article 12(4)). Somebody else approves it."


def before_a_fee(regimes: Iterable[str]) -> str:
    """What to say beside the form that records a fee."""
    if any(code.startswith("EU") for code in regimes):
        return "This does not move the date: EU law counts from receipt."
    return "Asked for, the month begins when it is paid (Article 12A(2)(c) UK GDPR); letters still promise the date from receipt."
