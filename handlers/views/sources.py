"""How an account does as a source of referrals: in a line, and as the word that one is silent."""

from __future__ import annotations

from datetime import date

from handlers.views import fields, reminders, verdicts
from handlers.views.fields import Block, mrkdwn
from handlers.views.words import day, days, esc, plural
from models.sources import Persistence, Silence

_PARTS = 10


def persistence(shown: Persistence) -> str:
    """ "No referral yet: touch 31 of about 50 ▰▰▰▰▰▰▱▱▱▱"."""
    if shown.about is None:
        return f"No referral yet, after {plural(shown.touches, 'touch', 'touches')}"
    full = min(_PARTS, round(_PARTS * shown.touches / max(shown.about, 1)))
    bar = "▰" * full + "▱" * (_PARTS - full)
    whose = " here" if shown.own else ""
    return f"No referral yet: touch {shown.touches:,} of about {shown.about:,}{whose} {bar}"


def in_short(silence: Silence) -> str:
    """ "quiet for 26 days, usually up to 9"."""
    return f"quiet for {days(silence.days)}, usually up to {round(silence.usual)}"


def silent(
    silence: Silence, *, name: str, touches: int, today: date, delivery_id: int
) -> tuple[str, list[Block]]:
    """The word to the owner, with what one does about it.

    touches  since the last referral.
    """
    head = f"{fields.clip(name, 150)} has gone quiet"
    usual = round(silence.usual)
    seen = f"{plural(touches, 'touch', 'touches')} since" if touches else "no touch since"
    said = (
        f"No referral for {days(silence.days)}; usually one comes within {days(usual)}. "
        f"The last was on {day(silence.last_on, today)}, {seen}."
    )
    carried = reminders.value(silence.account_id, delivery_id)
    return esc(f"{head}. {said}"), [
        fields.section(mrkdwn(f"*{esc(head)}*\n{esc(said)}")),
        fields.actions(
            fields.button(reminders.LOG, "Log a visit", carried, style="primary"),
            verdicts.button(delivery_id),
        ),
    ]
