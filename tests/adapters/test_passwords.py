import pytest

from adapters.passwords import hash_password, random_password, verify_password
from domain.errors import InvalidInputError


def test_a_password_opens_its_own_hash_alone() -> None:
    stored = hash_password("four plain old words")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert verify_password("four plain old words", stored)
    assert not verify_password("four plain old word", stored)


@pytest.mark.parametrize("password", ["short", "eleven char", "aaaaaaaaaaaaaaaa", "x1y2" * 40])
def test_what_anybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        hash_password(password)
    assert password not in str(refused.value.facts)


def test_nobody_has_no_password() -> None:
    assert not verify_password("four plain old words", None)
    assert not verify_password("four plain old words", "not a hash")


def test_a_random_password_will_do() -> None:
    assert hash_password(random_password()) != hash_password(random_password())
