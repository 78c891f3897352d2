"""Goals of people, teams and territories."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "goal",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("scope", sa.String(9), nullable=False),
        sa.Column("scope_id", _id(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("target", _id()),
        sa.Column("by_id", _id(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_goal_workspace_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_goal_workspace_id_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "goal_of", "goal", ["workspace_id", "scope", "scope_id", "kind", "period", "since"]
    )


def downgrade() -> None:
    op.drop_table("goal")
