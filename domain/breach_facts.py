"""What an event of a breach says, read out of its facts.

Next: `domain/breach_folding.py`
"""

from collections.abc import Mapping

from domain.breach import Count
from domain.events import Fact
from domain.texts import Place


def affected_facts(affected: Mapping[Place, Count]) -> list[str]:
    """Numbers of people as an event keeps them: `GB:120:130`."""
    return [f"{place}:{people.low}:{people.high}" for place, people in sorted(affected.items())]


def affected_of(fact: Fact) -> dict[Place, Count]:
    """The same, read back."""
    parts = [str(each).split(":") for each in fact] if isinstance(fact, list) else []
    return {place: Count(low=int(low), high=int(high)) for place, low, high in parts}
