"""Where each collection stands in the picture of references: a column per step of the search, a line per reference.

What a reference marked `same_person` reaches is searched; a shared one (a card, a device) is drawn dashed and never followed.
Next: api/console/datamap.py
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from api.console import words
from domain.datamap import Collection, DataMap
from domain.traversal import places

WIDTH: Final = 1216
_GAP, _TOP = 8, 26
_TITLE, _NOTE, _EDGE = 16, 14, 10  # px: a line of the title, one of the note, and what stands around them
_TITLE_LETTER, _NOTE_LETTER = 8.0, 7.0  # px of a letter on average, with room for wide fonts
_FEWEST: Final = 3  # columns that share the width, so that a small map is not stretched


@dataclass(frozen=True)
class Node:
    """A collection's box, from its upper left corner; as high as its words need, for a title that is cut says nothing.

    Args:
        lines: each with its distance from the upper edge; the title's before the note's.
    """

    x: float
    y: int
    width: float
    height: int
    title: tuple[tuple[int, str], ...]
    note: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Edge:
    """A line from one box to another, as an SVG path."""

    path: str
    followed: bool
    words: str


@dataclass(frozen=True)
class Picture:
    """The whole picture; `height` grows with the fullest column."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    heads: tuple[tuple[float, str], ...]
    height: int


def picture(datamap: DataMap) -> Picture:
    """Place every collection of a data map."""
    waves = [list(wave) for wave in datamap.waves(datamap.identity_kinds)]
    reached = {place for wave in waves for place in wave}
    rest = [place for place, _ in places(datamap.systems) if place not in reached]
    columns = [*waves, *([rest] if rest else [])]
    pitch = WIDTH / max(_FEWEST, len(columns))
    width = round(pitch * 0.74, 1)
    known = dict(places(datamap.systems))
    boxes: dict[tuple[str, str], Node] = {}
    for column, wave in enumerate(columns):
        below = _TOP
        for place in wave:
            title, note = (
                _wrapped(known[place].title, width, _TITLE_LETTER),
                _wrapped(_note(datamap, place, known[place]), width, _NOTE_LETTER),
            )
            boxes[place] = _box(round(column * pitch, 1), below, width, title, note)
            below += boxes[place].height + _GAP
    heads = ["Found by what the person proves", *(f"Step {number}" for number in range(2, len(waves) + 1))]
    titles = [*heads[: len(waves)], *(["Not searched"] if rest else [])]
    return Picture(
        nodes=tuple(boxes.values()),
        edges=tuple(_edges(datamap, boxes)),
        heads=tuple((round(column * pitch, 1), title) for column, title in enumerate(titles)),
        height=max(node.y + node.height for node in boxes.values()) + 2,
    )


def _box(x: float, y: int, width: float, title: list[str], note: list[str]) -> Node:
    under = _TITLE * len(title)
    return Node(
        x,
        y,
        width=width,
        height=under + _NOTE * len(note) + _EDGE,
        title=tuple((_TITLE * place + 17, line) for place, line in enumerate(title)),
        note=tuple((under + _NOTE * place + 15, line) for place, line in enumerate(note)),
    )


def _edges(datamap: DataMap, boxes: dict[tuple[str, str], Node]) -> Iterator[Edge]:
    for place, one in places(datamap.systems):
        for reference in one.references:
            source = reference.source[:2]
            if source == place:
                continue  # rows of the same collection: said in the table
            words = f"{_title(datamap, source)} to {one.title}"
            yield Edge(_path(boxes[source], boxes[place]), reference.same_person, words)


def _path(start: Node, end: Node) -> str:
    x1, x2, width = start.x, end.x, start.width
    y1, y2 = start.y + start.height // 2, end.y + end.height // 2
    if x1 == x2:  # in the same column: a bow at its right
        edge = x1 + width
        return f"M{edge} {y1}C{edge + 30} {y1} {edge + 30} {y2} {edge} {y2}"
    left, right = (x1 + width, x2) if x1 < x2 else (x1, x2 + width)
    bend = round((left + right) / 2, 1)
    return f"M{left} {y1}C{bend} {y1} {bend} {y2} {right} {y2}"


def _note(datamap: DataMap, place: tuple[str, str], one: Collection) -> str:
    keys = ", ".join(words.KIND(kind).lower() for kind in one.identities.values())
    system = datamap.system(place[0]).title
    return f"{system}, by {keys}" if keys else system


def _title(datamap: DataMap, place: tuple[str, str]) -> str:
    found: Collection = datamap.collection(*place)
    return found.title


def _wrapped(words: str, width: float, letter: float) -> list[str]:
    return textwrap.wrap(words, int((width - 2 * _EDGE) / letter)) or [""]
