"""Alembic's entry point. `adapters/database/migrate.py` opens the connection, its transaction and its locks.

Next: adapters/database/migrations/versions/
"""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import DateTime, String
from sqlalchemy.types import TypeDecorator


def render_item(kind: str, item: object, _autogenerating: AutogenContext) -> str | Literal[False]:
    """Write our own column types as the plain ones beneath them, so that a migration outlives the class it was made from."""
    if kind == "type" and isinstance(item, TypeDecorator):
        if isinstance(item.impl_instance, DateTime):
            return "sa.DateTime(timezone=True)"
        if isinstance(item.impl_instance, String):
            return "sa.String()"
    return False


attributes = context.config.attributes
connection = attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=attributes.get("metadata"),
    render_item=render_item,
    compare_type=True,
    transactional_ddl=True,  # SQLite can roll tables back too once the transaction is begun by hand
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite cannot alter a column in place
)
with context.begin_transaction():
    context.run_migrations()
