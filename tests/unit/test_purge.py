"""Taking words out for good: everywhere, once, by admins, and with nothing else lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.purging import reference
from handlers.views.purging import touch_reference
from models import (
    accounts,
    capture,
    deals,
    deliveries,
    drafts,
    merging,
    receipts,
    redaction,
    stages,
    undoing,
    users,
)
from models.accounts import Account, NewAccount
from models.aliases import Alias
from models.audit import Audit
from models.contacts import Contact, NewContact
from models.db import Sessions
from models.deliveries import Delivery
from models.drafts import Draft
from models.errors import NoSuchTouch, NotAllowed, Purged
from models.follow_ups import FollowUp
from models.merges import ACCOUNT
from models.opportunities import Opportunity
from models.phi import Clean
from models.referrals import Referral
from models.tables import metadata
from models.touches import Touch
from models.users import Actor
from tests.conftest import Database
from tests.make import (
    NOW,
    a_contact,
    a_rep,
    a_touch,
    a_user,
    a_visit,
    a_workspace,
    an_account,
    an_actor,
)

TODAY = NOW.date()
SECRET = "zanzibar"
"""A word that stands nowhere else."""


def an_admin(session: Session, team: str = "T1") -> Actor:
    return an_actor(a_user(session, a_workspace(session, team), "U9", role=users.ADMIN))


def a_secret_touch(session: Session, rep: Actor, account: Account, **told: Any) -> int:
    return a_touch(
        session,
        rep,
        account,
        note=Clean(f"Talked of {SECRET}"),
        next_step=Clean(f"Ask for {SECRET}"),
        follow_up_on=TODAY + timedelta(days=2),
        promise=Clean(f"Bring {SECRET}"),
        promise_on=TODAY + timedelta(days=3),
        **told,
    )


def purge(session: Session, admin: Actor, touch_id: int, **told: Any) -> redaction.Redaction | None:
    told = {"with_people": False, "with_account": False, "submission": "P1", "now": NOW} | told
    return redaction.redact(session, admin, touch_id, **told)


def all_text(session: Session) -> str:
    """Everything in every table."""
    session.flush()
    rows = [session.execute(select(table)).all() for table in metadata.tables.values()]
    return str(rows).casefold()


def test_no_table_holds_the_words_afterwards(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep, admin = a_rep(session), an_admin(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        touch_id = a_secret_touch(session, rep, account, referrals=1, submission="V1")
        visit = a_visit(account, note=Clean(f"Edited, still {SECRET}"), referrals=1)
        capture.amend(session, rep, touch_id, visit, submission="E1", now=NOW)
        deal = a_deal_of(session, rep, account, touch_id)
        state = {"account": [f"a:{account.id}", "St. Mary's"], "day": TODAY.isoformat()}
        for key, more in (("form:V9", state), ("D1.0", {**state, "account": ["n:x", "x"]})):
            drafts.add(
                session,
                rep,
                key,
                drafts.FORM,
                now=NOW,
                said_at=NOW,
                state={**more, "note": SECRET if key == "form:V9" else "about another account"},
            )
        assert SECRET in all_text(session)
        made = purge(session, admin, touch_id)
        assert made is not None and (made.drafts, made.receipt, made.rep) == (1, True, "Dana Reyes")
        assert SECRET not in all_text(session)
        assert [draft.key for draft in session.scalars(select(Draft))] == ["D1.0"]
        session.refresh(deal)
        assert (deal.name, deal.amount_cents, deal.previous) == (account.name, 500_00, None)
        shown = deliveries.about(session, rep.workspace_id, deliveries.DEAL_RECEIPT, deal.id)
        assert shown is not None  # anew, without the words
        changes = session.scalars(
            select(Delivery.dedupe_key).where(Delivery.changes_id == shown.id)
        )
        assert f"deal:{deal.id}:purge:P1" in changes.all()


def a_deal_of(session: Session, rep: Actor, account: Account, touch_id: int) -> Opportunity:
    """One that came from the visit, the word in its name, its next step and what was before."""
    stage = stages.of(session, rep.workspace_id, stages.NEW_BUSINESS)[0]
    told = deals.Told(account.id, stage.id, f"For {SECRET}", next_step=f"Ask {SECRET}")
    made = deals.create(session, rep, told, submission="O1", now=NOW, touch_id=touch_id)
    assert made is not None
    later = replace(told, amount_cents=500_00, next_step="Call")
    deals.edit(session, rep, made.id, later, submission="O2", now=NOW)
    return made


def test_the_tombstone_keeps_day_type_account_and_rep(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep, admin = a_rep(session), an_admin(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        patel = a_contact(session, account)
        touch_id = a_secret_touch(session, rep, account, met=(patel.id,), referrals=2)
        purge(session, admin, touch_id, now=NOW + timedelta(hours=30))
        session.flush()
        shown = receipts.visit(session, rep.workspace_id, touch_id, NOW)
        assert shown is not None
        assert (shown.type, shown.account, shown.occurred_on) == ("Visit", account.name, TODAY)
        assert (shown.met, len(shown.referrals)) == (("Priya Patel",), 2)
        assert (shown.note, shown.next_step, shown.promise) == ("", "", "")
        assert shown.redacted_on == TODAY + timedelta(days=1)
        assert (shown.may_edit, shown.may_undo) == (False, True)
        assert account.last_touch_on == TODAY
        session.expire_all()
        days = session.scalars(select(FollowUp.due_on).order_by(FollowUp.id)).all()
        assert days == [TODAY + timedelta(days=2), TODAY + timedelta(days=3)]
        (row,) = session.scalars(select(Audit).where(Audit.action == "touch.purge"))
        assert (row.actor_id, row.entity_id) == (admin.user_id, touch_id)
        assert row.facts == {"drafts": 0, "people": [], "account": None, "deals": 0}
        first = deliveries.about(session, rep.workspace_id, deliveries.RECEIPT, touch_id)
        assert first is not None
        anew = deliveries.by_key(session, rep.workspace_id, f"receipt:{touch_id}:purge:P1")
        assert anew is not None and anew.changes_id == first.id


def test_only_admins_find_and_purge_and_only_in_their_workspace(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep, elsewhere = a_rep(session), an_admin(session, "T2")
        account = an_account(session, rep.workspace_id, owner=rep)
        touch_id = a_secret_touch(session, rep, account)
        with pytest.raises(NotAllowed):
            redaction.by_reference(session, rep, touch_id)
        with pytest.raises(NotAllowed):
            redaction.search(session, rep, account.id, TODAY)
        with pytest.raises(NotAllowed):
            purge(session, rep, touch_id)
        with pytest.raises(NoSuchTouch):
            redaction.by_reference(session, elsewhere, touch_id)
        with pytest.raises(NoSuchTouch):
            redaction.search(session, elsewhere, account.id, TODAY)
        with pytest.raises(NoSuchTouch):
            purge(session, elsewhere, touch_id)
        assert redaction.people(session, elsewhere, "Dana", 9) == [
            (elsewhere.user_id, "Dana Reyes")
        ]
        assert SECRET in all_text(session)


def test_a_second_tap_purges_nothing_more(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep, admin = a_rep(session), an_admin(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        touch_id = a_secret_touch(session, rep, account)
        assert purge(session, admin, touch_id) is not None
        assert purge(session, admin, touch_id) is None
        purged = session.scalars(select(Audit).where(Audit.action == "touch.purge")).all()
        assert len(purged) == 1


def test_people_first_entered_with_it_go_when_asked_and_nothing_else_names_them(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        rep, admin = a_rep(session), an_admin(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        met = (NewContact("Zed Zanzibar"), NewContact("Kim Osgood"))
        touch_id = a_secret_touch(session, rep, account, met=met, submission="V1")
        zed, kim = session.scalars(select(Contact).order_by(Contact.id)).all()
        a_touch(session, rep, account, days_ago=3, met=(kim.id,))
        session.add(
            Alias(workspace_id=rep.workspace_id, contact_id=zed.id, text=SECRET, names_version=1)
        )
        found = redaction.by_reference(session, admin, touch_id)
        assert (found.made_people, found.made_account) == (2, False)
        purge(session, admin, touch_id)
        assert SECRET in all_text(session)  # not asked for
        made = purge(session, admin, touch_id, with_people=True, submission="P2")
        assert made is not None and made.people == 1
        assert SECRET not in all_text(session)
        assert session.scalars(select(Contact.name)).all() == ["Kim Osgood"]


def test_an_account_first_entered_with_it_goes_unless_something_else_uses_it(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        rep, admin = a_rep(session), an_admin(session)
        ids = []
        for number, referrals in enumerate((0, 1)):
            visit = capture.Visit(
                account=NewAccount(f"Zanzibar {number}"),
                type="visit",
                occurred_on=TODAY,
                met=(NewContact("Zed Zanzibar"),),
                next_step=Clean("Call"),
                referrals=referrals,
            )
            capture.store(session, rep, visit, submission=f"V{number}", now=NOW)
            touch = capture.touches.by_submission(session, rep.workspace_id, f"V{number}")
            assert touch is not None and touch.account_id is not None
            accounts.snooze(session, rep, touch.account_id, TODAY, reason=None, now=NOW)
            ids.append(touch.id)
        session.flush()
        kept = purge(session, admin, ids[0], with_account=True)
        assert kept is not None and not kept.account  # the person there still needs it
        told = {"with_people": True, "with_account": True}
        gone = purge(session, admin, ids[0], submission="P2", **told)
        assert gone is not None and (gone.people, gone.account) == (1, True)
        stays = purge(session, admin, ids[1], submission="P3", **told)
        assert stays is not None and (stays.people, stays.account) == (1, False)
        assert session.scalars(select(Account.name)).all() == ["Zanzibar 1"]
        assert session.scalars(select(Referral)).one()
        shown = receipts.visit(session, rep.workspace_id, ids[0], NOW)
        assert shown is not None and shown.account is None
        undoing.undo(session, rep, ids[0], NOW)  # the rep may still take the row back
        assert session.get(Touch, ids[0]) is None


def test_an_account_something_was_merged_into_stays(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep, admin = a_rep(session), an_admin(session)
        visit = capture.Visit(account=NewAccount("Oak Clinic"), type="visit", occurred_on=TODAY)
        capture.store(session, rep, visit, submission="V1", now=NOW)
        touch = capture.touches.by_submission(session, rep.workspace_id, "V1")
        assert touch is not None and touch.account_id is not None
        touch_id, kept = touch.id, touch.account_id
        gone = an_account(session, rep.workspace_id, "Oak Clinc", owner=rep)
        told = {"keep_id": kept, "gone_id": gone.id}
        merging.merge(session, admin, ACCOUNT, **told, submission="M", now=NOW)
        made = purge(session, admin, touch_id, with_account=True)
        assert made is not None and not made.account


def test_a_visit_is_found_by_account_day_and_person(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep, other = a_rep(session), a_rep(session, "U2", name="Lee Park")
        admin = an_admin(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        mine = a_secret_touch(session, rep, account, submission="a")
        theirs = a_secret_touch(session, other, account, submission="b")
        a_secret_touch(session, rep, account, days_ago=1, submission="c")

        def found(**told: Any) -> list[int]:
            rows = redaction.search(session, admin, account.id, TODAY, **told)
            assert SECRET not in str(rows)
            return [one.touch_id for one in rows]

        assert found() == [mine, theirs]
        assert found(user_id=other.user_id) == [theirs]
        lee = redaction.people(session, admin, "lee", 9)
        assert lee == [(other.user_id, "Lee Park")]
        assert redaction.people(session, admin, "100%", 9) == []


def test_purged_words_are_not_written_anew(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep, admin = a_rep(session), an_admin(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        touch_id = a_secret_touch(session, rep, account)
        redaction.must_be_whole(capture.touches.get(session, rep.workspace_id, touch_id))
        purge(session, admin, touch_id)
        with pytest.raises(Purged):
            redaction.must_be_whole(capture.touches.get(session, rep.workspace_id, touch_id))
        with pytest.raises(Purged):  # a form that was opened before
            capture.amend(session, rep, touch_id, a_visit(account), submission="late", now=NOW)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("T123", 123),
        (" t 123 ", 123),
        ("Ref T123", 123),
        ("ref. #T7", 7),
        ("123", 123),
        ("TB-1A2B3C", None),
        ("R-7F3K-9QWM", None),
        ("T", None),
        ("", None),
        ("T12 and T13", None),
    ],
)
def test_a_reference_is_read_as_it_is_printed(typed: str, number: int | None) -> None:
    assert reference(typed) == number
    assert reference(touch_reference(10**12)) == 10**12
