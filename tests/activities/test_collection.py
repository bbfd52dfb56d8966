"""Collecting follows proven identifiers through the controller's systems and leaves a receipt for everything it asked."""

import csv
import io
import json

import pytest
from temporalio.exceptions import ApplicationError

from domain.events import Tag
from tests.activities.shop import RUTH, Shop


def test_a_search_goes_from_the_proven_address_through_every_system(shop: Shop) -> None:
    shop.account(7)
    shop.account(8, email="somebody@else.example")
    shop.insert("drafts", (1, 7, "hello", "a.png"), (2, 7, "gone", "missing.png"), (3, 8, "not hers", "b.png"))
    shop.insert("invoices", ("R-1", "7", None, "12.50"), ("R-2", None, "Ruth@Post.Example", None), ("R-3", "8", None, "1.00"))
    shop.put("pictures/a.png", b"a picture")
    shop.put("pictures/b.png", b"not hers")
    shop.put("uploads/7/deep/down/letter.html", b"<p>hello")
    shop.put("uploads/8/letter.html", b"not hers")
    case = shop.case()

    results = shop.collect(case)

    assert {name: (result.state, result.records) for name, result in results.items()} == {
        "app": ("searched", 3),
        "billing": ("searched", 2),
        "store": ("searched", 2),
        "payments": ("manual", 0),
    }
    assert shop.rows(case, "accounts") == [
        {
            "id": 7,
            "email": RUTH,
            "phone": None,
            "name": "Person 7",
            "secret": "(held, not shown)",
            "created_at": "2024-03-07",
        }
    ]
    assert [row["id"] for row in shop.rows(case, "drafts")] == [1, 2]
    assert sorted(row["number"] for row in shop.rows(case, "invoices")) == ["R-1", "R-2"]
    assert [(row["path"], row["member"]) for row in shop.rows(case, "pictures")] == [("pictures/a.png", "files/000001.png")]
    assert [(row["path"], row["member"]) for row in shop.rows(case, "uploads")] == [
        ("uploads/7/deep/down/letter.html", "files/000001.bin")
    ]


def test_files_are_sealed_as_they_are(shop: Shop) -> None:
    shop.account(7)
    shop.put("uploads/7/one.txt", b"one")
    shop.put("uploads/7/two.txt", bytes(range(256)) * 20_000)
    case = shop.case()
    shop.collect(case)

    uploads = shop.found(case)["uploads"]
    contents = {}
    for file in uploads.files():
        with uploads.read(file.ref) as reader:
            contents[file.name] = reader.read()
    assert contents == {"uploads/7/one.txt": b"one", "uploads/7/two.txt": bytes(range(256)) * 20_000}


def test_zero_is_a_result(shop: Shop) -> None:
    case = shop.case()
    results = shop.collect(case)
    assert {result.state for result in results.values()} == {"searched", "manual"}
    states = {name: (row.state, row.rows) for name, row in shop.receipts(case).items()}
    assert states == {
        "accounts": ("searched", 0),
        "sessions": ("searched", 0),
        "drafts": ("searched", 0),
        "devices": ("searched", 0),
        "device_logins": ("unreachable", 0),
        "invoices": ("searched", 0),
        "uploads": ("searched", 0),
        "pictures": ("searched", 0),
    }
    assert shop.found(case)["device_logins"].reason == "shared_only"


def test_a_shared_reference_is_never_followed(shop: Shop) -> None:
    shop.account(7)
    shop.insert("devices", (1, 7))
    shop.insert("device_logins", (1, 1, "a housemate"))
    case = shop.case()
    with shop.asked() as statements:
        shop.collect(case)
    assert not any("device_logins" in text for text, _ in statements)
    assert [row["id"] for row in shop.rows(case, "devices")] == [1]


def test_a_receipt_names_keys_only_as_hashes_that_die_with_the_case(shop: Shop) -> None:
    shop.account(7)
    case = shop.case()
    shop.collect(case)
    receipts = shop.receipts(case)
    vault = shop.resources.vault.case(case.id)
    assert receipts["accounts"].keys == [vault.receipt_mac("email", RUTH)]
    assert len(receipts["invoices"].keys) == 2
    everything = json.dumps([row.model_dump(mode="json") for row in receipts.values()])
    for personal in (RUTH, "Person 7", "2024-03-07"):
        assert personal not in everything


def test_an_address_is_found_however_it_is_spelled(shop: Shop) -> None:
    for number, email in enumerate(("RUTH@POST.EXAMPLE", "ruth@bücher.example", "ruth@xn--bcher-kva.example"), start=1):
        shop.account(number, email=email)
    for address, expected in ((RUTH, [1]), ("Ruth@xn--bcher-kva.example", [2, 3]), ("ruth@Bücher.example", [2, 3])):
        case = shop.case(address)
        shop.collect(case)
        assert [row["id"] for row in shop.rows(case, "accounts")] == expected


