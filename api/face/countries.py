"""The countries that a form offers: where the law that follows a person depends on which one it is.

Next: api/face/days.py
"""

from typing import Final

# Codes of ISO 3166-1: where UK or EU law follows the person. Everybody else gets the stricter reading of both.
COUNTRIES: Final[tuple[tuple[str, str], ...]] = (
    ("GB", "United Kingdom"), ("AT", "Austria"), ("BE", "Belgium"), ("BG", "Bulgaria"), ("HR", "Croatia"), ("CY", "Cyprus"),
    ("CZ", "Czechia"), ("DK", "Denmark"), ("EE", "Estonia"), ("FI", "Finland"), ("FR", "France"), ("DE", "Germany"),
    ("GR", "Greece"), ("HU", "Hungary"), ("IS", "Iceland"), ("IE", "Ireland"), ("IT", "Italy"), ("LV", "Latvia"),
    ("LI", "Liechtenstein"), ("LT", "Lithuania"), ("LU", "Luxembourg"), ("MT", "Malta"), ("NL", "Netherlands"), ("NO", "Norway"),
    ("PL", "Poland"), ("PT", "Portugal"), ("RO", "Romania"), ("SK", "Slovakia"), ("SI", "Slovenia"), ("ES", "Spain"),
    ("SE", "Sweden"),
)  # fmt: skip
