"""The list of accounts past their cadence: the morning message, `/touchbase today`, its buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from handlers.views import fields
from handlers.views.fields import Block, Choice, View, mrkdwn, plain
from handlers.views.words import day, days, esc, hour, listed, plural
from models.cadence import Overdue
from models.lists import Entry

LOG, SNOOZE, NOT_NOW = "reminder_log", "reminder_snooze", "reminder_not_now"
SHOW_ALL, UNDO_SNOOZE = "reminder_show_all", "reminder_undo_snooze"
NOT_NOW_FORM, REASON = "reminder_not_now_form", "skip_reason"

SHOWN = 5
"""Accounts in the list until somebody asks for all."""

MOST_SHOWN = 40
"""Accounts in the whole list; with their buttons they fill Slack's 50 blocks."""

SNOOZE_DAYS = {"1 day": 1, "3 days": 3, "1 week": 7}

_NAMED = 3
_MOST_PUT_OFF = 2


@dataclass(frozen=True)
class PutOff:
    """An account just hidden from the list, with the way back."""

    account_id: int
    name: str
    until: date


@dataclass(frozen=True)
class Habits:
    """When the person gets the morning message, for telling them how to change it."""

    at: time
    commands: tuple[str, str] = ("/touchbase remind 08:15 mon-thu", "/touchbase remind off")


def value(account_id: int, delivery_id: int) -> str:
    """What a button of the list carries: ids only. 0 for a list that is no morning message."""
    return f"{account_id}:{delivery_id}"


def ids(text: str) -> tuple[int, int]:
    """The account and the delivery (0: none) that a button's or an option's value names.

    Raises ValueError for anything else.
    """
    account_id, delivery_id = text.split(":")[:2]
    return int(account_id), int(delivery_id)


def snooze_days(text: str) -> int:
    """The days of a Snooze option, "account:delivery:days". Raises ValueError for others."""
    found = int(text.split(":")[2])
    if found not in SNOOZE_DAYS.values():
        raise ValueError(f"no snooze of {found} days")
    return found


def morning(
    overdue: Sequence[Overdue],
    *,
    today: date,
    delivery_id: int,
    show_all: bool = False,
    late: bool = False,
    first: Habits | None = None,
    put_off: Sequence[PutOff] = (),
) -> tuple[str, list[Block]]:
    """The morning message: the list, most urgent first, each with why and what to do.

    first    set in the first one a person ever gets: it says how to move or stop them.
    late     it goes out more than half an hour after its hour.
    put_off  accounts hidden since the message was sent.
    """
    heading = _heading(overdue, "Good morning. ")
    if late:
        heading += " (Running late today, sorry.)"
    blocks = _list(overdue, heading, today, delivery_id, show_all, put_off)
    if first:
        blocks.append(fields.context(mrkdwn(_how_to_change(first))))
    return _heard(overdue, heading), blocks


def today_list(
    overdue: Sequence[Overdue],
    *,
    today: date,
    show_all: bool = False,
    put_off: Sequence[PutOff] = (),
    next_due: str = "",
) -> tuple[str, list[Block]]:
    """The same list as the answer to `/touchbase today`.

    next_due  a sentence on what falls due next, for when nothing is overdue.
    """
    heading = _heading(overdue, "")
    if not overdue and next_due:
        heading = f"{heading} {next_due}"
    return _heard(overdue, heading), _list(overdue, heading, today, 0, show_all, put_off)


def not_now_form(account_name: str, reasons: Sequence[Entry], metadata: str) -> View:
    """The form that asks why an account can wait. `metadata` comes back with it: ids only."""
    return fields.modal(
        NOT_NOW_FORM,
        "Not now",
        [
            fields.section(plain(f"{account_name} stays off your list until its next round. Why?")),
            fields.pick(REASON, "Reason", reasons, chosen=None, optional=False),
        ],
        metadata=metadata,
    )


def why(account: Overdue) -> str:
    """ "A account · 19 of 10 days": what makes an account overdue."""
    tier = "Unrated" if account.tier == "unrated" else account.tier
    return f"{tier} account · {account.days_since} of {days(account.max_days)}"


def _heading(overdue: Sequence[Overdue], greeting: str) -> str:
    if not overdue:
        return f"{greeting}Nothing is overdue."
    verb = "is" if len(overdue) == 1 else "are"
    return f"{greeting}{plural(len(overdue), 'account')} {verb} past due for a touch."


def _heard(overdue: Sequence[Overdue], heading: str) -> str:
    """What the notification and a screen reader say."""
    if not overdue:
        return esc(heading)
    names = [account.name for account in overdue[:_NAMED]]
    rest = len(overdue) - len(names)
    return esc(f"{heading} {listed([*names, f'{rest} more'] if rest else names)}")


def _list(
    overdue: Sequence[Overdue],
    heading: str,
    today: date,
    delivery_id: int,
    show_all: bool,
    put_off: Sequence[PutOff],
) -> list[Block]:
    blocks = [fields.section(plain(heading))]
    for account in overdue[:SHOWN]:
        blocks.append(fields.section(plain(_line(account, today))))
        blocks.append(fields.actions(*_buttons(account, delivery_id)))
    rest = overdue[SHOWN:]
    if show_all:
        # One block each: with rows of buttons forty accounts would not fit a message.
        blocks += [_short(account, today, delivery_id) for account in rest[: MOST_SHOWN - SHOWN]]
        if len(overdue) > MOST_SHOWN:
            blocks.append(fields.context(plain(f"and {len(overdue) - MOST_SHOWN:,} more")))
    elif rest:
        blocks.append(
            fields.actions(
                fields.button(SHOW_ALL, f"Show all {len(overdue):,}", value(0, delivery_id))
            )
        )
    # The newest few: a person who puts off forty accounts must still get the list.
    return blocks + [_put_off(hidden, today, delivery_id) for hidden in put_off[-_MOST_PUT_OFF:]]


def _line(account: Overdue, today: date) -> str:
    last = account.last_touch_on
    touched = f"last touch {day(last, today)}" if last else "no touch yet"
    place = f", {account.city}" if account.city else ""
    return f"{account.name}{place}\n{why(account)} · {touched}"


def _buttons(account: Overdue, delivery_id: int) -> list[Block]:
    carried = value(account.account_id, delivery_id)
    snooze: Block = {
        "type": "static_select",
        "action_id": SNOOZE,
        "placeholder": plain("Snooze"),
        "options": [
            fields.option(Choice(f"{carried}:{count}", label))
            for label, count in SNOOZE_DAYS.items()
        ],
    }
    return [
        fields.button(LOG, "Log a visit", carried, style="primary"),
        snooze,
        fields.button(NOT_NOW, "Not now…", carried),
    ]


def _short(account: Overdue, today: date, delivery_id: int) -> Block:
    carried = value(account.account_id, delivery_id)
    return fields.section(
        plain(_line(account, today)), accessory=fields.button(LOG, "Log a visit", carried)
    )


def _put_off(hidden: PutOff, today: date, delivery_id: int) -> Block:
    return fields.section(
        plain(f"Snoozed {hidden.name} until {day(hidden.until, today)}"),
        accessory=fields.button(UNDO_SNOOZE, "Undo", value(hidden.account_id, delivery_id)),
    )


def _how_to_change(habits: Habits) -> str:
    move, stop = habits.commands
    return (
        f"You get this at {hour(habits.at)} on work days when something is overdue. "
        f"Move it: `{move}` · Stop it: `{stop}`"
    )
