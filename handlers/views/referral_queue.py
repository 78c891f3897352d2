"""The queue of open referrals, with the response clock on each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.views import fields
from handlers.views.fields import Block, View, clip, mrkdwn, plain
from handlers.views.referrals import moves, tell_button
from handlers.views.words import day, days, esc, hour, plural
from models.referral_figures import Figures
from models.referral_queue import PAGE, Queue, Standing
from models.referral_steps import Steps
from models.referrals import IN
from models.subscriptions import EVERYONE, TEAM

LIST, TURN = "referral_queue", "referral_queue_turn"

_LONG = timedelta(hours=10)
"""Open time beyond which hours tell nobody anything: the day it was due says more."""

_WHOSE = {TEAM: "you and your team", EVERYONE: "everyone"}


def form(queue: Queue, *, now: datetime, zone: str) -> View:
    """A page of the queue. `zone` is the reader's."""
    blocks: list[Block] = [fields.section(plain(_heading(queue)))]
    for row in queue.rows:
        blocks += line(row, queue.steps, now=now, zone=zone)
    blocks += _pager(queue)
    figures = _figures(queue.figures, queue.answer, always_open=queue.always_open)
    if figures:
        blocks.append(fields.context(plain(figures)))
    return {
        "type": "modal",
        "callback_id": LIST,
        "title": plain("Open referrals"),
        "close": plain("Close"),
        "private_metadata": json.dumps({"start": queue.start}),
        "blocks": blocks,
    }


def late(
    rows: Sequence[Standing], steps: Steps, *, is_owner: bool, now: datetime, zone: str
) -> tuple[str, list[Block]]:
    """Word that referrals of one form still wait for an answer, and once they do not, that.

    is_owner  whether the reader is whose they are; else the one asked to step in.
    """
    waiting = [row for row in rows if row.left is not None]
    if not rows:
        text = "Those referrals were undone."
        return text, [fields.section(plain(text))]
    what = plural(len(waiting) or len(rows), "referral")
    source = rows[0].account
    if not waiting:
        text = f"Answered: {what} from {esc(source)}."
        lines = [f"{row.code} · {steps.label(row.status)}" for row in rows]
        return text, [
            fields.section(mrkdwn(f"*{text}*")),
            fields.context(plain(clip(" · ".join(lines), 2_000))),
        ]
    if is_owner:
        text = f"{what} from {esc(source)} still waiting for an answer"
    else:
        who = esc(rows[0].owner or "")
        text = f"{what} from {esc(source)} still waiting, and {who} has not answered. Can you?"
    blocks: list[Block] = [fields.section(mrkdwn(f"*{text}*"))]
    for row in waiting[:_MOST_LATE]:
        blocks += line(replace(row, owner=None), steps, now=now, zone=zone)
    if len(waiting) > _MOST_LATE:
        more = f"And {len(waiting) - _MOST_LATE} more: /touchbase referrals shows them."
        blocks.append(fields.context(plain(more)))
    return text, blocks


_MOST_LATE = 5


def line(row: Standing, steps: Steps, *, now: datetime, zone: str) -> list[Block]:
    """One referral: whose, where it stands, its clock, and what can be done with it."""
    today = now.astimezone(ZoneInfo(zone)).date()
    facts = [row.code, steps.label(row.status), age(row, today)]
    if row.urgent:
        facts.append("urgent")
    if row.branch:
        facts.append(row.branch)
    if row.owner:
        facts.append(row.owner)
    way = "" if row.direction == IN else "to "
    text = f"*{way}{esc(row.account)}*\n{esc(' · '.join(facts))}"
    said = clock(row, now=now, zone=zone)
    if said:
        text += f"\n{said}"
    buttons = moves(row.referral_id, row.status, steps, undo=row.undo)
    if row.direction == IN:
        buttons.insert(1 if len(buttons) > 1 else 0, tell_button(row.referral_id))
    return [
        fields.section(mrkdwn(text)),
        fields.actions(*buttons, block=f"referral:{row.referral_id}"),
    ]


def age(row: Standing, today: date) -> str:
    """ "today", "3 days", "promised 3 days ago"."""
    since = max((today - row.received_on).days, 0)
    if row.promised:
        return f"promised {days(since)} ago" if since else "promised today"
    return days(since) if since else "today"


def clock(row: Standing, *, now: datetime, zone: str) -> str:
    """What the response clock says of one."""
    if row.closed:
        return "The referrer has not been told yet"
    if row.took is not None:
        return f"Answered in {span(row.took)}"
    if row.left is None or row.answer_by is None:
        return ""
    local = row.answer_by.astimezone(ZoneInfo(zone))
    today = now.astimezone(ZoneInfo(zone)).date()
    by = hour(local.time())
    if local.date() != today:
        by = f"{day(local.date(), today)}, {by}"
    if now > row.answer_by:
        late = f"{span(-row.left)} late" if -row.left < _LONG else "late"
        return f"*Answer {late}* (due {by})"
    return f"Answer due in {span(row.left)} ({by})"


def span(time: timedelta) -> str:
    """ "25 min", "1 h 20 min", "12 h": open time, of which a day has what the office is open."""
    minutes = max(int(time.total_seconds() // 60), 0)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours:,} h {minutes} min" if minutes and hours < 10 else f"{hours:,} h"


def _heading(queue: Queue) -> str:
    whose = _WHOSE.get(queue.scope)
    ours = f" for {whose}" if whose else ""
    if not queue.total:
        return f"No open referrals{ours}. /logreferral logs one."
    text = f"{plural(queue.total, 'referral')} to handle{ours}, oldest first"
    if queue.total > PAGE:
        text += f" · {queue.start + 1}\u2013{queue.start + len(queue.rows)}"
    return text + "."


def _pager(queue: Queue) -> list[Block]:
    turns = []
    if queue.start:
        turns.append(fields.button(f"{TURN}:0", "Back", str(queue.start - PAGE)))
    if queue.start + PAGE < queue.total:
        turns.append(fields.button(f"{TURN}:1", "Next page", str(queue.start + PAGE)))
    return [fields.actions(*turns, block=TURN)] if turns else []


def _figures(told: Figures, answer: timedelta, *, always_open: bool) -> str:
    """The last 30 days: how fast answered, how many in time, how many loops closed."""
    parts = []
    if told.median is not None:
        parts.append(f"answered in {span(told.median)} (median)")
    if told.judged:
        open_ = "" if always_open else " of office time"
        rate = f"{round(100 * told.within / told.judged)}% within {span(answer)}{open_}"
        parts.append(f"{rate} ({told.within:,} of {told.judged:,})")
    if told.decided:
        rate = f"{round(100 * told.told / told.decided)}%"
        parts.append(f"referrer told for {rate} of decided ({told.told:,} of {told.decided:,})")
    return f"Received in the last 30 days: {told.received:,} · {' · '.join(parts)}" if parts else ""
