"""Says whether a password stands in a published list of leaked ones (ASVS 6.2.4, 6.2.12), without asking a service.

`breached_passwords.bin` holds the 43,940 that our policy would otherwise take (12 characters or more) of the million most used of
Mark Burnett's ten million leaked passwords, as the OWASP project SecLists orders them: five bytes of the SHA-256 of each in small
letters, sorted. Written anew by `python -m adapters.breached_passwords LIST`. Where it comes from and on what terms:
`breached_passwords.txt`. Next: adapters/passwords.py
"""

import hashlib
import sys
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("breached_passwords.bin")
_WIDTH: Final = 5  # bytes: of 25 million good passwords one is refused by chance
SHORTEST: Final = 12  # characters; shorter ones are refused anyway


def is_breached(password: str) -> bool:
    """Whether the list has it, in large or small letters. Read from the disk each time: passwords are seldom set."""
    entries, wanted = _Entries(_FILE.read_bytes()), _entry(password)
    place = bisect_left(entries, wanted)
    return place < len(entries) and entries[place] == wanted


def written(passwords: Iterable[str]) -> bytes:
    """The file's content for a list."""
    return b"".join(sorted({_entry(each) for each in passwords if len(each) >= SHORTEST}))


class _Entries:
    """The file as a sorted sequence, without an object per entry."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __len__(self) -> int:
        return len(self._content) // _WIDTH

    def __getitem__(self, place: int) -> bytes:
        return self._content[place * _WIDTH : (place + 1) * _WIDTH]


def _entry(password: str) -> bytes:
    return hashlib.sha256(password.lower().encode()).digest()[:_WIDTH]


if __name__ == "__main__":
    _FILE.write_bytes(written(Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace").splitlines()))
