"""However many rows and keys there are, a collection is asked in batches and memory holds one of them."""

import tracemalloc

import pytest

from activities import found_keys
from tests.activities.shop import Shop


def test_more_keys_than_memory_holds_find_every_row_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found_keys.Keys.__init__, "__kwdefaults__", {"most": 100})
    shop.account(7)
    shop.insert("drafts", *((number, 7, "x", f"{number}.png") for number in range(1, 2601)))
    for number in (1, 1001, 2600):
        shop.put(f"pictures/{number}.png", str(number).encode())
    shop.put("pictures/2601.png", b"nobody's")
    case = shop.case()
    results = shop.collect(case)
    assert results["store"].records == 3
    assert [row["path"] for row in shop.rows(case, "pictures")] == [f"pictures/{number}.png" for number in (1, 1001, 2600)]


def test_keys_are_asked_for_in_few_statements(shop: Shop) -> None:
    shop.insert("accounts", *((number, "ruth@post.example", None, None, None, None) for number in range(1, 2501)))
    shop.insert("drafts", *((number, number, "x", None) for number in range(1, 2502)))
    case = shop.case()
    with shop.asked() as statements:
        shop.collect(case)
    asked = [text for text, _ in statements if 'FROM "drafts"' in text]
    assert len(asked) == (1 if shop.engines["app"].dialect.name == "postgresql" else 3)
    assert len(shop.rows(case, "drafts")) == 2500


def test_memory_does_not_grow_with_the_rows(shop: Shop) -> None:
    shop.account(7)
    body = "a rather long text " * 25
    peaks = []
    for count in (5_000, 20_000):
        shop.insert("drafts", *((number, 7, body, None) for number in range(count - 4_999, count + 1)))
        if count > 5_000:
            for start in (5_000, 10_000):
                shop.insert("drafts", *((number, 7, body, None) for number in range(start + 1, start + 5_001)))
        case = shop.case()
        tracemalloc.start()
        shop.collect(case)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(shop.rows(case, "drafts")) == count
    # Four times the rows, 10 MB of them; what grows is the index and the keys.
    assert peaks[1] < 1.5 * peaks[0]
    assert peaks[1] < 10_000_000
