"""The day on which a promise was kept, or another follow-up done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("follow_up", sa.Column("done_on", sa.Date()))


def downgrade() -> None:
    op.drop_column("follow_up", "done_on")
