"""The plan of a week: what the cadence asks for, what the rep makes of it, what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.sandbox.form import Form
from bot.sandbox.limits import problems_in_message, problems_in_view
from handlers.views import weekly_plan as views
from models import accounts, goals, users, weekly_plan
from models.accounts import Account
from models.cadence import CadenceRule
from models.db import Sessions
from models.errors import NoSuchAccount
from models.goals import PERSON, Whose
from models.holidays import Holiday
from models.users import Actor, User
from models.weekly_plan import Made, Plan, PlannedAccount, Target, WeeklyPlan
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import a_contact, a_rep, a_touch, a_user, a_workspace, an_account, an_actor, at
from tests.touchbase_in_slack import reread, say, touchbase

MONDAY = date(2026, 3, 16)
EIGHT = at("2026-03-16T12:30:10Z")  # 7:30 in Chicago
LONG_AGO = date(2026, 1, 5)


def furnish(session: Session, dana: Actor) -> dict[str, Account]:
    """Six accounts of Dana's, of which three are due by Sunday, the 22nd, for four contacts."""
    session.add(
        CadenceRule(
            workspace_id=dana.workspace_id,
            tier="",
            account_type="hospice",
            ideal_days=2,
            max_days=3,
        )
    )
    session.flush()
    told = {
        "Grace": {},  # never touched: due since January 15
        "Mercy": {},  # touched on the 8th: due on the 18th
        "Hope": {"type": "hospice"},  # touched on the 14th: due on the 17th, and again on the 20th
        "Oak": {"tier": "B"},  # touched on the 10th: due on the 31st
        "Asleep": {"status": "dormant"},
        "Later": {},  # put off until the 30th
    }
    made = {}
    for name, columns in told.items():
        columns = {"tier": "A", **columns}
        status = columns.pop("status", "active")
        made[name] = an_account(
            session, dana.workspace_id, name, owner=dana, owned_since=LONG_AGO, **columns
        )
        made[name].status = status
    for name, day in (("Mercy", 8), ("Hope", 14), ("Oak", 10)):
        days = (EIGHT.date() - date(2026, 3, day)).days
        a_touch(session, dana, made[name], days_ago=days, now=EIGHT)
    accounts.snooze(
        session,
        dana,
        made["Later"].id,
        date(2026, 3, 30),
        reason=None,
        now=EIGHT - timedelta(days=3),
    )
    session.flush()
    return made


def plan_of(session: Session, rep: Actor, monday: date = MONDAY) -> Plan:
    return weekly_plan.of(session, session.get_one(User, rep.user_id), monday)


def made_of(session: Session, rep: Actor) -> Made:
    user = session.get_one(User, rep.user_id)
    return weekly_plan.made(session, user, weekly_plan.of(session, user, MONDAY))


def told(plan: Plan) -> list[tuple[str, int]]:
    return [(one.name, one.contacts) for one in plan.targets]


