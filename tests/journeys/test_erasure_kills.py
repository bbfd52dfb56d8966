"""Worker and web die in the middle of erasing the heavy person; nothing is erased twice, too much, or not at all."""

from collections.abc import Iterator

import pytest

from demo import people
from domain.events import Tag
from domain.rights import Status
from tests.journeys.conftest import installed_in
from tests.journeys.erased_sql import Stores
from tests.journeys.started import Started, started
from tests.journeys.walk import Walk
from tests.servers import wait_until

pytestmark = pytest.mark.journey


@pytest.fixture
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with installed_in(tmp_path_factory.mktemp("erasing") / "home", request) as installation:
        installation.settings["HABEAS_ERASURE_WAITING_DAYS"] = "0"
        with started(installation) as parts:
            yield parts


def test_a_kill_in_the_middle_of_erasing_the_heavy_person(running: Started) -> None:
    stores = Stores(running.settings.home)
    rows, before = stores.rows_of(people.HEAVY), stores.counts()
    walk = Walk(running, people.HEAVY)
    walk.request("erasure")
    walk.confirm()
    view = walk.until(lambda each: each.state.status is Status.IN_REVIEW and each.state.erasure)
    assert view.state.erasure is not None
    assert view.state.erasure.plan is not None
    walk.act("approve_erasure", {"sha256": view.state.erasure.plan.sha256}, role="reviewer")
    view = walk.until(lambda each: any(item.kind == "before_erasure" for item in each.state.open_work_items.values()))
    for key, item in view.state.open_work_items.items():
        if item.kind == "before_erasure":
            walk.act("complete_work_item", {"work_item": str(key), "result": "found"})

    wait_until(lambda: stores.left(rows)["images"] < len(rows.ids["images"]), "images begin to go", pause=0.001)
    running.kill("worker", "web")
    left = stores.left(rows)
    assert Tag.ERASURE_CARRIED_OUT not in walk.tags()
    assert left["accounts"] == 1, "parents go last, so that nothing is left behind whose owner is gone"
    running.start("worker", "web")

    walk.until(lambda each: each.state.status is Status.DELIVERED)
    stores.assert_erased(rows, before)
    assert walk.tags().count(Tag.ERASURE_CARRIED_OUT) == 1
    assert walk.tags().count(Tag.ERASURE_CERTIFIED) == 1
