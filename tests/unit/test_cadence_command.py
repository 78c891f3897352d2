"""`/touchbase cadence`: what a change of a rule asks, making it, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from bot.sandbox.form import Form
from models import accounts, cadence, cadence_rules, capture, lists, reckoning, users, what_if
from models.accounts import Account
from models.audit import Audit
from models.cadence import Rule, Rules, Scope
from models.cadence_rules import MOST
from models.db import Session, Sessions
from models.errors import ChangedSince, NotAllowed, RuleStays, TooManyRules
from models.users import Actor
from scheduler import reckon
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import (
    NOW,
    a_contact,
    a_rep,
    a_touch,
    a_user,
    a_workspace,
    an_account,
    an_actor,
)
from tests.touchbase_in_slack import reread, say, touchbase

TODAY = NOW.date()
C_RULE = "C accounts\nEvery 30 days, overdue after 45"


def an_admin(session: Session, team: str = "T1") -> Actor:
    workspace = a_workspace(session, team)
    return an_actor(a_user(session, workspace, "U3", name="Ann Boss", role=users.ADMIN))


def furnish(session: Session, rep: Actor) -> None:
    """Ten C accounts of the rep's that were touched 20 days ago, and one A account today."""
    for number in range(10):
        account = an_account(session, rep.workspace_id, f"Clinic {number}", owner=rep, tier="C")
        a_touch(session, rep, account, days_ago=20, source=capture.IMPORTED)
    mercy = an_account(session, rep.workspace_id, "Mercy", owner=rep, tier="A")
    a_touch(session, rep, mercy, source=capture.IMPORTED)


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, NOW) as made:
        with sessions.begin() as session:
            furnish(session, an_actor(a_person(session, "U1")))
            a_person(session, "U3", role=users.ADMIN, name="Ann Boss")
        yield made


def opened(it: Clockwork) -> Form:
    """The list, as `/touchbase cadence` opens it for the admin."""
    answer = it.slack.command("U3", "/touchbase", "cadence")
    assert answer.ok, answer
    return it.slack.form("U3")


def changed(it: Clockwork, ideal: str, longest: str) -> Form:
    """The form of the C rule, with these days and what they ask."""
    opened(it).pick(C_RULE, "Change")
    form = it.slack.form("U3")
    form.fill("Aim for a touch every … days", ideal)
    form.fill("Overdue after … days", longest)
    form.save()
    return it.slack.form("U3")


def due_days(it: Clockwork) -> set[int]:
    """How many days ahead of today (behind it: less than 0) the C accounts are due."""
    with it.sessions() as session:
        days = session.scalars(select(Account.due_on).where(Account.tier == "C"))
        return {(day - TODAY).days for day in days if day}


def of_c(it: Clockwork) -> tuple[int, int] | None:
    with it.sessions() as session:
        return cadence.rules(session, it.user("U3").workspace_id).days(Scope("C"))


def test_the_form_says_what_the_change_asks_before_anything_is_stored(it: Clockwork) -> None:
    form = changed(it, "7", "10")
    # 11 accounts every 10 days; in the best weeks ten touches and one.
    for line in (
        "If C accounts are overdue after 10 days:",
        "This asks for 8 visits a week; the best 2 weeks averaged 6.",
        "10 C accounts cost 7 of them.",
        "Today's rules ask for 2 visits a week.",
        "10 accounts become overdue right away: 10 C.",
        "1 person gets a longer list tomorrow.",
    ):
        assert line in form.words, form.words
    assert of_c(it) == (30, 45) and due_days(it) == {25}


def test_saved_the_rule_holds_at_once_and_the_receipt_takes_it_back(it: Clockwork) -> None:
    form = changed(it, "7", "10")
    form.save()
    assert of_c(it) == (7, 10) and due_days(it) == {-10}
    shown = it.slack.form("U3")
    assert "Saved: C accounts, every 7 days, overdue after 10." in shown.words
    assert "C accounts\nEvery 7 days, overdue after 10" in shown.words
    it.send()
    (receipt,) = it.said("U3")
    assert "Before: every 30 days, overdue after 45" in receipt.words
    it.slack.press("U3", receipt, "Undo")
    it.send()
    assert of_c(it) == (30, 45) and due_days(it) == {25}
    assert "is as it was" in reread(it, receipt).words
    with it.sessions() as session:
        kept = session.scalars(select(Audit).where(Audit.action.startswith("cadence")))
        assert [(row.action, row.facts["before"], row.facts["after"]) for row in kept] == [
            ("cadence.change", [30, 45], [7, 10]),
            ("cadence.undo", [7, 10], [30, 45]),
        ]


