"""Moving referrals: reasons, what each move sets, the way back, and what counts as received."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import (
    briefs,
    lists,
    pipeline,
    profiles,
    profiling,
    referral_moves,
    referral_queue,
    referrals,
    referring,
    workspaces,
)
from models.db import Session, Sessions
from models.errors import (
    AlreadyUndone,
    BadChoice,
    ClosedReferral,
    MovedSince,
    NotYours,
    ReasonNeeded,
    TooLate,
)
from models.referrals import IN, Received, Referral
from models.users import Actor
from tests.conftest import Database
from tests.make import NOW, a_rep, a_user, a_workspace, an_account, an_actor

LATER = NOW + timedelta(hours=1)


def a_referral(session: Session, rep: Actor, **told: object) -> Referral:
    account = an_account(session, rep.workspace_id, owner=rep)
    received = Received(account.id, NOW.date(), 1, **told)  # type: ignore[arg-type]
    return referrals.add(session, rep, received, submission=f"V{account.id}", now=NOW)[0]


def move(session: Session, rep: Actor, row: Referral, to: str, reason: str | None = None) -> None:
    referring.move_referral(session, rep, row.id, to, LATER, reason=reason)


def test_an_end_that_is_not_a_success_wants_a_reason_of_its_own_list(
    each_database: Database,
) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        row = a_referral(session, rep)
        for status in ("declined", "lost", "cancelled"):
            with pytest.raises(ReasonNeeded):
                move(session, rep, row, status)
            with pytest.raises(BadChoice):
                move(session, rep, row, status, "no such reason")
        with pytest.raises(BadChoice):
            move(session, rep, row, "declined", "chose competitor")  # that is why it was lost
        assert row.status == "new"
        move(session, rep, row, "declined", "geography")
        assert (row.status, row.reason, row.decided_at) == ("declined", "geography", LATER)


def test_the_first_move_answers_and_what_decides_is_noted(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        row = a_referral(session, rep)
        assert (row.received_at, row.answer_by) == (NOW, NOW + timedelta(hours=2))
        assert row.alert_at == row.answer_by
        move(session, rep, row, "contacted")
        assert (row.first_response_at, row.decided_at, row.alert_at) == (LATER, None, None)
        move(session, rep, row, "accepted")
        move(session, rep, row, "scheduled")
        assert row.decided_at == LATER  # it was accepted, and still is
        move(session, rep, row, "in_review")
        assert row.decided_at is None


def test_a_move_can_be_taken_back_for_a_day_with_all_it_set(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        row = a_referral(session, rep)
        due = row.alert_at
        first = referral_moves.move(session, rep, row.id, "contacted", LATER)
        second = referral_moves.move(session, rep, row.id, "lost", LATER, reason="unreachable")
        assert first is not None and second is not None
        with pytest.raises(MovedSince):
            referring.undo_move(session, rep, first.id, LATER)
        with pytest.raises(TooLate):
            referring.undo_move(session, rep, second.id, LATER + timedelta(hours=25))
        referring.undo_move(session, rep, second.id, LATER)
        assert (row.status, row.reason, row.decided_at) == ("contacted", None, None)
        with pytest.raises(AlreadyUndone):
            referring.undo_move(session, rep, second.id, LATER)
        referring.undo_move(session, rep, first.id, LATER)
        assert (row.status, row.first_response_at, row.alert_at) == ("new", None, due)


def test_what_was_closed_can_be_opened_again_where_it_stood(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        row = a_referral(session, rep)
        move(session, rep, row, "in_review")
        move(session, rep, row, "lost", "no decision")
        with pytest.raises(ClosedReferral):
            move(session, rep, row, "started")
        referring.reopen(session, rep, row.id, LATER)
        assert (row.status, row.reason, row.decided_at) == ("in_review", None, None)
        made = session.query(referrals.Move).order_by(referrals.Move.id).all()
        kept = [(one.from_status, one.to_status, one.reason) for one in made]
        assert kept == [
            ("new", "in_review", None),
            ("in_review", "lost", "no decision"),
            ("lost", "in_review", None),
        ]


def test_in_restoration_work_goes_on_after_it_is_won(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        workspace = workspaces.only(session)
        assert workspace is not None
        wish = profiling.Wish(profile=profiles.RESTORATION)
        profiling.grant(session, workspace, wish, NOW)
        row = a_referral(session, rep)
        assert row.answer_by == NOW + timedelta(minutes=15)
        for status in ("dispatched", "work_authorised", "in_production", "paid"):
            move(session, rep, row, status)
        assert (row.status, row.decided_at) == ("paid", LATER)
        with pytest.raises(ClosedReferral):
            move(session, rep, row, "in_production")
        found = referral_queue.page(session, rep, LATER)
        assert found.steps.after("work_authorised")[0].key == "in_production"


def test_what_is_promised_is_in_no_figure_until_it_comes(each_database: Database) -> None:
    monday = NOW.date() - timedelta(days=NOW.weekday())
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        row = a_referral(session, rep, promised=True)
        never = a_referral(session, rep, promised=True)
        move(session, rep, never, "lost", "unreachable")
        assert (row.status, row.received_at, row.answer_by) == ("promised", None, None)

        def counted() -> tuple[int, int, int]:
            week = pipeline.summary(session, rep.workspace_id, None, monday=monday).week
            brief = briefs.of(session, rep, row.account_id, NOW)
            logged = referrals.logged_with_visit(session, rep, row.account_id, NOW.date())
            return week.received(IN), brief.referrals[0], logged

        assert counted() == (0, 0, 0)
        move(session, rep, row, "new")
        assert (row.received_at, row.first_response_at) == (LATER, None)
        assert row.answer_by == LATER + timedelta(hours=2)
        assert counted() == (1, 1, 0)
        made = referral_moves.last_moves(session, rep.workspace_id, [row.id])[row.id]
        referring.undo_move(session, rep, made.id, LATER)
        assert (row.received_at, row.received_on) == (None, NOW.date())
        assert counted() == (0, 0, 0)


def test_a_rep_works_on_their_own_a_manager_on_their_teams_an_admin_on_all(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        workspace = a_workspace(session)
        boss = a_user(session, workspace, "U3", role="manager")
        rep, other = a_user(session, workspace, "U1"), a_user(session, workspace, "U2")
        rep.manager_id = boss.id
        admin = a_user(session, workspace, "U4", role="admin")
        session.flush()
        row = a_referral(session, an_actor(rep))
        a_referral(session, an_actor(other))
        counts = {
            user.slack_id: referral_queue.page(session, an_actor(user), NOW).total
            for user in (rep, other, boss, admin)
        }
        assert counts == {"U1": 1, "U2": 1, "U3": 1, "U4": 2}
        with pytest.raises(NotYours):
            move(session, an_actor(other), row, "contacted")
        move(session, an_actor(boss), row, "contacted")
        move(session, an_actor(admin), row, "accepted")
        assert row.status == "accepted"


def test_the_queue_is_by_age_with_promised_ones_last_and_untold_closed_ones_after(
    each_database: Database,
) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)

        def one(name: str, days_ago: int, **told: object) -> Referral:
            at = NOW - timedelta(days=days_ago)
            received = Received(account.id, at.date(), 1, **told)  # type: ignore[arg-type]
            return referrals.add(session, rep, received, submission=name, now=at)[0]

        new, old, closed = one("a", 0), one("b", 9), one("c", 20)
        promised = one("d", 30, promised=True)
        move(session, rep, closed, "declined", "geography")
        found = referral_queue.page(session, rep, LATER)
        order = [row.referral_id for row in found.rows]
        assert order == [old.id, new.id, promised.id, closed.id]
        referring.told_referrer(session, rep, closed.id, LATER)
        assert referral_queue.page(session, rep, LATER).total == 3
        referring.not_told(session, rep, closed.id, LATER)
        assert referral_queue.page(session, rep, LATER).total == 4


def test_telling_the_referrer_answers_and_taking_that_back_waits_again(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        row = a_referral(session, rep)
        referring.told_referrer(session, rep, row.id, LATER)
        assert (row.first_response_at, row.loop_closed_at) == (LATER, LATER)
        referring.not_told(session, rep, row.id, LATER)
        assert (row.first_response_at, row.loop_closed_at) == (None, None)


def test_every_profile_has_a_reason_for_each_end(sessions: Sessions) -> None:
    for profile in profiles.PROFILES.values():
        statuses = profile.lists[lists.REFERRAL_STATUS]
        assert [entry.key for entry in statuses][:2] == ["promised", "new"]
        for entry in statuses:
            if entry.meaning in profiles.REASONS:
                assert profile.lists[profiles.REASONS[entry.meaning]]
            assert len(entry.key) <= 20
