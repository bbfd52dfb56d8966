"""Attempts are judged once, counted and consumed in one transaction, under real concurrency. On SQLite and PostgreSQL."""

import io
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import select
from temporalio.exceptions import ApplicationError

from activities.case_log import CaseLog
from activities.identity import Identity
from adapters.attempts import judge
from adapters.codes import CODES, TRIES, CodePurpose, issue_code, wrong_tries
from adapters.database.case_reader import CaseReader
from adapters.database.tables import Attempt, CaseIdentifierRow, Code, IdentityEvidence, Link
from adapters.evidence import MOST_BYTES, store_evidence
from adapters.links import make_link, record_attempt
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.errors import CodeRefusedError, InvalidInputError, KeyMissingError, SequenceConflictError
from domain.events import CaseEvent, Tag
from domain.messages import CaseRef, RecordAttempt, Verdict
from tests import opened
from tests.case_in_hand import CaseInHand

NOW = datetime.now(UTC)
CROWD = 200


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


@pytest.fixture
def case(resources: Resources) -> CaseInHand:
    return CaseInHand(resources)


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


def test_the_right_code_proves_the_address_it_was_sent_to(case: CaseInHand) -> None:
    digits = code(case)
    assert digits is not None
    typed = f" {digits[:4]} {digits[4:]} "
    assert judged(case, attempt(case, code=typed)) == Verdict(accepted=True, identifier=case.mailbox)


def test_a_judged_attempt_answers_the_same_again_and_counts_once(case: CaseInHand) -> None:
    digits = code(case)
    good, bad = attempt(case, code=digits), attempt(case, code=wrong(digits))
    assert [judged(case, bad).accepted for _ in range(3)] == [False] * 3
    assert [judged(case, good).identifier for _ in range(3)] == [case.mailbox] * 3
    with case.resources.database.read() as session:
        assert session.exec(select(Code.tries)).one() == 2


def test_a_code_works_once(case: CaseInHand) -> None:
    digits = code(case)
    first, second = attempt(case, code=digits), attempt(case, code=digits)
    assert [judged(case, first).accepted, judged(case, second).accepted] == [True, False]


def test_five_wrong_tries_end_a_code(case: CaseInHand) -> None:
    digits = code(case)
    right = attempt(case, code=digits)
    assert not any(judged(case, attempt(case, code=wrong(digits, shift))).accepted for shift in range(1, TRIES + 1))
    assert not judged(case, right).accepted
    with pytest.raises(CodeRefusedError):
        attempt(case, code=digits)


def test_a_newer_code_ends_the_one_before(case: CaseInHand) -> None:
    old = code(case)
    new = code(case, NOW + timedelta(seconds=30))
    late = NOW + timedelta(seconds=60)
    assert not judged(case, attempt(case, code=old, at=late)).accepted
    assert judged(case, attempt(case, code=new, at=late)).accepted


def test_what_was_typed_in_time_holds_however_late_it_is_judged(case: CaseInHand) -> None:
    issued = NOW - timedelta(days=2)  # the worker was down for a weekend
    digits = code(case, issued)
    assert judged(case, attempt(case, code=digits, at=issued + timedelta(minutes=9))).accepted


def test_a_link_proves_its_address_and_uses_up_the_code_beside_it(case: CaseInHand) -> None:
    digits, token = code(case), link(case)
    both = attempt(case, token=token), attempt(case, code=digits)
    assert judged(case, both[0]) == Verdict(accepted=True, identifier=case.mailbox)
    assert not judged(case, both[1]).accepted
    with pytest.raises(CodeRefusedError):
        attempt(case, token=token)


def test_each_address_of_a_case_has_its_own_code(case: CaseInHand) -> None:
    second = case.second_address("ruth@work.imaginella.example")
    code(case)
    digits = code(case, identifier=second)
    assert judged(case, attempt(case, code=digits)) == Verdict(accepted=True, identifier=second)
    with case.resources.database.read() as session:
        unused = session.exec(select(Code).where(Code.identifier == case.mailbox)).one()
    assert unused.used_at is None


