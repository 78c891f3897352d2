"""Settings: when the morning message comes, where, and when it does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest

from bot.sandbox.form import Form
from bot.sandbox.limits import problems_in_view
from handlers.views import settings as views
from models import aliases, deliveries, habits, users
from models.aliases import Taught
from models.db import Sessions
from models.deliveries import Owed
from models.errors import InQuietHours
from models.habits import Settings
from models.users import User
from scheduler import quiet
from tests.by_the_clock import Clockwork, a_person
from tests.make import an_account, an_actor, at
from tests.touchbase_in_slack import touchbase

FRIDAY = at("2026-11-20T15:00:00Z")
"""Nine in the morning in Chicago."""

STANDING = Settings(
    on=True,
    at=time(7, 30),
    work_days=0b0011111,
    zone="America/Chicago",
    zone_source=users.ZONE_OF_SLACK,
    quiet=None,
    paused_until=None,
)


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, FRIDAY) as made:
        with sessions.begin() as session:
            user = a_person(session, "U1", overdue=1)
            users.reschedule(user, FRIDAY, done=FRIDAY.date())  # today's was sent
        yield made


def form(it: Clockwork) -> Form:
    """The form, as `/touchbase settings` opens it."""
    answer = it.slack.command("U1", "/touchbase", "settings")
    assert answer.ok, answer
    return it.slack.form("U1")


def saved(shown: Form) -> bool:
    """Press Save; whether the form then says that it is saved."""
    shown.save()
    return "Saved." in shown.words


def next_one(it: Clockwork) -> str:
    due = it.user().next_due_at
    return "" if due is None else due.isoformat()


def test_the_form_shows_the_settings_as_they_stand(it: Clockwork) -> None:
    shown = form(it)
    assert shown.value("At") == "07:30"
    assert shown.value("Time zone") == "Same as my Slack profile"
    assert (shown.value("Quiet from"), shown.value("Quiet until")) == ("20:00", "07:00")
    assert shown.value("On vacation until") is None


def test_a_second_list_is_chosen_kept_and_given_up(it: Clockwork) -> None:
    shown = form(it)
    assert shown.value("Lists a day") == "One, in the morning"
    shown.pick("Lists a day", "Two: at 3:30 PM, what is still open")
    shown.save()
    assert "Afternoon list: 3:30 PM, when something is still open" in shown.words
    assert it.user().daily_lists == 2
    shown = form(it)
    shown.pick("Lists a day", "One, in the morning")
    shown.save()
    assert "Afternoon" not in shown.words
    assert it.user().daily_lists == 1


def test_another_hour_and_other_days_move_the_next_message(it: Clockwork) -> None:
    shown = form(it)
    shown.time("At", "08:15")
    shown.clear("Work days")
    shown.tick("Tuesday")
    shown.tick("Thursday")
    assert saved(shown)
    user = it.user()
    assert (user.remind_at, user.work_days) == (time(8, 15), 0b0001010)
    assert next_one(it) == "2026-11-24T14:15:00+00:00"  # the next Tuesday
    assert "Saved." in it.slack.form("U1").words
    assert "Morning message: 8:15 AM, Tue and Thu" in it.slack.form("U1").words


def test_switched_off_there_is_no_next_message(it: Clockwork) -> None:
    shown = form(it)
    shown.clear("Morning message")
    assert saved(shown)
    assert it.user().reminders_on is False
    assert next_one(it) == ""


def test_a_pause_skips_every_morning_before_its_day(it: Clockwork) -> None:
    shown = form(it)
    shown.date("On vacation until", "2026-12-07")  # a Monday
    assert saved(shown)
    assert next_one(it) == "2026-12-07T13:30:00+00:00"
    it.wait(days=14)
    it.plan()
    it.send()
    assert it.said("U1") == []
    it.wait(days=3)
    it.plan()
    it.send()
    (message,) = it.said("U1")
    assert "overdue for a touch" in message.words


def test_a_message_planned_before_the_pause_is_not_sent(it: Clockwork) -> None:
    it.wait(days=2, hours=22, minutes=29)  # Monday, 7:29
    it.wait(minutes=2)
    it.plan()
    with it.sessions.begin() as session:
        user = users.by_slack_id(session, it.user().workspace_id, "U1")
        assert user is not None
        habits.save(
            session,
            an_actor(user),
            Settings(**{**vars(habits.of(user)), "paused_until": date(2026, 12, 1)}),
            it.clock(),
        )
    it.send()
    assert it.said("U1") == []
    assert it.row(kind=deliveries.REMINDER).error_code == "paused"


def test_a_pause_that_is_over_already_is_refused_beside_its_field(it: Clockwork) -> None:
    shown = form(it)
    shown.date("On vacation until", "2026-11-20")
    assert not shown.save()
    assert shown.errors == {"On vacation until": "Pick a day after today, or clear it."}
    assert it.user().paused_until is None


def test_quiet_hours_that_swallow_the_hour_are_refused_beside_it(it: Clockwork) -> None:
    shown = form(it)
    shown.time("Quiet until", "09:00")
    assert not shown.save()
    assert shown.errors == {
        "At": "That is within your quiet hours, 8:00 PM to 9:00 AM. Pick a time outside them."
    }
    shown.time("At", "09:00")
    assert saved(shown)
    assert users.own_quiet(it.user()) == (time(20), time(9))


def test_every_refusal_stands_beside_its_own_field(it: Clockwork) -> None:
    shown = form(it)
    shown.clear("Work days")
    shown.time("Quiet until", "20:00")
    assert not shown.save()
    assert set(shown.errors) == {"Work days", "Quiet until"}
    shown.tick("Monday")
    shown.time("Quiet until", "07:00")
    shown.time("At", "04:00")
    assert not shown.save()
    assert shown.errors == {"At": "Pick a time from 05:00 to 19:30, such as 07:30."}


def test_the_command_cannot_move_the_message_into_the_persons_quiet_hours(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        user = session.get_one(User, it.user().id)
        user.quiet_from, user.quiet_until = time(19), time(8)
        with pytest.raises(InQuietHours):
            users.remind(user, FRIDAY, at=time(7, 30))
    it.slack.command("U1", "/touchbase", "remind 7am")
    assert "within your quiet hours" in it.slack.ephemerals("U1")[-1].words


def test_a_message_waits_for_the_end_of_the_persons_quiet_hours(it: Clockwork) -> None:
    it.wait(days=3)
    it.wait(hours=-1, minutes=-29)  # Monday, 7:31
    it.plan()
    with it.sessions.begin() as session:
        user = session.get_one(User, it.user().id)
        user.quiet_from, user.quiet_until = time(18), time(9)
    it.send()
    assert it.said("U1") == []
    it.wait(hours=1, minutes=30)
    it.send()
    assert len(it.said("U1")) == 1


@pytest.mark.parametrize(
    ("now", "begins", "until", "ends"),
    [
        ("2026-11-20T02:00Z", 18, 9, "2026-11-20T15:00Z"),  # 8 PM: tomorrow at nine
        ("2026-11-20T14:00Z", 18, 9, "2026-11-20T15:00Z"),  # 8 AM: today at nine
        ("2026-11-20T15:00Z", 18, 9, None),
        ("2026-11-20T18:30Z", 12, 14, "2026-11-20T20:00Z"),  # over lunch
        ("2026-11-20T02:00Z", 12, 14, None),  # the evening is theirs
    ],
)
def test_chosen_quiet_hours_take_the_place_of_the_usual_ones(
    now: str, begins: int, until: int, ends: str | None
) -> None:
    found = quiet.ends(at(now), "America/Chicago", time(7, 30), (time(begins), time(until)))
    assert found == (at(ends) if ends else None)


def test_a_notice_that_nobody_asked_for_waits_for_the_morning(it: Clockwork) -> None:
    it.wait(hours=13)  # ten in the evening
    user = it.user()
    with it.sessions.begin() as session:
        owed = Owed(
            key="stopped",
            kind=deliveries.DIGEST_STOPPED,
            target="U1",
            user_id=user.id,
            facts={"channel": "C1", "why": "is_archived"},
            not_before=it.clock(),
        )
        deliveries.owe(session, user.workspace_id, owed, it.clock())
    it.send()
    assert it.said("U1") == []
    it.wait(hours=9)
    it.send()
    assert "has stopped" in it.said("U1")[0].words


def test_a_late_message_ends_with_the_day_the_person_chose(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        user = session.get_one(User, it.user().id)
        user.quiet_from, user.quiet_until = time(10), time(6)
        users.reschedule(user, FRIDAY)
    it.wait(days=3)
    it.wait(hours=1, minutes=1)  # Monday, 10:01: usually still in time
    it.plan()
    assert it.row(kind=deliveries.REMINDER).state == deliveries.EXPIRED


def test_a_zone_is_found_by_its_city_and_moves_the_message(it: Clockwork) -> None:
    shown = form(it)
    assert "Mountain · Denver" in shown.offers("Time zone", "")
    assert "Boise · America/Boise" in shown.offers("Time zone", "boise")
    shown.pick("Time zone", "Boise · America/Boise", query="boise")
    assert saved(shown)
    user = it.user()
    assert (user.zone, user.zone_source) == ("America/Boise", users.ZONE_CHOSEN)
    assert next_one(it) == "2026-11-23T14:30:00+00:00"


def test_back_to_the_zone_of_the_slack_profile(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        users.move_to(session.get_one(User, it.user().id), "Europe/Berlin", FRIDAY)
    shown = form(it)
    assert shown.value("Time zone") == "Berlin · Europe/Berlin"
    shown.pick("Time zone", "Same as my Slack profile", query="")
    assert saved(shown)
    assert (it.user().zone, it.user().zone_source) == ("America/Chicago", users.ZONE_OF_SLACK)


def test_without_an_answer_from_slack_the_zone_stays_and_says_why(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        users.move_to(session.get_one(User, it.user().id), "Europe/Berlin", FRIDAY)
    it.slack.add_person("U1", "Dana Reyes", tz="Mars/Olympus")
    shown = form(it)
    shown.pick("Time zone", "Same as my Slack profile", query="")
    assert not shown.save()
    assert "Slack isn't telling me your time zone right now" in shown.errors["Time zone"]
    assert it.user().zone == "Europe/Berlin"


def test_names_the_rep_taught_can_be_forgotten(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = an_actor(session.get_one(User, it.user().id))
        oak = an_account(session, rep.workspace_id, "Oak Clinic")
        aliases.teach(session, rep, "the oak", oak.id, FRIDAY)
        aliases.teach(session, rep, "the acorn", oak.id, FRIDAY)
    shown = form(it)
    shown.pick("Forget names", "the oak → Oak Clinic")
    assert saved(shown)
    assert "Forgotten: 1 of your names" in it.slack.form("U1").words
    with it.sessions() as session:
        assert list(aliases.own(session, rep)) == ["the acorn"]


def test_settings_changed_on_home_are_on_home(it: Clockwork) -> None:
    it.slack.open_home("U1")
    it.slack.home("U1").press("Change")
    shown = it.slack.form("U1")
    shown.time("At", "08:15")
    shown.date("On vacation until", "2026-12-07")
    assert shown.save()
    it.send()
    words = it.slack.home("U1").words
    assert "Morning message: 8:15 AM, Mon–Fri" in words
    assert "Paused until Mon, Dec 7" in words


def test_todays_message_does_not_come_twice_after_a_change(it: Clockwork) -> None:
    it.wait(days=3)
    it.plan()
    it.send()
    assert len(it.said("U1")) == 1
    shown = form(it)
    shown.time("At", "11:00")
    assert saved(shown)
    assert next_one(it) == "2026-11-24T17:00:00+00:00"  # Tuesday


def test_the_form_fits_slack_with_a_hundred_names() -> None:
    long = "<!channel> *b* & \u202eright\u202c " * 5
    taught = [Taught(number, long[:120], long[:120]) for number in range(100)]
    everything = Settings(
        on=True,
        at=time(7, 30),
        work_days=0b1111111,
        zone="America/Argentina/ComodRivadavia",
        zone_source=users.ZONE_CHOSEN,
        quiet=(time(18), time(9)),
        paused_until=FRIDAY.date() + timedelta(days=9),
    )
    view = views.form(everything, taught, FRIDAY.date(), metadata="{}")
    assert problems_in_view(view) == []
    assert problems_in_view(views.form(STANDING, [], FRIDAY.date(), metadata="{}")) == []
