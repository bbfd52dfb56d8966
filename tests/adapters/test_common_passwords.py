"""What guessing begins with is refused, and words that nobody could have named are not (ASVS 6.2.4, 6.2.11, 6.2.12)."""

import pytest

from adapters.common_passwords import is_common

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
