"""Two accounts, or two people, that are one: what moves, who may, and the way back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, UniqueConstraint, insert, select
from sqlalchemy.orm import Session

from models import (
    accounts,
    capture,
    contacts,
    deliveries,
    merges,
    merging,
    put_off,
    receipts,
    touches,
    undoing,
    users,
)
from models.accounts import Account, NewAccount, Snooze
from models.aliases import Alias
from models.contacts import Contact, NewContact
from models.db import Sessions
from models.errors import (
    AlreadyUndone,
    MergedOnward,
    NoSuchAccount,
    NoSuchContact,
    NotBothYours,
    NotYours,
    SameTwice,
    TooLate,
)
from models.follow_ups import FollowUp
from models.lookup import Lookups
from models.merges import ACCOUNT, CONTACT, Merge
from models.moving import ONE_PER
from models.phi import Clean
from models.pointers import pointers_to
from models.referrals import Referral
from models.tables import metadata
from models.touches import Touch, TouchContact
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
HOUR = timedelta(hours=1)


def the_merge(session: Session) -> Merge:
    return session.scalars(select(Merge).order_by(Merge.id.desc())).first()  # type: ignore[return-value]


def merge(
    session: Session, actor: Actor, kept: Account | Contact, gone: Account | Contact, **told: Any
) -> int:
    """The second into the first; the merge's id."""
    entity = ACCOUNT if isinstance(kept, Account) else CONTACT
    told.setdefault("submission", f"{entity}{kept.id}-{gone.id}")
    told.setdefault("now", NOW)
    assert merging.merge(session, actor, entity, keep_id=kept.id, gone_id=gone.id, **told)
    return the_merge(session).id


def where(session: Session, table: type[Any], column: str = "account_id") -> set[int]:
    return {getattr(row, column) for row in session.scalars(select(table))}


