"""Referrals: reasons, clocks, branches, and each move kept.

Columns are added, never rewritten: on SQLite a table others point at cannot be made anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


# Every workspace so far is in healthcare.
_REASONS = {
    "decline_reason": (
        ("geography", "Geography"),
        ("exceeds clinical capability", "Exceeds clinical capability"),
        ("program not offered", "Program not offered"),
        ("staffing capacity", "Staffing / capacity"),
        ("no skilled need level of care", "No skilled need / level of care"),
        ("not homebound", "Not homebound"),
        ("active with another provider", "Active with another provider"),
        ("no following physician", "No following physician"),
        ("medication supply", "Medication / supply"),
        ("safety provider", "Safety (provider)"),
        ("safety patient", "Safety (patient)"),
        ("psychiatric", "Psychiatric"),
        ("payer not accepted authorization denied", "Payer not accepted / authorization denied"),
        ("incomplete information", "Incomplete information"),
        ("duplicate", "Duplicate"),
    ),
    "lost_reason": (
        ("chose competitor", "Chose competitor"),
        ("patient family choice", "Patient / family choice"),
        ("went to other level of care", "Went to other level of care"),
        ("readmitted", "Readmitted"),
        ("expired", "Expired"),
        ("insurance changed", "Insurance changed"),
        ("slow response", "Slow response"),
        ("unreachable", "Unreachable"),
        ("price out of pocket", "Price / out-of-pocket"),
        ("no decision", "No decision"),
    ),
    "cancel_reason": (
        ("withdrawn by the referrer", "Withdrawn by the referrer"),
        ("entered by mistake", "Entered by mistake"),
        ("duplicate", "Duplicate"),
        ("other", "Other"),
    ),
}
_INSTANTS = (
    "received_at",
    "first_response_at",
    "decided_at",
    "loop_closed_at",
    "answer_by",
    "alert_at",
)
_OF_OWNER = ("workspace_id", "owner_id", "received_on", "direction", "status")


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("workspace", sa.Column("opens_at", sa.Time()))
    op.add_column("workspace", sa.Column("closes_at", sa.Time()))
    op.add_column("workspace", sa.Column("work_days", sa.SmallInteger()))
    op.add_column("workspace", sa.Column("answer_minutes", sa.SmallInteger()))
    op.add_column("referral", sa.Column("branch", sa.String(60)))
    op.add_column("referral", sa.Column("reason", sa.String(60)))
    for name in _INSTANTS:
        op.add_column("referral", sa.Column(name, _instant()))
    op.add_column(
        "referral", sa.Column("alerts", sa.SmallInteger(), nullable=False, server_default="0")
    )
    op.drop_index("referral_of_owner", "referral")
    op.create_index("referral_of_owner", "referral", [*_OF_OWNER, "received_at"])
    op.create_index("referral_standing", "referral", ["workspace_id", "status", "received_on"])
    op.create_index("referral_alert", "referral", ["alert_at"])
    # What is known of referrals logged before the clocks: nobody is alerted about them.
    op.execute("UPDATE referral SET received_at = logged_at")
    op.execute("UPDATE referral SET first_response_at = status_changed_at WHERE status <> 'new'")
    op.execute(
        "UPDATE referral SET decided_at = status_changed_at WHERE status IN "
        "('accepted', 'started', 'declined', 'lost', 'cancelled')"
    )
    op.create_table(
        "referral_move",
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        sa.Column("referral_id", _id(), nullable=False),
        sa.Column("from_status", sa.String(20), nullable=False),
        sa.Column("to_status", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(60)),
        sa.Column("user_id", _id()),
        sa.Column("moved_at", _instant(), nullable=False),
        sa.Column("undone_at", _instant()),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_referral_move_workspace_id")
        ),
        *(
            sa.ForeignKeyConstraint(
                ["workspace_id", column],
                [f"{target}.workspace_id", f"{target}.id"],
                name=op.f(f"fk_referral_move_workspace_id_{column}"),
            )
            for target, column in (("referral", "referral_id"), ("user", "user_id"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_move")),
        sqlite_autoincrement=True,
    )
    op.create_index("referral_moved", "referral_move", ["workspace_id", "referral_id", "id"])
    _lists()


def _lists() -> None:
    entry = sa.text(
        "INSERT INTO choice (workspace_id, list, key, label, meaning, position) "
        "SELECT id, :list, :key, :label, :meaning, :position FROM workspace"
    )
    promised = {"list": "referral_status", "key": "promised", "label": "Promised"}
    op.execute(entry.bindparams(**promised, meaning="promised", position=0))
    for name, group in _REASONS.items():
        for position, (key, label) in enumerate(group, start=1):
            told = {"list": name, "key": key, "label": label, "meaning": "", "position": position}
            op.execute(entry.bindparams(**told))
    op.execute(
        "UPDATE choice SET meaning = 'waiting' WHERE list = 'referral_status' "
        "AND key IN ('info_needed', 'on_hold') AND meaning = 'open'"
    )


def downgrade() -> None:
    op.execute(
        "DELETE FROM choice WHERE list IN ('decline_reason', 'lost_reason', 'cancel_reason') "
        "OR (list = 'referral_status' AND key = 'promised')"
    )
    op.execute("UPDATE choice SET meaning = 'open' WHERE meaning = 'waiting'")
    op.drop_table("referral_move")
    op.execute("DELETE FROM referral WHERE received_at IS NULL")  # promised: nobody knows that now
    op.drop_index("referral_of_owner", "referral")
    op.create_index("referral_of_owner", "referral", [*_OF_OWNER])
    op.drop_index("referral_alert", "referral")
    op.drop_index("referral_standing", "referral")
    for name in ("alerts", *reversed(_INSTANTS), "reason", "branch"):
        op.drop_column("referral", name)
    for name in ("answer_minutes", "work_days", "closes_at", "opens_at"):
        op.drop_column("workspace", name)
