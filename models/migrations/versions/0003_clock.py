"""The clock: holidays, cadence by more than the tier, snapshots of digests, heartbeats, what
people do with their messages, and accounts that change hands.

Columns are added, never rewritten: on SQLite a table others point at cannot be made anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEPT = {"sqlite_autoincrement": True}
"""A table that SQLite makes anew goes on numbering where it was."""


_BUYING_ROLES = (
    "Economic buyer",
    "Decision maker",
    "Champion",
    "Influencer",
    "User",
    "Gatekeeper",
    "Technical",
    "Legal",
    "Blocker",
    "Unknown",
)


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id")
    )


def _within(table: str, target: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        name=op.f(f"fk_{table}_workspace_id_{column}"),
    )


def upgrade() -> None:
    op.add_column(
        "workspace", sa.Column("holidays", sa.String(12), nullable=False, server_default="US")
    )
    op.add_column("workspace", sa.Column("reckoned_to", _id()))
    op.add_column("user", sa.Column("holidays", sa.String(12)))
    op.add_column(
        "user", sa.Column("daily_lists", sa.SmallInteger(), nullable=False, server_default="1")
    )
    op.add_column("user", sa.Column("reminded_at", _instant()))
    op.add_column("contact", sa.Column("buying_role", sa.String(60)))
    op.add_column("contact", sa.Column("last_touch_on", sa.Date()))
    op.add_column("follow_up", sa.Column("hidden_until", sa.Date()))
    op.add_column("delivery", sa.Column("file_id", sa.String(20)))
    op.add_column("delivery", sa.Column("acted_at", _instant()))
    op.add_column("delivery", sa.Column("acted", sa.String(12)))
    op.create_index("delivery_done", "delivery", ["workspace_id", "done_at"])
    op.create_index("delivery_of_user", "delivery", ["workspace_id", "user_id", "done_at"])
    # Without it each row deleted looked through all others for one that changes it.
    op.create_index(
        "delivery_change",
        "delivery",
        ["workspace_id", "changes_id"],
        sqlite_where=sa.text("changes_id IS NOT NULL"),
        postgresql_where=sa.text("changes_id IS NOT NULL"),
    )
    op.drop_index("touch_of_user", "touch")
    op.create_index(
        "touch_of_user",
        "touch",
        ["workspace_id", "user_id", "occurred_on", "type", "account_id", "qualifying"],
    )
    with op.batch_alter_table("cadence_rule", table_kwargs=_KEPT) as rule:
        for column in ("account_type", "contact_role", "buying_role"):
            rule.add_column(sa.Column(column, sa.String(60), nullable=False, server_default=""))
        rule.drop_constraint("cadence_once_per_tier", type_="unique")
        rule.create_unique_constraint(
            "cadence_rule_once",
            ["workspace_id", "tier", "account_type", "contact_role", "buying_role"],
        )
    op.execute(
        "UPDATE contact SET last_touch_on = (SELECT max(touch.occurred_on) FROM touch "
        "JOIN touch_contact ON touch_contact.workspace_id = touch.workspace_id "
        "AND touch_contact.touch_id = touch.id "
        "WHERE touch_contact.workspace_id = contact.workspace_id "
        "AND touch_contact.contact_id = contact.id AND touch.qualifying)"
    )
    for position, label in enumerate(_BUYING_ROLES, start=1):
        entry = sa.text(
            "INSERT INTO choice (workspace_id, list, key, label, meaning, position) "
            "SELECT id, 'buying_role', :key, :label, '', :position FROM workspace"
        )
        op.execute(entry.bindparams(key=label.lower(), label=label, position=position))
    _tables()


def _tables() -> None:
    op.create_table(
        "holiday",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        _of_workspace("holiday"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
        sa.UniqueConstraint("workspace_id", "day", name="holiday_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "snapshot",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("report", sa.String(20), nullable=False),
        sa.Column("scope", sa.String(60), nullable=False),
        sa.Column("period", sa.String(20), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("row_ids", sa.JSON(), nullable=False),
        sa.Column("formula_version", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        _of_workspace("snapshot"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("workspace_id", "report", "scope", "period", name="snapshot_once"),
        sa.UniqueConstraint("workspace_id", "id", name="snapshot_in_workspace"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "heartbeat",
        sa.Column("id", _id(), nullable=False),
        sa.Column("replica", sa.String(60), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("tzdata", sa.String(20), nullable=False),
        sa.Column("trouble", sa.String(120), nullable=False),
        sa.Column("started_at", _instant(), nullable=False),
        sa.Column("seen_at", _instant(), nullable=False),
        sa.Column("planned_at", _instant()),
        sa.Column("sent_at", _instant()),
        sa.Column("settled_at", _instant()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeat")),
        sa.UniqueConstraint("replica", name="heartbeat_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "not_useful",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("delivery_id", _id(), nullable=False),
        sa.Column("user_id", _id(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("said_at", _instant(), nullable=False),
        _of_workspace("not_useful"),
        _within("not_useful", "delivery", "delivery_id"),
        _within("not_useful", "user", "user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_useful")),
        sa.UniqueConstraint("workspace_id", "delivery_id", "user_id", name="not_useful_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("not_useful_of_user", "not_useful", ["workspace_id", "user_id", "said_at"])
    op.create_table(
        "reassignment",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("from_id", _id(), nullable=False),
        sa.Column("to_id", _id(), nullable=False),
        sa.Column("by_id", _id(), nullable=False),
        sa.Column("submission", sa.String(64), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("reassigned_at", _instant(), nullable=False),
        sa.Column("undone_at", _instant()),
        _of_workspace("reassignment"),
        *(_within("reassignment", "user", column) for column in ("from_id", "to_id", "by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassignment")),
        sa.UniqueConstraint("workspace_id", "id", name="reassignment_in_workspace"),
        sa.UniqueConstraint("workspace_id", "submission", name="reassigned_once"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("reassignment", "not_useful", "heartbeat", "snapshot", "holiday"):
        op.drop_table(table)
    op.execute(
        "DELETE FROM cadence_rule WHERE account_type <> '' OR contact_role <> '' "
        "OR buying_role <> ''"
    )
    with op.batch_alter_table("cadence_rule", table_kwargs=_KEPT) as rule:
        rule.drop_constraint("cadence_rule_once", type_="unique")
        for column in ("account_type", "contact_role", "buying_role"):
            rule.drop_column(column)
        rule.create_unique_constraint("cadence_once_per_tier", ["workspace_id", "tier"])
    op.execute("DELETE FROM choice WHERE list = 'buying_role'")
    op.drop_index("touch_of_user", "touch")
    op.create_index("touch_of_user", "touch", ["workspace_id", "user_id", "occurred_on", "type"])
    op.drop_index("delivery_change", "delivery")
    op.drop_index("delivery_of_user", "delivery")
    op.drop_index("delivery_done", "delivery")
    for table, column in (
        ("delivery", "acted"),
        ("delivery", "acted_at"),
        ("delivery", "file_id"),
        ("follow_up", "hidden_until"),
        ("contact", "last_touch_on"),
        ("contact", "buying_role"),
        ("user", "reminded_at"),
        ("user", "daily_lists"),
        ("user", "holidays"),
        ("workspace", "reckoned_to"),
        ("workspace", "holidays"),
    ):
        op.drop_column(table, column)
