"""The portal in three languages: the chosen one, or that of the request's letters, or the browser's; never two on one page."""

import dataclasses
import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.tables import CaseReceipt
from adapters.resources import Resources
from api.app import create_app
from api.face.days import day_near, size
from api.portal.languages import wanted
from domain.datamap import Purpose
from domain.events import Tag
from domain.incoming import Language
from domain.remedies import AUTHORITIES
from domain.rights import Right
from tests.activities.package_case import SearchedCase
from tests.api.conftest import FakeGateway
from tests.api.visiting import WRITTEN, a_code, a_link, fill, hidden, marks, receipts
from tests.case_in_hand import CaseInHand
from tests.factories import MONDAY

OTHERS: list[Language] = ["de", "fr"]
DONE = ("proven", "written", "answered", "address", "evidence", "code")  # what the page of a request says thanks for
# The controller's own words, and what is called the same in every language.
NAMES = re.compile(r"Small Company|HAB-|@|https?://|Information Commissioner")
AUTHORITIES_NAMES = {name for name, _ in AUTHORITIES.values()}


def sentences(page: str) -> set[str]:
    """What a page says in at least two words, names aside."""
    text = re.sub(r"<(title|script|style|textarea)\b.*?</\1>", " ", page, flags=re.DOTALL)
    pieces = (" ".join(unescape(piece).split()) for piece in re.split(r"<[^>]+>", text))
    said = {piece for piece in pieces if re.search(r"[^\W\d_]{2,} [^\W\d_]{2,}", piece) and not NAMES.search(piece)}
    return said - AUTHORITIES_NAMES


def alike(web: TestClient, path: str) -> set[str]:
    """The sentences that an English page and one in another language have in common; asked of every page of a visit."""
    found: set[str] = set()
    joined = "&" if "?" in path else "?"
    english = sentences(web.get(f"{path}{joined}language=en").text)
    assert english, path
    for language in OTHERS:
        page = web.get(f"{path}{joined}language={language}")
        assert f'<html lang="{language}">' in page.text
        assert page.headers["content-language"] == language
        found |= sentences(page.text) & english
    return found


def test_no_sentence_of_the_form_stays_english(web: TestClient) -> None:
    every = [right.value for right in Right]
    for path in ("/", "/all", "/complain", "/no-such-page", "/follow", f"/follow/hl1_{'A' * 43}"):
        web.headers["accept"] = "text/html"
        assert alike(web, path) == set()
    said: dict[str, object] = {"account": "yes", "mandate": "other", "seen_at": "a", "agent": "A", "agent_email": "b@c.example"}
    wrong = {"rights": [], "email": "no", "country": "XX", "agent": "", "agent_email": "no", "concerns": "no"}
    for step in ("what", "about", "help", "check", "whole"):
        for changes in ({"rights": every, "concerns": "HAB-7K3M9QXA"}, wrong):
            sent = marks(web.get("/").text) | WRITTEN | said | {"step": step} | changes
            pages = [sentences(web.post("/", data=sent | {"language": language}).text) for language in ("en", *OTHERS)]
            left = pages[0] & (pages[1] | pages[2]) - {WRITTEN["name"]}
            assert left - consent_titles(web) == set(), step


def consent_titles(web: TestClient) -> set[str]:
    """The controller's own words for its purposes, which its data map has in one language only."""
    return {each.title for each in web.app.state.web.resources.datamap.purposes}  # type: ignore[attr-defined]


