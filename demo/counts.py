"""How many records of a person the demo's stores hold, by plain SQL: what a package is compared with.

Written by hand and apart from the data map and the search, so that a mistake in those does not repeat itself here.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, create_engine, text

from demo.stores import urls_of
from demo.tables import STORES, Store

_BY_ACCOUNT = (
    "age_confirmations",
    "prompts",
    "uploads",
    "logins",
    "usage_events",
    "moderation_flags",
    "cookie_preferences",
    "pixel_ledger",
)
_BY_CUSTOMER = ("subscriptions", "payment_methods", "invoices")


def expected_counts(home: Path, email: str, *, urls: Mapping[Store, str] | None = None) -> dict[str, int]:
    """Records by `system.collection`, for somebody who is known by this address alone; zero included.

    Args:
        home: for which the stores were built.
        email: compared byte by byte but for ASCII case.
        urls: of both databases, where they are not those of the home.
    """
    counts: dict[str, int] = {}
    engines = {store: create_engine((urls or urls_of(home))[store]) for store in STORES}
    try:
        with engines["platform"].connect() as connection:
            accounts = _mailbox(connection, "accounts", email)
            counts |= {f"platform.{table}": count for table, count in _platform(connection, accounts, email).items()}
            counts |= {f"files.{name}": count for name, count in _files(connection, accounts, home / "demo/files").items()}
        with engines["business"].connect() as connection:
            counts |= {f"business.{table}": count for table, count in _business(connection, accounts, email).items()}
    finally:
        for engine in engines.values():
            engine.dispose()
    return counts


def _platform(connection: Connection, accounts: list[int], email: str) -> dict[str, int]:
    counts = {"accounts": len(accounts), "consents": len(_mailbox(connection, "consents", email))}
    for table in _BY_ACCOUNT:
        counts[table] = _count(connection, f"SELECT count(*) FROM {table} WHERE account_id IN :keys", accounts)  # noqa: S608
    query = "SELECT count(*) FROM images WHERE prompt_id IN (SELECT id FROM prompts WHERE account_id IN :keys)"
    return counts | {"images": _count(connection, query, accounts)}


def _files(connection: Connection, accounts: list[int], root: Path) -> dict[str, int]:
    query = (
        "SELECT DISTINCT file_path FROM images WHERE file_path IS NOT NULL "
        "AND prompt_id IN (SELECT id FROM prompts WHERE account_id IN :keys)"
    )
    paths = [root / str(row[0]) for row in _rows(connection, query, accounts)]
    inside = [path for path in paths if path.resolve().is_relative_to(root.resolve()) and path.is_file()]
    uploads = [path for account in accounts for path in (root / "uploads" / str(account)).rglob("*")]
    return {"image_files": len(inside), "upload_files": len(uploads)}


def _business(connection: Connection, accounts: list[int], email: str) -> dict[str, int]:
    customers = {*_mailbox(connection, "customers", email), *_ids(connection, "customers", accounts)}
    tickets = {*_mailbox(connection, "tickets", email), *_ids(connection, "tickets", accounts)}
    counts = {"customers": len(customers), "tickets": len(tickets)}
    for table in _BY_CUSTOMER:
        counts[table] = _count(connection, f"SELECT count(*) FROM {table} WHERE customer_id IN :keys", customers)  # noqa: S608
    counts["messages"] = _count(connection, "SELECT count(*) FROM messages WHERE ticket_id IN :keys", tickets)
    return counts | {"ticket_participants": len(_mailbox(connection, "ticket_participants", email))}


def _mailbox(connection: Connection, table: str, email: str) -> list[int]:
    """Keys of the rows with this address. Compared here: databases differ in what they hold to be equal."""
    wanted = email.encode().lower()  # of bytes, so that only ASCII letters are lowered
    rows = connection.execute(text(f"SELECT id, email FROM {table}"))  # noqa: S608 - our own names
    return [int(row[0]) for row in rows if str(row[1]).encode().lower() == wanted]


def _ids(connection: Connection, table: str, accounts: list[int]) -> list[int]:
    rows = _rows(connection, f"SELECT id FROM {table} WHERE account_id IN :keys", accounts)  # noqa: S608 - our own names
    return [row[0] for row in rows]


def _count(connection: Connection, query: str, keys: Iterable[int]) -> int:
    count: int = _rows(connection, query, keys)[0][0]
    return count


def _rows(connection: Connection, query: str, keys: Iterable[int]) -> list[tuple[Any, ...]]:
    statement = text(query).bindparams(bindparam("keys", expanding=True))
    return [tuple(row) for row in connection.execute(statement, {"keys": sorted(keys)})]
