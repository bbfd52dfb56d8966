"""What a person does in the portal, as a browser without JavaScript does it, and what came of it."""

import re
from datetime import UTC, datetime
from html import unescape

import httpx2
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.codes import CodePurpose, issue_code
from adapters.database.case_reader import CaseReader
from adapters.database.tables import CaseIdentifierRow, CaseReceipt
from adapters.links import LinkPurpose, make_link
from adapters.resources import Resources
from domain.rights import Outcome, Status
from tests.activities.package_case import SearchedCase
from tests.case_in_hand import CaseInHand

WRITTEN = {"rights": ["access", "objection"], "email": "Ruth@Example.com", "name": "Ruth Adeyemi", "country": "GB"}


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    fields = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}
    assert fields
    return fields


def marks(page: str) -> dict[str, str]:
    """What every form of a page carries against forged and repeated posts."""
    return {name: value for name, value in hidden(page).items() if name in {"key", "once"}}


def fill(web: TestClient, **changes: object) -> httpx2.Response:
    """Fill in the form and send it from the page with the answers."""
    return web.post("/", data=marks(web.get("/").text) | {"step": "check"} | WRITTEN | changes)


def receipts(resources: Resources) -> list[CaseReceipt]:
    with resources.database.read() as session:
        return list(session.exec(select(CaseReceipt)).all())


def a_code(case: CaseInHand | SearchedCase, purpose: CodePurpose) -> str:
    with case.resources.database.write() as session:
        address = session.get_one(CaseIdentifierRow, case.mailbox)
        code = issue_code(session, case.resources.vault, address, purpose, datetime.now(UTC))
    assert code is not None
    return code


def a_link(case: CaseInHand | SearchedCase, purpose: LinkPurpose) -> str:
    with case.resources.database.write() as session:
        return make_link(session, case.id, purpose, case.mailbox, datetime.now(UTC))


def status_of(case: CaseInHand | SearchedCase) -> tuple[Status, Outcome | None]:
    state = CaseReader(case.resources).get(case.id).state
    return state.status, state.outcome
