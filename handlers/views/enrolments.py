"""What `touchbase user` prints."""

from __future__ import annotations

from models import slots
from models.enrolments import EmailTaken, Enrolled

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def row(enrolled: Enrolled) -> dict[str, object]:
    """The person's row, for JSON. Instants are UTC, `remind_at` is by their own clock."""
    user = enrolled.user
    return {
        "slack_id": user.slack_id,
        "name": user.name,
        "role": user.role,
        "manager": enrolled.manager,
        "zone": user.zone,
        "zone_source": user.zone_source,
        "reminders_on": user.reminders_on,
        "remind_at": f"{user.remind_at:%H:%M}",
        "work_days": [name for day, name in enumerate(_DAYS) if user.work_days >> day & 1],
        "holidays": user.holidays,
        "email": user.email,
        "active": user.active,
        "enrolled_on": user.enrolled_on.isoformat(),
        "next_due_at": f"{user.next_due_at:%Y-%m-%dT%H:%M:%SZ}" if user.next_due_at else None,
        "accounts_claimed": enrolled.claimed,
    }


def email_taken(refused: EmailTaken) -> str:
    """Two people with one address cannot both own what waits for it."""
    return f"That email address already belongs to {refused.slack_id or 'someone else'}."


def bad_zone(zone: str) -> str:
    """Not an IANA zone."""
    return f"“{zone}” is not a time zone. Try one like America/Chicago."


def bad_place(code: str) -> str:
    """Not a place whose public holidays are known."""
    return f"I don't know the holidays of “{code}”. Write US, US-TX, none or team."


def bad_hour() -> str:
    """No time of day, or one at which nobody is reminded."""
    first, last = slots.EARLIEST, slots.LATEST
    return f"write a time from {first:%H:%M} to {last:%H:%M}, such as 07:30."
