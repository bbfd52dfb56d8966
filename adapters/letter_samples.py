"""Made-up contents for every letter: what the console's preview and the tests render. All of it is invented.

Next: `adapters/letters.py`
"""

import itertools
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import jinja2

from adapters.desk_samples import DESK_SAMPLES, desk_preview
from adapters.letter_answers import (
    all_systems,
    as_a_whole,
    came_of,
    found_of,
    how_to_reply,
    why_longer,
    why_restricted,
    why_unknown,
)
from adapters.letter_endings import ENDED, HOW
from adapters.letter_grounds import because
from adapters.letter_languages import complaint_line_in, remedies_in
from adapters.letter_words import (
    ASKED,
    EXTENDED,
    FOUND,
    WHY_RESTRICTED,
    asked,
    count,
    day,
    day_ahead,
    how_counted,
    masked,
    moment,
    withheld,
)
from adapters.letters import LETTERS, render, speaks
from adapters.notice_samples import SAMPLES as NOTICES
from adapters.notice_samples import sample_notice
from domain.case import CaseState
from domain.datamap_parts import Authority, Contacts, Controller, Policy
from domain.incoming import Language
from domain.remedies import in_one_line, remedies_for
from domain.rights import Outcome, Right

_RECEIVED, _DUE = date(2026, 11, 23), date(2026, 12, 23)
_EXTENDED = date(2027, 2, 23)
_FETCHED_UNTIL, _FETCHED_AGAIN = date(2027, 1, 20), date(2027, 6, 21)  # of a copy that is ready two days before it is due
_UNTIL = datetime(2026, 11, 26, 14, 5, tzinfo=UTC)
_SITE = "https://privacy.imaginella.example"
_TOKEN = "hl1_" + "A" * 43
REGIMES = ("UK", "EU-IE")
LANGUAGES: tuple[Language, ...] = ("en", "de", "fr")


def sample_controller() -> Controller:
    """A controller for previews where no data map is at hand."""
    return Controller(
        name="Sample Pictures LTD",
        trading_as="Imaginella",
        address=("4 Quill Yard", "London", "E2 0XX"),
        country="GB",
        regimes=("UK", "EU"),
        mailboxes=("privacy@imaginella.example",),
        contacts=Contacts(
            requests="privacy@imaginella.example",
            complaints="complaints@imaginella.example",
            breach="breach@imaginella.example",
            phone="020 7946 0143",
            hours="Monday to Friday, 9:00 to 17:00",
            team="Imaginella privacy team",
        ),
        authority=Authority(name="Information Commissioner", country="GB", url="https://ico.org.uk/make-a-complaint"),
        representative=None,
        policy=Policy(version="1", updated=date(2025, 7, 2)),
    )


