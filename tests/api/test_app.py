"""What every request passes, whichever route it is for."""

from fastapi.testclient import TestClient

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


def test_a_foreign_host_is_refused(web: TestClient) -> None:
    answer = web.get("/healthz", headers={"Host": "rebound.example:8000"})
    assert (answer.status_code, answer.headers["content-type"]) == (421, PROBLEM)


def test_nothing_here_is_a_problem_document(web: TestClient) -> None:
    answer = web.get("/nowhere")
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    assert answer.json()["type"] == "/problems/not-found"


def test_the_routes_are_published(web: TestClient) -> None:
    assert web.get("/openapi.json").json()["info"]["title"] == "Habeas"
