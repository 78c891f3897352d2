"""What people make of the plan of their week; goals that a file sets are nobody's doing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEPT = {"sqlite_autoincrement": True}


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "weekly_plan",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("user_id", _id(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("projected", sa.SmallInteger()),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_weekly_plan_workspace_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_weekly_plan_workspace_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_plan")),
        sa.UniqueConstraint("workspace_id", "id", name="weekly_plan_in_workspace"),
        sa.UniqueConstraint("workspace_id", "user_id", "monday", name="weekly_plan_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "planned_account",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("weekly_plan_id", _id(), nullable=False),
        sa.Column("account_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_planned_account_workspace_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "weekly_plan_id"],
            ["weekly_plan.workspace_id", "weekly_plan.id"],
            name=op.f("fk_planned_account_workspace_id_weekly_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["account.workspace_id", "account.id"],
            name=op.f("fk_planned_account_workspace_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_account")),
        sa.UniqueConstraint("workspace_id", "weekly_plan_id", "account_id", name="planned_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("planned_account_of", "planned_account", ["workspace_id", "account_id"])
    with op.batch_alter_table("goal", table_kwargs=_KEPT) as goal:
        goal.alter_column("by_id", existing_type=_id(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM goal WHERE by_id IS NULL")
    with op.batch_alter_table("goal", table_kwargs=_KEPT) as goal:
        goal.alter_column("by_id", existing_type=_id(), nullable=False)
    op.drop_table("planned_account")
    op.drop_table("weekly_plan")
