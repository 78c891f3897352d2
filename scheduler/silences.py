"""Word to the owner of a source that sends no referrals any more: once for each silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from handlers.views import sources as views
from handlers.views.fields import Block
from models import accounts, deliveries, lanes, slots, sources, touches, users
from models.db import Session
from models.deliveries import Delivery, Owed
from models.errors import NoSuchAccount
from models.sources import Silence
from models.users import User

SPOKE_AGAIN, CHANGED_HANDS = "spoke_again", "changed_hands"

_LATE = timedelta(days=7)


def owed(
    session: Session, people: Sequence[tuple[User, date]], now: datetime
) -> list[tuple[int, Owed]]:
    """What is owed to some people about their sources, with each the workspace; the day is the
    one whose morning message is being planned."""
    days: dict[int, dict[int, date]] = {}
    by_id = {user.id: user for user, _ in people}
    for user, day in people:
        days.setdefault(user.workspace_id, {})[user.id] = day
    return [
        (
            workspace_id,
            Owed(
                # One silence, one word: its key is the referral it began with.
                key=f"silence:{silent.account_id}:{silent.last_on.isoformat()}",
                kind=deliveries.SILENCE,
                target=by_id[owner_id].slack_id or "",
                user_id=owner_id,
                subject_id=silent.account_id,
                not_before=now,
                expires_at=now + _LATE,
            ),
        )
        for workspace_id, today in sorted(days.items())
        for owner_id, silent in sources.silent_of_owners(session, workspace_id, today)
    ]


def render(session: Session, delivery: Delivery, now: datetime) -> tuple[str, list[Block]] | str:
    """The silence as it is now; the reason when there is none any more."""
    if delivery.user_id is None or delivery.subject_id is None:
        return CHANGED_HANDS
    user = users.get(session, delivery.workspace_id, delivery.user_id)
    today = slots.local_day(now, user.zone)
    sent = lanes.original(session, delivery) if delivery.changes_id is not None else None
    try:
        account = accounts.get(session, delivery.workspace_id, delivery.subject_id)
    except NoSuchAccount:
        return CHANGED_HANDS
    if account.owner_id != user.id:
        return CHANGED_HANDS
    silent = sources.standing(session, account, today)
    if not isinstance(silent, Silence):
        return SPOKE_AGAIN
    return views.silent(
        silent,
        name=account.name,
        touches=touches.count_after(session, account.workspace_id, account.id, silent.last_on),
        today=today,
        delivery_id=(sent or delivery).id,
    )
