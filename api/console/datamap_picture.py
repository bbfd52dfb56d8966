"""Where each collection stands in the picture of references: a column per step of the search, a line per reference.

What a reference marked `same_person` reaches is searched; a shared one (a card, a device) is drawn dashed and never followed.
Next: api/console/datamap.py
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.datamap import Collection, DataMap
from domain.traversal import places

WIDTH: Final = 1216
_ROW, _BOX, _TOP = 46, 38, 26
_FEWEST: Final = 3  # columns that share the width, so that a small map is not stretched


@dataclass(frozen=True)
class Node:
    """A collection's box, from its upper left corner."""

    x: float
    y: int
    width: float
    title: str
    note: str


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
    corners = {
        place: (round(column * pitch, 1), _TOP + row * _ROW)
        for column, wave in enumerate(columns)
        for row, place in enumerate(wave)
    }
    nodes = tuple(
        Node(
            *corners[place],
            width=width,
            title=_cut(one.title, width),
            note=_cut(_note(datamap, place, one), width),
        )
        for place, one in places(datamap.systems)
    )
    heads = ["Found by what the person proves", *(f"Step {number}" for number in range(2, len(waves) + 1))]
    titles = [*heads[: len(waves)], *(["Not searched"] if rest else [])]
    return Picture(
        nodes=nodes,
        edges=tuple(_edges(datamap, corners, width)),
        heads=tuple((round(column * pitch, 1), title) for column, title in enumerate(titles)),
        height=_TOP + _ROW * max(len(wave) for wave in columns),
    )


def _edges(datamap: DataMap, corners: dict[tuple[str, str], tuple[float, int]], width: float) -> Iterator[Edge]:
    for place, one in places(datamap.systems):
        for reference in one.references:
            source = reference.source[:2]
            if source == place:
                continue  # rows of the same collection: said in the table
            words = f"{_title(datamap, source)} to {one.title}"
            yield Edge(_path(corners[source], corners[place], width), reference.same_person, words)


def _path(start: tuple[float, int], end: tuple[float, int], width: float) -> str:
    (x1, y1), (x2, y2) = start, end
    y1, y2 = y1 + _BOX // 2, y2 + _BOX // 2
    if x1 == x2:  # in the same column: a bow at its right
        edge = x1 + width
        return f"M{edge} {y1}C{edge + 30} {y1} {edge + 30} {y2} {edge} {y2}"
    left, right = (x1 + width, x2) if x1 < x2 else (x1, x2 + width)
    bend = round((left + right) / 2, 1)
    return f"M{left} {y1}C{bend} {y1} {bend} {y2} {right} {y2}"


def _note(datamap: DataMap, place: tuple[str, str], one: Collection) -> str:
    keys = ", ".join(kind.replace("_", " ") for kind in one.identities.values())
    system = datamap.system(place[0]).title
    return f"{system}, by {keys}" if keys else system


def _title(datamap: DataMap, place: tuple[str, str]) -> str:
    found: Collection = datamap.collection(*place)
    return found.title


def _cut(title: str, width: float) -> str:
    most = int(width / 7.4)  # px of a letter, on average and with room for wide ones
    return title if len(title) <= most else f"{title[: most - 1].rstrip()}\u2026"
