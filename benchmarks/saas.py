"""The data every figure stands on: a small SaaS of eight tables, 1,043,855 rows, 10,000 people, the same rows every time.

`TYPICAL` has exactly 100 rows, `HEAVY` exactly 50,000; with `users` small it is the same shape in small, for the smoke run.
Added to them: `FIFTH` with a fifth of the heavy one's rows, to see whether memory grows with rows, and people like the
typical one, since nobody is sent more than a few codes an hour.

Next: benchmarks/stack.py
"""
# ruff: noqa: SIM905  (lists of literals would be a page)

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg

TYPICAL, HEAVY, FIFTH = "user00042@example.com", "user00007@example.com", "user99999@example.com"
ALIKE = [TYPICAL, *(f"alike{number:02d}@example.com" for number in range(1, 12))]  # a hundred rows each

DDL = """
DROP TABLE IF EXISTS images, prompts, messages, support_tickets, invoices, login_events, consents, users CASCADE;
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, full_name text, phone text, country text,
  birth_date date, password_hash text, plan text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE prompts (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users(id), body text,
  negative_body text, model text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE images (id bigint PRIMARY KEY, prompt_id bigint NOT NULL REFERENCES prompts(id), storage_url text,
  caption text, width int NOT NULL, height int NOT NULL, seed bigint NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE support_tickets (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users(id), subject text,
  status text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE messages (id bigint PRIMARY KEY, ticket_id bigint NOT NULL REFERENCES support_tickets(id),
  author text NOT NULL, body text, created_at timestamptz NOT NULL);
CREATE TABLE invoices (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users(id), number text NOT NULL,
  amount_cents int NOT NULL, currency text NOT NULL, billing_name text, billing_address text, created_at timestamptz NOT NULL);
CREATE TABLE login_events (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users(id), ip inet,
  user_agent text, ok boolean NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE consents (id bigint PRIMARY KEY, email text, purpose text NOT NULL, granted boolean NOT NULL,
  created_at timestamptz NOT NULL);
"""
INDEXES = """
CREATE INDEX ON prompts(user_id); CREATE INDEX ON images(prompt_id); CREATE INDEX ON support_tickets(user_id);
CREATE INDEX ON messages(ticket_id); CREATE INDEX ON invoices(user_id); CREATE INDEX ON login_events(user_id);
CREATE INDEX ON consents(email);
"""
TABLES = ("users", "prompts", "images", "support_tickets", "messages", "invoices", "login_events", "consents")

WORDS = (
    "red castle misty river portrait studio light cat astronaut forest oil painting city rain neon old man smiling "
    "woman garden macro dragon winter harbour map watercolor robot library night sunset bridge"
).split(" ")
FIRST = "Ada Ben Chloe Dina Emil Fatou Gita Hugo Ines Jan Kai Lena Mia Noor Olga Pia".split(" ")
LAST = "Abel Brandt Costa Dumas Eriks Fabre Gomez Haas Ivanov Jensen Kaya Lind Moreau Novak Okoye Perez".split(" ")
AGENTS = [f"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/{number}.0" for number in range(90, 140)]
SINCE, SECONDS = datetime(2023, 1, 1, tzinfo=UTC), 9.4e7

# Rows of one person; with the row in users 100 and 50,000.
MIX = {"prompts": 25, "images": 35, "support_tickets": 2, "messages": 8, "invoices": 6, "login_events": 20, "consents": 3}
HEAVY_MIX = {
    "prompts": 15_000,
    "images": 20_000,
    "support_tickets": 200,
    "messages": 2_000,
    "invoices": 60,
    "login_events": 12_700,
    "consents": 39,
}


