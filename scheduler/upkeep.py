"""Keeping house: forgetting what is old, and coming back after a token was refused."""

from __future__ import annotations

from datetime import timedelta

import structlog

from models import drafts, heartbeats, import_runs, lanes, requests
from models.db import reading
from scheduler import answers
from scheduler.answers import Fate
from scheduler.road import Road

log = structlog.get_logger(__name__)

KEEP_REQUESTS = timedelta(days=14)
KEEP_IMPORTS = timedelta(days=1)
KEEP_DELIVERIES = timedelta(days=30)

_BATCH = 5_000


def forget(road: Road) -> int:
    """Delete requests seen over 14 days ago, drafts left 7, what imports changed over a day ago,
    and deliveries done 30 days ago, by the machine's clock: winding the people's must not throw
    anything away. How many deliveries went."""
    machine = road.machine()
    with road.sessions.begin() as session:
        requests.forget(session, machine - KEEP_REQUESTS)
        drafts.forget(session, machine - drafts.KEPT)
        heartbeats.forget(session, machine)
        import_runs.forget(session, machine - KEEP_IMPORTS)
    gone, batch = 0, 1
    while batch and not road.stopping.is_set():  # a message goes one round after its changes
        with road.sessions.begin() as session:
            batch = lanes.forget(session, machine - KEEP_DELIVERIES, _BATCH)
        gone += batch
    return gone


def revive(road: Road) -> int:
    """Try the token of every suspended workspace; how many work again."""
    with reading(road.sessions) as session:
        suspended = lanes.suspended(session)
    back = 0
    for workspace_id, team_id in suspended:
        try:
            told = road.slack(workspace_id).auth_test()
        except Exception as fault:
            answer = answers.of_failure(fault)
            level = log.error if answer.fate is Fate.LOCKED_OUT else log.warning
            level("workspace.still_suspended", workspace=workspace_id, code=answer.code)
            continue
        if told.get("team_id") != team_id:
            log.error("workspace.other_token", workspace=workspace_id)
            continue
        with road.sessions.begin() as session:
            held = lanes.resume(session, workspace_id, road.clock())
        log.info("workspace.resumed", workspace=workspace_id, count=held)
        back += 1
    return back
