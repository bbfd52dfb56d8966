"""Mails and chats at the console and by the API: imported, estimated, agreed about, searched, decided about in groups."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from activities import package
from adapters.archives.attempts import give_up
from adapters.archives.importing import read_archive
from adapters.database.case_reader import CaseReader
from adapters.database.item_decisions import every_decision
from adapters.database.tables import AccessLog, PackageRow
from adapters.resources import Resources
from domain.archives import Stopped
from domain.blobs import BlobRef
from domain.events import Tag
from domain.messages import BuildPackage
from domain.rights import Role
from tests import archives_made as made
from tests import opened
from tests.archives_made import Office, mail, mbox
from tests.at_console import COOKIE, AtConsole, text_of
from tests.case_in_hand import ADDRESS

Files = Mapping[str, tuple[str | None, bytes | str] | tuple[str | None, bytes | str, str | None]]
SignIn = Callable[..., AtConsole]
ITEM = "00000000-0000-4000-8000-0000000000aa"


@pytest.fixture
def resources(tmp_path: Path, migrated: Path) -> Iterator[Resources]:
    database = tmp_path / "habeas.db"
    database.write_bytes(migrated.read_bytes())
    with opened.resources(tmp_path / "home", f"sqlite:///{database}", made.DATAMAP) as everything:
        yield everything


@pytest.fixture
def office(resources: Resources) -> Office:
    """Searched; the archive waits for somebody to import something."""
    office = Office(resources)
    office.case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(office.case.mailbox)])
    office.case.happen(Tag.WORK_ITEM_OPENED, work_item=ITEM, kind="import_archive", system="mail")
    return office


def path_of(office: Office) -> str:
    return f"/console/cases/{office.case.reference}"


def send(person: AtConsole, web: TestClient, path: str, content: bytes, **command: str) -> int:
    given = json.dumps({"key": person.form_key} | command)
    files: Files = {"command": (None, given), "files": ("mia.mbox", content, "application/mbox")}
    return web.post(path, files=files, headers={"Cookie": f"{COOKIE}={person.cookie}"}, follow_redirects=False).status_code


def reviewed(office: Office) -> None:
    """The search that was asked for, its end, and the package."""
    case = office.case
    case.sequence = CaseReader(office.resources).get(case.id).state.sequence
    result = office.collect()["mail"]
    case.happen(Tag.SYSTEM_SEARCHED, system="mail", records=result.records, archive=True)
    case.happen(Tag.COLLECTION_FINISHED)
    built = package.build(office.resources, BuildPackage(case_id=case.id, run=1, identity_record=2), lambda: None)
    case.happen(Tag.PACKAGE_BUILT, **built.facts)


def told_by_the_file_alone(table: str) -> None:
    """An authority reads what was searched by what, and what was agreed about it, without any page."""
    row = next(each for each in csv.DictReader(io.StringIO(table)) if each["collection"] == "Mails and chat messages")
    told = {name: row[name] for name in ("result", "custodians", "period", "agreed_with", "agreed_because", "terms")}
    assert told == {
        "result": "found",
        "custodians": "Mia Wald",
        "period": "from Mon 1 January 2024 to the end; what has no date is in it",
        "agreed_with": "Ruth, by telephone",
        "agreed_because": "She worked there",
        "terms": "'=Ruth A",  # no spreadsheet takes it for a formula
    }
    assert (
        row["searched_with"]
        == f"e-mail address {ADDRESS[0]}***@{ADDRESS.partition('@')[2]} (proven); the agreed scope 1; the agreed words"
    )
    assert (row["recorded_by"], row["agreed_at"][:2], row["searched_at"][:2]) == ("Amira Osei", "20", "20")


def test_from_the_task_to_a_decision_about_a_whole_conversation(at_console: SignIn, office: Office, web: TestClient) -> None:
    person, here = at_console(), path_of(office)
    assert "Import mails and chats into mailboxes and chats" in text_of(person.get(here)).replace("Mailboxes", "mailboxes")
    asked = person.post(f"{here}/archives/import", {"system": "mail", "custodian": "Mia Wald"})
    assert "Choose the file of Mia Wald" in text_of(asked)
    content = mbox(
        mail(1, "About your leave; ask tom@else.example", subject="Leave", files={"leave.txt": b"ten days"}),
        mail(2, "Thank you", subject="Re: Leave", answers=1, sender=ADDRESS, to="mia@office.example"),
        mail(3, "Ruth A. again", to="tom@office.example"),
    )
    assert send(person, web, f"{here}/archives/upload", content, system="mail", custodian="Mia Wald") == 303
    (imported,) = office.archives.imports()
    assert "Waits to be read" in text_of(person.get(f"{here}/archives"))
    read_archive(office.resources, imported.row.id)
    scope = {"system": "mail", "archives": str(imported.row.id), "first": "2024-01-01", "last": "", "terms": "=Ruth A"}
    assert "2 messages" in text_of(person.post(f"{here}/archives/estimate", scope | {"terms": ""}))
    assert "3 messages would be collected" in text_of(person.post(f"{here}/archives/estimate", scope))
    refused = person.post(f"{here}/archives/agree", scope)
    assert (refused.status_code, "Say who agreed to this scope." in text_of(refused)) == (422, True)
    agreed = scope | {"agreed_with": "Ruth, by telephone", "reason": "She worked there", "once": "o1"}
    assert person.post(f"{here}/archives/agree", agreed).headers["location"].endswith("?done=agreed")
    state = CaseReader(office.resources).get(office.case.id).state
    assert (state.systems["mail"].state, state.open_work_items) == ("searching", {})
    reviewed(office)

    covered = text_of(person.get(f"{here}/coverage"))
    for words in (
        "Agreed scope 1: 1 import, from Mon 1 January 2024 to the end",
        "Mia Wald",
        "Ruth, by telephone",
        "She worked there",
    ):
        assert words in covered
    told_by_the_file_alone(person.get(f"{here}/coverage.csv").text)
    auditor = at_console(Role.AUDITOR, "Vera Lind").get(f"{here}/coverage.csv").text
    assert ("Mia Wald" in auditor, "from Mon 1 January 2024" in auditor) == (False, True)
    assert "Ruth, by telephone" not in text_of(at_console(Role.AUDITOR, "Vera Lind").get(f"{here}/coverage"))

    groups = person.get(f"{here}/package/mail/groups/thread")
    assert "1 group" in text_of(groups)
    link = re.search(rf"{here}/package/mail/groups/thread/\w+", groups.text)
    assert link
    page = person.get(link[0])
    assert "Decide about 2 messages and 1 file" in text_of(page)
    seen = {name: re.findall(f'name="seen_{name}" value="([^"]+)"', page.text) for name in ("messages", "attachments")}
    assert re.search(r"<mark[^>]*>tom@else\.example</mark>", person.get(link[0]).text)
    unseen = person.post(f"{here}/package/find", {"state": "unseen", "place": "mail.messages"})
    assert "1 item found" in text_of(unseen), "what stood whole in its conversation is seen"
    form: dict[str, object] = {f"seen_{name}": items for name, items in seen.items()}
    form |= {"decision": "outside_scope", "reason": "Leave is another request", "once": "g1"}
    assert person.post(link[0], form).status_code == 303
    with office.resources.database.read() as session:
        vault = office.resources.vault.case(office.case.id)
        made_rules = [(each.item, each.choice.value, each.parts.after) for each in every_decision(session, vault)]
    assert made_rules == [
        ("mail.messages.*", "outside_scope", {"outside_scope": 2}),
        ("mail.attachments.*", "outside_scope", {"outside_scope": 1}),
    ]
    assert text_of(person.get(link[0])).count("left out, outside the scope") == 2
    with office.resources.database.read() as session:
        noted = {row.action for row in session.exec(select(AccessLog)).all()}
    assert noted >= {"archive_imported", "archive_scope_agreed", "archive_estimate", "items"}


def test_the_person_reads_what_was_agreed_and_nobodys_name(office: Office) -> None:
    archive = office.take_in(mbox(mail(1)), "Tom Ito")
    office.agree([archive], ("leave",), period={"first": "2024-01-01"})
    reviewed(office)
    with office.resources.database.read() as session:
        row = session.exec(select(PackageRow)).one()
    blob = office.resources.blobs.read(office.resources.vault.case(office.case.id), BlobRef.model_validate(row.blob))
    with zipfile.ZipFile(blob) as zipped:
        index = zipped.read("index.html").decode().replace("\u00a0", " ")
    assert "Tom Ito" not in index
    assert (
        "as agreed in 1 mailbox or chat, from Mon 1 January 2024 to the end, beside your identifiers for \u201cleave\u201d"
        in index
    )


def test_what_could_not_be_read_is_shown_and_given_out_as_a_file_alone(at_console: SignIn, office: Office) -> None:
    archive = office.take_in(made.zipped({"<b>.pdf": b"<script>"}))
    person, here = at_console(), f"{path_of(office)}/archives/{archive}"
    page = person.get(here)
    assert "&lt;b&gt;.pdf" in page.text
    assert "neither a mail nor a chat export" in text_of(page)
    file = person.get(f"{here}/unreadable/0")
    assert (file.content, file.headers["content-type"]) == (b"<script>", "application/octet-stream")
    assert at_console(Role.DPO, "Dora Pohl").get(f"{here}/unreadable/0").status_code == 403
    assert person.post(f"{here}/remove", {"reason": "Wrong file"}).status_code == 303
    assert "Wrong file" in text_of(person.get(here))


def test_an_import_that_was_given_up_says_why_and_is_read_again_when_somebody_asks(at_console: SignIn, office: Office) -> None:
    archive = office.receive(mbox(mail(1)), name="mia.mbox")
    give_up(office.resources, archive, Stopped.SCANNER, made.NOW)
    person, here = at_console(), f"{path_of(office)}/archives/{archive}"
    assert "The malware scanner that is set did not answer." in text_of(person.get(here))
    assert at_console(Role.DPO, "Dora Pohl").post(f"{here}/again", {}).status_code == 403
    assert person.post(f"{here}/again", {}).status_code == 303
    assert office.archives.find(archive).row.state == "received"
    assert person.post(f"{here}/again", {}).status_code == 409


def test_only_what_lies_in_the_folder_of_exports_is_taken_from_the_server(
    at_console: SignIn, resources: Resources, office: Office, tmp_path: Path
) -> None:
    folder = resources.settings.home / "exports"
    folder.mkdir()
    (folder / "mia.mbox").write_bytes(mbox(mail(1)))
    (tmp_path / "home" / "outside.mbox").write_bytes(mbox(mail(2)))
    (folder / "link.mbox").symlink_to(tmp_path / "home" / "outside.mbox")
    person, here = at_console(), f"{path_of(office)}/archives"
    assert "On the server: mia.mbox" in text_of(person.get(here))
    for name in ("../outside.mbox", "link.mbox", "/etc/passwd", "."):
        given = {"system": "mail", "custodian": "Mia", "laid_down": name}
        assert "no such export" in text_of(person.post(f"{here}/import", given)), name
    assert office.archives.imports() == []
    given = {"system": "mail", "custodian": "Mia", "laid_down": "mia.mbox"}
    assert person.post(f"{here}/import", given).status_code == 303
    assert [each.name for each in office.archives.imports()] == ["mia.mbox"]


def test_the_same_by_the_api(web: TestClient, office: Office, key: Callable[..., dict[str, str]]) -> None:
    headers, here = key(), f"/api/v1/cases/{office.case.reference}"
    files: Files = {
        "command": (None, '{"system": "mail", "custodian": "Mia"}'),
        "files": ("mia.mbox", mbox(mail(1)), "application/mbox"),
    }
    created = web.post(f"{here}/archives", files=files, headers=headers)
    assert (created.status_code, created.json()["state"]) == (201, "received")
    again = web.post(f"{here}/archives", files=files, headers=headers)
    assert (again.status_code, again.json()["title"]) == (422, "This archive of this custodian is imported already.")
    archive = created.json()["id"]
    early = web.post(f"{here}/archives/estimate", json={"archives": [archive]}, headers=headers)
    assert early.status_code == 422
    assert web.post(f"{here}/actions/search_archive", json={"system": "mail"}, headers=headers).status_code == 409
    read_archive(office.resources, office.archives.imports()[0].row.id)
    assert web.post(f"{here}/archives/estimate", json={"archives": [archive]}, headers=headers).json()["unique"] == 1
    scope = {"system": "mail", "archives": [archive], "agreed_with": "nobody: one mailbox", "reason": "All of it"}
    agreed = web.post(f"{here}/archives/scope", json=scope, headers=headers)
    assert agreed.json() == {"revision": 1, "search": True}
    answer = web.post(f"{here}/actions/search_archive", json={"system": "mail"}, headers=headers).json()
    assert [each["state"] for each in answer["systems"] if each["name"] == "mail"] == ["searching"]
    listed = web.get(f"{here}/archives", headers=headers).json()
    assert (listed["imports"][0]["messages"], listed["scopes"][0]["agreed_with"]) == (1, "nobody: one mailbox")
    assert web.get(f"{here}/archives", headers=key(Role.AUDITOR, name="vera")).status_code == 403
