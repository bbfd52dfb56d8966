from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from adapters.case_vault import CaseVault
from adapters.key_cache import KEPT_SECONDS, KeyCache
from adapters.keyring import KeyRing
from adapters.keystore import KeyStore
from adapters.vault import Vault
from domain.errors import InvalidInputError, KeyMissingError, SealBrokenError, SettingsError
from tests.adapters.vault_factory import fresh_vault


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    opened = fresh_vault(tmp_path)
    yield opened
    opened.close()


def new_case(vault: Vault) -> UUID:
    case_id = uuid4()
    vault.make_case_key(case_id)
    return case_id


def reopened(vault: Vault, tmp_path: Path) -> Vault:
    vault.close()
    return fresh_vault(tmp_path)


def test_sealed_cells_open_after_a_restart(vault: Vault, tmp_path: Path) -> None:
    case_id = new_case(vault)
    sealed = vault.case(case_id).seal("receipt", "message", "7", b"Please send me my data")
    index, install = vault.index_email("anna@example.org"), vault.install
    again = reopened(vault, tmp_path)
    assert again.case(case_id).open("receipt", "message", "7", sealed) == b"Please send me my data"
    assert (again.index_email("anna@example.org"), again.install) == (index, install)
    again.close()


def test_cell_cannot_be_moved(vault: Vault) -> None:
    case, other = vault.case(new_case(vault)), vault.case(new_case(vault))
    sealed = case.seal("receipt", "message", "7", b"text")

    def refuses(opener: CaseVault, table: str, column: str, row: str) -> None:
        with pytest.raises(SealBrokenError):
            opener.open(table, column, row, sealed)

    refuses(other, "receipt", "message", "7")
    refuses(case, "note", "message", "7")
    refuses(case, "receipt", "name", "7")
    refuses(case, "receipt", "message", "8")
    refuses(case, "receiptm", "essage", "7")


def test_same_text_is_sealed_differently_every_time(vault: Vault) -> None:
    case = vault.case(new_case(vault))
    sealed = {case.seal("t", "c", "1", b"same") for _ in range(100)}
    assert len({each[1:13] for each in sealed}) == 100
    assert all(len(each) == 1 + 12 + 4 + 16 for each in sealed)


def test_case_key_is_made_once(vault: Vault) -> None:
    case_id = new_case(vault)
    sealed = vault.case(case_id).seal("t", "c", "1", b"x")
    vault.make_case_key(case_id)
    assert vault.case(case_id).open("t", "c", "1", sealed) == b"x"


def test_case_without_key_is_refused(vault: Vault) -> None:
    with pytest.raises(KeyMissingError):
        vault.case(uuid4())


def test_destroyed_case_stays_destroyed(vault: Vault, tmp_path: Path) -> None:
    case_id = new_case(vault)
    held = vault.case(case_id)
    sealed = held.seal("t", "c", "1", b"x")
    vault.destroy_case_key(case_id, rule="access-closed", approver="7")
    vault.destroy_case_key(case_id, rule="access-closed", approver="7")
    with pytest.raises(KeyMissingError):
        held.open("t", "c", "1", sealed)
    with pytest.raises(KeyMissingError):
        vault.make_case_key(case_id)
    again = reopened(vault, tmp_path)
    with pytest.raises(KeyMissingError):
        again.case(case_id)
    again.close()


def test_evidence_has_a_key_of_its_own_and_may_come_again(vault: Vault) -> None:
    case_id = new_case(vault)
    vault.make_evidence_key(case_id)
    sealed = vault.evidence(case_id).seal("evidence", "scan", "1", b"scan")
    with pytest.raises(SealBrokenError):
        vault.case(case_id).open("evidence", "scan", "1", sealed)
    vault.destroy_evidence_key(case_id, rule="identity-decided", approver="7")
    with pytest.raises(KeyMissingError):
        vault.evidence(case_id)
    assert vault.case(case_id).seal("t", "c", "1", b"the case itself lives on")
    vault.make_evidence_key(case_id)
    with pytest.raises(SealBrokenError):
        vault.evidence(case_id).open("evidence", "scan", "1", sealed)


def test_cases_and_evidence_of_the_same_bytes_are_kept_apart(vault: Vault) -> None:
    case_id = new_case(vault)
    vault.make_evidence_key(case_id)
    case, evidence = vault.case(case_id), vault.evidence(case_id)
    assert case.receipt_mac("email", "a@b.example") != evidence.receipt_mac("email", "a@b.example")


def test_sweep_finds_cases_by_the_age_of_their_key(vault: Vault) -> None:
    case_id = new_case(vault)
    now = datetime.now(UTC)
    assert vault.cases_with_keys(created_before=now + timedelta(minutes=1)) == [case_id]
    assert vault.cases_with_keys(created_before=now - timedelta(days=1)) == []


