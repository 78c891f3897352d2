"""What there is to do today: the morning message, the afternoon's, `/touchbase today`, the buttons.

Promises and follow-ups that are due come first, then accounts past their cadence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from handlers.views import fields, verdicts
from handlers.views.fields import Block, Choice, View, mrkdwn, plain
from handlers.views.words import day, days, esc, hour, listed, lowered, plural, tier_label
from models.cadence import Overdue, PersonPast
from models.follow_ups import PROMISE, Step
from models.lists import Entry
from models.mornings import ToDo

LOG, SNOOZE, NOT_NOW = "reminder_log", "reminder_snooze", "reminder_not_now"
DONE, TOMORROW, UNDO_STEP = "reminder_done", "reminder_tomorrow", "reminder_undo_step"
MORE, SHOW_ALL, UNDO_SNOOZE = "reminder_more", "reminder_show_all", "reminder_undo_snooze"
NOT_NOW_FORM, REASON = "reminder_not_now_form", "skip_reason"

SHOWN = 5
"""Accounts, and promises and follow-ups, in the list until somebody asks for all."""

SNOOZE_DAYS = {"1 day": 1, "3 days": 3, "1 week": 7}

_MOST_BLOCKS = 50  # Slack's
_NAMED = 3
_MOST_PUT_OFF = 2
_SHOWN_OF_STEP = 150
_SHOWN_IN_SHORT = 70  # of a name past the first few: Slack takes some 13,000 letters in all
_HEARD_OF_STEP = 60
_SHOWN_OF_PERSON = 40


Spoken = tuple[str, list[Block]]
"""A part of a message: what a screen reader says of it, and its blocks."""


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


def value(subject_id: int, delivery_id: int) -> str:
    """What a button of the list carries: ids only, of the account or the follow-up, and of the
    message; 0 for a list that is no message of the clock's."""
    return f"{subject_id}:{delivery_id}"


def ids(text: str) -> tuple[int, int]:
    """The account or follow-up, and the delivery (0: none), that a button's or an option's value
    names. Raises ValueError for anything else."""
    subject_id, delivery_id = text.split(":")[:2]
    return int(subject_id), int(delivery_id)


def snooze_days(text: str) -> int:
    """The days of a Snooze option, "account:delivery:days". Raises ValueError for others."""
    found = int(text.split(":")[2])
    if found not in SNOOZE_DAYS.values():
        raise ValueError(f"no snooze of {found} days")
    return found


def act(text: str) -> str:
    """Which button an option of the short menu stands for, "account:delivery:reminder_log"; the
    days of a snooze stand for themselves."""
    wanted = text.split(":")[2]
    return SNOOZE if wanted.isdecimal() else wanted


def morning(
    to_do: ToDo,
    *,
    today: date,
    delivery_id: int,
    show_all: bool = False,
    late: bool = False,
    first: Habits | None = None,
    put_off: Sequence[PutOff] = (),
    team: Spoken | None = None,
    plan: Spoken | None = None,
    deals: Spoken | None = None,
) -> tuple[str, list[Block]]:
    """The morning message: the list, each line with why and what to do.

    first    set in the first one a person ever gets: it says how to move or stop them.
    late     it goes out more than half an hour after its hour.
    put_off  accounts hidden since the message was sent.
    team     who of a manager's people is far behind, for the ear and for the eye.
    plan     the plan of the week, or what became of it, likewise.
    deals    which deals want a word, likewise.
    """
    heading = _heading(to_do, "Good morning. ")
    if late:
        heading += " (Running late today, sorry.)"
    spoken = [one for one in (team, plan, deals) if one]
    aloud = " ".join(words for words, _ in spoken)
    theirs = [block for _, blocks in spoken for block in blocks]
    last = [fields.context(mrkdwn(_how_to_change(first)))] if first else []
    blocks = _list(to_do, heading, today, delivery_id, show_all, put_off, last, theirs)
    heard = _heard(to_do, heading)
    return f"{heard} {aloud}".strip(), blocks


def afternoon(to_do: ToDo, *, today: date, delivery_id: int) -> tuple[str, list[Block]]:
    """The second list of the day: of what was due today, what is still open."""
    heading = f"Still open: {_due(to_do.steps)}." if to_do.steps else "Nothing is open now."
    return _heard(to_do, heading), _list(to_do, heading, today, delivery_id, True, (), [])


