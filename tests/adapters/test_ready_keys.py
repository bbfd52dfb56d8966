"""Keys made in advance are durable before anybody has one, and are given out once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from adapters.keystore import WrappedKey
from adapters.ready_keys import KEPT_SECONDS, READY, ReadyKeys
from tests.adapters.vault_factory import fresh_vault


class Maker:
    """Counts what it makes; fails while it is `broken`."""

    def __init__(self) -> None:
        self.made = 0
        self.broken = False

    def __call__(self, count: int) -> list[WrappedKey]:
        if self.broken:
            raise OperationalError("INSERT", {}, Exception("locked"))
        self.made += count
        return [WrappedKey(f"{self.made}-{place}", "case", "RK_1", b"") for place in range(count)]


def test_two_cases_never_get_the_same_key_however_many_come_at_once(tmp_path: Path) -> None:
    vault = fresh_vault(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        cases = list(threads.map(lambda _: vault.new_case(), range(3 * READY)))
    assert len(set(cases)) == len(cases)
    vault.close()


def test_a_key_opens_after_the_process_died(tmp_path: Path) -> None:
    vault = fresh_vault(tmp_path)
    case_id = vault.new_case()
    sealed = vault.case(case_id).seal("case_receipt", "message", "1", b"mine")
    again = fresh_vault(tmp_path)  # beside the first, which was never closed
    assert again.case(case_id).open("case_receipt", "message", "1", sealed) == b"mine"
    again.close()
    vault.close()


def test_a_case_that_was_given_back_is_given_to_somebody_else(tmp_path: Path) -> None:
    vault = fresh_vault(tmp_path)
    unused = vault.new_case()
    vault.return_case(unused)
    assert unused in {vault.new_case() for _ in range(2 * READY)}
    vault.close()


def test_keys_are_made_many_at_a_time() -> None:
    maker = Maker()
    keys = ReadyKeys(maker)
    keys.take()
    keys.close()
    assert maker.made == 1 + READY
    for _ in range(READY // 4):
        keys.take()
    keys.close()
    assert maker.made == 1 + READY


def test_a_key_that_the_sweep_may_have_destroyed_is_not_given_out() -> None:
    now = 0.0
    keys = ReadyKeys(Maker(), clock=lambda: now)
    keys.take()
    keys.close()
    old = keys.take().object
    now = KEPT_SECONDS
    assert keys.take().object.partition("-")[0] != old.partition("-")[0]
    keys.close()


def test_a_key_store_that_is_away_is_told_to_whoever_needs_a_key() -> None:
    maker = Maker()
    maker.broken = True
    keys = ReadyKeys(maker)
    with pytest.raises(OperationalError):
        keys.take()
    maker.broken = False
    assert keys.take()
    keys.close()


def test_a_new_case_is_named_by_a_random_uuid(tmp_path: Path) -> None:
    vault = fresh_vault(tmp_path)
    assert isinstance(case_id := vault.new_case(), UUID)
    assert case_id.version == 4
    vault.close()
