"""Only a machine-readable zone whose check digits hold is certain; everything else is a suspicion or nothing."""

import pytest

from domain.identity_documents import (
    has_machine_readable_zone,
    is_called_like_document,
    reads_like_document,
    says_it_is_attached,
)

# The specimens of ICAO 9303, parts 4, 5 and 6.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"


@pytest.mark.parametrize("zone", [TD3, TD2, TD1])
def test_the_specimens_are_certain_also_when_spaced_out_between_other_lines(zone: str) -> None:
    assert has_machine_readable_zone(f"Reisepass\n\n{zone.replace('<<', '< <')}\nMünchen")


@pytest.mark.parametrize("zone", [TD3, TD2, TD1])
def test_one_wrong_digit_makes_a_suspicion_of_it(zone: str) -> None:
    changed = zone.replace("740812", "740813")
    assert not has_machine_readable_zone(changed)
    assert reads_like_document(changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Invoice 1207\nDate of issue: 3 May 2026\nNationality of the supplier: Irish",
        "My passport was stolen on holiday, and my photographs with it.",
        "A" * 44 + "\n" + "1" * 44,
    ],
)
def test_other_texts_are_nothing(text: str) -> None:
    assert not has_machine_readable_zone(text)
    assert not reads_like_document(text)


def test_a_title_with_the_fields_of_a_document_is_a_suspicion() -> None:
    assert reads_like_document("PERSONALAUSWEIS\nGeburtstag 12.08.1974\nStaatsangehörigkeit DEUTSCH\nGültig bis 01.01.2030")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Attached is a copy of my passport.", True),
        ("Im Anhang finden Sie meinen Personalausweis.", True),
        ("Vous trouverez ci-joint ma carte d'identité.", True),
        ("My passport is blue. I attach the invoice.", False),
        ("Please send me a copy of my data.", False),
    ],
)
def test_what_a_mail_says_of_its_attachments(text: str, *, said: bool) -> None:
    assert says_it_is_attached(text) is said


@pytest.mark.parametrize(("name", "called"), [("my_id.pdf", True), ("Reisepass.jpg", True), ("video.jpg", False)])
def test_names(name: str, *, called: bool) -> None:
    assert is_called_like_document(name) is called
