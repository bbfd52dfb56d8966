"""Writes that come together share a commit; each is answered after it, and none suffers for another. On SQLite and PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, text

from adapters.database.session import Database


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    opened = Database(empty_database_url)
    with opened.write() as session:
        session.execute(text("CREATE TABLE taken (name VARCHAR(20) PRIMARY KEY)"))
    yield opened
    opened.close()


def take(session: Session, name: str) -> str:
    session.execute(text("INSERT INTO taken VALUES (:name)"), {"name": name})
    return name


def names(database: Database) -> list[str]:
    with database.read() as session:
        return [row[0] for row in session.execute(text("SELECT name FROM taken ORDER BY name"))]


def together(database: Database, threads: ThreadPoolExecutor, *wanted: str) -> list[Future[str]]:
    """Let all of them wait behind a write that is under way, so that they come at the same time."""
    under_way, go_on = threading.Event(), threading.Event()

    def slow(session: Session) -> str:
        under_way.set()
        go_on.wait()
        return take(session, "slow")

    first = threads.submit(database.shared.carry_out, slow)
    under_way.wait()
    sent = [threads.submit(database.shared.carry_out, lambda session, name=name: take(session, name)) for name in wanted]
    while len(database.shared._waiting) < len(wanted):
        pass
    go_on.set()
    first.result()
    return sent


def test_everybody_gets_what_their_own_write_returned_and_it_is_there(database: Database) -> None:
    with ThreadPoolExecutor(20) as threads:
        wanted = [f"n{number:02d}" for number in range(16)]
        sent = together(database, threads, *wanted)
        assert [each.result() for each in sent] == wanted
    assert names(database) == [*wanted, "slow"]


def test_one_that_fails_takes_nobody_with_it(database: Database) -> None:
    with ThreadPoolExecutor(20) as threads:
        sent = together(database, threads, "a", "b", "a", "c")
        outcomes = [each.exception() for each in sent]
    assert [type(outcome) for outcome in outcomes].count(IntegrityError) == 1
    assert names(database) == ["a", "b", "c", "slow"]


def test_an_answer_comes_after_the_commit(database: Database) -> None:
    seen: list[bool] = []

    def look(name: str) -> None:
        database.shared.carry_out(lambda session: take(session, name))
        seen.append(name in names(database))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(look, (f"n{number}" for number in range(40))))
    assert seen == [True] * 40


def test_nobody_waits_for_the_commit_after_their_own(database: Database) -> None:
    begun, ends = [threading.Event() for _ in range(3)], [threading.Event() for _ in range(3)]

    def slow(session: Session, place: int) -> str:
        begun[place].set()
        ends[place].wait()
        return take(session, f"slow{place}")

    def send(place: int) -> Future[str]:
        return threads.submit(database.shared.carry_out, lambda session: slow(session, place))

    with ThreadPoolExecutor(5) as threads:
        sent = [send(0)]
        begun[0].wait()
        sent.append(send(1))
        while len(database.shared._waiting) < 1:
            pass
        beside = threads.submit(database.shared.carry_out, lambda session: take(session, "beside"))
        while len(database.shared._waiting) < 2:
            pass
        ends[0].set()
        begun[1].wait()  # it carries out `beside` too
        sent.append(send(2))
        while len(database.shared._waiting) < 1:
            pass
        ends[1].set()
        begun[2].wait()
        assert beside.result(timeout=60) == "beside"  # while the next commit is still under way
        ends[2].set()
        assert [each.result() for each in sent] == ["slow0", "slow1", "slow2"]
