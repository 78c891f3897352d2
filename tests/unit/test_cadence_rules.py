"""Which cadence rule an account or a person falls under, and the due days that follow."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from handlers.views import reminders, touches
from models import (
    accounts,
    cadence,
    capture,
    merges,
    merging,
    overdue_team,
    pipeline,
    receipts,
    reckoning,
    redaction,
    rows,
    undoing,
    users,
)
from models.accounts import Account
from models.cadence import CadenceRule, Rule, Rules, Scope
from models.contacts import Contact, NewContact
from models.db import Session, Sessions
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
STANDARD = [
    Rule(Scope(tier), 7, days) for tier, days in zip("ABCD", (10, 21, 45, 120), strict=True)
]

TIERS = ("A", "B", "unrated")
TYPES = ("hospital", "snf", None)
ROLES = ("physician", "agent", None)
BUYING = ("champion", None)


def a_rule(session: Session, workspace_id: int, max_days: int, **scope: str) -> None:
    told = vars(Scope(**scope))
    session.add(CadenceRule(workspace_id=workspace_id, ideal_days=1, max_days=max_days, **told))
    session.flush()


def days(rule: Rule | None) -> int | None:
    return rule and rule.max_days


def test_tier_and_type_goes_before_type_before_tier_before_any() -> None:
    steps = [Scope(), Scope("A"), Scope(account_type="hospital"), Scope("A", "hospital")]
    rules, found = list(STANDARD), []
    for number, scope in enumerate(steps, start=200):
        rules = [rule for rule in rules if rule.scope != scope] + [Rule(scope, 1, number)]
        found.append(Rules.of(rules).of_account("A", "hospital").max_days)
    assert found == [10, 201, 202, 203]  # "any" does not take the place of the A rule


def test_what_no_rule_is_for_has_the_days_of_c() -> None:
    rules = Rules.of([*STANDARD, Rule(Scope(account_type="hospital"), 1, 5)])
    assert rules.of_account("unrated", "snf").max_days == 45
    assert rules.of_account("unrated", None).max_days == 45
    assert rules.of_account("unrated", "hospital").max_days == 5


def test_both_roles_go_before_one_and_of_two_alike_the_stricter_holds() -> None:
    physician, champion = Scope(contact_role="physician"), Scope(buying_role="champion")
    both = Scope(contact_role="physician", buying_role="champion")
    rules = Rules.of([*STANDARD, Rule(physician, 1, 30), Rule(champion, 1, 14)])
    assert days(rules.of_person("A", None, "physician", "champion")) == 14
    assert days(rules.of_person("A", None, "physician", None)) == 30
    assert rules.of_person("A", None, "agent", None) is None
    assert days(rules.changed(both, (1, 60)).of_person("A", None, "physician", "champion")) == 60


scopes = st.builds(
    Scope,
    st.sampled_from(["", "A", "B", "unrated"]),
    st.sampled_from(["", "hospital", "snf"]),
    st.sampled_from(["", "physician"]),
    st.sampled_from(["", "champion"]),
)
some_rules = st.dictionaries(scopes, st.integers(1, 366), max_size=10).map(
    lambda told: Rules.of(
        [
            *STANDARD,
            *(Rule(s, 1, d) for s, d in told.items() if s not in [r.scope for r in STANDARD]),
        ]
    )
)


@given(rules=some_rules)
def test_no_rule_that_fits_is_more_specific_than_the_one_that_holds(rules: Rules) -> None:
    for tier, kind in product(TIERS, TYPES):
        held = rules.of_account(tier, kind)
        fit = [rule for rule in rules.accounts if rule.scope.fits(tier, kind)]
        assert held == (max(fit, key=named) if fit else rules.fallback)
        for role, buying in product(ROLES, BUYING):
            person = rules.of_person(tier, kind, role, buying)
            fit = [
                rule
                for rule in rules.people
                if rule.scope.fits(tier, kind) and rule.scope.fits_person(role, buying)
            ]
            assert (person is None) == (not fit)
            if person is not None:
                best = max(map(named, fit))
                assert days(person) == min(r.max_days for r in fit if named(r) == best)


def named(rule: Rule) -> tuple[int, bool, bool]:
    scope = rule.scope
    people = bool(scope.contact_role) + bool(scope.buying_role)
    return people, bool(scope.account_type), bool(scope.tier)


def furnished(session: Session) -> Actor:
    """An account of each tier and type with people of every role, some met, some not."""
    rep = a_rep(session)
    kinds = product(TIERS, TYPES, (True, False))
    for number, (tier, kind, owned) in enumerate(kinds, start=1):
        account = an_account(
            session,
            rep.workspace_id,
            f"Clinic {number}",
            owner=rep if owned else None,
            owned_since=TODAY - timedelta(days=17 * number % 90),
            tier=tier,
            type=kind,
        )
        people = [
            a_contact(session, account, f"Person {n}", role=role, buying_role=buying)
            for n, (role, buying) in enumerate(product(ROLES, BUYING))
        ]
        people[1].status = "left"
        for n, one in enumerate(people):
            one.created_at = NOW - timedelta(days=13 * (number + n) % 100)
        session.flush()
        if number % 3:
            met = (people[number % 6].id,)
            a_touch(session, rep, account, days_ago=7 * number % 60, met=met)
    return rep


def as_reckoned(session: Session, workspace_id: int) -> dict[int, date | None]:
    """What `accounts.reckon` makes of each account."""
    session.expire_all()
    found = session.scalars(select(Account).where(Account.workspace_id == workspace_id)).all()
    for account in found:
        accounts.reckon(session, account)
    return {account.id: account.due_on for account in found}


def test_many_at_once_get_the_day_that_each_would_get_alone(each_database: Database) -> None:
    wished = (
        {"contact_role": "physician", "max_days": 30},
        {"account_type": "hospital", "max_days": 12},
        {"tier": "A", "account_type": "snf", "max_days": 3},
        {"buying_role": "champion", "tier": "B", "max_days": 20},
    )
    with each_database.sessions.begin() as session:
        rep = furnished(session)
        for told in wished:
            days_ = int(str(told.pop("max_days")))
            a_rule(session, rep.workspace_id, days_, **{k: str(v) for k, v in told.items()})
            alone = as_reckoned(session, rep.workspace_id)
            assert len({day for day in alone.values() if day}) > 5
            session.execute(update(Account).values(due_on=None))
            reckoning.mark(session, rep.workspace_id)
            assert reckoning.behind(session) == [rep.workspace_id]
            assert not reckoning.next_batch(session, rep.workspace_id)
            assert reckoning.behind(session) == []
            session.expire_all()
            together = {one.id: one.due_on for one in session.scalars(select(Account))}
            assert together == alone
            rules = cadence.rules(session, rep.workspace_id)
            for day in (TODAY, TODAY - timedelta(days=20)):
                past = select(Account.id).where(
                    Account.owned_since.is_not(None), reckoning.past(rules, day)
                )
                assert set(session.scalars(past)) == {
                    id_ for id_, due in alone.items() if due is not None and due < day
                }


def test_batches_end_where_the_accounts_do(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = furnished(session)  # 18 accounts
        a_rule(session, rep.workspace_id, 2, account_type="snf")
        reckoning.mark(session, rep.workspace_id)
        rounds = 1
        while reckoning.next_batch(session, rep.workspace_id, at_once=4):
            rounds += 1
        assert rounds == 5
        session.expire_all()
        stored = {one.id: one.due_on for one in session.scalars(select(Account))}
        assert stored == as_reckoned(session, rep.workspace_id)


@pytest.fixture
def rep(sessions: Sessions) -> Actor:
    """Physicians are to be met every 30 days. The rep has had a C account for 100 days."""
    with sessions.begin() as session:
        rep = a_rep(session)
        a_rule(session, rep.workspace_id, 30, contact_role="physician")
        account = an_account(
            session, rep.workspace_id, owner=rep, tier="C", owned_since=TODAY - timedelta(days=100)
        )
        for name, role in (("Priya Patel", "physician"), ("Lee Park", "social worker")):
            a_contact(session, account, name, role=role, created_at=NOW - timedelta(days=90))
        accounts.reckon(session, account)
        return rep


def the_account(session: Session) -> Account:
    return session.scalars(select(Account).order_by(Account.id)).first()  # type: ignore[return-value]


def the_person(session: Session, name: str = "Priya Patel") -> Contact:
    return session.scalars(select(Contact).where(Contact.name == name)).one()


def test_a_person_never_met_counts_from_when_they_were_entered(
    sessions: Sessions, rep: Actor
) -> None:
    with sessions() as session:
        assert the_account(session).due_on == TODAY - timedelta(days=60)
        (row,) = accounts.overdue(session, rep.workspace_id, rep.user_id, TODAY)
        assert [(one.name, one.days_since, one.max_days) for one in row.people] == [
            ("Priya Patel", 90, 30)
        ]
        said = reminders.why(row)
        assert said == "C account · 100 of 45 days · Priya Patel (physician) · 90 of 30 days"


def test_visiting_somebody_else_leaves_the_account_due_for_the_physician(
    sessions: Sessions, rep: Actor
) -> None:
    with sessions.begin() as session:
        account, other = the_account(session), the_person(session, "Lee Park")
        a_touch(session, rep, account, days_ago=1, met=(other.id,))
    with sessions() as session:
        assert the_person(session, "Lee Park").last_touch_on == TODAY - timedelta(days=1)
        assert the_person(session).last_touch_on is None
        (row,) = accounts.overdue(session, rep.workspace_id, rep.user_id, TODAY)
        assert reminders.why(row) == "C account · Priya Patel (physician) · 90 of 30 days"
        assert row.urgency == 3.0  # 90 of 30 days, tier C


def test_the_receipt_says_for_whom_the_account_is_due_before_its_own_day(
    sessions: Sessions, rep: Actor
) -> None:
    with sessions.begin() as session:
        account, person = the_account(session), the_person(session)
        a_touch(session, rep, account, days_ago=9, met=(person.id,))
        other = a_touch(session, rep, account)
        _, blocks = touches.receipt(receipts.visit(session, rep.workspace_id, other, NOW))
        assert "Due again by Tue, Mar 31 (to meet Priya Patel, physician, every 30 days)" in str(
            blocks
        )
        latest = a_touch(session, rep, account, type="call", met=(person.id,))
        _, blocks = touches.receipt(receipts.visit(session, rep.workspace_id, latest, NOW))
        assert "Due again by Thu, Apr 9 (to meet Priya Patel, physician, every 30 days)" in str(
            blocks
        )


def test_meeting_the_physician_and_taking_it_back(sessions: Sessions, rep: Actor) -> None:
    with sessions.begin() as session:
        account, person = the_account(session), the_person(session)
        visit = a_touch(session, rep, account, days_ago=2, met=(person.id,))
    with sessions.begin() as session:
        assert the_person(session).last_touch_on == TODAY - timedelta(days=2)
        assert the_account(session).due_on == TODAY + timedelta(days=28)
        undoing.undo(session, rep, visit, NOW)
    with sessions() as session:
        assert the_person(session).last_touch_on is None
        assert the_account(session).due_on == TODAY - timedelta(days=60)


def test_an_email_to_the_physician_does_not_count_as_meeting_them(
    sessions: Sessions, rep: Actor
) -> None:
    with sessions.begin() as session:
        met = (the_person(session).id,)
        a_touch(session, rep, the_account(session), type="email", met=met)
        assert the_person(session).last_touch_on is None


def test_an_edit_moves_whom_was_met_and_when(sessions: Sessions, rep: Actor) -> None:
    with sessions.begin() as session:
        account, person = the_account(session), the_person(session)
        a_touch(session, rep, account, days_ago=6, met=(person.id,))
        latest = a_touch(session, rep, account, days_ago=2, met=(person.id,))
    with sessions.begin() as session:
        other = the_person(session, "Lee Park")
        day = TODAY - timedelta(days=1)
        told = a_visit(the_account(session), occurred_on=day, met=(other.id,))
        capture.amend(session, rep, latest, told, submission="E1", now=NOW)
    with sessions() as session:
        assert the_person(session).last_touch_on == TODAY - timedelta(days=6)
        assert the_person(session, "Lee Park").last_touch_on == TODAY - timedelta(days=1)
        assert the_account(session).due_on == TODAY + timedelta(days=24)


def test_a_physician_met_at_an_event_is_met(sessions: Sessions, rep: Actor) -> None:
    with sessions.begin() as session:
        a_touch(session, rep, the_account(session))
        a_touch(session, rep, None, type="event", met=(the_person(session).id,))
    with sessions() as session:
        assert the_account(session).due_on == TODAY + timedelta(days=30)


def test_two_physicians_made_one_were_met_when_either_was(sessions: Sessions, rep: Actor) -> None:
    with sessions.begin() as session:
        account = the_account(session)
        twin = a_contact(session, account, "P. Patel", role="physician")
        a_touch(session, rep, account, days_ago=3, met=(twin.id,))
    with sessions.begin() as session:
        keep, gone = the_person(session).id, the_person(session, "P. Patel").id
        merging.merge(
            session, rep, merges.CONTACT, keep_id=keep, gone_id=gone, submission="M", now=NOW
        )
    with sessions.begin() as session:
        assert the_person(session).last_touch_on == TODAY - timedelta(days=3)
        assert the_account(session).due_on == TODAY + timedelta(days=27)
        merged = session.scalars(select(merges.Merge.id)).one()
        merging.undo(session, rep, merged, NOW)
    with sessions() as session:
        assert the_person(session).last_touch_on is None
        assert the_person(session, "P. Patel").last_touch_on == TODAY - timedelta(days=3)
        assert the_account(session).due_on == TODAY - timedelta(days=60)


def test_accounts_made_one_answer_for_the_people_of_both(sessions: Sessions, rep: Actor) -> None:
    with sessions.begin() as session:
        kept = an_account(session, rep.workspace_id, "Other Clinic", owner=rep, tier="C")
        assert kept.due_on == TODAY + timedelta(days=45)
        gone = the_account(session)
        merging.merge(
            session, rep, merges.ACCOUNT, keep_id=kept.id, gone_id=gone.id, submission="M", now=NOW
        )
    with sessions() as session:
        kept = session.scalars(select(Account).where(Account.name == "Other Clinic")).one()
        assert kept.due_on == TODAY + timedelta(days=30)  # since the rep has had it: today


def test_a_purge_that_removes_the_physician_frees_the_account(
    sessions: Sessions, rep: Actor
) -> None:
    with sessions.begin() as session:
        account = an_account(session, rep.workspace_id, "Other Clinic", owner=rep, tier="C")
        visit = a_touch(session, rep, account, met=(NewContact("Somebody New"),))
        the_person(session, "Somebody New").role = "physician"
        session.flush()
        accounts.reckon(session, account)
        assert account.due_on == TODAY + timedelta(days=30)
        admin = Actor(rep.workspace_id, rep.user_id, rep.slack_id, users.ADMIN, rep.zone)
        redaction.redact(
            session, admin, visit, with_people=True, with_account=False, submission="P", now=NOW
        )
        assert account.due_on == TODAY + timedelta(days=45)


def test_the_digest_counts_an_account_whose_physician_was_not_met(
    sessions: Sessions, rep: Actor
) -> None:
    """As of that Sunday: a meeting since then does not make the past better."""
    monday = TODAY - timedelta(days=TODAY.weekday(), weeks=1)
    with sessions.begin() as session:
        account, person = the_account(session), the_person(session)
        a_touch(session, rep, account, days_ago=10)
        a_touch(session, rep, account, met=(person.id,))
    with sessions() as session:
        shown = pipeline.summary(session, rep.workspace_id, None, monday=monday)
        assert (shown.week.kept["C"].accounts, shown.week.kept["C"].within) == (1, 0)
        this = pipeline.summary(session, rep.workspace_id, None, monday=monday + timedelta(weeks=1))
        assert (this.week.kept["C"].accounts, this.week.kept["C"].within) == (1, 1)


def test_the_rows_behind_the_digest_name_the_same_accounts_with_the_physicians_days(
    sessions: Sessions, rep: Actor
) -> None:
    monday = TODAY - timedelta(days=TODAY.weekday())
    with sessions.begin() as session:
        account = the_account(session)
        a_touch(session, rep, account, days_ago=10)
        a_touch(session, rep, account, met=(the_person(session).id,))
    with sessions() as session:
        last = rows.standing(session, rep.workspace_id, None, monday - timedelta(days=1))
        assert last.overdue == {"C": [(account.id, 88, 30, 1)]}
        assert last.behind == {rep.user_id: 1}  # 88 is more than twice 30
        this = rows.standing(session, rep.workspace_id, None, monday + timedelta(days=6))
        assert this.within == {"C": [(account.id, 5, 45, 30)]} and not this.overdue


def test_a_manager_reads_of_a_physician_long_not_met(sessions: Sessions, rep: Actor) -> None:
    with sessions.begin() as session:
        boss = a_user(session, a_workspace(session), "U2", role=users.MANAGER)
        session.get_one(users.User, rep.user_id).manager_id = boss.id
        a_touch(session, rep, the_account(session), days_ago=1)
    with sessions() as session:
        team = overdue_team.of(session, rep.workspace_id, boss.id, TODAY)
        assert team is not None
        (one,) = team.behind
        assert (one.accounts, one.days_since, one.max_days) == (1, 90, 30)


def test_an_account_that_changes_hands_has_its_own_types_days(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        heir = an_actor(a_user(session, a_workspace(session), "U2"))
        a_rule(session, rep.workspace_id, 12, account_type="hospital")
        since = TODAY - timedelta(days=50)
        account = an_account(
            session, rep.workspace_id, owner=rep, owned_since=since, type="hospital"
        )
        told = {"giver_id": rep.user_id, "owner_id": heir.user_id, "since": TODAY}
        given = accounts.give_many(session, rep.workspace_id, [account.id], **told)
        reckoning.bring_up(session, rep.workspace_id, given)
        session.refresh(account)
        assert account.due_on == TODAY + timedelta(days=12)