def today_list(
    to_do: ToDo,
    *,
    today: date,
    show_all: bool = False,
    put_off: Sequence[PutOff] = (),
    next_due: str = "",
) -> tuple[str, list[Block]]:
    """The morning's list as the answer to `/touchbase today`.

    next_due  a sentence on what falls due next, for when nothing is to do.
    """
    heading = _heading(to_do, "")
    if not to_do and next_due:
        heading = f"{heading} {next_due}"
    return _heard(to_do, heading), _list(to_do, heading, today, 0, show_all, put_off, [])


def not_now_form(account_name: str, reasons: Sequence[Entry], metadata: str) -> View:
    """The form that asks why an account can wait. `metadata` comes back with it: ids only."""
    return fields.modal(
        NOT_NOW_FORM,
        "Not now",
        [
            fields.section(plain(f"{account_name} stays off your list until it is next due. Why?")),
            fields.pick(REASON, "Reason", reasons, chosen=None, optional=False),
        ],
        metadata=metadata,
    )


def why(account: Overdue, *, short: bool = False) -> str:
    """ "A account · 19 of 10 days · Priya Patel (physician) · 35 of 30 days · referrals down (2,
    were 5)": what puts an account where it is on the list."""
    tier = tier_label(account.tier)
    reason = f"{tier} account"
    if account.days_since > account.max_days or not account.people:
        reason += f" · {account.days_since} of {days(account.max_days)}"
    if account.people:
        reason += f" · {_to_meet(account.people, short=short)}"
    if account.fell:
        reason += f" · referrals down ({account.referrals:,}, were {account.referrals_before:,})"
    return reason


def _to_meet(people: Sequence[PersonPast], *, short: bool) -> str:
    """ "Priya Patel (physician) · 35 of 30 days and 2 more people"."""
    first, *others = people
    gap = f"{first.days_since} of {days(first.max_days)}"
    if short:
        return f"{fields.clip(first.name, _SHOWN_OF_PERSON // 2)} · {gap}"
    who = fields.clip(first.name, _SHOWN_OF_PERSON)
    role = fields.clip(lowered(first.role), _SHOWN_OF_PERSON)
    more = f" and {plural(len(others), 'more person', 'more people')}" if others else ""
    return f"{who} ({role}) · {gap}{more}"


def _heading(to_do: ToDo, greeting: str) -> str:
    parts = []
    if to_do.steps:
        parts.append(f"{_due(to_do.steps)} {'is' if len(to_do.steps) == 1 else 'are'} due")
    if to_do.overdue:
        count = len(to_do.overdue)
        verb = "is" if count == 1 else "are"
        parts.append(f"{plural(count, 'account')} {verb} overdue for a touch")
    return f"{greeting}{', and '.join(parts) or 'Nothing is overdue'}."


def _due(steps: Sequence[Step]) -> str:
    """ "1 promise and 2 follow-ups"."""
    promises = sum(one.kind == PROMISE for one in steps)
    counts = ((promises, "promise"), (len(steps) - promises, "follow-up"))
    return listed([plural(count, thing) for count, thing in counts if count])


def _heard(to_do: ToDo, heading: str) -> str:
    """What the notification and a screen reader say."""
    names = [_what(step, _HEARD_OF_STEP) for step in to_do.steps]
    names += [account.name for account in to_do.overdue]
    if not names:
        return esc(heading)
    rest = len(names) - _NAMED
    few = names[:_NAMED]
    return esc(f"{heading} {listed([*few, f'{rest} more'] if rest > 0 else few)}")


