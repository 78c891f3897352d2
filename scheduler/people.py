"""Who the people are that Touchbase only knows by their Slack id: named by an import, or made on
the command line. Slack tells their name, zone and e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from models import accounts, lanes, leaving, slots, users
from models.db import reading
from models.users import Profile
from scheduler import answers
from scheduler.answers import Fate
from scheduler.road import Road

log = structlog.get_logger(__name__)

_AT_ONCE = 100
_LOOKED_THROUGH = 2_000


def read_profiles(road: Road, not_again: dict[int, float], monotonic: float) -> int:
    """Ask Slack about people nobody has told us of; how many it told of.

    not_again  by a person's id, when they may be asked about again: kept by the caller, so that
               one whom Slack does not know is not asked about every half minute.
    monotonic  the caller's present second, on the scale of `not_again`.

    A failure changes nothing: it is tried again later. A rate limit ends this round, and so does
    a Slack that is out of reach.
    """
    with reading(road.sessions) as session:
        unread = users.unread(session, _LOOKED_THROUGH)
        active = lanes.active(session)
    told = 0
    waiting = [user for user in unread if not_again.get(user.id, 0.0) <= monotonic]
    for user in waiting[:_AT_ONCE]:
        if road.stopping.is_set() or user.slack_id is None or user.workspace_id not in active:
            continue
        not_again[user.id] = monotonic + road.timing.ask_again
        try:
            found = road.slack(user.workspace_id).users_info(user=user.slack_id)["user"]
        except Exception as fault:  # people are reminded meanwhile, by their workspace's zone
            answer = answers.of_failure(fault)
            log.warning("profile.unread", user=user.id, code=answer.code)
            if answer.fate in (Fate.LIMITED, Fate.NOT_SENT, Fate.IN_DOUBT):
                break  # planning comes after this, and must not wait for a Slack that is away
            continue
        _learn(road, user.id, user.workspace_id, found)
        told += 1
    return told


def _learn(road: Road, user_id: int, workspace_id: int, found: Mapping[str, Any]) -> None:
    now = road.clock()
    with road.sessions.begin() as session:
        user = users.get(session, workspace_id, user_id)
        leaving.learn(session, user, _profile(found), now)
        accounts.claim_by_email(session, user, slots.local_day(now, user.zone))


def _profile(found: Mapping[str, Any]) -> Profile:
    profile = found.get("profile") or {}
    name = profile.get("real_name") or found.get("real_name") or found.get("name") or ""
    return Profile(
        name=str(name),
        zone=found.get("tz"),
        email=profile.get("email"),
        active=not (found.get("deleted") or found.get("is_bot")),
    )
