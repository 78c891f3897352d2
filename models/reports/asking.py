"""A report asked for in Slack: who may see what, and the file that is owed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models import deliveries, permissions, slots, users
from models.deliveries import Delivery, Owed
from models.reports import making, periods
from models.reports.periods import Period
from models.reports.report import Asked
from models.subscriptions import EVERYONE
from models.users import Actor
from models.workspaces import Workspace

_TOO_LATE = timedelta(hours=6)
"""Nobody waits longer for a report they asked for."""


def owe(
    session: Session,
    actor: Actor,
    name: str,
    period: Period,
    by: str | None,
    *,
    submission: str,
    now: datetime,
) -> int | None:
    """Plan the file in the actor's messages; None when this form did before. Raises NoSuchReport,
    NotBy."""
    making.check(name, by)
    return deliveries.owe(
        session,
        actor.workspace_id,
        Owed(
            key=f"report:{submission}"[:120],
            kind=deliveries.REPORT,
            target=actor.slack_id,
            user_id=actor.user_id,
            facts={"report": name, "period": period.name, "by": by},
            not_before=now,
            expires_at=now + _TOO_LATE,
            priority=deliveries.ANSWER_FIRST,
        ),
        now,
    )


def asked(session: Session, owed: Delivery, now: datetime) -> tuple[str, Asked]:
    """The report that is owed, about those whom its reader may see by their role of now: a rep
    themselves, a manager their team too, an admin everyone."""
    workspace_id = owed.workspace_id
    user = users.get(session, workspace_id, owed.user_id or 0)
    actor = Actor(workspace_id, user.id, user.slack_id or "", user.role, user.zone)
    scope = permissions.row_scope(actor)
    people = None
    if scope != EVERYONE:
        own = scope == permissions.OWN
        people = {user.id} if own else users.team(session, workspace_id, user.id)
    workspace = session.get_one(Workspace, workspace_id)
    told = Asked(
        workspace_id=workspace_id,
        zone=workspace.zone,
        today=slots.local_day(now, workspace.zone),
        period=periods.parse(str(owed.facts["period"])),
        by=owed.facts.get("by"),
        people=people,
    )
    return str(owed.facts["report"]), told


def this_month(session: Session, actor: Actor, now: datetime) -> Period:
    """The month that it is by the workspace's calendar."""
    workspace = session.get_one(Workspace, actor.workspace_id)
    return periods.month(slots.local_day(now, workspace.zone))
