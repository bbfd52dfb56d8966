"""The demo's data map covers what its privacy policy names; P-numbers are the policy's promises, in its own words."""

from datetime import date

import pytest

from demo.controller import DATAMAP
from domain.datamap import ByReference, DataMap, Mechanism, RecipientKind, SystemKind, check_static

TEXT = DATAMAP.read_text(encoding="utf-8")
MAP = DataMap.parse(TEXT)

CATEGORIES = [  # P2, P3, P4: the bullets of "What Data We Collect"
    "Email address and contact details",
    "Account registration data",
    "Prompts or uploads submitted via the platform",
    "Customer support messages or inquiries",
    "IP address, device type, browser",
    "Timezone, language settings",
    "Usage activity and interaction logs",
    "Cookies and similar technologies",
    "Payment information, without full card details",
    "Sensitive user-submitted content",  # P14
]
PURPOSES = [  # P10: the headings of "How We Use Your Data" and what "Legal Bases" adds
    ("operate and maintain", "contract"),
    ("deliver features and fulfil requests", "contract"),
    ("provide support and resolve issues", "contract"),
    ("communicate", "legitimate_interests"),
    ("monitor usage and prevent abuse", "legitimate_interests"),
    ("improve and develop", "legitimate_interests"),
    ("comply with legal obligations", "legal_obligation"),
    ("optional marketing emails or newsletters", "consent"),  # P5, P9, P12
    ("non-essential cookies", "consent"),  # P13, P30
    ("sensitive content", "consent"),  # P14
    ("life, safety or physical integrity", "vital_interests"),
]
RECIPIENTS = [  # P18, P20, P21: "Sharing Your Data"
    ("Hosting provider", RecipientKind.PROCESSOR),
    ("Email delivery service", RecipientKind.PROCESSOR),
    ("Analytics tool", RecipientKind.PROCESSOR),
    ("Payment processor", RecipientKind.PROCESSOR),
    ("Cloud storage platform", RecipientKind.PROCESSOR),
    ("Support tool", RecipientKind.PROCESSOR),  # "Third-Party Cookies"
    ("Court orders", RecipientKind.AUTHORITY),
    ("supervisory authority", RecipientKind.AUTHORITY),
    ("policy", RecipientKind.SUCCESSOR),
]
RETENTION = [  # the table "Retention Periods by Data Type", and where each row is used
    ("12 months", "platform", "accounts"),  # P36
    ("30 days", "platform", "prompts"),  # P37
    ("30 days", "files", "image_files"),
    ("2 years", "business", "messages"),  # P38
    ("6 years", "business", "invoices"),  # P39
    ("6 months", "platform", "cookie_preferences"),  # P40
    ("24 months", "platform", "usage_statistics"),  # P41
]


def test_it_can_be_used_and_its_one_doubt_is_the_policys_own() -> None:
    # law.md 4.1 gap 3: the policy names no representative in the Union
    assert [finding.path for finding in check_static(TEXT)] == ["controller.representative"]


def test_p1_p51_p92_the_policy_has_a_date_and_both_mailboxes_are_watched() -> None:
    assert MAP.controller.policy.updated == date(2025, 7, 2)
    assert {address.partition("@")[0] for address in MAP.controller.mailboxes} == {"assist", "connect"}


@pytest.mark.parametrize("title", CATEGORIES)
def test_every_category_of_data_is_held_somewhere(title: str) -> None:
    named = [category.id for category in MAP.categories if category.title == title]
    assert len(named) == 1
    assert any(named[0] in collection.categories for system in MAP.systems for collection in system.collections)


@pytest.mark.parametrize(("words", "basis"), PURPOSES)
def test_every_purpose_has_its_lawful_basis_and_data(words: str, basis: str) -> None:
    purposes = [purpose for purpose in MAP.purposes if words in purpose.title]
    assert [purpose.lawful_basis for purpose in purposes] == [basis]
    collections = [collection for system in MAP.systems for collection in system.collections]
    assert any(purposes[0] in MAP.purposes_of(collection) for collection in collections)