def test_other_days_typed_after_the_figures_are_shown_anew_first(it: Clockwork) -> None:
    form = changed(it, "7", "10")
    form.fill("Overdue after … days", "30")
    form.save()
    form = it.slack.form("U3")
    assert "If C accounts are overdue after 30 days:" in form.words
    assert "No account becomes overdue right away." in form.words
    assert of_c(it) == (30, 45)
    form.save()
    assert of_c(it) == (7, 30)


def test_saving_twice_changes_and_tells_once(it: Clockwork) -> None:
    changed(it, "7", "10").save_twice()
    it.send()
    assert len(it.said("U3")) == 1
    with it.sessions() as session:
        assert len(session.scalars(select(Audit).filter_by(action="cadence.change")).all()) == 1


def test_each_bad_number_is_refused_beside_its_field(it: Clockwork) -> None:
    assert changed(it, "10", "7").errors == {
        "Aim for a touch every … days": "This can't be more than the days until it is overdue."
    }
    form = it.slack.form("U3")
    form.fill("Aim for a touch every … days", "soon")
    form.fill("Overdue after … days", "400")
    form.save()
    assert form.errors == {
        "Aim for a touch every … days": "Enter a whole number, such as 2.",
        "Overdue after … days": "Enter days from 1 to 366.",
    }