def test_no_sentence_of_a_request_stays_english(web: TestClient, resources: Resources) -> None:
    assert alike(web, fill(web, country="IE").url.path) == set()
    claimed = CaseInHand(resources)
    token = a_link(claimed, "verify")
    for path in (f"/verify/{token}", f"/verify/{token}/not-me"):
        assert alike(web, path) == set()
    web.get(f"/follow/{a_link(claimed, 'follow')}")
    assert alike(web, "/follow") == set()
    proven = CaseInHand(resources, rights=[Right.ERASURE, Right.COMPLAINT])
    web.post(f"/verify/{a_link(proven, 'verify')}", data=marks(web.get(f"/verify/{a_link(proven, 'verify')}").text))
    for path in ("/follow", "/follow/withdraw", "/follow/not-me", "/follow/prove", *(f"/follow?done={each}" for each in DONE)):
        assert alike(web, path) == set()
    asked = CaseInHand(resources, rights=[Right.ACCESS, Right.PORTABILITY])
    asked.proven()
    asked.happen(Tag.CLARIFICATION_ASKED, note=str(asked.note("Which?", "caseworker:1")))
    web.get(f"/follow/{a_link(asked, 'follow')}")
    assert alike(web, "/follow") == set()
    asked.happen(Tag.REQUEST_CLOSED, outcome="withdrawn")
    assert alike(web, "/follow") == set()
    for purpose in ("stop", "dispute", "object", "mandate"):
        assert alike(web, f"/{purpose}/{a_link(claimed, purpose)}") == set()


def test_no_sentence_beside_the_copy_stays_english(web: TestClient, released: SearchedCase) -> None:
    web.get(f"/collect/{a_link(released, 'package')}")
    for path in ("/collect", "/collect?done=sent", "/collect?done=heard", "/collect?have=code", "/collect/wrong-person"):
        assert alike(web, path) == set()
    page = web.get("/collect?have=code&language=de").text
    refused = web.post("/collect/code", data=marks(page) | {"code": "1234"}).text
    assert "Der Code hat 8 Ziffern. Er steht in unserer E-Mail." in unescape(refused)
    web.post("/collect/code", data=marks(page) | {"code": a_code(released, "open_package")})
    assert alike(web, "/collect") == set()


def test_the_browsers_wish_counts_until_the_person_chooses_and_the_choice_stays(web: TestClient) -> None:
    french = {"Accept-Language": "fr-CH, fr;q=0.9, en;q=0.8"}
    assert '<html lang="fr">' in web.get("/", headers=french).text
    assert '<html lang="en">' in web.get("/").text, "a browser's wish is not kept"
    page = web.get("/?language=de", headers=french).text
    assert "Was möchten Sie tun?" in page
    assert 'aria-current="true">Deutsch<' in page
    assert "Was möchten Sie tun?" in web.get("/", headers=french).text
    assert '<html lang="fr">' in web.get("/?language=fr").text
    assert '<html lang="fr">' in web.get("/all?language=it").text, "none of ours changes nothing"


def test_another_language_in_the_middle_of_the_form_loses_nothing_and_needs_no_cookie(web: TestClient) -> None:
    written = marks(web.get("/").text) | WRITTEN | {"step": "help", "message": "Die Bilder vom Frühling."}
    page = web.post("/", data=written | {"speak": "de"}).text
    assert "Worum es geht" in page
    assert "Die Bilder vom Frühling." in page
    assert hidden(page)["name"] == WRITTEN["name"]
    web.cookies.clear()
    answers = web.post("/", data=hidden(page) | WRITTEN | {"message": "Die Bilder vom Frühling."}).text
    assert "Prüfen Sie Ihre Angaben" in answers


@pytest.mark.parametrize(
    ("chosen", "accepted", "message", "letters"),
    [
        ("de", "en", "Please delete the pictures that you have of me.", "de"),
        ("", "fr", "", "fr"),
        ("", "en", "Bitte löschen Sie die Bilder, die Sie von mir haben.", "de"),
        ("en", "de", "Bitte löschen Sie die Bilder, die Sie von mir haben.", "en"),
    ],
)
def test_letters_are_in_the_language_of_the_form(  # noqa: PLR0917 (a row of the table)
    web: TestClient, resources: Resources, chosen: str, accepted: str, message: str, letters: str
) -> None:
    web.headers["accept-language"] = accepted
    web.get(f"/?language={chosen}" if chosen else "/")
    fill(web, message=message)
    assert [row.language for row in receipts(resources)] == [letters]