def test_p15_p17_consent_is_withdrawn_somehow_and_interests_have_an_opt_out() -> None:
    assert all(purpose.withdrawal for purpose in MAP.purposes if purpose.lawful_basis == "consent")
    assert all(purpose.opt_out for purpose in MAP.purposes if purpose.lawful_basis == "legitimate_interests")


@pytest.mark.parametrize(("words", "kind"), RECIPIENTS)
def test_every_recipient_is_named(words: str, kind: RecipientKind) -> None:
    assert [each for each in MAP.recipients if words in each.description and each.kind is kind]


def test_p7_p8_nobody_else_receives_data() -> None:
    assert len(MAP.recipients) == 10
    assert {each.kind for each in MAP.recipients} == {RecipientKind.PROCESSOR, RecipientKind.AUTHORITY, RecipientKind.SUCCESSOR}


def test_p18_p19_every_processor_has_a_contract_and_a_contact() -> None:
    processors = [each for each in MAP.recipients if each.kind is RecipientKind.PROCESSOR]
    assert all(each.contract and each.contact and each.contact.endswith(".imaginella.example") for each in processors)


def test_p24_p25_p26_transfers_rest_on_every_mechanism_that_is_promised() -> None:
    transfers = [transfer for each in MAP.recipients for transfer in each.transfers]
    assert {transfer.mechanism for transfer in transfers} == {
        Mechanism.ADEQUACY,
        Mechanism.IDTA,
        Mechanism.UK_ADDENDUM,
        Mechanism.SCC,
    }
    assert any("Encryption" in measure for transfer in transfers for measure in transfer.measures)


@pytest.mark.parametrize(("period", "system", "collection"), RETENTION)
def test_every_period_is_the_promised_one(period: str, system: str, collection: str) -> None:
    assert MAP.retention_rule(MAP.collection(system, collection).retention).period == period


def test_p47_p49_inactivity_and_exactly_three_grounds_to_hold() -> None:
    assert MAP.retention_rule("inactive_account").period == "24 months"
    assert len([rule for rule in MAP.retention if rule.id.startswith("hold_")]) == 3


def test_p36_p38_a_period_is_no_ground_against_erasure() -> None:
    kept = {
        f"{system.name}.{collection.name}": collection.erasure.ground
        for system in MAP.systems
        for collection in system.collections
        if collection.erasure.action == "retain"
    }
    assert kept == {
        "platform.consents": "17(3)(e)",
        "platform.moderation_flags": "17(3)(e)",
        "business.invoices": "17(3)(b)",  # P39, P45
        "office_mail.messages": "17(3)(e)",
        "office_mail.attachments": "17(3)(e)",
        "payment_provider.payments": "17(3)(b)",
    }


def test_p46_usage_is_anonymised() -> None:
    assert MAP.collection("platform", "usage_events").erasure.action == "anonymise"


def test_p11_p66_consents_and_age_are_evidence_with_text_time_and_way() -> None:
    assert {"text_version", "given_at", "how", "withdrawn_at"} <= set(MAP.collection("platform", "consents").fields)
    assert {"text_version", "confirmed_at", "answer"} <= set(MAP.collection("platform", "age_confirmations").fields)


def test_what_lives_thirty_days_is_copied_at_receipt() -> None:
    short = {collection.name for system in MAP.systems for collection in system.collections if collection.short_lived}
    assert short == {"prompts", "images", "uploads", "image_files", "upload_files"}


def test_an_address_reaches_everything_and_what_people_share_leads_nowhere() -> None:
    plan = MAP.plan({"email"})
    assert plan.unreachable == ()
    ways = {(way.from_collection, way.from_field) for step in plan.steps for way in step.ways if isinstance(way, ByReference)}
    assert not ways & {
        ("logins", "device_fingerprint"),
        ("logins", "ip"),
        ("payment_methods", "card_fingerprint"),
        ("ticket_participants", "ticket_id"),
    }


def test_the_payment_provider_is_searched_by_a_person() -> None:
    assert MAP.system("payment_provider").kind is SystemKind.MANUAL
