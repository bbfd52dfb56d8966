"""Every file that is handed in is scanned by a real clamd; what waits for a silent scanner is shown so and opened by nobody."""

import dataclasses
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from activities.mailroom import Mailroom
from adapters.database.breach_tables import DossierFile
from adapters.database.case_reader import CaseReader
from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import Alarm, IdentityEvidence, ItemDecision, UploadedFile
from adapters.found_by_hand import closed_files, refuse_unscanned_files
from adapters.incoming.reading_room import ReadingRoom
from adapters.incoming.store import Arrived, store
from adapters.item_ids import item_id
from adapters.resources import Resources
from adapters.scanning import scan_again
from api.console.mail_words import scanned
from domain.errors import NotAllowedNowError
from tests import clamd
from tests.activities.sorting import ASKS, DESK, RECORDS, with_file
from tests.adapters.incoming.corpus import mail
from tests.api.test_console_breaches import dana
from tests.api.test_console_deeds import waiting
from tests.api.test_console_notices import breach, load
from tests.api.test_console_notices import place as notice
from tests.api.test_portal_proof import asked, blobs
from tests.api.visiting import hidden
from tests.at_console import COOKIE, AtConsole, text_of
from tests.case_in_hand import CaseInHand

__all__ = ["asked", "breach", "dana", "notice", "waiting"]
PDF = b"%PDF-1.7 "
BAD = PDF + clamd.EICAR


class Switch:
    """The scanner as Habeas finds it: there, or silent."""

    def __init__(self, server: clamd.Clamd, folder: Path) -> None:
        self._socket, self.place = server.unix.removeprefix("unix://"), folder / "ctl"
        self.turn(on=True)

    def turn(self, *, on: bool) -> None:
        """Let it answer or not."""
        self.place.unlink(missing_ok=True)
        if on:
            self.place.symlink_to(self._socket)


@pytest.fixture(scope="module")
def server() -> Iterator[clamd.Clamd]:
    with clamd.running() as server:
        yield server


@pytest.fixture(autouse=True)
def scanner(server: clamd.Clamd, monkeypatch: pytest.MonkeyPatch) -> Iterator[Switch]:
    folder = Path(tempfile.mkdtemp(prefix="habeas-clamd-"))  # the path of a socket is short
    switch = Switch(server, folder)
    monkeypatch.setenv("HABEAS_CLAMD", f"unix://{switch.place}")
    yield switch
    shutil.rmtree(folder)


class Desk(NamedTuple):
    """Everywhere a file can be handed in."""

    web: TestClient
    dana: AtConsole
    asked: CaseInHand
    notice: str
    breach: str
    key: dict[str, str]
    caseworker: AtConsole

    def send(self, where: str, content: bytes, once: str = "1") -> httpx2.Response:
        """Hand a file in."""
        case = f"{CaseReader(self.asked.resources).get(self.asked.id).receipt.reference}"
        if where == "list":
            answer: httpx2.Response = load(self.web, self.dana, self.notice, content)
            return answer
        if where == "portal":
            command = " ".join(hidden(self.web.get("/follow").text)[name] for name in ("key", "once"))
            return self._post("/follow/evidence", command, content, {})
        if where == "api":
            return self._post(f"/api/v1/cases/{case}/actions/submit_identity_evidence", "{}", content, self.key)
        who, path = (
            (self.dana, f"{self.breach}/evidence")
            if where == "breach"
            else (self.caseworker, f"/console/cases/{case}/files/evidence")
        )
        return self._post(path, json.dumps({"key": who.form_key, "once": once}), content, {"Cookie": f"{COOKIE}={who.cookie}"})

    def _post(self, path: str, command: str, content: bytes, headers: dict[str, str]) -> httpx2.Response:
        parts: Any = {"command": (None, command), "files": ("scan.pdf", content, "application/pdf")}
        return self.web.post(path, files=parts, headers=headers, follow_redirects=False)


@pytest.fixture
def desk_of_all(  # noqa: PLR0917
    web: TestClient,
    dana: AtConsole,
    asked: CaseInHand,
    notice: str,
    breach: str,
    key: Callable[..., dict[str, str]],
    at_console: Callable[..., AtConsole],
) -> Desk:
    return Desk(web, dana, asked, notice, breach, key(), at_console())


@pytest.mark.parametrize("where", ["portal", "api", "console", "breach", "list"])
def test_what_is_infected_is_refused_everywhere_and_nothing_of_it_is_kept(desk_of_all: Desk, where: str) -> None:
    answer = desk_of_all.send(where, BAD)
    assert answer.status_code == 422, answer.text
    assert "found malware in this file" in unescape(answer.text)
    assert ("archive with a password" in unescape(answer.text)) == (where == "breach")  # where malware itself may be the evidence
    assert blobs(desk_of_all.asked) == 0
    answer = desk_of_all.send(where, PDF, "2")
    assert answer.status_code < 400, answer.text
    with desk_of_all.asked.resources.database.read() as session:
        said = [*session.exec(select(IdentityEvidence.malware)).all(), *session.exec(select(DossierFile.malware)).all()]
    assert said == ["clean"]


