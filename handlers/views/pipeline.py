"""The Monday digest: read in twenty seconds, numbers first, nobody named."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from handlers.views import fields, verdicts
from handlers.views.fields import Block, Choice, mrkdwn
from handlers.views.words import change, days, days_from, esc, in_short, plural
from models import figures, stages
from models.cadence import TIERS
from models.digests import Told
from models.pipeline import Kept, Week
from models.referrals import IN, OUT
from models.week_of_deals import Deals

ROWS, HEAT_MAP, MY_LIST = "digest_rows", "digest_heat_map", "digest_my_list"

_FEW = 3
"""Fewer referrals than this are not counted in a channel: they could point at somebody."""

_MOST_CHOICES = 5
"""Slack's limit for the menu behind three dots."""

# What a channel's refusal means, for whoever asked for the digest.
_STOPPED_BECAUSE = {
    "is_archived": "the channel is archived",
    "not_in_channel": "I am no longer in the channel",
    "channel_not_found": "I can't find the channel, or am no longer in it",
}

_NONE = Kept(0, 0)


def digest(shown: Told, delivery_id: int, zone: str) -> tuple[str, list[Block]]:
    """At most six lines, the change against the week before in brackets. Each line's menu lists
    its numbers.

    delivery_id  of its message.
    zone         the channel's: whether it is still Monday there decides the heading.
    """
    head = heading(shown, zone)
    week, before = shown.week, shown.before
    lines = [
        line(
            shown,
            f"{head}{_verdict(week, before)}{on_pace(shown)}",
            [*_all_kept(week), *_goal_choices(shown)],
        ),
        line(shown, _touches(shown), _touch_choices(shown)),
        line(shown, _tiers(week, before), _tier_choices(week)),
        line(shown, _referrals(shown), _referral_choices(shown)),
        *([line(shown, _deals(shown.deals), _deal_choices(shown.deals))] if shown.deals else []),
        line(shown, _act(shown), _act_choices(shown)),
    ]
    text = f"{head}: {plural(week.touches, 'touch', 'touches')}"
    return text, [*lines, buttons(shown, delivery_id)]


def buttons(shown: Told, delivery_id: int) -> Block:
    """What one does with a digest."""
    return fields.actions(
        fields.button(HEAT_MAP, "Heat map", str(shown.snapshot_id)),
        fields.button(MY_LIST, "My list", str(delivery_id)),
        verdicts.button(delivery_id),
    )


def stopped(channel_id: str, why: str) -> tuple[str, list[Block]]:
    """Told once to whoever asked for a digest that can no longer be posted."""
    because = _STOPPED_BECAUSE.get(why, f"Slack refuses it ({esc(why)})")
    text = (
        f"The Monday digest in <#{esc(channel_id)}> has stopped: {because}. "
        "To start it again, type `/invite @Touchbase` there, then `/touchbase digest here`."
    )
    return text, [fields.section(mrkdwn(text))]


def percent(kept: Kept) -> int | None:
    """The share within the cadence, rounded; None where there are no accounts."""
    return round(100 * kept.within / kept.accounts) if kept.accounts else None


def chosen(value: str) -> tuple[int, str]:
    """The snapshot and the figure that an option of a line's menu stands for. Raises ValueError
    for anything else."""
    snapshot_id, _, figure = value.partition(":")
    return int(snapshot_id), figure


def few(count: int) -> str:
    """ "41", or "<3" where a number so small could point at a patient."""
    return f"<{_FEW}" if 0 < count < _FEW else f"{count:,}"


def _together(words: str) -> str:
    """On a phone a line must not break between a tier and its figure."""
    return words.replace(" ", "\u00a0")


def line(shown: Told, text: str, choices: Sequence[tuple[str, str]]) -> Block:
    """A line, with the menu of its numbers."""
    if not choices:
        return fields.section(mrkdwn(text))
    menu = fields.overflow(
        ROWS,
        [
            Choice(f"{shown.snapshot_id}:{figure}", fields.clip(label, 75))
            for figure, label in choices
        ],
    )
    return fields.section(mrkdwn(text), accessory=menu)


