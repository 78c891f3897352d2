"""What Slack tells us of people unasked."""

from __future__ import annotations

from slack_bolt import Ack

from handlers.parsing import Payload
from models import accounts, leaving, slots, users, workspaces
from models.clock import Clock
from models.db import Sessions
from models.users import Profile


def changed(ack: Ack, event: Payload, body: Payload, sessions: Sessions, clock: Clock) -> None:
    """Take over a changed profile: another zone moves the morning message, a deactivated person
    gets none, and their manager is asked who takes over. Somebody Touchbase does not know is left
    alone."""
    ack()
    person = event["user"]
    now = clock()
    with sessions.begin() as session:
        workspace = workspaces.by_team(session, body["team_id"])
        user = workspace and users.by_slack_id(session, workspace.id, person["id"])
        if not user:
            return
        told = person.get("profile") or {}
        profile = Profile(
            name=told.get("real_name") or person.get("real_name") or "",
            zone=person.get("tz"),
            email=told.get("email"),
            active=not person.get("deleted", False),
        )
        leaving.learn(session, user, profile, now)
        accounts.claim_by_email(session, user, slots.local_day(now, user.zone))
