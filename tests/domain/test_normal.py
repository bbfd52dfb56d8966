"""Abuse test 3: the normal form is idempotent, and no two mailboxes share one."""

import itertools
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.errors import InvalidInputError
from domain.normal import normal_email, normal_phone, refuse_hidden

KELVIN, DOTLESS, CYRILLIC_A = "\u212a", "\u0131", "\u0430"

LOCALS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"]),
        st.sampled_from("aAkKiIhHsS.+-_\u0301\u0308\u0331\u0323\u0345\u212a\u212b\u0131\u0130\u017f\u1e9e\u00df\u037e\u1fef"),
    ),
    min_size=1,
    max_size=20,
)
DOMAINS = st.sampled_from(
    [
        "example.org",
        "EXAMPLE.org",
        "bücher.example",
        "BÜCHER.example",
        "faß.example",
        "xn--bcher-kva.example",
        "\uff45xample\uff0eorg",
        "example。org",
        "пример.example",
        "ex\u0061mple.org",
        "\u212aelvin.example",
    ]
)


@given(LOCALS, DOMAINS)
def test_normal_form_is_its_own_normal_form(local: str, domain: str) -> None:
    try:
        once = normal_email(f"{local}@{domain}")
    except InvalidInputError:
        assume(False)
    assert normal_email(once) == once


@given(LOCALS, DOMAINS)
def test_ascii_case_makes_no_difference(local: str, domain: str) -> None:
    def turned(text: str) -> str:
        return "".join(char.swapcase() if char.isascii() else char for char in text)

    try:
        normal = normal_email(f"{local}@{domain}")
    except InvalidInputError:
        with pytest.raises(InvalidInputError):
            normal_email(f"{turned(local)}@{domain}")
    else:
        assert normal_email(f"{turned(local)}@{domain}") == normal


FOLDINGS: list[Callable[[str], str]] = [
    str.upper,
    str.casefold,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFKC", text),
    lambda text: "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)),
    lambda text: text.replace(DOTLESS, "i").replace(KELVIN, "K").replace(".", ""),
]


def mailbox(local: str) -> str:
    """What RFC 6532 calls the same: canonical equivalence, except into ASCII, and here ASCII case."""
    kept = local.strip(" \t").translate({0x212A: "\ue000", 0x37E: "\ue001", 0x1FEF: "\ue002"})
    return "".join(char.lower() if char.isascii() else char for char in unicodedata.normalize("NFD", kept))


@given(LOCALS, st.sampled_from(FOLDINGS))
def test_different_mailboxes_keep_different_forms(local: str, folding: Callable[[str], str]) -> None:
    """Whatever a database's collation folds together, the index does not."""
    other = folding(local)
    try:
        same = normal_email(f"{local}@example.org") == normal_email(f"{other}@example.org")
    except InvalidInputError:
        assume(False)
    assert not same or mailbox(local) == mailbox(other)


LOOK_ALIKES = [
    "mike@example.org",
    f"m{DOTLESS}ke@example.org",
    f"mi{KELVIN}e@example.org",
    "m\u0130ke@example.org",
    "m\u00efke@example.org",
    "m\u0131ke@example.com",
    f"mike@ex{CYRILLIC_A}mple.org",
    "mike+tag@example.org",
    "m.ike@example.org",
    "\uff4dike@example.org",
    "mi\u03bae@example.org",
    "mike@example.com",
    "mike@mail.example.org",
    "straße@example.org",
    "strasse@example.org",
    "mike@faß.example",
    "mike@fass.example",
    "\u017fam@example.org",
    "sam@example.org",
    "ﬁn@example.org",
    "fin@example.org",
    "K@example.org",
    f"{KELVIN}@example.org",
    ";@example.org",
    "\u037e@example.org",
    "`@example.org",
    "\u1fef@example.org",
]


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(LOOK_ALIKES, 2)))
def test_look_alikes_are_told_apart(one: str, other: str) -> None:
    assert normal_email(one) != normal_email(other)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        (" Anna.Smith@Example.ORG\t", "anna.smith@example.org"),
        ("ANNA@BÜCHER.example", "anna@xn--bcher-kva.example"),
        ("anna@XN--BCHER-KVA.example", "anna@xn--bcher-kva.example"),
        ("anna@faß.example", "anna@xn--fa-hia.example"),
        ("zoe\u0308@example.org", "zo\u00eb@example.org"),
        ("H\u0331@example.org", "\u1e96@example.org"),  # composes only after lower-casing
        ("\u00c4@example.org", "\u00c4@example.org"),  # beyond ASCII, case is the mail server's business
        ('"Anna Smith"@example.org', '"anna smith"@example.org'),
        ('"a@b"@example.org', '"a@b"@example.org'),
    ],
)
def test_examples(typed: str, normal: str) -> None:
    assert normal_email(typed) == normal


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "anna",
        "anna@",
        "@example.org",
        "anna@example.org.",
        "anna@.example",
        "anna@exam ple.org",
        "anna smith@example.org",
        "Anna <anna@example.org>",
        "anna@example.org>",
        "anna@b\uff20example.org",
        "anna@[127.0.0.1]",
        "anna@-example.org",
        "anna@xn--zzzzzz\u00fc.example",
        "anna@example.org\nBcc: x@evil.example",
        "anna\u00a0b@example.org",
        "a" * 400 + "@example.org",
        "anna@" + "ä" * 300,
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        normal_email(typed)
    assert refused.value.facts == {"field": "email"}


# Control, bidi, zero width, soft hyphen, variation selector, Hangul filler, tag, private use, lone surrogate, unassigned.
HIDDEN = (
    "\x00\x07\n\x7f\x85\u061c\u200e\u200f\u202a\u202e\u2066\u2069"
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\ufe0f\u3164\U000e0061\ue000\ud800\u0378\u2028"
)


@pytest.mark.parametrize("char", HIDDEN, ids=lambda char: f"U+{ord(char):04X}")
def test_hidden_characters_are_refused(char: str) -> None:
    for typed in (f"an{char}na@example.org", f"anna@exam{char}ple.org", f"anna@example.org{char}"):
        with pytest.raises(InvalidInputError):
            normal_email(typed)
    with pytest.raises(InvalidInputError):
        refuse_hidden(char, field="id")


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("+442079460000", "+442079460000"),
        ("+44 20 7946-0000", "+442079460000"),
        ("0044 (20) 7946.0000", "+442079460000"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("+683 4000", "+6834000"),
    ],
)
def test_phone_numbers(typed: str, normal: str) -> None:
    assert normal_phone(typed) == normal
    assert normal_phone(normal) == normal


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "+",
        "020 7946 0000",
        "+44 (0)20 7946 0000",
        "+44( 0 )20",
        "+0123456789",
        "+123456",
        "+1234567890123456",
        "+44x20",
        "+٤٤٢٠٧٩٤٦٠٠٠٠",
        "++442079460000",
        "+44+2079460000",
        "+44\u200b2079460000",
    ],
)
def test_doubtful_phone_numbers_are_refused(typed: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        normal_phone(typed)
    assert refused.value.facts == {"field": "phone"}