def heading(shown: Told, zone: str) -> str:
    """Which week it tells of, and of whom."""
    week = shown.week
    told_on = shown.made_at.astimezone(ZoneInfo(zone)).date()
    stretch = days_from(week.monday, week.sunday)
    late = (told_on - week.sunday).days > 1
    named = f"Week of {stretch}" if late else f"Week {week.monday.isocalendar().week} · {stretch}"
    return f"{named} · {_whose(shown)}"


def _whose(shown: Told) -> str:
    if shown.people is None:
        return "everyone"
    return "team of 1" if shown.people == 1 else f"team of {shown.people:,}"


def _verdict(week: Week, before: Week) -> str:
    now, then = percent(week.all_kept), percent(before.all_kept)
    if now is None:
        return ""
    return f" · *{now}% in cadence*{'' if then is None else f' {change(now, then)}'}"


def _all_kept(week: Week) -> list[tuple[str, str]]:
    kept = week.all_kept
    if not kept.accounts:
        return []
    return [
        (figures.KEPT, f"{kept.within:,} of {kept.accounts:,} accounts in cadence"),
        (figures.OVERDUE, f"{kept.overdue:,} overdue"),
    ]


def on_pace(shown: Told) -> str:
    """Of how many goals the team is on pace; nothing without any."""
    if not shown.goals:
        return ""
    pace = sum(1 for one in shown.goals if not one.behind)
    return f" · on pace for {pace} of {plural(len(shown.goals), 'goal')}"


def _goal_choices(shown: Told) -> list[tuple[str, str]]:
    return [(figures.GOALS, plural(len(shown.goals), "goal"))] if shown.goals else []


def _deals(deals: Deals) -> str:
    opens = f"{in_short(deals.open_cents)} open, {in_short(deals.weighted_cents)} weighted"
    won = f"{deals.won:,} won{f' {in_short(deals.won_cents)}' if deals.won_cents else ''}"
    return f"Pipeline *{opens}* · {won} · {deals.lost:,} lost"


def _deal_choices(deals: Deals) -> list[tuple[str, str]]:
    return [
        (stages.OPEN, f"{plural(deals.open, 'open deal')}"),
        (stages.WON, f"{deals.won:,} won"),
        (stages.LOST, f"{deals.lost:,} lost"),
    ]


def _touches(shown: Told) -> str:
    week, before = shown.week, shown.before
    line = (
        f"*{plural(week.touches, 'touch', 'touches')}* {change(week.touches, before.touches)} · "
        f"*{plural(week.reached, 'account')}* reached {change(week.reached, before.reached)}"
    )
    if shown.late:
        line += f" · last week {before.touches:,} (+{shown.late:,} logged late)"
    return line


def _touch_choices(shown: Told) -> list[tuple[str, str]]:
    choices = [
        (figures.TOUCHES, plural(shown.week.touches, "touch", "touches")),
        (figures.REACHED, f"{plural(shown.week.reached, 'account')} reached"),
    ]
    if shown.late:
        choices.append((figures.LATE, f"{shown.late:,} logged late for the week before"))
    return choices


def _tiers(week: Week, before: Week) -> str:
    told = []
    for tier in TIERS:
        now, then = percent(week.kept.get(tier, _NONE)), percent(before.kept.get(tier, _NONE))
        if now is not None:
            moved = "" if then is None else f" {change(now, then)}"
            told.append(_together(f"{tier} {now}%{moved}"))
    if not told:
        return "No accounts with an owner yet, so nothing to keep in cadence"
    return f"In cadence: {' · '.join(told)}"


def _tier_choices(week: Week) -> list[tuple[str, str]]:
    return [
        (
            f"{figures.KEPT}:{tier}",
            f"{tier}: {week.kept[tier].within:,} of {week.kept[tier].accounts:,} in cadence",
        )
        for tier in TIERS
        if tier in week.kept
    ]


