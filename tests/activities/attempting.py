"""Codes and links of a case, typed and judged."""

from datetime import UTC, datetime
from uuid import UUID

from adapters.attempts import judge
from adapters.codes import CodePurpose, issue_code
from adapters.database.tables import CaseIdentifierRow
from adapters.links import make_link, record_attempt
from domain.messages import Verdict
from tests.case_in_hand import CaseInHand

NOW = datetime.now(UTC)


def code(case: CaseInHand, at: datetime = NOW, purpose: CodePurpose = "verify", identifier: UUID | None = None) -> str | None:
    wanted = identifier or case.mailbox
    with case.resources.database.write() as session:
        address = session.get(CaseIdentifierRow, wanted)
        assert address is not None
        return issue_code(session, case.resources.vault, address, purpose, at)


def link(case: CaseInHand) -> str:
    mailbox = case.mailbox
    with case.resources.database.write() as session:
        return make_link(session, case.id, "verify", mailbox, NOW)


def attempt(
    case: CaseInHand,
    *,
    code: str | None = None,
    token: str | None = None,
    at: datetime = NOW,
    purpose: CodePurpose = "verify",
) -> UUID:
    with case.resources.database.write() as session:
        return record_attempt(session, case.resources.vault, case.id, purpose, code=code, token=token, now=at)


def judged(case: CaseInHand, attempt_id: UUID) -> Verdict:
    with case.resources.database.write() as session:
        return judge(session, case.id, attempt_id, datetime.now(UTC))


def wrong(digits: str | None, shift: int = 1) -> str:
    assert digits is not None
    return f"{(int(digits) + shift) % 10**8:08d}"