def test_a_proof_that_waits_is_opened_by_nobody_and_scanned_when_the_scanner_is_back(desk_of_all: Desk, scanner: Switch) -> None:
    case, person = desk_of_all.asked, desk_of_all.caseworker
    path = f"/console/cases/{CaseReader(case.resources).get(case.id).receipt.reference}"
    scanner.turn(on=False)
    for content in (BAD, PDF):
        assert desk_of_all.send("portal", content).status_code == 303
    assert text_of(person.get(path)).count("waits to be scanned for malware, and cannot be opened before") == 2
    with case.resources.database.read() as session:
        bad, good = (row.id for row in session.exec(select(IdentityEvidence).order_by("received_at")).all())
    assert [person.get(f"{path}/proofs/{proof}").status_code for proof in (bad, good)] == [409, 409]
    assert scan_again(case.resources, datetime.now(UTC)) == 0
    scanner.turn(on=True)
    assert scan_again(case.resources, datetime.now(UTC)) == 2
    page = text_of(person.get(path))
    assert "infected, in quarantine" in page
    assert "no malware found" in page
    assert [person.get(f"{path}/proofs/{proof}").status_code for proof in (bad, good)] == [409, 200]
    with case.resources.database.read() as session:
        assert [(each.kind, each.case_id) for each in session.exec(select(Alarm)).all()] == [("malware-found", case.id)]
    assert scan_again(case.resources, datetime.now(UTC)) == 0


def test_a_breach_keeps_its_evidence_closed_until_it_was_scanned(desk_of_all: Desk, scanner: Switch) -> None:
    scanner.turn(on=False)
    assert desk_of_all.send("breach", PDF).status_code == 303
    page = desk_of_all.dana.get(desk_of_all.breach).text
    assert "waits to be scanned" in page
    with desk_of_all.asked.resources.database.read() as session:
        kept = session.exec(select(DossierFile)).one().subject
    assert f"/evidence/{kept}" not in page
    assert desk_of_all.dana.get(f"{desk_of_all.breach}/evidence/{kept}").status_code == 409
    scanner.turn(on=True)
    assert scan_again(desk_of_all.asked.resources, datetime.now(UTC)) == 1
    assert desk_of_all.dana.get(f"{desk_of_all.breach}/evidence/{kept}").content == PDF


def test_what_somebody_found_leaves_the_house_scanned_or_not_at_all(
    web: TestClient, at_console: Callable[..., AtConsole], waiting: tuple[CaseInHand, str], scanner: Switch
) -> None:
    case, item = waiting
    person = at_console()
    reader, resources = CaseReader(case.resources), case.resources
    path = f"/console/cases/{reader.get(case.id).receipt.reference}"
    scanner.turn(on=False)
    command = {"key": person.form_key, "once": "1", "work_item": item, "result": "found"}
    parts: Any = {"command": (None, json.dumps(command)), "files": ("letter.pdf", BAD, "application/pdf")}
    headers = {"Cookie": f"{COOKIE}={person.cookie}"}
    assert web.post(f"{path}/files/work_item", files=parts, headers=headers, follow_redirects=False).status_code == 303
    for said in ("not_scanned", "infected"):
        assert closed_files(resources, reader.get(case.id).state) == [said]
        with pytest.raises(NotAllowedNowError):
            refuse_unscanned_files(resources, reader.get(case.id).state)
        scanner.turn(on=True)
        scan_again(resources, datetime.now(UTC))
    with resources.database.write() as session:
        row = session.exec(select(UploadedFile)).one()
        withheld = ItemDecision(
            case_id=case.id,
            revision=1,
            item=item_id(resources.vault.case(case.id), "paper", "by_hand", [str(row.id)]),
            decision="withhold",
            basis="security",
            author=person.person,
            decided_at=datetime.now(UTC),
        )
        session.add(withheld)
    refuse_unscanned_files(resources, reader.get(case.id).state)


def test_a_mail_waits_too(resources: Resources, scanner: Switch) -> None:
    scanner.turn(on=False)
    binary = ("application", "octet-stream")
    raw = with_file(with_file(mail(ASKS), "bill.doc", clamd.EICAR, binary), "beach.bin", b"sand", binary)
    store(resources, "imap", [Arrived(raw, datetime.now(UTC))], datetime.now(UTC))
    Mailroom(resources, RECORDS.get).sort_mail(DESK)
    room = ReadingRoom(resources)

    def arrived() -> tuple[UUID, list[str]]:
        with resources.database.read() as session:
            key = session.exec(select(IncomingMail)).one().id
        read = room.find(key).read
        assert read is not None
        return key, [each.malware for each in read.attachments]

    key, said = arrived()
    assert said == ["not_scanned", "not_scanned"]
    view = room.find(key)
    assert view.read is not None
    good = view.read.attachments[1].index
    for look in (lambda: room.attachment(room.find(key), good), lambda: room.raw(room.find(key))):
        with pytest.raises(NotAllowedNowError, match="waits to be scanned"):
            look()
    assert scan_again(resources, datetime.now(UTC)) == 0
    scanner.turn(on=True)
    assert scan_again(resources, datetime.now(UTC)) == 1
    assert arrived()[1] == ["infected", "clean"]
    assert room.attachment(room.find(key), good)[1] == b"sand"
    with resources.database.read() as session:
        assert session.exec(select(Alarm.facts)).all() == [{"mail": str(key)}]


def test_without_a_scanner_a_file_opens_and_says_that_nobody_scanned_it(resources: Resources) -> None:
    without = resources.settings.model_copy(update={"clamd": None})
    assert scanned(without, "not_scanned") == ("not scanned for malware", False)
    assert scanned(without, "infected") == ("infected, in quarantine", True)
    assert scan_again(dataclasses.replace(resources, settings=without), datetime.now(UTC)) == 0