def test_a_telephone_number_is_found_however_it_is_punctuated(shop: Shop) -> None:
    for number, phone in enumerate(("+44 20 7946 0958", "0044-20-7946-0958", "(44) 2079460958", "020 7946 0958"), start=1):
        shop.account(number, email=f"{number}@else.example", phone=phone)
    case = shop.case(hints=[("phone", "+442079460958")])
    shop.accept_hints(case)
    shop.collect(case)
    assert [row["id"] for row in shop.rows(case, "accounts")] == [1, 2]
    # The third is a national number for all we know: kept apart, for a person to look at.
    assert shop.receipts(case)["accounts"].doubtful == 1


def test_without_a_proven_identifier_nothing_is_searched(shop: Shop) -> None:
    shop.account(7)
    case = shop.case(proven=False)
    with shop.asked() as statements, pytest.raises(ApplicationError) as refusal:
        shop.collect(case)
    assert refusal.value.type == "not-allowed-now"
    assert refusal.value.non_retryable
    assert statements == []
    assert shop.receipts(case) == {}


def test_hints_are_never_parameters_of_any_query(shop: Shop) -> None:
    """Abuse test 1: prove one's own mailbox, name the victim's account, phone and second address."""
    shop.account(7)
    shop.account(8, email="victim@post.example", phone="+442079460958")
    shop.insert("drafts", (1, 8, "the victim's", None))
    shop.insert("invoices", ("R-9", "8", "victim@post.example", "1.00"))
    hints = [("email", "victim@post.example"), ("phone", "+442079460958"), ("account_id", "8")]
    case = shop.case(hints=hints)
    with shop.asked() as statements:
        shop.collect(case)
    assert len(statements) >= 6
    bound = repr([parameters for _, parameters in statements])
    assert "ruth@post.example" in bound
    for hint in ("victim", "7946", "'8'", "[8]", "(8,)", ": 8"):
        assert hint not in bound
    assert [row["id"] for row in shop.rows(case, "accounts")] == [7]
    assert shop.rows(case, "drafts") == []
    assert shop.rows(case, "invoices") == []


def test_a_second_proven_address_widens_the_next_run_only(shop: Shop) -> None:
    shop.account(7)
    shop.account(8, email="ruth@work.example")
    case = shop.case()
    shop.collect(case)
    second = case.second_address("ruth@work.example")
    case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(second), how="code")
    # The workflow's first search named its keys; what is proven later is for the next one.
    shop.collect(case, run=2, keys=[case.mailbox])
    shop.collect(case, run=3, keys=[case.mailbox, second])
    assert [row["id"] for row in shop.rows(case, "accounts", 1)] == [7]
    assert [row["id"] for row in shop.rows(case, "accounts", 2)] == [7]
    assert [row["id"] for row in shop.rows(case, "accounts", 3)] == [7, 8]


def test_a_key_that_was_rejected_meanwhile_is_not_used(shop: Shop) -> None:
    shop.account(7)
    shop.account(8, email="ruth@work.example")
    case = shop.case()
    second = case.second_address("ruth@work.example")
    case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(second), how="code")
    case.happen(Tag.IDENTIFIER_REJECTED, identifier=str(second))
    shop.collect(case, keys=[case.mailbox, second])
    assert [row["id"] for row in shop.rows(case, "accounts")] == [7]


def test_json_and_csv_hold_the_same_rows(shop: Shop) -> None:
    shop.account(7)
    shop.insert("drafts", *((number, 7, f'Line one\nand "two", {number}', None) for number in range(1, 2501)))
    case = shop.case()
    shop.collect(case)
    drafts = shop.found(case)["drafts"]
    parsed = [json.loads(line) for line in b"".join(drafts.json_lines()).splitlines()]
    table = list(csv.reader(io.StringIO(b"".join(drafts.csv()).decode(), newline="")))
    assert table[0] == ["id", "account_id", "body", "file_name"]
    assert [row["id"] for row in parsed] == list(range(1, 2501))
    assert table[1:] == [[str(row["id"]), "7", row["body"], ""] for row in parsed]


def test_a_secret_key_field_is_masked_and_still_names_its_row(shop: Shop) -> None:
    shop.account(7)
    shop.insert("sessions", ("token-one", 7), ("token-two", 7))
    case = shop.case()
    shop.collect(case)
    sessions = shop.found(case)["sessions"]
    text = b"".join(sessions.json_lines()) + b"".join(sessions.csv())
    assert b"token-" not in text
    assert len({item.id for item in sessions.items()}) == 2


def test_what_a_masked_field_holds_never_leaves_the_database(shop: Shop) -> None:
    shop.account(7)
    case = shop.case()
    with shop.asked() as statements:
        shop.collect(case)
    accounts = next(text for text, _ in statements if 'FROM "accounts"' in text)
    assert "CASE WHEN" in accounts


def test_the_span_of_the_retention_field_is_known_without_reading_the_rows(shop: Shop) -> None:
    shop.account(3)
    shop.account(9)
    case = shop.case()
    shop.collect(case)
    span = shop.found(case)["accounts"].span
    assert span is not None
    assert [day.isoformat() for day in span] == ["2024-03-03", "2024-03-09"]
