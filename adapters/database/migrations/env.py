"""Alembic's entry point. `adapters/database/migrate.py` opens the connection, its transaction and its locks.

Next: adapters/database/migrations/versions/
"""

from alembic import context

attributes = context.config.attributes
connection = attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=attributes.get("metadata"),
    compare_type=True,
    transactional_ddl=True,  # SQLite can roll tables back too once the transaction is begun by hand
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite cannot alter a column in place
)
with context.begin_transaction():
    context.run_migrations()
