"""What guessing begins with is refused, and words that nobody could have named are not (ASVS 6.2.4, 6.2.11, 6.2.12)."""

from pathlib import Path

import pytest

from adapters import breached_passwords
from adapters.breached_passwords import is_breached, written
from adapters.common_passwords import is_common
from adapters.passwords import hash_password
from domain.errors import InvalidInputError

ABOUT = ("Zoë Brandt-Maier", "zoe.brandt@imaginella.example", "Imaginella Ltd")


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "passwordpassword",
        "P@ssw0rd2026!",
        "123456789012",
        "qwertyuiop123",
        "1q2w3e4r5t6y",
        "abcdefghijkl",
        "Welcome2026!!",
        "iloveyou4ever!",
        "letmeinletmein",
        "Manchester2026",
        "AdminAdmin2026",
        "brandt-maier-1",
        "Imaginella2026",
        "Im4ginell4-Ltd",
        "zxcvbnmasdfgh",
    ],
)
def test_what_anybody_would_try_first(password: str) -> None:
    assert is_common(password, ABOUT)


@pytest.mark.parametrize(
    "password",
    ["four plain old words", "Regenschirm unter Wasser", "kettle violin gravel", "зелёный чайник поёт", "vT9-kQwz_Lm2xR"],
)
def test_what_nobody_could_name(password: str) -> None:
    assert not is_common(password, ABOUT)


def test_the_published_list_is_in_the_file() -> None:
    """What the shapes let through and people have used all the same; in large letters too."""
    leaked = ["123qweasdzxc", "leavemealone", "sonyericsson", "finalfantasy", "1qaz2wsx3edc4rfv", "JustinBieber"]
    assert [is_breached(each) for each in leaked] == [True] * len(leaked)
    assert not any(is_common(each) for each in leaked), "the shapes alone do not catch them"
    with pytest.raises(InvalidInputError, match="leaked"):
        hash_password("LeaveMeAlone")
    assert not is_breached("kettle violin gravel")


def test_the_file_is_written_from_a_list_and_holds_more_than_three_thousand() -> None:
    assert len(written(["short", "a password of some length", "A password of some length"])) == 5
    file = Path(breached_passwords.__file__).with_name("breached_passwords.bin")
    assert len(file.read_bytes()) // 5 > 40_000
