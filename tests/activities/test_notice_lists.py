"""The recipients of a notice from a collection of the data map: everybody in it, or those whose column holds a value."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from temporalio.exceptions import ApplicationError

from activities.breach_log import BreachLog
from activities.notices import Notices
from adapters.database.breach_intake import seal_note
from adapters.database.notice_reader import NOTICE, IncomingNotice, NoticeReader, open_notice
from domain.events import Fact
from domain.notice_events import NoticeDraft, NoticeTag
from domain.notice_messages import LoadRecipients, NoticeOpening, NoticeRef, RecipientsLoaded
from tests.activities.shop import Shop
from tests.notice_ready import happened


@pytest.fixture
def notice(shop: Shop) -> UUID:
    incoming = IncomingNotice(title="Everybody", purpose="breach", caller="system")
    notice_id = open_notice(shop.resources, incoming, datetime.now(UTC))[0].dossier.id
    opening: NoticeOpening = BreachLog(shop.resources).read_notice_opening(NoticeRef(notice_id=notice_id))
    happened(shop.resources, notice_id, NoticeDraft(tag=NoticeTag.OPENED, facts=opening.facts))
    rows = [(number, f"person{number}@post.example", None, "gold" if number % 2 else "plain", "x", None) for number in range(5)]
    shop.insert("accounts", *rows, (9, "PERSON1@post.example", None, "gold", "x", None), (10, None, None, "gold", "x", None))
    return notice_id


def loaded(shop: Shop, notice: UUID, **wanted: Fact) -> RecipientsLoaded:
    happened(shop.resources, notice, NoticeDraft(tag=NoticeTag.LIST_WANTED, facts={"system": "app", **wanted}))
    found: RecipientsLoaded = Notices(shop.resources, shop.systems).load_recipients(LoadRecipients(notice_id=notice, number=1))
    return found


def test_everybody_in_a_collection_once(shop: Shop, notice: UUID) -> None:
    found = loaded(shop, notice, collection="accounts")
    assert (found.recipients, found.unusable, found.countries) == (5, 1, {"xx": 5})
    proof = NoticeReader(shop.resources).proof(notice, "person3@post.example")
    assert proof is not None
    assert proof.state == "waiting"


def test_those_whose_column_holds_a_value(shop: Shop, notice: UUID) -> None:
    with shop.resources.database.write() as session:
        vault, now = shop.resources.vault, datetime.now(UTC)
        value = seal_note(session, vault, notice, NOTICE, author="system", text="gold", now=now)
    found = loaded(shop, notice, collection="accounts", column="name", note=str(value))
    assert found.recipients == 2
    assert NoticeReader(shop.resources).proof(notice, "person2@post.example") is None


@pytest.mark.parametrize(("collection", "column"), [("drafts", None), ("nothing", None), ("accounts", "no_such_column")])
def test_what_cannot_be_asked_is_refused(shop: Shop, notice: UUID, collection: str, column: str | None) -> None:
    with shop.resources.database.write() as session:
        vault, now = shop.resources.vault, datetime.now(UTC)
        value = seal_note(session, vault, notice, NOTICE, author="system", text="gold", now=now)
    filtered: dict[str, Fact] = {"column": column, "note": str(value)} if column else {}
    with pytest.raises(ApplicationError):
        loaded(shop, notice, collection=collection, **filtered)


def test_another_list_takes_the_place_of_the_first(shop: Shop, notice: UUID) -> None:
    loaded(shop, notice, collection="accounts")
    shop.delete("accounts", id=0)
    assert loaded(shop, notice, collection="accounts").recipients == 4
