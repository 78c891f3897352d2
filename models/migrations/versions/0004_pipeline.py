"""The pipeline: territories, products, stages, opportunities, and imports that can be undone."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


_SALES = (("Prospecting", 10), ("Qualification", 20), ("Proposal", 50), ("Negotiation", 80))
_PIPELINES = {
    "new business": _SALES,
    "payer contracting": (
        ("Identified", 5),
        ("Contact made", 10),
        ("Application", 25),
        ("Credentialing", 50),
        ("Rates negotiated", 75),
        ("Contract out", 90),
    ),
    "broker introduced": _SALES,
    "renewal": _SALES,
    "cross-sell": _SALES,
}
_LOST_REASONS = (
    "Pricing",
    "Competition",
    "Budget constraints",
    "Missing features",
    "Long sales cycle",
    "No decision-maker",
    "Unresponsive prospect",
    "Poor fit",
    "Other",
)


def _stages(workspace_id: int) -> Iterator[dict[str, object]]:
    for pipeline, opens in _PIPELINES.items():
        stages = [(label, "open", chance) for label, chance in opens]
        stages += [("Won", "won", 100), ("Lost", "lost", 0)]
        for position, (label, kind, chance) in enumerate(stages, start=1):
            yield {
                "workspace_id": workspace_id,
                "pipeline": pipeline,
                "key": label.lower(),
                "label": label,
                "kind": kind,
                "probability": chance,
                "position": position,
            }


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", _id(), nullable=False),
        sa.Column("workspace_id", _id(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{name}_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sqlite_autoincrement=True,
    )


def _own(table: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("workspace_id", "id", name=f"{table}_in_workspace")


def _within(table: str, target: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        name=op.f(f"fk_{table}_workspace_id_{column}"),
    )


def upgrade() -> None:
    _table(
        "territory",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_key", sa.String(120), nullable=False),
        _own("territory"),
        sa.UniqueConstraint("workspace_id", "name_key", name="territory_once"),
    )
    # No foreign key: on SQLite a table others point at cannot be made anew.
    op.add_column("user", sa.Column("territory_id", _id()))
    op.create_index("user_of_territory", "user", ["workspace_id", "territory_id"])
    _table(
        "product",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("family", sa.String(60), nullable=False),
        sa.Column("price_cents", _id()),
        sa.Column("archived_at", _instant()),
        _own("product"),
        sa.UniqueConstraint("workspace_id", "name", name="product_once"),
    )
    _table(
        "stage",
        sa.Column("pipeline", sa.String(40), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("label", sa.String(75), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("probability", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        _own("stage"),
        sa.UniqueConstraint("workspace_id", "pipeline", "key", name="stage_once"),
    )
    connection = op.get_bind()
    for workspace_id in connection.execute(sa.text("SELECT id FROM workspace")).scalars().all():
        op.bulk_insert(_STAGE, list(_stages(workspace_id)))
    for position, label in enumerate(_LOST_REASONS, start=1):
        entry = sa.text(
            "INSERT INTO choice (workspace_id, list, key, label, meaning, position) "
            "SELECT id, 'deal_lost_reason', :key, :label, '', :position FROM workspace"
        )
        op.execute(
            entry.bindparams(key=label.lower().replace("-", " "), label=label, position=position)
        )
    _opportunities()
    _imports()


_STAGE = sa.table(
    "stage",
    *(sa.column(name, sa.String()) for name in ("pipeline", "key", "label", "kind")),
    *(sa.column(name, sa.Integer()) for name in ("workspace_id", "probability", "position")),
)


def _opportunities() -> None:
    _table(
        "opportunity",
        sa.Column("external_id", sa.String(120)),
        sa.Column("submission", sa.String(64)),
        sa.Column("name", sa.String(200), nullable=False),
        *(sa.Column(name, _id()) for name in ("account_id", "owner_id", "product_id")),
        sa.Column("stage_id", _id(), nullable=False),
        sa.Column("staged_at", _instant(), nullable=False),
        sa.Column("amount_cents", _id()),
        sa.Column("forecast", sa.String(12), nullable=False),
        *(sa.Column(day, sa.Date()) for day in ("opened_on", "close_date", "first_close_date")),
        sa.Column("pushes", sa.SmallInteger(), nullable=False),
        sa.Column("closed_on", sa.Date()),
        sa.Column("lost_reason", sa.String(60)),
        sa.Column("next_step", sa.String(200), nullable=False),
        *(
            sa.Column(day, sa.Date())
            for day in ("next_step_due", "proposed_on", "proposal_expires_on")
        ),
        sa.Column("broker_id", _id()),
        sa.Column("touch_id", _id()),
        sa.Column("previous", sa.JSON()),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("updated_at", _instant(), nullable=False),
        _own("opportunity"),
        sa.UniqueConstraint("workspace_id", "external_id", name="opportunity_once"),
        sa.UniqueConstraint("workspace_id", "submission", name="opportunity_logged_once"),
        _within("opportunity", "account", "account_id"),
        _within("opportunity", "user", "owner_id"),
        _within("opportunity", "product", "product_id"),
        _within("opportunity", "stage", "stage_id"),
        _within("opportunity", "contact", "broker_id"),
        _within("opportunity", "touch", "touch_id"),
    )
    for name, columns in (
        ("opportunity_of_stage", ["stage_id", "closed_on"]),
        ("opportunity_of_owner", ["owner_id", "closed_on"]),
        ("opportunity_of_account", ["account_id"]),
        ("opportunity_closed", ["closed_on"]),
    ):
        op.create_index(name, "opportunity", ["workspace_id", *columns])
    _table(
        "opportunity_move",
        sa.Column("opportunity_id", _id(), nullable=False),
        sa.Column("from_id", _id()),
        sa.Column("to_id", _id(), nullable=False),
        sa.Column("user_id", _id()),
        sa.Column("moved_at", _instant(), nullable=False),
        _within("opportunity_move", "opportunity", "opportunity_id"),
        _within("opportunity_move", "stage", "from_id"),
        _within("opportunity_move", "stage", "to_id"),
        _within("opportunity_move", "user", "user_id"),
    )
    op.create_index(
        "opportunity_moved", "opportunity_move", ["workspace_id", "opportunity_id", "moved_at"]
    )
    _table(
        "opportunity_contact",
        sa.Column("opportunity_id", _id(), nullable=False),
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("buying_role", sa.String(60), nullable=False),
        sa.UniqueConstraint("workspace_id", "opportunity_id", "contact_id", name="says_once"),
        _within("opportunity_contact", "opportunity", "opportunity_id"),
        _within("opportunity_contact", "contact", "contact_id"),
    )
    op.create_index("opportunity_of_contact", "opportunity_contact", ["workspace_id", "contact_id"])


def _imports() -> None:
    _table(
        "import_run",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("run_at", _instant(), nullable=False),
        sa.Column("undone_at", _instant()),
        _own("import_run"),
    )
    _table(
        "import_change",
        sa.Column("run_id", _id(), nullable=False),
        sa.Column("entity", sa.String(20), nullable=False),
        sa.Column("entity_id", _id(), nullable=False),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        _within("import_change", "import_run", "run_id"),
    )
    op.create_index("import_change_of_run", "import_change", ["workspace_id", "run_id"])
    _table(
        "import_mapping",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("saved_at", _instant(), nullable=False),
        sa.UniqueConstraint("workspace_id", "kind", "name", name="mapping_once"),
    )


def downgrade() -> None:
    for table in (
        "import_mapping",
        "import_change",
        "import_run",
        "opportunity_contact",
        "opportunity_move",
        "opportunity",
        "stage",
        "product",
    ):
        op.drop_table(table)
    op.execute("DELETE FROM choice WHERE list = 'deal_lost_reason'")
    op.drop_index("user_of_territory", "user")
    op.drop_column("user", "territory_id")
    op.drop_table("territory")
