"""An account in eight lines, read in the parking lot, and the buttons one needs next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handlers.views import fields, reminders
from handlers.views import sources as source_views
from handlers.views.deal_numbers import short_money
from handlers.views.fields import Block, Choice, mrkdwn, plain
from handlers.views.home import first_words
from handlers.views.words import day, esc, listed, plural
from models.briefs import PERIODS, Agreed, Brief, Told
from models.follow_ups import PROMISE
from models.sources import Persistence

SHOW, LOG_REFERRAL = "brief_show", "brief_log_referral"

_LONGEST_LINE = 300
_SHOWN_OF_NOTE = 80
_SHOWN_OF_NAME = 60
_LONGEST_TYPED = 60

USAGE = "Which account? Type its name after the command, or tap one of these."

Shown = tuple[str, list[Block]]


def brief(shown: Brief) -> Shown:
    """At most eight lines, and the buttons."""
    place = ", ".join(part for part in (shown.city, shown.state) if part)
    where = f", {place}" if place else ""
    tier = "unrated" if shown.tier == "unrated" else f"{shown.tier} account"
    owner = "yours" if shown.is_mine else f"owner {shown.owner}" if shown.owner else "no owner"
    name = fields.clip(shown.name, _LONGEST_LINE)
    lines = [_people(shown), *_touches(shown), _agreed(shown), _referrals(shown), _due(shown)]
    said = "\n".join(fields.clip(line, _LONGEST_LINE) for line in lines)
    return esc(f"{name}{where} · {tier} · {owner}"), [
        fields.section(mrkdwn(f"*{esc(name)}*{esc(where)} · {tier} · {esc(owner)}")),
        fields.section(plain(said)),
        fields.actions(*_buttons(shown)),
    ]


def which(choices: Sequence[Choice], question: str = "Which one did you mean?") -> Shown:
    """Accounts to choose from: one tap shows it."""
    return esc(question), fields.fits(SHOW, choices, question)


def near(typed: str, choices: Sequence[Choice]) -> Shown:
    """Nothing fits; what is near, if anything."""
    said = f"I can't find an account called “{fields.clip(typed, _LONGEST_TYPED)}”."
    if choices:
        return which(choices, f"{said} Is it one of these?")
    said += " Try fewer letters. To add it, log a visit there."
    return esc(said), [fields.section(plain(said))]


def account_id(value: str) -> int:
    """The account a button names. Raises ValueError."""
    return int(value.partition(":")[2])


def _people(shown: Brief) -> str:
    if not shown.people:
        return "People: nobody yet"
    named = [f"{one.name} ({one.title})" if one.title else one.name for one in shown.people]
    if shown.more_people:
        named.append(f"{shown.more_people:,} more")
    return f"People: {listed(named)}"


def _touches(shown: Brief) -> list[str]:
    """A line each; what the reader may not see is counted behind the last."""
    lines = [_touch(one, shown.today) for one in shown.touches]
    others = f"{plural(shown.hidden, 'touch', 'touches')} by others"
    if not lines:
        return [others if shown.hidden else "No touch yet"]
    if shown.hidden:
        lines[-1] += f" · and {others}"
    return lines


def _touch(told: Told, today: date) -> str:
    line = f"{_on(told.day, today)} · {told.type} · {told.by or 'you'}"
    note = "redacted" if told.redacted else first_words(told.note, _SHOWN_OF_NOTE)
    return f"{line}: {note}" if note else line


def _agreed(shown: Brief) -> str:
    if not shown.agreed:
        return "No open promises or follow-ups"
    steps = [_step(one, shown.today) for one in shown.agreed]
    if shown.more_agreed:
        steps.append(f"{shown.more_agreed:,} more")
    return f"Open: {' · '.join(steps)}"


def _step(step: Agreed, today: date) -> str:
    what = first_words(step.text, _SHOWN_OF_NOTE) or "follow up"
    who = step.by or "you"
    lead = f"{who} promised: " if step.kind == PROMISE else f"{who}: "
    by = f" by {_on(step.due_on, today)}" if step.due_on else ""
    return f"{lead}{what}{by}"


def _referrals(shown: Brief) -> str:
    if isinstance(shown.standing, Persistence):
        return source_views.persistence(shown.standing)
    counts = [f"{count:,} in {days}" for count, days in zip(shown.referrals, PERIODS, strict=True)]
    said = f"Referrals in: {', '.join(counts)} days"
    return f"{said} · {source_views.in_short(shown.standing)}" if shown.standing else said


def _due(shown: Brief) -> str:
    """When it is due, and the deal that is open there: in one line, of eight."""
    return " · ".join(part for part in (_due_by(shown), _deal(shown)) if part)


def _deal(shown: Brief) -> str:
    deal = shown.deal
    if deal is None:
        return ""
    amount = [] if deal.amount_cents is None else [short_money(deal.amount_cents)]
    told = [first_words(deal.name, _SHOWN_OF_NAME), *amount, deal.stage]
    if deal.close_date is not None:
        lead = "was due" if deal.close_date < shown.today else "closes"
        told.append(f"{lead} {_on(deal.close_date, shown.today)}")
    more = f" and {shown.more_deals:,} more" if shown.more_deals else ""
    return f"Deal: {', '.join(told)}{more}"


def _due_by(shown: Brief) -> str:
    if not shown.in_cadence:
        return "Not in a cadence, so nobody is reminded"
    if shown.due_on is None:
        return "No owner yet, so nobody is reminded"
    if shown.due_on < shown.today:
        return f"Overdue since {day(shown.due_on, shown.today)}"
    return f"Next due by {_on(shown.due_on, shown.today)}"


def _buttons(shown: Brief) -> list[Block]:
    carried = reminders.value(shown.account_id, 0)
    buttons = [
        fields.button(reminders.LOG, "Log a visit", carried, style="primary"),
        fields.button(LOG_REFERRAL, "Log a referral", f"a:{shown.account_id}"),
    ]
    if shown.is_mine and shown.in_cadence:
        buttons.append(
            {
                "type": "static_select",
                "action_id": reminders.SNOOZE,
                "placeholder": plain("Snooze"),
                "options": [
                    fields.option(Choice(f"{carried}:{days}", label))
                    for label, days in reminders.SNOOZE_DAYS.items()
                ],
            }
        )
    return buttons


def _on(when: date, today: date) -> str:
    return "today" if when == today else day(when, today)
