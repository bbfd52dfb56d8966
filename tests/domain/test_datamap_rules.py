"""Every rule of the data map refuses what breaks it, on the line that is wrong, with a sentence that says what to write."""

from pathlib import Path

import pytest

from domain.datamap import DataMap, check_static
from domain.datamap_text import Finding
from domain.errors import DataMapError

PAGE = (Path(__file__).parents[2] / "docs" / "datamap.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.partition("<!-- example -->\n```yaml\n")[2].partition("\ntranslations:")[0]

CONNECTION = '    connection: {read: "${SHOP_DATABASE_URL}", change: "${SHOP_CHANGE_URL}"}\n'
RECIPIENTS = "recipients: []"
HOSTING = """recipients:
  - id: hosting
    name: Hosting Ltd
    kind: processor
    description: Infrastructure
    country: GB
    contract: {title: Agreement, signed: 2024-03-01}
    contact: privacy@hosting.example
"""
ORDERS = "      - name: orders\n"
LAST = "        created_at_field: ordered_at\n"


def changed(*pairs: tuple[str, str]) -> str:
    text = EXAMPLE
    for old, new in pairs:
        assert old in text, old
        text = new.join(text.rsplit(old, 1))  # the last of them: that of `orders`, where both collections have it
    return text


def errors(text: str) -> list[Finding]:
    return [finding for finding in check_static(text) if finding.severity == "error"]


def line_of(text: str, part: str) -> int:
    numbers = [number for number, line in enumerate(text.splitlines(), start=1) if part in line]
    assert numbers, part
    return numbers[-1]


# what is changed, the line that is wrong, words of the sentence
BROKEN = [
    # shape
    (("        retention: account\n", ""), "- name: orders", "retention rule"),
    (("        purpose: shop\n", ""), "- name: orders", "purpose from the list"),
    (("        lawful_basis: contract\n", ""), "- name: orders", "lawful basis"),
    (("        erasure: {action: delete}\n", ""), "- name: orders", "what erasure does"),
    (("        origin: provided\n", ""), "- name: orders", "where its data come from"),
    ((", same_person: yes", ""), "shop.customers.id", "same_person"),
    (("  representative: null\n", ""), "controller:", "Article 27"),
    (("- name: orders", "- name: by_hand"), "- name: by_hand", "what people find"),
    (
        ("  representative: null\n", "  representative: null\n  proclaimed_holidays: [{country: US, day: 2027-05-10}]\n"),
        "country: US",
        "no other country's holidays",
    ),
    (("    trains_models: no\n", ""), "id: shop", "`trains_models` is missing"),
    (("period: 12 months", "period: P12M"), "period: P12M", "30 days, 12 months"),
    (("period: 12 months", "period: for ever"), "period: for ever", "30 days, 12 months"),
    (("country: GB\n", "country: gb\n"), "country: gb", "two capitals"),
    (("country: GB\n", "country: no\n"), "country: no", "country"),
    (("name: customers", "name: Customers"), "name: Customers", "short name"),
    (("table: orders", 'table: "orders; DROP TABLE customers"'), "DROP TABLE", "plain table name"),
    (("table: orders", "table: '\"orders\"'"), "table: '", "plain table name"),
    (("          article:", '          "art icle":'), "art icle", "plain column name"),
    (("email: {category: contact}", "email: {categorie: contact}"), "categorie", "Did you mean `category`"),
    (("action: delete", "action: burn"), "action: burn", "has to be one of"),
    (("version: 1\n", "version: 2\n"), "version: 2", "`version: 1`"),
    (("recipients: []", "recipients: nobody"), "recipients: nobody", "has to be a list"),
    (("recipients: []", "recipient: []"), "recipient: []", "There is no section `recipient`"),
    # what refers to nothing
    (
        (
            "    automated_decisions: null\n",
            "    automated_decisions: {logic: A, significance: B, review: C, collections: [shop.prompts]}\n",
        ),
        "shop.prompts",
        "There is no collection `shop.prompts`",
    ),
    (("purpose: shop", "purpose: advertising"), "purpose: advertising", "does not stand in `purposes`"),
    (("retention: account", "retention: orders"), "retention: orders", "does not stand in `retention`"),
    (("article: {category: orders}", "article: {category: secrets}"), "secrets", "does not stand in `categories`"),
    ((LAST, LAST + "        recipients: [nobody]\n"), "[nobody]", "does not stand in `recipients`"),
    ((LAST, LAST + "        retention_exceptions: [never]\n"), "[never]", "does not stand in `retention`"),
    ((LAST, LAST + "        contact_changed_field: changed\n"), "contact_changed_field", "does not stand in this"),
    (("primary_key: [id]", "primary_key: [key]"), "[key]", "does not stand in this"),
    (("to: shop.customers.id", "to: shop.clients.id"), "shop.clients.id", "no collection `shop.clients`"),
    (("to: shop.customers.id", "to: shop.customers.number"), "shop.customers.number", "no field `number`"),
    (("to: shop.customers.id", "to: customers.id"), "to: customers.id", "system.collection.field"),
    (("- {field: customer_id", "- {field: customer"), "field: customer,", "does not stand in this"),
    (("name: orders\n", "name: customers\n"), "name: customers", "twice"),
    (("  - {id: orders,", "  - {id: contact,"), "What you ordered", "twice"),
    # law
    (("lawful_basis: contract", "lawful_basis: consent"), "lawful_basis: consent", "rests on contract"),
    ((LAST, LAST + "        anonymous: yes\n"), "- name: orders", "called anonymous"),
    (("title: Your orders", "title: Anonymised orders"), "- name: orders", "called anonymous"),
    (("origin: provided", "origin: third_party"), "origin: third_party", "from whom"),
    (("{action: delete}", "{action: retain}"), "action: retain", "17(3)"),
    (("{action: delete}", "{action: retain, reason: 12 months}"), "action: retain", "a retention period is none"),
    (("{action: delete}", '{action: retain, ground: "17(3)(b)", reason: tax}'), "action: retain", "needs an end"),
    (("{action: delete}", '{action: delete, ground: "17(3)(b)"}'), "ground:", "but the action is `delete`"),
    (("{action: delete}", "{action: anonymise}"), "anonymise", "on which `fields`"),
    (("{action: delete}", "{action: anonymise, fields: [article]}"), "anonymise", "customer_id would still lead"),
    (("{action: delete}", "{action: delete, fields: [article]}"), "fields: [article]", "whole rows"),
    (("title: What you ordered}", "title: What you ordered, special: yes}"), "- name: orders", "9(2)"),
    (("privacy@shop.example\n    team", "other@shop.example\n    team"), "breach:", "`mailboxes`"),
    ((RECIPIENTS, HOSTING.replace("    contract: {title: Agreement, signed: 2024-03-01}\n", "")), "id: hosting", "28(3)"),
    ((RECIPIENTS, HOSTING.replace("    contact: privacy@hosting.example\n", "")), "id: hosting", "`contact`"),
    ((RECIPIENTS, HOSTING.replace("country: GB", "country: US")), "id: hosting", "Data go to US"),
    ((RECIPIENTS, HOSTING.replace("kind: processor", "kind: sale")), "kind: sale", "not sold"),
    ((RECIPIENTS, HOSTING.replace("kind: processor", "kind: Ad Network")), "kind: Ad Network", "not sold"),
    ((RECIPIENTS, HOSTING.replace("kind: processor", "kind: friend")), "kind: friend", "has to be one of"),
    # systems
    (
        ('    connection: {read: "${SHOP_DATABASE_URL}", change: "${SHOP_CHANGE_URL}"}\n', ""),
        "- name: shop",
        "needs a `connection`",
    ),
    (("        table: orders\n", ""), "- name: orders", "needs a `table`"),
    (("        table: orders\n        primary_key: [id]\n", "        table: orders\n"), "- name: orders", "`primary_key`"),
    (("kind: sql", "kind: files"), "- name: orders", "needs a `path`"),
    (("kind: sql", "kind: manual"), "- name: shop", "`instructions`"),
    (("${SHOP_DATABASE_URL}", "${shop}"), "${shop}", "in capitals"),
    (("${SHOP_DATABASE_URL}", "${SHOP:-sqlite:///../shop.db}"), "../shop.db", "leaves the home"),
    (("${SHOP_DATABASE_URL}", "sqlite:////etc/shop.db"), "/etc/shop.db", "leaves the home"),
    (("${SHOP_DATABASE_URL}", "sqlite+pysqlite:////etc/shop.db"), "/etc/shop.db", "leaves the home"),
]


@pytest.mark.parametrize(("change", "where", "words"), BROKEN, ids=[words for _, _, words in BROKEN])
def test_a_rule_names_its_line(change: tuple[str, str], where: str, words: str) -> None:
    text = changed(change)
    found = [finding for finding in errors(text) if words in finding.sentence]
    assert line_of(text, where) in {finding.line for finding in found}, errors(text)
    with pytest.raises(DataMapError) as refusal:
        DataMap.parse(text)
    assert refusal.value.facts["line"] == errors(text)[0].line


PURPOSE = "    automated_decisions: null\n"


@pytest.mark.parametrize(
    ("basis", "words"), [("legitimate_interests", "which legitimate interest"), ("consent", "how consent is withdrawn")]
)
def test_a_purpose_says_what_its_basis_needs(basis: str, words: str) -> None:
    text = EXAMPLE.replace("lawful_basis: contract", f"lawful_basis: {basis}")
    assert [(finding.line, words in finding.sentence) for finding in errors(text)] == [(line_of(text, "id: shop"), True)]


def abroad(*transfers: str) -> str:
    listed = "".join(f"      - {{{transfer}}}\n" for transfer in transfers)
    return changed((RECIPIENTS, HOSTING.replace("country: GB", "country: US") + "    transfers:\n" + listed))


@pytest.mark.parametrize(
    ("transfer", "words"),
    [
        ("regime: UK, mechanism: scc, assessed: 2024-01-01", "alone do not serve UK law"),
        ("regime: EU, mechanism: idta, assessed: 2024-01-01", "serve UK law"),
        ("regime: UK, mechanism: idta", "risk assessment"),
        ("regime: UK, mechanism: adequacy", "Name the adequacy decision"),
        ("regime: UK, mechanism: derogation", "Article 49"),
        ("regime: UK, mechanism: luck", "has to be one of"),
    ],
)
def test_a_transfer_needs_a_mechanism_that_carries_it(transfer: str, words: str) -> None:
    assert any(words in finding.sentence for finding in errors(abroad(transfer)))


def test_transfers_are_needed_for_each_regime_and_not_within_the_area_of_one() -> None:
    idta = "regime: UK, mechanism: idta, assessed: 2024-01-01"
    assert errors(abroad(idta)) == []
    both = abroad(idta).replace("regimes: [UK]", "regimes: [UK, EU]")
    assert [finding.sentence for finding in errors(both)] == ["Data go to US: name the mechanism for EU in `transfers` (P24)."]
    adequacy = "regime: UK, mechanism: adequacy, detail: EEA regulations"
    german = abroad(adequacy).replace("regimes: [UK]", "regimes: [UK, EU]").replace("country: US", "country: DE")
    assert errors(german) == []  # for EU law Germany is no third country
    only_in_an_event = changed((RECIPIENTS, HOSTING.replace("country: GB", "country: US\n    occasional: yes")))
    assert errors(only_in_an_event) == []


def files(path: str) -> str:
    kind = changed(
        ("kind: sql", "kind: files"), ("        table: orders\n        primary_key: [id]\n", f"        path: {path}\n")
    )
    return kind.replace("        table: customers\n        primary_key: [id]\n", '        path: "people/{email}/*"\n')


@pytest.mark.parametrize("path", ['"{customer_id}.pdf"', '"orders/{customer_id}/*"'])
def test_a_file_is_found_by_one_field_that_something_leads_to(path: str) -> None:
    assert errors(files(path)) == []


@pytest.mark.parametrize(
    "path", ['"../{customer_id}"', '"/srv/{customer_id}"', '"orders/*"', '"{article}"', '"{customer_id}/{id}"']
)
def test_a_file_path_that_climbs_or_names_everybody_is_refused(path: str) -> None:
    text = files(path)
    assert [finding.line for finding in errors(text)] == [line_of(text, f"path: {path}")]


def test_a_circle_of_references_is_shown() -> None:
    back = "        references:\n          - {field: id, to: shop.orders.customer_id, same_person: yes}\n"
    text = changed(("        identities: {email: email, id: account_id}\n", back))
    assert [finding.sentence.partition(":")[0] for finding in errors(text)] == ["These references go in a circle"]
    assert "shop.customers <- shop.orders <- shop.customers" in errors(text)[0].sentence


def test_what_a_person_searches_gives_no_keys() -> None:
    second = """  - name: provider
    title: Provider
    kind: manual
    instructions: Look into the drawer
    collections:
      - name: cards
        title: Cards
        fields: {id: {category: contact}, email: {category: contact}}
        identities: {email: email}
        purpose: shop
        lawful_basis: contract
        retention: account
        erasure: {action: delete}
        origin: provided
"""
    text = changed((LAST, LAST + second), ("to: shop.customers.id", "to: provider.cards.id"))
    assert [finding.line for finding in errors(text)] == [line_of(text, "provider.cards.id")]


def test_all_findings_come_at_once_also_from_parts_beside_a_broken_one() -> None:
    text = changed(
        ("        retention: account\n", ""),  # orders cannot be read at all
        (RECIPIENTS, HOSTING.replace("kind: processor", "kind: sale").replace("country: GB", "country: Britain")),
        ("purpose: shop", "purpose: nothing"),
        ("trains_models: no", "trains_models: perhaps"),
        ("{email: email, id: account_id}", "{mail: email}"),
    )
    lines = {finding.line for finding in errors(text)}
    wanted = ("- name: orders", "kind: sale", "country: Britain", "trains_models: perhaps", "{mail: email}")
    assert {line_of(text, part) for part in wanted} <= lines
    # the purpose `shop` could not be read either, but it stands there: nobody is told that it does not
    assert not any("`shop` does not stand" in finding.sentence for finding in errors(text))


def test_a_doubt_is_a_warning_and_stops_nothing() -> None:
    text = changed(
        ("period: 12 months", "period: 30 days"),
        ("regimes: [UK]", "regimes: [UK, EU]"),
        ("same_person: yes", "same_person: no"),
        ("categories:\n", "categories:\n  - {id: unused, title: Unused}\n"),
    )
    found = check_static(text)
    assert {finding.severity for finding in found} == {"warning", "note"}  # nothing is translated here
    sentences = " ".join(finding.sentence for finding in found)
    for words in ("short_lived", "Article 27", "No identity and no same-person reference leads here", "No collection uses"):
        assert words in sentences
    assert DataMap.parse(text).waves({"email"}) == [[("shop", "customers")]]


def test_a_finding_says_where_with_the_names_that_stand_there() -> None:
    text = changed(("purpose: shop", "purpose: nothing"))
    assert [finding.path for finding in errors(text)] == ["systems.shop.collections.orders.purpose"]
