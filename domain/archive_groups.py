"""What belongs together among messages: conversations and near copies, told without opening any of them. Pure: no clock, no I/O.

Next: adapters/archives/searching.py
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from domain.archives import BANDS, ROWS

ALIKE: Final = 0.75  # of the sketch is the same


class Sighted(NamedTuple):
    """What is known of one message without opening it.

    Args:
        exact: of its content: two of the same are copies.
        own: its Message-ID as a number of ours; empty when it has none.
        answers: those it answers.
        topic: what it belongs to where it names no other message: the subject of an answer, a conversation and its day.
        heads: its subject; what somebody's answer without a name may answer.
        bands: its sketch.
    """

    exact: str
    own: str
    answers: Sequence[str]
    topic: str
    heads: str
    bands: Sequence[int]


def threads_of(messages: Sequence[Sighted]) -> list[str]:
    """The conversation of each message: by what it answers, and by subject where a mail names no other (RFC 5256, in short)."""
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parents.setdefault(name, name)) != name:
            parents[name] = name = parents.setdefault(above, above)
        return name

    def join(one: str, other: str) -> None:
        first, second = sorted((root(one), root(other)))
        parents[second] = first

    topics = {message.topic for message in messages if message.topic}
    names = [message.own or f"x{message.exact}" for message in messages]
    for name, message in zip(names, messages, strict=True):
        for answered in message.answers:
            join(name, answered)
        if topic := message.topic or (message.heads if message.heads in topics else ""):
            join(name, f"s{topic}")
    return [hashlib.blake2b(root(name).encode(), digest_size=6).hexdigest() for name in names]


def alike_of(messages: Sequence[Sighted]) -> list[str]:
    """The group of near copies of each message, empty for those that are like no other."""
    leaders: dict[tuple[int, ...], list[int]] = defaultdict(list)
    group = [-1] * len(messages)
    sizes: dict[int, int] = defaultdict(int)
    for at, message in enumerate(messages):
        if not message.bands:
            continue
        keys = [(band, *message.bands[band * ROWS : band * ROWS + ROWS]) for band in range(BANDS)]
        candidates = dict.fromkeys(leader for key in keys for leader in leaders.get(key, ()))
        found = next((one for one in candidates if _share(messages[one].bands, message.bands) >= ALIKE), at)
        group[at] = found
        sizes[found] += 1
        if found == at:
            for key in keys:
                if len(leaders[key]) < _MOST_LEADERS:
                    leaders[key].append(at)
    return [f"n{messages[one].exact[:12]}" if one >= 0 and sizes[one] > 1 else "" for one in group]


_MOST_LEADERS: Final = 20  # of one band: a footer that everybody has must not make everything be compared with everything


def _share(one: Sequence[int], other: Sequence[int]) -> float:
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
