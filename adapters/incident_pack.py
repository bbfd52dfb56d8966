"""What is needed when Habeas itself is off, or is what was breached: on paper, made before anything has happened.

Whom to reach, what to do in the first hour, what to write down, where each authority takes reports. It holds no case and no
person but staff and the contacts of the data map.
Next: `api/console/breaches/incident_pack.py`
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from adapters.database.tables import Caseworker
from adapters.resources import Resources
from domain.breach_authorities import breach_authority
from domain.breach_checklist import STEPS
from domain.breach_contacts import CHECKED, CONTACTS
from domain.breach_forms import FIELDS, FORMS
from domain.rights import Role

_OURS = (Role.BREACH_RESPONDER, Role.PRIVACY_LEAD, Role.DPO, Role.ADMINISTRATOR)
_WIDTH = 96
_RULES = (
    "Write down, with the time and its zone: the first sign, who saw it, what was done, who decided what and why.",
    "72 hours run from reasonable certainty that personal data were compromised (Article 33(1)); count from the first sign.",
    "They run through nights, weekends and holidays. A report that comes later gives the reasons; what is not known may follow.",
    "Stop deletion by retention for every system concerned, and keep logs before they roll over.",
    "If Habeas was breached: end its sessions, keep its home folder as it is, change every secret of its settings.",
    "Then set it up on a new machine from a backup of before, and rotate its keys.",
)


@dataclass(frozen=True)
class Part:
    """One part of the pack: a heading, and lines of (who or what, everything about it)."""

    heading: str
    lines: tuple[tuple[str, str], ...]


def incident_pack(resources: Resources) -> list[Part]:
    """The parts in the order in which they are needed."""
    controller = resources.datamap.controller
    with resources.database.read() as session:
        wanted = [role.value for role in _OURS]
        query = select(Caseworker).where(col(Caseworker.active), col(Caseworker.role).in_(wanted)).order_by(Caseworker.name)
        staff = session.exec(query).all()
    ours = [(person.name, f"{person.role.replace('_', ' ')}, {person.email}") for person in staff]
    kinds = [
        (contact.kind.replace("_", " "), _told(contact.line, contact.within_hours)) for contact in controller.incident_contacts
    ]
    if controller.representative:
        kinds.append(("EU representative", f"{controller.representative.name}, {controller.representative.email}; at once"))
    desk = ", ".join(part for part in (controller.contacts.breach, controller.contacts.phone) if part)
    form = FORMS["ico"]
    return [
        Part("Whom to reach", (*kinds, (controller.contacts.team, desk), *ours)),
        Part("First", tuple((str(place), rule) for place, rule in enumerate(_RULES, start=1))),
        Part("Stop it from going on", tuple(("[ ]", step) for step in STEPS.values())),
        Part(
            "What an authority asks (Article 33(3); the ICO's form)",
            tuple((form.heading(place, "en"), _fields(names)) for place, (_, names) in enumerate(form.sections)),
        ),
        Part(f"Authorities, looked at on {CHECKED}", tuple(_authority(place) for place in sorted(CONTACTS, key=_gb_first))),
    ]


def as_text(parts: Sequence[Part], name: str, now: datetime) -> str:
    """The pack as text for paper.

    Args:
        parts: of `incident_pack`.
        name: of the controller.
        now: UTC.
    """
    lines = [
        f"INCIDENT PACK  {name}",
        f"Made {now:%Y-%m-%d %H:%M} UTC. Print it, and keep it where it is read without this machine.",
    ]
    for part in parts:
        lines += ["", part.heading.upper(), ""]
        for left, right in part.lines:
            lines += textwrap.wrap(f"{left}: {right}", _WIDTH, subsequent_indent="    ", break_long_words=False)
    return "\n".join(lines) + "\n"


def _told(line: str, hours: int | None) -> str:
    return f"{line}; within {hours} hours of the first sign" if hours else line


def _fields(names: Sequence[str]) -> str:
    return "; ".join(FIELDS[name].label("en").lower() for name in names)


def _gb_first(place: str) -> tuple[bool, str]:
    return place != "GB", place


def _authority(place: str) -> tuple[str, str]:
    found = breach_authority(place)
    assert found is not None
    told = (found.name, found.address, found.contact.email, found.url, found.contact.doubt)
    return place, "; ".join(part for part in told if part)
