"""The way to a package goes to whom it was released for; nothing held is said with its reach. On both databases."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError

from activities.correspondence import Correspondence
from adapters.attempts import judge
from adapters.database.tables import PackageRow
from adapters.links import look_up, record_attempt
from domain.errors import CodeRefusedError
from domain.events import Tag
from domain.messages import CaseRef
from tests import archives_made, opened
from tests.case_in_hand import ADDRESS, PACKAGE, CaseInHand, code_in, posting, token_in
from tests.factories import MONDAY
from tests.post_office import PostOffice

pytestmark = pytest.mark.usefixtures("office")


def test_a_package_goes_to_a_proven_address_only(case: CaseInHand, office: PostOffice) -> None:
    with pytest.raises(ApplicationError) as refused:
        case.send("package_ready")
    assert refused.value.type == "letter-refused"
    case.released()
    case.send("package_ready", number=9)
    text = " ".join(office.kept[0].text.split())
    assert "12 records from our systems" in text
    assert "What is not in it" not in text
    with case.resources.database.read() as session:
        assert look_up(session, token_in(office.kept[0], "collect"), "package", datetime.now(UTC)) is not None
    second = case.second_address("other@post.imaginella.example")
    with pytest.raises(ApplicationError):
        case.send("package_ready", number=10, identifier=second)


def _built(case: CaseInHand, summary: dict[str, Any]) -> None:
    row = PackageRow(
        id=PACKAGE,
        case_id=case.id,
        run=1,
        revision=0,
        sha256="ab" * 32,
        bytes=10,
        records=12,
        datamap="ab" * 32,
        blob={},
        summary=summary,
        built_at=MONDAY,
    )
    with case.resources.database.write() as session:
        session.add(row)


def test_what_was_withheld_is_counted_and_explained(case: CaseInHand, office: PostOffice) -> None:
    summary = {"withheld": {"third_party": 1, "crime_and_taxation": 5}, "covered": {"third_party": 2, "negotiations": 1}}
    _built(case, summary)
    case.released()
    case.send("package_ready")
    text = " ".join(office.kept[0].text.split())
    assert "We left out some records, and parts of others. The reason: this is about other people as well." in text


def test_the_code_of_a_released_case_opens_its_package(case: CaseInHand, office: PostOffice) -> None:
    case.released()
    case.send("code", number=3, identifier=case.mailbox)
    assert "/verify/" not in office.kept[0].text
    now = datetime.now(UTC)
    with case.resources.database.write() as session, pytest.raises(CodeRefusedError):
        record_attempt(session, case.resources.vault, case.id, "verify", code=code_in(office.kept[0]), now=now)
    with case.resources.database.write() as session:
        attempt = record_attempt(session, case.resources.vault, case.id, "open_package", code=code_in(office.kept[0]), now=now)
    with case.resources.database.write() as session:
        assert judge(session, case.id, attempt, datetime.now(UTC)).accepted


def test_revoked_ways_to_a_package_open_nothing(case: CaseInHand, office: PostOffice) -> None:
    case.released()
    case.send("package_ready")
    case.send("code", identifier=case.mailbox)
    for _ in range(2):
        Correspondence(case.resources).revoke_links(CaseRef(case_id=case.id))
    now = datetime.now(UTC)
    with case.resources.database.write() as session:
        assert look_up(session, token_in(office.kept[0], "collect"), "package", now) is None
        with pytest.raises(CodeRefusedError):
            record_attempt(session, case.resources.vault, case.id, "open_package", code=code_in(office.kept[1]), now=now)


def test_nothing_held_says_with_what_we_searched_behind_a_mask(case: CaseInHand, office: PostOffice) -> None:
    case.second_address("old@example.com")
    case.released(records=0)
    case.send("nothing_held")
    text = " ".join(office.kept[0].text.split())
    assert "Apart from this request itself, we found nothing." in text
    assert "We looked for: - your e-mail address r***@post.imaginella.example" in text
    assert "You also named: - your e-mail address o***@example.com We did not search with that" in text
    assert ADDRESS not in text
    assert "We searched all our systems on Mon 23 November 2026" in text


def test_nothing_held_names_the_scope_of_what_was_imported_and_what_nobody_looked_into(
    tmp_path: Path, database_url: str, office: PostOffice
) -> None:
    with opened.resources(tmp_path / "home", database_url, archives_made.DATAMAP) as resources:
        imported = archives_made.Office(posting(resources, office.url))
        archive = imported.take_in(archives_made.mbox(archives_made.mail(1, to="boss@office.example")))
        imported.agree([archive], ("lantern",), period={"first": "2024-03-01", "last": "2024-03-31"})
        case = imported.case
        case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)])
        case.happen(Tag.SYSTEM_SEARCHED, system="mail", records=0, archive=True)
        built: dict[str, Any] = {
            "package": str(uuid4()),
            "revision": 0,
            "sha256": "a" * 64,
            "bytes": 10,
            "records": 0,
            "datamap": "a" * 64,
        }
        case.happen(Tag.PACKAGE_BUILT, **built)
        case.send("nothing_held")
        text = " ".join(office.kept[0].text.split())
        assert (
            "In Mailboxes and chats we searched what was agreed: 1 mailbox or chat, from Fri 1 March 2024, "
            "up to Sun 31 March 2024, also for “lantern”." in text
        )
        case.happen(Tag.SYSTEM_UNASKED, system="mail", archive=True)
        case.send("nothing_held", number=2)
        text = " ".join(office.kept[1].text.split())
        assert "We did not look into Mailboxes and chats. Do you think that something about you is there?" in text
        assert "all our systems" not in text


def test_every_letter_about_a_copy_names_the_same_two_days(case: CaseInHand, office: PostOffice) -> None:
    case.released()
    _built(case, {})
    case.at = datetime.now(UTC)
    case.send("package_ready")
    case.happen(Tag.DELIVERY_NOTIFIED)
    case.send("package_reminder")
    case.happen(Tag.PACKAGE_REISSUED)
    case.send("package_again")
    case.happen(Tag.RIGHT_DECIDED, right="access", outcome="fulfilled")
    case.happen(Tag.REQUEST_CLOSED, outcome="fulfilled")
    case.send("case_closed", number=case.sequence)
    texts = [" ".join(each.text.split()) for each in office.kept]
    named = [re.findall(r"until (\w+ \d+ \w+ \d{4})", text) for text in texts]
    assert len({tuple(each) for each in named}) == 1, named
    assert len(named[0]) == 2
    until, again = (datetime.strptime(each, "%a %d %B %Y").replace(tzinfo=UTC) for each in named[0])
    assert 28 < (until - case.at).days < 31
    assert (again.year * 12 + again.month) - (case.at.year * 12 + case.at.month) == 6
    assert all("and we open it again" in text for text in texts)


def test_the_last_letter_says_what_is_not_in_the_copy_and_until_when_it_is_there(case: CaseInHand, office: PostOffice) -> None:
    case.released()
    case.at = datetime.now(UTC)
    case.happen(Tag.DELIVERY_NOTIFIED)
    case.happen(Tag.RIGHT_DECIDED, right="access", outcome="partly_fulfilled")
    case.happen(Tag.REQUEST_CLOSED, outcome="partly_fulfilled")
    _built(case, {"withheld": {"third_party": 1}, "covered": {}})
    case.send("case_closed", number=case.sequence)
    text = " ".join(office.kept[-1].text.split())
    assert "- A copy of your data: we gave it to you, without what we had to leave out." in text
    assert "We left out some records. The reason:" in text
    assert "a part of what" not in text
    assert re.search(r"You can fetch your copy until \w+ \d+ \w+ \d{4}: open the link", text)
    assert "You can fetch your copy until" in office.kept[-1].html