@dataclass
class Maker:
    """Makes the rows of one person after the other from one seed."""

    chance: random.Random = field(default_factory=lambda: random.Random(20260101))
    rows: dict[str, list[str]] = field(default_factory=lambda: {table: [] for table in TABLES})

    def __post_init__(self) -> None:
        dice = self.chance
        self._sentences = [" ".join(dice.choice(WORDS) for _ in range(dice.randint(6, 30))) for _ in range(4000)]

    def person(self, email: str, *, mix: dict[str, int] | None = None) -> None:
        """Add one person; without `mix` with a random number of rows, 100 on average."""
        dice = self.chance
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
        address = f"{dice.randint(1, 300)} {dice.choice(LAST)} Street, {dice.randint(1000, 99999):05d} Town"
        account = (
            f"+49{dice.randint(0, 999999999):09d}",
            dice.choice(["DE", "FR", "ES", "US", "PL"]),
            f"{dice.randint(1950, 2006)}-{dice.randint(1, 12)}-{dice.randint(1, 28)}",
            f"{dice.getrandbits(256):064x}",
            dice.choice(["free", "pro", "team"]),
        )
        user = self._add("users", email, name, *account, self._instant())
        counts = mix or self._mix()
        self._content(user, counts)
        for number in range(counts["invoices"]):
            label = f"INV-{user:05d}-{number:04d}"
            self._add("invoices", user, label, dice.randint(500, 20000), "EUR", name, address, self._instant())
        for _ in range(counts["login_events"]):
            ip = f"10.{dice.randint(0, 255)}.{dice.randint(0, 255)}.{dice.randint(1, 254)}"
            self._add("login_events", user, ip, dice.choice(AGENTS), self._yes(0.95), self._instant())
        for number in range(counts["consents"]):
            purpose = ("newsletter", "analytics", "training")[number % 3]
            self._add("consents", email, purpose, self._yes(0.6), self._instant())

    def _content(self, user: int, counts: dict[str, int]) -> None:
        dice = self.chance
        prompts = []
        for _ in range(counts["prompts"]):
            body, negative = self._sentence(), self._sentence() if dice.random() < 0.3 else "\\N"
            model = dice.choice(["xl", "turbo", "v3"])
            prompts.append(self._add("prompts", user, body, negative, model, self._instant()))
        for _ in range(counts["images"]):
            url = f"s3://bucket/{user}/{dice.getrandbits(128):032x}.png"
            prompt = prompts[int(dice.random() * len(prompts))]
            self._add("images", prompt, url, self._sentence(), 1024, 1024, dice.getrandbits(40), self._instant())
        tickets = [
            self._add("support_tickets", user, self._sentence()[:60], dice.choice(["open", "closed"]), self._instant())
            for _ in range(counts["support_tickets"])
        ]
        for _ in range(counts["messages"]):
            ticket, author = tickets[int(dice.random() * len(tickets))], dice.choice(["customer", "agent"])
            self._add("messages", ticket, author, f"{self._sentence()}. {self._sentence()}", self._instant())

    def _mix(self) -> dict[str, int]:
        factor = min(3.0, self.chance.lognormvariate(-0.125, 0.5))
        counts = {table: max(0, round(rows * factor)) for table, rows in MIX.items()}
        if not counts["prompts"]:
            counts["images"] = 0
        if not counts["support_tickets"]:
            counts["messages"] = 0
        return counts

    def _add(self, table: str, *values: object) -> int:
        rows = self.rows[table]
        rows.append("\t".join((str(len(rows) + 1), *map(str, values))))
        return len(rows)

    def _sentence(self) -> str:
        return self._sentences[int(self.chance.random() * 4000)]

    def _instant(self) -> str:
        return (SINCE + timedelta(seconds=int(self.chance.random() * SECONDS))).isoformat()

    def _yes(self, share: float) -> str:
        return "t" if self.chance.random() < share else "f"


def fill(dsn: str, *, users: int = 10_000, share: float = 1.0) -> int:
    """Make the tables anew and fill them; gives back the number of rows.

    Args:
        dsn: of a PostgreSQL database that may be overwritten.
        users: how many people, 200 at least.
        share: of the heavy person's rows; 1 is 50,000.
    """
    maker = Maker()
    for number in range(1, users + 1):
        mix = {7: _part(share), 42: MIX}.get(number)
        maker.person(f"user{number:05d}@example.com", mix=mix)
    maker.person(FIFTH, mix=_part(share / 5))
    for address in ALIKE[1:]:
        maker.person(address, mix=MIX)
    with psycopg.connect(dsn, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(DDL)
        for table in TABLES:
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write("\n".join(maker.rows[table]) + "\n")
        cursor.execute(INDEXES)
        cursor.execute("VACUUM ANALYZE")
    return sum(map(len, maker.rows.values()))


def _part(share: float) -> dict[str, int]:
    return {table: max(1, round(rows * share)) for table, rows in HEAVY_MIX.items()}
