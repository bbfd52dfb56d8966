"""the record is append-only by the database itself

Revision: a0169fd67a5d
Revises: 6a72fe03972e
"""

# The compatibility rule: while this runs, the previous release still serves requests on the same tables.
#   - A new column is nullable or has a server default.
#   - Nothing that the previous release reads is renamed, retyped or dropped; that waits for the release after.
#   - Rows are moved by an activity in batches, not here; event rows are never changed at all.

import sqlalchemy as sa
from alembic import op

revision = "a0169fd67a5d"
down_revision = "6a72fe03972e"
branch_labels = None
depends_on = None


# Rows are deleted only where `ending` has its row; nothing is ever changed but the time at which a head was mailed.
_ENDS = ("case_event", "dossier_event", "access_log", "access_seal")
_STAYS = ("audit_leaf", "audit_head")
_HEAD = "day, root, document, signature, kid, made_at"
_FUNCTION = """
CREATE FUNCTION habeas_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE allowed boolean := false;
BEGIN
    IF TG_OP = 'DELETE' AND TG_ARGV[0] = 'ends' THEN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.ending)', TG_TABLE_SCHEMA) INTO allowed;
    END IF;
    IF allowed THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME;
END $$
"""


def upgrade() -> None:
    op.create_table("ending", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
    for table in (*_ENDS, *_STAYS):
        for statement in _postgresql(table) if op.get_bind().dialect.name == "postgresql" else _sqlite(table):
            op.execute(statement)


def downgrade() -> None:
    for table in (*_ENDS, *_STAYS):
        for name in ("kept", "unchanged"):
            of = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
            op.execute(f"DROP TRIGGER {table}_{name}{of}")
    if op.get_bind().dialect.name == "postgresql":
        for table in (*_ENDS, *_STAYS):
            op.execute(f"DROP TRIGGER {table}_whole ON {table}")
        op.execute("DROP FUNCTION habeas_append_only()")
    op.drop_table("ending")


def _columns(table: str) -> str:
    return f" OF {_HEAD}" if table == "audit_head" else ""


def _sqlite(table: str) -> tuple[str, ...]:
    unless = "WHEN NOT EXISTS (SELECT 1 FROM ending) " if table in _ENDS else ""
    refused = f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
    return (
        f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {unless}{refused}",
        f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE{_columns(table)} ON {table} {refused}",
    )


def _postgresql(table: str) -> tuple[str, ...]:
    ends = "'ends'" if table in _ENDS else "'stays'"
    refused = f"EXECUTE FUNCTION habeas_append_only({ends})"
    return (
        f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW {refused}",
        f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE{_columns(table)} ON {table} FOR EACH ROW {refused}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refused}",
    )
