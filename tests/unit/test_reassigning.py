"""Somebody leaves: their messages stop, their manager is asked who takes over, and that can be
taken back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from bot.sandbox import faults
from bot.sandbox.limits import problems_in_message, problems_in_view
from bot.sandbox.world import Message
from handlers.views import reassigning as views
from models import deliveries, follow_ups, reassigning, users
from models.accounts import Account
from models.audit import Audit
from models.db import Sessions
from models.errors import BadChoice, NotAllowed, NothingToGive, NotYours
from models.follow_ups import FollowUp
from models.phi import Clean
from models.reassigning import Holdings, Part, Reassignment, ReassignReceipt, Successor
from models.users import User
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import a_touch, an_actor, at
from tests.touchbase_in_slack import reread, say, touchbase

FRIDAY = at("2026-11-20T16:00Z")
"""Ten in the morning in Chicago."""

NASTY = "<!channel> *bold* _it_ & `code` @here"


def a_team(it: Clockwork, accounts: int = 3) -> None:
    """U1 with accounts and an open follow-up, and U2, both under the manager U3; U4 an admin."""
    it.slack.add_person("U4", "Sal Ops", "America/Chicago", "u4@rehab.example")
    with it.sessions.begin() as session:
        gone = a_person(session, "U1", overdue=accounts, name="Dana Reyes")
        a_person(session, "U2", name="Lee Park").manager_id = None
        boss = a_person(session, "U3", name="Ann Boss", role=users.MANAGER)
        a_person(session, "U4", name="Sal Ops", role=users.ADMIN)
        users.put_under(session, gone, boss)
        users.put_under(session, session.scalars(select(User).filter_by(slack_id="U2")).one(), boss)
        first = session.scalars(select(Account).order_by(Account.id)).first()
        session.add(
            FollowUp(
                workspace_id=gone.workspace_id,
                kind=follow_ups.PROMISE,
                account_id=first.id if first else None,
                user_id=gone.id,
                text=Clean("send the flyer"),
                due_on=date(2026, 11, 24),
                created_at=FRIDAY,
            )
        )


def leaves(it: Clockwork, slack_id: str = "U1") -> None:
    answer = it.slack.change_person(slack_id, deleted=True)
    assert answer.ok, answer
    it.send()


def owners(it: Clockwork) -> list[str | None]:
    with it.sessions() as session:
        rows = session.execute(
            select(User.slack_id)
            .select_from(Account)
            .outerjoin(User, User.id == Account.owner_id)
            .order_by(Account.id)
        )
        return [row.slack_id for row in rows]


def does_it(it: Clockwork) -> str | None:
    """Whose the only follow-up is."""
    with it.sessions() as session:
        return session.scalars(
            select(User.slack_id).join(FollowUp, FollowUp.user_id == User.id)
        ).one()


def hand_over(it: Clockwork, question: Message, heir: str = "Lee Park") -> Message:
    """Press the question's button, choose who takes over; the receipt."""
    it.slack.press("U3", question, question.buttons[0])
    form = it.slack.form("U3")
    form.fill("New owner", heir)
    assert form.save(), form.errors
    it.send()
    return it.said("U3")[-1]


def test_a_rep_leaves_and_the_manager_gives_their_accounts_to_a_colleague(
    each_database: Database,
) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        a_team(it)
        leaves(it)
        leaves(it)  # Slack tells it twice
        (question,) = it.said("U3")
        assert "Dana Reyes left Slack." in question.words
        assert "3 accounts and 1 open follow-up need a new owner." in question.words
        assert question.buttons == ["Reassign 3 accounts"]
        assert it.said("U4") == []  # the manager is there, so no admin is troubled
        assert (it.user().active, it.user().next_due_at) == (False, None)
        it.slack.press("U3", question, "Reassign 3 accounts")
        form = it.slack.form("U3")
        assert form.labels == ["New owner", "Deals"]
        assert form.offers("New owner")[:2] == ["Ann Boss", "Lee Park"]
        assert "Sal Ops" in form.offers("New owner", "sal")
        assert form.offers("New owner", "dana") == []
        receipt = hand_over(it, question)
        assert "3 accounts and 1 open follow-up of Dana Reyes are now with Lee Park." in (
            receipt.words
        )
        assert owners(it) == ["U2", "U2", "U2"]
        assert "with someone else now" in reread(it, question).words
        assert reread(it, question).buttons == []
        with it.sessions() as session:
            due = set(session.scalars(select(Account.due_on)))
            assert due == {date(2026, 11, 30)}  # never touched: ten days from today
            (act,) = session.scalars(select(Audit).filter_by(action="accounts_reassigned"))
            assert (act.facts["accounts"], act.facts["follow_ups"]) == (3, 1)
        assert does_it(it) == "U2"
        it.slack.press("U3", receipt, "Undo")
        it.send()
        assert "Undone: they are Dana Reyes's again." in reread(it, receipt).words
        assert owners(it) == ["U1", "U1", "U1"]
        assert reread(it, question).buttons == ["Reassign 3 accounts"]
        with it.sessions() as session:
            assert set(session.scalars(select(Account.due_on))) == {date(2026, 1, 15)}
        assert does_it(it) == "U1"


