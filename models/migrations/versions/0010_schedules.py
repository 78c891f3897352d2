"""Reports on schedule, and tiers that many accounts got at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "report_schedule",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("user_id", _id(), nullable=False),
        sa.Column("report", sa.String(20), nullable=False),
        sa.Column("told_by", sa.String(8), nullable=False),
        sa.Column("every", sa.String(8), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("next_local_date", sa.Date()),
        sa.Column("next_due_at", sa.DateTime(timezone=True)),
        sa.Column("planned_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_report_schedule_workspace_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_report_schedule_workspace_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedule")),
        sa.UniqueConstraint(
            "workspace_id", "user_id", "report", "told_by", "every", name="scheduled_once"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("report_schedule_due", "report_schedule", ["next_due_at"])
    op.create_table(
        "retiering",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("by_id", _id(), nullable=False),
        sa.Column("submission", sa.String(64), nullable=False),
        sa.Column("tier", sa.String(8), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("retiered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_retiering_workspace_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_retiering_workspace_id_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retiering")),
        sa.UniqueConstraint("workspace_id", "submission", name="retiered_once"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("retiering")
    op.drop_table("report_schedule")
