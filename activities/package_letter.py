"""The letter of an access answer as an accessible PDF: every item of Article 15(1)-(2) that applies, and the routes of remedy.

Next: activities/package_manifest.py
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from activities import typesetting
from activities.package_cells import count
from activities.package_language import current, say
from activities.package_view import View


def letter(view: View, kid: str, at: datetime) -> bytes:
    """The PDF: the same bytes for the same view, key and time.

    Args:
        view: what to say.
        kid: number of the key that signs the package.
        at: when the package is made; the PDF's own date.
    """
    template = "letter" if current() == "en" else f"letter_{current()}"
    return typesetting.pdf(template, _answer(view, kid), at)


def _title(view: View) -> str:
    if view.partial:
        return say("Your personal data: a first part of our answer")
    if view.portable_alone and not view.nothing:
        return say("Your data in a form that you can take elsewhere")
    return say("We found nothing about you") if view.nothing else say("Your personal data: our answer")


def _answer(view: View, kid: str) -> dict[str, Any]:
    """The view as the template wants it."""
    controller = view.controller
    return asdict(view) | {
        "title": _title(view),
        "controller": {"name": controller.name, "address": list(controller.address)},
        "contacts": controller.contacts.model_dump(mode="json"),
        "systems_count": count(view.from_systems, "system"),
        "protection_officer": controller.protection_officer,
        "policy_url": controller.policy.url,
        "kid": kid,
    }
