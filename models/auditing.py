"""Is anything that is due unplanned or unsent? An independent reading of the tables.

Nothing here shares a query with the planner or the lanes: it has to notice when those are wrong.
Source: reliability B9, the dead-man's switch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.deliveries import ANSWER_FIRST, PLANNED, SENDING, UNCERTAIN, Delivery, Lane, call_lane
from models.report_schedules import ReportSchedule
from models.subscriptions import Subscription
from models.users import User
from models.workspaces import Workspace

UNPLANNED, UNPLACED = "unplanned", "unplaced"
NO_DIGEST, NO_REPORT = "no_digest", "no_report"
UNSENT, BACKLOG, STUCK = "unsent", "backlog", "sending"
IN_DOUBT, SUSPENDED = "uncertain", "suspended"

_ACTIVE, _SUSPENDED = "active", "suspended"


@dataclass(frozen=True)
class Limits:
    """For how many seconds each may last before it is a finding."""

    unplanned: float = 180.0  # due to be planned, and not
    unsent: float = 300.0  # planned and due in a lane that nothing holds up
    working: float = 120.0  # since a lane last ended a message or a block: it is at work
    backlog: float = 1800.0  # planned and due, whatever holds the lane up
    sending: float = 180.0  # being sent
    uncertain: float = 900.0  # in doubt

    def divided(self, by: float) -> Limits:
        """The same, `by` times shorter, for tests."""
        return Limits(**{name: wait / by for name, wait in vars(self).items()})


@dataclass(frozen=True)
class Finding:
    """Something that is not well: what, how many, and since when the oldest of them."""

    kind: str
    count: int
    oldest: datetime | None = None


def findings(
    session: Session,
    *,
    now: datetime,
    machine: datetime,
    limits: Limits,
    answers_only: bool = False,
    out_of_reach: bool = False,
) -> list[Finding]:
    """What is not well in the tables, in the order in which to look at it.

    now           the people's clock: what is due.
    machine       the real one: what is under way.
    answers_only  nothing is planned here, and only answers are sent.
    out_of_reach  this process leaves Slack alone for now (its breaker is open): lanes may wait.
    """
    reader = _Reader(session, now, machine, limits)
    found = []
    if not answers_only:
        found = [reader.unplanned(), reader.unplaced(), reader.no_digest(), reader.no_report()]
    if not out_of_reach:
        found.append(reader.unsent(answers_only=answers_only))
    found.append(reader.backlog(answers_only=answers_only))
    found += [reader.stuck(), reader.in_doubt(), reader.suspended()]
    return [one for one in found if one.count]


def repair_lanes(session: Session) -> int:
    """Have every lane look for work by its first planned row; how many did not. That should never
    be needed: whoever plans a row calls its lane in the same transaction."""
    first = (
        select(Delivery.workspace_id, func.min(Delivery.not_before).label("at"))
        .where(Delivery.state == PLANNED)
        .group_by(Delivery.workspace_id)
        .subquery()
    )
    drifted = session.execute(
        select(first.c.workspace_id, first.c.at)
        .outerjoin(Lane, Lane.workspace_id == first.c.workspace_id)
        .where(or_(Lane.id.is_(None), Lane.next_at.is_(None), Lane.next_at > first.c.at))
        .order_by(first.c.workspace_id)
    ).all()
    for workspace_id, at in drifted:
        call_lane(session, workspace_id, at)
    return len(drifted)


@dataclass(frozen=True)
class _Reader:
    session: Session
    now: datetime
    machine: datetime
    limits: Limits

    def unplanned(self) -> Finding:
        """People whose time to be planned has come and gone."""
        late = User.next_due_at < self.now - timedelta(seconds=self.limits.unplanned)
        return self._count(UNPLANNED, User, User.next_due_at, late, *_REMINDED)

    def unplaced(self) -> Finding:
        """People who are to be reminded, work on some day, and have no day in the plan."""
        known = User.created_at < self.now - timedelta(seconds=self.limits.unplanned)
        placeless = User.next_due_at.is_(None)
        return self._count(
            UNPLACED, User, User.planned_at, placeless, known, User.work_days > 0, *_REMINDED
        )

    def no_digest(self) -> Finding:
        """Channels whose digest should have been planned, or that have no Monday in the plan."""
        late = self.now - timedelta(seconds=self.limits.unplanned)
        due = or_(
            Subscription.next_due_at < late,
            and_(Subscription.next_due_at.is_(None), Subscription.created_at < late),
        )
        active = Subscription.active.is_(True)
        return self._count(NO_DIGEST, Subscription, Subscription.next_due_at, due, active)

    def no_report(self) -> Finding:
        """Reports on schedule, of people who are there, that should have been planned or looked
        at, or that have no place in the plan."""
        late = self.now - timedelta(seconds=self.limits.unplanned)
        here = exists(
            select(User.id).where(
                User.workspace_id == ReportSchedule.workspace_id,
                User.id == ReportSchedule.user_id,
                User.active.is_(True),
            )
        )
        at = ReportSchedule.next_due_at
        due = and_(ReportSchedule.active.is_(True), or_(at < late, at.is_(None)))
        return self._count(NO_REPORT, ReportSchedule, at, due, here)

    def unsent(self, *, answers_only: bool) -> Finding:
        """Planned, due for minutes, and nothing holds it up.

        What may hold it up: its lane is blocked (a rate limit, Slack out of reach, too many in
        doubt); its lane is at work on others before it; it shows anew a message that is itself
        being sent or in doubt. Quiet hours need no word: they move `not_before`.
        """
        late = self.now - timedelta(seconds=self.limits.unsent)
        lately = timedelta(seconds=self.limits.working)
        # Blocked till just now counts too: the next try may be under way.
        lane_blocked = exists(
            select(Lane.id).where(
                Lane.workspace_id == Delivery.workspace_id,
                Lane.blocked_until > self.machine - lately,
            )
        )
        other, message = aliased(Delivery), aliased(Delivery)
        at_work = exists(
            select(other.id).where(
                other.workspace_id == Delivery.workspace_id, other.done_at > self.now - lately
            )
        )
        in_doubt_itself = exists(
            select(message.id).where(
                message.workspace_id == Delivery.workspace_id,
                message.id == Delivery.changes_id,
                message.state.in_([SENDING, UNCERTAIN]),
            )
        )
        due = self._due(late, answers_only=answers_only)
        return self._count(
            UNSENT, Delivery, Delivery.not_before, due, ~in_doubt_itself, ~lane_blocked, ~at_work
        )

    def backlog(self, *, answers_only: bool) -> Finding:
        """Planned and due for so long that somebody should know, whatever the reason."""
        late = self.now - timedelta(seconds=self.limits.backlog)
        due = self._due(late, answers_only=answers_only)
        return self._count(BACKLOG, Delivery, Delivery.not_before, due)

    def stuck(self) -> Finding:
        """Being sent for longer than a lease: nobody took it for lost."""
        late = self.machine - timedelta(seconds=self.limits.sending)
        return self._count(
            STUCK, Delivery, Delivery.begun_at, Delivery.state == SENDING, Delivery.begun_at < late
        )

    def in_doubt(self) -> Finding:
        """In doubt for so long that settling it does not get anywhere."""
        late = self.machine - timedelta(seconds=self.limits.uncertain)
        return self._count(
            IN_DOUBT,
            Delivery,
            Delivery.begun_at,
            Delivery.state == UNCERTAIN,
            Delivery.begun_at < late,
        )

    def suspended(self) -> Finding:
        """Workspaces whose token Slack refuses: nothing reaches them."""
        count = self.session.scalar(
            select(func.count()).select_from(Workspace).where(Workspace.status == _SUSPENDED)
        )
        return Finding(SUSPENDED, count or 0)

    def _due(self, late: datetime, *, answers_only: bool) -> ColumnElement[bool]:
        # Planned before as well: after an outage what is long due has only just been planned.
        due = and_(
            Delivery.state == PLANNED, Delivery.not_before < late, Delivery.created_at < late
        )
        return and_(due, Delivery.priority == ANSWER_FIRST) if answers_only else due

    def _count(self, kind: str, table: Any, since: Any, *wanted: ColumnElement[bool]) -> Finding:
        """How many rows of active workspaces are so, and since when the oldest of them."""
        count, oldest = self.session.execute(
            select(func.count(table.id), func.min(since))
            .join(Workspace, Workspace.id == table.workspace_id)
            .where(Workspace.status == _ACTIVE, *wanted)
        ).one()
        return Finding(kind, count, oldest)


_REMINDED = (User.active.is_(True), User.reminders_on.is_(True), User.slack_id.is_not(None))
