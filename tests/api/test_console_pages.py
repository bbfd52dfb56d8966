"""Every page of the console, followed from link to link by each role: what holds on all of them, held once.

A page counts once per route, action and role; cases in every stage, a breach and a notice give it something to show.
"""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from adapters.resources import Resources
from api.app import create_app
from api.console.authority import ROUTES
from domain.rights import Role
from tests import opened
from tests.activities.package_case import DATAMAP
from tests.api.conftest import FakeGateway, searched_case
from tests.at_console import AtConsole
from tests.breach_gateway import BreachGateway
from tests.breach_stages import stolen_passwords
from tests.case_stages import STAGES
from tests.notice_gateway import NoticeGateway
from tests.notice_ready import addresses, notice_ready
from tests.sweep_gateway import SweepGateway

DEMO: Final = Path(__file__).resolve().parents[2] / "demo" / "datamap.yml"
_ROLES: Final = (Role.PRIVACY_LEAD, Role.REVIEWER, Role.BREACH_RESPONDER, Role.ADMINISTRATOR, Role.AUDITOR)
_DECIDERS: Final = (Role.PRIVACY_LEAD, Role.CASEWORKER)
_MOST: Final = 2  # pages of one shape and role that are looked at: another one says the same about other rows
# Words with an underscore that are no code of ours: names by which others know something.
_ALLOWED: Final = frozenset[str]()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> dict[str, str]:
    """Every page, by role and address: of the demo's controller, and of one whose case has records on the review desk."""
    found: dict[str, str] = {}
    for datamap, starts, roles in ((DEMO, _cases_and_a_breach, _ROLES), (DATAMAP, _records, _DECIDERS)):
        home = tmp_path_factory.mktemp("pages")
        shutil.copy(migrated, home / "habeas.db")
        with opened.resources(home / "home", f"sqlite:///{home}/habeas.db", datamap) as resources:
            begin = starts(resources)
            gateways = (BreachGateway(resources), NoticeGateway(resources))
            app = create_app(resources, FakeGateway(resources), gateways, SweepGateway(resources))
            with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 5000)) as web:
                for role in roles:
                    found |= {f"{role.value} {path}": page for path, page in _walked(web, resources, role, begin)}
    return found


def _cases_and_a_breach(resources: Resources) -> list[str]:
    cases = [made(resources).reference for made in STAGES.values()]
    breach = stolen_passwords(resources)
    notice_ready(resources, addresses(3))
    starts = ["/console/cases", f"/console/breaches/{breach}", "/console/notices", "/console/triage"]
    return starts + [f"/console/cases/{reference}{tab}" for reference in cases for tab in ("", "/coverage")]


def _records(resources: Resources) -> list[str]:
    return [f"/console/cases/HAB-{searched_case(resources).id.hex[:8].upper()}/package"]


def _walked(web: TestClient, resources: Resources, role: Role, starts: list[str]) -> Iterator[tuple[str, str]]:
    who, waiting, seen, counted = AtConsole(web, resources, role, "Tomasz Lind"), list(starts), set(starts), dict[str, int]()
    while waiting:
        path = waiting.pop(0)
        answer = who.get(path)
        if answer.status_code == 303:
            found = [answer.headers["location"]]
        elif answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            yield path, answer.text
            found = re.findall(r'<a [^>]*href="([^"#]+)', answer.text)
        else:
            assert answer.status_code < 500, f"{role.value} {path}: {answer.status_code}"
            continue
        for link in map(unescape, found):
            shape = _shape(link)
            if not link.startswith("/console") or link in seen or shape is None or counted.get(shape, 0) >= _MOST:
                continue
            seen.add(link)
            counted[shape] = counted.get(shape, 0) + 1
            waiting.append(link)


def _shape(link: str) -> str | None:
    """The route of a link, with the action or letter that it names; None where it is no page."""
    path = urlsplit(link).path
    for method, route in ROUTES:
        names = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(route))
        if method == "GET" and (found := re.fullmatch(names, path)) and "." not in route and "{path}" not in route:
            named = [found[name] for name in ("action", "authority", "system") if name in found.groupdict()]
            return " ".join([route, *named])
    return None


class _Forms(HTMLParser):
    """Choices of a page's forms that stand chosen: a select's first option counts, as it does in a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[tuple[str, str, str]] = []
        self._select, self._options, self._posts = "", list[tuple[str, bool]](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._posts = given.get("action", "") if given.get("method") == "post" else ""
        elif tag == "select":
            self._select, self._options = given.get("name", ""), []
        elif tag == "option" and self._select:
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "input" and given.get("type") in {"radio", "checkbox"} and "checked" in given and self._posts:
            self.chosen.append((self._posts, given.get("name", ""), given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._options:
            value = next((value for value, selected in self._options if selected), self._options[0][0])
            if value and self._posts:
                self.chosen.append((self._posts, self._select, value))
            self._select = ""


# What stands chosen because it is so already, or because it decides nothing about anybody.
_STANDS: Final = (
    (r"/actions/change_step$", "state"),  # how the step stands now
    (r"/actions/assess$", r"\w+"),  # what was worked out before, to be worked out again
    (r"/actions/set_lead$", r"lead|deputy"),
    (r"/report/\w+$", r"(value|standing)_\w+"),  # what was said before; a proposal counts with its standing alone
    (r"/owner$|/cases/assign$", "to"),  # who looks after it
    (r"/actions/(prepare_report|decide_authority)$", "authority"),  # the one whose page of the report led there
    (r"/package/\w+/\w+$", "decision"),  # what holds for the record now
    (r"/staff/[^/]+/role$", "role"),  # which they have now
    (r"/cases/new$", "relation"),  # what nearly everybody is
    (r"/package/find(#\w+)?$", "state"),  # what is looked for
    (r"/remark$", "kind"),  # a note is no question to anybody
    (r"/keys$", "whose"),  # the least that a key may do
    (r"/actions/set_letter$|/actions/publish$", "language"),
)


def test_no_form_decides_by_what_stands_in_it_beforehand(pages: dict[str, str]) -> None:
    preset = set()
    for page in pages.values():
        forms = _Forms()
        forms.feed(page)
        for action, name, value in forms.chosen:
            if not any(re.search(path, action) and re.fullmatch(names, name) for path, names in _STANDS):
                preset.add((re.sub(r"HAB-\w+", "*", action), name, value))
    assert "\n".join(map(" ".join, sorted(preset))) == ""


def test_no_page_shows_a_name_that_only_the_code_uses(pages: dict[str, str]) -> None:
    raw: dict[str, set[str]] = {}
    for place, page in pages.items():
        shown = re.sub(r"<(textarea|code|pre)\b.*?</\1>", " ", page, flags=re.DOTALL)
        attributes = " ".join(re.findall(r'(?:aria-label|placeholder|title)="([^"]*)"', shown))
        told = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", shown, flags=re.DOTALL)
        for word in re.findall(
            r"\b[a-z]+(?:_[a-z0-9]+)+\b", re.sub(r"\S+@\S+|https?://\S+", " ", unescape(f"{told} {attributes}"))
        ):  # addresses are their owners'
            if word not in _ALLOWED:
                raw.setdefault(word, set()).add(place)
    assert "\n".join(f"{word}: {min(places)}" for word, places in sorted(raw.items())) == ""


def test_the_walk_reaches_nearly_every_page(pages: dict[str, str]) -> None:
    reached = {str(_shape(place.partition(" ")[2])).split()[0] for place in pages}
    assert len(reached) > 35  # the rest are files, fragments, ways in, and what these cases have not
