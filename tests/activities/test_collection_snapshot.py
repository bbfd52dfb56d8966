"""What lives shorter than the answer takes is copied at receipt, for nobody's eyes until identity is proven."""

from domain.events import Tag
from domain.messages import CaseRef
from tests.activities.shop import Shop


def test_the_copy_is_taken_with_the_claimed_address_alone(shop: Shop) -> None:
    shop.account(7)
    shop.account(8, email="victim@post.example", phone="+442079460958")
    shop.insert("drafts", (1, 7, "hello", None), (2, 8, "the victim's", None))
    case = shop.case(proven=False, hints=[("phone", "+442079460958"), ("email", "victim@post.example")])
    with shop.asked() as statements:
        taken = shop.snapshot(case)
    assert taken.run == 0
    assert [(one.system, one.state, one.records) for one in taken.results] == [("app", "searched", 1)]
    assert "7946" not in repr(statements)
    assert "victim" not in repr(statements)
    assert [row["id"] for row in shop.rows(case, "drafts", 0)] == [1]
    assert set(shop.receipts(case, 0)) == {"drafts"}, "collections on the way are not kept"


def test_rows_deleted_since_are_in_the_answer_once(shop: Shop) -> None:
    shop.account(7)
    shop.insert("drafts", (1, 7, "stays", "a.png"), (2, 7, "is deleted", "b.png"), (3, 7, "is changed", None))
    shop.put("pictures/a.png")
    shop.put("pictures/b.png", b"outlived its draft")
    case = shop.case(proven=False)
    shop.snapshot(case)
    shop.delete("drafts", id=2)
    shop.delete("drafts", id=3)
    shop.insert("drafts", (3, 7, "was changed", None), (4, 7, "is new", None))
    case.proven()

    results = shop.collect(case)

    assert results["app"].records == 5
    assert [(row["id"], row["body"]) for row in shop.rows(case, "drafts")] == [
        (1, "stays"),
        (3, "was changed"),
        (4, "is new"),
        (2, "is deleted"),
    ]
    assert shop.found(case)["drafts"].from_snapshot == 1
    assert sorted(row["path"] for row in shop.rows(case, "pictures")) == ["pictures/a.png", "pictures/b.png"]
    csv = b"".join(shop.found(case)["drafts"].csv()).decode().splitlines()
    assert csv[-1] == '2,7,"is deleted","b.png"'


def test_an_account_that_was_closed_meanwhile_does_not_take_its_drafts_along(shop: Shop) -> None:
    shop.account(7)
    shop.insert("drafts", (1, 7, "hello", None))
    case = shop.case(proven=False)
    shop.snapshot(case)
    shop.delete("drafts", id=1)
    shop.delete("accounts", id=7)
    case.proven()
    shop.collect(case)
    assert [row["id"] for row in shop.rows(case, "drafts")] == [1]


def test_a_copy_for_an_address_that_is_not_proven_is_not_used(shop: Shop) -> None:
    shop.account(7)
    shop.account(8, email="ruth@work.example")
    shop.insert("drafts", (1, 7, "whose?", None), (2, 8, "hers", None))
    case = shop.case(proven=False)
    shop.snapshot(case)
    shop.delete("drafts", id=1)
    case.happen(Tag.IDENTIFIER_REJECTED, identifier=str(case.mailbox))
    second = case.second_address("ruth@work.example")
    case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(second), how="code")
    shop.collect(case)
    assert [row["id"] for row in shop.rows(case, "drafts")] == [2]


def test_a_repeated_snapshot_asks_only_what_is_not_kept(shop: Shop) -> None:
    shop.account(7)
    shop.insert("drafts", (1, 7, "hello", None))
    case = shop.case(proven=False)
    shop.snapshot(case)
    shop.delete("drafts", id=1)
    with shop.asked() as statements:
        again = shop.snapshot(case)
    assert not any("drafts" in text for text, _ in statements)
    assert again.results[0].records == 1
    assert [row["id"] for row in shop.rows(case, "drafts", 0)] == [1]


def test_a_request_without_an_address_has_no_snapshot(shop: Shop) -> None:
    case = shop.case(email=None, proven=False, name="Ruth", channel="letter")
    assert shop.snapshot(case).results == []


def test_a_destroyed_snapshot_is_gone_and_may_be_destroyed_again(shop: Shop) -> None:
    shop.account(7)
    shop.insert("drafts", *((number, 7, "a long text " * 30, None) for number in range(500)))
    case = shop.case(proven=False)
    shop.snapshot(case)
    assert len(shop.blobs()) == 1
    for _ in range(2):
        shop.collection.destroy_snapshots(CaseRef(case_id=case.id))
        assert shop.blobs() == set()
        assert shop.receipts(case, 0) == {}
    shop.delete("drafts", account_id=7)
    case.proven()
    shop.collect(case)
    assert shop.rows(case, "drafts") == []
