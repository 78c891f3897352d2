"""A visit and all that comes with it: stored once, changed, taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from models import accounts, capture, follow_ups, lists, receipts, referrals, referring, undoing
from models.accounts import Account, NewAccount, get
from models.audit import Audit
from models.contacts import Contact, NewContact
from models.db import Sessions
from models.deliveries import Delivery
from models.errors import (
    AlreadyUndone,
    DayAhead,
    NoSuchAccount,
    NoSuchContact,
    NotYours,
    TooLate,
    TooManyReferrals,
)
from models.phi import Clean
from models.referrals import Referral
from models.touches import Touch
from tests.make import NOW, a_contact, a_rep, a_touch, a_visit, an_account

TODAY = NOW.date()


def count(session, table) -> int:
    return session.scalar(select(func.count()).select_from(table))


def test_one_save_stores_the_touch_and_all_that_comes_with_it(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep, tier="A")
        patel = a_contact(session, account)
        visit = a_visit(
            account,
            type="in-service",
            met=(patel.id, NewContact("Kim Osgood")),
            referrals=2,
            note=Clean("Wants the outcomes flyer"),
            next_step=Clean("Bring flyers"),
            follow_up_on=TODAY + timedelta(days=7),
        )
        assert capture.store(session, rep, visit, submission="V1", now=NOW)
    with sessions() as session:
        touch = session.scalars(select(Touch)).one()
        shown = receipts.visit(session, rep.workspace_id, touch.id, NOW)
        assert shown is not None
        assert shown.type == "In-service"
        assert shown.met == ("Priya Patel", "Kim Osgood")
        assert len(set(shown.referrals)) == 2
        assert shown.next_step == "Bring flyers"
        assert shown.due_on == TODAY + timedelta(days=10)  # tier A: ten days
        assert session.scalars(select(Delivery)).one().kind == "receipt"
        assert session.scalars(select(Audit)).one().action == "touch.log"


def test_a_second_tap_on_save_stores_nothing_more(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        assert capture.store(session, rep, a_visit(account, referrals=1), submission="V1", now=NOW)
    with sessions.begin() as session:
        again = capture.store(session, rep, a_visit(account, referrals=1), submission="V1", now=NOW)
        assert not again
        assert (count(session, Touch), count(session, Referral), count(session, Delivery)) == (
            1,
            1,
            1,
        )


def test_tomorrow_is_refused_by_the_reps_own_calendar(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        ahead = a_visit(account, occurred_on=TODAY + timedelta(days=1))
        with pytest.raises(DayAhead) as refused:
            capture.store(session, rep, ahead, submission="V1", now=NOW)
        assert refused.value.today == TODAY
        assert count(session, Touch) == 0


def test_twenty_one_referrals_are_refused(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        with pytest.raises(TooManyReferrals):
            capture.store(session, rep, a_visit(account, referrals=21), submission="V1", now=NOW)


def test_an_account_of_another_workspace_is_not_there(sessions: Sessions) -> None:
    with sessions.begin() as session:
        from tests.make import a_user, a_workspace, an_actor

        rep = a_rep(session)
        other = an_actor(a_user(session, a_workspace(session, "T2"), "U9"))
        theirs = an_account(session, other.workspace_id, owner=other)
        stranger = a_contact(session, theirs)
        mine = an_account(session, rep.workspace_id, owner=rep)
        with pytest.raises(NoSuchAccount):
            capture.store(session, rep, a_visit(theirs), submission="V1", now=NOW)
    with sessions.begin() as session, pytest.raises(NoSuchContact):
        capture.store(session, rep, a_visit(mine, met=(stranger.id,)), submission="V2", now=NOW)


def test_the_first_rep_to_log_at_an_ownerless_account_gets_it_and_can_give_it_back(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=None, tier="B")
        touch_id = a_touch(session, rep, account)
    with sessions.begin() as session:
        stored = get(session, rep.workspace_id, account.id)
        assert (stored.owner_id, stored.due_on) == (rep.user_id, TODAY + timedelta(days=21))
        undoing.decline(session, rep, touch_id, NOW)
    with sessions.begin() as session:
        stored = get(session, rep.workspace_id, account.id)
        assert (stored.owner_id, stored.due_on) == (None, None)
        a_touch(session, rep, stored, submission="again")
        assert stored.owner_id is None  # they said it is not theirs
        with pytest.raises(AlreadyUndone):
            undoing.decline(session, rep, touch_id, NOW)


def test_a_voicemail_does_not_restart_the_clock(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep, tier="A")
        a_touch(session, rep, account, days_ago=9)
        a_touch(session, rep, account, type="voicemail", submission="vm")
        a_touch(session, rep, account, outcome="no access", submission="attempt")
        assert account.last_touch_on == TODAY - timedelta(days=9)
        assert account.due_on == TODAY + timedelta(days=1)


def test_an_older_visit_logged_late_does_not_move_the_clock_back(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep, tier="A")
        a_touch(session, rep, account, days_ago=1)
        a_touch(session, rep, account, days_ago=6)
        assert account.last_touch_on == TODAY - timedelta(days=1)


def test_undo_takes_back_everything_a_new_account_too(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        visit = a_visit(
            None,
            met=(NewContact("Ada Byrd"),),
            referrals=3,
            next_step=Clean("Call"),
            follow_up_on=TODAY,
        )
        visit = capture.Visit(**{**visit.__dict__, "account": NewAccount("Oak Clinic")})
        capture.store(session, rep, visit, submission="V1", now=NOW)
        touch = capture.touches.by_submission(session, rep.workspace_id, "V1")
        assert touch is not None
        assert count(session, Account) == 1
    with sessions.begin() as session:
        undoing.undo(session, rep, touch.id, NOW + timedelta(hours=1))
    with sessions.begin() as session:
        left = [count(session, table) for table in (Touch, Referral, Account, Contact)]
        assert left == [0, 0, 0, 0]
        assert follow_ups.of_touch(session, rep.workspace_id, touch.id) == {}
        assert receipts.visit(session, rep.workspace_id, touch.id, NOW) is None
        with pytest.raises(AlreadyUndone):
            undoing.undo(session, rep, touch.id, NOW)
        # The form that was undone does not come back by a late second tap.
        assert not capture.store(session, rep, visit, submission="V1", now=NOW)


def test_undo_keeps_a_new_account_that_something_else_uses(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        visit = capture.Visit(account=NewAccount("Oak Clinic"), type="visit", occurred_on=TODAY)
        capture.store(session, rep, visit, submission="V1", now=NOW)
        first = capture.touches.by_submission(session, rep.workspace_id, "V1")
        assert first is not None and first.account_id is not None
        a_touch(session, rep, first.account_id, days_ago=3)
        undoing.undo(session, rep, first.id, NOW)
        kept = get(session, rep.workspace_id, first.account_id)
        assert kept.last_touch_on == TODAY - timedelta(days=3)


def test_a_numbers_row_is_never_given_to_another_touch(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        gone = a_touch(session, rep, account)
        undoing.undo(session, rep, gone, NOW)
        assert a_touch(session, rep, account, submission="later") > gone


def test_undo_is_possible_for_a_day_and_edit_for_a_week(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        touch_id = a_touch(session, rep, account)
        with pytest.raises(TooLate):
            undoing.undo(session, rep, touch_id, NOW + timedelta(hours=24, seconds=1))
        with pytest.raises(TooLate):
            capture.amend(
                session,
                rep,
                touch_id,
                a_visit(account),
                submission="E1",
                now=NOW + timedelta(days=7, seconds=1),
            )
        undoing.undo(session, rep, touch_id, NOW + timedelta(hours=24))


def test_nobody_edits_or_undoes_a_colleagues_touch(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep, other = a_rep(session, "U1"), a_rep(session, "U2", name="Lee Park")
        account = an_account(session, rep.workspace_id, owner=rep)
        touch_id = a_touch(session, rep, account)
        with pytest.raises(NotYours):
            undoing.undo(session, other, touch_id, NOW)
        with pytest.raises(NotYours):
            capture.amend(session, other, touch_id, a_visit(account), submission="E", now=NOW)


def test_an_edit_moves_the_visit_its_referrals_and_both_clocks(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        first = an_account(session, rep.workspace_id, "First", owner=rep, tier="A")
        second = an_account(session, rep.workspace_id, "Second", owner=rep, tier="A")
        touch_id = a_touch(session, rep, first, referrals=2)
        kept = referrals.of_touch(session, rep.workspace_id, touch_id)[0]
        referring.move_referral(session, rep, kept.id, "accepted", NOW)
        changed = a_visit(second, occurred_on=TODAY - timedelta(days=2), referrals=1)
        assert capture.amend(session, rep, touch_id, changed, submission="E1", now=NOW)
        assert not capture.amend(session, rep, touch_id, changed, submission="E1", now=NOW)
    with sessions.begin() as session:
        left = referrals.of_touch(session, rep.workspace_id, touch_id)
        assert [(row.id, row.status, row.account_id) for row in left] == [
            (kept.id, "accepted", second.id)
        ]
        assert get(session, rep.workspace_id, first.id).last_touch_on is None
        moved = get(session, rep.workspace_id, second.id)
        assert moved.due_on == TODAY + timedelta(days=8)
        faces = session.scalars(select(Delivery).where(Delivery.changes_id.is_not(None))).all()
        assert {face.kind for face in faces} == {"receipt"}


def test_an_edit_to_more_referrals_adds_rows_with_codes_of_their_own(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        touch_id = a_touch(session, rep, account, referrals=1)
        capture.amend(
            session, rep, touch_id, a_visit(account, referrals=3), submission="E", now=NOW
        )
        codes = [row.code for row in referrals.of_touch(session, rep.workspace_id, touch_id)]
        assert len(set(codes)) == 3


def test_an_event_needs_no_account(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        touch_id = a_touch(session, rep, None, type="event")
        shown = receipts.visit(session, rep.workspace_id, touch_id, NOW)
        assert shown is not None and shown.account is None and shown.due_on is None


def test_a_named_account_that_is_already_there_is_not_made_twice(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        known = an_account(session, rep.workspace_id, "Oak Clinic", owner=rep)
        visit = capture.Visit(account=NewAccount("OAK  clinic."), type="visit", occurred_on=TODAY)
        capture.store(session, rep, visit, submission="V1", now=NOW)
        touch = capture.touches.by_submission(session, rep.workspace_id, "V1")
        assert touch is not None
        assert (touch.account_id, touch.made_account) == (known.id, False)


def test_three_referrals_are_three_rows_and_undo_takes_them_back(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        told = referring.Referred(account=account.id, received_on=TODAY, count=3, direction="in")
        assert referring.refer(session, rep, told, submission="R1", now=NOW)
        assert not referring.refer(session, rep, told, submission="R1", now=NOW)
        rows = referrals.of_submission(session, rep.workspace_id, "R1")
        assert [(row.status, row.place) for row in rows] == [("new", 0), ("new", 1), ("new", 2)]
        assert all(row.code.startswith("R-") for row in rows)
        referring.undo_referrals(session, rep, "R1", NOW)
        assert count(session, Referral) == 0
        with pytest.raises(AlreadyUndone):
            referring.undo_referrals(session, rep, "R1", NOW)


def test_every_default_list_fits_slack(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        for group in lists.entries(
            session, rep.workspace_id, lists.TOUCH_TYPE, lists.OUTCOME, lists.REFERRAL_STATUS
        ).values():
            assert group and len(group) <= 99
            assert len({entry.key for entry in group}) == len(group)
        kinds = lists.entries(session, rep.workspace_id, lists.TOUCH_TYPE)[lists.TOUCH_TYPE]
        assert [entry.key for entry in kinds] == [
            "visit",
            "call",
            "email",
            "voicemail",
            "text",
            "virtual meeting",
            "lunch and learn",
            "in-service",
            "event",
            "drop-off",
        ]


def test_a_day_is_kept_as_it_is(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session, zone="America/Phoenix")
        account = an_account(session, rep.workspace_id, owner=rep)
        touch_id = a_touch(session, rep, account, days_ago=0)
    with sessions() as session:
        touch = capture.touches.get(session, rep.workspace_id, touch_id)
        assert touch.occurred_on == date(2026, 3, 10)
        assert touch.logged_at == NOW


def test_a_dormant_account_reminds_nobody(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        since = TODAY - timedelta(days=60)
        for name in ("Active", "Dormant"):
            an_account(session, rep.workspace_id, name, owner=rep, owned_since=since)
        session.scalars(select(Account).where(Account.name == "Dormant")).one().status = "dormant"
        overdue = accounts.overdue(session, rep.workspace_id, rep.user_id, TODAY)
        assert [account.name for account in overdue] == ["Active"]
        assert (overdue[0].days_since, overdue[0].max_days) == (60, 10)
