"""The evidence pack: whole, hashed, signed, noted; without content for an auditor (Article 5(2))."""

import csv
import email.policy
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from email.parser import BytesParser
from itertools import pairwise

import pytest
from sqlmodel import select

from adapters.database.tables import AccessLog
from adapters.letter_keys import mail_without_keys, without_keys
from adapters.resources import Resources
from adapters.signing import verify_signature
from domain.events import Tag
from domain.rights import Role
from tests import post_office
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import CaseInHand, code_in, posting, token_in
from tests.local_day import this_month

SignIn = Callable[..., AtConsole]


@pytest.fixture
def case(resources: Resources) -> CaseInHand:
    """A case in which something was asked, searched, built and said."""
    made = CaseInHand(resources, name="Ruth Adeyemi", message="My own words, please.")
    made.released()
    made.happen(Tag.MESSAGE_RECEIVED, note=str(made.note("Any news?", "subject")))
    return made


def pack(person: AtConsole, case: CaseInHand) -> dict[str, bytes]:
    answer = person.post(f"/console/cases/{case.reference}/evidence")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        assert zipped.testzip() is None
        return {name.partition("/")[2]: zipped.read(name) for name in zipped.namelist()}


def test_every_file_is_in_the_signed_list_with_its_hash(at_console: SignIn, case: CaseInHand, resources: Resources) -> None:
    files = pack(at_console(Role.PRIVACY_LEAD), case)
    verify_signature(files["key.pem"], "habeas.evidence/1", files["manifest.json"], files["manifest.sig"])
    assert files["key.pem"] == resources.signer.public_pem
    manifest = json.loads(files["manifest.json"])
    listed = {member["path"]: member["sha256"] for member in manifest["members"]}
    assert listed == {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items() if not name.startswith("manifest.")}
    assert manifest["policy_version"] == resources.datamap.controller.policy.version


def test_the_events_are_the_chain_up_to_its_end(at_console: SignIn, case: CaseInHand) -> None:
    files = pack(at_console(Role.DPO), case)
    others = at_console(Role.CASEWORKER).get(f"/console/cases/{case.reference}/history").text
    assert "can make an evidence pack here" in others, "who may not reads who may"
    rows = list(csv.DictReader(io.StringIO(files["events.csv"].decode())))
    assert [int(row["sequence"]) for row in rows] == list(range(1, case.sequence + 1))
    assert all(row["previous"] == before["hash"] for before, row in pairwise(rows))
    assert json.loads(files["manifest.json"])["head"] == rows[-1]["hash"]


def test_it_says_in_words_what_was_asked_and_what_happened(at_console: SignIn, case: CaseInHand) -> None:
    page = pack(at_console(Role.PRIVACY_LEAD), case)["case.html"].decode()
    assert all(words in page for words in ("Ruth Adeyemi", "My own words, please.", "Any news?", "Access", "Answer by"))
    assert "<script" not in page
    assert "Mon 23 November 2026, 09:00" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "T09:00" not in page, "the tables beside it have the machine's way of writing a time"


def test_coverage_names_every_collection_and_why_one_was_not_searched(
    at_console: SignIn, case: CaseInHand, resources: Resources
) -> None:
    person, path = at_console(Role.AUDITOR), f"/console/cases/{case.reference}/coverage"
    case.happen(Tag.IDENTIFIER_ACCEPTED, identifier=str(case.second_address("ruth@work.example")))
    page = text_of(person.get(path))
    assert "not searched" in page
    assert "Searched with: e-mail address (1, accepted by hand), e-mail address (1, proven)" in page
    rows = list(csv.DictReader(io.StringIO(person.get(f"{path}.csv").text)))
    mapped = {(system.title, each.title) for system in resources.datamap.systems for each in system.collections}
    assert {(row["system"], row["collection"]) for row in rows} == mapped
    assert all(row["reason"] for row in rows if row["result"] == "not searched")
    assert all(title in page for _, title in mapped)
    packed = pack(at_console(Role.PRIVACY_LEAD), case)["coverage.csv"].decode()
    assert [row["collection"] for row in csv.DictReader(io.StringIO(packed))] == [row["collection"] for row in rows]
    with resources.database.read() as session:
        assert session.exec(select(AccessLog.action).where(AccessLog.action == "coverage")).one()


def test_an_auditor_gets_everything_but_content(at_console: SignIn, case: CaseInHand) -> None:
    files = pack(at_console(Role.AUDITOR), case)
    everything = b"\n".join(files.values())
    for words in (b"Ruth Adeyemi", b"My own words", b"Any news?", b"ruth.adeyemi@"):
        assert words not in everything
    assert not any(name.startswith("letters/") for name in files)
    assert b"request:received" in files["events.csv"]


