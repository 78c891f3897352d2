"""What a person is asked on the last work day of their week: how do these deals of yours stand?

A part of that day's list, no message of its own: there is room for one message a day that nobody
asked for (`models.budget`), and who has a list every morning would never be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import deal_figures, holidays, slots, users
from models.deal_figures import Deal
from models.users import User


def is_asked(session: Session, user: User, day: date, now: datetime) -> bool:
    """Whether the person's morning message of that day asks: on their last work day of the week."""
    days_off = holidays.of(session, user.workspace_id, now)

    def is_off(one: date) -> bool:
        return days_off.is_off(one, user.holidays) or users.is_paused(user, one)

    return slots.is_last_work_day(day, user.work_days, is_off)


def wanting(session: Session, user: User, today: date) -> Sequence[Deal]:
    """The person's own open deals that are stale, slipped or lack a next step, largest first."""
    mine = deal_figures.open_deals(session, user.workspace_id, {user.id}, today, user.zone)
    return [deal for deal in mine if deal.wants_a_word]
