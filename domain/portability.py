"""What is portable (Article 20): provided or observed, on consent or a contract, processed by automated means; never inferred.

Serves portability and, beside a copy of everything, the part of it that another controller can take in.
Next: activities/package_portable.py
"""

from domain.datamap import Collection, DataMap, LawfulBasis, Origin, System, SystemKind
from domain.traversal import Place, Step

_BASES = frozenset({LawfulBasis.CONSENT, LawfulBasis.CONTRACT})
_ORIGINS = frozenset({Origin.PROVIDED, Origin.OBSERVED})
_BY_HAND = frozenset({SystemKind.MANUAL, SystemKind.HABEAS})  # Article 20(1)(b): by automated means


def is_portable(system: System, collection: Collection) -> bool:
    """Whether a collection belongs to a portable copy."""
    lawful = collection.lawful_basis in _BASES and collection.origin in _ORIGINS
    return lawful and system.kind not in _BY_HAND and not collection.anonymous


def portable_places(datamap: DataMap) -> frozenset[Place]:
    """Every collection that belongs to a portable copy."""
    return frozenset(
        (system.name, collection.name)
        for system in datamap.systems
        for collection in system.collections
        if is_portable(system, collection)
    )


def portable_fields(collection: Collection, step: Step) -> tuple[str, ...] | None:
    """The fields that are read for a portable copy: what the data map leaves in it, and what joins the rows to each other.

    None: all of them, because what joins them must not be shown (a session's token names its row).
    """
    joining = {*collection.primary_key, *step.leads_to, *(way.field for way in step.ways)}
    if any(collection.fields[name].masked for name in joining if name in collection.fields):
        return None
    return tuple(name for name, field in collection.fields.items() if name in joining or (field.portable and not field.masked))
