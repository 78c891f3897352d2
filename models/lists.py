"""Lists a customer may rename or extend: touch types, outcomes, statuses, reasons, roles.

Rows, not enums. A row's `key` is what other tables hold and never changes; its `label` is what
people read. Defaults: domain.md D2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ForeignKey,
    SmallInteger,
    String,
    UniqueConstraint,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, scan
from models.text import name_key

ACCOUNT_TYPE, CONTACT_ROLE, BUYING_ROLE = "account_type", "contact_role", "buying_role"
TOUCH_TYPE, OUTCOME = "touch_type", "outcome"
SERVICE_LINE, PAYER_TYPE = "service_line", "payer_type"
REFERRAL_STATUS = "referral_status"
DECLINE_REASON, LOST_REASON = "decline_reason", "lost_reason"
CANCEL_REASON = "cancel_reason"
SKIP_REASON = "skip_reason"
DEAL_LOST_REASON = "deal_lost_reason"


class Choice(Base):
    """One entry of one list of a workspace."""

    __tablename__ = "choice"
    __table_args__ = (UniqueConstraint("workspace_id", "list", "key", name="choice_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    list: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(75))  # Slack's limit for an option's text
    # What the entry means to a rule: "qualifying" for a touch type that restarts the cadence
    # clock, "attempt" for an outcome that does not; for a referral's status how far it is.
    meaning: Mapped[str] = mapped_column(String(12), default="")
    position: Mapped[int] = mapped_column(SmallInteger)


@dataclass(frozen=True)
class Entry:
    """A list's entry as views show it."""

    key: str
    label: str
    meaning: str = ""


def entries(session: Session, workspace_id: int, *lists: str) -> dict[str, Sequence[Entry]]:
    """The entries of the named lists, each in its order, in one read."""
    rows = session.execute(_ENTRIES, {"workspace": workspace_id, "lists": lists})
    found: dict[str, list[Entry]] = {name: [] for name in lists}
    for name, key, label, meaning in rows:
        found[name].append(Entry(key, label, meaning))
    return dict(found)


# Built once: they run while a person waits.
_ENTRIES = (
    select(Choice.list, Choice.key, Choice.label, Choice.meaning)
    .where(
        Choice.workspace_id == bindparam("workspace"),
        Choice.list.in_(bindparam("lists", expanding=True)),
    )
    .order_by(Choice.list, Choice.position, Choice.key)
)
_MEANING = select(Choice.meaning).where(
    Choice.workspace_id == bindparam("workspace"),
    Choice.list == bindparam("list"),
    Choice.key == bindparam("key"),
)


def meaning(session: Session, workspace_id: int, list_name: str, key: str | None) -> str | None:
    """What the entry means to the rules; None when the list has no such entry."""
    told = {"workspace": workspace_id, "list": list_name, "key": key}
    return next((row.meaning for row in scan(session, _MEANING, told)), None)


def add(session: Session, workspace_id: int, list_name: str, label: str) -> Entry:
    """A new last entry of the list, its key made from its label; an equal one is returned."""
    key = name_key(label)[:60]
    known = session.scalar(
        select(Choice).where(
            Choice.workspace_id == workspace_id, Choice.list == list_name, Choice.key == key
        )
    )
    if known is None:
        last = session.scalar(
            select(func.max(Choice.position)).where(
                Choice.workspace_id == workspace_id, Choice.list == list_name
            )
        )
        known = Choice(
            workspace_id=workspace_id,
            list=list_name,
            key=key,
            label=label[:75],
            position=(last or 0) + 1,
        )
        session.add(known)
        session.flush()
    return Entry(known.key, known.label, known.meaning)


def plain(*labels: str) -> list[Entry]:
    """Entries that mean nothing to any rule, with keys made from their labels."""
    return [Entry(name_key(label)[:60], label) for label in labels]


def _meaning(what: str, labels: Iterable[str]) -> list[Entry]:
    return [Entry(label.casefold(), label, what) for label in labels]


DEFAULTS: dict[str, list[Entry]] = {
    CONTACT_ROLE: plain(
        "Physician",
        "NP / PA",
        "Discharge planner",
        "Case manager",
        "Social worker",
        "Therapist",
        "Admissions",
        "Unit manager",
        "DON",
        "Administrator",
        "Executive",
        "Practice manager",
        "Referral coordinator",
        "Payer case manager",
        "Adjuster",
        "Agent",
        "Broker",
        "Other",
    ),
    BUYING_ROLE: plain(
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
    ),
    TOUCH_TYPE: [
        *_meaning("qualifying", ["Visit", "Call"]),
        *_meaning("", ["Email", "Voicemail", "Text"]),
        *_meaning("qualifying", ["Virtual meeting", "Lunch and learn", "In-service", "Event"]),
        *_meaning("", ["Drop-off"]),
    ],
    OUTCOME: [
        *_meaning("", ["Met target", "Met other staff"]),
        *_meaning(
            "attempt", ["Left materials", "Gatekeeper only", "No access", "Reached voicemail"]
        ),
        *_meaning("", ["Rescheduled", "Declined", "Referral given", "Follow-up agreed"]),
    ],
    SKIP_REASON: plain(
        "On leave",
        "Account closed",
        "Waiting for them",
        "Seen informally",
        "Wrong cadence",
        "Duplicate",
        "No access",
        "Other",
    ),
    DEAL_LOST_REASON: plain(
        "Pricing",
        "Competition",
        "Budget constraints",
        "Missing features",
        "Long sales cycle",
        "No decision-maker",
        "Unresponsive prospect",
        "Poor fit",
        "Other",
    ),
}
"""The lists that are the same in every field; `models.profiles` has the others."""