def test_everything_of_the_other_account_comes_over(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        kept = an_account(session, rep.workspace_id, "St. Mary's Medical Center", owner=rep)
        gone = an_account(session, rep.workspace_id, "Saint Marys Hosp", owner=rep)
        a_touch(session, rep, kept, days_ago=9)
        a_touch(
            session,
            rep,
            gone,
            days_ago=2,
            referrals=2,
            met=(NewContact("Priya Patel"),),
            next_step=Clean("Bring flyers"),
        )
        session.add(
            Alias(workspace_id=rep.workspace_id, account_id=gone.id, text="SMH", names_version=1)
        )
        session.flush()
        accounts.snooze(session, rep, gone.id, TODAY + timedelta(days=3), reason=None, now=NOW)
        session.flush()
        before = merging.preview(session, rep, ACCOUNT, kept.id, gone.id)
        assert before.allowed
        assert before.moves == {"touch": 1, "contact": 1, "referral": 2, "follow_up": 1}
        merge(session, rep, kept, gone)
        for table in (Touch, Contact, Referral, FollowUp, Alias, Snooze):
            assert where(session, table) == {kept.id}, table
        assert kept.last_touch_on == TODAY - timedelta(days=2)
        assert kept.due_on == TODAY + timedelta(days=8)  # tier A: ten days
        texts = session.scalars(select(Alias.text).order_by(Alias.id)).all()
        assert texts == ["SMH", "Saint Marys Hosp"]
        assert gone.archived_at == NOW
        shown = merging.receipt(session, rep.workspace_id, the_merge(session).id, NOW)
        assert shown is not None
        assert shown.moves == {"touch": 1, "contact": 1, "referral": 2, "follow_up": 1}


def test_the_other_name_finds_the_kept_account_at_once(sessions: Sessions) -> None:
    lookups = Lookups()
    with sessions.begin() as session:
        rep = a_rep(session)
        kept = an_account(session, rep.workspace_id, "St. Mary's Medical Center", owner=rep)
        gone = an_account(session, rep.workspace_id, "Riverbend Pavilion", owner=rep)
        assert lookups.get(session, rep.workspace_id).accounts.get(gone.id)
        merge_id = merge(session, rep, kept, gone)
        index = lookups.get(session, rep.workspace_id)
        found = index.search_accounts("riverbend", mine=rep.user_id)
        assert [one.id for one in found] == [kept.id]
        merging.undo(session, rep, merge_id, NOW)
        index = lookups.get(session, rep.workspace_id)
        found = index.search_accounts("riverbend", mine=rep.user_id)
        assert [one.id for one in found] == [gone.id]


def test_what_the_kept_account_lacks_it_takes_over_and_keeps_what_it_has(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        boss = an_actor(a_user(session, a_workspace(session), "U9", role=users.ADMIN))
        kept = an_account(session, rep.workspace_id, "A", tier="unrated", phone="555-0100")
        gone = an_account(
            session,
            rep.workspace_id,
            "B",
            owner=rep,
            tier="B",
            phone="555-0199",
            city="Oakfield",
            external_id="E2",
            owned_since=date(2026, 3, 1),
        )
        merge_id = merge(session, boss, kept, gone)
        assert (kept.phone, kept.city, kept.tier) == ("555-0100", "Oakfield", "B")
        assert (kept.owner_id, kept.owned_since) == (rep.user_id, date(2026, 3, 1))
        assert (kept.external_id, gone.external_id) == ("E2", None)
        assert kept.due_on == date(2026, 3, 22)
        kept.phone, kept.city = "555-0123", "Oakfield Heights"  # somebody corrects it
        session.flush()
        merging.undo(session, boss, merge_id, NOW)
        assert (kept.phone, kept.city, kept.tier) == ("555-0123", "Oakfield Heights", "unrated")
        assert (kept.owner_id, kept.owned_since, kept.due_on) == (None, None, None)
        assert (kept.external_id, gone.external_id) == (None, "E2")


def test_an_address_of_another_town_is_not_mixed_in(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        kept = an_account(session, rep.workspace_id, "A", owner=rep, city="Oakfield")
        gone = an_account(session, rep.workspace_id, "B", owner=rep, city="Larkspur", zip="60601")
        merge(session, rep, kept, gone)
        assert (kept.city, kept.zip) == ("Oakfield", "")


def test_somebody_met_under_both_names_was_met_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        kept = a_contact(session, account, "Priya Patel", email="p@stmarys.example")
        gone = a_contact(session, account, "P. Patel", title="Physiatrist")
        both = a_touch(session, rep, account, met=(kept.id, gone.id))
        alone = a_touch(session, rep, account, days_ago=2, met=(gone.id,))
        shown = merging.preview(session, rep, CONTACT, kept.id, gone.id)
        assert shown.moves == {"touch_contact": 2, "referral": 0}
        merge_id = merge(session, rep, kept, gone)

        def met(touch_id: int) -> list[str]:
            return [one.name for one in touches.met(session, rep.workspace_id, touch_id)]

        assert (met(both), met(alone)) == (["Priya Patel"], ["Priya Patel"])
        assert (kept.title, gone.status, gone.archived_at) == ("Physiatrist", "left", NOW)
        assert contacts.add(session, rep, account.id, NewContact("p patel"), NOW) == (kept, False)
        assert contacts.get_all(session, rep.workspace_id, [gone.id, kept.id]) == [kept]
        merging.undo(session, rep, merge_id, NOW)
        assert (met(both), met(alone)) == (["Priya Patel", "P. Patel"], ["P. Patel"])
        assert (kept.title, gone.status, gone.archived_at) == ("", "active", None)


def test_a_form_opened_before_the_merge_meets_whoever_is_left(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        kept, gone, other = (a_contact(session, account, name) for name in ("Ann", "Bo", "Cy"))
        merge(session, rep, kept, gone)
        touch = a_touch(session, rep, account, days_ago=1, met=(other.id, gone.id))
        met = touches.met(session, rep.workspace_id, touch)
        for person in (kept, gone, other):
            session.refresh(person)
        assert met == [other, kept]
        day = rep.today(NOW) - timedelta(days=1)
        assert [one.last_touch_on for one in (kept, gone, other)] == [day, None, day]
        a_touch(session, rep, account, days_ago=9, met=(kept.id,))  # told late: changes nothing
        session.refresh(kept)
        assert kept.last_touch_on == day
        with pytest.raises(NoSuchContact):
            a_touch(session, rep, account, met=(kept.id, 10**6))


def test_of_two_snoozes_the_later_stays_and_undo_gives_both_back(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        kept = an_account(session, rep.workspace_id, "A", owner=rep)
        gone = an_account(session, rep.workspace_id, "B", owner=rep)
        for account, days in ((kept, 3), (gone, 9)):
            until = TODAY + timedelta(days=days)
            accounts.snooze(session, rep, account.id, until, reason=None, now=NOW)
        session.flush()
        merge_id = merge(session, rep, kept, gone)

        def hidden() -> dict[int, date]:
            return {one.account_id: one.hidden_until for one in session.scalars(select(Snooze))}

        assert hidden() == {kept.id: TODAY + timedelta(days=9)}
        merging.undo(session, rep, merge_id, NOW)
        assert hidden() == {
            kept.id: TODAY + timedelta(days=3),
            gone.id: TODAY + timedelta(days=9),
        }


def test_a_rep_merges_their_own_two_and_an_admin_any(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep, other = a_rep(session, "U1"), a_rep(session, "U2", name="Lee Park")
        boss = an_actor(a_user(session, a_workspace(session), "U9", role=users.ADMIN))
        mine = an_account(session, rep.workspace_id, "A", owner=rep)
        theirs = an_account(session, rep.workspace_id, "B", owner=other)
        ann, bo = a_contact(session, mine, "Ann"), a_contact(session, theirs, "Bo")
    for kept, gone in ((mine, theirs), (ann, bo)):
        with sessions.begin() as session:
            entity = ACCOUNT if kept is mine else CONTACT
            preview = merging.preview(session, rep, entity, kept.id, gone.id)
            assert not preview.allowed
            with pytest.raises(NotBothYours):
                merge(session, rep, kept, gone)
            session.rollback()
    with sessions.begin() as session, pytest.raises(SameTwice):
        merge(session, rep, mine, mine)
    with sessions.begin() as session:
        merge_id = merge(session, boss, mine, theirs)
    with sessions.begin() as session, pytest.raises(NotYours):
        merging.undo(session, other, merge_id, NOW)
    with sessions.begin() as session, pytest.raises(NoSuchAccount):
        merge(session, boss, mine, theirs, submission="again")


def test_a_second_tap_on_save_merges_nothing_more(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        kept = an_account(session, rep.workspace_id, "A", owner=rep)
        gone = an_account(session, rep.workspace_id, "B", owner=rep)
        ids = {"keep_id": kept.id, "gone_id": gone.id}
        assert merging.merge(session, rep, ACCOUNT, **ids, submission="V1", now=NOW)
        assert not merging.merge(session, rep, ACCOUNT, **ids, submission="V1", now=NOW)
        assert len(session.scalars(select(Merge)).all()) == 1
        owed = deliveries.about(
            session, rep.workspace_id, deliveries.MERGE_RECEIPT, the_merge(session).id
        )
        assert owed is not None and owed.user_id == rep.user_id


def test_old_buttons_and_open_forms_follow_to_the_kept_account(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        first, second, third = (
            an_account(session, rep.workspace_id, name, owner=rep) for name in "ABC"
        )
        merge(session, rep, second, first)
        merge(session, rep, third, second)
        assert merges.survivor(session, rep.workspace_id, ACCOUNT, first.id) == third.id
        assert merges.survivors(session, rep.workspace_id, ACCOUNT) == {
            first.id: third.id,
            second.id: third.id,
        }
        touch_id = a_touch(session, rep, first.id)
        assert touches.get(session, rep.workspace_id, touch_id).account_id == third.id
        hidden = put_off.for_days(session, rep, first.id, 3, NOW)
        assert hidden.account_id == third.id
        accounts.wake(session, rep, first.id)
        session.flush()
        assert session.scalars(select(Snooze)).all() == []
        known = accounts.add(session, rep, NewAccount("a"), NOW)
        assert known.id == third.id  # typed as new, and no twin


def test_a_chain_is_undone_from_its_end(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        first, second, third = (
            an_account(session, rep.workspace_id, name, owner=rep) for name in "ABC"
        )
        for account in (first, second, third):
            a_touch(session, rep, account)
        inner = merge(session, rep, second, first)
        outer = merge(session, rep, third, second)
        assert where(session, Touch) == {third.id}
        with pytest.raises(MergedOnward) as refused:
            merging.undo(session, rep, inner, NOW)
        assert (refused.value.kept, refused.value.into) == ("B", "C")
        merging.undo(session, rep, outer, NOW)
        merging.undo(session, rep, inner, NOW)
        assert where(session, Touch) == {first.id, second.id, third.id}
        with pytest.raises(AlreadyUndone):
            merging.undo(session, rep, inner, NOW)


def test_a_merge_is_undone_for_a_day(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        kept = an_account(session, rep.workspace_id, "A", owner=rep)
        gone = an_account(session, rep.workspace_id, "B", owner=rep)
        merge_id = merge(session, rep, kept, gone)
        late = NOW + 24 * HOUR + timedelta(seconds=1)
        shown = merging.receipt(session, rep.workspace_id, merge_id, late)
        assert shown is not None and not shown.may_undo
        with pytest.raises(TooLate):
            merging.undo(session, rep, merge_id, late)
        merging.undo(session, rep, merge_id, NOW + 24 * HOUR)


def test_what_was_logged_since_stays_with_the_kept_account(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        kept = an_account(session, rep.workspace_id, "A", owner=rep)
        gone = an_account(session, rep.workspace_id, "B", owner=rep)
        old = a_touch(session, rep, gone, days_ago=5)
        moved_on = a_touch(session, rep, gone, days_ago=4)
        elsewhere = an_account(session, rep.workspace_id, "C", owner=rep)
        merge_id = merge(session, rep, kept, gone)
        new = a_touch(session, rep, gone, days_ago=1)  # from an old button
        visit = a_visit(elsewhere, occurred_on=TODAY - timedelta(days=4))
        capture.amend(session, rep, moved_on, visit, submission="E", now=NOW)
        merging.undo(session, rep, merge_id, NOW)
        at = {row.id: row.account_id for row in session.scalars(select(Touch))}
        assert at == {old: gone.id, new: kept.id, moved_on: elsewhere.id}
        assert kept.last_touch_on == TODAY - timedelta(days=1)
        assert gone.last_touch_on == TODAY - timedelta(days=5)


def test_undoing_the_visit_that_made_an_account_leaves_what_it_was_merged_into(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        kept = an_account(session, rep.workspace_id, "Oak Clinic", owner=rep)
        visit = capture.Visit(
            account=NewAccount("Oak Clinc"),
            type="visit",
            occurred_on=TODAY,
            met=(NewContact("Ada Byrd"),),
        )
        capture.store(session, rep, visit, submission="V1", now=NOW)
        touch = touches.by_submission(session, rep.workspace_id, "V1")
        assert touch is not None and touch.account_id is not None
        gone = accounts.get(session, rep.workspace_id, touch.account_id)
        ada = session.scalars(select(Contact)).one()
        known = a_contact(session, kept, "Ada B. Byrd")
        ids = (touch.id, gone.id)
        merge(session, rep, kept, gone)
        people = merge(session, rep, known, ada)
        shown = receipts.visit(session, rep.workspace_id, touch.id, NOW)
        assert shown is not None and not shown.new_account
        undoing.undo(session, rep, ids[0], NOW)
        assert accounts.get(session, rep.workspace_id, ids[1]) == kept
        assert contacts.get_all(session, rep.workspace_id, [known.id]) == [known]
        merging.undo(session, rep, people, NOW)  # the visit is gone, and nothing comes back of it
        assert session.scalars(select(TouchContact)).all() == []


def test_nobody_merges_into_another_workspace(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        mine = an_account(session, rep.workspace_id, "A", owner=rep).id
        other = a_workspace(session, "T2")
        boss = an_actor(a_user(session, other, "U9", role=users.ADMIN))
        theirs = an_account(session, other.id, "A", owner=boss)
        merge_id = merge(session, boss, theirs, an_account(session, other.id, "B", owner=boss))
        ids = {"keep_id": theirs.id, "gone_id": mine}
    with sessions.begin() as session, pytest.raises(NoSuchAccount):
        merging.merge(session, boss, ACCOUNT, **ids, submission="x", now=NOW)
    with sessions.begin() as session, pytest.raises(NotYours):
        merging.undo(session, rep, merge_id, NOW)
    with sessions() as session:
        assert merging.receipt(session, rep.workspace_id, merge_id, NOW) is None
        assert merges.survivors(session, rep.workspace_id, ACCOUNT) == {}


POINTERS = [(entity, one) for entity in (ACCOUNT, CONTACT) for one in pointers_to(entity)]


@pytest.mark.parametrize(("entity", "pointer"), POINTERS, ids=lambda one: getattr(one, "name", one))
def test_no_two_rows_can_come_to_be_one_unforeseen(entity: str, pointer: Any) -> None:
    """A unique key over a column that moves needs a rule which of two rows stays."""
    for key in pointer.table.constraints:
        if isinstance(key, UniqueConstraint) and pointer.column in list(key.columns):
            rest = {one.name for one in key.columns} - {pointer.column.name, "workspace_id"}
            assert rest == set(ONE_PER[pointer.name])


def test_a_column_named_for_an_account_or_contact_points_at_one() -> None:
    """Else a merge would pass it by."""
    found = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith(("account_id", "contact_id", "broker_id"))
    }
    assert found == {one.name for _, one in POINTERS}


@pytest.mark.parametrize(("entity", "pointer"), POINTERS, ids=lambda one: getattr(one, "name", one))
def test_a_row_of_every_table_moves_and_comes_back(
    sessions: Sessions, entity: str, pointer: Any
) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        places = [an_account(session, rep.workspace_id, name, owner=rep) for name in "ABC"]
        kept: Any = places[0]
        gone: Any = places[1]
        if entity == CONTACT:
            kept, gone = (a_contact(session, places[2], name) for name in ("Ann", "Bo"))
        touch_id = a_touch(session, rep, places[2])
        if "opportunity_id" in pointer.table.columns:
            deal = metadata.tables["opportunity"]
            session.execute(insert(deal).values(_a_row(deal, rep, places[2].id, touch_id)))
        if "weekly_plan_id" in pointer.table.columns:
            plan = metadata.tables["weekly_plan"]
            session.execute(insert(plan).values(_a_row(plan, rep, places[2].id, touch_id)))
        values = _a_row(pointer.table, rep, places[2].id, touch_id) | {pointer.column.name: gone.id}
        row_id = session.scalar(insert(pointer.table).values(values).returning(pointer.table.c.id))

        def target() -> Any:
            query = select(pointer.column).where(pointer.table.c.id == row_id)
            return session.scalar(query)

        merge_id = merge(session, rep, kept, gone)
        assert target() == kept.id
        merging.undo(session, rep, merge_id, NOW)
        assert target() == gone.id


def _a_row(table: Table, rep: Actor, account_id: int, touch_id: int) -> dict[str, Any]:
    """Something for every column that must hold something. A table that is new says here what."""
    known = {
        "workspace_id": rep.workspace_id,
        "user_id": rep.user_id,
        "owner_id": rep.user_id,
        "account_id": account_id,
        "touch_id": touch_id,
    }
    by_type: dict[str, Any] = {
        "VARCHAR": "x",
        "TEXT": "x",
        "DATE": TODAY,
        "DATETIME": NOW,
        "BOOLEAN": False,
    }
    needed = [one for one in table.columns if not one.nullable and one.name != "id"]
    return {
        one.name: known.get(one.name, by_type.get(str(one.type).partition("(")[0], 1))
        for one in needed
    }


def test_a_visit_saved_while_the_merge_runs_ends_at_the_kept_account(
    each_database: Database,
) -> None:
    sessions = each_database.sessions
    with sessions.begin() as session:
        rep = a_rep(session)
        kept = an_account(session, rep.workspace_id, "A", owner=rep).id
        gone = an_account(session, rep.workspace_id, "B", owner=rep).id
    merging_now = threading.Event()

    def save() -> int:
        merging_now.wait(5)
        with sessions.begin() as session:
            return a_touch(session, rep, gone)

    with ThreadPoolExecutor(1) as pool:
        saved = pool.submit(save)
        with sessions.begin() as session:
            told = {"keep_id": kept, "gone_id": gone}
            assert merging.merge(session, rep, ACCOUNT, **told, submission="M", now=NOW)
            merging_now.set()
            with pytest.raises(TimeoutError):
                saved.result(timeout=0.3)  # it waits for the merge
        touch_id = saved.result(timeout=10)
    with sessions() as session:
        assert touches.get(session, rep.workspace_id, touch_id).account_id == kept