def test_undo_leaves_what_the_new_owner_has_touched_since(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        leaves(it)
        receipt = hand_over(it, it.said("U3")[0])
        it.wait(minutes=5)
        with it.sessions.begin() as session:
            heir = session.scalars(select(User).filter_by(slack_id="U2")).one()
            touched = session.scalars(select(Account).order_by(Account.id)).first()
            assert touched is not None
            a_touch(session, an_actor(heir), touched, now=it.clock())
        it.slack.press("U3", receipt, "Undo")
        it.send()
        assert "1 account stayed with Lee Park" in reread(it, receipt).words
        assert owners(it) == ["U2", "U1", "U1"]
        assert does_it(it) == "U2"  # its promise stays with it


def test_after_a_day_and_a_second_time_there_is_no_undo(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        leaves(it)
        receipt = hand_over(it, it.said("U3")[0])
        it.slack.press("U3", receipt, "Undo")
        it.slack.press("U3", receipt, "Undo")
        assert it.slack.ephemerals("U3")[-1].words == "That was already undone."
        it.send()
        receipt = hand_over(it, it.said("U3")[0])
        it.wait(hours=25)
        it.slack.press("U3", receipt, "Undo")
        assert "A reassignment can be undone for 24 h." in it.slack.ephemerals("U3")[-1].words
        assert owners(it) == ["U2", "U2", "U2"]


def test_what_was_planned_for_who_left_is_not_sent_and_who_is_back_is_reminded(
    sessions: Sessions,
) -> None:
    with touchbase(sessions, at("2026-11-20T13:30:10Z")) as it:
        a_team(it)
        it.plan()
        assert it.row(user_id=it.user().id, state="planned").kind == deliveries.REMINDER
        leaves(it)
        assert it.said("U1") == []
        assert it.row(user_id=it.user().id, state="cancelled").error_code == "left"
        answer = it.slack.change_person("U1", deleted=False)
        assert answer.ok
        it.plan()
        assert it.user().next_local_date == date(2026, 11, 23)
        it.wait(days=3)
        it.plan()
        it.send()
        (message,) = it.said("U1")
        assert "3 accounts" in message.words


def test_somebody_back_before_anybody_was_told_is_no_news(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        it.slack.change_person("U1", deleted=True)
        it.slack.change_person("U1", deleted=False)
        it.send()
        assert it.said("U3") == []
        assert it.row(kind=deliveries.REASSIGN).error_code == "came_back"


@pytest.mark.parametrize("code", ["user_disabled", "user_not_found"])
def test_a_person_slack_refuses_to_send_to_has_left_too(sessions: Sessions, code: str) -> None:
    with touchbase(sessions, at("2026-11-20T13:30:10Z")) as it:
        a_team(it)
        with it.sessions.begin() as session:
            for colleague in session.scalars(select(User).where(User.slack_id != "U1")):
                users.stop_reminding(colleague)
        it.plan()
        it.slack.faults.next("chat.postMessage", faults.says(code))
        it.send()
        it.send()
        assert not it.user().active
        (question,) = it.said("U3")
        assert question.buttons == ["Reassign 3 accounts"]


def test_without_a_manager_who_may_the_admins_are_asked(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        with it.sessions.begin() as session:
            session.execute(update(User).where(User.slack_id == "U3").values(role=users.REP))
        leaves(it)
        assert it.said("U3") == []
        (question,) = it.said("U4")
        assert question.buttons == ["Reassign 3 accounts"]


def test_nobody_is_asked_about_somebody_who_had_nothing(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        leaves(it, "U2")
        assert it.said("U3") == it.said("U4") == []


def test_at_night_the_question_waits_for_the_morning(sessions: Sessions) -> None:
    with touchbase(sessions, at("2026-11-21T05:00Z")) as it:  # eleven at night
        a_team(it)
        leaves(it)
        assert it.said("U3") == []
        it.wait(hours=8, minutes=1)
        it.send()
        assert len(it.said("U3")) == 1


def test_a_manager_reassigns_their_team_and_nobody_elses(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        usage = say(it, "U3", "reassign dana").words
        assert usage == views.USAGE
        assert it.slack.command("U3", "/touchbase", "reassign <@U1>").ok
        assert "Dana Reyes has 3 accounts" in it.slack.form("U3").words
        refused = say(it, "U3", "reassign <@U4>").words
        assert "I can't find that" in refused
        assert "Only a manager or an admin" in say(it, "U1", "reassign <@U2>").words
        assert it.slack.command("U4", "/touchbase", "reassign <@U2>").ok
        assert it.slack.form("U4").words.endswith("Lee Park has no accounts.")
        assert "I don't know that person" in say(it, "U4", "reassign <@U0NOBODY>").words


def test_only_those_of_one_tier_or_territory_go(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        with it.sessions.begin() as session:
            rows = session.scalars(select(Account).order_by(Account.id)).all()
            rows[0].territory, rows[1].territory, rows[2].territory = "North", "South", "South"
        assert it.slack.command("U3", "/touchbase", "reassign <@U1>").ok
        form = it.slack.form("U3")
        assert form.offers("Which accounts") == ["All 3", "North (1)", "South (2)"]
        form.fill("New owner", "Lee Park")
        form.pick("Which accounts", "South (2)")
        assert form.save(), form.errors
        assert owners(it) == ["U1", "U2", "U2"]
        assert does_it(it) == "U1"  # the promise is at the account in the North


def test_saving_the_form_twice_gives_them_once(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        assert it.slack.command("U3", "/touchbase", "reassign <@U1>").ok
        form = it.slack.form("U3")
        form.fill("New owner", "Lee Park")
        assert all(answer.ok for answer in form.save_twice())
        assert len(it.rows(kind=deliveries.REASSIGN_RECEIPT)) == 1


def test_who_may_not_take_over_does_not(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        leaves(it, "U2")
        told: dict[str, Any] = {"part": reassigning.ALL, "submission": "V1", "now": FRIDAY}
        with it.sessions() as session:
            by_name = {user.slack_id: user for user in session.scalars(select(User))}
            rep, boss = an_actor(by_name["U1"]), an_actor(by_name["U3"])
            dana, lee, sal = (by_name[one].id for one in ("U1", "U2", "U4"))
            for actor, person, heir, why in (
                (rep, dana, sal, NotAllowed),
                (boss, sal, dana, NotYours),
                (boss, dana, lee, BadChoice),  # left, too
                (boss, dana, dana, BadChoice),
                (boss, lee, sal, NothingToGive),
            ):
                with pytest.raises(why):
                    reassigning.reassign(session, actor, person_id=person, heir_id=heir, **told)
                session.rollback()
            assert session.scalars(select(Reassignment)).all() == []


def test_six_thousand_accounts_go_in_a_few_statements(each_database: Database) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        a_team(it, accounts=1)
        with it.sessions.begin() as session:
            model = session.scalars(select(Account)).one()
            kept = {
                column.key: getattr(model, column.key)
                for column in Account.__table__.columns
                if column.key not in ("id", "last_touch_on", "owned_since")
            }
            rows = [
                {
                    **kept,
                    "last_touch_on": date(2026, 1, 6) if number % 2 else None,
                    "owned_since": date(2025, 1, 1) + timedelta(days=number % 30),
                }
                for number in range(5_999)
            ]
            session.execute(insert(Account), rows)
        seen: list[str] = []
        with it.sessions.begin() as session:
            people = {user.slack_id: user for user in session.scalars(select(User))}
            engine = session.get_bind()
            event.listen(engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
            reassigning.reassign(
                session,
                an_actor(people["U3"]),
                person_id=people["U1"].id,
                heir_id=people["U2"].id,
                part=reassigning.ALL,
                submission="V1",
                now=FRIDAY,
            )
        assert len(seen) < 25, len(seen)
        assert owners(it) == ["U2"] * 6_000
        seen.clear()
        with it.sessions.begin() as session:
            row_id = session.scalars(select(Reassignment.id)).one()
            reassigning.undo(session, an_actor(people["U3"]), row_id, FRIDAY)
        assert owners(it) == ["U1"] * 6_000
        with it.sessions() as session:
            days = session.execute(select(Account.owned_since, Account.last_touch_on)).all()
            assert len(set(days)) == 31  # as before


def test_the_views_hold_at_their_largest_and_with_the_worst_names() -> None:
    parts = (
        Part("all", 10**6),
        *(Part(f"tier:{tier}", 5) for tier in "ABCD"),
        *(Part(f"territory:{n} {NASTY * 3}"[:130], 3) for n in range(120)),
    )
    held = Holdings(1, NASTY * 3, False, 10**6, 10**5, parts)
    assert problems_in_view(views.form(held)) == []
    for one in (held, Holdings(1, "", True, 0, 0, ()), Holdings(1, NASTY, False, 0, 1, ())):
        text, blocks = views.left(one)
        assert problems_in_message({"text": text, "blocks": blocks}) == []
        assert "<!channel>" not in text
    assert problems_in_view(views.nothing(held)) == []
    for undone in (False, True):
        receipt = ReassignReceipt(1, NASTY, NASTY, 10**6, 3, 2, undone, 4, True)
        text, blocks = views.receipt(receipt)
        assert problems_in_message({"text": text, "blocks": blocks}) == []
        assert "<!channel>" not in text
    assert len(views.options([Successor(1, NASTY * 3)])[0]["text"]["text"]) <= 75
