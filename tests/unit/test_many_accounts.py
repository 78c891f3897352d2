"""`/touchbase retier`: many accounts get another tier or another owner at once, and back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.sandbox.limits import problems_in_message, problems_in_view
from bot.sandbox.world import Message
from handlers.views import many_accounts as views
from handlers.views.fields import Choice
from handlers.views.many_accounts import ManyForm
from models import cadence, deliveries, many_accounts, users, what_if
from models.accounts import Account
from models.audit import Audit
from models.db import Sessions
from models.errors import NotAllowed
from models.lists import Entry
from models.many_accounts import Change, Preview, Which
from models.opportunities import Opportunity
from models.retiering import Retiering, RetierReceipt
from models.users import User
from models.what_if import WhatIf
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.deals import a_deal
from tests.make import an_account, an_actor, at
from tests.touchbase_in_slack import reread, say, touchbase

FRIDAY = at("2026-11-20T16:00Z")
"""Ten in the morning in Chicago."""

TODAY = FRIDAY.date()

NASTY = "<!channel> *bold* _it_ & `code` @here"

PLACES = (
    # name, whose, tier, type, territory, days since it was last touched or got its owner
    ("Oak", "U1", "B", "hospital", "North", 5),
    ("Elm", "U1", "B", "hospital", "North", 15),
    ("Ash", "U1", "C", "clinic", "South", 1),
    ("Fir", "U2", "B", "hospital", "South", 1),
    ("Yew", "U4", "B", "hospital", "North", 1),
)


def a_team(it: Clockwork) -> None:
    """U3 leads U1 and U2, U4 is the admin with an account of their own."""
    it.slack.add_person("U4", "Sal Ops", "America/Chicago", "u4@rehab.example")
    with it.sessions.begin() as session:
        boss = a_person(session, "U3", name="Ann Boss", role=users.MANAGER)
        people = {
            "U1": a_person(session, "U1", name="Dana Reyes"),
            "U2": a_person(session, "U2", name="Lee Park"),
            "U4": a_person(session, "U4", name="Sal Ops", role=users.ADMIN),
        }
        for slack_id in ("U1", "U2"):
            users.put_under(session, people[slack_id], boss)
        for name, whose, tier, kind, territory, days in PLACES:
            an_account(
                session,
                boss.workspace_id,
                name,
                owner=an_actor(people[whose]),
                tier=tier,
                type=kind,
                territory=territory,
                owned_since=TODAY - timedelta(days=days),
            )


def stand(it: Clockwork) -> dict[str, tuple[str, str | None, date | None]]:
    """By name: the tier, whose it is, and when it is due."""
    with it.sessions() as session:
        rows = session.execute(
            select(Account.name, Account.tier, User.slack_id, Account.due_on).join(
                User, User.id == Account.owner_id
            )
        )
        return {name: (tier, whose, due) for name, tier, whose, due in rows}


def retier(it: Clockwork, who: str, **filled: str) -> Message:
    """Fill the form, look at it and make the change; the last receipt."""
    assert it.slack.command(who, "/touchbase", "retier").ok
    form = it.slack.form(who)
    for label, words in filled.items():
        choose = form.pick if "ier" in label else form.fill
        choose(label.replace("_", " "), words)
    assert not form.save(), form.errors
    form = it.slack.form(who)
    assert form.save(), (form.errors, form.words)
    it.send()
    return it.said(who)[-1]


def test_a_manager_gives_the_hospitals_in_the_north_tier_a_and_takes_it_back(
    each_database: Database,
) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        a_team(it)
        before = stand(it)
        assert it.slack.command("U3", "/touchbase", "retier").ok
        form = it.slack.form("U3")
        form.pick("Account type", "Hospital")
        form.fill("Territory", "North")
        form.pick("New tier", "A")
        assert not form.save()
        form = it.slack.form("U3")
        # Yew is the admin's own, so not the manager's to change. The team's are three B, due every
        # 21 days, and a C, every 45: 3 * 7/21 + 7/45 = 1.2 visits a week. With two of the B as A,
        # every 10 days, 2 * 7/10 + 7/21 + 7/45 = 1.9. Elm, 15 days ago, is past ten.
        assert "2 accounts become tier A: now 2 B." in form.words
        assert "Your team's accounts then ask for 2 visits a week, now for 1." in form.words
        assert "1 account becomes overdue right away." in form.words
        assert "1 person gets a longer list tomorrow." in form.words
        assert stand(it) == before
        assert form.save()
        it.send()
        receipt = it.said("U3")[-1]
        assert "2 accounts are now tier A. Before: 2 B." in receipt.words
        changed = {
            "Oak": ("A", "U1", TODAY + timedelta(days=5)),
            "Elm": ("A", "U1", TODAY - timedelta(days=5)),
        }
        assert stand(it) == before | changed
        it.slack.press("U3", receipt, "Undo")
        it.send()
        assert "Undone: 2 accounts have the old tier again." in reread(it, receipt).words
        assert stand(it) == before
        with it.sessions() as session:
            acts = session.scalars(select(Audit.action).where(Audit.entity == "retiering")).all()
            assert acts == ["accounts_retiered", "retiering_undone"]


def test_what_it_would_ask_is_what_the_rules_ask_afterwards(each_database: Database) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        a_team(it)
        with it.sessions.begin() as session:
            boss = an_actor(session.scalars(select(User).filter_by(slack_id="U4")).one())
            change = Change(tier="A")
            told = many_accounts.preview(session, boss, Which(tier="B"), change, FRIDAY)
            many_accounts.make(session, boss, Which(tier="B"), change, submission="V1", now=FRIDAY)
            rules = cadence.rules(session, boss.workspace_id)
            then = what_if.figures(session, boss.workspace_id, rules, rules, TODAY)
            late = session.scalars(select(Account.name).where(Account.due_on <= TODAY)).all()
        assert told.asks is not None
        assert told.asks.weekly == pytest.approx(then.weekly_now) == pytest.approx(4 * 0.7 + 7 / 45)
        assert (dict(told.asks.overdue), late) == ({"B": 1}, ["Elm"])


def test_undo_leaves_what_got_yet_another_tier(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        receipt = retier(it, "U4", Tier_now="B", New_tier="D")
        assert "4 accounts are now tier D." in receipt.words
        with it.sessions.begin() as session:
            session.scalars(select(Account).filter_by(name="Oak")).one().tier = "A"
        it.slack.press("U4", receipt, "Undo")
        it.send()
        assert "3 accounts have the old tier again. 1 account got another tier" in (
            reread(it, receipt).words
        )
        assert [stand(it)[name][0] for name in ("Oak", "Elm", "Fir")] == ["A", "B", "B"]


def test_there_is_no_undo_after_a_day_twice_or_for_others(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        receipt = retier(it, "U4", Tier_now="C", New_tier="B")
        it.slack.press("U3", receipt, "Undo")
        assert "I can't find that" in it.slack.ephemerals("U3")[-1].words
        it.slack.press("U4", receipt, "Undo")
        it.slack.press("U4", receipt, "Undo")
        assert it.slack.ephemerals("U4")[-1].words == "That was already undone."
        receipt = retier(it, "U4", Tier_now="C", New_tier="B")
        it.wait(hours=25)
        it.slack.press("U4", receipt, "Undo")
        assert "A tier change can be undone for 24 h." in it.slack.ephemerals("U4")[-1].words
        assert stand(it)["Ash"][0] == "B"


def test_those_in_the_south_go_to_a_colleague_with_their_deals(each_database: Database) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        a_team(it)
        with it.sessions.begin() as session:
            people = {one.slack_id: an_actor(one) for one in session.scalars(select(User))}
            ash = session.scalars(select(Account).filter_by(name="Ash")).one()
            oak = session.scalars(select(Account).filter_by(name="Oak")).one()
            for name, stage, place, whose in (
                ("open there", "Prospecting", ash, "U1"),
                ("won there", "Won", ash, "U1"),
                ("open elsewhere", "Prospecting", oak, "U1"),
                ("another's there", "Prospecting", ash, "U4"),
            ):
                a_deal(session, people[whose], stage, name=name, account_id=place.id)
        assert it.slack.command("U3", "/touchbase", "reassign").ok
        form = it.slack.form("U3")
        assert form.offers("Owner") == ["Dana Reyes", "Lee Park"]
        assert form.offers("Territory") == ["North", "South"]
        form.fill("Territory", "South")
        form.fill("New owner", "Ann Boss")
        form.tick("Move their open deals too")
        assert not form.save()
        form = it.slack.form("U3")
        assert "2 accounts go to Ann Boss: 1 of Dana Reyes and 1 of Lee Park." in form.words
        assert "Open follow-ups and deals there move too." in form.words
        assert form.save()
        it.send()
        receipts = it.said("U3")[-2:]
        assert "1 account and 1 open deal of Dana Reyes are now with Ann Boss." in receipts[0].words
        assert "1 account of Lee Park is now with Ann Boss." in receipts[1].words
        assert [stand(it)[name][1] for name in ("Ash", "Fir", "Oak")] == ["U3", "U3", "U1"]
        assert deal_owners(it) == {
            "open there": "U3",
            "won there": "U1",
            "open elsewhere": "U1",
            "another's there": "U4",
        }
        it.slack.press("U3", receipts[0], "Undo")
        it.send()
        assert [stand(it)[name][1] for name in ("Ash", "Fir")] == ["U1", "U3"]
        assert deal_owners(it)["open there"] == "U1"


def deal_owners(it: Clockwork) -> dict[str, str | None]:
    with it.sessions() as session:
        rows = session.execute(
            select(Opportunity.name, User.slack_id).join(User, User.id == Opportunity.owner_id)
        )
        return dict(map(tuple, rows))


def test_without_the_tick_deals_stay(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        with it.sessions.begin() as session:
            dana = an_actor(session.scalars(select(User).filter_by(slack_id="U1")).one())
            ash = session.scalars(select(Account).filter_by(name="Ash")).one()
            a_deal(session, dana, name="open there", account_id=ash.id)
        retier(it, "U3", Owner="Dana Reyes", New_owner="Lee Park", New_tier="A")
        assert {stand(it)[name][:2] for name in ("Oak", "Elm", "Ash")} == {("A", "U2")}
        assert deal_owners(it) == {"open there": "U1"}


def test_reps_may_not_and_nothing_chosen_is_nothing_done(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        assert "Only a manager or an admin" in say(it, "U1", "retier").words
        with it.sessions() as session:
            dana = an_actor(session.scalars(select(User).filter_by(slack_id="U1")).one())
            with pytest.raises(NotAllowed):
                many_accounts.make(session, dana, Which(), Change("A"), submission="V1", now=FRIDAY)
        assert it.slack.command("U3", "/touchbase", "retier").ok
        form = it.slack.form("U3")
        assert not form.save()
        assert form.errors["New tier"] == "Fill this in."
        form.pick("Tier now", "D")
        form.pick("New tier", "A")
        assert not form.save()
        form = it.slack.form("U3")
        assert "0 accounts match, but nothing would change." in form.words
        assert not form.save()  # there is nothing to make
        assert it.rows(kind=deliveries.RETIER_RECEIPT) == []


def test_another_choice_after_the_figures_is_shown_its_own_first(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        assert it.slack.command("U3", "/touchbase", "retier").ok
        form = it.slack.form("U3")
        form.pick("New tier", "A")
        assert not form.save()
        form = it.slack.form("U3")
        form.pick("New tier", "D")
        assert not form.save()
        assert "become tier D" in it.slack.form("U3").words
        assert {tier for tier, _, _ in stand(it).values()} == {"B", "C"}


def test_saving_twice_makes_it_once(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        assert it.slack.command("U3", "/touchbase", "retier").ok
        form = it.slack.form("U3")
        form.pick("New tier", "A")
        assert not form.save()
        form = it.slack.form("U3")
        assert all(answer.ok for answer in form.save_twice())
        assert (form.is_open, form.errors) == (False, {})
        assert len(it.rows(kind=deliveries.RETIER_RECEIPT)) == 1
        with it.sessions() as session:
            assert len(session.scalars(select(Retiering)).all()) == 1


def test_accounts_of_too_many_people_go_in_parts(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        with it.sessions.begin() as session:
            for number in range(many_accounts.MOST_OWNERS):
                a_person(session, f"U9{number}", overdue=1)
        assert it.slack.command("U4", "/touchbase", "retier").ok
        form = it.slack.form("U4")
        form.fill("New owner", "Lee Park")
        assert not form.save()
        assert any("Pick an owner or a territory" in said for said in form.errors.values())


def test_the_views_hold_at_their_largest_and_with_the_worst_names() -> None:
    person = Choice("u:1", NASTY * 3)
    state = ManyForm(person, "x" * 60, Choice("t:" + "x" * 120, NASTY), "A", "B", person, True)
    types = [Entry(f"{number} {'x' * 50}", NASTY * 2) for number in range(150)]
    tiers, givers = dict.fromkeys(cadence.TIERS, 10**6), [(NASTY * 3, 10**6)] * 10
    asks = WhatIf(10**6, 10**6, 10**6, 8, None, tiers, 10**6)
    found = Preview(10**6, tiers, asks, givers, False)
    for one in (None, found, Preview(0, {}, None, (), True)):
        assert problems_in_view(views.form(state, types, one)) == []
    for undone in (False, True):
        told = RetierReceipt(1, "unrated", tiers, undone, 3, True)
        text, blocks = views.receipt(told)
        assert problems_in_message({"text": text, "blocks": blocks}) == []
