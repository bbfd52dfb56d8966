"""The people of the demo: a cast with stories to tell, and a crowd. All addresses end in example.com or example.org.

Next: demo/chance.py
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

# Rows of a typical person in all tables of both databases: exactly 100. The shape follows a small image platform:
# people write a few prompts, get a few images for each, and sign in now and then.
TYPICAL_MIX = {
    "accounts": 1,
    "consents": 3,
    "age_confirmations": 1,
    "prompts": 20,
    "images": 28,
    "uploads": 1,
    "logins": 12,
    "usage_events": 10,
    "moderation_flags": 1,
    "cookie_preferences": 1,
    "pixel_ledger": 6,
    "customers": 1,
    "subscriptions": 1,
    "payment_methods": 1,
    "invoices": 5,
    "tickets": 2,
    "messages": 6,
}
# Exactly 50,000: somebody who drives the platform by a program.
HEAVY_MIX = {
    "accounts": 1,
    "consents": 39,
    "age_confirmations": 1,
    "prompts": 15_000,
    "images": 20_000,
    "uploads": 8,
    "logins": 6_000,
    "usage_events": 6_391,
    "moderation_flags": 20,
    "cookie_preferences": 4,
    "pixel_ledger": 1_000,
    "customers": 1,
    "subscriptions": 2,
    "payment_methods": 2,
    "invoices": 60,
    "tickets": 171,
    "messages": 1_300,
}
_ONCE = ("accounts", "age_confirmations", "cookie_preferences", "customers", "subscriptions", "payment_methods")
QUIET_MIX = TYPICAL_MIX | {"prompts": 4, "images": 5, "logins": 3, "usage_events": 3, "tickets": 1, "messages": 2}
_HOSTILE_MIX = QUIET_MIX | {"prompts": 20, "images": 20, "uploads": 7, "tickets": 3, "messages": 20}

TYPICAL = "tilda.typical@example.com"
HEAVY = "hans.heavy@example.com"
TWO_ACCOUNTS = ("tess.two@example.com", "tess.at.work@example.org")
HOUSEHOLD = ("holly.household@example.com", "hugo.household@example.com")
LOOKALIKES = (
    "mike@example.com",
    "m\u0131ke@example.com",  # dotless i
    "m\u00edke@example.com",  # accent
    "mi\u212ae@example.com",  # Kelvin sign
    "mike@ex\u0430mple.com",  # Cyrillic a in the domain
)
CAPITALS = "Casey.Capital@Example.com"
HOSTILE = "bobby.hostile@example.com"
MINOR = "max.minor@example.com"
PARENT = "parent.of.max@example.org"
CHANGED = "connie.changed@example.com"
SILENT = "sid.silent@example.com"
ERASING = "erin.erasing@example.com"
WITHOUT_PURCHASE = "nora.nothing.bought@example.com"
UNKNOWN = "nobody.we.know@example.com"

COUNTRIES = {
    "GB": ("en", "Europe/London"),
    "IE": ("en", "Europe/Dublin"),
    "DE": ("de", "Europe/Berlin"),
    "FR": ("fr", "Europe/Paris"),
    "ES": ("es", "Europe/Madrid"),
    "PL": ("pl", "Europe/Warsaw"),
    "US": ("en", "America/New_York"),
}
_FIRST = ("Ada", "Ben", "Chloe", "Dina", "Emil", "Fatou", "Gita", "Hugo", "Ines", "Jan", "Kai", "Lena", "Noor", "Olga")
_LAST = ("Abel", "Brandt", "Costa", "Dumas", "Eriks", "Fabre", "Gomez", "Haas", "Jensen", "Kaya", "Lind", "Moreau")


@dataclass(frozen=True)
class Person:
    """Somebody with an account.

    Args:
        mix: rows by table.
        files: how many of their images have a file; the others were made and not stored.
        story: what makes them special; `demo/rows.py` knows the words.
        card, device: shared between people who live together; empty: their own.
    """

    email: str
    name: str
    country: str = "GB"
    mix: dict[str, int] = field(default_factory=lambda: dict(QUIET_MIX))
    files: int = 0
    story: str = ""
    card: str = ""
    device: str = ""
    phone: str | None = None


def cast() -> list[Person]:
    """The people with a story, always the same and always first."""
    without_purchase = dict.fromkeys(("customers", "subscriptions", "payment_methods", "invoices", "tickets", "messages"), 0)
    card, device = "card-of-a-household", "tablet-of-a-household"
    phone = "+447700900123"  # Ofcom keeps +44 7700 900000 to 900999 for fiction
    people = [
        Person(TYPICAL, "Tilda Typical", "IE", dict(TYPICAL_MIX), files=28),
        Person(HEAVY, "Hans Heavy", "DE", dict(HEAVY_MIX), files=40, story="heavy"),
        Person(TWO_ACCOUNTS[0], "Tess Two", "GB", files=5, phone=phone),
        Person(TWO_ACCOUNTS[1], "Tess Two", "GB", files=2, phone=phone),
        Person(HOUSEHOLD[0], "Holly Household", "FR", files=2, card=card, device=device),
        Person(HOUSEHOLD[1], "Hugo Household", "FR", files=2, card=card, device=device),
        Person(CAPITALS, "Casey Capital", "GB"),
        Person(HOSTILE, '=HYPERLINK("https://attacker.example","Bobby")', "GB", _HOSTILE_MIX, files=5, story="hostile"),
        Person(MINOR, "Max Minor", "GB", files=1, story="minor"),
        Person(CHANGED, "Connie Changed", "ES", story="changed"),
        Person(SILENT, "Sid Silent", "PL", story="silent"),
        Person(ERASING, "Erin Erasing", "DE", files=5, story="erasing"),
        Person(WITHOUT_PURCHASE, "Nora Nothing", "IE", QUIET_MIX | without_purchase),
    ]
    return people + [Person(email, f"Mike Number {number}") for number, email in enumerate(LOOKALIKES, start=1)]


def crowd(count: int, chance: Random) -> Iterator[Person]:
    """People without a story; their rows are spread round the typical 100."""
    countries = list(COUNTRIES)
    for number in range(1, count + 1):
        name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
        # mean 1 after the cut: most people near the typical person, a few with three times as much
        factor = min(3.0, chance.lognormvariate(-0.125, 0.5))
        mix = {table: rows if table in _ONCE else max(0, round(rows * factor)) for table, rows in TYPICAL_MIX.items()}
        mix["images"] = mix["images"] if mix["prompts"] else 0
        mix["messages"] = mix["messages"] if mix["tickets"] else 0
        # the numbers kept for fiction are a thousand; the cast has one of them
        phone = f"+447700900{number:03d}" if number < 1000 and number != 123 else None  # noqa: PLR2004 - see above
        yield Person(f"person{number:05d}@example.com", name, chance.choice(countries), mix, phone=phone)
