"""What an erasure makes anonymous leads back to nobody: tried through every join that the data map knows (P46; Recital 26)."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.erasure import Erasure
from activities.systems.registry import Systems
from adapters.resources import Resources
from demo import people
from demo.controller import DATAMAP, build
from domain.datamap import Collection, ErasureAction
from domain.erasure_messages import CarryOutErasure, PlanErasure
from domain.events import Tag
from domain.rights import Right
from tests import opened
from tests.case_in_hand import CaseInHand

Place = tuple[str, Collection]


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    build(tmp_path / "home")
    with opened.resources(tmp_path / "home", database_url, DATAMAP) as everything:
        yield everything


def _rows(resources: Resources, query: str, *given: object) -> list[tuple[object, ...]]:
    """Plain SQL over both stores at once: `platform.accounts`, `business.customers`."""
    database = sqlite3.connect(":memory:")
    for store in ("platform", "business"):
        database.execute(f"ATTACH '{resources.settings.home}/demo/{store}.db' AS {store}")
    try:
        return database.execute(query, given).fetchall()
    finally:
        database.close()


def _tables(resources: Resources) -> list[Place]:
    systems = [each for each in resources.datamap.systems if each.kind == "sql"]
    return [(system.name, collection) for system in systems for collection in system.collections]


def _joins(resources: Resources, place: Place) -> Iterator[tuple[str, str, str]]:
    """Every join that touches a collection: its field, and the table and field at the other side; shared ones too."""
    system, collection = place
    here = f"{system}.{collection.name}"
    for other_system, other in _tables(resources):
        there = f"{other_system}.{other.name}"
        for reference in other.references:
            target, _, field = reference.to.rpartition(".")
            if target == here:
                yield field, there, reference.field
        for reference in collection.references:
            target, _, field = reference.to.rpartition(".")
            if target == there:
                yield reference.field, there, field
        # A field of the same name that leads somewhere in either table is a join that an attacker would try; a row's own number
        # is nobody's, unless a reference says so.
        keys = ({each.field for each in (*other.references, *collection.references)} | other.identities.keys()) - {
            *collection.primary_key
        }
        yield from ((name, there, name) for name in sorted(keys & collection.fields.keys() & other.fields.keys()))


def _erase(resources: Resources) -> None:
    case = CaseInHand(resources, rights=[Right.ERASURE], email=people.TYPICAL)
    case.proven()
    systems = Systems(resources.datamap, resources.settings.home)
    erasing = Erasure(resources, systems)
    made = erasing.plan_erasure(PlanErasure(case_id=case.id, number=1, run=-1, keys=[case.mailbox]))
    assert made.plan is not None
    assert made.sha256 is not None
    case.happen(
        Tag.ERASURE_PLANNED,
        plan=str(made.plan),
        sha256=made.sha256,
        datamap=str(made.datamap),
        number=1,
        keys=[str(case.mailbox)],
        erase=made.erase,
        change=made.change,
        keep=made.keep,
    )
    done = erasing.carry_out_erasure(CarryOutErasure(case_id=case.id, plan=made.plan, sha256=made.sha256, run=-2))
    erasing.close()
    assert done.done


def test_no_join_of_the_data_map_leads_from_an_anonymous_row_to_anybody(resources: Resources) -> None:
    places = [each for each in _tables(resources) if each[1].erasure.action is ErasureAction.ANONYMISE]
    assert places
    mine = "SELECT id FROM {} WHERE account_id IN (SELECT id FROM platform.accounts WHERE email = ?)"
    known = {place[1].name: _rows(resources, mine.format(f"{place[0]}.{place[1].table}"), people.TYPICAL) for place in places}
    led = {
        (place[1].name, join)
        for place in places
        for join in _joins(resources, place)
        if _reached(resources, place, join, [row[0] for row in known[place[1].name]])
    }
    assert led, "before the erasure these joins do lead to the person, or this test would prove nothing"
    assert all(known.values())

    _erase(resources)
    for place in places:
        system, collection = place
        ids = [row[0] for row in known[collection.name]]
        marks = ",".join("?" * len(ids))
        left = _rows(resources, f"SELECT count(*) FROM {system}.{collection.table} WHERE id IN ({marks})", *ids)
        assert left == [(len(ids),)], "the rows are still there, as figures"
        for join in _joins(resources, place):
            assert not _reached(resources, place, join, ids), (collection.name, join)


def _reached(resources: Resources, place: Place, join: tuple[str, str, str], ids: list[object]) -> int:
    """How many rows a join finds from these rows, themselves left out."""
    (system, collection), (field, there, other) = place, join
    table = next(each.table for name, each in _tables(resources) if f"{name}.{each.name}" == there)
    marks, same = ",".join("?" * len(ids)), there == f"{system}.{collection.name}"
    itself = f"AND b.id NOT IN ({marks})" if same else ""
    query = f"""SELECT count(*) FROM {system}.{collection.table} a JOIN {there.partition(".")[0]}.{table} b
        ON a."{field}" = b."{other}" WHERE a.id IN ({marks}) {itself}"""
    given = [*ids, *ids] if same else ids
    ((count,),) = _rows(resources, query, *given)
    return int(str(count))
