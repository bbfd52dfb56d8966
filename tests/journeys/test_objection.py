"""An objection stops marketing for the address that was named before anybody looks at it, and lasts (Article 21(3))."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from adapters.suppression import lists_of
from demo import people
from domain.commands import CompleteWorkItem
from domain.rights import Outcome, Right, Status
from tests.factories import ANNA
from tests.journeys.correcting import see_through
from tests.journeys.erasing import open_items
from tests.journeys.installed import Installed, running_in

pytestmark = pytest.mark.journey


@pytest.fixture
async def installed(tmp_path: Path) -> AsyncIterator[Installed]:
    async with running_in(tmp_path) as everything:
        yield everything


def lists(installed: Installed, address: str, day: date) -> set[str]:
    with installed.resources.database.read() as session:
        return {*lists_of(session, installed.resources.vault, "email", address, today=day)}


async def test_marketing_stops_at_once_and_the_answer_follows(installed: Installed) -> None:
    case_id = await installed.request(people.TYPICAL, "No more newsletters.", rights=[Right.OBJECTION])
    await installed.until(case_id, lambda each: each.state.marketing_stopped)
    assert lists(installed, people.TYPICAL, date(2099, 1, 1)) == {"marketing"}
    assert lists(installed, people.HEAVY, date(2099, 1, 1)) == set()
    view = await installed.until(case_id, lambda each: open_items(each, "instruct_processor"))
    (item,) = open_items(view, "instruct_processor")
    assert view.state.work_items[item].recipient == "mail", "who sends for us hears of it while the request is not looked at yet"
    await installed.command(case_id, CompleteWorkItem(actor=ANNA, work_item=item, result="found"))
    await installed.carry_out(case_id, Right.OBJECTION)
    answer = installed.post.letters[-1]
    assert "our answer to your request" in str(answer["Subject"])
    body = answer.get_body(("plain",))
    assert body is not None
    assert "we had told 1 of 1 of them" in " ".join(body.get_content().split())
    await see_through(installed, case_id)
    view = await installed.until(case_id, lambda each: each.state.status is Status.CLOSED)
    assert view.state.outcome is Outcome.FULFILLED
