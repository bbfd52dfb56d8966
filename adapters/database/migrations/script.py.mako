"""${message}

Revision: ${up_revision}
Revises: ${down_revision or "nothing"}
"""

# The compatibility rule: while this runs, the previous release still serves requests on the same tables.
#   - A new column is nullable or has a server default.
#   - Nothing that the previous release reads is renamed, retyped or dropped; that waits for the release after.
#   - Rows are moved by an activity in batches, not here; event rows are never changed at all.
#   - `batch_alter_table` on SQLite drops a table's triggers: give those of `adapters/database/append_only.py` back.

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