def sample_context(letter: str, controller: Controller | None = None, language: Language = "en") -> dict[str, object]:
    """Every variable of a letter with a made-up value.

    Args:
        letter: the name of its folder.
        controller: the real one, so that a preview shows the real names and addresses.
        language: of the words.

    Raises:
        KeyError: there is no such letter.
    """
    someone = controller or sample_controller()
    rights = [Right.ACCESS, Right.TRANSFER_INFORMATION]
    samples: dict[str, object] = {
        "answer_by": day_ahead(_DUE, _RECEIVED),
        "asked": [ASKED[right] for right in rights],
        "code": "04931772",
        "collect_link": f"{_SITE}/collect/{_TOKEN}",
        "complaint_line": in_one_line(REGIMES, someone),
        "confirmed": ["Example Analytics Inc"],
        "confirming": True,
        "controller": someone,
        "counted": how_counted(rights, _RECEIVED, _DUE),
        "by_hand": ["Card payments"],
        "undone": ["Old archive"],
        "by_agent": False,
        "by_post": False,
        "reply": "Reply to this mail",
        "marked": True,
        "ended_from": moment(_UNTIL, ZoneInfo("Europe/London")),
        "purposes": ["To send you optional marketing emails or newsletters"],
        "since": moment(_UNTIL, ZoneInfo("Europe/London")),
        "why": WHY_RESTRICTED["accuracy"],
        "answer_link": f"{_SITE}/mandate/{_TOKEN}",
        "disown_link": f"{_SITE}/verify/{_TOKEN}",
        "dispute_link": f"{_SITE}/dispute/{_TOKEN}",
        "ended": [{"what": ASKED[right], "how": ENDED[Outcome.FULFILLED]} for right in rights],
        "finding": FOUND["partly_upheld"],
        "changed": "1,406 records",
        "ends": ["Your subscriptions", "Your support tickets"],
        "goes": [
            "Your prompts: 311 records",
            "Your subscriptions: 1 record",
            "Letters on paper, if anything is there; a person deletes it by hand",
        ],
        "emptied": ["Your sign-ins: 1,406 records"],
        "stays": [f"Your invoices: 7 records. Tax law obliges us to keep invoices. Until {day(date(2033, 3, 31))}."],
        "listed": True,
        "erase_on": day_ahead(date(2026, 11, 26), _RECEIVED),
        "erased": "312 records",
        "follow_link": f"{_SITE}/follow/{_TOKEN}",
        "ground": EXTENDED["complexity"],
        "how": HOW[Outcome.PARTLY_FULFILLED],
        "kept": "7 records",
        "left": None,
        "left_out": ["Card payments"],
        "course": "search",
        "made_sure": True,
        "fetch_again_until": day(_FETCHED_AGAIN),
        "fetch_until": day(_FETCHED_UNTIL),
        "link_until": moment(_UNTIL, ZoneInfo("Europe/London")),
        "merged_into": "HAB-4R8N1WVK",
        "message": ["Your account is older than this address.", "Please name one invoice of this year."],
        "new_date": day_ahead(_EXTENDED, _RECEIVED),
        "nothing": False,
        "object_link": f"{_SITE}/object/{_TOKEN}",
        "erasing": True,
        "weighed": False,
        "object_until": day(date(2026, 11, 30)),
        "outcome": "We have answered everything that was asked for.",
        "proofs_gone": True,
        "proofs_until": day(_EXTENDED),
        "reason": "Nobody confirmed this address with the code or the link that we sent.",
        "not_asked": ["Letters on paper"],
        "received_on": day(_RECEIVED),
        "recipients": {
            "all": 4,
            "reached": 3,
            "confirmed": ["Example Mail GmbH"],
            "waiting": ["Example Analytics Inc"],
            "told": ["Example Auditors LLP"],
            "to_tell": ["Example Payments Inc"],
            "unreached": [],
        },
        "records": "1,284 records",
        "reference": "HAB-7K4M29QX",
        "resumes": True,
        "because": because("compelling_grounds", language),
        "marketing": True,
        "routes": remedies_for(REGIMES, someone),
        "scopes": [{"title": "Mailboxes and chats", "mailboxes": 2, "first": day(_RECEIVED), "last": "", "terms": ["lantern"]}],
        "searched_on": day(_RECEIVED),
        "searched_with": [masked("email", "ruth.adeyemi@post.imaginella.example"), masked("phone", "+442079460143")],
        "named_only": [masked("username", "ruth_a")],
        "stake": "copy",
        "stop_link": f"{_SITE}/stop/{_TOKEN}",
        "systems": "all our systems",
        "to_come": ["Card payments"],
        "told": ["Example Analytics Inc", "Example Payments Inc"],
        "transfers": [
            {
                "who": "Example Analytics Inc, United States",
                "what": "Analytics tool, to understand feature usage and performance",
                "why": ["Under UK law, the International Data Transfer Addendum B1.0."],
                "copy": True,
            }
        ],
        "unconfirmed": ["Example Payments Inc"],
        "goes_to": None,
        "verify_link": f"{_SITE}/verify/{_TOKEN}",
        "what": ASKED[Right.RECTIFICATION],
        "withheld": withheld({"third_party": 3}, {}),
        "wrong_tries": 25,
    }
    if language != "en":
        samples |= _translated(language, rights, someone)
    return {name: samples[name] for name in LETTERS[letter].variables}


