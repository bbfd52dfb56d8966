"""The test behind "manifestly unfounded or excessive" (Article 12(5)): what was weighed, as names; the reasons are a sealed note.

Next: domain/clock_decisions.py
"""

from collections.abc import Sequence
from enum import StrEnum


class Burden(StrEnum):
    """What may make a request manifestly unfounded or excessive. The controller bears the burden of showing it."""

    REPETITIVE = "repetitive"  # the same was answered lately; alone it is not enough
    NOTHING_NEW = "nothing_new"  # and nothing has changed since
    NO_INTENT = "no_intent"  # no wish to exercise the right: an offer to withdraw for something
    MALICIOUS = "malicious"  # meant to harass or to disrupt, and says so
    DISPROPORTIONATE = "disproportionate"  # the effort stands in no relation to what it gives, also after asking what is meant


def is_enough(test: Sequence[Burden]) -> bool:
    """Whether a test may stand: that a request comes again is one factor, never the whole test."""
    return set(test) != {Burden.REPETITIVE}