def test_index_finds_one_mailbox_and_no_other(vault: Vault) -> None:
    assert vault.index_email(" Anna@Example.ORG ") == vault.index_email("anna@example.org")
    for other in ("ana@example.org", "anna+x@example.org", "\u0430nna@example.org", "anna@ex\u0430mple.org"):
        assert vault.index_email(other) != vault.index_email("anna@example.org")
    assert len(vault.index_email("anna@example.org")) == 32


def test_no_list_can_be_joined_to_another(vault: Vault, tmp_path_factory: pytest.TempPathFactory) -> None:
    value = "+442079460000"
    case, other = vault.case(new_case(vault)), vault.case(new_case(vault))
    elsewhere = fresh_vault(tmp_path_factory.mktemp("elsewhere"))
    macs = [
        vault.index_phone(value),
        vault.index_id("phone", value),
        vault.index_id("customer", value),
        vault.list_mac("phone", value),
        vault.code_mac("phone", value),
        bytes.fromhex(case.receipt_mac("phone", value)),
        bytes.fromhex(other.receipt_mac("phone", value)),
        elsewhere.index_phone(value),
    ]
    elsewhere.close()
    assert len(set(macs)) == len(macs)
    assert vault.code_mac("ab", "c") != vault.code_mac("a", "bc")


@pytest.mark.parametrize("hidden", ["a\u202eb", "a\u200bb", "a\nb", "a\x00b", "a\u2066b"])
def test_hidden_characters_are_refused_by_every_index(vault: Vault, hidden: str) -> None:
    with pytest.raises(InvalidInputError):
        vault.index_email(f"{hidden}@example.org")
    with pytest.raises(InvalidInputError):
        vault.index_phone(f"+4420794600{hidden}")
    with pytest.raises(InvalidInputError):
        vault.index_id("customer", hidden)


def test_payload_keys_rotate_and_old_ones_stay(vault: Vault, tmp_path: Path) -> None:
    first = vault.codec_key()
    second_kid = vault.rotate_codec_key()
    second = vault.codec_key()
    assert (first[0], second[0]) == ("DK_1", second_kid)
    assert first[1] != second[1]
    assert vault.codec_key("DK_1") == first
    again = reopened(vault, tmp_path)
    assert (again.codec_key(), again.codec_key("DK_1")) == (second, first)
    again.close()


def test_payload_key_made_by_another_process_is_found(vault: Vault, tmp_path: Path) -> None:
    other = fresh_vault(tmp_path)
    vault.codec_key()
    kid = other.rotate_codec_key()
    assert vault.codec_key(kid) == other.codec_key(kid)
    other.close()


@pytest.mark.parametrize("kid", ["", "DK_99", "MK", "IK_email", "DK_0", "DK_01", "DK_1 ", "DK_" + "9" * 30])
def test_nothing_else_is_a_payload_key(vault: Vault, kid: str) -> None:
    with pytest.raises(KeyMissingError):
        vault.codec_key(kid)


def test_ring_rotation_rewraps_and_a_running_process_follows(vault: Vault, tmp_path: Path) -> None:
    before, sealed_before = new_case(vault), []
    sealed_before.append(vault.case(before).seal("t", "c", "1", b"x"))
    running = fresh_vault(tmp_path)
    ring = KeyRing.load(tmp_path / "ring.json").rotate()
    assert vault.rewrap() == 7  # five singletons, one payload key, one case key
    assert vault.rewrap() == 0
    after = new_case(vault)
    assert running.case(after).seal("t", "c", "1", b"x")
    assert running.case(before).open("t", "c", "1", sealed_before[0]) == b"x"
    store = KeyStore(f"sqlite:///{tmp_path}/keys.db")
    assert {row.kid for row in store.every()} == {ring.primary}
    store.close()
    running.close()


def test_another_ring_is_refused_in_one_line(vault: Vault, tmp_path: Path) -> None:
    vault.close()
    (tmp_path / "ring.json").unlink()
    with pytest.raises(SettingsError, match="does not open this key store") as refused:
        fresh_vault(tmp_path)
    assert "\n" not in refused.value.message


def test_exchanged_rows_do_not_unwrap(vault: Vault, tmp_path: Path) -> None:
    """The name and purpose of a key are part of its wrap."""
    first, second = new_case(vault), new_case(vault)
    store = KeyStore(f"sqlite:///{tmp_path}/keys.db")
    theirs = store.find(str(second), "case")
    mine = store.find(str(first), "case")
    assert mine
    assert theirs
    store.replace([(mine, theirs)])
    with pytest.raises(SealBrokenError):
        vault.case(first)
    store.close()


def test_opened_keys_are_forgotten_after_five_minutes() -> None:
    now = 1000.0
    cache: KeyCache[int] = KeyCache(lambda: now)
    made = iter(range(10))
    assert cache.get("a", made.__next__) == 0
    now += KEPT_SECONDS - 1
    assert cache.get("a", made.__next__) == 0
    assert cache.get("b", made.__next__) == 1
    now += 2  # used or not, five minutes after it was made
    assert cache.get("a", made.__next__) == 2
    assert cache.get("b", made.__next__) == 1
    cache.forget("b")
    cache.forget("b")
    assert cache.get("b", made.__next__) == 3
