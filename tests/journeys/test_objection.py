"""An objection stops marketing for the address that was named before anybody looks at it, and lasts (Article 21(3))."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from adapters.suppression import lists_of
from demo import people
from domain.rights import Outcome, Right, Status
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
    await installed.carry_out(case_id, Right.OBJECTION)
    view = await installed.until(case_id, lambda each: each.state.status is Status.CLOSED)
    assert view.state.outcome is Outcome.FULFILLED
    assert "our answer to your request" in str(installed.post.letters[-1]["Subject"])