def test_it_wants_a_fresh_sign_in_and_is_noted(at_console: SignIn, case: CaseInHand, resources: Resources) -> None:
    stale = at_console(Role.PRIVACY_LEAD, ago=timedelta(minutes=6))
    answer = stale.post(f"/console/cases/{case.reference}/evidence")
    assert answer.headers["location"].startswith("/console/sign-in/again?next=/console/cases/")
    person = at_console(Role.PRIVACY_LEAD)
    pack(person, case)
    with resources.database.read() as session:
        assert [row.actor for row in session.exec(select(AccessLog).where(AccessLog.action == "evidence_pack"))] == [
            person.person
        ]


def test_the_pack_of_a_period_holds_every_case_that_was_open_in_it_and_a_signed_list(
    at_console: SignIn, case: CaseInHand, resources: Resources
) -> None:
    month = this_month(resources)
    answer = at_console(Role.PRIVACY_LEAD).post("/console/reports/evidence", {"from": month, "to": month})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        assert zipped.testzip() is None
        files = {name.partition("/")[2]: zipped.read(name) for name in zipped.namelist()}
    verify_signature(files["key.pem"], "habeas.period-evidence/1", files["manifest.json"], files["manifest.sig"])
    listed = {member["path"]: member["sha256"] for member in json.loads(files["manifest.json"])["members"]}
    assert listed == {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items() if not name.startswith("manifest.")}
    (row,) = csv.DictReader(io.StringIO(files["cases.csv"].decode()))
    assert (row["reference"], row["pack"]) == (case.reference, "made")
    with zipfile.ZipFile(io.BytesIO(files[f"cases/{case.reference}-evidence.zip"])) as inner:
        assert f"{case.reference}-evidence/case.html" in inner.namelist()
    with resources.database.read() as session:
        assert [row.action for row in session.exec(select(AccessLog)).all() if row.case_id == case.id] == ["evidence_pack"]


def test_an_earlier_period_holds_nothing_of_it_and_an_auditor_gets_no_words(at_console: SignIn, case: CaseInHand) -> None:
    early = at_console(Role.DPO).post("/console/reports/evidence", {"from": "2020-01", "to": "2020-02"})
    assert case.reference.encode() not in early.content
    auditor = at_console(Role.AUDITOR).post("/console/reports/evidence").content
    with zipfile.ZipFile(io.BytesIO(auditor)) as zipped:
        (name,) = (each for each in zipped.namelist() if each.endswith("-evidence.zip"))
        with zipfile.ZipFile(io.BytesIO(zipped.read(name))) as inner:
            assert not [each for each in inner.namelist() if "/letters/" in each]


def test_nobody_of_the_staff_reads_a_code_or_a_link_that_would_act_as_the_person(
    at_console: SignIn, resources: Resources
) -> None:
    """Whoever has them counts as the person: a caseworker could confirm an identity, and four eyes would see none of it."""
    case, lead = CaseInHand(resources, name="Ruth Adeyemi"), at_console(Role.PRIVACY_LEAD)
    with post_office.opened() as office:
        case.resources = posting(resources, office.url)
        case.send("verify_identity")
        sent = office.kept[-1]
    code, token, here = code_in(sent), token_in(sent, "verify"), f"/console/cases/{case.reference}"
    (letter,) = set(re.findall(rf"{here}/letters/[0-9a-f-]{{36}}", lead.get(f"{here}/messages").text))
    for page in (lead.get(letter).text, lead.get(f"{letter}/print").text):
        assert "Type this code where you made the request." in page, "the rest of it is read as it was sent"
        assert "(not shown here)" in page
        assert code not in page
        assert token not in page
    files = pack(lead, case)
    (stored,) = (content for name, content in files.items() if name.endswith("-verify_identity.eml"))
    mail = BytesParser(policy=email.policy.default).parsebytes(stored)
    assert mail["Subject"] == sent.message["Subject"]
    assert mail["Message-ID"] == sent.message["Message-ID"]
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    assert len(texts) == 2
    for text in (*texts, stored.replace(b"=\r\n", b"").replace(b"=\n", b"").decode()):
        assert code not in text
        assert token not in text
    assert all("(not shown here)" in text for text in texts)
    assert "are taken out" in files["README.txt"].decode()


def test_a_mail_without_keys_is_kept_byte_for_byte() -> None:
    text = "Dear Ruth,\r\n\r\nyour number is 20 7946 0999 and 12345678 is none of ours.\r\n"
    assert without_keys(text) == text
    raw = f"Subject: x\r\nContent-Type: text/plain\r\n\r\n{text}".encode()
    assert mail_without_keys(raw) == raw
