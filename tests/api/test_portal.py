"""What stands around the pages: static files, refusals, errors."""

import re

import pytest
from fastapi.testclient import TestClient

from adapters.database.case_reader import CaseReader
from api.portal import pages
from tests.api.visiting import a_link
from tests.case_in_hand import CaseInHand


class TestAround:
    def test_static_files_may_be_kept_for_ever(self, web: TestClient) -> None:
        for name in re.findall(r'href="(/static/portal/[^"]+)"', web.get("/").text):
            answer = web.get(name)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
            assert web.get(name, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
        assert "immutable" not in web.get("/static/portal/portal.css").headers["cache-control"]

    @pytest.mark.parametrize("name", ["none.css", "..%2fpages.py"])
    def test_only_what_is_in_the_index_is_there(self, web: TestClient, name: str) -> None:
        assert web.get(f"/static/portal/{name}").status_code == 404

    def test_an_unexpected_failure_is_a_page_that_says_nothing(
        self, web: TestClient, monkeypatch: pytest.MonkeyPatch, opened_case: CaseInHand
    ) -> None:
        def broken(*_: object) -> None:
            raise ValueError("secret words")

        monkeypatch.setattr(CaseReader, "get", broken)
        answer = web.get(f"/verify/{a_link(opened_case, 'verify')}")
        assert answer.status_code == 500
        assert "on our side" in answer.text
        assert "secret" not in answer.text

    @pytest.mark.parametrize("path", ["/nowhere", "/follow/a/b/c"])
    def test_a_browser_that_is_lost_sees_a_page(self, web: TestClient, path: str) -> None:
        answer = web.get(path, headers={"Accept": "text/html,*/*"})
        assert answer.status_code == 404
        assert "There is no such page" in answer.text
        assert web.get(path).json()["type"] == "/problems/not-found"
        assert web.get("/api/v1/nowhere", headers={"Accept": "text/html"}).json()["type"] == "/problems/not-found"

    @pytest.mark.parametrize("status", sorted(pages.ERRORS))
    def test_every_refusal_has_its_words(self, web: TestClient, status: int) -> None:
        page = pages.error_page(web.app.state.web, status)  # type: ignore[attr-defined]
        assert page.status_code == status
        assert pages.ERRORS[status][0].encode() in page.body
