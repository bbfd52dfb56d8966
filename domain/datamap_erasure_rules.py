"""What makes an erasure unlawful or impossible: grounds that are none, keys that would be left, ends that nobody could name.

Serves Article 17; P-numbers are the promises of the privacy policy. A retention period is never a ground to keep what
somebody asked to have erased: only the five of Article 17(3) are, and each of them has an end.

Next: domain/erasure.py
"""

from collections.abc import Iterator

from domain.datamap_shape import Broken, Content
from domain.datamap_systems import Collection, Erasure, ErasureAction, SystemKind
from domain.datamap_text import Path

_ON_FIELDS = frozenset({ErasureAction.ANONYMISE, ErasureAction.NULL, ErasureAction.HASH})
_BY_PROGRAM = frozenset({SystemKind.SQL, SystemKind.FILES})


def broken_erasure_rules(content: Content) -> Iterator[Broken]:
    """Every rule about erasure that the content breaks."""
    for path, collection in content.collections.items():
        where = (*path, "erasure")
        yield from _retained(where, collection, content)
        yield from _fields(where, collection)
        yield from _before(where, collection.erasure)
        if collection.erasure.action is ErasureAction.ANONYMISE:
            yield from _keys_left(where, path, collection, content)
    yield from _ids_at_recipients(content)
    yield from _changes(content)


def _retained(where: Path, collection: Collection, content: Content) -> Iterator[Broken]:
    erasure = collection.erasure
    if erasure.action is not ErasureAction.RETAIN:
        if erasure.ground:
            yield where, f"A ground to retain, but the action is `{erasure.action}`.", "error"
        if erasure.year_ends:
            yield (*where, "year_ends"), f"An end to what is retained, but the action is `{erasure.action}`.", "error"
        return
    if not (erasure.ground and erasure.reason):
        yield where, "To retain needs an Article 17(3) `ground` and a `reason`; a retention period is none.", "error"
    if not (erasure.period and erasure.counted_from):
        yield where, "To retain needs an end: `period` and `counted_from`.", "error"
    if erasure.reason in {text for rule in content.retention.values() for text in (rule.text, rule.id)}:
        yield (*where, "reason"), "That is the retention rule, and a retention period is no ground: name the law.", "error"
    if erasure.year_ends and not (collection.retention_from or collection.created_at_field):
        yield (*where, "year_ends"), "Which year is it? Name the field with the day: `retention_from`.", "error"


def _fields(where: Path, collection: Collection) -> Iterator[Broken]:
    erasure = collection.erasure
    if erasure.action in _ON_FIELDS and not erasure.fields:
        yield where, f"Say on which `fields` to {erasure.action} acts.", "error"
    if erasure.action not in _ON_FIELDS and erasure.fields:
        yield where, f"`{erasure.action}` acts on whole rows; leave `fields` out.", "error"
    if named := sorted({*erasure.fields} & {*collection.primary_key}):
        yield where, f"{', '.join(named)} names the row, which would be lost in the middle of the work.", "error"


def _before(where: Path, erasure: Erasure) -> Iterator[Broken]:
    if erasure.before and bool(erasure.before.field) != bool(erasure.before.values):
        yield (*where, "before"), "`field` and `values` belong together: when one is said, so is the other.", "error"


def _keys_left(where: Path, path: Path, collection: Collection, content: Content) -> Iterator[Broken]:
    """What would still lead from an anonymised row to the person, or from a row that is kept to it."""
    keys = {*collection.identities, *(reference.field for reference in collection.references)}
    for other_path, other in content.collections.items():
        system = content.system_of(path)
        if other_path == path or system is None or other.erasure.action is ErasureAction.DELETE:
            continue
        sources = (reference.source for reference in other.references)
        keys |= {field for at, name, field in sources if (at, name) == (system.name, collection.name)}
    if collection.erasure.fields and (left := sorted(keys - set(collection.erasure.fields))):
        yield where, f"After this, {', '.join(left)} would still lead to the person: not anonymous (P46).", "error"


def _ids_at_recipients(content: Content) -> Iterator[Broken]:
    fields = {
        f"{system.name}.{collection.name}.{field}"
        for system in content.systems.values()
        for collection in system.collections
        for field in collection.fields
    }
    for path, recipient in content.recipients.items():
        if recipient.known_by and recipient.known_by not in fields:
            yield (*path, "known_by"), f"There is no field `{recipient.known_by}`.", "error"


def _changes(content: Content) -> Iterator[Broken]:
    for path, system in content.systems.items():
        if system.kind not in _BY_PROGRAM or all(one.erasure.action is ErasureAction.RETAIN for one in system.collections):
            continue
        if system.connection and system.connection.change is None:
            sentence = "Without `change`, an account that may change rows, everything to erase here is a person's work."
            yield (*path, "connection"), sentence, "warning"
        if system.backups is None:
            sentence = "Say how long `backups` still hold what was erased: the certificate names that day."
            yield path, sentence, "warning"
