"""What every request passes, whichever route it is for."""

from types import SimpleNamespace

from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from api.guards import Headers

PROBLEM = "application/problem+json"


def test_it_lives_and_says_that_the_engine_is_away(web: TestClient) -> None:
    assert web.get("/healthz").json() == {"status": "alive"}
    readiness = web.get("/readyz")
    assert (readiness.status_code, readiness.json()["database"]) == (503, "ready")


def test_every_answer_makes_browsers_careful(web: TestClient) -> None:
    for path in ("/healthz", "/nowhere"):
        headers = web.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"


async def test_behind_tls_browsers_come_back_by_tls_alone_to_every_name_below() -> None:
    sent: list[Message] = []

    async def inner(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    settings = SimpleNamespace(public_url="https://privacy.controller.example")
    app = SimpleNamespace(state=SimpleNamespace(web=SimpleNamespace(resources=SimpleNamespace(settings=settings))))
    await Headers(inner)({"type": "http", "app": app}, receive, send)
    assert (b"strict-transport-security", b"max-age=31536000; includeSubDomains") in sent[0]["headers"]


def test_no_request_is_sent_back_as_it_came(web: TestClient) -> None:
    for path in ("/healthz", "/console/sign-in", "/", "/api/v1/requests"):
        answer = web.request("TRACE", path, headers={"X-Marker": "as-it-came"})
        assert answer.status_code in {401, 404, 405}
        assert "as-it-came" not in answer.text


def test_a_foreign_host_is_refused(web: TestClient) -> None:
    answer = web.get("/healthz", headers={"Host": "rebound.example:8000"})
    assert (answer.status_code, answer.headers["content-type"]) == (421, PROBLEM)


def test_nothing_here_is_a_problem_document(web: TestClient) -> None:
    answer = web.get("/nowhere")
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    assert answer.json()["type"] == "/problems/not-found"


def test_the_routes_are_published(web: TestClient) -> None:
    assert web.get("/openapi.json").json()["info"]["title"] == "Habeas"
