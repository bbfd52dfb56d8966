"""What each figure is compared with, measured in the same run: as little as could possibly do the same job.

The floor of an access request is one process that asks the eight queries and zips the rows as JSON: no record, no seal, no
letter, no page. Next: benchmarks/measures.py
"""

import io
import json
import zipfile
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

QUERIES: dict[str, LiteralString] = {
    "users": "SELECT * FROM users WHERE email = %s",
    "prompts": "SELECT p.* FROM prompts p JOIN users u ON u.id = p.user_id WHERE u.email = %s",
    "images": "SELECT i.* FROM images i JOIN prompts p ON p.id = i.prompt_id JOIN users u ON u.id = p.user_id WHERE u.email = %s",
    "support_tickets": "SELECT t.* FROM support_tickets t JOIN users u ON u.id = t.user_id WHERE u.email = %s",
    "messages": (
        "SELECT m.* FROM messages m JOIN support_tickets t ON t.id = m.ticket_id "
        "JOIN users u ON u.id = t.user_id WHERE u.email = %s"
    ),
    "invoices": "SELECT i.* FROM invoices i JOIN users u ON u.id = i.user_id WHERE u.email = %s",
    "login_events": "SELECT l.* FROM login_events l JOIN users u ON u.id = l.user_id WHERE u.email = %s",
    "consents": "SELECT * FROM consents WHERE email = %s",
}


def zip_floor(connection: psycopg.Connection[Any], email: str) -> int:
    """Read one person's rows and zip them as JSON in memory; gives back the number of rows."""
    rows = 0
    with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as zipped, connection.cursor(row_factory=dict_row) as cursor:
        for table, query in QUERIES.items():
            found = cursor.execute(query, (email,)).fetchall()
            rows += len(found)
            zipped.writestr(f"{table}.json", json.dumps(found, default=str))
    return rows
