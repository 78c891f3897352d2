"""The first schema: people, accounts, touches, referrals, and what is owed by the clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "workspace",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slack_team_id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("industry_profile", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column(
            "names_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "names_removed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
        sa.UniqueConstraint("slack_team_id", name="workspace_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.String(length=20), nullable=False),
        sa.Column("entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_audit_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(
            "audit_of_thing", ["workspace_id", "entity", "entity_id"], unique=False
        )

    op.create_table(
        "cadence_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("tier", sa.String(length=8), nullable=False),
        sa.Column("ideal_days", sa.SmallInteger(), nullable=False),
        sa.Column("max_days", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_cadence_rule_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cadence_rule")),
        sa.UniqueConstraint("workspace_id", "tier", name="cadence_once_per_tier"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "choice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("list", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=75), nullable=False),
        sa.Column("meaning", sa.String(length=12), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_choice_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice")),
        sa.UniqueConstraint("workspace_id", "list", "key", name="choice_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "competitor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column(
            "names_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_competitor_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competitor")),
        sa.UniqueConstraint("workspace_id", "id", name="competitor_in_workspace"),
        sa.UniqueConstraint("workspace_id", "name_key", name="competitor_once"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("competitor", schema=None) as batch_op:
        batch_op.create_index(
            "competitor_names_changed", ["workspace_id", "names_version"], unique=False
        )

    op.create_table(
        "lane",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=60), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_reason", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_lane_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane")),
        sa.UniqueConstraint("workspace_id", name="lane_once"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("lane", schema=None) as batch_op:
        batch_op.create_index("lane_next", ["next_at"], unique=False)

    op.create_table(
        "seen_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_seen_request_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen_request")),
        sa.UniqueConstraint("workspace_id", "key", name="request_once"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("seen_request", schema=None) as batch_op:
        batch_op.create_index("request_seen_at", ["seen_at"], unique=False)

    op.create_table(
        "user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("slack_id", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column(
            "manager_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("zone_source", sa.String(length=9), nullable=False),
        sa.Column("profile_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remind_at", sa.Time(), nullable=False),
        sa.Column("work_days", sa.SmallInteger(), nullable=False),
        sa.Column("reminders_on", sa.Boolean(), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("greeted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_local_date", sa.Date(), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "manager_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_user_workspace_id_manager_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_user_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("workspace_id", "id", name="user_in_workspace"),
        sa.UniqueConstraint("workspace_id", "slack_id", name="user_once"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.create_index("user_by_email", ["workspace_id", "email"], unique=False)
        batch_op.create_index("user_due", ["next_due_at"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=True),
        sa.Column("tier", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_email", sa.String(length=254), nullable=True),
        sa.Column("owned_since", sa.Date(), nullable=True),
        sa.Column(
            "declined_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("zip", sa.String(length=12), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("territory", sa.String(length=120), nullable=False),
        sa.Column("last_touch_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "names_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_account_workspace_id_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "declined_by_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_account_workspace_id_declined_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_account_workspace_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_account_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("workspace_id", "external_id", name="account_external_id_once"),
        sa.UniqueConstraint("workspace_id", "id", name="account_in_workspace"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index("account_by_name", ["workspace_id", "name_key"], unique=False)
        batch_op.create_index("account_due", ["workspace_id", "owner_id", "due_on"], unique=False)
        batch_op.create_index(
            "account_names_changed", ["workspace_id", "names_version"], unique=False
        )
        batch_op.create_index("account_of_email", ["workspace_id", "owner_email"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("local_date", sa.Date(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("intent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nid", sa.String(length=36), nullable=False),
        sa.Column(
            "changes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("channel_id", sa.String(length=20), nullable=True),
        sa.Column("slack_ts", sa.String(length=24), nullable=True),
        sa.Column("via", sa.String(length=10), nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("looked", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "changes_id"],
            ["delivery.workspace_id", "delivery.id"],
            name=op.f("fk_delivery_workspace_id_changes_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_delivery_workspace_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_delivery_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("workspace_id", "dedupe_key", name="owed_once"),
        sa.UniqueConstraint("workspace_id", "id", name="delivery_in_workspace"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("delivery_in_doubt", ["state", "look_at"], unique=False)
        batch_op.create_index(
            "delivery_next", ["workspace_id", "state", "priority", "not_before"], unique=False
        )
        batch_op.create_index(
            "delivery_of_subject", ["workspace_id", "kind", "subject_id"], unique=False
        )

    op.create_table(
        "subscription",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("channel_id", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("stopped_why", sa.String(length=60), nullable=True),
        sa.Column("next_local_date", sa.Date(), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_subscription_workspace_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_subscription_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("workspace_id", "channel_id", name="digest_once_per_channel"),
        sa.UniqueConstraint("workspace_id", "id", name="subscription_in_workspace"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index("subscription_due", ["next_due_at"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("credentials", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column(
            "names_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["account.workspace_id", "account.id"],
            name=op.f("fk_contact_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_contact_workspace_id_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_contact_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("workspace_id", "external_id", name="contact_external_id_once"),
        sa.UniqueConstraint("workspace_id", "id", name="contact_in_workspace"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(
            "contact_names_changed", ["workspace_id", "names_version"], unique=False
        )
        batch_op.create_index(
            "contact_of_account", ["workspace_id", "account_id", "name_key"], unique=False
        )

    op.create_table(
        "snooze",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("hidden_until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["account.workspace_id", "account.id"],
            name=op.f("fk_snooze_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_snooze_workspace_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_snooze_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snooze")),
        sa.UniqueConstraint("workspace_id", "user_id", "account_id", name="snooze_once"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("snooze", schema=None) as batch_op:
        batch_op.create_index("snooze_of_account", ["workspace_id", "account_id"], unique=False)

    op.create_table(
        "touch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("occurred_at", sa.String(length=5), nullable=True),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("qualifying", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=True),
        sa.Column("service_line", sa.String(length=60), nullable=True),
        sa.Column(
            "competitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=False),
        sa.Column("edits", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_account", sa.Boolean(), nullable=False),
        sa.Column("made_owner", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["account.workspace_id", "account.id"],
            name=op.f("fk_touch_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "competitor_id"],
            ["competitor.workspace_id", "competitor.id"],
            name=op.f("fk_touch_workspace_id_competitor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_touch_workspace_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_touch_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touch")),
        sa.UniqueConstraint("workspace_id", "id", name="touch_in_workspace"),
        sa.UniqueConstraint("workspace_id", "submission", name="touch_logged_once"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("touch", schema=None) as batch_op:
        batch_op.create_index(
            "touch_of_account", ["workspace_id", "account_id", "occurred_on"], unique=False
        )
        batch_op.create_index(
            "touch_of_user", ["workspace_id", "user_id", "occurred_on", "type"], unique=False
        )

    op.create_table(
        "alias",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "competitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column(
            "names_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint(
            "(CASE WHEN account_id IS NULL THEN 0 ELSE 1 END + CASE WHEN contact_id IS NULL THEN 0 ELSE 1 END + CASE WHEN competitor_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_alias_alias_of_one_thing"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["account.workspace_id", "account.id"],
            name=op.f("fk_alias_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "competitor_id"],
            ["competitor.workspace_id", "competitor.id"],
            name=op.f("fk_alias_workspace_id_competitor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contact.workspace_id", "contact.id"],
            name=op.f("fk_alias_workspace_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_alias_workspace_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_alias_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.create_index("alias_changed", ["workspace_id", "names_version"], unique=False)
        batch_op.create_index("alias_of_account", ["workspace_id", "account_id"], unique=False)
        batch_op.create_index(
            "alias_of_competitor", ["workspace_id", "competitor_id"], unique=False
        )

    op.create_table(
        "follow_up",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("touch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["account.workspace_id", "account.id"],
            name=op.f("fk_follow_up_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "touch_id"],
            ["touch.workspace_id", "touch.id"],
            name=op.f("fk_follow_up_workspace_id_touch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_follow_up_workspace_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_follow_up_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("workspace_id", "id", name="follow_up_in_workspace"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(
            "follow_up_due", ["workspace_id", "user_id", "status", "due_on"], unique=False
        )
        batch_op.create_index("follow_up_of_account", ["workspace_id", "account_id"], unique=False)
        batch_op.create_index("follow_up_of_touch", ["workspace_id", "touch_id"], unique=False)

    op.create_table(
        "referral",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("touch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("service_line", sa.String(length=60), nullable=True),
        sa.Column("payer_type", sa.String(length=60), nullable=True),
        sa.Column("urgency", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["account.workspace_id", "account.id"],
            name=op.f("fk_referral_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contact.workspace_id", "contact.id"],
            name=op.f("fk_referral_workspace_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["user.workspace_id", "user.id"],
            name=op.f("fk_referral_workspace_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "touch_id"],
            ["touch.workspace_id", "touch.id"],
            name=op.f("fk_referral_workspace_id_touch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_referral_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("workspace_id", "code", name="referral_code_once"),
        sa.UniqueConstraint("workspace_id", "id", name="referral_in_workspace"),
        sa.UniqueConstraint("workspace_id", "submission", "place", name="referral_logged_once"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(
            "referral_of_account", ["workspace_id", "account_id", "received_on"], unique=False
        )
        batch_op.create_index("referral_of_contact", ["workspace_id", "contact_id"], unique=False)
        batch_op.create_index(
            "referral_of_owner",
            ["workspace_id", "owner_id", "received_on", "direction", "status"],
            unique=False,
        )
        batch_op.create_index("referral_of_touch", ["workspace_id", "touch_id"], unique=False)

    op.create_table(
        "touch_contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("touch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contact.workspace_id", "contact.id"],
            name=op.f("fk_touch_contact_workspace_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "touch_id"],
            ["touch.workspace_id", "touch.id"],
            name=op.f("fk_touch_contact_workspace_id_touch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_touch_contact_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touch_contact")),
        sa.UniqueConstraint("workspace_id", "touch_id", "contact_id", name="met_once"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("touch_contact", schema=None) as batch_op:
        batch_op.create_index("met_contact", ["workspace_id", "contact_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("touch_contact", schema=None) as batch_op:
        batch_op.drop_index("met_contact")

    op.drop_table("touch_contact")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index("referral_of_touch")
        batch_op.drop_index("referral_of_owner")
        batch_op.drop_index("referral_of_contact")
        batch_op.drop_index("referral_of_account")

    op.drop_table("referral")
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_index("follow_up_of_touch")
        batch_op.drop_index("follow_up_of_account")
        batch_op.drop_index("follow_up_due")

    op.drop_table("follow_up")
    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.drop_index("alias_of_competitor")
        batch_op.drop_index("alias_of_account")
        batch_op.drop_index("alias_changed")

    op.drop_table("alias")
    with op.batch_alter_table("touch", schema=None) as batch_op:
        batch_op.drop_index("touch_of_user")
        batch_op.drop_index("touch_of_account")

    op.drop_table("touch")
    with op.batch_alter_table("snooze", schema=None) as batch_op:
        batch_op.drop_index("snooze_of_account")

    op.drop_table("snooze")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index("contact_of_account")
        batch_op.drop_index("contact_names_changed")

    op.drop_table("contact")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index("subscription_due")

    op.drop_table("subscription")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("delivery_of_subject")
        batch_op.drop_index("delivery_next")
        batch_op.drop_index("delivery_in_doubt")

    op.drop_table("delivery")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index("account_of_email")
        batch_op.drop_index("account_names_changed")
        batch_op.drop_index("account_due")
        batch_op.drop_index("account_by_name")

    op.drop_table("account")
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_index("user_due")
        batch_op.drop_index("user_by_email")

    op.drop_table("user")
    with op.batch_alter_table("seen_request", schema=None) as batch_op:
        batch_op.drop_index("request_seen_at")

    op.drop_table("seen_request")
    with op.batch_alter_table("lane", schema=None) as batch_op:
        batch_op.drop_index("lane_next")

    op.drop_table("lane")
    with op.batch_alter_table("competitor", schema=None) as batch_op:
        batch_op.drop_index("competitor_names_changed")

    op.drop_table("competitor")
    op.drop_table("choice")
    op.drop_table("cadence_rule")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index("audit_of_thing")

    op.drop_table("audit")
    op.drop_table("workspace")
