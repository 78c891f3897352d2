"""How Alembic runs our steps: on the connection it is handed, in one transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from models.db import UtcDateTime
from models.tables import metadata


def render(kind: str, thing: Any, _autogen: object) -> str | Literal[False]:
    """Steps name plain column types, so that they outlive changes of ours."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Run the steps asked for."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
