"""The certificate of an erasure speaks the language of the case's letters, whole; what is signed for machines does not change."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from activities.package_index import TEMPLATES
from adapters.database.erasure_tables import ErasurePlanRow
from adapters.database.tables import CaseReceipt
from domain.erasure_messages import PlanMade
from domain.incoming import Language
from tests import opened
from tests.activities import erasing as erasings
from tests.activities import shop as shops
from tests.activities.erasing import Erasing
from tests.activities.test_package_language import sentences

OTHERS: tuple[Language, ...] = ("de", "fr")
RECIPIENTS = """recipients:
  - {id: hosting, name: Northern Hosting Ltd, kind: processor, description: stores data, country: GB, contact: a@north.example,
     contract: {title: Agreement, signed: 2024-01-10}}
  - {id: pictures, name: Pictures Ltd, kind: processor, description: makes pictures, country: GB, contact: b@pics.example,
     contract: {title: Agreement, signed: 2024-01-10}}
  - {id: mail, name: Parcels Ltd, kind: processor, description: sends parcels, country: GB, contact: c@parcels.example,
     contract: {title: Agreement, signed: 2024-01-10}}
  - {id: partner, name: Partner Ltd, kind: controller, description: shows drafts, country: GB, contact: d@partner.example}
"""
WORDS = {
    "de": {
        "Privacy team": "Das Datenschutz-Team",
        "The app": "Die App",
        "Billing": "Abrechnung",
        "Files": "Dateien",
        "The payment provider": "Der Zahlungsdienst",
        "Your account": "Ihr Konto",
        "Where you are signed in": "Wo Sie angemeldet sind",
        "Your drafts": "Ihre Entwürfe",
        "Your devices": "Ihre Geräte",
        "Your invoices": "Ihre Rechnungen",
        "What you uploaded": "Was Sie hochgeladen haben",
        "Your pictures": "Ihre Bilder",
        "Your payments": "Ihre Zahlungen",
        "Tax law obliges us to keep invoices": "Das Steuerrecht verpflichtet uns, Rechnungen aufzubewahren",
    },
    "fr": {
        "Privacy team": "L'équipe de protection des données",
        "The app": "L'application",
        "Billing": "Facturation",
        "Files": "Fichiers",
        "The payment provider": "Le prestataire de paiement",
        "Your account": "Votre compte",
        "Where you are signed in": "Vos sessions ouvertes",
        "Your drafts": "Vos brouillons",
        "Your devices": "Vos appareils",
        "Your invoices": "Vos factures",
        "What you uploaded": "Ce que vous avez envoyé",
        "Your pictures": "Vos images",
        "Your payments": "Vos paiements",
        "Tax law obliges us to keep invoices": "Le droit fiscal nous oblige à conserver les factures",
    },
}
SAID = {
    "de": (
        "Bescheinigung der Löschung",
        "Die App: Ihre Entwürfe 1 Eintrag gelöscht",
        "Ihre Geräte 1 Eintrag unkenntlich gemacht: nichts darin führt mehr zu Ihnen",
        "Das Steuerrecht verpflichtet uns, Rechnungen aufzubewahren (Artikel 17 Absatz 3 Buchstabe b). Bis ",
        "Ihre Entwürfe 1 Eintrag noch da",
        "Northern Hosting Ltd Hat bestätigt, dass Ihre Daten dort gelöscht sind.",
        "Nach britischem Recht",
    ),
    "fr": (
        "Attestation d\N{RIGHT SINGLE QUOTATION MARK}effacement",
        "L'application : Vos brouillons Effacé : 1 élément",
        "Vos appareils Rendu anonyme : 1 élément ; plus rien n'y mène à vous",
        "Le droit fiscal nous oblige à conserver les factures (article 17, paragraphe 3, point b). Jusqu'au ",
        "Vos brouillons Encore là : 1 élément",
        "Northern Hosting Ltd A confirmé que vos données y sont effacées.",
        "En droit britannique",
    ),
}


@pytest.fixture(params=[True], ids=["translated"])
def erasing(request: pytest.FixtureRequest, tmp_path: Path, database_url: str, source_urls: dict[str, str]) -> Iterator[Erasing]:
    """The shop of other erasures, with recipients and, unless a test says otherwise, a data map that speaks three languages."""
    path = erasings.datamap(tmp_path)
    text = path.read_text(encoding="utf-8").replace("recipients: []\n", RECIPIENTS)
    text = text.replace(
        "        table: drafts\n", "        recipients: [hosting, pictures, mail, partner]\n        table: drafts\n"
    )
    words = f"translations: {json.dumps(WORDS, ensure_ascii=False)}\n" if request.param else ""
    path.write_text(text + words, encoding="utf-8")
    with (
        opened.resources(tmp_path / "home", database_url, path) as resources,
        shops.opened(resources, source_urls, tmp_path / "store") as shop,
    ):
        yield Erasing(erasings.filled(shop))


def carried_out(erasing: Erasing) -> PlanMade:
    """Erased but for a row that came back."""
    made = erasing.plan()
    erasing.carry_out(made)
    erasing.shop.insert("drafts", (1, 7, "came back", None))
    erasing.look(made)
    return made


def certificate_in(erasing: Erasing, made: PlanMade, language: str, folder: Path) -> str:
    """The certificate of a person who wrote in a language, as if it were the first."""
    with erasing.shop.resources.database.write() as session:
        session.get_one(CaseReceipt, erasing.case.id).language = language
        session.execute(update(ErasurePlanRow).values(certificate=None))
    erasing.certify(made, instructed=["hosting", "pictures"], confirmed=["hosting"], skipped=["store"])
    return erasing.certificate(made, folder)


def test_it_says_the_same_facts_and_no_sentence_in_english(erasing: Erasing, tmp_path: Path) -> None:
    made = carried_out(erasing)
    english = certificate_in(erasing, made, "en", tmp_path)
    document = json.loads(erasing.member(made, "certificate.json"))
    assert "The app: Your drafts 1 record erased" in english
    for language in OTHERS:
        text = certificate_in(erasing, made, language, tmp_path)
        for said in SAID[language]:
            assert said in text
        assert sentences(text) & sentences(english) == set()
        theirs = json.loads(erasing.member(made, "certificate.json"))
        own = {"created", "pdf_sha256"}  # of each certificate its own
        assert {name: theirs[name] for name in theirs if name not in own} == {
            name: document[name] for name in document if name not in own
        }


@pytest.mark.parametrize("erasing", [False], indirect=True, ids=["untranslated"])
def test_what_the_data_map_has_only_in_english_is_said_to_be_so_and_quoted(erasing: Erasing, tmp_path: Path) -> None:
    text = certificate_in(erasing, carried_out(erasing), "de", tmp_path)
    assert "Was wir in unserem Verzeichnis festgehalten haben, steht hier in der Sprache, in der es dort steht." in text
    assert "Ein Gesetz verpflichtet uns, es aufzubewahren: „Tax law obliges us to keep invoices“ (Artikel 17" in text


@pytest.mark.parametrize("language", OTHERS)
def test_its_template_holds_no_line_and_no_head_in_english(language: Language) -> None:
    english, other = (
        (TEMPLATES / "letter" / name).read_text(encoding="utf-8").partition("#metadata")[2]
        for name in ("certificate.typ", f"certificate_{language}.typ")
    )
    for prose in (
        re.compile(r"^ *(?:=+ )?[A-Z].*$", re.MULTILINE),
        re.compile(r"\[[A-Z][^\[\]]+\]"),
        re.compile(r'"[A-Z]\w+[^"]*"'),
    ):
        found = set(prose.findall(english))
        assert len(found) > 2
        assert found & set(prose.findall(other)) <= {'"System"'}
