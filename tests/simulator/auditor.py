"""What ought to have come, reckoned without the scheduler's code, against what Slack has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulator import almanac
from tests.simulator.people import QUIET, Rep, Team
from tests.simulator.wire import WITHIN, Posted, Wire

REMINDER, DIGEST, HEAT_MAP, RECEIPT = "reminder", "digest", "heat_map", "receipt"

LATE = timedelta(hours=4)


@dataclass(frozen=True)
class Wanted:
    """One message that is to come exactly once, within these instants."""

    kind: str
    team_id: str
    target: str
    day: date | str  # a receipt's is its key
    opens: datetime
    closes: datetime
    zone: str | None = None  # of the quiet hours, from and until, in which it must not come
    quiet: tuple[time, time] = QUIET
    must: bool = True  # False: the stage may be over before it comes

    @property
    def name(self) -> tuple[str, str, str, date | str]:
        """What makes it one message."""
        return (self.kind, self.team_id, self.target, self.day)


@dataclass
class Findings:
    """What is wrong, in words; and figures."""

    faults: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)


def reminders(team: Team, since: datetime, until: datetime) -> Iterator[Wanted]:
    """The mornings of everybody enrolled at `since`, from the day after it by their calendars on;
    those that begin after `until` may come."""
    for rep in team.reps:
        if not (rep.on and rep.active and rep.overdue):
            continue
        day, last = almanac.day_of(since, rep.zone), almanac.day_of(until, rep.zone)
        while day <= last:
            day += timedelta(days=1)
            if rep.work_days >> day.weekday() & 1:
                yield from _morning(team, rep, day, until)


def _morning(team: Team, rep: Rep, day: date, until: datetime) -> Iterator[Wanted]:
    opens = almanac.instant(day, rep.at, rep.zone)
    if opens is None:
        return
    closes, quiet = opens + LATE, rep.quiet_hours
    if rep.at < quiet[0]:
        closes = min(closes, almanac.instant(day, quiet[0], rep.zone) or closes)
    name = (REMINDER, team.team_id, rep.slack_id, day)
    yield Wanted(*name, opens, closes, rep.zone, quiet, must=opens <= until)


def digests(team: Team, monday: date, *, readable: bool) -> Iterator[Wanted]:
    """Each channel's Monday, and the picture under it where there are accounts to draw. A digest
    that could not be looked for has none."""
    for channel, zone in team.channels.items():
        opens = almanac.instant(monday, time(8), zone)
        closes = almanac.instant(monday + timedelta(days=1), time(12), zone)
        if opens and closes:
            where = (team.team_id, channel, monday, opens, closes, zone)
            yield Wanted(DIGEST, *where)
            drawn = any(rep.overdue for rep in team.reps)
            yield Wanted(HEAT_MAP, *where, must=readable and drawn)


class Ledger:
    """What Slack has, and what the database says of it."""

    def __init__(
        self,
        start: datetime,
        wanted: Sequence[Wanted],
        wires: Sequence[Wire],
        rows: Sequence[Any],
        *,
        tolerance: float,
        readable: bool,
    ) -> None:
        """tolerance  seconds by which the processes' clocks are off.
        readable   whether the app may read the conversations it posts to.
        """
        self._readable = readable
        self._start, self._tolerance = start, timedelta(seconds=tolerance)
        self._wanted, self._rows = wanted, rows
        self._posted: defaultdict[str, list[Posted]] = defaultdict(list)
        self._came: Counter[str] = Counter()
        for wire in wires:
            for post in wire.posted:
                self._posted[post.nid].append(post)
            for nid in _messages(wire):
                self._came[nid] += 1

    def audit(self) -> Findings:
        """Every message wanted has come once and in its time, and no other has come."""
        found = Findings()
        found.figures["messages"] = self._came.total()
        found.figures["posts"] = sum(map(len, self._posted.values()))
        by_name: defaultdict[tuple[object, ...], list[Any]] = defaultdict(list)
        for row in self._rows:
            by_name[row.name].append(row)
        for wanted in self._wanted:
            rows = by_name.pop(wanted.name, [])
            if not rows and not wanted.must:
                continue
            if len(rows) != 1:
                found.faults.append(f"{wanted.name}: {len(rows)} rows")
                found.figures["lost"] += not rows
            else:
                self._one(wanted, rows[0], found)
        for rows in by_name.values():
            for row in rows:
                # Killed before it found that it had nothing to say, and could not be looked for.
                unknown = row.state == "unconfirmed" and not self._readable
                if self._came[row.nid] or not (row.state == "cancelled" or unknown):
                    found.faults.append(f"nobody wanted {row.name}, {row.state}")
        strange = self._came.keys() - {row.nid for row in self._rows}
        found.faults += [f"Slack has {nid}, of which no row tells" for nid in strange]
        return found

    def _one(self, wanted: Wanted, row: Any, found: Findings) -> None:
        came, told = self._came[row.nid], f"{wanted.name} ({row.state} {row.error_code})"
        posts = self._posted[row.nid]
        if came > 1 and not self._excused(row, posts):
            found.faults.append(f"{told}: came {came} times")
        found.figures["duplicates"] += max(came - 1, 0)
        if came == 0 and wanted.must:
            self._absent(wanted, row, told, found)
        elif came and wanted.must and row.state not in ("sent", "unconfirmed"):
            found.faults.append(f"{told}: it came")
        if row.state == "sent":
            found.figures[f"sent {row.via}"] += 1
        if row.state == "unconfirmed":
            found.figures["unconfirmed"] += 1
        for post in posts:
            self._in_time(wanted, post, told, found)

    def _absent(self, wanted: Wanted, row: Any, told: str, found: Findings) -> None:
        """A miss is counted: one expired whose window was short, or one that could not be looked
        for. Any other is lost."""
        short = wanted.closes - wanted.opens < timedelta(hours=2)
        if row.state == "unconfirmed" and not self._readable:
            return
        if row.state == "expired" and short:
            found.figures["expired"] += 1
            return
        found.figures["lost"] += 1
        found.faults.append(f"{told}: never came")

    def _excused(self, row: Any, posts: Sequence[Posted]) -> bool:
        """Slack took it later than we promise anything for; or it could not be looked for."""
        return row.via == "resend" or any(
            post.committed is not None and post.committed - post.began > 10.0 + WITHIN
            for post in posts
        )

    def _in_time(self, wanted: Wanted, post: Posted, told: str, found: Findings) -> None:
        began = self._start + timedelta(seconds=post.began)
        if began < wanted.opens - self._tolerance:
            found.faults.append(f"{told}: early, {began}")
        # What was taken up in time may wait for its place in the pace a few seconds.
        if began > wanted.closes + self._tolerance + timedelta(seconds=30):
            found.faults.append(f"{told}: too late, {began}")
        if wanted.zone is None:
            return
        local = began.astimezone(ZoneInfo(wanted.zone))
        if wanted.kind == REMINDER and local.date() != wanted.day:
            found.faults.append(f"{told}: on another day, {local}")
        deep = local - timedelta(seconds=30)
        if all(_within(each.time(), *wanted.quiet) for each in (local, deep)):
            found.faults.append(f"{told}: in quiet hours, {local}")


def _within(at: time, begins: time, until: time) -> bool:
    return begins <= at < until if begins < until else at >= begins or at < until


def _messages(wire: Wire) -> Iterator[str]:
    for messages in wire.slack.service.world.messages.values():
        for message in messages:
            if message.metadata is not None:
                yield message.metadata["event_payload"]["nid"]
