"""Reports on schedule: asked for once, then one at the end of each week, month or quarter."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.sandbox.limits import problems_in_view
from bot.sandbox.world import Message
from handlers.views import report_schedules as views
from models import auditing, deliveries, report_schedules, users
from models.audit import Audit
from models.db import Sessions
from models.errors import NotYours, TooManySchedules
from models.holidays import DaysOff
from models.report_schedules import Reader, ReportSchedule, Scheduled
from models.reports import making, periods
from models.users import User
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.deals import a_deal
from tests.make import an_actor, at
from tests.touchbase_in_slack import touchbase

FRIDAY = at("2026-03-27T15:00Z")
"""Ten in the morning in Chicago; March ends on the Tuesday after."""


def a_team(it: Clockwork) -> None:
    """Ben leads Dana; each won a deal in March. Nobody gets a morning list."""
    with it.sessions.begin() as session:
        dana = a_person(session, "U1", name="Dana Reyes")
        ben = a_person(session, "U2", name="Ben Ito", role=users.MANAGER)
        dana.manager_id = ben.id
        for person, amount in ((dana, 1), (ben, 2)):
            a_deal(session, an_actor(person), "Won", amount, closed_on=date(2026, 3, 20))
            users.stop_reminding(person)


def scheduled(it: Clockwork, person: str, words: str) -> str:
    """Ask for it in the form; what that says then."""
    assert it.slack.command(person, "/report", words).ok
    form = it.slack.form(person)
    form.save()
    assert form.errors == {}
    return it.slack.form(person).words


def until(it: Clockwork, moment: str) -> None:
    """Let the clock go, some hours at a time."""
    end = at(moment)
    while it.clock() < end:
        it.wait(seconds=min(timedelta(hours=6), end - it.clock()).total_seconds())
        it.plan()
        while it.send().total():
            pass


def amounts(it: Clockwork, message: Message) -> list[object]:
    """What the closed deals in the message's file are worth."""
    words = message.blocks[0]["text"]["text"]
    (file,) = [one for one in it.slack.service.files.values() if f"/{one.id}/" in words]
    assert file.content is not None
    heads, *rows = load_workbook(io.BytesIO(file.content)).worksheets[0].values
    return [row[list(heads).index("Amount")] for row in rows]


def test_a_month_comes_once_on_the_first_work_day_after_it(each_database: Database) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        a_team(it)
        said = scheduled(it, "U2", "closings monthly")
        assert "Done: Closings comes every month in your messages." in said
        assert "Next: Wed, Apr 1, about 2026-03." in said
        until(it, "2026-04-01T12:29Z")
        assert it.said("U2") == []
        until(it, "2026-04-01T12:31Z")  # half past seven, the hour of the person's own mornings
        (message,) = it.said("U2")
        assert "Closings, 2026-03, as of Wed, Apr 1" in message.words
        assert "Comes every month." in message.words
        assert amounts(it, message) == [1, 2]
        until(it, "2026-04-30T12:00Z")
        assert len(it.said("U2")) == 1
        until(it, "2026-05-01T13:00Z")
        assert "closings-2026-04.xlsx" in it.said("U2")[-1].blocks[0]["text"]["text"]
        assert len(it.said("U2")) == 2


