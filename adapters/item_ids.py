"""The ids of collected items, and the rows that have some of them (Article 15(3); design section 4).

Ids are keyed hashes without an index, so that they tell nothing and end with the case: whoever looks for some hashes what names
each row. Next: adapters/collected.py
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from adapters.case_vault import CaseVault

ITEM_HASH: Final = 16  # hexadecimal digits: 64 bits keep the items of one collection of one case apart
_KEY: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_BEGINS: Final = rb'^\{"%s":(-?[0-9]+|"[^"\\\n]*")[,}]'  # a line whose first value is a whole number, or a text without escapes


def item_id(vault: CaseVault, system: str, collection: str, primary_key: Sequence[Any]) -> str:
    """`<system>.<collection>.<hash>`: a keyed hash, so that an id tells nothing and ends with the case.

    Args:
        vault: of the case.
        system: name in the data map.
        collection: name in the data map.
        primary_key: the values that name the row, as they stand in its JSON.
    """
    return f"{system}.{collection}.{vault.receipt_mac(_kind(system, collection), _KEY.encode(primary_key))[:ITEM_HASH]}"


class Finder:
    """Finds rows by their ids.

    Args:
        vault: of the case.
        system: name in the data map.
        collection: name in the data map.
        ids: of any collections; those of others are never found.
    """

    def __init__(self, vault: CaseVault, system: str, collection: str, ids: Collection[str]) -> None:
        begin = f"{system}.{collection}."
        self.wanted = frozenset(each.removeprefix(begin) for each in ids if each.startswith(begin))
        self._vault = vault
        self._kind = _kind(system, collection)

    def among(self, keys: Iterable[Sequence[Any] | bytes]) -> list[int]:
        """Which of some rows are meant, counted from 0. A key that is given as bytes stands as it does in the row's JSON."""
        named = (b"[%s]" % key if isinstance(key, bytes) else _KEY.encode(key).encode() for key in keys)
        macs = self._vault.receipt_macs(self._kind, named)
        return [number for number, mac in enumerate(macs) if mac[: ITEM_HASH // 2].hex() in self.wanted]


def first_values(lines: bytes, field: str) -> list[bytes]:
    """The first value of each line of JSON, as it stands there; fewer than lines where one is neither number nor plain text.

    Rows and ids are written in the same way, and to parse all of them takes ten times as long.
    """
    return re.compile(_BEGINS % re.escape(field.encode()), re.MULTILINE).findall(lines)


def _kind(system: str, collection: str) -> str:
    return f"item:{system}.{collection}"
