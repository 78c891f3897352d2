"""How often an account must be touched, and who is past it.

`due_on` is stored on the account by whatever changes it (a touch, an owner, a tier), so who is
overdue is one indexed read. Formulas: domain.md D3, "Point adherence"; docs/cadence.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ForeignKey, SmallInteger, String, UniqueConstraint, bindparam, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base

TIERS = ("A", "B", "C", "D", "unrated")

DEFAULT_DAYS = {"A": (7, 10), "B": (14, 21), "C": (30, 45), "D": (90, 120)}
"""Ideal and longest gap in days by tier. An unrated account counts as C."""

EXEMPT = ("dormant", "inactive", "do_not_call", "on_hold", "not_engaged")
"""Statuses of accounts that are in no cadence: they remind nobody and count nowhere."""

WEIGHTS = {"A": 4.0, "B": 2.0, "C": 1.0, "D": 0.5, "unrated": 1.0}
"""What a tier weighs when overdue accounts are ranked."""

FALLING = 1.25
"""What an account weighs more whose referrals fell."""


class CadenceRule(Base):
    """The gaps allowed between two qualifying touches of an account of one tier."""

    __tablename__ = "cadence_rule"
    __table_args__ = (
        UniqueConstraint(
            "workspace_id",
            "tier",
            "account_type",
            "contact_role",
            "buying_role",
            name="cadence_rule_once",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    # What the rule is about; "" is any. A rule with one of the last two is about people.
    tier: Mapped[str] = mapped_column(String(8))
    account_type: Mapped[str] = mapped_column(String(60), default="", server_default="")
    contact_role: Mapped[str] = mapped_column(String(60), default="", server_default="")
    buying_role: Mapped[str] = mapped_column(String(60), default="", server_default="")
    ideal_days: Mapped[int] = mapped_column(SmallInteger)
    max_days: Mapped[int] = mapped_column(SmallInteger)


@dataclass(frozen=True)
class Overdue:
    """An account past its cadence, with what a reminder says about it."""

    account_id: int
    name: str
    tier: str
    city: str
    last_touch_on: date | None
    due_on: date
    days_since: int
    max_days: int
    referrals: int = 0  # from it in the last 90 days ...
    referrals_before: int = 0  # ... and in the 90 before

    @property
    def fell(self) -> bool:
        """Whether it sends fewer referrals than it did."""
        return self.referrals < self.referrals_before

    @property
    def urgency(self) -> float:
        """(days since / max days) x tier weight, x 1.25 if its referrals fell: what the list is
        ranked by."""
        weight = WEIGHTS[self.tier] * (FALLING if self.fell else 1)
        return self.days_since / self.max_days * weight


def due_on(last_touch_on: date | None, owned_since: date | None, max_days: int) -> date | None:
    """The last day on which the account is still in its cadence; None when nobody owns it.

    An account never touched counts from the day it got its present owner.
    """
    if owned_since is None:
        return None
    return (last_touch_on or owned_since) + timedelta(days=max_days)


def max_days(session: Session, workspace_id: int) -> Mapping[str, int]:
    """The longest gap in days by tier."""
    rows = session.execute(_MAX_DAYS, {"workspace": workspace_id})
    known = {row.tier: row.max_days for row in rows}
    return {tier: known.get(tier) or known["C"] for tier in TIERS}


_MAX_DAYS = select(CadenceRule.tier, CadenceRule.max_days).where(
    CadenceRule.workspace_id == bindparam("workspace")
)


def ranked(overdue: Sequence[Overdue]) -> list[Overdue]:
    """Most urgent first, ties by name."""
    return sorted(overdue, key=lambda account: (-account.urgency, account.name))


def seed(session: Session, workspace_id: int) -> None:
    """The default rules of a new workspace."""
    session.execute(
        insert(CadenceRule),
        [
            {"workspace_id": workspace_id, "tier": tier, "ideal_days": ideal, "max_days": longest}
            for tier, (ideal, longest) in DEFAULT_DAYS.items()
        ],
    )
