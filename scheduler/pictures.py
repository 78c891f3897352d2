"""Sending a picture: uploaded first, its file's id kept, then posted like any other message.

A file carries no metadata, so nobody could find it after a lost answer; a message that shows an
uploaded file does. An upload shows nothing to anybody, so one that fails is simply done again.
Source: reliability B3.4; docs.slack.dev, /messaging/working-with-files.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from slack_sdk import WebClient

from handlers.views import heatmap as views
from handlers.views.fields import Block
from models import deliveries, heat, lanes, snapshots, users
from models.db import Session, reading
from models.deliveries import Delivery
from models.heat import Heat
from models.users import Actor
from scheduler import answers
from scheduler.answers import Answer, Fate
from scheduler.road import Job, Road

_NAME = "heat-map.png"
_LONGEST_ALT = 1000

NOT_READY = "picture_not_ready"
"""Slack has the file but cannot show it yet."""


class NotUploaded(Exception):
    """The picture is not with Slack. `answer`: what that says of its message."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.code)
        self.answer = answer


def upload(road: Road, job: Job) -> Delivery:
    """Before a picture's message is made: draw and upload it, unless that was done before.

    Raises NotUploaded.
    """
    row = job.row
    if row.file_id:
        return row
    with reading(road.sessions) as session:
        shown = _heat(session, row)
    if not shown.lines:
        return row
    file_id = _uploaded(road.slack(row.workspace_id), road.draw(shown), views.told(shown))
    with road.sessions.begin() as session:
        mine = lanes.finished(session, job.attempt)
        if mine is None:
            raise NotUploaded(Answer(Fate.LIMITED, "taken_over"))
        mine.file_id = file_id
        return mine


def render(session: Session, delivery: Delivery, _now: datetime) -> tuple[str, list[Block]] | str:
    """The message around an uploaded picture."""
    if delivery.file_id is None:
        return "no_accounts" if delivery.user_id is None else views.nothing()
    own = delivery.user_id is not None
    return views.message(_heat(session, delivery), delivery.file_id, own=own)


def of_post(answer: Answer) -> Answer:
    """What Slack's answer to a picture's post says: it refuses the blocks while it is still at
    work on the file, so then the post is tried again a few times."""
    if answer.fate is Fate.REFUSED and answer.code == "invalid_blocks":
        return Answer(Fate.UNMADE, NOT_READY)
    return answer


def _heat(session: Session, row: Delivery) -> Heat:
    snapshot_id = int(row.facts["snapshot"])
    if row.user_id is None:
        return heat.of_all(session, snapshots.get(session, row.workspace_id, snapshot_id))
    user = users.get(session, row.workspace_id, row.user_id)
    asking = Actor(row.workspace_id, user.id, user.slack_id or "", user.role, user.zone)
    return heat.of_viewer(session, asking, snapshot_id)


def _uploaded(client: WebClient, picture: bytes, said: str) -> str:
    """Upload for nobody yet: the file stays private until a message shows it. Its id."""
    try:
        reply = client.files_upload_v2(
            content=picture, filename=_NAME, title="Heat map", alt_txt=said[:_LONGEST_ALT]
        )
        return str(reply["files"][0]["id"])
    except Exception as fault:  # as with a post: whatever it is, it says something
        raise NotUploaded(of_upload(answers.of_failure(fault))) from fault


def of_upload(answer: Answer) -> Answer:
    """Nobody has seen anything, so there is no doubt; and without the scope for files only
    pictures are given up, not the workspace."""
    if answer.fate is Fate.IN_DOUBT:
        return replace(answer, fate=Fate.NOT_SENT)
    if answer.code == "missing_scope":
        return replace(answer, fate=Fate.REFUSED)
    return answer


KINDS = frozenset({deliveries.HEAT_MAP})
"""The kinds of delivery that are pictures."""
