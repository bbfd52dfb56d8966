"""Every form and page of the console with what nobody types: a refusal each time, never a failure of ours.

`test_every_call.py` does the same to the JSON API. The names of a form's fields are read from the module that reads them.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.mail_tables import IncomingMail
from adapters.database.staff_tables import StaffChange
from adapters.incoming.store import Arrived, store
from adapters.resources import Resources
from api.console.authority import ROUTES
from api.v1.bodies import SHAPES
from domain.authority import ROLES, Action
from domain.rights import Role
from domain.staffing import STAFF_ROLES
from tests.activities.package_case import SearchedCase
from tests.adapters.incoming.corpus import mail
from tests.api.console_names import NAMED
from tests.api.test_console_authority import _inside
from tests.at_console import AtConsole
from tests.factories import MONDAY

SignIn = Callable[..., AtConsole]
Key = Callable[..., dict[str, str]]
NOBODY = "00000000-0000-4000-8000-000000000000"
# A NUL, line breaks, a digit that is no number, more than any column or int() takes, a bad id, half a surrogate pair.
NASTY = ("\0", "a\nb\r\nBcc: c@d.e", "\u00b2", "9" * 5_000, "2147483648", "caseworker:--------")
QUERIES = (
    "start=99999999999999999999&page=\u00b2&after=\u00b2&days=\u00b2&done=\u00b2&since=9999-12-31&kept=x&at=%F0%9F%92%A9",
    "start=-1&page=99999999999&after=%ED%A0%80&cursor=AAAA&of=2147483648&view=%0A&work_item=x&identifier=x&day=0000-00-00",
)
_MOST = 50  # fields of one form


@pytest.fixture
def there(web: TestClient, key: Key, resources: Resources, searched: SearchedCase) -> dict[str, dict[str, object]]:
    """One of everything that an address names, by the part of the console that it is in."""
    store(resources, "imap", [Arrived(mail("Please send me a copy."), MONDAY)], MONDAY)
    responder = key(Role.BREACH_RESPONDER, name="rita")
    breach = web.post("/api/v1/breaches", headers=responder, json={"summary": "Stolen", "affected": {"GB": 2}}).json()
    notice = web.post("/api/v1/notices", headers=responder, json={"title": "Log-in", "breach": breach["reference"]}).json()
    with resources.database.read() as session:
        mails = {"mail": session.exec(select(IncomingMail.id)).one()}
    reference = str(searched.id)
    return {
        "breaches": {"reference": breach["reference"]},
        "notices": {"reference": notice["reference"]},
        "triage": mails,
        "": {"reference": f"HAB-{reference[:8].upper()}"},
    }


def _rows() -> Iterator[tuple[str, str]]:
    yield from (row for row in ROUTES if "sign-out" not in row[1])


def _address(path: str, there: dict[str, dict[str, object]], **more: object) -> str:
    part = next((name for name in there if name and f"/console/{name}" in path), "")
    return path.format(**NAMED | {"token": "x"} | there[""] | there[part] | more)


def _fields(module: object) -> list[str]:
    source = inspect.getsource(cast("type", module))
    named = re.findall(r"""(?:field|getlist|fields?)\(\s*(?:form|sent)?,?\s*"([a-z_0-9]+)\"""", source)
    tuples = re.findall(r"for name in \(([^)]*)\)", source)
    named += [word for words in tuples for word in re.findall(r'"([a-z_0-9]+)"', words)]
    return sorted(set(named))[:_MOST]


@pytest.mark.slow
def test_no_form_and_no_page_of_the_console_ends_in_a_failure_of_ours(
    web: TestClient, at_console: SignIn, there: dict[str, dict[str, object]]
) -> None:
    modules = {
        (method, route.path): inspect.getmodule(route.endpoint)
        for each in cast("FastAPI", web.app).routes
        for route in _inside(each)
        for method in route.methods or ()
    }
    people = {role: at_console(role, f"Somebody {role.value}") for role in STAFF_ROLES}
    found: list[str] = []
    for method, path in _rows():
        role = min(ROUTES[method, path].roles or STAFF_ROLES, key=list(Role).index)  # a page before the sign-in has none
        person = people[role]
        for value in QUERIES if method == "GET" else NASTY:
            address = _address(path, there, person=person.person.removeprefix("caseworker:"))
            if method == "GET":
                answer = person.get(f"{address}?{value}")
            else:
                answer = person.post(address, dict.fromkeys(_fields(modules[method, path]), value))
            if answer.status_code >= 500:
                found.append(f"{method} {path} {value[:12]!r}: {answer.status_code}")
            if answer.status_code == 401:
                person = people[role] = at_console(role, f"Somebody {role.value}")
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_no_command_of_a_case_ends_in_a_failure_of_ours(at_console: SignIn, there: dict[str, dict[str, object]]) -> None:
    found: list[str] = []
    people = {role: at_console(role, f"Somebody {role.value}") for role in sorted(STAFF_ROLES)}
    for action in SHAPES:
        person = next(people[role] for role in people if role in ROLES[action])
        for value in NASTY:
            fields = dict.fromkeys((*SHAPES[action].body.model_fields, "place", "place_1", "old_1", "new_1", "once"), value)
            answer = person.post(_address("/console/cases/{reference}/actions/{action}", there, action=action.value), fields)
            if answer.status_code >= 500:
                found.append(f"{action.value} {value[:12]!r}: {answer.status_code}")
    assert not found, "\n".join(found)
    assert Action.ANNOUNCE_ALONE in SHAPES


def test_whoever_is_proposed_has_a_name_of_one_line_and_whoever_is_changed_is_there(
    at_console: SignIn, resources: Resources
) -> None:
    admin = at_console(Role.ADMINISTRATOR, "Ada Min")
    for name in ("Eve\r\nBcc: x@example.com", "Eve\u2028Eve", "Eve\x07"):
        refused = admin.post("/console/staff", {"email": "eve@example.com", "name": name, "role": "caseworker"})
        assert (refused.status_code, "one line" in refused.text) == (422, True)
    for deed in ("role", "factor", "disable", "signout", "invite", "team"):
        assert admin.post(f"/console/staff/{NOBODY}/{deed}", {"role": "reviewer", "team": "North"}).status_code == 404
    with resources.database.read() as session:
        assert not session.exec(select(StaffChange)).all()
