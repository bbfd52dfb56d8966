"""Checks the one chain format of every stream, offline: cases, breaches, notices, and the access log by day (`security.md` 2.8).

What was anchored has not been changed, reordered or cut since. It does not prove that everything was recorded, that what was
recorded is true, or anything since the last anchor.

Next: adapters/audit_export.py
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain.chain import Entry, canonical, genesis, link_entry

HEAD_TYPE: Final = "habeas.audit-head/1"
EXPORT_TYPE: Final = "habeas.audit/1"
NO_HEAD: Final = "0" * 64  # before the first day


@dataclass(frozen=True)
class Leaf:
    """The last entry of one stream when a day was anchored."""

    stream: str
    sequence: int
    hash: str


@dataclass(frozen=True)
class Linked:
    """An entry with its place in the chain."""

    entry: Entry
    previous: str
    hash: str


@dataclass(frozen=True)
class Anchor:
    """A day's head, whose signature has been looked at: `signed` is False where it is none of a known signer."""

    day: str
    root: str
    previous: str
    streams: int
    entries: int
    signed: bool = True
    leaves: tuple[Leaf, ...] = ()


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where. `kind`: gap | fork | broken | changed | cut | head | signature."""

    kind: str
    stream: str
    sequence: int
    sentence: str


@dataclass
class Checked:
    """What a check found."""

    entries: int = 0
    streams: int = 0
    anchored: int = 0  # entries at or before a signed head
    problems: list[Problem] = field(default_factory=list)
    ended: int = 0  # streams whose stub was destroyed by its rule


def merkle_root(leaves: Sequence[Leaf]) -> str:
    """The root over leaves sorted by stream (RFC 6962, section 2.1: leaves and nodes are told apart)."""
    level = [
        hashlib.sha256(b"\0" + canonical([leaf.stream, leaf.sequence, leaf.hash])).digest()
        for leaf in sorted(leaves, key=lambda leaf: leaf.stream)
    ]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0].hex()


def head_document(install: str, anchor: Anchor) -> bytes:
    """Exactly the bytes that are signed; its first member is its type."""
    facts = {
        "type": HEAD_TYPE,
        "day": anchor.day,
        "entries": anchor.entries,
        "install": install,
        "previous": anchor.previous,
        "root": anchor.root,
        "streams": anchor.streams,
    }
    return json.dumps(facts, separators=(",", ":")).encode()


def check(
    install: bytes, anchors: Sequence[Anchor], entries: Iterable[Linked], ended: Iterable[str] = (), mailed: Iterable[Anchor] = ()
) -> Checked:
    """Check an export.

    Args:
        install: the installation's public id.
        anchors: every day's head, the oldest first.
        entries: by stream and sequence.
        ended: streams that were destroyed with their stub, by their rule: they may be missing.
        mailed: heads that somebody outside has kept; they have to be among the anchors.
    """
    found = Checked()
    _heads(found, anchors, mailed)
    expected = {(leaf.stream, leaf.sequence): leaf.hash for anchor in anchors for leaf in anchor.leaves}
    last = {leaf.stream: leaf.sequence for anchor in anchors for leaf in anchor.leaves}
    gone = set(ended)
    found.ended = len(gone)
    stream, sequence, head = "", 0, ""
    seen: dict[str, int] = {}
    for linked in entries:
        entry = linked.entry
        if entry.stream != stream:
            stream, sequence, head = entry.stream, 0, genesis(install, entry.stream)
            found.streams += 1
        if entry.sequence == sequence:
            _add(found, "fork", entry, f"has two entries with number {entry.sequence}")
        elif entry.sequence != sequence + 1:
            _add(found, "gap", entry, f"lacks {sequence + 1} to {entry.sequence - 1}")
        elif linked.previous != head:
            _add(found, "broken", entry, "does not continue the entry before it")
        if link_entry(linked.previous, entry) != linked.hash:
            _add(found, "changed", entry, "is not what was recorded")
        anchored = expected.get((entry.stream, entry.sequence))
        if anchored is not None and anchored != linked.hash:
            _add(found, "changed", entry, "is not what was anchored")
        sequence, head = entry.sequence, linked.hash
        seen[stream] = max(seen.get(stream, 0), sequence)
        found.entries += 1
        found.anchored += entry.sequence <= last.get(stream, 0)
    for name, number in last.items():
        if seen.get(name, 0) < number and name not in gone:
            sentence = f"ends at {seen.get(name, 0)}, but {number} was anchored"
            found.problems.append(Problem("cut", name, number, sentence))
    return found


def _heads(found: Checked, anchors: Sequence[Anchor], mailed: Iterable[Anchor]) -> None:
    before = NO_HEAD
    for anchor in anchors:
        if not anchor.signed:
            found.problems.append(Problem("signature", anchor.day, 0, "is not signed by a known key"))
        if anchor.previous != before:
            found.problems.append(Problem("head", anchor.day, 0, "does not continue the day before it"))
        if merkle_root(anchor.leaves) != anchor.root or len(anchor.leaves) != anchor.streams:
            found.problems.append(Problem("head", anchor.day, 0, "does not fit its list of streams"))
        before = anchor.root
    roots = {anchor.day: anchor.root for anchor in anchors}
    for anchor in mailed:
        if roots.get(anchor.day) != anchor.root:
            found.problems.append(Problem("head", anchor.day, 0, "is another one than the head that was mailed"))
        if not anchor.signed:
            found.problems.append(Problem("signature", anchor.day, 0, "as mailed is not signed by a known key"))


def _add(found: Checked, kind: str, entry: Entry, sentence: str) -> None:
    found.problems.append(Problem(kind, entry.stream, entry.sequence, sentence))


def anchor_of(facts: dict[str, Any], *, signed: bool, leaves: Sequence[Leaf] = ()) -> Anchor:
    """An anchor from the members of its document."""
    return Anchor(
        day=str(facts["day"]),
        root=str(facts["root"]),
        previous=str(facts["previous"]),
        streams=int(facts["streams"]),
        entries=int(facts["entries"]),
        signed=signed,
        leaves=tuple(leaves),
    )
