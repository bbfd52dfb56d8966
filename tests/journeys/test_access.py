"""An access request from intake to a proven package: real engine, worker, databases, files and mail server; nothing faked.

The package's contents are compared with what plain SQL says of the same person.
"""

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.package_check import check_package
from demo import people
from domain.rights import Outcome, Status
from tests.journeys.installed import Installed, running_in
from tests.journeys.plain_sql import rows_in_sql
from tests.journeys.readable import files_in, readable

pytestmark = pytest.mark.journey


@pytest.fixture
async def installed(tmp_path: Path) -> AsyncIterator[Installed]:
    async with running_in(tmp_path) as everything:
        yield everything


async def test_the_package_holds_what_sql_says(installed: Installed, tmp_path: Path) -> None:
    case_id = await installed.request(people.TYPICAL)
    await installed.identify(case_id)
    view = await installed.review(case_id)
    await installed.approve(view)
    view = await installed.until(case_id, lambda each: each.state.status is Status.DELIVERED)

    expected = rows_in_sql(installed.resources.settings.home, people.TYPICAL)
    assert sum(expected.values()) == 100
    with zipfile.ZipFile(io.BytesIO(installed.package(view))) as zipped:
        assert zipped.testzip() is None
        for place, count in expected.items():
            assert len(json.loads(zipped.read(f"data/{place}.json"))) == count, place
            lines = list(csv.reader(io.StringIO(zipped.read(f"data/{place}.csv").decode("utf-8-sig"))))
            assert len(lines) == count + 1, place
        assert sum(name.endswith(".png") for name in zipped.namelist()) == 29  # 28 made for the person, one uploaded

    target = tmp_path / "package.zip"
    target.write_bytes(installed.package(view))
    assert check_package(target, {installed.resources.signer.kid: installed.resources.signer.public_pem}).status == "intact"

    view = await installed.fetch(case_id)
    assert view.state.outcome is Outcome.FULFILLED
    assert len({letter["Message-ID"] for letter in installed.post.letters}) == len(installed.post.letters)


async def test_nothing_held_is_an_answer(installed: Installed) -> None:
    case_id = await installed.request(people.UNKNOWN)
    await installed.identify(case_id)
    view = await installed.review(case_id)
    assert view.state.package is not None
    assert view.state.package.records == 0
    await installed.approve(view)
    view = await installed.until(case_id, lambda each: each.state.status is Status.CLOSED)
    assert view.state.outcome is Outcome.NOTHING_HELD


async def test_nothing_of_the_person_is_readable_anywhere(installed: Installed, tmp_path: Path) -> None:
    words = "A sentence that nobody else writes."
    case_id = await installed.request(people.TYPICAL, words)
    await installed.identify(case_id)
    await installed.review(case_id)
    looked_at = files_in(tmp_path, but=[installed.resources.settings.home / "demo"])  # the source systems hold what they hold
    assert any(path.name == "temporal.db" for path in looked_at)
    assert any(path.parent.name != "home" and "blobs" in path.parts for path in looked_at)
    assert readable(looked_at, people.TYPICAL, "Tilda Typical", words) == []
