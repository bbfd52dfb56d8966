"""Made-up contents for the mails of `email_templates/_desk`: what the console's preview, `habeas letters check` and tests render.

Notices to many have samples of their own, since they speak three languages. Next: adapters/notice_samples.py
"""

from pathlib import Path
from typing import Final

from adapters.desk_letters import DESK_LETTERS, rendered_as_written
from adapters.letters import Rendered
from adapters.notice_words import LABELS
from domain.datamap_parts import Controller

BY_ITSELF: Final = "Habeas"
# Who gets each, as the console's list says it.
DESK_SAMPLES: Final[dict[str, str]] = {
    "inactive_account": BY_ITSELF,
    "notice_answer": f"{BY_ITSELF} and a caseworker",
    "audit_head": f"{BY_ITSELF}, to those who watch",
    "breach_call": f"{BY_ITSELF}, to colleagues",
    "breach_reminder": f"{BY_ITSELF}, to colleagues",
    "case_carried_on": f"{BY_ITSELF}, to colleagues",
    "case_due": f"{BY_ITSELF}, to colleagues",
    "staff_notice": f"{BY_ITSELF}, to colleagues",
}


def desk_preview(name: str, controller: Controller, public_url: str, own: Path | None) -> Rendered:
    """One mail with made-up contents, as it is written now.

    Raises:
        KeyError: there is no such mail. jinja2.TemplateError: the controller's own (`own`) cannot be rendered.
    """
    return rendered_as_written(name, desk_sample(name, controller, public_url), own)


def desk_sample(name: str, controller: Controller, public_url: str) -> dict[str, object]:
    """Every variable of one mail with a made-up value.

    Raises:
        KeyError: there is no such mail.
    """
    site, called = public_url.rstrip("/"), controller.trading_as or controller.name
    samples: dict[str, object] = {
        "reference": "HAB-B6T2M8QX",
        "link": f"{site}/console/breaches/HAB-B6T2M8QX",
        "exercise": False,
        "due": "Wed 25 November 2026, 11:22 GMT",
        "number": 2,
        "hours": 4,
        "whom": "the first authority",
        "late": False,
        "subject": "your password was changed",
        "what": "your password for the console was changed.",
        "what_now": "If that was not you, tell your administrator at once.",
        "name": "Dana Whitfield",
        "phone": "020 7946 0143",
        "day": "2026-11-25",
        "install": "00" * 16,
        "previous": "11" * 32,
        "root": "22" * 32,
        "streams": 14,
        "entries": 1_482,
        "first_half": "33" * 32,
        "second_half": "44" * 32,
        "controller": controller,
        "until": "Thu 24 December 2026",
        "again": False,
        "contact": controller.contacts.requests,
        "labels": LABELS["en"],
        "language": "en",
        "lines": ["Your address is not on the list of this incident.", "You need not do anything."],
        "affected_link": f"{site}/affected/example",
    }
    if name == "inactive_account":
        samples["controller"] = called
    if name == "notice_answer":
        samples["subject"] = f"{LABELS['en']['answer']} HAB-N7K4M29Q"
    return {each: samples[each] for each in DESK_LETTERS[name]}
