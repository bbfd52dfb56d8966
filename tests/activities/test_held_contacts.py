"""Which contacts the systems hold, read from what a search found, and how their owners hear of it (`security.md` I5, I6)."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from temporalio.exceptions import ApplicationError

from activities.measures import Measures
from adapters.database.tables import CaseIdentifierRow
from adapters.leftovers import sweep_leftovers
from adapters.links import look_up
from domain.events import Tag
from domain.identity import Doubt
from domain.measure_messages import CarryOutMeasure
from domain.measure_standing import Measure
from domain.messages import Collect, HeldContacts
from domain.rights import Right
from tests import opened, post_office
from tests.activities import shop as shops
from tests.activities.shop import RUTH, Shop
from tests.case_in_hand import CaseInHand, posting, token_in
from tests.factories import ANNA
from tests.post_office import PostOffice

OLD = "ruth.before@post.example"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office.opened() as office:
        yield office


def _searched(shop: Shop, case: CaseInHand, run: int = 1) -> HeldContacts:
    return shop.collection.collect(Collect(case_id=case.id, run=run)).held


def _value(shop: Shop, row: CaseIdentifierRow) -> str:
    vault = shop.resources.vault.case(row.case_id)
    return vault.open("case_identifier", "value", str(row.id), row.value).decode() if row.value else ""


def test_an_address_that_a_correction_made_theirs_is_a_doubt_for_thirty_days(shop: Shop) -> None:
    """The source says nothing of when a contact was changed; we changed it ourselves."""
    shop.account(7)
    case, now = shop.case(), datetime.now(UTC)
    assert _searched(shop, case).doubts == []
    note = case.note(
        json.dumps([{"system": "app", "collection": "accounts", "field": "email", "old": OLD, "new": RUTH}]), ANNA.person
    )
    facts = {"number": 9, "right": Right.RECTIFICATION, "kind": "correct", "approved": True, "contact": True, "changes": note}
    what = Measure.model_validate({**facts, "places": ["app.accounts.email"]})
    message = CarryOutMeasure(case_id=case.id, measure=what, keys=[case.mailbox], at=now)
    Measures(shop.resources, shop.systems).carry_out_measure(message)
    assert _searched(shop, case, run=2).doubts == [Doubt.CONTACT_CHANGED]
    sweep_leftovers(shop.resources, now + timedelta(days=29))
    assert _searched(shop, case, run=3).doubts == [Doubt.CONTACT_CHANGED]
    sweep_leftovers(shop.resources, now + timedelta(days=31))
    assert _searched(shop, case, run=4).doubts == []


def test_a_contact_that_only_billing_holds_is_found_once_and_its_owner_is_told(shop: Shop, office: PostOffice) -> None:
    shop.account(7, phone="+442079460143")
    shop.insert("invoices", ("A-1", "7", OLD, 10))
    case = shop.case()
    held = _searched(shop, case)
    assert held == _searched(shop, case, run=2), "asked again, the same are found"
    with shop.resources.database.read() as session:
        rows = session.exec(select(CaseIdentifierRow).where(CaseIdentifierRow.case_id == case.id)).all()
    values = {_value(shop, row): row.id for row in rows}
    assert len(values) == len(rows)
    assert {each.identifier for each in held.found} == {values[RUTH], values[OLD], values["+442079460143"]}
    assert values[RUTH] == case.mailbox, "the address that asked is not found a second time"
    assert held.doubts == []

    case.resources = posting(shop.resources, office.url)
    with pytest.raises(ApplicationError):
        case.send("somebody_asked", identifier=values[OLD])
    case.happen(Tag.IDENTIFIER_FOUND, identifier=str(values[OLD]), kind="email")
    case.send("somebody_asked", number=2, identifier=values[OLD])
    letter = office.kept[-1]
    assert letter.recipients == [OLD]
    assert RUTH not in letter.text
    with case.resources.database.read() as session:
        link = look_up(session, token_in(letter, "dispute"), "dispute", datetime.now(UTC))
    assert link is not None
    assert link.case_id == case.id


@pytest.mark.parametrize(
    ("changed", "doubts"), [(datetime.now(UTC).date(), [Doubt.CONTACT_CHANGED]), (date(2023, 1, 1), [Doubt.LONG_SILENCE])]
)
def test_a_contact_changed_lately_and_a_long_silence_are_doubts(
    tmp_path: Path, database_url: str, source_urls: dict[str, str], changed: date, doubts: list[Doubt]
) -> None:
    datamap = tmp_path / "datamap.yml"
    dated = "        retention_from: created_at\n"
    field = "contact_changed_field" if Doubt.CONTACT_CHANGED in doubts else "active_at_field"
    datamap.write_text(shops.DATAMAP.read_text().replace(dated, f"{dated}        {field}: created_at\n", 1))
    with (
        opened.resources(tmp_path / "home", database_url, datamap) as resources,
        shops.opened(resources, source_urls, tmp_path / "store") as shop,
    ):
        shop.insert("accounts", (7, RUTH, None, "Ruth", "hunter2", changed))
        case = shop.case()
        held = _searched(shop, case)
        assert held.doubts == doubts
        assert held.recent == ([case.mailbox] if Doubt.CONTACT_CHANGED in doubts else [])