def test_a_code_serves_its_one_purpose(case: CaseInHand) -> None:
    opening, verifying = code(case, purpose="open_package"), code(case)
    assert not judged(case, attempt(case, code=verifying, purpose="open_package")).accepted
    assert not judged(case, attempt(case, code=opening)).accepted
    assert judged(case, attempt(case, code=opening, purpose="open_package")).accepted
    with pytest.raises(CodeRefusedError):
        attempt(case, token=link(case), purpose="open_package")


def test_an_attempt_of_another_case_is_unknown(case: CaseInHand) -> None:
    elsewhere = attempt(case, code=code(case))
    for case_id, attempt_id in ((uuid4(), elsewhere), (case.id, uuid4())):
        message = RecordAttempt(case_id=case_id, attempt=attempt_id, command_id="c", outcomes={})
        with pytest.raises(ApplicationError) as refused:
            CaseLog(case.resources).record_attempt(message)
        assert refused.value.type == "not-found"
        assert refused.value.non_retryable


@pytest.mark.parametrize("kind", ["link", "code", "both"])
def test_two_hundred_at_once_have_one_success(case: CaseInHand, kind: str) -> None:
    """Abuse test 11: two hundred parallel POSTs of one link and of one code."""
    digits, token = code(case), link(case)
    by_link = {"link": CROWD, "code": 0, "both": CROWD // 2}[kind]
    attempts = [attempt(case, token=token) for _ in range(by_link)]
    attempts += [attempt(case, code=digits) for _ in range(CROWD - by_link)]
    with ThreadPoolExecutor(max_workers=16) as crowd:
        verdicts = list(crowd.map(lambda each: judged(case, each), attempts))
    assert Counter(verdict.accepted for verdict in verdicts) == {True: 1, False: CROWD - 1}
    with case.resources.database.read() as session:
        assert len([row for row in session.exec(select(Attempt)).all() if row.accepted]) == 1


def test_one_attempt_judged_many_times_at_once_has_one_answer(case: CaseInHand) -> None:
    good = attempt(case, code=code(case))
    with ThreadPoolExecutor(max_workers=16) as crowd:
        verdicts = list(crowd.map(lambda _: judged(case, good), range(40)))
    assert {verdict.identifier for verdict in verdicts} == {case.mailbox}
    with case.resources.database.read() as session:
        assert session.exec(select(Code.tries)).one() == 1


def test_codes_asked_for_at_once_keep_the_cap(case: CaseInHand) -> None:
    cases = [case, *(CaseInHand(case.resources) for _ in range(15))]
    with ThreadPoolExecutor(max_workers=16) as crowd:
        codes = list(crowd.map(code, cases))
    assert len([digits for digits in codes if digits]) == CODES


def test_a_mailbox_is_guessed_at_twenty_five_times_a_day_and_its_owner_still_gets_in(resources: Resources) -> None:
    """Abuse test 13: fifty cases for one mailbox."""
    owner, *cases = [CaseInHand(resources) for _ in range(50)]
    tries = 0
    for other in cases:
        digits = code(other)
        for shift in range(1, 2 * TRIES):
            try:
                attempt_id = attempt(other, code=wrong(digits or "00000000", shift))
            except CodeRefusedError:
                break
            assert not judged(other, attempt_id).accepted
            tries += 1
    assert tries == CODES * TRIES == 25
    with resources.database.read() as session:
        address = session.get(CaseIdentifierRow, owner.mailbox)
        assert address is not None
        assert wrong_tries(session, address.value_index, "verify", NOW) == 25
    assert judged(owner, attempt(owner, token=link(owner))).accepted


def test_an_expired_link_proves_nothing(case: CaseInHand) -> None:
    token = link(case)
    waiting = attempt(case, token=token)
    with case.resources.database.write() as session:
        session.exec(select(Link)).one().expires_at = NOW
    assert not judged(case, waiting).accepted


def evidence_of(case: CaseInHand) -> IdentityEvidence:
    with case.resources.database.read() as session:
        return session.exec(select(IdentityEvidence).where(IdentityEvidence.case_id == case.id)).one()


def test_evidence_is_sealed_and_destroyed_for_good(case: CaseInHand) -> None:
    resources = case.resources
    photograph = b"\x89PNG\r\n\x1a\n" + b"a face" * 50_000
    evidence = store_evidence(resources, case.id, io.BytesIO(photograph), "image/png")
    row = evidence_of(case)
    assert row.id == evidence
    ref = BlobRef.model_validate(row.blob)
    with resources.blobs.read(resources.vault.evidence(case.id), ref) as blob:
        assert blob.read() == photograph
    files = [path for path in Path(resources.settings.blobs_url).rglob("*") if path.is_file()]
    assert not any(b"a face" in path.read_bytes() for path in files)
    for _ in range(2):  # done twice, nothing more happens
        Identity(resources).destroy_evidence(CaseRef(case_id=case.id))
    row = evidence_of(case)
    assert row.destroyed_at is not None
    assert row.blob is None
    with pytest.raises(KeyMissingError):
        resources.vault.evidence(case.id)
    assert not any(path.is_file() for path in Path(resources.settings.blobs_url).rglob("*"))
    assert resources.vault.case(case.id) is not None


def test_a_case_without_evidence_has_nothing_to_destroy(case: CaseInHand) -> None:
    Identity(case.resources).destroy_evidence(CaseRef(case_id=case.id))
    with pytest.raises(KeyMissingError):
        case.resources.vault.evidence(case.id)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<svg/>", "image/svg+xml"),
        (b"", "image/png"),
        (b"\xff\xd8\xff" * (MOST_BYTES // 3 + 1), "image/jpeg"),
        (b"MZ a program", "image/png"),
    ],
)
def test_what_is_no_proof_of_identity_is_not_kept(case: CaseInHand, content: bytes, media_type: str) -> None:
    with pytest.raises(InvalidInputError):
        store_evidence(case.resources, case.id, io.BytesIO(content), media_type)
    with case.resources.database.read() as session:
        assert session.exec(select(IdentityEvidence)).all() == []
    assert not any(path.is_file() for path in Path(case.resources.settings.blobs_url).rglob("*"))


def test_a_blob_of_no_row_is_not_left_behind(resources: Resources) -> None:
    nobody = uuid4()  # no receipt: the row breaks its foreign key
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        store_evidence(resources, nobody, io.BytesIO(b"\x89PNG\r\n\x1a\n"), "image/png")
    assert not any(path.is_file() for path in Path(resources.settings.blobs_url).rglob("*"))


def proving(case: CaseInHand, attempt_id: UUID, *, sequence: int | None = None, command: str = "confirm") -> RecordAttempt:
    """The attempt with what it makes happen if it proves the mailbox."""
    facts = {"identifier": str(case.mailbox), "how": "code"}
    number = CaseReader(case.resources).get(case.id).state.sequence + 1 if sequence is None else sequence
    event = CaseEvent(sequence=number, tag=Tag.IDENTIFIER_PROVEN, at=NOW, actor="subject", facts={**facts})
    return RecordAttempt(case_id=case.id, command_id=command, attempt=attempt_id, outcomes={case.mailbox: [event]})


def test_a_code_that_holds_has_its_effect_in_the_same_step_and_once(case: CaseInHand) -> None:
    message = proving(case, attempt(case, code=code(case)))
    first, again = (CaseLog(case.resources).record_attempt(message) for _ in range(2))
    assert first.verdict.identifier == case.mailbox
    assert first == again
    proven = [event for event in CaseReader(case.resources).events(case.id) if event.tag == Tag.IDENTIFIER_PROVEN.value]
    assert len(proven) == 1


def test_a_code_that_does_not_hold_is_counted_and_records_nothing(case: CaseInHand) -> None:
    issued = code(case)
    before = CaseReader(case.resources).get(case.id).state
    judged = CaseLog(case.resources).record_attempt(proving(case, attempt(case, code=wrong(issued))))
    assert (judged.verdict.accepted, judged.recorded) == (False, None)
    assert CaseReader(case.resources).get(case.id).state == before
    with case.resources.database.read() as session:
        assert [row.tries for row in session.exec(select(Code)).all()] == [1]


def test_a_code_is_not_used_up_when_what_it_proves_could_not_be_recorded(case: CaseInHand) -> None:
    attempt_id = attempt(case, code=code(case))
    with pytest.raises(ApplicationError) as conflict:
        CaseLog(case.resources).record_attempt(proving(case, attempt_id, sequence=1))  # another command wrote that one
    assert conflict.value.type == SequenceConflictError.kind
    assert CaseLog(case.resources).record_attempt(proving(case, attempt_id)).verdict.accepted