def test_a_link_of_a_letter_opens_in_the_language_of_the_letter(web: TestClient, resources: Resources) -> None:
    case = CaseInHand(resources)
    with resources.database.write() as session:
        session.exec(select(CaseReceipt).where(CaseReceipt.case_id == case.id)).one().language = "de"
    assert "Ihre Anfrage" in web.get(f"/follow/{a_link(case, 'follow')}", headers={"Accept-Language": "en"}).text
    assert '<html lang="de">' in web.get("/follow").text
    assert '<html lang="fr">' in web.get(f"/verify/{a_link(case, 'verify')}?language=fr").text, "the person's choice goes first"


def test_the_words_of_the_data_map_are_said_in_the_language_of_the_page(resources: Resources, gateway: FakeGateway) -> None:
    controller = resources.datamap.controller
    contacts = controller.contacts.model_copy(update={"hours": "Mornings"})
    news = Purpose.model_validate(
        {"id": "news", "title": "To write", "lawful_basis": "consent", "automated_decisions": None, "trains_models": False}
    )
    changes = {
        "controller": controller.model_copy(update={"contacts": contacts}),
        "purposes": (*resources.datamap.purposes, news),
        "translations": {"de": {"To write": "Werbung", "Mornings": "Vormittags"}},
    }
    datamap = resources.datamap.model_copy(update=changes)
    with TestClient(create_app(dataclasses.replace(resources, datamap=datamap), gateway), base_url="http://127.0.0.1") as web:
        asked = {"step": "whole", "email": "no", "rights": ["withdraw_consent"]}
        pages = {
            each: web.post("/", data=marks(web.get("/").text) | WRITTEN | asked | {"language": each}).text
            for each in ("en", *OTHERS)
        }
    assert (">Werbung<" in pages["de"], "Vormittags" in pages["de"]) == (True, True)
    assert all(">To write<" in pages[each] and "Mornings" in pages[each] for each in ("en", "fr")), (
        "what lacks one stays as it is"
    )


def test_the_sum_of_a_clock_is_shown_in_every_language(web: TestClient, resources: Resources) -> None:
    web.get(f"/follow/{a_link(CaseInHand(resources, country='DE'), 'follow')}")
    for language, said in (("en", "Last day by law"), ("de", "Letzter Tag nach dem Gesetz"), ("fr", "Dernier jour selon la loi")):
        page = unescape(web.get(f"/follow?language={language}").text)
        assert said in page or said[:1].lower() + said[1:] in page
        assert 'class="line" lang=' not in page, "no line stays in English"


def test_the_controllers_own_language_is_for_whoever_wishes_none_of_the_three(resources: Resources, gateway: FakeGateway) -> None:
    controller = resources.datamap.controller.model_copy(update={"language": "fr"})
    datamap = resources.datamap.model_copy(update={"controller": controller})
    with TestClient(create_app(dataclasses.replace(resources, datamap=datamap), gateway), base_url="http://127.0.0.1") as web:
        assert '<html lang="fr">' in web.get("/", headers={"Accept-Language": "it, pl;q=0.7"}).text
        assert '<html lang="en">' in web.get("/", headers={"Accept-Language": "it, en;q=0.1"}).text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("en;q=0.3, fr;q=0.8", "fr"),
        ("de;q=0, fr", "fr"),
        ("*", "en"),
        ("it", "en"),
    ],
)
def test_a_browsers_wishes_count_by_their_weight(accepted: str, language: Language) -> None:
    assert wanted(accepted) == language


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Mon 23 November 2026, today", "1.2 MB", "12 Bytes"]),
        ("de", ["Mo. 23. November 2026, heute", "1,2 MB", "12 Bytes"]),
        ("fr", ["lun. 23 novembre 2026, aujourd'hui", "1,2 Mo", "12 octets"]),
    ],
)
def test_dates_and_sizes_are_those_of_the_language(language: Language, said: list[str]) -> None:
    there = [day_near(MONDAY.date(), MONDAY.date(), language), size(1_200_000, language), size(12, language)]
    assert [each.replace("\N{NO-BREAK SPACE}", " ") for each in there] == said
