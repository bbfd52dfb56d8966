"""What plain SQL says of a person of the demo, written without the data map: the other side of every comparison."""

from collections.abc import Mapping
from pathlib import Path

import sqlalchemy

from demo import tables
from demo.controller import urls_of


def rows_in_sql(home: Path, address: str, environment: Mapping[str, str] | None = None) -> dict[str, int]:
    """Rows by `system/collection`. `environment` names the databases where they are not in the home."""
    counts: dict[str, int] = {}
    platform, business = (sqlalchemy.create_engine(urls_of(home, environment or {})[store]) for store in ("platform", "business"))
    mine = "(SELECT id FROM accounts WHERE email = :address)"
    with platform.connect() as connection:
        account = connection.execute(sqlalchemy.text(f"SELECT id FROM accounts WHERE email = '{address}'")).scalar_one()
        for table in tables.platform.sorted_tables:
            if table.name in {"accounts", "consents"}:
                where = "email = :address"
            elif table.name == "images":
                where = f"prompt_id IN (SELECT id FROM prompts WHERE account_id IN {mine})"
            elif "account_id" in table.columns:
                where = f"account_id IN {mine}"
            else:
                continue
            query = sqlalchemy.text(f"SELECT count(*) FROM {table.name} WHERE {where}")
            counts[f"platform/{table.name}"] = connection.execute(query, {"address": address}).scalar_one()
    customer, ticket = (
        f"(SELECT id FROM customers WHERE account_id = {account})",
        f"(SELECT id FROM tickets WHERE account_id = {account})",
    )
    with business.connect() as connection:
        for table in tables.business.sorted_tables:
            column = next((name for name in ("account_id", "customer_id", "ticket_id") if name in table.columns), None)
            if column is None or table.name == "ticket_participants":
                continue
            chosen = {"account_id": f"({account})", "customer_id": customer, "ticket_id": ticket}[column]
            query = sqlalchemy.text(f"SELECT count(*) FROM {table.name} WHERE {column} IN {chosen}")
            counts[f"business/{table.name}"] = connection.execute(query).scalar_one()
    platform.dispose()
    business.dispose()
    return counts
