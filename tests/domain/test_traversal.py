"""The order of a search: sources before what they lead to, one person only, and nothing silently left out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.datamap import ByIdentity, ByReference, Collection, Connection, DataField, Erasure, Reference, System
from domain.traversal import cycle, plan


def collection(name: str, *sources: str, identity: str = "", shared: str = "", short_lived: bool = False) -> Collection:
    return Collection(
        name=name,
        title=name,
        table=name,
        primary_key=("id",),
        fields={field: DataField(category="any") for field in ("id", "key", "card")},
        identities={"key": identity} if identity else {},
        references=(
            *(Reference(field="key", to=f"{source}.id", same_person=True) for source in sources),
            *(Reference(field="card", to=f"{source}.card", same_person=False) for source in filter(None, [shared])),
        ),
        purpose="any",
        lawful_basis="contract",
        retention="any",
        erasure=Erasure(action="delete"),
        short_lived=short_lived,
        origin="provided",
    )


def system(name: str, *collections: Collection) -> System:
    return System(name=name, title=name, kind="sql", connection=Connection(read="${URL}"), collections=collections)


TWO = (
    system("one", collection("people", identity="email"), collection("orders", "one.people", short_lived=True)),
    system("two", collection("bills", "one.orders", "one.people"), collection("posts", identity="phone")),
)


def test_waves_cross_systems_and_a_collection_waits_for_all_that_lead_to_it() -> None:
    assert [[step.collection for step in wave] for wave in plan(TWO, {"email"}).waves] == [["people"], ["orders"], ["bills"]]


def test_ways_name_what_leads_here_and_only_identifiers_at_hand() -> None:
    steps = {step.collection: step for step in plan(TWO, {"email"}).steps}
    assert steps["people"].ways == (ByIdentity(field="key", kind="email"),)
    assert steps["bills"].ways == (
        ByReference(field="key", from_system="one", from_collection="orders", from_field="id"),
        ByReference(field="key", from_system="one", from_collection="people", from_field="id"),
    )
    assert steps["people"].leads_to == ("id",)
    assert steps["bills"].leads_to == ()


def test_what_an_identifier_does_not_reach_is_reported() -> None:
    assert [each.collection for each in plan(TWO, {"email"}).unreachable] == ["posts"]
    assert [each.collection for each in plan(TWO, {"phone"}).unreachable] == ["people", "orders", "bills"]
    assert [each.collection for each in plan(TWO, set()).unreachable] == ["people", "orders", "bills", "posts"]


def test_a_way_from_something_out_of_reach_is_no_way() -> None:
    systems = (system("one", collection("people", identity="phone"), collection("orders", "one.people", identity="email")),)
    only = plan(systems, {"email"}).steps
    assert [(step.collection, step.wave, len(step.ways)) for step in only] == [("orders", 0, 1)]


def test_a_shared_card_leads_to_nobody() -> None:
    shared = collection("cards", identity="email", shared="one.cards")
    found = plan((system("one", shared, collection("others", shared="one.cards")),), {"email"})
    assert [(step.collection, step.ways) for step in found.steps] == [("cards", (ByIdentity(field="key", kind="email"),))]
    assert [(each.collection, each.reason) for each in found.unreachable] == [("others", "shared_only")]


def test_a_copy_at_receipt_takes_what_is_short_lived_and_passes_through_the_rest() -> None:
    early = plan(TWO, {"email"}, short_lived_only=True)
    assert [(step.collection, step.wanted) for step in early.steps] == [("people", False), ("orders", True)]
    assert early.unreachable == ()


def test_a_circle_is_found_and_named() -> None:
    circle = (system("one", collection("a", "one.c"), collection("b", "one.a"), collection("c", "one.b")),)
    found = cycle(circle)
    assert found[0] == found[-1]
    assert {name for _, name in found} == {"a", "b", "c"}
    assert cycle((system("one", collection("self", "one.self")),)) == [("one", "self"), ("one", "self")]
    assert cycle((system("one", collection("self", identity="email", shared="one.self")),)) == []
    assert cycle(TWO) == []


@st.composite
def acyclic_systems(draw: st.DrawFn) -> tuple[System, ...]:
    """Up to eight collections, each referring to any that come before it, in an order of their own."""
    names = [f"c{number}" for number in range(draw(st.integers(1, 8)))]
    made = []
    for number, name in enumerate(names):
        sources = draw(st.lists(st.sampled_from(names[:number]), unique=True)) if number else []
        kind = draw(st.sampled_from(["", "email", "phone"]))
        made.append(collection(name, *(f"one.{source}" for source in sources), identity=kind))
    return (system("one", *draw(st.permutations(made))),)


@given(acyclic_systems(), st.sets(st.sampled_from(["email", "phone"])))
def test_every_collection_is_searched_once_after_its_sources_or_reported(systems: tuple[System, ...], kinds: set[str]) -> None:
    found = plan(systems, kinds)
    waves = {step.collection: step.wave for step in found.steps}
    assert sorted([*waves, *(each.collection for each in found.unreachable)]) == sorted(
        each.name for each in systems[0].collections
    )
    assert all(step.ways for step in found.steps)
    for step in found.steps:
        for way in step.ways:
            if isinstance(way, ByReference):
                assert waves[way.from_collection] < step.wave
            else:
                assert way.kind in kinds
    assert all(one.wave <= other.wave for one, other in pairwise(found.steps))
