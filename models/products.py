"""What is sold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base
from models.lists import Entry


class Product(Base):
    """A product or a service line that opportunities are about."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="product_in_workspace"),
        UniqueConstraint("workspace_id", "name", name="product_once"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    # Told apart as written: "GTXPro" beside "GTX Pro" is a defect to report, not to hide.
    name: Mapped[str] = mapped_column(String(120))
    family: Mapped[str] = mapped_column(String(60), default="")
    price_cents: Mapped[int | None]
    archived_at: Mapped[datetime | None]


def choices(session: Session, workspace_id: int, most: int = 99) -> Sequence[Entry]:
    """The products still sold, by name, as a form offers them."""
    rows = session.execute(
        select(Product.id, Product.name)
        .where(Product.workspace_id == workspace_id, Product.archived_at.is_(None))
        .order_by(Product.name)
        .limit(most)
    )
    return [Entry(str(product_id), name) for product_id, name in rows]
