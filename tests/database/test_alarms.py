from uuid import uuid4

from sqlmodel import select

from adapters.database.alarms import MOST_AT_ONCE, RefusalAlarms
from adapters.database.session import Database
from adapters.database.tables import Alarm
from tests.servers import wait_until


def rows(database: Database) -> list[Alarm]:
    with database.read() as session:
        return list(session.exec(select(Alarm)))


def test_a_refused_payload_is_one_row_however_often_it_comes(database_url: str) -> None:
    database, case_id = Database(database_url), uuid4()
    alarms = RefusalAlarms(database)
    for _ in range(5):
        alarms("not-sealed", f"case-{case_id}")
    alarms("not-authentic", f"case-{case_id}")
    wait_until(lambda: len(rows(database)) == 2, "both reasons are recorded")
    assert {(row.kind, row.case_id, row.facts["reason"]) for row in rows(database)} == {
        ("payload-refused", case_id, "not-sealed"),
        ("payload-refused", case_id, "not-authentic"),
    }
    database.close()


def test_an_id_somebody_made_up_is_not_kept(database_url: str) -> None:
    database = Database(database_url)
    RefusalAlarms(database)("not-sealed", "mia.wald@imaginella.example")
    wait_until(lambda: len(rows(database)) == 1, "the refusal is recorded")
    (row,) = rows(database)
    assert row.case_id is None
    assert row.facts == {"reason": "not-sealed"}
    database.close()


def test_a_flood_of_different_cases_does_not_fill_the_database(database_url: str) -> None:
    database = Database(database_url)
    alarms = RefusalAlarms(database)
    for _ in range(MOST_AT_ONCE + 20):
        alarms("not-sealed", f"case-{uuid4()}")
    wait_until(lambda: len(rows(database)) >= MOST_AT_ONCE, "the first hundred are recorded")
    assert len(rows(database)) == MOST_AT_ONCE
    database.close()
