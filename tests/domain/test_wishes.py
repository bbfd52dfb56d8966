"""What people ask for in their own words is recognised, with the words that led to it; what they do not ask for is not."""

import pytest

from domain.language import language_of
from domain.rights import Right
from domain.wishes import suggestions_of

SAID = [
    (Right.ACCESS, "Please send me a copy of all the personal data you hold about me."),
    (Right.ACCESS, "This is a subject access request."),
    (Right.ACCESS, "Hiermit bitte ich um Auskunft nach Art. 15 DSGVO."),
    (Right.ACCESS, "Je souhaite exercer mon droit d'accès."),
    (Right.ACCESS, "Dear team,\nI would like a\ncopy of the data you\nkeep on my account."),
    (Right.ERASURE, "Kindly delete my account and all my data."),
    (Right.ERASURE, "Bitte löschen Sie alle meine Daten."),
    (Right.ERASURE, "Merci de supprimer toutes mes données."),
    (Right.RECTIFICATION, "Could you correct my account details?"),
    (Right.RESTRICTION, "I ask for restriction of the processing."),
    (Right.PORTABILITY, "I want my pictures in a machine-readable format."),
    (Right.OBJECTION, "I object to the use of my images for training."),
    (Right.OBJECTION, "Stop using my personal photos for advertising"),
    (Right.WITHDRAW_CONSENT, "I withdraw my consent."),
    (Right.AUTOMATED_DECISION_REVIEW, "I was banned by an automated decision and want a person to look at it."),
    (Right.TRANSFER_INFORMATION, "To which countries is my data sent?"),
    (Right.COMPLAINT, "I wish to complain about how you handled my data."),
    (Right.MINOR_REPORT, "My daughter is 12 and my daughter created an account."),
]


@pytest.mark.parametrize(("right", "words"), SAID, ids=[words[:40] for _, words in SAID])
def test_a_right_is_recognised_in_a_persons_own_words(right: Right, words: str) -> None:
    found = {each.right: each for each in suggestions_of("", words)}
    assert right in found
    assert found[right].score == 3
    assert found[right].words


@pytest.mark.parametrize(
    "words",
    [
        "Somebody hacked my account last night",
        "I can see other people's images in my gallery",
        "There is a data breach on your site",
        "Mein Konto wurde gehackt",
    ],
)
def test_a_suspected_breach_comes_before_everything_but_a_child(words: str) -> None:
    assert suggestions_of("", f"Please delete my account. {words}")[0].kind == "breach_report"


@pytest.mark.parametrize(
    "words",
    ["How do I change my avatar?", "Your product is great", "Invoice attached", "When do you open?", "Wie viel kostet das?", ""],
)
def test_an_ordinary_question_is_no_request(words: str) -> None:
    assert suggestions_of("Hello", words) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Please send me what you have about me and my account."),
        ("de", "Bitte senden Sie mir eine Kopie meiner Daten, die Sie über mich haben."),
        ("fr", "Bonjour, veuillez supprimer les données de mon compte. Merci."),
        ("en", "SAR"),
        ("en", "Grüße"),
        ("en", ""),
    ],
)
def test_the_language_is_the_one_the_person_wrote_in_and_english_in_doubt(language: str, text: str) -> None:
    assert language_of(text) == language
