"""Many who try at once, or again and again: one success, and the cap holds. On SQLite and PostgreSQL."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from adapters.codes import CODES, TRIES, wrong_tries
from adapters.database.tables import Attempt, CaseIdentifierRow, Code
from adapters.resources import Resources
from domain.errors import CodeRefusedError
from tests.activities.attempting import NOW, attempt, code, judged, link, wrong
from tests.case_in_hand import CaseInHand

CROWD = 200


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
