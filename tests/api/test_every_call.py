"""The OpenAPI document tried call by call on the running application: it answers what it announced, and never a server error.

`HABEAS_TRIES` raises the number of tries for each call, `HABEAS_SEED` makes other ones; the same seed finds the same again.
"""

import os
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import CheckFunction, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from activities.mailroom import Mailroom
from adapters.incoming.store import Arrived, store
from adapters.resources import Resources
from api.app import create_app
from api.authority import API
from domain.messages import WatchMailbox
from domain.rights import Role
from tests import servers
from tests.activities.package_case import SearchedCase
from tests.adapters.incoming.corpus import mail
from tests.api.conftest import FakeGateway
from tests.breach_gateway import BreachGateway
from tests.case_in_hand import CaseInHand
from tests.factories import MONDAY
from tests.notice_gateway import NoticeGateway

Key = Callable[..., dict[str, str]]
TRIES = int(os.environ.get("HABEAS_TRIES", "3"))  # for each call, once as the document says and once not
SEED = int(os.environ.get("HABEAS_SEED", "9"))
load_all_checks()
PROMISES = cast(
    "list[CheckFunction]",
    CHECKS.get_by_names(
        ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
    ),
)


@dataclass(frozen=True)
class Running:
    """Where it listens, who asks, and what is there to ask about."""

    url: str
    keys: list[dict[str, str]]
    there: dict[str, list[str]]
    document: dict[str, Any]


@pytest.fixture
def running(resources: Resources, key: Key, opened_case: CaseInHand, searched: SearchedCase) -> Iterator[Running]:
    keys = [key(Role.PRIVACY_LEAD, name="lea"), key(Role.REVIEWER, name="rolf"), key(Role.BREACH_RESPONDER, name="rita")]
    app = create_app(resources, FakeGateway(resources), (BreachGateway(resources), NoticeGateway(resources)))
    port = servers.free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        servers.wait_until(lambda: server.started, "the application answers")
        url = f"http://127.0.0.1:{port}"
        yield Running(url, keys, _objects(resources, url, keys, [opened_case.reference, str(searched.id)]), app.openapi())
    finally:
        server.should_exit = True
        thread.join(30)


def _objects(resources: Resources, url: str, keys: list[dict[str, str]], cases: list[str]) -> dict[str, list[str]]:
    """One of everything that a path names, by the name of the path's parameter."""
    store(resources, "imap", [Arrived(mail("Please send me a copy of my data."), MONDAY)], MONDAY)
    Mailroom(resources, lambda _name: None).sort_mail(WatchMailbox(mailbox="desk"))
    lead, _, responder = keys

    def asked(method: str, path: str, who: dict[str, str], body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = requests.request(method, f"{url}/api/v1{path}", json=body, headers=who, timeout=30)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    waiting = asked("GET", "/mail", lead)["items"]
    breach = asked("POST", "/breaches", responder, {"summary": "Stolen passwords", "affected": {"GB": 2}})["reference"]
    notice = asked("POST", "/notices", responder, {"title": "Log-in only", "breach": breach})["reference"]
    review = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
    hold = asked("POST", "/holds", lead, {"email": "mike@example.com", "ground": "dispute", "review_on": review})["id"]
    return {"cases": cases, "breaches": [breach], "notices": [notice], "mail": [each["id"] for each in waiting], "hold": [hold]}


@pytest.mark.slow
def test_no_call_ends_in_a_server_error_or_in_what_it_did_not_announce(running: Running) -> None:
    found: list[str] = []
    schema = schemathesis.openapi.from_dict(running.document)
    session = requests.Session()
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        for mode in GenerationMode if operation.path.startswith(API) else ():

            @seed(SEED)
            @settings(
                max_examples=TRIES,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                report_multiple_bugs=False,
            )
            @given(case=operation.as_strategy(mode), who=st.sampled_from(running.keys), names=st.randoms(use_true_random=False))
            def attempt(case: schemathesis.Case[Any], who: dict[str, str], names: random.Random) -> None:
                _name(case, running.there, names)
                answer = case.call(base_url=running.url, headers=who, session=session, timeout=60)
                case.validate_response(answer, checks=PROMISES)

            try:
                attempt()
            except Unsatisfiable:
                pass  # a call without parameters cannot be called wrongly
            except (Exception, BaseExceptionGroup) as failure:  # noqa: BLE001 (every call is tried, whatever came of the one before)
                found.append(f"{operation.label}: {failure}" + "".join(f"\n{e}" for e in getattr(failure, "exceptions", [])))
    assert not found, "\n\n".join(found)


def _name(case: schemathesis.Case[Any], there: dict[str, list[str]], names: random.Random) -> None:
    """Three times of four ask for what is there: what is not ends in 404 and shows nothing."""
    if not case.path_parameters or names.random() < 0.25:
        return
    folder = case.operation.path.split("/")[3]
    for parameter in case.path_parameters:
        known = there.get(folder if parameter == "reference" else parameter)
        if known:
            case.path_parameters[parameter] = names.choice(known)
