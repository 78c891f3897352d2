"""Many workspaces with much to send at one moment, and how late each message comes.

Only the sending is played: the deliveries are there, due, when the stage opens. Slack takes
simulated time to answer a post; nothing else takes any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import deliveries
from models.db import sessions_for
from models.deliveries import Owed
from scheduler import deliver
from scheduler.road import Road
from tests.make import a_workspace
from tests.simulator.stage import Pool, Process, Stage, Stopping

MORNING = datetime.fromisoformat("2026-03-16T13:00Z")


Enough = Callable[[Sequence[Sequence[float]]], bool]


@dataclass(frozen=True)
class Crew:
    """A workspace: to how many people something is due, and how many seconds Slack takes for a
    post there."""

    due: int
    call: float = 0.25


class QuickSlack:
    """A workspace's Slack that takes every message, and keeps when, and how many were on their
    way at once."""

    def __init__(self, stage: Stage, call: float) -> None:
        self.taken: list[float] = []
        self.on_their_way, self.most_at_once = 0, 0
        self._stage, self._call = stage, call

    def chat_postMessage(self, *, channel: str, **_told: Any) -> dict[str, Any]:
        self.on_their_way += 1
        self.most_at_once = max(self.most_at_once, self.on_their_way)
        self._stage.sleep(self._call)
        self.on_their_way -= 1
        self.taken.append(self._stage.elapsed)
        return {"ok": True, "channel": channel, "ts": f"{len(self.taken)}.000000"}


def _never(_taken: Sequence[Sequence[float]]) -> bool:
    return False


def lateness(engine: Engine, crews: Sequence[Crew], enough: Enough = _never) -> list[list[float]]:
    """Seconds after its time at which each message of each crew has come, in order, until
    `enough`. One process sends them, as the loop does."""
    stage = Stage(MORNING)
    slacks: dict[int, QuickSlack] = {}
    with Session(engine) as session, session.begin():
        for number, crew in enumerate(crews):
            slacks[_crew(session, f"T{number}", crew)] = QuickSlack(stage, crew.call)
    process = Process(stage, "replica")
    road = Road(
        sessions=sessions_for(engine),
        slack=slacks.__getitem__,  # type: ignore[arg-type]
        clock=stage.clock,
        machine=stage.clock,
        stopping=Stopping(stage),
        monotonic=stage.monotonic,
        pool=Pool,
    )

    def send() -> None:
        while deliver.send_due(road).total():
            pass

    process.start(send)
    taken = [slack.taken for slack in slacks.values()]
    stage.run(lambda: not enough(taken))
    process.kill()
    stage.finish()
    assert max(slack.most_at_once for slack in slacks.values()) == 1
    return taken


def p99(crews: Sequence[Sequence[float]]) -> float:
    """What 99 of 100 messages are not later than."""
    all_of_them = sorted(late for crew in crews for late in crew)
    return all_of_them[-(len(all_of_them) // 100) - 1]


def _crew(session: Session, team_id: str, crew: Crew) -> int:
    workspace_id = a_workspace(session, team_id).id
    owed = [
        (
            workspace_id,
            Owed(
                key=f"word:{person}",
                kind=deliveries.DIGEST_STOPPED,  # as cheap to make as any
                target=f"U{person}",
                facts={"channel": "C1", "why": "is_archived"},
                not_before=MORNING,
            ),
        )
        for person in range(crew.due)
    ]
    for begins in range(0, len(owed), 500):
        deliveries.owe_many(session, owed[begins : begins + 500], MORNING)
    return workspace_id
