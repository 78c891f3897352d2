"""The Monday digest: read in twenty seconds, numbers first, nobody named."""

from __future__ import annotations

from handlers.views import fields
from handlers.views.fields import Block, mrkdwn, plain
from handlers.views.words import change, days_from, esc, plural
from models.cadence import TIERS
from models.pipeline import Kept, Summary, Week
from models.referrals import IN, OUT

_MOST_STATUSES = 5

# What a channel's refusal means, for whoever asked for the digest.
_STOPPED_BECAUSE = {
    "is_archived": "the channel is archived",
    "not_in_channel": "I am no longer in the channel",
    "channel_not_found": "I can't find the channel, or am no longer in it",
}


def digest(shown: Summary) -> tuple[str, list[Block]]:
    """At most six lines, the change against the week before in brackets."""
    week, before = shown.week, shown.before
    number = week.monday.isocalendar().week
    heading = f"Week {number} · {days_from(week.monday, week.sunday)} · {_whose(shown)}"
    lines = [
        f"*{plural(week.touches, 'touch', 'touches')}* {change(week.touches, before.touches)} · "
        f"*{plural(week.reached, 'account')}* reached {change(week.reached, before.reached)}",
        _adherence(week, before),
        _referrals(shown, IN, "in"),
        _referrals(shown, OUT, "out"),
        _overdue(week, before),
    ]
    text = f"{heading}: {plural(week.touches, 'touch', 'touches')}"
    return text, [
        fields.section(plain(heading)),
        fields.section(mrkdwn("\n".join(lines))),
    ]


def stopped(channel_id: str, why: str) -> tuple[str, list[Block]]:
    """Told once to whoever asked for a digest that can no longer be posted."""
    because = _STOPPED_BECAUSE.get(why, f"Slack refuses it ({why})")
    text = (
        f"The weekly digest in <#{esc(channel_id)}> has stopped: {because}. "
        "To start it again, type `/invite @Touchbase` there, then `/touchbase digest here`."
    )
    return text, [fields.section(mrkdwn(text))]


def percent(kept: Kept) -> int | None:
    """The share within the cadence, rounded; None where there are no accounts."""
    return round(100 * kept.within / kept.accounts) if kept.accounts else None


def _whose(shown: Summary) -> str:
    if shown.people is None:
        return "whole team"
    return "team of 1" if shown.people == 1 else f"team of {shown.people:,}"


def _adherence(week: Week, before: Week) -> str:
    now, then = percent(week.all_kept), percent(before.all_kept)
    if now is None:
        return "No accounts with an owner yet, so nothing to keep in cadence"
    by_tier = [f"{_tier(tier)} {percent(week.kept[tier])}%" for tier in TIERS if tier in week.kept]
    moved = "" if then is None else f" {change(now, then)}"
    return f"*{now}% in cadence*{moved} · {' · '.join(by_tier)}"


def _referrals(shown: Summary, direction: str, word: str) -> str:
    week, before = shown.week, shown.before
    count = week.received(direction)
    line = f"*{plural(count, 'referral')}* {word} {change(count, before.received(direction))}"
    known = {entry.key: entry.label for entry in shown.statuses}
    places = {key: place for place, key in enumerate(known)}
    by_status = sorted(
        ((status, number) for (way, status), number in week.referrals.items() if way == direction),
        key=lambda pair: places.get(pair[0], len(places)),
    )
    told = [f"{number:,} {esc(known.get(key, key).lower())}" for key, number in by_status]
    if len(told) > _MOST_STATUSES:
        rest = sum(number for _key, number in by_status[_MOST_STATUSES - 1 :])
        told = [*told[: _MOST_STATUSES - 1], f"{rest:,} other"]
    return f"{line} · {', '.join(told)}" if told else line


def _overdue(week: Week, before: Week) -> str:
    total = week.all_kept.overdue
    line = f"*{total:,} overdue* {change(total, before.all_kept.overdue)}"
    none = Kept(0, 0)
    by_tier = []
    for tier in TIERS:
        now, then = week.kept.get(tier, none).overdue, before.kept.get(tier, none).overdue
        if now or then:
            by_tier.append(f"{now:,} {_tier(tier)} {change(now, then)}")
    return f"{line} · {' · '.join(by_tier)}" if by_tier else line


def _tier(tier: str) -> str:
    return "unrated" if tier == "unrated" else f"tier {tier}"
