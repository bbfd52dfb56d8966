"""What makes a well-formed data map unlawful: controller, purposes, recipients, and what refers to nothing.

Serves Articles 5, 6, 9, 13-15, 27, 28 and 44-49; P-numbers are the promises of the privacy policy. A rule yields where it
is broken and a sentence that says what to write instead. An error stops the start; a warning is printed.

Next: domain/datamap_collection_rules.py
"""

from collections import Counter
from collections.abc import Iterator

from domain.datamap_collection_rules import broken_collection_rules
from domain.datamap_erasure_rules import broken_erasure_rules
from domain.datamap_languages import broken_language_rules
from domain.datamap_parts import LawfulBasis, Mechanism, Recipient, RecipientKind, Transfer
from domain.datamap_shape import Broken, Content
from domain.datamap_text import Path

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_EEA = frozenset(
    f"{_EU} IS LI NO".split(" ")
)  # the Union and the three EEA states, where the GDPR applies: no transfer between them


def broken_rules(content: Content) -> Iterator[Broken]:
    """Every rule that the content breaks."""
    yield from _said_twice(content)
    yield from _controller(content)
    yield from _purposes(content)
    for path, recipient in content.recipients.items():
        yield from _recipient(path, recipient, content)
    yield from _unknown_and_unused(content)
    yield from broken_collection_rules(content)
    yield from broken_erasure_rules(content)
    yield from broken_language_rules(content)


def _said_twice(content: Content) -> Iterator[Broken]:
    for section in (content.categories, content.purposes, content.recipients, content.retention):
        seen: set[str] = set()
        for path, part in section.items():
            if part.id in seen:
                yield (*path, "id"), f"The id `{part.id}` stands here twice.", "error"
            seen.add(part.id)
    places = [(path[:-1], collection.name, path) for path, collection in content.collections.items()]
    places += [(("systems",), system.name, path) for path, system in content.systems.items()]
    counts = Counter((around, name) for around, name, _ in places)
    for around, name, path in places:
        if counts[around, name] > 1:
            yield (*path, "name"), f"The name `{name}` stands here twice.", "error"


def _controller(content: Content) -> Iterator[Broken]:
    controller = content.controller
    if controller is None:
        return
    if "EU" in controller.regimes and controller.country not in _EEA and controller.representative is None:
        sentence = "A controller outside the Union that serves people in it names a representative there (Article 27)."
        yield ("controller", "representative"), sentence, "warning"
    for mailbox in ("requests", "complaints", "breach"):
        if getattr(controller.contacts, mailbox) not in controller.mailboxes:
            sentence = "People are told to write here, so it has to stand in `mailboxes` too (P51, P92)."
            yield ("controller", "contacts", mailbox), sentence, "error"


def _purposes(content: Content) -> Iterator[Broken]:
    for path, purpose in content.purposes.items():
        if purpose.lawful_basis is LawfulBasis.LEGITIMATE_INTERESTS and not purpose.legitimate_interest:
            yield path, "Say which legitimate interest this is: `legitimate_interest` (Article 13(1)(d), P17).", "error"
        if purpose.lawful_basis is LawfulBasis.CONSENT and not purpose.withdrawal:
            yield path, "Say how consent is withdrawn: `withdrawal` (Articles 7(3), 13(2)(c), P15).", "error"
    known = {f"{system.name}.{each.name}" for at, each in content.collections.items() if (system := content.system_of(at))}
    for path, purpose in content.purposes.items():
        for number, place in enumerate(purpose.automated_decisions.collections if purpose.automated_decisions else ()):
            if place not in known:
                yield (
                    (*path, "automated_decisions", "collections", number),
                    f"There is no collection `{place}`; write `system.collection` (Article 15(1)(h)).",
                    "error",
                )


def _recipient(path: Path, recipient: Recipient, content: Content) -> Iterator[Broken]:
    if recipient.kind is RecipientKind.PROCESSOR and recipient.contract is None:
        yield path, "A processor needs a `contract` (Article 28(3), P18).", "error"
    if recipient.kind is RecipientKind.PROCESSOR and recipient.contact is None:
        yield path, "A processor needs a `contact` to which requests are passed on (Articles 19, 28(3)(e)).", "error"
    home = content.controller and content.controller.country
    same_area = recipient.country == home or {recipient.country, home} <= _EEA
    if home and not same_area and not recipient.occasional:
        for regime in content.controller.regimes if content.controller else ():
            if regime == "EU" and recipient.country in _EEA:
                continue
            if regime not in {transfer.regime for transfer in recipient.transfers}:
                sentence = f"Data go to {recipient.country}: name the mechanism for {regime} in `transfers` (P24)."
                yield path, sentence, "error"
    for number, transfer in enumerate(recipient.transfers):
        yield from _transfer((*path, "transfers", number), transfer)


def _transfer(path: Path, transfer: Transfer) -> Iterator[Broken]:
    clauses = transfer.mechanism in {Mechanism.IDTA, Mechanism.UK_ADDENDUM, Mechanism.SCC}
    if transfer.mechanism in {Mechanism.IDTA, Mechanism.UK_ADDENDUM} and transfer.regime != "UK":
        yield (*path, "mechanism"), "The IDTA and the UK Addendum serve UK law; for the EU write `scc`.", "error"
    if transfer.mechanism is Mechanism.SCC and transfer.regime == "UK":
        yield (*path, "mechanism"), "The EU clauses alone do not serve UK law; write `uk_addendum` or `idta`.", "error"
    if clauses and transfer.assessed is None:
        yield path, "Clauses need a transfer risk assessment: `assessed` is its date (P24).", "error"
    if transfer.mechanism in {Mechanism.DEROGATION, Mechanism.ADEQUACY} and not transfer.detail:
        yield path, "Name the adequacy decision or the Article 49 derogation in `detail`.", "error"


def _unknown_and_unused(content: Content) -> Iterator[Broken]:
    used: dict[str, set[str]] = {section: set() for section in content.declared}
    for path, section, name in _uses(content):
        used[section].add(name)
        if name not in content.declared[section]:
            known = ", ".join(sorted(content.declared[section])) or "none"
            yield path, f"`{name}` does not stand in `{section}`. There: {known}.", "error"
    if len(content.systems) == 0:
        return
    for section, parts in (
        ("categories", content.categories),
        ("purposes", content.purposes),
        ("recipients", content.recipients),
        ("retention", content.retention),
    ):
        for path, part in parts.items():
            if part.id not in used[section]:
                yield path, f"No collection uses `{part.id}`: a promise without data, or data without a place.", "warning"


def _uses(content: Content) -> Iterator[tuple[Path, str, str]]:
    for path, system in content.systems.items():
        for number, recipient in enumerate(system.recipients):
            yield (*path, "recipients", number), "recipients", recipient
    for path, collection in content.collections.items():
        yield (*path, "purpose"), "purposes", collection.purpose
        yield (*path, "retention"), "retention", collection.retention
        for number, purpose in enumerate(collection.other_purposes):
            yield (*path, "other_purposes", number), "purposes", purpose
        for number, rule in enumerate(collection.retention_exceptions):
            yield (*path, "retention_exceptions", number), "retention", rule
        if collection.sweep and collection.sweep.inactive:
            yield (*path, "sweep", "inactive"), "retention", collection.sweep.inactive
        for number, recipient in enumerate(collection.recipients):
            yield (*path, "recipients", number), "recipients", recipient
        for name, data_field in collection.fields.items():
            yield (*path, "fields", name, "category"), "categories", data_field.category
