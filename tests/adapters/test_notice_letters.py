"""A notice says everything that Article 34(2) asks for, in each of its languages, without a word of another in between."""

import re
from datetime import date
from html import unescape

import pytest

from adapters.letter_samples import sample_controller
from adapters.notice_letters import NoticeLetter, notice_text
from adapters.notice_samples import SAMPLES, sample_notice
from adapters.notice_words import LABELS
from domain.breach import Language
from domain.datamap_parts import Representative
from domain.notice import PARTS

SITE = "https://privacy.imaginella.example"
OTHERS: dict[Language, str] = {
    "en": r"\b(und|oder|Sie|vous|nous|les|der|die)\b",
    "de": r"\b(the|your|you|and|with|vous|nous|votre)\b",
    "fr": r"\b(the|your|you|and|with|Sie|und|oder)\b",
}
CONTROLLER = sample_controller().model_copy(
    update={
        "protection_officer": "Noor Haddad",
        "representative": Representative(
            name="Imaginella Vertretung GmbH", address=("Berlin",), country="DE", email="union@imaginella.example"
        ),
    }
)


def test_every_language_has_every_fixed_word() -> None:
    assert {frozenset(words) for words in LABELS.values()} == {frozenset(LABELS["en"])}


@pytest.mark.parametrize("language", LABELS)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_notice_is_whole_and_in_one_language(name: str, language: Language) -> None:
    rendered = sample_notice(name, CONTROLLER, SITE, language)
    text, page = " ".join(rendered.text.split()), unescape(" ".join(re.sub(r"<[^>]+>", " ", rendered.html).split()))
    labels = LABELS[language]
    headings = ("what", "consequences", "measures", "advice") if name == "breach_notice" else ("summary", "advice", "consent")
    own = re.sub(r"Imaginella privacy team|Information Commissioner|Sample Pictures LTD.*|\S+@\S+|https?://\S+", "", text)
    assert re.findall(OTHERS[language], own) == []
    assert f'<html lang="{language}">' in rendered.html
    mailbox = CONTROLLER.contacts.breach if name == "breach_notice" else CONTROLLER.contacts.requests
    for seen in (text, page):
        for label in (*headings, "contact", "officer", "complaints", "authority", "nothing"):
            assert labels[label] in seen, label
        for fact in (mailbox, "020 7946 0143", "Noor Haddad", CONTROLLER.contacts.complaints, f"{SITE}/notice/example"):
            assert fact in seen, fact
        assert ("union@imaginella.example" in seen) is (language != "en"), "the representative is for people in the Union"


def test_each_person_is_told_their_own_authority() -> None:
    told = {each: sample_notice("breach_notice", CONTROLLER, SITE, each).text for each in LABELS}
    assert "Information Commissioner" in told["en"]
    assert "Datenschutzaufsicht Ihres Bundeslandes" in " ".join(told["de"].split())
    assert "CNIL" in told["fr"]


def test_the_date_of_a_policy_is_in_the_words_of_the_letter() -> None:
    parts = dict.fromkeys(PARTS["policy_change"], "-")
    letter = NoticeLetter("policy_change", "de", "DE", "HAB-N1", parts, "2", date(2026, 12, 1))
    assert "Stand: Di. 1. Dezember 2026" in notice_text(letter, CONTROLLER, SITE).text.replace("\N{NO-BREAK SPACE}", " ")
