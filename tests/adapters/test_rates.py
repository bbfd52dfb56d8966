"""Rates hold for all processes together, let go of nobody too early, and count nothing that was refused. On both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from adapters.database.tables import RateWindow
from adapters.rates import Rate, one_too_many
from adapters.resources import Resources
from tests import opened
from tests.factories import MONDAY

RATE = Rate(most=5, within=timedelta(minutes=10))


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


def too_many(resources: Resources, key: str = "k", minutes: float = 0) -> bool:
    with resources.database.write() as session:
        return one_too_many(session, key, RATE, MONDAY + timedelta(minutes=minutes))


def test_as_often_as_it_says_and_not_once_more(resources: Resources) -> None:
    assert [too_many(resources) for _ in range(7)] == [False] * 5 + [True] * 2
    assert not too_many(resources, "another")


def test_no_stretch_of_time_holds_twice_as_many(resources: Resources) -> None:
    assert [too_many(resources, minutes=9) for _ in range(5)] == [False] * 5
    assert too_many(resources, minutes=11)
    assert not too_many(resources, minutes=17)


def test_what_was_refused_is_not_counted(resources: Resources) -> None:
    for _ in range(50):
        too_many(resources)
    assert not too_many(resources, minutes=20)


def test_what_is_over_is_deleted(resources: Resources) -> None:
    too_many(resources)
    too_many(resources, "later", minutes=60)
    with resources.database.read() as session:
        assert session.exec(select(RateWindow.key)).all() == ["later"]


def test_many_at_once_are_counted_one_by_one(resources: Resources) -> None:
    with ThreadPoolExecutor(8) as pool:
        refused = list(pool.map(lambda _: too_many(resources), range(40)))
    assert refused.count(False) == RATE.most
