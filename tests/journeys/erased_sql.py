"""What plain SQL says of a person of the demo before and after an erasure, written without the data map.

Kept are three things: consents as proof, checks of prompts for claims, invoices for the tax office. Sign-ins and usage stay as
figures without a key. Everything else is gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from demo import tables
from demo.controller import urls_of

_BY_ACCOUNT = ("age_confirmations", "prompts", "uploads", "cookie_preferences", "pixel_ledger", "logins", "usage_events")
_KEPT_FIGURES = ("logins", "usage_events")
_GONE = (
    *("accounts", "age_confirmations", "prompts", "images", "uploads", "cookie_preferences", "pixel_ledger"),
    *("customers", "subscriptions", "payment_methods", "tickets", "messages"),
)


@dataclass
class Rows:
    """The ids of one person's rows, by table."""

    ids: dict[str, list[int]]
    files: list[str]


class Stores:
    """The demo's databases and files of one home."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        urls = urls_of(home, environment or {})
        self.engines = {store: sa.create_engine(url, poolclass=sa.pool.NullPool) for store, url in urls.items()}
        self.files = home / "demo" / "files"

    def rows_of(self, address: str) -> Rows:
        """Every row of a person, found by hand."""
        ids: dict[str, list[int]] = {}
        ids["accounts"] = self._ids("platform", "accounts", "email", [address])
        ids["consents"] = self._ids("platform", "consents", "email", [address])
        for name in (*_BY_ACCOUNT, "moderation_flags"):
            ids[name] = self._ids("platform", name, "account_id", ids["accounts"])
        ids["images"] = self._ids("platform", "images", "prompt_id", ids["prompts"])
        ids["customers"] = self._ids("business", "customers", "account_id", ids["accounts"])
        for name in ("subscriptions", "payment_methods", "invoices"):
            ids[name] = self._ids("business", name, "customer_id", ids["customers"])
        ids["tickets"] = self._ids("business", "tickets", "account_id", ids["accounts"])
        ids["messages"] = self._ids("business", "messages", "ticket_id", ids["tickets"])
        paths = self._column("platform", "images", "file_path", ids["images"])
        uploads = [str(path.relative_to(self.files)) for each in ids["accounts"] for path in self._folder(each).rglob("*")]
        return Rows(ids, [path for path in [*filter(None, paths), *uploads] if (self.files / path).is_file()])

    def counts(self) -> dict[str, int]:
        """All rows of all people, by table."""
        found: dict[str, int] = {}
        for store, metadata in (("platform", tables.platform), ("business", tables.business)):
            with self.engines[store].connect() as connection:  # type: ignore[index]
                for table in metadata.sorted_tables:
                    found[table.name] = connection.execute(sa.text(f"SELECT count(*) FROM {table.name}")).scalar_one()
        return found

    def left(self, rows: Rows) -> dict[str, int]:
        """How many of these rows are still there, by table."""
        return {name: len(self._ids(self._store(name), name, "id", ids)) for name, ids in rows.ids.items()}

    def assert_erased(self, rows: Rows, before: Mapping[str, int]) -> None:
        """The person's rows are as the data map says, and nobody else's were touched."""
        left, now = self.left(rows), self.counts()
        assert {name: left[name] for name in _GONE} == dict.fromkeys(_GONE, 0)
        for name in ("consents", "moderation_flags", "invoices", *_KEPT_FIGURES):
            assert left[name] == len(rows.ids[name]), name
        for name in _KEPT_FIGURES:
            columns = ["account_id", "ip", *(["device_fingerprint"] if name == "logins" else [])]
            for column in columns:
                assert set(self._column("platform", name, column, rows.ids[name])) <= {None}, (name, column)
        for name, count in before.items():
            gone = len(rows.ids[name]) if name in _GONE else 0
            assert now[name] == count - gone, name
        assert [path for path in rows.files if (self.files / path).exists()] == []

    def _store(self, table: str) -> str:
        return "platform" if table in tables.platform.tables else "business"

    def _folder(self, account: int) -> Path:
        return self.files / "uploads" / str(account)

    def _ids(self, store: str, table: str, column: str, values: list[int] | list[str]) -> list[int]:
        return self._select(store, f"SELECT id FROM {table} WHERE {column} IN :values", values)

    def _column(self, store: str, table: str, column: str, ids: list[int]) -> list[str]:
        return self._select(store, f"SELECT {column} FROM {table} WHERE id IN :values", ids)

    def _select(self, store: str, statement: str, values: list[int] | list[str]) -> list:  # type: ignore[type-arg]
        query = sa.text(statement).bindparams(sa.bindparam("values", expanding=True))
        found = []
        with self.engines[store].connect() as connection:  # type: ignore[index]
            for start in range(0, len(values), 10_000):
                found += [row[0] for row in connection.execute(query, {"values": values[start : start + 10_000]})]
        return found