def mistakes(own: Path | None) -> list[str]:
    """What is wrong with the letters, a controller's own included: one line for each that cannot be rendered."""
    found = []
    for letter, language in itertools.product(LETTERS, LANGUAGES):
        if speaks(letter, language, own) != language:
            continue
        try:
            render(letter, sample_context(letter, language=language), language, own)
        except jinja2.TemplateError as failure:
            found.append(f"{letter}/{language}: {failure.message or type(failure).__name__}")
    return found + _mistakes_of_desk(own)


def _mistakes_of_desk(own: Path | None) -> list[str]:
    found, controller = [], sample_controller()
    makers = {name: partial(desk_preview, name, controller, _SITE, own) for name in DESK_SAMPLES}
    makers |= {
        f"{name}/{language}": partial(sample_notice, name, controller, _SITE, language, own)
        for name, language in itertools.product(NOTICES, LANGUAGES)
    }
    for name, make in makers.items():
        try:
            make()
        except jinja2.TemplateError as failure:
            found.append(f"_desk/{name}: {failure.message or type(failure).__name__}")
    return found


def _translated(language: Language, rights: list[Right], controller: Controller) -> dict[str, object]:
    colon = " :" if language == "fr" else ":"
    return {
        "answer_by": day_ahead(_DUE, _RECEIVED, language),
        "asked": [asked(right, language) for right in rights],
        "complaint_line": complaint_line_in(language, REGIMES, controller),
        "counted": how_counted(rights, _RECEIVED, _DUE, language),
        "fetch_again_until": day(_FETCHED_AGAIN, language),
        "fetch_until": day(_FETCHED_UNTIL, language),
        "link_until": moment(_UNTIL, ZoneInfo("Europe/London"), language),
        "object_until": day(date(2026, 11, 30), language),
        "proofs_until": day(_EXTENDED, language),
        "received_on": day(_RECEIVED, language),
        "reply": how_to_reply(language, by_post=False),
        "finding": found_of("partly_upheld", language),
        "systems": all_systems(language),
        "scopes": [{"title": "E-Mail", "mailboxes": 2, "first": day(_RECEIVED, language), "last": "", "terms": ["lantern"]}],
        "searched_on": day(_RECEIVED, language),
        "searched_with": [masked("email", "ruth.adeyemi@post.imaginella.example", language)],
        "named_only": [masked("phone", "+442079460143", language)],
        "records": count(1_284, "record", language),
        "routes": remedies_in(language, REGIMES, controller),
        "withheld": withheld({"third_party": 3}, {}, language),
        "ended_from": moment(_UNTIL, ZoneInfo("Europe/London"), language),
        "since": moment(_UNTIL, ZoneInfo("Europe/London"), language),
        "why": why_restricted("accuracy", language),
        "erase_on": day_ahead(date(2026, 11, 26), _RECEIVED, language),
        "erased": count(312, "record", language),
        "changed": count(1_406, "record", language),
        "kept": count(7, "record", language),
        "ground": why_longer("complexity", language),
        "new_date": day_ahead(_EXTENDED, _RECEIVED, language),
        **came_of(Right.RECTIFICATION, Outcome.PARTLY_FULFILLED, language),
        "transfers": [
            {
                "who": "Example Analytics Inc",
                "what": "Analytics",
                "why": [f"UK{colon} Addendum B1.0"],
                "copy": True,
            }
        ],
        "purposes": ["Newsletter"],
        "ends": ["Abonnement"],
        "goes": [f"Abonnement{colon} {count(312, 'record', language)}"],
        "emptied": [f"Logins{colon} {count(1_406, 'record', language)}"],
        "stays": [f"Factura{colon} {count(7, 'record', language)}. {day(date(2033, 3, 31), language)}."],
        "ended": [came_of(right, Outcome.FULFILLED, language) for right in rights],
        "outcome": as_a_whole(Outcome.FULFILLED, language),
        "reason": why_unknown(CaseState(case_id=UUID(int=0)), language, proven=False),
    }
