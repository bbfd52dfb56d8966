"""Why one collected item may be kept back from the person (Article 15(4); DPA 2018 Schedule 2), and what is decided of it.

A basis is offered where the letters can name its source in law; `email_templates` and the package print it.
"""

from enum import StrEnum


class Basis(StrEnum):
    """The ground on which an item is withheld; UK and EU law each have their own source for it."""

    THIRD_PARTY = "third_party"  # Schedule 2 paragraph 16; Article 15(4)
    PRIVILEGE = "privilege"  # Schedule 2 paragraph 19; national law
    NOT_PERSONAL_DATA = "not_personal_data"  # Article 4(1)


class ItemChoice(StrEnum):
    """What is decided of an item; without a decision it is included."""

    INCLUDE = "include"
    WITHHOLD = "withhold"
    REDACT = "redact"  # a cover over a part; comes with the review desk