def _referrals(shown: Told) -> str:
    week = shown.week
    told = [f"{count:,} {esc(label.lower())}" for _key, label, count in _statuses(shown)]
    rest = week.received(IN) - sum(count for _key, _label, count in _statuses(shown))
    if told and rest:
        told.append(f"{rest:,} other")
    line = f"*{esc(few(week.received(IN)))} referrals* in"
    moved = how_moved(shown, IN)
    line += f" {moved}" if moved else ""
    line += f": {', '.join(told)}" if told else ""
    if week.received(OUT) or shown.before.received(OUT):
        moved = how_moved(shown, OUT)
        line += f" · *{esc(few(week.received(OUT)))}* out{f' {moved}' if moved else ''}"
    if shown.late_referrals >= _FEW:
        line += f" · last week +{shown.late_referrals:,} logged late"
    return line


def how_moved(shown: Told, direction: str) -> str:
    """How the figure moved; nothing where that would tell a figure that is not told."""
    now, then = shown.week.received(direction), shown.before.received(direction)
    if 0 < now < _FEW or 0 < then < _FEW:
        return ""
    return change(now, then)


def _statuses(shown: Told) -> list[tuple[str, str, int]]:
    """The statuses of what was received that may be counted, with their labels, in their order.

    What is left over must be nothing or no few either, else it could be told by subtraction.
    """
    of = {status: count for (way, status), count in shown.week.referrals.items() if way == IN}
    order = {entry.key: place for place, entry in enumerate(shown.statuses)}
    labels = {entry.key: entry.label for entry in shown.statuses}
    told = sorted((key for key in of if of[key] >= _FEW), key=lambda key: -of[key])
    told = told[: _MOST_CHOICES - 2]
    while told and 0 < sum(of.values()) - sum(of[key] for key in told) < _FEW:
        told.pop()
    told.sort(key=lambda key: order.get(key, len(order)))
    return [(key, labels.get(key, key), of[key]) for key in told]


def _referral_choices(shown: Told) -> list[tuple[str, str]]:
    count_in, count_out = shown.week.received(IN), shown.week.received(OUT)
    return [
        (IN, f"{few(count_in)} referrals in"),
        *((f"{IN}:{key}", f"{count:,} {label.lower()}") for key, label, count in _statuses(shown)),
        (OUT, f"{few(count_out)} referrals out"),
    ]


def _act(shown: Told) -> str:
    week, before = shown.week, shown.before
    total = week.all_kept.overdue
    moved = change(total, before.all_kept.overdue)
    line = f"Act: *{total:,} overdue* {moved}" if total else f"*Nothing overdue* {moved}"
    told = [
        _together(f"{count:,} {tier} {_overdue_moved(shown, tier)}")
        for tier, count in _most_urgent(week)
    ]
    if shown.worst:
        worst = shown.worst
        told.append(f"{esc(worst.name)} {days(worst.days)} (limit {worst.longest})")
    if shown.behind:
        of = f" of {shown.people:,}" if shown.people is not None else ""
        who = "person" if shown.behind == 1 and not of else "people"
        told.append(f"{shown.behind:,}{of} {who} far behind")
    return " · ".join([line, *told])


def _overdue_moved(shown: Told, tier: str) -> str:
    now = shown.week.kept.get(tier, _NONE).overdue
    return change(now, shown.before.kept.get(tier, _NONE).overdue)


def _most_urgent(week: Week) -> list[tuple[str, int]]:
    """The first tiers that have something overdue: of the others the total says enough."""
    found = [(tier, week.kept[tier].overdue) for tier in TIERS if tier in week.kept]
    return [(tier, count) for tier, count in found if count][:2]


def _act_choices(shown: Told) -> list[tuple[str, str]]:
    total = shown.week.all_kept.overdue
    choices = [(figures.OVERDUE, f"{total:,} overdue")]
    choices += [
        (f"{figures.OVERDUE}:{tier}", f"{tier}: {count:,} overdue")
        for tier, count in _most_urgent(shown.week)
    ]
    if shown.behind:
        choices.append((figures.BEHIND, f"{shown.behind:,} far behind"))
    return choices
