"""Friday's question: which of the person's deals want a word, in their list of that day."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from models import slots, users
from models.accounts import Account
from models.db import Sessions
from models.deliveries import Delivery
from models.holidays import Holiday
from models.opportunities import Opportunity
from models.stages import Stage
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import an_actor, at
from tests.touchbase_in_slack import reread, touchbase
from tests.unit.test_deals import a_deal

FRIDAY = at("2026-03-20T12:30:10Z")  # 7:30 in Chicago
QUESTION = "Update your deals:"


def furnish(it: Clockwork, **columns: object) -> None:
    """Dana with a stale deal without a next step, one put off, and one that is well."""
    with it.sessions.begin() as session:
        user = a_person(session, "U1", now=FRIDAY - timedelta(days=3))
        for name, value in columns.items():
            setattr(user, name, value)
        users.reschedule(user, FRIDAY - timedelta(hours=2))
        dana = an_actor(user)
        a_deal(session, dana, name="Quiet one", amount_cents=50_000, days_ago=70)
        pushed = a_deal(session, dana, name="Put off", amount_cents=60_000, next_step="Call")
        pushed.pushes = 2
        a_deal(session, dana, name="Fine", amount_cents=90_000, next_step="Call")
        session.query(Delivery).delete()


def morning(it: Clockwork) -> list[str]:
    it.plan()
    it.send()
    return [message.words for message in it.said("U1")]


def test_on_friday_the_list_asks_about_the_deals_that_need_a_look(
    each_database: Database,
) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        furnish(it)
        (words,) = morning(it)
        assert (
            "Nothing is overdue." in words and "*Update your deals: 2 deals need a look.*" in words
        )
        assert words.index("*Put off*\n$600") < words.index("*Quiet one*\n$500")
        assert "Slipped: put off 2 times" in words and "Fine" not in words
        assert len(morning(it)) == 1  # once, however often it is planned


def test_a_deal_moved_there_is_off_the_list_and_undo_brings_it_back(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        furnish(it)
        morning(it)
        (message,) = it.said("U1")
        it.slack.press("U1", message, "To Qualification", nth=1)
        it.send()
        assert "Quiet one" in reread(it, message).words  # it still has no next step
        assert "quiet" not in reread(it, message).words
        (said,) = it.slack.ephemerals("U1")
        assert "Quiet one is now in Qualification." in said.words
        it.slack.press("U1", said, "Undo")
        it.send()
        assert "Stale: 80 days quiet" in reread(it, message).words
        with sessions() as session:
            found = session.scalars(select(Opportunity).filter_by(name="Quiet one")).one()
            assert session.get_one(Stage, found.stage_id).label == "Prospecting"
            message_row = session.scalars(select(Delivery).filter_by(kind="reminder")).first()
            assert message_row is not None and message_row.acted == "moved"


def test_lost_from_the_list_asks_why_first(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        furnish(it)
        morning(it)
        (message,) = it.said("U1")
        it.slack.select("U1", message, "deal_more", "Lost…")
        form = it.slack.form("U1")
        form.pick("Reason", "Poor fit")
        assert form.save(), form.errors
        it.send()
        words = reread(it, message).words
        assert "Put off" not in words and "1 deal needs a look" in words


def test_a_next_step_given_from_the_list_takes_the_deal_off_it(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        furnish(it)
        with sessions.begin() as session:
            quiet = session.scalars(select(Opportunity).filter_by(name="Quiet one")).one()
            quiet.staged_at = FRIDAY
        morning(it)
        (message,) = it.said("U1")
        it.slack.select("U1", message, "deal_more", "Edit…", nth=1)
        form = it.slack.form("U1")
        form.fill("Next step", "Call the board")
        assert form.save(), form.errors
        it.send()
        assert "Quiet one" not in reread(it, message).words


def test_all_deals_open_from_the_list(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        furnish(it)
        morning(it)
        (message,) = it.said("U1")
        it.slack.press("U1", message, "All my deals")
        assert "*3 open deals*" in it.slack.form("U1").words


def test_no_deal_in_want_no_message_and_none_on_other_days(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY - timedelta(days=1)) as it:
        furnish(it)
        with sessions.begin() as session:
            user = session.scalars(select(users.User).filter_by(slack_id="U1")).one()
            users.reschedule(user, FRIDAY - timedelta(days=1, hours=2))
        assert morning(it) == []  # Thursday
        with sessions.begin() as session:
            for deal in session.scalars(select(Opportunity)):
                deal.pushes, deal.next_step, deal.staged_at = 0, "Call", FRIDAY
            for account in session.scalars(select(Account)):
                account.owned_since = FRIDAY.date()  # else the plan of the week is told
        it.wait(days=1)
        assert morning(it) == []
        assert [row.error_code for row in it.rows(kind="reminder")][-1] == "nothing_due"


def test_who_stopped_the_list_is_not_asked(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        furnish(it, reminders_on=False)
        assert morning(it) == []


def test_a_late_message_asks_and_one_after_its_window_does_not(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY + timedelta(hours=3)) as it:
        furnish(it)
        assert QUESTION in morning(it)[0] and "Running late today" in morning(it)[0]
    with touchbase(sessions, FRIDAY + timedelta(hours=5)) as it:
        with sessions.begin() as session:
            session.query(Delivery).delete()
            user = session.scalars(select(users.User).filter_by(slack_id="U1")).one()
            user.reminded_at = None
            users.reschedule(user, FRIDAY - timedelta(hours=2))
        it.plan()
        it.send()
        assert [row.state for row in it.rows(kind="reminder")] == ["expired"]


def test_before_a_friday_off_thursday_asks(sessions: Sessions) -> None:
    thursday = FRIDAY - timedelta(days=1)
    with touchbase(sessions, thursday) as it:
        furnish(it)
        with sessions.begin() as session:
            user = session.scalars(select(users.User).filter_by(slack_id="U1")).one()
            day = Holiday(workspace_id=user.workspace_id, day=FRIDAY.date(), name="Off", off=True)
            session.add(day)
            session.flush()
            users.reschedule(user, thursday - timedelta(hours=2))
        assert QUESTION in morning(it)[0]


def test_the_last_work_day_of_a_week() -> None:
    friday = FRIDAY.date()
    assert slots.is_last_work_day(friday, slots.WEEKDAYS)
    assert not slots.is_last_work_day(friday - timedelta(days=1), slots.WEEKDAYS)
    assert not slots.is_last_work_day(friday, slots.WEEKDAYS | 1 << 5)  # works on Saturdays
