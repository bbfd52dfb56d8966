"""Handing in a proof of identity."""

import re
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.case_reader import CaseReader
from adapters.database.tables import IdentityEvidence
from adapters.quotas import MOST_PROOFS
from domain.events import Tag
from tests.api.visiting import a_link, hidden
from tests.case_in_hand import CaseInHand


@pytest.fixture
def asked(web: TestClient, opened_case: CaseInHand) -> CaseInHand:
    """A case whose person was asked for more than the mailbox, on the follow page."""
    opened_case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(opened_case.mailbox), how="code")
    opened_case.happen(Tag.IDENTITY_MORE_REQUESTED)
    web.get(f"/follow/{a_link(opened_case, 'follow')}")
    return opened_case


def blobs(case: CaseInHand) -> int:
    return sum(path.is_file() for path in Path(case.resources.settings.blobs_url).rglob("*"))


class TestProof:
    FILE = ("passport.jpg", b"\xff\xd8\xff\xe0 a photograph", "image/jpeg")

    def test_a_proof_of_identity_is_sealed_and_taken_once(self, web: TestClient, asked: CaseInHand) -> None:
        page = web.get("/follow").text
        form = {"command": self._marks(page)}
        for _ in range(2):
            answer = web.post("/follow/evidence", data=form, files={"files": self.FILE})
            assert answer.status_code == 200
            assert "We have your file" in answer.text
        assert len(CaseReader(asked.resources).get(asked.id).state.evidence) == 1
        with asked.resources.database.read() as session:
            (row,) = session.exec(select(IdentityEvidence)).all()
        assert row.blob is not None
        assert blobs(asked) == 1

    @pytest.mark.parametrize(
        ("file", "told"),
        [
            (("a.txt", b"words", "text/plain"), "Send a photograph"),
            (("a.png", b"", "image/png"), "This file is empty"),
            (("a.jpg", b"<html><script>", "image/jpeg"), "Send a photograph"),
            (("a.pdf", b"MZ\x90\x00 a program", "application/pdf"), "Send a photograph"),
        ],
    )
    def test_what_is_no_proof_is_not_kept(
        self, web: TestClient, asked: CaseInHand, file: tuple[str, bytes, str], told: str
    ) -> None:
        answer = web.post("/follow/evidence", data={"command": self._marks(web.get("/follow").text)}, files={"files": file})
        assert answer.status_code == 422
        assert told in answer.text
        assert blobs(asked) == 0

    def test_a_forged_form_leaves_nothing(self, web: TestClient, asked: CaseInHand) -> None:
        answer = web.post("/follow/evidence", data={"command": "0 0"}, files={"files": self.FILE})
        assert answer.status_code == 410
        assert blobs(asked) == 0

    def test_too_large_a_file_is_not_read(self, web: TestClient, asked: CaseInHand) -> None:
        answer = web.post("/follow/evidence", headers={"Content-Length": "99000000"}, content=b"")
        assert answer.status_code == 413
        assert blobs(asked) == 0

    def test_nobody_fills_the_disk_with_proofs(self, web: TestClient, asked: CaseInHand) -> None:
        answers = []
        for _ in range(MOST_PROOFS + 2):
            form = {"command": self._marks(web.get("/follow").text)}
            answers.append(web.post("/follow/evidence", data=form, files={"files": self.FILE}).status_code)
        assert answers == [200] * MOST_PROOFS + [422] * 2
        assert blobs(asked) == MOST_PROOFS

    def test_a_mailbox_that_is_not_proven_yet_was_asked_for_nothing(self, web: TestClient, opened_case: CaseInHand) -> None:
        page = web.get(f"/follow/{a_link(opened_case, 'follow')}").text
        marks = hidden(page)
        form = {"command": f"{marks['key']} {marks['once']}"}
        answer = web.post("/follow/evidence", data=form, files={"files": self.FILE})
        assert (answer.status_code, blobs(opened_case)) == (409, 0)

    def test_nobody_who_was_not_asked_can_send_one(self, web: TestClient, opened_case: CaseInHand) -> None:
        opened_case.proven()
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        assert web.post("/follow/evidence", data={"command": "0 0"}, files={"files": self.FILE}).status_code == 409

    def _marks(self, page: str) -> str:
        return unescape(re.findall(r'name="command" value="([^"]*)"', page)[0])
