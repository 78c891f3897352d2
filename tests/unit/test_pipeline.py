"""The Monday digest's figures, small enough to check by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models import cadence, pipeline, referrals, rows
from models.accounts import Account
from models.db import Sessions
from models.pipeline import Kept
from models.referrals import IN, OUT, Received
from models.users import Actor
from tests.conftest import Database
from tests.make import a_rep, a_touch, a_user, a_workspace, an_account, an_actor, at

MONDAY = date(2026, 3, 9)
"""The week that is told of: March 9 to 15."""

SUNDAY_EVENING = at("2026-03-15T23:00Z")


def on(
    session: Session, rep: Actor, account: Account | None, day: str, type_: str = "visit"
) -> None:
    """A touch of that day."""
    now = at(f"{day}T18:00Z")
    a_touch(session, rep, account, now=now, type=type_, submission=f"{account}{day}{type_}{rep}")


def referred(
    session: Session, rep: Actor, account: Account, day: date, count: int, **told: str
) -> None:
    status = told.pop("status", "new")
    rows = referrals.add(
        session,
        rep,
        Received(account_id=account.id, received_on=day, count=count, **told),  # type: ignore[arg-type]
        submission=f"{account.id}{day}{count}{told}{status}",
        now=SUNDAY_EVENING,
    )
    for row in rows:
        row.status = status


def a_worked_example(session: Session) -> tuple[Actor, Actor]:
    """Two reps, five accounts.

    Dana owns Oak (A), Elm (A) and Fir (B) since January 5; Lee owns Ash (C) since March 12 and
    Yew (unrated) since January 5. The longest gaps are A 10, B 21, C and unrated 45 days.

                 touched on                         by Sunday 15th       by Sunday 8th
        Oak  A   Mar 3, Mar 11, Mar 16 (after)      4 days: within       5 days: within
        Elm  A   Mar 2; Mar 10 by e-mail only       13 days: overdue     6 days: within
        Fir  B   never                              69 days: overdue     62 days: overdue
        Ash  C   never, owned since Mar 12          3 days: within       not owned yet
        Yew  -   Mar 13 by Dana                     2 days: within       62 days: overdue
    """
    dana, lee = a_rep(session, "U1"), a_rep(session, "U2", name="Lee Park")
    since = date(2026, 1, 5)
    oak, elm = (
        an_account(session, dana.workspace_id, name, owner=dana, owned_since=since)
        for name in ("Oak", "Elm")
    )
    an_account(session, dana.workspace_id, "Fir", owner=dana, owned_since=since, tier="B")
    an_account(session, lee.workspace_id, "Ash", owner=lee, owned_since=date(2026, 3, 12), tier="C")
    yew = an_account(session, lee.workspace_id, "Yew", owner=lee, owned_since=since, tier="unrated")
    for day in ("2026-03-03", "2026-03-11", "2026-03-16"):
        on(session, dana, oak, day)
    on(session, dana, elm, "2026-03-02")
    on(session, dana, elm, "2026-03-10", "email")
    on(session, dana, yew, "2026-03-13", "call")
    referred(session, dana, oak, date(2026, 3, 11), 3)
    referred(session, dana, oak, date(2026, 3, 12), 1, status="started")
    referred(session, dana, elm, date(2026, 3, 4), 5)
    referred(session, lee, yew, date(2026, 3, 15), 2, direction=OUT)
    return dana, lee


def test_a_week_of_two_reps_as_reckoned_by_hand(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana, _ = a_worked_example(session)
        found = pipeline.summary(session, dana.workspace_id, None, monday=MONDAY)
    week, before = found.week, found.before
    assert (week.touches, before.touches) == (3, 2)  # 16 March is next week's
    assert (week.reached, before.reached) == (3, 2)
    assert week.referrals == {(IN, "new"): 3, (IN, "started"): 1, (OUT, "new"): 2}
    assert before.referrals == {(IN, "new"): 5}
    assert week.kept == {
        "A": Kept(2, 1),
        "B": Kept(1, 0),
        "C": Kept(1, 1),
        "unrated": Kept(1, 1),
    }
    assert before.kept == {"A": Kept(2, 2), "B": Kept(1, 0), "unrated": Kept(1, 0)}
    assert (week.all_kept, before.all_kept) == (Kept(5, 3), Kept(4, 2))


def test_a_team_is_its_own_work_and_its_own_accounts(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        _, lee = a_worked_example(session)
        found = pipeline.summary(session, lee.workspace_id, {lee.user_id}, monday=MONDAY)
    assert (found.week.touches, found.week.reached, found.people) == (0, 0, 1)
    # Yew is within its days by Dana's call: a colleague's touch counts.
    assert found.week.kept == {"C": Kept(1, 1), "unrated": Kept(1, 1)}
    assert found.week.received(OUT) == 2


def test_an_account_is_within_its_days_on_the_last_of_them(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        for name, day in (("Oak", "2026-03-05"), ("Elm", "2026-03-04")):
            account = an_account(
                session, rep.workspace_id, name, owner=rep, owned_since=date(2026, 1, 5)
            )
            on(session, rep, account, day)
        found = pipeline.summary(session, rep.workspace_id, None, monday=MONDAY)
    assert found.week.kept == {"A": Kept(2, 1)}  # ten days ago and eleven


def test_accounts_out_of_use_are_in_no_cadence(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        for status in cadence.EXEMPT:
            account = an_account(session, rep.workspace_id, status, owner=rep)
            account.status, account.owned_since = status, date(2026, 1, 5)
        gone = an_account(session, rep.workspace_id, "Gone", owner=rep)
        gone.owned_since, gone.archived_at = date(2026, 1, 5), SUNDAY_EVENING
        found = pipeline.summary(session, rep.workspace_id, None, monday=MONDAY)
    assert found.week.kept == {}


def test_another_workspace_is_not_counted(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        a_worked_example(session)
        other = an_actor(a_user(session, a_workspace(session, "T2"), "U1"))
        found = pipeline.summary(session, other.workspace_id, None, monday=MONDAY)
    assert (found.week.touches, found.week.kept, found.week.referrals) == (0, {}, {})


def test_a_week_begins_on_monday(sessions: Sessions) -> None:
    with sessions.begin() as session, pytest.raises(ValueError, match="no Monday"):
        pipeline.summary(session, 1, None, monday=MONDAY + timedelta(days=1))


def test_the_rows_behind_adherence_are_as_many_as_it_counts(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana, lee = a_worked_example(session)
        for people in (None, {dana.user_id}, {lee.user_id}):
            kept = pipeline.summary(session, dana.workspace_id, people, monday=MONDAY).week.kept
            found = rows.standing(session, dana.workspace_id, people, date(2026, 3, 15))
            within = {tier: len(found.within.get(tier, ())) for tier in kept}
            overdue = {tier: len(found.overdue.get(tier, ())) for tier in kept}
            assert within == {tier: of.within for tier, of in kept.items()}
            assert overdue == {tier: of.overdue for tier, of in kept.items()}
