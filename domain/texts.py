"""The narrow strings that may travel through the engine and stand in the record: none of them can hold a sentence or an address.

Everything a person wrote is a sealed note whose id travels (design principle 3).
"""

from typing import Annotated

from pydantic import StringConstraints

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]  # a system, a letter, a kind
Regime = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z]{2,4})*$")]  # UK, EU, EU-IE, US-CA
CommandId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9:_-]{1,100}$")]
# Whoever acts: a caseworker (also through an API key), the controller's platform, the data subject, Habeas itself.
PersonId = Annotated[str, StringConstraints(pattern=r"^(system|subject|(caseworker|platform):[0-9a-f-]{8,36})$")]
# A fact's text is an id, an enum value, a hash, a date or a dotted name: no spaces, no @.
FactText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:+\-]{0,128}$")]
# Where affected people live: a country, a German Land, or XX while nobody knows.
Place = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z]{2})?$")]
Zone = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z]{1,20}(/[A-Z][A-Za-z_]{1,30}){0,2}$")]  # an IANA name
