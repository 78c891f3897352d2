"""Which channels get the weekly digest."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import Boolean, ForeignKey, Index, Select, String, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import audit, slots, users
from models.db import Base, insert_if_absent, within_workspace
from models.errors import DigestTaken
from models.users import Actor

OPENS, CLOSES = time(8), time(12)
"""A digest may be sent from Monday at the first to Tuesday at the second, in its own zone."""

TEAM, EVERYONE = "team", "everyone"


class Subscription(Base):
    """A channel's Monday digest, about the people of whoever asked for it."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="subscription_in_workspace"),
        UniqueConstraint("workspace_id", "channel_id", name="digest_once_per_channel"),
        within_workspace("user", "user_id"),
        Index("subscription_due", "next_due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    channel_id: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int]  # who typed it: their team, their zone
    scope: Mapped[str] = mapped_column(String(8))  # team, everyone
    short: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    zone: Mapped[str] = mapped_column(String(64))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    stopped_why: Mapped[str | None] = mapped_column(String(60))
    # The planner's place, as on `user`.
    next_local_date: Mapped[date | None]  # the Monday
    next_due_at: Mapped[datetime | None]
    planned_at: Mapped[datetime | None]
    created_at: Mapped[datetime]  # when it was last asked for; its first Monday comes after


def of_channel(session: Session, workspace_id: int, channel_id: str) -> Subscription | None:
    """The channel's subscription, on or off."""
    return session.scalar(
        select(Subscription).where(
            Subscription.workspace_id == workspace_id, Subscription.channel_id == channel_id
        )
    )


def get(session: Session, workspace_id: int, subscription_id: int) -> Subscription | None:
    """The subscription, on or off."""
    return session.scalar(
        select(Subscription).where(
            Subscription.workspace_id == workspace_id, Subscription.id == subscription_id
        )
    )


def any_short(session: Session, like: Subscription) -> bool:
    """Whether it, or an active one about the same people, tells the week in four lines."""
    if like.short:
        return True
    same_team = [] if like.scope == EVERYONE else [Subscription.user_id == like.user_id]
    others = select(Subscription.id).where(
        Subscription.workspace_id == like.workspace_id,
        Subscription.scope == like.scope,
        Subscription.active,
        Subscription.short,
        *same_team,
    )
    return session.scalar(others.limit(1)) is not None


def give_up(subscription: Subscription, why: str) -> None:
    """Slack does not let us post there (any more): no digest until it is asked for again."""
    subscription.active, subscription.stopped_why = False, why[:60]
    subscription.next_local_date = subscription.next_due_at = None


def subscribe(
    session: Session,
    actor: Actor,
    channel_id: str,
    scope: str,
    now: datetime,
    *,
    short: bool = False,
) -> Subscription:
    """Have the channel get the Monday digest, about the actor's people and in their zone.

    channel_id  or the actor's own Slack id, for a direct message.
    short       in four lines.

    Asking again changes nothing; somebody else who asks takes it over, and the first Monday
    comes after that. Raises DigestTaken when the actor may not.
    """
    values = {
        "workspace_id": actor.workspace_id,
        "channel_id": channel_id,
        "user_id": actor.user_id,
        "scope": scope,
        "short": short,
        "zone": actor.zone,
        "active": False,
        "created_at": now,
    }
    insert_if_absent(session, Subscription, values)
    found = session.execute(_held(actor.workspace_id, channel_id)).scalar_one()
    if found.active:
        _must_manage(session, actor, scope, found)
        if (found.user_id, found.scope, found.zone) == (actor.user_id, scope, actor.zone):
            found.short = short  # the next one comes when it would have come
            return found
    found.user_id, found.scope, found.zone = actor.user_id, scope, actor.zone
    found.short = short
    found.active, found.stopped_why, found.created_at = True, None, now
    reschedule(found, now)
    _note(session, actor, "digest_on", found, now)
    return found


def stop(
    session: Session, actor: Actor, channel_id: str, scope: str, now: datetime
) -> Subscription | None:
    """End the channel's digest; None when it had none. Raises DigestTaken when the actor may not.

    scope  what the actor could ask for: only who may ask for everyone may end anybody's.
    """
    found = session.scalar(_held(actor.workspace_id, channel_id))
    if found is None or not found.active:
        return None
    _must_manage(session, actor, scope, found)
    found.active, found.stopped_why = False, "asked"
    reschedule(found, now)
    _note(session, actor, "digest_off", found, now)
    return found


def window(monday: date, zone: str) -> tuple[datetime, datetime] | None:
    """From when to when the digest of this Monday may be sent; None if a day does not exist."""
    opens = slots.instant(monday, OPENS, zone)
    closes = slots.instant(monday + timedelta(days=1), CLOSES, zone)
    return None if opens is None or closes is None else (opens, closes)


def reschedule(subscription: Subscription, now: datetime, *, done: date | None = None) -> None:
    """Reckon the subscription's next Monday from `now`: the first after it was asked for whose
    window is open or still to come, so that after several missed weeks only the newest is left.

    done  the Monday that has been dealt with, if any: the next one is later.
    """
    subscription.planned_at = now
    subscription.next_local_date = subscription.next_due_at = None
    if not subscription.active:
        return
    asked = slots.local_day(subscription.created_at, subscription.zone)
    today = slots.local_day(now, subscription.zone)
    # Yesterday too: on a Tuesday morning Monday's window is still open.
    first = max(asked, today - timedelta(days=1), (done or date.min) + timedelta(days=1))
    monday = first + timedelta(days=-first.weekday() % 7)
    for ahead in range(4):
        day = monday + timedelta(weeks=ahead)
        times = window(day, subscription.zone)
        if times is not None and times[0] > subscription.created_at and now <= times[1]:
            subscription.next_local_date, subscription.next_due_at = day, times[0]
            return


def _held(workspace_id: int, channel_id: str) -> Select[Subscription]:
    """The channel's row, nobody else's until the transaction ends."""
    return (
        select(Subscription)
        .where(Subscription.workspace_id == workspace_id, Subscription.channel_id == channel_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _must_manage(session: Session, actor: Actor, scope: str, found: Subscription) -> None:
    """A digest is its asker's, their managers' and the admins' to change."""
    if scope == EVERYONE or found.user_id == actor.user_id:
        return
    if found.scope == EVERYONE or found.user_id not in users.team(
        session, actor.workspace_id, actor.user_id
    ):
        owner = users.get(session, actor.workspace_id, found.user_id)
        raise DigestTaken(owner.slack_id or "")


def _note(session: Session, actor: Actor, action: str, found: Subscription, now: datetime) -> None:
    audit.note(
        session,
        actor.workspace_id,
        actor.user_id,
        action,
        "subscription",
        found.id,
        now=now,
        facts={"channel": found.channel_id, "scope": found.scope},
    )