def test_a_rule_about_people_is_added_and_removed_again(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        clinic = session.scalars(select(Account).where(Account.name == "Clinic 1")).one()
        since = NOW - timedelta(days=40)
        a_contact(session, clinic, role="physician", created_at=since)
        clinic.owned_since = since.date()
    opened(it).press("Add a rule")
    form = it.slack.form("U3")
    assert form.value("Tier") == "Any"
    form.pick("Contact role", "Physician")
    form.fill("Aim for a touch every … days", "21")
    form.fill("Overdue after … days", "30")
    form.save()
    form = it.slack.form("U3")
    assert "If each physician at any account is overdue after 30 days:" in form.words
    assert "1 account becomes overdue right away: 1 C." in form.words
    form.save()
    assert due_days(it) == {25, -10}
    assert "Priya Patel (physician) · 40 of 30 days" in say(it, "U1", "today").words
    row = "Each physician at any account\nEvery 21 days, overdue after 30"
    it.slack.form("U3").pick(row, "Remove")
    form = it.slack.form("U3")
    assert "If the rule for each physician at any account is removed:" in form.words
    form.save()
    assert due_days(it) == {25}
    assert row not in it.slack.form("U3").words


def test_the_rule_for_c_accounts_cannot_be_removed(it: Clockwork) -> None:
    with pytest.raises(LookupError):
        opened(it).pick(C_RULE, "Remove")
    admin = an_actor(it.user("U3"))
    with it.sessions.begin() as session, pytest.raises(RuleStays):
        cadence_rules.save(session, admin, Scope("C"), None, submission="V", now=NOW)


def test_a_rep_reads_the_rules_and_cannot_change_them(it: Clockwork) -> None:
    said = say(it, "U1", "cadence").words
    assert "C accounts: every 30 days, overdue after 45" in said
    with pytest.raises(LookupError):
        it.slack.form("U1")
    rep = an_actor(it.user("U1"))
    for act in (
        lambda s: cadence_rules.save(s, rep, Scope("C"), (1, 2), submission="V", now=NOW),
        lambda s: cadence_rules.undo(s, rep, 1, NOW),
    ):
        with it.sessions.begin() as session, pytest.raises(NotAllowed):
            act(session)


def test_who_is_no_admin_any_more_is_told_so_in_the_open_form(it: Clockwork) -> None:
    opened(it).press("Add a rule")
    it.slack.form("U3").cancel()
    with it.sessions.begin() as session:
        cadence_rules.save(
            session, an_actor(it.user("U3")), Scope(), (1, 2), submission="V", now=NOW
        )
    opened(it).pick("All accounts\nEvery 1 day, overdue after 2", "Remove")
    with it.sessions.begin() as session:
        session.get_one(users.User, it.user("U3").id).role = users.REP
    form = it.slack.form("U3")  # a form without a single field
    form.save()
    assert "Only an admin can do that." in it.slack.form("U3").words


def test_the_command_on_either_database(each_database: Database) -> None:
    with touchbase(each_database.sessions, NOW) as it:
        with it.sessions.begin() as session:
            furnish(session, an_actor(a_person(session, "U1")))
            a_person(session, "U3", role=users.ADMIN, name="Ann Boss")
        form = changed(it, "7", "10")
        assert "10 accounts become overdue right away: 10 C." in form.words
        form.save()
        assert due_days(it) == {-10}


def test_a_change_that_was_changed_again_is_not_taken_back(sessions: Sessions) -> None:
    with sessions.begin() as session:
        admin = an_admin(session)
        first = cadence_rules.save(session, admin, Scope("A"), (3, 5), submission="V1", now=NOW)
        cadence_rules.save(session, admin, Scope("A"), (4, 6), submission="V2", now=NOW)
        assert first is not None
        with pytest.raises(ChangedSince):
            cadence_rules.undo(session, admin, first, NOW)


def test_so_many_rules_and_no_more(sessions: Sessions) -> None:
    with sessions.begin() as session:
        admin = an_admin(session)
        for number in range(4, MOST):  # four are there
            key = lists.add(session, admin.workspace_id, lists.ACCOUNT_TYPE, f"Kind {number}").key
            form = str(number)
            cadence_rules.save(session, admin, Scope("", key), (1, 2), submission=form, now=NOW)
        cadence_rules.save(session, admin, Scope("", key), (1, 3), submission="V1", now=NOW)
        with pytest.raises(TooManyRules):
            cadence_rules.save(session, admin, Scope(), (1, 2), submission="V2", now=NOW)


def test_a_visit_saved_while_accounts_are_still_behind_has_the_new_days(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        rep, admin = a_rep(session), an_admin(session)
        account = an_account(session, rep.workspace_id, owner=rep, tier="A")
        cadence_rules.save(session, admin, Scope("A"), (1, 3), submission="V", now=NOW)
        assert account.due_on == TODAY + timedelta(days=10)
        assert reckoning.behind(session) == [rep.workspace_id]
        a_touch(session, rep, account)
        assert account.due_on == TODAY + timedelta(days=3)


def test_the_clock_looks_at_the_accounts_that_are_left(sessions: Sessions) -> None:
    """More than the first batch, which is looked at while the admin waits."""
    with touchbase(sessions, NOW) as it:
        with sessions.begin() as session:
            rep = an_actor(a_person(session, "U1"))
            admin = an_actor(a_person(session, "U3", role=users.ADMIN, name="Ann Boss"))
            first = an_account(session, rep.workspace_id, owner=rep)
            row = {
                column.name: getattr(first, column.name)
                for column in Account.__table__.columns
                if column.name != "id"
            }
            session.connection().execute(insert(Account), [row] * reckoning.AT_ONCE)
            cadence_rules.save(session, admin, Scope("A"), (1, 3), submission="V", now=NOW)
        with sessions.begin() as session:
            assert reckoning.next_batch(session, rep.workspace_id)
        assert reckon.catch_up(it.road) == 1
        with sessions() as session:
            days = select(Account.due_on, func.count()).group_by(Account.due_on)
            assert session.execute(days).all() == [
                (TODAY + timedelta(days=3), reckoning.AT_ONCE + 1)
            ]
            assert reckoning.behind(session) == []


def test_the_figures_of_a_small_team(each_database: Database) -> None:
    """Dana owns A, B and a dormant A; Lee an overdue C with two physicians, one of whom left."""
    with each_database.sessions.begin() as session:
        dana, lee = a_rep(session, "U1"), a_rep(session, "U2", name="Lee Park")
        ws, ago = dana.workspace_id, lambda days: TODAY - timedelta(days=days)
        a = an_account(session, ws, "A1", owner=dana, tier="A", type="hospital")
        b = an_account(session, ws, "B1", owner=dana, tier="B", type="snf")
        c = an_account(session, ws, "C1", owner=lee, tier="C", owned_since=ago(60))
        an_account(session, ws, "A2", owner=dana, tier="A").status = "dormant"
        an_account(session, ws, "A3", tier="A")  # nobody's
        a_contact(session, c, role="physician", created_at=NOW - timedelta(days=60))
        a_contact(session, c, "Sam Ho", role="physician", status="left")
        for days_ago in (0, 1, 14, 28):  # weeks of two, one and one
            a_touch(session, dana, a, days_ago=days_ago)
        a_touch(session, dana, b, days_ago=1, type="email")  # does not count
        for account in (a, b, c):
            accounts.reckon(session, account)
        session.flush()
        present = cadence.rules(session, ws)
        physicians = Scope(contact_role="physician")
        wanted = Rules.of([*present.changed(Scope("B"), (1, 2)).every, Rule(physicians, 5, 7)])
        found = what_if.figures(session, ws, present, wanted, TODAY)
    assert found.weekly == pytest.approx(7 / 10 + 7 / 2 + 7 / 45 + 1)
    assert found.weekly_now == pytest.approx(7 / 10 + 7 / 21 + 7 / 45)
    assert (found.best, found.weeks) == (pytest.approx(4 / 3), 3)
    assert found.worst == what_if.Part(Scope("B"), 1, pytest.approx(3.5))
    assert found.overdue == {}  # B got its owner today, C was overdue before
    assert found.longer == 0
