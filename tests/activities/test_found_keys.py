"""Keys stay a set in the order in which they came, in memory or on disk, and on disk nobody else reads them."""

import sqlite3

import pytest

from activities.found_keys import Keys


@pytest.mark.parametrize("most", [1000, 10], ids=["in memory", "on disk"])
class TestKeys:
    def test_each_key_counts_once_in_its_order(self, most: int) -> None:
        keys = Keys((str(number) for number in range(40)), most=most)
        keys.update(["7", None, "new", "7", "39"])
        assert len(keys) == 41
        assert [key for batch in keys.batches(7) for key in batch] == [*map(str, range(40)), "new"]
        assert [len(batch) for batch in keys.batches(20)] == [20, 20, 1]

    def test_it_knows_what_is_in_it(self, most: int) -> None:
        keys = Keys(map(str, range(40)), most=most)
        assert "7" in keys
        assert "40" not in keys

    def test_the_digest_is_of_the_set(self, most: int) -> None:
        one, other = Keys(map(str, range(40)), most=most), Keys(map(str, reversed(range(40))), most=most)
        assert one.digest() == other.digest()
        other.update(["new"])
        assert one.digest() != other.digest()

    def test_any_text_may_be_a_key(self, most: int) -> None:
        texts = ["\udce9", "\u0000", "\U0001f600", "", *map(str, range(20))]
        keys = Keys(texts, most=most)
        assert [key for batch in keys.batches(1000) for key in batch] == texts


def test_keys_on_disk_are_sealed() -> None:
    keys = Keys([f"ruth-{number}@post.example" for number in range(40)], most=10)
    assert keys._spool is not None
    database: sqlite3.Connection = keys._spool._database
    stored = b"".join(b"".join(row) for row in database.execute("SELECT mac, sealed FROM key"))
    assert len(stored) > 40 * 60
    assert b"ruth" not in stored
    assert keys._memory == {}