def test_it_is_about_whom_the_person_may_see_when_it_is_sent(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        scheduled(it, "U2", "closings monthly")
        with it.sessions.begin() as session:
            session.scalars(select(User).filter_by(slack_id="U2")).one().role = users.REP
        until(it, "2026-04-01T13:00Z")
        assert amounts(it, it.said("U2")[-1]) == [2]


def test_asking_twice_is_asking_once_and_other_words_are_another_one(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        for words in ("pipeline weekly", "pipeline weekly", "pipeline weekly by agent"):
            scheduled(it, "U1", words)
        until(it, "2026-03-30T13:00Z")
        assert len(it.said("U1")) == 2
        with it.sessions() as session:
            acts = session.scalars(select(Audit.action)).all()
            assert acts.count("report_scheduled") == 2


def test_stop_in_the_list_and_undo(each_database: Database) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        a_team(it)
        scheduled(it, "U1", "pipeline weekly")
        scheduled(it, "U1", "activity quarterly by manager")
        assert it.slack.command("U1", "/touchbase", "report list").ok
        shown = it.slack.form("U1")
        assert "Pipeline, every week\nNext: Mon, Mar 30, about 2026-W13." in shown.words
        assert "Activity by manager, every quarter\nNext: Wed, Apr 1, about 2026-Q1." in shown.words
        shown.press("Stop")
        stopped = it.slack.form("U1")
        assert stopped.words.count("Pipeline, every week") == 1
        assert stopped.buttons == ["Undo", "Stop"]
        until(it, "2026-03-30T18:00Z")
        assert it.said("U1") == []
        stopped.press("Undo")
        assert it.slack.form("U1").buttons == ["Stop", "Stop"]
        assert "Next: Mon, Apr 6, about 2026-W14." in it.slack.form("U1").words
        until(it, "2026-04-06T13:00Z")
        assert len(it.said("U1")) == 2  # and the quarter's
        assert it.slack.command("U1", "/report", "pipeline").ok
        it.slack.form("U1").press("Your 2 scheduled reports")
        assert it.slack.form("U1").buttons == ["Stop", "Stop"]


def test_the_list_opens_from_the_message_and_says_when_there_is_nothing(
    sessions: Sessions,
) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        assert it.slack.command("U1", "/report", "list").ok
        assert "No scheduled reports yet." in it.slack.form("U1").words
        scheduled(it, "U1", "pipeline weekly")
        until(it, "2026-03-30T13:00Z")
        it.slack.press("U1", it.said("U1")[-1], "Your scheduled reports")
        assert "Pipeline, every week" in it.slack.form("U1").words


def test_what_is_stopped_between_plan_and_post_is_not_sent(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        scheduled(it, "U1", "pipeline weekly")
        it.wait(days=3)
        it.plan()
        with it.sessions.begin() as session:
            dana = an_actor(session.scalars(select(User).filter_by(slack_id="U1")).one())
            (one,) = report_schedules.of_actor(session, dana, it.clock())
            report_schedules.stop(session, dana, one.schedule_id, it.clock())
        it.send()
        assert (it.said("U1"), it.row(kind=deliveries.REPORT_DUE).error_code) == ([], "stopped")


def test_nothing_comes_to_somebody_who_left(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        scheduled(it, "U1", "pipeline weekly")
        assert it.slack.change_person("U1", deleted=True).ok
        until(it, "2026-04-07T13:00Z")
        assert (it.said("U1"), it.rows(kind=deliveries.REPORT_DUE)) == ([], [])


def test_of_weeks_that_were_missed_only_the_newest_comes_however_late(
    each_database: Database,
) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        a_team(it)
        scheduled(it, "U1", "pipeline weekly")
        it.wait(days=20)  # Thursday, April 16
        for _ in range(2):
            it.plan()
            it.send()
        (message,) = it.said("U1")
        assert "Pipeline, 2026-W15" in message.words
        rows = it.rows(kind=deliveries.REPORT_DUE)
        assert [(row.local_date, row.state) for row in rows] == [
            (date(2026, 3, 30), "expired"),
            (date(2026, 4, 13), "sent"),
        ]


def test_two_processes_send_one(each_database: Database) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        a_team(it)
        scheduled(it, "U1", "pipeline weekly")
        it.wait(days=3)
        other = it.another()
        for each in (it, other, it):
            each.plan()
        for each in (it, other, it):
            each.send()
        assert len(it.said("U1")) == 1


def test_a_clock_wound_back_sends_nothing_twice(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        scheduled(it, "U1", "pipeline weekly")
        until(it, "2026-04-06T13:00Z")
        assert len(it.said("U1")) == 2
        it.clock.now = at("2026-03-30T14:00Z")
        until(it, "2026-04-06T14:00Z")
        assert len(it.said("U1")) == 2
        until(it, "2026-04-13T13:00Z")
        assert len(it.said("U1")) == 3


def test_a_move_since_then_moves_its_hour(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        scheduled(it, "U1", "pipeline monthly")
        it.wait(days=2)
        it.plan()
        with it.sessions.begin() as session:
            dana = session.scalars(select(User).filter_by(slack_id="U1")).one()
            users.move_to(dana, "America/Denver", it.clock())
        until(it, "2026-04-01T13:29Z")
        assert it.said("U1") == []
        until(it, "2026-04-01T13:31Z")
        assert len(it.said("U1")) == 1


def a_reader(zone: str = "America/Chicago", **days_off: bool) -> Reader:
    user = User(zone=zone, work_days=31, remind_at=FRIDAY.time().replace(hour=7, minute=30))
    off = {date.fromisoformat(f"2026-{day[1:3]}-{day[3:]}"): True for day in days_off}
    return Reader(user, "America/Chicago", DaysOff("", off))


@pytest.mark.parametrize(
    ("every", "begins", "reader", "opens"),
    [
        ("month", date(2026, 8, 1), a_reader(), "2026-08-03T12:30Z"),  # a Saturday
        ("week", date(2026, 3, 30), a_reader(_0330=True), "2026-03-31T12:30Z"),  # a day off
        ("quarter", date(2027, 1, 1), a_reader(), "2027-01-01T13:30Z"),
        # Where it is Monday first: half past seven comes before the week is over in Chicago.
        ("week", date(2026, 3, 30), a_reader("Asia/Tokyo"), "2026-03-30T22:30Z"),
        # A week without a work day still has a report.
        (
            "week",
            date(2026, 3, 30),
            a_reader(_0330=True, _0331=True, _0401=True, _0402=True, _0403=True),
            "2026-03-30T05:00Z",
        ),
    ],
    ids=["weekend", "holiday", "quarter", "Tokyo", "shut"],
)
def test_the_first_work_day(every: str, begins: date, reader: Reader, opens: str) -> None:
    slot = report_schedules.slot(every, begins, reader)
    assert slot.opens == at(opens)
    assert slot.closes > slot.opens


def test_twenty_are_enough_and_others_cannot_be_stopped(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        with it.sessions.begin() as session:
            people = session.scalars(select(User).order_by(User.id)).all()
            dana, ben = map(an_actor, people)
            ways = [
                (name, by, every)
                for name, kind in making.REPORTS.items()
                for by in (None, *kind.bys)
                for every in report_schedules.EVERY
            ]
            for way in ways[: report_schedules.MOST]:
                made = report_schedules.ask(session, dana, *way, FRIDAY)
            with pytest.raises(TooManySchedules):
                report_schedules.ask(session, dana, *ways[report_schedules.MOST], FRIDAY)
            with pytest.raises(NotYours):
                report_schedules.stop(session, ben, made.schedule_id, FRIDAY)
        assert it.slack.command("U1", "/report", "pipeline quarterly by region").ok
        form = it.slack.form("U1")
        assert not form.save()
        assert "Stop one first." in form.errors["Send it"]


def test_at_its_largest_the_list_fits_slack() -> None:
    one = Scheduled(10**12, "territory-review", "manager", "quarter", date(2026, 4, 1), None)
    about = periods.parse("2026-Q1")
    every = [Scheduled(**{**vars(one), "about": about})] * report_schedules.MOST
    assert problems_in_view(views.shown(every, date(2026, 3, 1), stopped=one)) == []
    assert problems_in_view(views.begun(every[0], date(2026, 3, 1))) == []


def test_a_schedule_nobody_planned_is_found_out(each_database: Database) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        a_team(it)
        scheduled(it, "U1", "pipeline weekly")

        def found() -> list[str]:
            with it.sessions() as session:
                moment = it.clock()
                limits = auditing.Limits()
                told = auditing.findings(session, now=moment, machine=moment, limits=limits)
                return [one.kind for one in told]

        assert found() == []
        it.wait(days=3)
        assert found() == ["no_report"]
        it.plan()
        it.send()
        assert found() == []
        with it.sessions.begin() as session:
            session.scalars(select(ReportSchedule)).one().next_due_at = None
        assert found() == ["no_report"]
