"""The traversal plan: in which order collections are searched, and by which keys a person's rows are found in each.

Serves Article 15: a search starts from identifiers that were proven and goes only along references marked `same_person`
(rule I2 of the security specification). What a person typed as a hint is no identifier and never comes here.

Next: activities/collection.py
"""

from collections.abc import Collection as Group
from collections.abc import Iterator, Sequence
from typing import Literal

from domain.datamap_parts import Part
from domain.datamap_systems import Collection, System

Place = tuple[str, str]  # system, collection


class ByIdentity(Part):
    """Rows whose field holds an identifier of the person."""

    field: str
    kind: str


class ByReference(Part):
    """Rows whose field equals a field of rows found in an earlier wave."""

    field: str
    from_system: str
    from_collection: str
    from_field: str


class Step(Part):
    """One collection to search. Steps of one wave do not depend on each other and may run side by side.

    Args:
        wave: counted from 0.
        ways: any of them finds a row; a row found twice counts once.
        wanted: False when the collection is only on the way to one that is wanted; its rows are not kept.
        leads_to: fields whose values later waves need.
    """

    wave: int
    system: str
    collection: str
    ways: tuple[ByIdentity | ByReference, ...]
    wanted: bool = True
    leads_to: tuple[str, ...] = ()


class Unreachable(Part):
    """A collection that the identifiers at hand do not lead to; reported, not raised.

    `shared_only`: the only ways lead over references that several people share, so a person has to decide.
    """

    system: str
    collection: str
    reason: Literal["no_identifier", "shared_only"]


class Plan(Part):
    """The steps in order, and what they do not reach."""

    steps: tuple[Step, ...]
    unreachable: tuple[Unreachable, ...]

    @property
    def waves(self) -> list[list[Step]]:
        """The steps, wave by wave."""
        count = max((step.wave for step in self.steps), default=-1) + 1
        return [[step for step in self.steps if step.wave == wave] for wave in range(count)]


def places(systems: Sequence[System]) -> Iterator[tuple[Place, Collection]]:
    """Every collection with its place, in the order of the data map."""
    for system in systems:
        for collection in system.collections:
            yield (system.name, collection.name), collection


def cycle(systems: Sequence[System]) -> list[Place]:
    """A circle of same-person references, first place repeated at the end; empty when there is none."""
    sources = {place: _sources(collection) for place, collection in places(systems)}
    done: set[Place] = set()
    for start in sources:
        trail: list[Place] = []
        if found := _walk(start, sources, trail, done):
            return found
    return []


def _walk(place: Place, sources: dict[Place, list[Place]], trail: list[Place], done: set[Place]) -> list[Place]:
    if place in trail:
        return [*trail[trail.index(place) :], place]
    if place in done:
        return []
    trail.append(place)
    for source in sources.get(place, []):
        if found := _walk(source, sources, trail, done):
            return found
    trail.pop()
    done.add(place)
    return []


def plan(
    systems: Sequence[System], kinds: Group[str], *, short_lived_only: bool = False, only: Group[Place] | None = None
) -> Plan:
    """The plan for a person of whom identifiers of these kinds are proven.

    Args:
        systems: of a checked data map (no circles).
        kinds: identity kinds at hand: `email`, `phone`, `account_id`, ...
        short_lived_only: only collections that are copied at receipt, and those on the way to them.
        only: only these collections, and those on the way to them.
    """
    known = dict(places(systems))
    waves: dict[Place, int] = {}
    for place, collection in _sources_first(known):
        before = [waves[source] + 1 for source in _sources(collection) if source in waves]
        if before or any(kind in kinds for kind in collection.identities.values()):
            waves[place] = max(before, default=0)
    asked = {place for place in known if (known[place].short_lived or not short_lived_only) and (only is None or place in only)}
    wanted = asked & waves.keys()
    kept = _with_what_leads_there(wanted, known) & waves.keys()
    steps = [_step(place, known, waves, kept, kinds).model_copy(update={"wanted": place in wanted}) for place in kept]
    order = {place: number for number, place in enumerate(known)}
    return Plan(
        steps=tuple(sorted(steps, key=lambda step: (step.wave, order[step.system, step.collection]))),
        unreachable=tuple(
            _unreachable(place, collection)
            for place, collection in known.items()
            if place not in waves and not collection.anonymous and place in asked
        ),
    )


def _step(place: Place, known: dict[Place, Collection], waves: dict[Place, int], kept: set[Place], kinds: Group[str]) -> Step:
    collection = known[place]
    ways: list[ByIdentity | ByReference] = [
        ByIdentity(field=field, kind=kind) for field, kind in collection.identities.items() if kind in kinds
    ]
    for reference in collection.references:
        system, name, field = reference.source
        if reference.same_person and (system, name) in waves:
            ways.append(ByReference(field=reference.field, from_system=system, from_collection=name, from_field=field))
    leads_to = (
        reference.source[2]
        for other in kept
        for reference in known[other].references
        if reference.same_person and reference.source[:2] == place
    )
    return Step(wave=waves[place], system=place[0], collection=place[1], ways=tuple(ways), leads_to=tuple(sorted(set(leads_to))))


def _sources(collection: Collection) -> list[Place]:
    return [reference.source[:2] for reference in collection.references if reference.same_person]


def _sources_first(known: dict[Place, Collection]) -> Iterator[tuple[Place, Collection]]:
    """Every collection after those that lead to it."""
    seen: set[Place] = set()

    def visit(place: Place) -> Iterator[tuple[Place, Collection]]:
        if place in seen or place not in known:
            return
        seen.add(place)
        for source in _sources(known[place]):
            yield from visit(source)
        yield place, known[place]

    for place in known:
        yield from visit(place)


def _with_what_leads_there(wanted: set[Place], known: dict[Place, Collection]) -> set[Place]:
    reached: set[Place] = set()
    todo = list(wanted)
    while todo:
        place = todo.pop()
        if place not in reached and place in known:
            reached.add(place)
            todo.extend(_sources(known[place]))
    return reached


def _unreachable(place: Place, collection: Collection) -> Unreachable:
    shared = not _sources(collection) and not collection.identities and bool(collection.references)
    return Unreachable(system=place[0], collection=place[1], reason="shared_only" if shared else "no_identifier")
