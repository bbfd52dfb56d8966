"""Notices in words: what each action is called, its guidance with the article, its button; what states are called.

Next: api/console/notices/fields.py
"""

from typing import Final

from api.console.breaches.words import Act, place
from domain.breach import UNKNOWN_PLACE, Language
from domain.notice import NoticeStatus, Purpose
from domain.notice_commands import NoticeAction as A

ACTS: Final[dict[A, Act]] = {
    A.LOAD_LIST: Act(
        "Take the people from a file",
        "A CSV file with a column `email`; `country` and `language` where you know them. Each address counts once. You see how "
        "many people of which country are on it before anything else happens.",
        "Load and count them",
    ),
    A.QUERY_LIST: Act(
        "Take the people from your systems",
        "Everybody in one collection of the data map, or those whose column holds a value. You see how many people of which "
        "country that finds before anything else happens.",
        "Find and count them",
    ),
    A.SET_LETTER: Act(
        "Write the letter",
        "Plain words, and nothing that tells a stranger in the mailbox what somebody's data say. No link to sign in: write that "
        "people go to the site as usual (Article 34(2)).",
        "Keep this letter",
    ),
    A.SET_POLICY: Act("Say which version of the policy", "The version, and the date at its top.", "Save"),
    A.PREPARE: Act(
        "Make it ready",
        "Lists are counted and letters written, each fixed by its hash. What is approved is exactly that; a change voids it.",
        "Make it ready",
    ),
    A.SEND_TEST: Act(
        "Send a test",
        "Every letter goes to one address of yours, marked as a test. Nobody on the list gets one.",
        "Send the test",
    ),
    A.APPROVE: Act(
        "Approve the notice",
        "Exactly these letters go to exactly these people. Whoever made the list or wrote a letter cannot approve it. "
        "It starts at once, or at the time you give.",
        "Approve and send",
    ),
    A.SET_RATE: Act("Say how fast it goes", "Messages a second; 0 sends as fast as the mail server takes them.", "Set the speed"),
    A.PAUSE: Act(
        "Pause it",
        "At most the next two hundred letters still leave. Who was told is on record; nobody is told twice when it goes on.",
        "Pause it",
    ),
    A.CONTINUE: Act("Go on", "It goes on with the next person on the list.", "Go on"),
    A.RESEND: Act(
        "Send again to those who are not told",
        "The same letters to the same approved lists, only to people whose letter was refused, put off or came back. What "
        "came back for now is sent again by itself, an hour, a day and six days after the end; this is for when something of "
        "ours kept letters out and is mended.",
        "Send again",
    ),
    A.CANCEL: Act(
        "End it for good",
        "Nobody else is told. Who was told stays on record. It cannot be opened again; a new notice can be begun.",
        "End it for good",
        red=True,
    ),
    A.ANSWER: Act("Answer people who wrote back", "Choose them on the page of replies.", "Answer them"),
    A.SEND_LINK: Act(
        "Send a link that answers",
        "The address gets a link that says whether it is on the list, and says so to nobody else.",
        "Send the link",
    ),
    A.PUBLISH: Act(
        "Publish a public notice",
        "It stands on our own page for everybody, and your platform can show it as a banner. It takes the place of letters only "
        "where they would be a disproportionate effort (Article 34(3)(c)).",
        "Publish it",
    ),
}
STATUSES: Final[dict[NoticeStatus, str]] = {
    NoticeStatus.DRAFT: "Being written",
    NoticeStatus.PREPARING: "Being made ready",
    NoticeStatus.READY: "Waits for approval",
    NoticeStatus.APPROVED: "Approved, not started yet",
    NoticeStatus.SENDING: "Being sent",
    NoticeStatus.PAUSED: "Paused",
    NoticeStatus.FINISHED: "Sent to everybody",
    NoticeStatus.CANCELLED: "Ended by us",
}
MARKS: Final[dict[NoticeStatus, str]] = {
    NoticeStatus.DRAFT: "waiting",
    NoticeStatus.PREPARING: "running",
    NoticeStatus.READY: "soon",
    NoticeStatus.APPROVED: "running",
    NoticeStatus.SENDING: "running",
    NoticeStatus.PAUSED: "soon",
    NoticeStatus.FINISHED: "done",
    NoticeStatus.CANCELLED: "skipped",
}
PURPOSES: Final[dict[Purpose, str]] = {
    "breach": "A breach",
    "policy_change": "A change of the privacy policy",
    "inactivity": "An account that is not used any more",
}
LANGUAGES: Final[dict[Language, str]] = {"en": "English", "de": "German", "fr": "French"}
# What became of a letter, in the order of a good day.
FATES: Final[dict[str, str]] = {
    "sent": "taken by their mail server",
    "waiting": "not sent yet",
    "under_way": "on its way",
    "deferred": "put off, or came back for now: tried again by itself",
    "refused": "refused by their mail server",
    "bounced": "came back for good",
}
LABELS: Final[dict[str, str]] = {
    "title": "What you call it",
    "purpose": "What it is about",
    "source": "Collection",
    "column": "Only those whose column",
    "value": "holds this value",
    "language": "Language",
    "subject": "Subject of the mail",
    "nature": "What happened",
    "consequences": "What this can mean for them",
    "measures": "What we have done",
    "advice": "What they can do",
    "summary": "What changes",
    "version": "Version",
    "updated": "Date of the policy",
    "text": "What everybody may read",
    "address": "Address of yours",
    "start_at": "Start at, if not at once",
    "rate": "Messages a second",
    "reason": "Why",
}
HINTS: Final[dict[str, str]] = {
    "source": "Systems that Habeas can ask and that hold an e-mail address",
    "column": "Leave both empty for everybody",
    "subject": "One line that says it is important and gives nothing away",
    "nature": "When, and what; the same for everybody who gets this letter",
    "advice": "Concrete steps: go to the site as usual, change the password, also wherever else it is used",
    "updated": "For example 2026-12-01",
    "summary": "In a few sentences what is different from now on",
}


def segment(name: str) -> str:
    """A segment of a list: United Kingdom, English."""
    country, _, language = name.partition("_")
    return f"{where(country)}, {LANGUAGES.get(language, language)}"  # type: ignore[call-overload]


def where(country: str) -> str:
    """A country of a list; `xx` is nobody's."""
    return "Country not known" if country.upper() == UNKNOWN_PLACE else place(country.upper())


# Answers to begin with, to be changed before they are sent.
ANSWERS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "affected": (
        "Was I affected?",
        (
            "Thank you for writing.",
            "The page below says whether your address is on our list. If you have other accounts, please ask us for each.",
            "What happened and what you can do stands in our letter.",
        ),
    ),
    "steps": (
        "What shall I do?",
        (
            "Thank you for writing.",
            "Please go to our site as usual and choose a new password. If you used it elsewhere, change it there, too.",
            "You do not have to do anything else; we tell you if that changes.",
        ),
    ),
    "rights": (
        "I want my data, or have it deleted",
        (
            "Thank you for writing.",
            "You can ask for a copy of your data, or have it erased: answer this mail and say which, and we open a request.",
        ),
    ),
}
