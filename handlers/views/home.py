"""The Home tab: what is to be done today, how the week goes, what was logged, and the settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from zoneinfo import ZoneInfo

from handlers.views import behind as rows
from handlers.views import (
    boards,
    cards,
    drafts,
    fields,
    habits,
    kept,
    reminders,
    touches,
    weekly_plan,
)
from handlers.views import deals as deal_views
from handlers.views.deal_numbers import short_money
from handlers.views.drafts import Unfinished
from handlers.views.fields import Block, View, mrkdwn, plain
from handlers.views.words import day, hour, plural, tier_label
from models import behind, slots, stages, tallies
from models.cadence import Overdue
from models.drafts import Draft
from models.follow_ups import PROMISE, Step
from models.habits import Settings
from models.home import Coming, Deals, Home, Logged
from models.pipeline import Week
from models.referrals import IN
from models.users import ZONE_CHOSEN

LOG, SHOW_ALL, SETTINGS = "home_log", "home_show_all", "home_settings"
DONE, UNDO_DONE = "home_done", "home_undo_done"

_ALL = "all"
"""The view's private_metadata once somebody asked for the whole list."""

_SHORT = (4, 5, 5)
"""Follow-ups of today, accounts of today, and lines of the rest of the week, at first ..."""

_LONG = (20, 35, 10)
"""... and when all is asked for: with everything else within Slack's 100 blocks."""

_LONG_LEADING = (15, 22, 6)
"""The same for who leads a team, whose figures take room."""

_LONGEST_WHAT = 60
_SHOWN_OF_NOTE = 90
_SHOWN_OF_STEP = 150


def view(shown: Home, *, every: bool = False) -> View:
    """The tab. `every`: the whole of its lists."""
    return {
        "type": "home",
        "private_metadata": _ALL if every else "",
        "blocks": [
            fields.actions(fields.button(LOG, "+ Log a visit", "home", style="primary")),
            *_unfinished(shown),
            *_to_do(shown, every=every),
            *(boards.board(shown.board) if shown.board else []),
            *_figures(shown),
            *_deals(shown.deals),
            *_last(shown.logged, shown.today),
            *_settings(shown.settings, shown.today),
        ],
    }


def shows_all(view: View) -> bool:
    """Whether the tab whose button was pressed had its whole lists."""
    return bool(view.get("private_metadata") == _ALL)


def quiet(settings: Settings) -> tuple[time, time]:
    """The quiet hours, chosen or usual."""
    return settings.quiet or (slots.QUIET_FROM, slots.QUIET_UNTIL)


def _unfinished(shown: Home) -> list[Block]:
    return [
        block
        for draft in shown.unfinished
        for block in drafts.offer(_offered(draft, shown.settings.zone, shown.today))
    ]


def _offered(draft: Draft, zone: str, today: date) -> Unfinished:
    state = kept.from_row(draft.state)
    what = cards.account_of(state) or state.note or "a visit"
    left = draft.changed_at.astimezone(ZoneInfo(zone))
    when = hour(left.time()) if left.date() == today else day(left.date(), today)
    return Unfinished(draft.id, fields.clip(" ".join(what.split()), _LONGEST_WHAT), when)


def _to_do(shown: Home, *, every: bool) -> list[Block]:
    """Today's list and the rest of the week's, and the button for what was cut."""
    today = shown.today
    steps = [_step(one, today) for one in shown.steps if one.shown_on <= today]
    places = [_overdue(one, today) for one in shown.overdue]
    places += [_due(one, today) for one in shown.coming if one.due_on == today]
    later = [(one.shown_on, _step(one, today)) for one in shown.steps if one.shown_on > today]
    later += [(one.due_on, _due(one, today)) for one in shown.coming if one.due_on > today]
    week = [block for _, block in sorted(later, key=lambda pair: pair[0])]
    long = _LONG_LEADING if shown.board else _LONG
    most_steps, most_places, most_week = long if every else _SHORT
    blocks = [_heading("Today")]
    blocks += [*steps[:most_steps], *places[:most_places]]
    if not (steps or places):
        blocks.append(fields.section(plain(_nothing_today(shown))))
    if week:
        blocks += [_heading("Later this week"), *week[:most_week]]
    cut = sum(
        max(0, len(rows) - most)
        for rows, most in ((steps, most_steps), (places, most_places), (week, most_week))
    )
    if cut and every:
        blocks.append(fields.context(plain(f"and {cut:,} more, once these are done")))
    elif cut:
        whole = len(steps) + len(places) + len(week)
        blocks.append(fields.actions(fields.button(SHOW_ALL, f"Show all {whole:,}", _ALL)))
    return blocks


def _nothing_today(shown: Home) -> str:
    if shown.coming:
        return "Nothing is due today."
    return f"Nothing is due today. {habits.next_due(shown.next_due, shown.today)}"


def _step(step: Step, today: date) -> Block:
    what = fields.clip(step.text, _SHOWN_OF_STEP) or "Follow up"
    where = f" · {step.account}" if step.account else ""
    if step.done:
        return fields.section(
            plain(f"Done: {what}{where}"),
            accessory=fields.button(UNDO_DONE, "Undo", str(step.id)),
        )
    lead = "You promised: " if step.kind == PROMISE else ""
    when = f"{'overdue since' if step.due_on < today else 'due'} {_on(step.due_on, today)}"
    return fields.section(
        plain(f"{lead}{what}{where}\n{when}"),
        accessory=fields.button(DONE, "Done", str(step.id)),
    )


