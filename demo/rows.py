"""The rows of one person in every table of the demo: made from chance that is seeded, so always the same.

Next: demo/controller.py
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from demo.people import COUNTRIES, Person

Row = dict[str, Any]

TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)  # the demo's day; not the clock's, or two runs would differ
_WORDS = (
    *("red", "castle", "misty", "river", "portrait", "light", "cat", "astronaut", "forest"),
    *("oil", "city", "rain", "neon", "garden", "dragon", "winter", "harbour", "map"),
)
# What somebody types who hopes that nobody looks: formulas, scripts, paths, reversed text, two template languages.
_HOSTILE = (
    '=cmd|" /C calc"!A0',
    "<script>alert(document.domain)</script><svg onload=alert(1)>",
    "../../etc/passwd",
    "invoice\u202efdp.exe",
    '#set page(width: 1pt) #eval("1+1") @label $x$',
    "{{ 7 * 7 }} {% raw %}",
)
_BROWSERS = ("Firefox 145", "Chrome 142", "Safari 19")


class Rows:
    """Collects rows by table and counts their ids.

    Args:
        chance: seeded; everything is drawn from it in one order.
    """

    def __init__(self, chance: Random) -> None:
        self.by_table: dict[str, list[Row]] = defaultdict(list)
        self.files: list[str] = []
        self._chance = chance
        self._last: dict[str, int] = defaultdict(int)

    def add(self, person: Person) -> None:
        """All rows of one person, as many per table as their mix says."""
        account = self._one("accounts", self._account(person))
        self._many(person, "consents", lambda number: self._consent(person, number))
        self._many(person, "age_confirmations", lambda _: self._age(account, person))
        prompts = self._many(person, "prompts", lambda _: self._prompt(account, person))
        self._many(person, "images", lambda number: self._image(account, person, prompts, number))
        self._many(person, "uploads", lambda _: self._upload(account, person))
        self._many(person, "logins", lambda _: self._login(account, person))
        self._many(person, "usage_events", lambda _: self._usage(account))
        self._many(person, "moderation_flags", lambda _: self._flag(account, prompts))
        self._many(person, "cookie_preferences", lambda _: self._cookies(account))
        self._many(person, "pixel_ledger", lambda number: self._pixels(account, number))
        self._business(account, person)

    def _business(self, account: int, person: Person) -> None:
        customers = self._many(person, "customers", lambda _: self._customer(account, person))
        if customers:
            customer = customers[0]
            self._many(person, "subscriptions", lambda _: self._subscription(customer))
            self._many(person, "payment_methods", lambda _: self._card(customer, person))
            self._many(person, "invoices", lambda number: self._invoice(customer, person, number))
        tickets = self._many(person, "tickets", lambda _: self._ticket(account, person))
        if tickets:
            self._many(person, "messages", lambda _: self._message(self._chance.choice(tickets), person))

    def _one(self, table: str, row: Row) -> int:
        self._last[table] += 1
        self.by_table[table].append({"id": self._last[table], **row})
        return self._last[table]

    def _many(self, person: Person, table: str, make: Callable[[int], Row]) -> list[int]:
        return [self._one(table, make(number)) for number in range(person.mix.get(table, 0))]

    def _ago(self, days: int) -> datetime:
        return TODAY - timedelta(seconds=self._chance.randrange(days * 86_400))

    def _words(self, person: Person) -> str:
        if person.story == "hostile":
            return self._chance.choice(_HOSTILE)
        return " ".join(self._chance.choice(_WORDS) for _ in range(self._chance.randint(4, 16)))

    def _account(self, person: Person) -> Row:
        language, zone = COUNTRIES[person.country]
        made = self._ago(700)
        changed = TODAY - timedelta(days=5) if person.story == "changed" else made
        return {
            "email": person.email,
            "display_name": person.name.split()[0],
            "full_name": person.name,
            "profile_text": self._words(person),
            "country": person.country,
            "language": language,
            "timezone": zone,
            "plan": self._chance.choice(("free", "plus", "studio")),
            "password_hash": f"{self._chance.getrandbits(256):064x}",
            "created_at": made,
            "last_active_at": TODAY - timedelta(days=800) if person.story == "silent" else self._ago(20),
            "closed_at": None,
            "email_changed_at": changed,
        }

    def _consent(self, person: Person, number: int) -> Row:
        purpose = ("marketing_email", "analytics_cookies", "special_category_upload")[number % 3]
        given, withdrawn = self._ago(600), self._chance.random() < 0.2  # noqa: PLR2004 (one in five changes their mind)
        return {
            "email": person.email,
            "purpose": purpose,
            "granted": self._chance.random() < 0.6,  # noqa: PLR2004 (most say yes)
            "text_version": "2025-07",
            "given_at": given,
            "how": "banner" if "cookies" in purpose else "settings page",
            "withdrawn_at": given + timedelta(days=30) if withdrawn else None,
        }

    def _age(self, account: int, person: Person) -> Row:
        answer = "I am 14" if person.story == "minor" else "I am at least 18 years old"
        return {"account_id": account, "answer": answer, "text_version": "2025-07", "confirmed_at": self._ago(700)}

    def _prompt(self, account: int, person: Person) -> Row:
        return {
            "account_id": account,
            "body": self._words(person),
            "negative_body": "blurry" if self._chance.random() < 0.3 else None,  # noqa: PLR2004 (about a third use it)
            "model": self._chance.choice(("xl", "turbo", "v3")),
            "kept_for": "30 days",
            "created_at": self._ago(29),
        }

    def _image(self, account: int, person: Person, prompts: list[int], number: int) -> Row:
        path = f"{account:05d}/{number:05d}.png" if number < person.files else None
        if path:
            self.files.append(path)
        return {
            "prompt_id": prompts[number % len(prompts)],
            "file_path": path,
            "caption": self._words(person),
            "width": 1024,
            "height": 1024,
            "seed": self._chance.getrandbits(40),
            "public": self._chance.random() < 0.1,  # noqa: PLR2004 (few share)
            "created_at": self._ago(29),
        }

    def _upload(self, account: int, person: Person) -> Row:
        name = "../../outside.png" if person.story == "hostile" else "holiday.png"
        row = {"account_id": account, "original_name": name, "file_path": None, "special_category": False}
        return row | {"created_at": self._ago(29)}

    def _login(self, account: int, person: Person) -> Row:
        language, zone = COUNTRIES[person.country]
        device = person.device or f"device of {account}"
        return {
            "account_id": account,
            "ip": f"192.0.2.{self._chance.randint(1, 254)}",  # RFC 5737: documentation only
            "device_type": self._chance.choice(("phone", "tablet", "computer")),
            "browser": self._chance.choice(_BROWSERS),
            "device_fingerprint": _print(device),
            "timezone": zone,
            "language": language,
            "succeeded": self._chance.random() < 0.95,  # noqa: PLR2004 (people mistype)
            "created_at": self._ago(700),
        }

    def _usage(self, account: int) -> Row:
        action = self._chance.choice(("open_gallery", "generate", "download", "share"))
        ip = f"192.0.2.{self._chance.randint(1, 254)}"
        return {"account_id": account, "action": action, "page": f"/{action}", "ip": ip, "created_at": self._ago(700)}

    def _flag(self, account: int, prompts: list[int]) -> Row:
        return {
            "account_id": account,
            "prompt_id": self._chance.choice(prompts),
            "rule": self._chance.choice(("violence", "likeness", "spam")),
            "score": round(self._chance.random(), 3),
            "decided_by": "machine",
            "outcome": self._chance.choice(("allowed", "blocked")),
            "created_at": self._ago(29),
        }

    def _cookies(self, account: int) -> Row:
        row = {"account_id": account, "analytics": self._chance.random() < 0.5, "functionality": True}  # noqa: PLR2004 (half)
        return row | {"text_version": "2025-07", "how": "banner", "set_at": self._ago(180)}

    def _pixels(self, account: int, number: int) -> Row:
        row = {
            "account_id": account,
            "change": 100 if number % 5 == 0 else -20,
            "reason": "purchase" if number % 5 == 0 else "image",
        }
        return row | {"balance": 20 * (5 - number % 5), "created_at": self._ago(700)}

    def _customer(self, account: int, person: Person) -> Row:
        return {
            "account_id": account,
            "email": person.email,
            "full_name": person.name,
            "phone": person.phone,
            "street": f"{self._chance.randint(1, 300)} Example Street",
            "town": "Exampleton",
            "country": person.country,
            "created_at": self._ago(700),
        }

    def _subscription(self, customer: int) -> Row:
        row = {"customer_id": customer, "plan": "plus", "status": "active", "provider_customer_id": f"pc_{customer:06d}"}
        return row | {"started_at": self._ago(700), "ended_at": None}

    def _card(self, customer: int, person: Person) -> Row:
        return {
            "customer_id": customer,
            "brand": "visa",
            "last4": f"{self._chance.randint(0, 9999):04d}",
            "card_fingerprint": _print(person.card or f"card of {customer}"),
            "holder_name": person.name,
            "added_at": self._ago(700),
        }

    def _invoice(self, customer: int, person: Person, number: int) -> Row:
        issued = self._ago(2000)
        return {
            "customer_id": customer,
            "number": f"INV-{customer:05d}-{number:04d}",
            "amount_cents": self._chance.randint(500, 20_000),
            "currency": "GBP" if person.country == "GB" else "EUR",
            "billing_name": person.name,
            "billing_address": "1 Example Street, Exampleton",
            "issued_at": issued,
            "paid_at": None if person.story == "erasing" and number == 0 else issued + timedelta(days=3),
        }

    def _ticket(self, account: int, person: Person) -> Row:
        opened = self._ago(700)
        row = {"account_id": account, "email": person.email, "subject": self._words(person)[:60], "status": "open"}
        return row | {"opened_at": opened, "last_message_at": opened + timedelta(days=2)}

    def _message(self, ticket: int, person: Person) -> Row:
        staff = self._chance.random() < 0.4  # noqa: PLR2004 (the customer writes more)
        row = {"ticket_id": ticket, "author": "staff" if staff else "customer", "author_name": "Sam" if staff else person.name}
        return row | {"body": self._words(person), "created_at": self._ago(700)}


def _print(thing: str) -> str:
    """A fingerprint as the platform computes it: the same thing, the same print, whoever uses it."""
    return sha256(thing.encode()).hexdigest()[:32]
