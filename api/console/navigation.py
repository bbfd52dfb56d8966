"""The menu: the pages that a role may open, in the order of the pictures. A page appears when its row is in the table.

Next: api/console/pages.py
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from api.console.authority import may
from api.dependencies import Web
from domain.rights import Role


@dataclass(frozen=True)
class Entry:
    """One word of the menu; `badge` stands behind it in red, such as "1 open". `rarely`: it stands under "More"."""

    label: str
    path: str
    badge: str = ""
    rarely: bool = False


_MENU: Final = (
    ("Cases", "/console/cases"),
    ("With legal", "/console/legal"),
    ("Breaches", "/console/breaches"),
    ("Messages", "/console/triage"),
    ("Reports", "/console/reports"),
    ("Retention", "/console/retention"),
    ("Holds", "/console/holds"),
    ("Disclosures", "/console/disclosures"),
    ("Data map", "/console/datamap"),
    ("Letters", "/console/letters"),
    ("Staff", "/console/staff"),
    ("Alerts", "/console/alerts"),
)
_DAILY: Final = frozenset({"Cases", "Breaches", "Messages", "Reports", "Data map"})
_MOST: Final = 7  # words that fit beside the search at 1280 px
# A page that is not theirs to read, and the form by which they begin one all the same.
_ONLY_BEGUN: Final = {"/console/breaches": "/console/breaches/new"}
# By path: what a page wants to say behind its word in the menu, on every page. It must cost next to nothing.
BADGES: Final[dict[str, Callable[[Web], str]]] = {}


def menu(web: Web, role: Role) -> list[Entry]:
    """What a role sees at the top of every page. Whoever may not read breaches may report one, and nothing else."""
    entries = []
    for label, path in _MENU:
        if may(role, "GET", path):
            entries.append(Entry(label, path, BADGES.get(path, _none)(web)))
        elif path in _ONLY_BEGUN and may(role, "GET", _ONLY_BEGUN[path]):
            entries.append(Entry(label, _ONLY_BEGUN[path]))
    if len(entries) <= _MOST:
        return entries
    return [replace(entry, rarely=entry.label not in _DAILY) for entry in entries]


def home_of(role: Role) -> str:
    """Where somebody begins: the first page that is theirs."""
    return next((path for _, path in _MENU if may(role, "GET", path)), "/console/account")


def _none(_web: Web) -> str:
    return ""
