"""The floor: a bare sync Bolt app in Touchbase's own mode, on the same server.

`/ack` does nothing more; `/logvisit` opens a fixed form; Save writes the rows Touchbase writes,
through the ORM, with no rule, check or look-up.

    python bench/bare.py PORT SLACK_URL DATABASE_URL
"""

from __future__ import annotations

import logging
import sys
import uuid
from datetime import UTC, date, datetime

import waitress
from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from models import tables  # noqa: F401 - completes the metadata
from models.accounts import Account
from models.audit import Audit
from models.db import open_engine, sessions_for
from models.deliveries import Delivery
from models.follow_ups import FollowUp
from models.referrals import Referral, new_code
from models.requests import SeenRequest
from models.touches import Touch, TouchContact

FORM = {
    "type": "modal",
    "callback_id": "visit_form",
    "title": {"type": "plain_text", "text": "Log a visit"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": f"field_{number}",
            "label": {"type": "plain_text", "text": f"Field {number}"},
            "element": {"type": "plain_text_input", "action_id": "typed"},
        }
        for number in range(9)
    ],
}


def build(slack_url: str, database_url: str) -> App:
    app = App(
        signing_secret="bench-secret",
        client=WebClient(token="xoxb-bench", base_url=slack_url, retry_handlers=[]),
        authorize=lambda: AuthorizeResult(
            enterprise_id=None,
            team_id="T1",
            bot_id="B1",
            bot_user_id="UBOT",
            bot_token="xoxb-bench",
        ),
        process_before_response=True,
    )
    sessions = sessions_for(open_engine(database_url))

    @app.command("/logvisit")
    def open_form(ack, command, client) -> None:
        client.views_open(trigger_id=command["trigger_id"], view=FORM)
        ack()

    @app.command("/ack")
    def acknowledge(ack) -> None:
        ack()

    @app.view("visit_form")
    def save(ack, view) -> None:
        now = datetime.now(UTC)
        with sessions.begin() as session:
            write(session, view["id"], now)
        ack()

    return app


def write(session, submission: str, now: datetime, *, workspace: int = 1, user: int = 1) -> None:
    """The rows of one visit with one person met, two referrals and a follow-up."""
    today = date(now.year, now.month, now.day)
    touch = Touch(
        workspace_id=workspace,
        account_id=1,
        user_id=user,
        type="visit",
        occurred_on=today,
        logged_at=now,
        qualifying=True,
        note="Wants the flyer",
        source="command",
        submission=submission,
        edits=0,
        made_account=False,
        made_owner=False,
    )
    session.add(touch)
    session.flush()
    session.add_all(
        [
            TouchContact(workspace_id=workspace, touch_id=touch.id, contact_id=1, made=False),
            *(
                Referral(
                    workspace_id=workspace,
                    code=new_code(),
                    direction="in",
                    received_on=today,
                    logged_at=now,
                    account_id=1,
                    owner_id=user,
                    touch_id=touch.id,
                    urgency="routine",
                    status="new",
                    status_changed_at=now,
                    submission=submission,
                    place=place,
                )
                for place in range(2)
            ),
            FollowUp(
                workspace_id=workspace,
                kind="next_step",
                account_id=1,
                user_id=user,
                touch_id=touch.id,
                text="Bring flyers",
                due_on=today,
                status="open",
                created_at=now,
            ),
            Audit(
                workspace_id=workspace,
                at=now,
                actor_id=user,
                action="touch.log",
                entity="touch",
                entity_id=touch.id,
                facts={},
            ),
            SeenRequest(workspace_id=workspace, key=f"visit:{submission}", seen_at=now),
            Delivery(
                workspace_id=workspace,
                dedupe_key=f"receipt:{touch.id}",
                kind="receipt",
                user_id=user,
                target="U1",
                subject_id=touch.id,
                facts={},
                priority=0,
                state="held",
                not_before=now,
                attempt=0,
                fence=0,
                looked=0,
                nid=str(uuid.uuid4()),
                created_at=now,
            ),
        ]
    )
    account = session.get(Account, 1)
    account.last_touch_on = account.due_on = today


if __name__ == "__main__":
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    port, slack_url, database_url = sys.argv[1:]
    waitress.serve(
        SlackRequestHandler(build(slack_url, database_url), path="/slack/events"),
        host="127.0.0.1",
        port=int(port),
        threads=32,
        _quiet=True,
    )
