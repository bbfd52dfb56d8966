"""The rows of one person in every table of the demo, as many as their mix says, in the order of `demo/tables.py`.

Next: demo/stores.py
"""

from collections import defaultdict
from collections.abc import Callable

from demo import people
from demo.chance import Chance, fingerprint
from demo.conversations import CONVERSATIONS
from demo.documents import uploads
from demo.hostile import BEYOND_THE_ROOT, HOSTILE_FILES, HOSTILE_TEXTS
from demo.people import COUNTRIES, Person
from demo.pictures import picture

Value = str | int | float | bool | None
Row = tuple[Value, ...]
AddRow = Callable[[str, Row], None]
AddFile = Callable[[str, bytes], None]

_TEXT_VERSION = "2025-07-02"
# How far back rows go, in days: not beyond what the data map lets them live.
_PROMPTS, _LOGS, _MODERATION, _SUPPORT, _COOKIES = 29, 89, 300, 600, 170
_PURPOSES = ("marketing_email", "analytics_cookies", "special_category_upload")
_BROWSERS = ("Firefox 145", "Chrome 142", "Safari 19")
_ACTIONS = ("open_gallery", "generate", "download", "share")
_AGENTS = ("Sam from support", "Robin from support")


class Rows:
    """Makes people's rows and counts the keys of each table.

    Args:
        chance: everything is drawn from it in one order.
        add_row: takes table and row.
        add_file: takes a path under the file store and the content.
    """

    def __init__(self, chance: Chance, add_row: AddRow, add_file: AddFile) -> None:
        self._chance = chance
        self._add_row = add_row
        self._add_file = add_file
        self._last: dict[str, int] = defaultdict(int)
        self._documents = uploads()

    def add(self, person: Person) -> None:
        """All rows and files of one person."""
        chance = self._chance
        age = 1000.0 if person.story == "silent" else 60 + 900 * chance.draw()
        account = self._one("accounts", self._account(person, age))
        texts = HOSTILE_TEXTS if person.story == "hostile" else ()
        words = (lambda: chance.one_of(texts)) if texts else chance.sentence
        for number in range(person.mix["consents"]):
            self._one("consents", self._consent(person, number, age))
        for _ in range(person.mix["age_confirmations"]):
            self._one("age_confirmations", (account, "I am at least 18 years old", _TEXT_VERSION, chance.exactly(age)))
        prompts = [self._one("prompts", self._prompt(account, words)) for _ in range(person.mix["prompts"])]
        for number in range(person.mix["images"]):
            self._one("images", self._image(account, person, prompts[number % len(prompts)], number, words))
        for number in range(person.mix["uploads"]):
            self._one("uploads", self._upload(account, person, number))
        self._traces(account, person, prompts, age)
        if person.mix["customers"]:
            self._purchases(account, person, age, words)
        for number in range(person.mix["tickets"]):
            self._ticket(account, person, number, words)

    def statistics(self) -> None:
        """Figures about everybody together, in which nobody can be found."""
        for days in range(30):
            for action in _ACTIONS:
                day = self._chance.exactly(days + 1).partition(" ")[0]
                self._add_row("usage_statistics", (day, action, "GB", 100 + self._chance.up_to(900)))

    def _one(self, table: str, row: Row) -> int:
        self._last[table] += 1
        self._add_row(table, (self._last[table], *row))
        return self._last[table]

    def _account(self, person: Person, age: float) -> Row:
        chance, (language, zone) = self._chance, COUNTRIES[person.country]
        profile = {"minor": "I am 14 and I draw dragons after school", "hostile": HOSTILE_TEXTS[0]}.get(person.story)
        changed = {"changed": 5.0}.get(person.story)  # days: recent enough to doubt who is asking
        return (
            *(person.email, person.name.split()[0], person.name, profile or chance.sentence()),
            *(person.country, language, zone, chance.one_of(("free", "plus", "studio"))),
            f"{chance.random.getrandbits(256):064x}",
            chance.exactly(age),
            chance.exactly(760) if person.story == "silent" else chance.ago(20),
            None,
            chance.exactly(changed) if changed else None,
            *(None, None, None),  # neither restricted nor disputed, nothing objected to
        )

    def _consent(self, person: Person, number: int, age: float) -> Row:
        chance, purpose = self._chance, _PURPOSES[number % 3]
        days = age * chance.draw()
        withdrawn = chance.exactly(days / 2) if chance.draw() < 0.2 else None  # noqa: PLR2004 - one in five
        granted = bool(withdrawn) or chance.draw() < 0.6  # noqa: PLR2004 - most say yes
        how = "cookie banner" if "cookies" in purpose else "settings page"
        return (person.email, purpose, granted, _TEXT_VERSION, chance.exactly(days), how, withdrawn)

    def _prompt(self, account: int, words: Callable[[], str]) -> Row:
        chance = self._chance
        negative = "blurry" if chance.draw() < 0.3 else None  # noqa: PLR2004 - about a third use it
        return (account, words(), negative, chance.one_of(("xl", "turbo", "v3")), None, chance.ago(_PROMPTS))

    def _image(self, account: int, person: Person, prompt: int, number: int, words: Callable[[], str]) -> Row:
        chance, path = self._chance, None
        if number < person.files:
            path = f"images/{account}/{number:05d}.png"
            self._add_file(path, picture(path))
        elif person.story == "hostile" and number - person.files < len(BEYOND_THE_ROOT):
            path = BEYOND_THE_ROOT[number - person.files]
        public = person.story == "erasing" or chance.draw() < 0.1  # noqa: PLR2004 - few share
        seed = chance.up_to(2**40)
        return (prompt, path, words(), 1024, 1024, seed, public, chance.ago(_PROMPTS))

    def _upload(self, account: int, person: Person, number: int) -> Row:
        name, content = f"holiday-{number}.png", picture(f"{account}/{number}")
        if person.story == "hostile":
            name, content = HOSTILE_FILES[number % len(HOSTILE_FILES)]
        if person.story == "heavy":
            name, content = self._documents[number % len(self._documents)]
        path = f"uploads/{account}/{name.replace('/', '_')}" if person.files else None
        if path:
            self._add_file(path, content)
        return (account, name, path, self._chance.draw() < 0.1, self._chance.ago(_PROMPTS))  # noqa: PLR2004 - one in ten

    def _traces(self, account: int, person: Person, prompts: list[int], age: float) -> None:
        chance, mix = self._chance, person.mix
        language, zone = COUNTRIES[person.country]
        device = fingerprint(person.device or f"device of {account}")
        for _ in range(mix["logins"]):
            kind, browser = chance.one_of(("phone", "tablet", "computer")), chance.one_of(_BROWSERS)
            succeeded = chance.draw() < 0.95  # noqa: PLR2004 - people mistype
            row = (account, chance.ip(), kind, browser, device, zone, language, succeeded, chance.ago(_LOGS))
            self._one("logins", row)
        for _ in range(mix["usage_events"]):
            action = chance.one_of(_ACTIONS)
            self._one("usage_events", (account, action, f"/{action}", chance.ip(), chance.ago(_LOGS)))
        for _ in range(mix["moderation_flags"]):
            prompt = prompts[chance.up_to(len(prompts))] if prompts else None
            rule, outcome = chance.one_of(("violence", "likeness", "spam")), chance.one_of(("allowed", "blocked"))
            flag = (account, prompt, rule, round(chance.draw(), 3), "automatic", outcome, chance.ago(_MODERATION))
            self._one("moderation_flags", flag)
        for _ in range(mix["cookie_preferences"]):
            choice = (account, chance.draw() < 0.5, True, _TEXT_VERSION, "cookie banner", chance.ago(_COOKIES))  # noqa: PLR2004
            self._one("cookie_preferences", choice)
        balance = 0
        for number in range(mix["pixel_ledger"]):
            change, reason = (100, "purchase") if number % 5 == 0 else (-20, "image")
            balance += change
            self._one("pixel_ledger", (account, change, reason, balance, chance.exactly(age / (number + 1))))

    def _purchases(self, account: int, person: Person, age: float, words: Callable[[], str]) -> None:
        chance, mix = self._chance, person.mix
        street, town = f"{1 + chance.up_to(300)} Example Street", "Exampleton"
        if person.story == "hostile":
            street = words()
        customer = self._one(
            "customers",
            (account, person.email, person.name, person.phone, street, town, person.country, chance.exactly(age), None, None),
        )
        for _ in range(mix["subscriptions"]):
            self._one("subscriptions", (customer, "plus", "active", f"pc_{customer:06d}", chance.exactly(age), None))
        for _ in range(mix["payment_methods"]):
            card = fingerprint(person.card or f"card of {customer}")
            row = (customer, "visa", card[-4:].translate(_DIGITS), card, person.name, chance.exactly(age))
            self._one("payment_methods", row)
        for number in range(mix["invoices"]):
            days = age * (number + 1) / (mix["invoices"] + 1)
            paid = None if person.story == "erasing" and number == 0 else chance.exactly(days - 1)
            where = f"{street}, {town}"
            bill = (customer, f"INV-{customer:05d}-{number:04d}", 900 + chance.up_to(9000), "GBP", person.name, where)
            self._one("invoices", (*bill, chance.exactly(days), paid))

    def _ticket(self, account: int, person: Person, number: int, words: Callable[[], str]) -> None:
        chance, share = self._chance, person.mix["messages"] // person.mix["tickets"]
        count = share + (person.mix["messages"] % person.mix["tickets"] if number == 0 else 0)
        days = _SUPPORT * chance.draw()
        status = "open" if person.story == "erasing" else chance.one_of(("open", "closed"))
        subject, said = CONVERSATIONS[number - 1] if person.story == "heavy" and 0 < number <= len(CONVERSATIONS) else ("", ())
        drawn = words()[:80]
        row = (account, person.email, subject or drawn, status, chance.exactly(days), chance.exactly(days / 2))
        ticket = self._one("tickets", row)
        for position in range(count):
            agent = position % 2 == 1
            author = ("agent", chance.one_of(_AGENTS)) if agent else ("customer", person.name)
            when = days - days / 2 * (position + 1) / count
            usual = f"{words()}. {words()}"
            text = said[position] if position < len(said) else usual
            self._one("messages", (ticket, *author, text, chance.exactly(when)))
        if person.email == people.HOUSEHOLD[0]:  # one ticket, two people: each is found by their own row here
            for email in people.HOUSEHOLD:
                self._one("ticket_participants", (ticket, email, chance.exactly(days)))
        if person.story == "minor":
            report = (
                None,
                people.PARENT,
                "My son is 14 and has an account with you",
                "open",
                chance.exactly(3),
                chance.exactly(2),
            )
            ticket = self._one("tickets", report)
            body = "Please close it. He is called Max, and he is at school with the other children who use it."
            self._one("messages", (ticket, "customer", "A parent", body, chance.exactly(3)))


_DIGITS = str.maketrans("abcdef", "123456")  # the last four of a card are digits
