"""What makes a collection unlawful or impossible to search: anonymity, references, and what its kind needs.

Serves Articles 4(1), 5, 6, 9 and 15; P-numbers are the promises of the privacy policy.

Next: domain/datamap_erasure_rules.py
"""

import re
from collections.abc import Iterator
from datetime import date

from domain import traversal
from domain.archives import ATTACHMENT_FIELDS, ATTACHMENTS, MESSAGE_FIELDS, MESSAGES, TERM
from domain.datamap_parts import Asked, LawfulBasis, Purpose
from domain.datamap_shape import Broken, Content
from domain.datamap_systems import (
    BY_HAND,
    Collection,
    Origin,
    System,
    SystemKind,
    is_setting,
    literal_path,
    stays_inside,
)
from domain.datamap_text import Path
from domain.period import period_end

_KEYLIKE = re.compile(
    r"(?i)(\A|_)(id|uid|uuid|key|hash|token|email|mail|phone|ip|user|account|customer|session|device|cookie|visitor|fingerprint)\Z"
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_A_MONTH = 31  # the longest month in days: what lives no longer may be gone before an answer is due


def broken_collection_rules(content: Content) -> Iterator[Broken]:
    """Every rule about systems and collections that the content breaks."""
    for path, system in content.systems.items():
        yield from _settings(path, system)
    for path, collection in content.collections.items():
        if collection.name == BY_HAND:
            yield path, f"`{BY_HAND}` is the name of what people find in a system. Choose another.", "error"
        yield from _named_fields(path, collection)
        yield from _sweep(path, collection)
        yield from _basis(path, collection, content)
        yield from _anonymous(path, collection)
        yield from _withdrawals(path, collection, content)
        yield from _time(path, collection, content)
        yield from _references(path, collection, content)
        if around := content.system_of(path):
            yield from _kind(path, collection, around)
    yield from _ways(content)


def _settings(path: Path, system: System) -> Iterator[Broken]:
    if system.kind in {SystemKind.SQL, SystemKind.FILES, SystemKind.HTTP} and system.connection is None:
        yield path, f"A system of kind `{system.kind}` needs a `connection`.", "error"
    if system.asked is not Asked.ALWAYS and system.kind is not SystemKind.ARCHIVE:
        yield (*path, "asked"), "Only a system of kind `archive` is asked for in some cases and not in others.", "error"
    if system.kind in {SystemKind.MANUAL, SystemKind.ARCHIVE} and not system.instructions:
        yield path, f"A system of kind `{system.kind}` needs `instructions` for the person who searches it.", "error"
    for name in ("read", "change"):
        setting = getattr(system.connection, name, None)
        if setting is None:
            continue
        where = (*path, "connection", name)
        literal = literal_path(setting)
        if not is_setting(setting):
            yield where, "Write a variable as `${NAME}` or `${NAME:-default}`, in capitals.", "error"
        elif literal is not None and not stays_inside(literal):
            yield where, "This path leaves the home. Write it relative, or name an environment variable for it.", "error"


def _kind(path: Path, collection: Collection, system: System) -> Iterator[Broken]:
    if system.kind is SystemKind.SQL and not collection.table:
        yield path, "A collection of an sql system needs a `table`.", "error"
    if system.kind is SystemKind.SQL and not collection.primary_key and not _called_anonymous(collection):
        yield path, "A collection of an sql system needs a `primary_key`: a row found twice has to count once.", "error"
    if system.kind is SystemKind.ARCHIVE:
        yield from _archive(path, collection, system)
    if system.kind is not SystemKind.FILES:
        return
    if collection.path is None:
        yield path, "A collection of files needs a `path`, for example `uploads/{account_id}/*`.", "error"
        return
    places = _PLACEHOLDER.findall(collection.path)
    ways = set(collection.identities) | {reference.field for reference in collection.references if reference.same_person}
    if not stays_inside(_PLACEHOLDER.sub("x", collection.path)):
        yield (*path, "path"), "This path leaves the root of the file store.", "error"
    elif len(places) != 1 or not set(places) <= ways:
        yield (*path, "path"), "A path holds one `{field}`, and an identity or reference leads to that field.", "error"


def _archive(path: Path, collection: Collection, system: System) -> Iterator[Broken]:
    """An archive has two collections of fields that are known; what leads to a message is an identity of a field of its own."""
    known = {MESSAGES: MESSAGE_FIELDS, ATTACHMENTS: ATTACHMENT_FIELDS}.get(collection.name)
    if known is None:
        yield (*path, "name"), f"The collections of an archive are `{MESSAGES}` and `{ATTACHMENTS}`.", "error"
        return
    strange = [name for name in collection.fields if name not in {*known, *collection.identities, TERM}]
    for name in strange:
        fields = ", ".join(f"`{each}`" for each in known)
        yield (*path, "fields", name), f"Messages have no such field. They have {fields}, and fields of identities.", "error"
    if named := [name for name in collection.identities if name in known]:
        yield (*path, "identities", named[0]), "An identity of an archive is a field of its own, such as `email: email`.", "error"
    if collection.name == MESSAGES and collection.primary_key != ("id",):
        yield path, "The `primary_key` of messages is `[id]`.", "error"
    ways = [reference for reference in collection.references if reference.source == (system.name, MESSAGES, "id")]
    if collection.name == ATTACHMENTS and [each.field for each in ways] != ["message"]:
        yield path, f"Attachments belong to messages: `{{field: message, to: {system.name}.{MESSAGES}.id}}`.", "error"


def _sweep(path: Path, collection: Collection) -> Iterator[Broken]:
    sweep = collection.sweep
    if sweep is None:
        return
    where = (*path, "sweep")
    if not (collection.retention_from and collection.primary_key):
        yield where, "A sweep needs a field to count from, `retention_from`, and a `primary_key` to name a row.", "error"
    if sweep.inactive and not (collection.active_at_field and "email" in collection.identities.values()):
        sentence = "Nobody can be told before: name the `active_at_field`, and a field with an address among the `identities`."
        yield (*where, "inactive"), sentence, "error"


def _named_fields(path: Path, collection: Collection) -> Iterator[Broken]:
    named: list[tuple[Path, str]] = [(("identities", name), name) for name in collection.identities]
    named += [(("references", n, "field"), reference.field) for n, reference in enumerate(collection.references)]
    named += [(("primary_key", n), name) for n, name in enumerate(collection.primary_key)]
    named += [(("erasure", "fields", n), name) for n, name in enumerate(collection.erasure.fields)]
    if (before := collection.erasure.before) and before.field:
        named.append((("erasure", "before", "field"), before.field))
    if sweep := collection.sweep:
        named += [(("sweep", "fields", n), name) for n, name in enumerate(sweep.fields)]
        named += [(("sweep", "keep_while"), sweep.keep_while)] if sweep.keep_while else []
    for number, each in enumerate(collection.withdrawals):
        named += [(("withdrawals", number, "field"), each.field)]
        named += [(("withdrawals", number, "when", name), name) for name in each.when]
    for key in (
        "retention_from",
        "created_at_field",
        "active_at_field",
        "shown_field",
        "contact_changed_field",
        "restricted_field",
        "disputed_field",
        "statement_field",
    ):
        if name := getattr(collection, key):
            named.append(((key,), name))
    for place, name in named:
        if name not in collection.fields:
            yield (*path, *place), f"`{name}` does not stand in this collection's `fields`.", "error"


def _basis(path: Path, collection: Collection, content: Content) -> Iterator[Broken]:
    purposes: dict[str, Purpose] = {purpose.id: purpose for purpose in content.purposes.values()}
    main = purposes.get(collection.purpose)
    if main and main.lawful_basis != collection.lawful_basis:
        sentence = f"The purpose `{main.id}` rests on {main.lawful_basis}, this collection says {collection.lawful_basis}."
        yield (*path, "lawful_basis"), sentence, "error"
    special = {category.id for category in content.categories.values() if category.special}
    own = [purposes[name] for name in (collection.purpose, *collection.other_purposes) if name in purposes]
    if special & set(collection.categories) and not any(purpose.special_condition for purpose in own):
        yield path, "Special categories need a purpose with a `special_condition` (Article 9(2), P14).", "error"
    if collection.origin is Origin.THIRD_PARTY and not collection.source:
        yield (*path, "origin"), "Say from whom the data come: `source` (Article 15(1)(g)).", "error"


def _withdrawals(path: Path, collection: Collection, content: Content) -> Iterator[Broken]:
    bases = {purpose.id: purpose.lawful_basis for purpose in content.purposes.values()}
    for number, each in enumerate(collection.withdrawals):
        where = (*path, "withdrawals", number)
        basis = bases.get(each.purpose)
        if basis not in {LawfulBasis.CONSENT, LawfulBasis.LEGITIMATE_INTERESTS, LawfulBasis.PUBLIC_TASK}:
            yield (*where, "purpose"), f"There is no purpose `{each.purpose}` that can be withdrawn or objected to.", "error"
        elif basis is not LawfulBasis.CONSENT and each.to != "now":
            yield (*where, "to"), "What stops for an objection may go on again: write `now`, which can be taken back.", "error"


def _called_anonymous(collection: Collection) -> bool:
    return collection.anonymous or "anonym" in f"{collection.name} {collection.title}".casefold()


def _anonymous(path: Path, collection: Collection) -> Iterator[Broken]:
    if not _called_anonymous(collection):
        return
    keys = [*collection.primary_key, *collection.identities, *(reference.field for reference in collection.references)]
    keys += [name for name in collection.fields if _KEYLIKE.search(name)]
    if keys:
        named = ", ".join(dict.fromkeys(keys))
        sentence = f"A collection called anonymous has no key, and this one has {named}: it is personal data (P23)."
        yield path, sentence, "error"


def _time(path: Path, collection: Collection, content: Content) -> Iterator[Broken]:
    rules = {rule.id: rule for rule in content.retention.values()}
    rule = rules.get(collection.retention)
    if rule is None or collection.short_lived or _called_anonymous(collection):
        return
    start = date(2026, 1, 1)
    if (period_end(start, rule.period) - start).days <= _A_MONTH:
        yield path, "These data may be gone before an answer is due: write `short_lived: yes`.", "warning"


def _references(path: Path, collection: Collection, content: Content) -> Iterator[Broken]:
    known = {(system.name, other.name): (system, other) for system in content.systems.values() for other in system.collections}
    for number, reference in enumerate(collection.references):
        where = (*path, "references", number, "to")
        system, name, field = reference.source
        if f"{system}.{name}" not in content.declared["collections"]:
            yield where, f"There is no collection `{system}.{name}`.", "error"
        if (system, name) not in known:
            continue
        if field not in known[system, name][1].fields:
            yield where, f"`{system}.{name}` has no field `{field}`.", "error"
        if reference.same_person and known[system, name][0].kind in {SystemKind.MANUAL, SystemKind.PROCESSOR}:
            yield where, f"A person searches `{system}`, so it gives no keys to go on with.", "error"


def _ways(content: Content) -> Iterator[Broken]:
    systems = list(content.systems.values())
    paths = {
        (system.name, collection.name): path
        for path, collection in content.collections.items()
        if (system := content.system_of(path))
    }
    if circle := traversal.cycle(systems):
        shown = " <- ".join(".".join(place) for place in circle)
        yield paths[circle[0]], f"These references go in a circle: {shown}. Leave one of them out.", "error"
        return
    kinds = {kind for collection in content.collections.values() for kind in collection.identities.values()}
    for place in traversal.plan(systems, kinds).unreachable:
        sentence = "No identity and no same-person reference leads here: no search will ever look into it."
        yield paths[place.system, place.collection], sentence, "warning"
