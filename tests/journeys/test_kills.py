"""The kill matrix: worker, web, engine, and all three at once die right after an event commits, at every stage of a case.

Per victim one request of the heavy person (50,000 rows) is killed at intake, in the middle of collection, in the middle of
packaging and at delivery; a typical person's at the confirmation of identity. Both are then delivered, opened and proven.
"""

import contextlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from demo import people
from demo.people import HEAVY_MIX, TYPICAL_MIX
from domain.events import Tag
from domain.rights import Status
from tests.journeys.conftest import installed_in
from tests.journeys.plain_sql import rows_in_sql
from tests.journeys.proof import prove
from tests.journeys.readable import files_in, readable
from tests.journeys.started import Started, started
from tests.journeys.walk import NAME, WORDS, Walk
from tests.servers import wait_until

pytestmark = pytest.mark.journey

VICTIMS = {"worker": ("worker",), "web": ("web",), "engine": ("temporal",), "all": ("worker", "web", "temporal")}
STAGES = ("intake", "verification", "collection", "packaging", "delivery")
CELLS = [
    # Everything at once is what a power cut is; on PostgreSQL that one row is enough.
    pytest.param(victim, stage, id=f"{victim}-{stage}", marks=[pytest.mark.both_databases] if victim == "all" else [])
    for victim in VICTIMS
    for stage in STAGES
]


class Killing:
    """One installation and, by victim, the walk of the heavy person."""

    def __init__(self, running: Started) -> None:
        self.running = running
        self.heavy: dict[str, Walk] = {}

    def during(self, victim: str, walk: Walk, act: Callable[[], None], seen: Callable[[], bool]) -> list[str]:
        """Let somebody act, kill at the moment something is seen, start again, and let them be answered.

        Gives back what was recorded when the victims were dead.
        """
        with ThreadPoolExecutor(1) as client:
            answer = client.submit(act)
            wait_until(lambda: (answer.done() and answer.exception() is not None) or seen(), "the moment to kill", pause=0.001)
            self.running.kill(*VICTIMS[victim])
            recorded = walk.tags()
            self.running.start(*VICTIMS[victim])
            answer.result()
        return recorded

    def intake(self, victim: str) -> None:
        walk = self.heavy[victim] = Walk(self.running, people.HEAVY)
        self.during(victim, walk, walk.request, lambda: Tag.REQUEST_RECEIVED in walk.tags())
        walk.until(lambda view: view.state.status is Status.VERIFYING_IDENTITY)

    def verification(self, victim: str) -> None:
        walk = Walk(self.running, people.TYPICAL)
        walk.request()
        self.during(victim, walk, walk.confirm, lambda: Tag.IDENTITY_CONFIRMED in walk.tags())
        walk.answer_by_hand()
        walk.approve()
        walk.fetch()
        prove(walk)
        assert_package_is_sql(walk, sum(TYPICAL_MIX.values()))

    def collection(self, victim: str) -> None:
        walk = self.heavy[victim]
        recorded = self.during(victim, walk, walk.confirm, self.writing(walk, Tag.IDENTITY_CONFIRMED))
        assert Tag.COLLECTION_STARTED not in recorded  # which is recorded with what was found
        walk.until(lambda view: view.state.open_work_items)

    def packaging(self, victim: str) -> None:
        walk = self.heavy[victim]
        recorded = self.during(victim, walk, walk.answer_by_hand, self.writing(walk, Tag.COLLECTION_FINISHED))
        assert Tag.PACKAGE_BUILT not in recorded
        walk.until(lambda view: view.state.package)

    def writing(self, walk: Walk, after: Tag) -> Callable[[], bool]:
        """Whether an event is recorded and, after it, some but not all of a large stream is on disk."""
        unfinished = self.running.settings.home / "blobs" / "unfinished"
        left_over = set(unfinished.iterdir())  # by a worker that was killed before

        def seen() -> bool:
            with contextlib.suppress(FileNotFoundError):  # finished between two looks
                return after in walk.tags() and any(file.stat().st_size for file in set(unfinished.iterdir()) - left_over)
            return False

        return seen

    def delivery(self, victim: str) -> None:
        walk = self.heavy[victim]
        self.during(victim, walk, walk.approve, lambda: Tag.PACKAGE_PUBLISHED in walk.tags())
        walk.fetch()
        prove(walk)
        assert_package_is_sql(walk, sum(HEAVY_MIX.values()))


def assert_package_is_sql(walk: Walk, total: int) -> None:
    """Every row that plain SQL finds is in the package that was delivered, and no other."""
    expected = rows_in_sql(walk.started.settings.home, walk.address)
    assert sum(expected.values()) == total
    with zipfile.ZipFile(io.BytesIO(walk.get(f"/cases/{walk.reference}/package"))) as zipped:
        assert {place: len(json.loads(zipped.read(f"data/{place}.json"))) for place in expected} == expected


@pytest.fixture(scope="module")
def killing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killing]:
    with installed_in(tmp_path_factory.mktemp("kills") / "home", request) as installation, started(installation) as running:
        yield Killing(running)


@pytest.mark.parametrize(("victim", "stage"), CELLS)
def test_a_kill_loses_nothing(killing: Killing, victim: str, stage: str) -> None:
    if stage in {"collection", "packaging", "delivery"} and victim not in killing.heavy:
        killing.heavy[victim] = Walk(killing.running, people.HEAVY)
        killing.heavy[victim].request()
    getattr(killing, stage)(victim)


def test_neither_files_nor_logs_hold_anything_of_the_person(killing: Killing) -> None:
    """What every part wrote, raw: engine, databases, what is ahead of them, sealed files, logs."""
    walk = Walk(killing.running, people.TYPICAL)
    walk.request()
    walk.confirm()
    walk.answer_by_hand()
    walk.approve()
    walk.fetch()
    home = killing.running.settings.home
    # A letter is addressed: that the person is found there shows that they would be found elsewhere.
    assert readable(files_in(home / "mail"), people.TYPICAL)
    looked_at = files_in(home, but=[home / "demo", home / "mail"])
    assert {"temporal.db", "web.log", "worker.log", "temporal.log"} <= {path.name for path in looked_at if path.stat().st_size}
    assert readable(looked_at, people.TYPICAL, people.HEAVY, NAME, WORDS) == []