def _overdue(account: Overdue, today: date) -> Block:
    last = account.last_touch_on
    touched = f"last touch {day(last, today)}" if last else "no touch yet"
    return _place(
        account.account_id, account.name, account.city, f"{reminders.why(account)} · {touched}"
    )


def _due(account: Coming, today: date) -> Block:
    tier = tier_label(account.tier)
    why = f"{tier} account · due {_on(account.due_on, today)}"
    return _place(account.account_id, account.name, account.city, why)


def _place(account_id: int, name: str, city: str, why: str) -> Block:
    where = f"{name}, {city}" if city else name
    log = fields.button(reminders.LOG, "Log a visit", reminders.value(account_id, 0))
    return fields.section(plain(f"{where}\n{why}"), accessory=log)


def _figures(shown: Home) -> list[Block]:
    last = behind.LAST
    return [
        _heading("This week"),
        _week("", shown.week.week, [behind.TOUCHES, behind.REACHED, IN]),
        _week(
            "Last week: ",
            shown.week.before,
            [f"{figure}:{last}" for figure in (behind.TOUCHES, behind.REACHED, IN)],
        ),
        fields.actions(fields.button(weekly_plan.OPEN, "Plan the week", reminders.value(0, 0))),
    ]


def _week(lead: str, week: Week, figures: Sequence[str]) -> Block:
    counted = _counted(week)
    choices = list(zip(figures, counted, strict=True))
    text = mrkdwn(lead + " · ".join(counted))
    return fields.section(text, accessory=rows.menu(behind.MINE, choices))


def _deals(deals: Deals) -> list[Block]:
    """One's own open deals; nothing of none."""
    if not deals.open.count:
        return []
    opened = f"{plural(deals.open.count, 'open deal')}, {short_money(deals.open.cents)}"
    weighted = f"{short_money(deals.weighted)} weighted"
    wanting: list[tuple[str, str]] = []
    if deals.stale:
        wanting.append((behind.STALE, f"{deals.stale:,} stale"))
    if deals.closing.count:
        closing = f"{deals.closing.count:,} due this week, {short_money(deals.closing.cents)}"
        wanting.append((tallies.CLOSING, closing))
    lines = [f"{opened} · {weighted}"]
    lines += [" · ".join(label for _, label in wanting)] if wanting else []
    choices = [(stages.OPEN, opened), (tallies.WEIGHTED, weighted), *wanting]
    return [
        _heading("My deals"),
        fields.section(mrkdwn("\n".join(lines)), accessory=rows.menu(behind.MINE, choices)),
        fields.actions(fields.button(deal_views.SHOW, "Pipeline", "mine")),
    ]


def _counted(week: Week) -> list[str]:
    return [
        plural(week.touches, "touch", "touches"),
        f"{plural(week.reached, 'account')} reached",
        f"{plural(week.received(IN), 'referral')} in",
    ]


def _last(logged: Sequence[Logged], today: date) -> list[Block]:
    if not logged:
        said = "Nothing logged yet. After your next visit, press Log a visit."
        return [_heading("My last touches"), fields.section(plain(said))]
    return [_heading("My last touches"), *(_touch(one, today) for one in logged)]


def _touch(logged: Logged, today: date) -> Block:
    when = _on(logged.occurred_on, today)
    note = "redacted" if logged.redacted else first_words(logged.note, _SHOWN_OF_NOTE)
    text = f"{logged.type} · {logged.account or 'No account'} · {when}"
    edit = fields.button(touches.EDIT, "Edit", str(logged.touch_id)) if logged.may_edit else None
    return fields.section(plain(f"{text}\n{note}" if note else text), accessory=edit)


def first_words(note: str, most: int) -> str:
    """The beginning of a note, in one line."""
    return fields.clip(" ".join(note.split()), most)


def _settings(settings: Settings, today: date) -> list[Block]:
    change = fields.button(SETTINGS, "Change", "home")
    said = "\n".join(summary(settings, today))
    return [_heading("Settings"), fields.section(plain(said), accessory=change)]


def summary(settings: Settings, today: date) -> list[str]:
    """The settings in a few short lines."""
    lines = ["Morning message: off"]
    if settings.on:
        lines = [f"Morning message: {hour(settings.at)}, {habits.days(settings.work_days)}"]
        if settings.daily_lists > 1:
            lines.append(f"Afternoon list: {hour(slots.AFTERNOON)}, when something is still open")
    if settings.paused_until is not None and settings.paused_until > today:
        lines.append(f"Paused until {day(settings.paused_until, today)}")
    begins, until = quiet(settings)
    lines.append(f"Quiet: {hour(begins)} to {hour(until)}")
    whose = "" if settings.zone_source == ZONE_CHOSEN else ", as in Slack"
    lines.append(f"Time zone: {habits.place(settings.zone)}{whose}")
    return lines


def _heading(text: str) -> Block:
    return fields.section(mrkdwn(f"*{text}*"))


def _on(when: date, today: date) -> str:
    return "today" if when == today else day(when, today)
