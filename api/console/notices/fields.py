"""The form of an action on a notice, and what was typed read back into the action's body. Next: api/console/notices/acts.py."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.resources import Resources
from api.console.breaches.fields import FormField
from api.console.notices.words import HINTS, LABELS, LANGUAGES
from api.face.forms import number_in
from domain.datamap_systems import SystemKind
from domain.errors import InvalidInputError
from domain.notice import PARTS, NoticeState
from domain.notice_commands import NoticeAction as A

_LONG: Final = frozenset({"nature", "consequences", "measures", "advice", "summary", "text", "reason"})
_FIELDS: Final[dict[A, tuple[str, ...]]] = {
    A.QUERY_LIST: ("source", "column", "value"),
    A.SET_POLICY: ("version", "updated"),
    A.SEND_TEST: ("address",),
    A.APPROVE: ("start_at",),
    A.SET_RATE: ("rate",),
    A.PAUSE: ("reason",),
    A.CONTINUE: ("reason",),
    A.RESEND: ("reason",),
    A.CANCEL: ("reason",),
    A.PUBLISH: ("language", "text"),
}


def form_fields(resources: Resources, state: NoticeState, action: A) -> list[FormField]:
    """The fields of an action's form."""
    if action is A.SET_LETTER:
        needed = PARTS[state.purpose]
        return [_one(resources, name, purpose=state.purpose) for name in ("language", *needed)]
    return [_one(resources, name) for name in _FIELDS.get(action, ())]


def sources(resources: Resources) -> list[tuple[str, str]]:
    """Collections that a list can be taken from: of a database, with an e-mail address in them."""
    return [
        (f"{system.name}/{collection.name}", f"{system.title}: {collection.title}")
        for system in resources.datamap.systems
        if system.kind is SystemKind.SQL
        for collection in system.collections
        if "email" in collection.identities.values()
    ]


def _one(resources: Resources, name: str, *, purpose: str = "breach") -> FormField:
    if name == "source":
        return FormField(name, LABELS[name], "choice", sources(resources), HINTS[name])
    if name == "language":
        return FormField(name, LABELS[name], "choice", list(LANGUAGES.items()))
    label = "What it is about" if name == "nature" and purpose != "breach" else LABELS[name]
    kind = "area" if name in _LONG else "time" if name.endswith("_at") else "text"
    return FormField(name, label, kind, [], HINTS.get(name, "") if purpose == "breach" else "")  # type: ignore[arg-type]


def body_of(action: A, typed: Mapping[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """The body of an action from what was typed; what was left empty is left out.

    Raises:
        InvalidInputError: a time or a number that cannot be read; `field` names it.
    """
    names = (
        ("language", *(name for parts in PARTS.values() for name in parts)) if action is A.SET_LETTER else _FIELDS.get(action, ())
    )
    body: dict[str, Any] = {name: typed[name].strip() for name in dict.fromkeys(names) if typed.get(name, "").strip()}
    if "source" in body:
        body["system"], _, body["collection"] = body.pop("source").partition("/")
    if "address" in body:
        body["text"] = body.pop("address")
    if "rate" in body:
        body["rate"] = _number(body["rate"])
    if "start_at" in body:
        body["start_at"] = _instant(body["start_at"], zone)
    if action is A.APPROVE:
        body["sha256"] = typed.get("sha256", "")
    return body


def _number(text: str) -> int:
    number = number_in(text)
    if number is None:
        raise InvalidInputError("Write a number here.", field="rate")
    return number


def _instant(text: str, zone: ZoneInfo) -> str:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
    except ValueError:
        raise InvalidInputError("Write the time as 2026-11-22T13:05.", field="start_at") from None
