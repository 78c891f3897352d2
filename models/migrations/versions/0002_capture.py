"""Drafts, merges, headcounts, redactions, and what a person chooses about their own hours.

Columns are added, never rewritten: on SQLite a table others point at cannot be made anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("user", sa.Column("quiet_from", sa.Time()))
    op.add_column("user", sa.Column("quiet_until", sa.Time()))
    op.add_column("user", sa.Column("paused_until", sa.Date()))
    op.add_column("touch", sa.Column("headcount", sa.SmallInteger()))
    op.add_column("touch", sa.Column("redacted_at", sa.DateTime(timezone=True)))
    op.add_column("contact", sa.Column("archived_at", sa.DateTime(timezone=True)))
    op.create_index("alias_of_contact", "alias", ["workspace_id", "contact_id"])
    op.create_index("alias_of_user", "alias", ["workspace_id", "user_id"])
    op.create_table(
        "draft",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("user_id", _id(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("channel_id", sa.String(length=20)),
        sa.Column("message_ts", sa.String(length=24)),
        sa.Column("file_id", sa.String(length=20)),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True)),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_draft_workspace_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_draft_workspace_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("workspace_id", "id", name="draft_in_workspace"),
        sa.UniqueConstraint("workspace_id", "key", name="draft_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("draft_of_user", "draft", ["workspace_id", "user_id", "way", "changed_at"])
    op.create_index("draft_to_hear", "draft", ["status", "look_at"])
    op.create_index("draft_changed", "draft", ["changed_at"])
    op.create_table(
        "merge",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("entity", sa.String(length=8), nullable=False),
        sa.Column("kept_id", _id(), nullable=False),
        sa.Column("gone_id", _id(), nullable=False),
        sa.Column("by_id", _id(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_merge_workspace_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_merge_workspace_id_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
        sqlite_autoincrement=True,
    )
    op.create_index("merge_of_gone", "merge", ["workspace_id", "entity", "gone_id"])


def downgrade() -> None:
    op.drop_table("merge")
    op.drop_table("draft")
    op.drop_index("alias_of_user", "alias")
    op.drop_index("alias_of_contact", "alias")
    op.drop_column("contact", "archived_at")
    op.drop_column("touch", "redacted_at")
    op.drop_column("touch", "headcount")
    op.drop_column("user", "paused_until")
    op.drop_column("user", "quiet_until")
    op.drop_column("user", "quiet_from")
