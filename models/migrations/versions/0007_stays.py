"""How long deals stayed in a stage is read by the stage they left."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("opportunity_left", "opportunity_move", ["workspace_id", "from_id", "moved_at"])


def downgrade() -> None:
    op.drop_index("opportunity_left", "opportunity_move")