def test_the_cadence_proposes_whom_to_see_and_how_often(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana, other = a_rep(session), a_rep(session, "U2")
        furnish(session, dana)
        plan = plan_of(session, dana)
        # By the gaps that are over on Sunday: Grace 76 of 10 days, Mercy 14 of 10, Hope 8 of 3
        # days at the same weight.
        assert told(plan) == [("Grace", 1), ("Hope", 2), ("Mercy", 1)]
        assert (plan.projected, plan.proposed, plan.more) == (4, (4, 3), 0)
        assert plan.usual == 1  # three touches in four weeks
        assert not plan.changed
        late = accounts.overdue(session, dana.workspace_id, dana.user_id, MONDAY)
        assert {one.name for one in late} <= {name for name, _ in told(plan)}
        nobody = plan_of(session, other)
        assert not nobody and made_of(session, other) == Made(0, 0, 0, [])


def test_the_proposal_stays_while_the_week_goes_on(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        mine = furnish(session, dana)
        before = plan_of(session, dana)
        a_touch(session, dana, mine["Mercy"], now=EIGHT)
        a_touch(session, dana, mine["Grace"], type="voicemail", now=EIGHT)  # an attempt only
        a_touch(session, dana, mine["Oak"], type="call", now=EIGHT)
        a_touch(session, dana, mine["Hope"], now=EIGHT + timedelta(days=7))  # the week after
        accounts.snooze(session, dana, mine["Grace"].id, date(2026, 4, 30), reason=None, now=EIGHT)
        session.flush()
        assert plan_of(session, dana) == before
        assert made_of(session, dana) == Made(2, 1, 1, ["Grace", "Hope"])


def test_somebody_who_must_be_met_puts_their_account_on_the_plan(sessions: Sessions) -> None:
    with sessions.begin() as session:
        dana = a_rep(session)
        oak = furnish(session, dana)["Oak"]  # itself due on the 31st
        rule = CadenceRule(
            workspace_id=1, tier="", contact_role="physician", ideal_days=7, max_days=14
        )
        session.add(rule)
        met = a_contact(session, oak, role="physician", created_at=at("2026-03-07T15:00Z"))
        assert told(plan_of(session, dana))[-1] == ("Oak", 1)  # to be met by the 21st
        met.status = "left"
        session.flush()
        assert len(plan_of(session, dana).targets) == 3


def test_a_week_begins_and_ends_with_the_reps_own_days(each_database: Database) -> None:
    """Half past five on Monday by UTC is still Sunday in Phoenix."""
    late = at("2026-03-16T05:30Z")
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        lee = an_actor(a_user(session, a_workspace(session), "U2", zone="America/Phoenix"))
        assert [weekly_plan.monday_of(one.today(late)) for one in (dana, lee)] == [
            MONDAY,
            MONDAY - timedelta(days=7),
        ]
        for rep in (dana, lee):
            place = an_account(session, 1, rep.slack_id, owner=rep, owned_since=LONG_AGO)
            a_touch(session, rep, place, now=late)
            put_off = an_account(session, 1, f"Off {rep.slack_id}", owner=rep, owned_since=LONG_AGO)
            accounts.snooze(session, rep, put_off.id, date(2026, 4, 9), reason=None, now=late)
        session.flush()
        assert [made_of(session, one).contacts for one in (dana, lee)] == [1, 0]
        # Put off on Monday it was in the plan already, put off on Sunday it is not.
        assert [len(plan_of(session, one).targets) for one in (dana, lee)] == [2, 0]


def test_over_the_end_of_a_month_and_a_year_a_week_is_a_week(sessions: Sessions) -> None:
    with sessions.begin() as session:
        dana = a_rep(session)
        place = an_account(session, 1, owner=dana, owned_since=date(2026, 12, 24), tier="A")
        last = plan_of(session, dana, date(2026, 12, 28))
        assert told(last) == [(place.name, 1)]  # due on January 3
        assert not plan_of(session, dana, date(2026, 12, 21))  # it was not theirs yet


def test_a_plan_is_changed_changed_again_and_given_up(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana, other = a_rep(session), a_rep(session, "U2")
        mine = furnish(session, dana)
        theirs = an_account(session, 1, "Theirs", owner=other)
        proposal = plan_of(session, dana)
        ids = {mine["Hope"].id, theirs.id}
        weekly_plan.put(session, dana, MONDAY, ids, 9, EIGHT)
        plan = plan_of(session, dana)
        assert (told(plan), plan.projected) == ([("Hope", 2), ("Theirs", 1)], 9)
        assert plan.changed and plan.proposed == (4, 3)
        for _again in range(2):
            weekly_plan.put(session, dana, MONDAY, ids, None, EIGHT)
        assert plan_of(session, dana).projected == 3
        assert session.scalar(select(func.count(WeeklyPlan.id))) == 1
        assert not plan_of(session, dana, MONDAY + timedelta(days=7)).changed
        assert not plan_of(session, other).changed
        weekly_plan.back_to_proposal(session, dana, MONDAY)
        assert plan_of(session, dana) == proposal
        assert session.scalar(select(func.count(PlannedAccount.id))) == 0
        elsewhere = an_account(session, a_workspace(session, "T2").id, "Elsewhere")
        for gone in (elsewhere.id, 10**6):
            with pytest.raises(NoSuchAccount):
                weekly_plan.put(session, dana, MONDAY, {gone}, None, EIGHT)


@pytest.fixture
def it(each_database: Database) -> Iterator[Clockwork]:
    with touchbase(each_database.sessions, EIGHT) as made:
        with made.sessions.begin() as session:
            user = a_person(session, "U1")
            furnish(session, an_actor(user))
            users.reschedule(user, EIGHT - timedelta(hours=2))
        yield made


def morning(it: Clockwork) -> list[str]:
    it.plan()
    it.send()
    return [one.words for one in it.said("U1") if "morning" in one.words]


def opened(it: Clockwork) -> Form:
    answer = it.slack.command("U1", "/touchbase", "plan")
    assert answer.ok, answer
    return it.slack.form("U1")


def test_monday_proposes_the_rep_edits_and_friday_compares(it: Clockwork) -> None:
    (words,) = morning(it)
    assert "Your week: 4 contacts projected at 3 accounts." in words
    assert "Your cadence asks for 4 contacts at 3 accounts. You usually make 1 a week." in words
    message = next(one for one in it.said("U1") if "Your week" in one.words)
    it.slack.press("U1", message, "Change the plan")
    form = it.slack.form("U1")
    assert "So far: 0 of 4 projected contacts made." in form.words
    form.fill("Projected contacts", "6")
    form.save()
    assert "Saved. 6 contacts projected at 3 accounts; so far 0 of 6" in form.words
    it.send()
    assert "Your week: 6 contacts projected at 3 accounts." in reread(it, message).words
    with it.sessions.begin() as session:
        dana = an_actor(session.scalars(select(User).filter_by(slack_id="U1")).one())
        places = {one.name: one for one in session.scalars(select(Account))}
        for name in ("Grace", "Mercy", "Oak"):
            a_touch(session, dana, places[name], now=EIGHT)
    for _day in range(4):
        it.wait(days=1)
        it.plan()
        it.send()
        said = [one.words for one in it.said("U1") if "Your week" in one.words]
    assert len(said) == 2
    assert "Your week: 3 of 6 projected contacts made." in said[-1]
    assert "2 of 3 planned accounts seen, 1 contact elsewhere. Not yet: Hope." in said[-1]


def test_a_plan_is_there_any_time_with_the_weeks_goals(it: Clockwork) -> None:
    say(it, "U1", "goals visits 2 a week")
    say(it, "U1", "goals visits 90 a month")
    form = opened(it)
    assert form.value("Accounts to see") == ["Grace", "Hope", "Mercy"]
    assert "Visits 0 of 2 this week · on pace" in form.words and "90" not in form.words
    assert "Back to the proposal" not in form.words
    form.pick("Accounts to see", "Oak", query="oak")
    form.save()
    assert "5 contacts projected at 4 accounts" in form.words
    form = opened(it)
    assert "Changed by you." in form.words
    form.press("Back to the proposal")
    form = it.slack.form("U1")
    assert form.value("Accounts to see") == ["Grace", "Hope", "Mercy"]
    assert "Changed by you." not in form.words
    with it.sessions() as session:
        assert session.scalar(select(func.count(WeeklyPlan.id))) == 0


def test_what_is_no_number_is_said_beside_its_field(it: Clockwork) -> None:
    form = opened(it)
    form.fill("Projected contacts", "many")
    assert not form.save()
    assert form.errors == {"Projected contacts": "Enter a whole number, such as 2."}


def test_home_has_the_plan_too(it: Clockwork) -> None:
    it.slack.open_home("U1")
    it.slack.home("U1").press("Plan the week")
    assert "Accounts to see" in it.slack.form("U1").words


def test_after_a_monday_off_tuesday_proposes(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        user = session.scalars(select(User).filter_by(slack_id="U1")).one()
        session.add(Holiday(workspace_id=user.workspace_id, day=MONDAY, name="Off", off=True))
        session.flush()
        users.reschedule(user, EIGHT - timedelta(hours=2))
    assert morning(it) == []
    it.wait(days=1)
    assert "Your week: 4 contacts" in morning(it)[0]
    it.wait(days=1)
    assert "Your week" not in morning(it)[-1]


def test_nothing_to_plan_is_no_message(sessions: Sessions) -> None:
    with touchbase(sessions, EIGHT) as it:
        with sessions.begin() as session:
            users.reschedule(a_person(session, "U1"), EIGHT - timedelta(hours=2))
        assert morning(it) == []
        assert "asks for 0 contacts at 0 accounts" in opened(it).words


def test_the_largest_plan_is_one_that_slack_takes() -> None:
    nasty = "<!channel> *b* & `c` @here " * 6
    targets = [Target(10**12 + n, nasty[:120], "City", "ST", 9) for n in range(100)]
    plan = Plan(MONDAY, targets, 900, (450, 50), 9_000, 100, changed=True)
    made = Made(900, 90, 1, [one.name for one in targets])
    mine = Whose(PERSON, 1)
    aim = goals.Progress(mine, goals.ADHERENCE, goals.WEEK, MONDAY, MONDAY, 90, None, 90)
    assert problems_in_view(views.form(plan, made, [aim] * 6, "{}")) == []
    assert problems_in_view(views.saved(plan, made)) == []
    for text, blocks in (views.monday(plan, 10**12), views.friday(plan, made, 10**12)):
        assert problems_in_message({"text": text, "blocks": blocks}) == []
        assert "<!channel>" not in str(blocks)