def _list(
    to_do: ToDo,
    heading: str,
    today: date,
    delivery_id: int,
    show_all: bool,
    put_off: Sequence[PutOff],
    last: Sequence[Block],
    theirs: Sequence[Block] = (),
) -> list[Block]:
    """The list from top to bottom, within what Slack takes.

    last    what stands below it.
    theirs  what stands between it and its last buttons.
    """
    blocks = [fields.section(plain(heading))]
    for step in to_do.steps[:SHOWN]:
        blocks.append(fields.section(plain(_step(step, today))))
        blocks.append(fields.actions(*_step_buttons(step, delivery_id)))
    rest = [_short_step(step, today, delivery_id) for step in to_do.steps[SHOWN:]]
    for account in to_do.overdue[:SHOWN]:
        blocks.append(fields.section(plain(_line(account, today))))
        blocks.append(fields.actions(*_buttons(account, delivery_id)))
    rest += [_short(account, today, delivery_id) for account in to_do.overdue[SHOWN:]]
    # The newest few: a person who puts off forty accounts must still get the list.
    below = [_settled(step, delivery_id) for step in to_do.settled]
    below += [_put_off(hidden, today, delivery_id) for hidden in put_off[-_MOST_PUT_OFF:]]
    buttons = []
    if rest and not show_all:
        whole = len(to_do.steps) + len(to_do.overdue)
        label = f"Show all {whole:,}"
        buttons.append(fields.button(SHOW_ALL, label, value(0, delivery_id)))
    if theirs:
        below += [fields.actions(*buttons)] if buttons else []
        below += theirs
        buttons = []
    if delivery_id:
        buttons.append(verdicts.button(delivery_id))
    if buttons:
        below.append(fields.actions(*buttons))
    below += last
    if show_all:
        room = _MOST_BLOCKS - len(blocks) - len(below)
        shown = rest if len(rest) <= room else rest[: room - 1]
        blocks += shown
        if len(shown) < len(rest):
            blocks.append(fields.context(plain(f"and {len(rest) - len(shown):,} more")))
    return blocks + below


def _step(step: Step, today: date, most: int = _SHOWN_OF_STEP) -> str:
    """ "Promised: send the flyer" and below it where, and since when it is due."""
    due = "due today" if step.due_on == today else f"overdue since {day(step.due_on, today)}"
    where = f"{fields.clip(step.account, most)} · " if step.account else ""
    lead = "Promised" if step.kind == PROMISE else "Follow up"
    return f"{lead}: {_what(step, most)}\n{where}{due}"


def _what(step: Step, most: int = _SHOWN_OF_STEP) -> str:
    return fields.clip(" ".join(step.text.split()) or step.account or "no text", most)


def _step_buttons(step: Step, delivery_id: int) -> list[Block]:
    carried = value(step.id, delivery_id)
    buttons = [
        fields.button(DONE, "Done", carried, style="primary"),
        fields.button(TOMORROW, "Tomorrow", carried),
    ]
    if step.account_id is not None:
        buttons.append(fields.button(LOG, "Log a visit", value(step.account_id, delivery_id)))
    return buttons


def _short_step(step: Step, today: date, delivery_id: int) -> Block:
    carried = value(step.id, delivery_id)
    options = [Choice(f"{carried}:{DONE}", "Done"), Choice(f"{carried}:{TOMORROW}", "Tomorrow")]
    if step.account_id is not None:
        log = f"{value(step.account_id, delivery_id)}:{LOG}"
        options.append(Choice(log, "Log a visit"))
    text = _step(step, today, _SHOWN_IN_SHORT)
    return fields.section(plain(text), accessory=fields.overflow(MORE, options))


def _settled(step: Step, delivery_id: int) -> Block:
    said = "Done" if step.done else "Off your list until tomorrow"
    return fields.section(
        plain(f"{said}: {_what(step)}"),
        accessory=fields.button(UNDO_STEP, "Undo", value(step.id, delivery_id)),
    )


def _line(account: Overdue, today: date, most: int | None = None) -> str:
    last = account.last_touch_on
    touched = f"last touch {day(last, today)}" if last else "no touch yet"
    where = f"{account.name}, {account.city}" if account.city else account.name
    return f"{fields.clip(where, most or len(where))}\n{why(account, short=bool(most))} · {touched}"


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
    """One block with all of its buttons in a menu: with rows of them forty accounts would not fit
    a message."""
    carried = value(account.account_id, delivery_id)
    snoozes = [
        Choice(f"{carried}:{count}", f"Snooze {label}") for label, count in SNOOZE_DAYS.items()
    ]
    options = [
        Choice(f"{carried}:{LOG}", "Log a visit"),
        *snoozes,
        Choice(f"{carried}:{NOT_NOW}", "Not now…"),
    ]
    text = _line(account, today, _SHOWN_IN_SHORT)
    return fields.section(plain(text), accessory=fields.overflow(MORE, options))


def _put_off(hidden: PutOff, today: date, delivery_id: int) -> Block:
    return fields.section(
        plain(f"Snoozed {hidden.name} until {day(hidden.until, today)}"),
        accessory=fields.button(UNDO_SNOOZE, "Undo", value(hidden.account_id, delivery_id)),
    )


def _how_to_change(habits: Habits) -> str:
    move, stop = habits.commands
    return (
        f"You get this at {hour(habits.at)} on work days when something is due. "
        f"Move it: `{move}` · Stop it: `{stop}`"
    )
