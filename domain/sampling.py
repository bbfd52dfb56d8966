"""The approver's sample of a large case: all that is kept back one by one, and items that chance chose (practice.md (b) 11).

Reproducible: the same items, seed and size give the same sample. One wrong item ends the package that it stands in, and makes the
sample of the next one twice as large. Next: adapters/database/samples.py
"""

import hashlib
import heapq
from collections.abc import Iterable
from typing import Final

FIRST: Final = 60  # none wrong among 60 says with 95 % confidence that at most 5 % of all are
CONFIDENCE: Final = 0.95


def size_of(included: int, wrong_rounds: int) -> int:
    """How many included items are looked at.

    Args:
        included: how many there are.
        wrong_rounds: in how many earlier samples of the case something was wrong.
    """
    return int(min(included, FIRST * 2**wrong_rounds))


def drawn(items: Iterable[str], seed: str, size: int) -> list[str]:
    """The sample: nobody's choice, and the same whenever it is drawn again.

    Args:
        items: ids, read once and not kept.
        seed: recorded with the sample.
        size: at most so many.
    """
    return heapq.nsmallest(size, items, key=lambda item: hashlib.sha256(f"{seed}/{item}".encode()).digest())


def most_wrong(looked_at: int, included: int) -> float:
    """The share of wrong items that a sample without one leaves possible, with 95 % confidence; none where all were looked at."""
    if looked_at >= included:
        return 0.0
    return float(1 - (1 - CONFIDENCE) ** (1 / looked_at)) if looked_at else 1.0
