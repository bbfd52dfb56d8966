"""Seeded chance for the demo: times, words, addresses. The same seed and day give the same company, word for word.

Next: demo/rows.py
"""

from datetime import date, datetime, timedelta
from hashlib import sha256
from random import Random

_WORDS = (
    *("red", "castle", "misty", "river", "portrait", "studio", "light", "cat", "astronaut", "forest", "oil", "painting"),
    *("city", "rain", "neon", "old", "smiling", "garden", "macro", "dragon", "winter", "harbour", "map", "watercolour"),
)
_DAY = 86_400
_SENTENCES = 2_000  # a sentence is drawn from as many: making each anew would take most of the time of a full build


class Chance:
    """What happens to people.

    Args:
        seed: of everything that is drawn.
        today: the day on which the company is looked at; all times lie before it.
    """

    def __init__(self, seed: int, today: date) -> None:
        self.random = Random(seed)
        self.draw = self.random.random
        self._now = datetime(today.year, today.month, today.day)  # noqa: DTZ001 - UTC throughout, written without offset
        self._sentences = [" ".join(self.random.choices(_WORDS, k=self.random.randint(5, 18))) for _ in range(_SENTENCES)]

    def one_of(self, choices: tuple[str, ...]) -> str:
        """One of them; much faster than `random.choice`."""
        return choices[int(self.draw() * len(choices))]

    def up_to(self, count: int) -> int:
        """A number from 0 to one less than `count`."""
        return int(self.draw() * count)

    def sentence(self) -> str:
        """A few words."""
        return self._sentences[int(self.draw() * _SENTENCES)]

    def ago(self, days: float) -> str:
        """A time within the last days, UTC, as both databases read it."""
        return self.exactly(days * self.draw())

    def exactly(self, days: float) -> str:
        """The time that many days ago."""
        return f"{self._now - timedelta(seconds=int(days * _DAY))}.000000"

    def ip(self) -> str:
        """An address kept for documentation (RFC 5737, RFC 3849): nobody has it."""
        number = int(self.draw() * 1016)
        if number >= 762:  # noqa: PLR2004 - three networks of 254 before it
            return f"2001:db8::{number:x}"
        network = ("192.0.2", "198.51.100", "203.0.113")[number // 254]
        return f"{network}.{number % 254 + 1}"


def fingerprint(thing: str) -> str:
    """A made-up fingerprint of a card or device: the same thing has the same one."""
    return sha256(thing.encode()).hexdigest()[:32]
