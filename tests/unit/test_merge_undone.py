"""Whatever is merged and taken back leaves the tables as they were."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import accounts, merging, users
from models.aliases import Alias
from models.contacts import NewContact
from models.errors import NoSuchAccount, NoSuchContact, SameTwice
from models.merges import ACCOUNT, CONTACT, Merge
from models.phi import Clean
from models.tables import metadata
from models.users import Actor
from tests.conftest import Database
from tests.make import (
    NOW,
    a_contact,
    a_touch,
    a_user,
    a_workspace,
    an_account,
    an_actor,
)

ASIDE = {"merge", "audit", "delivery", "lane", "seen_request", "workspace"}
"""Tables that tell of the merging itself."""

ACCOUNTS, PEOPLE = 3, 4

numbers = st.integers(0, ACCOUNTS - 1)
people = st.integers(0, PEOPLE - 1)
words = st.sampled_from(["", "x", "y"])

an_account_drawn = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Oak Clinic", "oak clinic", "St Mary's"]),
        "owned": st.booleans(),
        "tier": st.sampled_from(["A", "unrated"]),
        "city": st.sampled_from(["", "Oakfield", "Larkspur"]),
        "zip": words,
        "phone": words,
        "with_id": st.booleans(),
    }
)
a_person_drawn = st.fixed_dictionaries(
    {
        "at": numbers,
        "name": st.sampled_from(["Ann", "Bo"]),
        "title": words,
        "with_id": st.booleans(),
    }
)
a_touch_drawn = st.fixed_dictionaries(
    {
        "at": numbers,
        "met": st.sets(people, max_size=3),
        "days_ago": st.integers(0, 30),
        "referrals": st.integers(0, 1),
        "step": words,
        "newcomer": st.booleans(),
    }
)
a_world = st.fixed_dictionaries(
    {
        "accounts": st.lists(an_account_drawn, min_size=ACCOUNTS, max_size=ACCOUNTS),
        "people": st.lists(a_person_drawn, min_size=PEOPLE, max_size=PEOPLE),
        "touches": st.lists(a_touch_drawn, max_size=5),
        "snoozes": st.sets(st.tuples(numbers, st.integers(1, 9)), max_size=3),
        "aliases": st.lists(
            st.tuples(numbers, st.sampled_from(["Oak", "Mary"]), st.booleans()), max_size=4
        ),
        "nicknames": st.lists(st.tuples(people, st.sampled_from(["Annie", "Bobo"])), max_size=3),
    }
)
some_merges = st.lists(
    st.one_of(
        st.tuples(st.just(ACCOUNT), numbers, numbers), st.tuples(st.just(CONTACT), people, people)
    ),
    min_size=1,
    max_size=4,
)
teams = itertools.count(1)


def build(session: Session, world: dict[str, Any]) -> tuple[Actor, dict[str, list[int]]]:
    """The world's rows; who asks, and the ids of accounts and people by their place."""
    workspace = a_workspace(session, f"T{next(teams)}")
    admin = an_actor(a_user(session, workspace, "U1", role=users.ADMIN))
    owner = an_actor(a_user(session, workspace, "U2"))
    places = [
        an_account(
            session,
            workspace.id,
            told["name"],
            owner=owner if told["owned"] else None,
            tier=told["tier"],
            city=told["city"],
            zip=told["zip"],
            phone=told["phone"],
            external_id=f"E{number}" if told["with_id"] else None,
        )
        for number, told in enumerate(world["accounts"])
    ]
    folk = [
        a_contact(
            session,
            places[told["at"]],
            told["name"],
            title=told["title"],
            external_id=f"C{number}" if told["with_id"] else None,
        )
        for number, told in enumerate(world["people"])
    ]
    for number, told in enumerate(world["touches"]):
        a_touch(
            session,
            owner,
            places[told["at"]],
            days_ago=told["days_ago"],
            submission=f"V{number}",
            met=(
                *(folk[one].id for one in sorted(told["met"])),
                *((NewContact(f"New {number}"),) if told["newcomer"] else ()),
            ),
            referrals=told["referrals"],
            next_step=Clean(told["step"]),
        )
    for place, days in sorted(world["snoozes"]):
        until = NOW.date() + timedelta(days=days)
        accounts.snooze(session, owner, places[place].id, until, reason=None, now=NOW)
        session.flush()
    for place, text, own in world["aliases"]:
        session.add(
            Alias(
                workspace_id=workspace.id,
                account_id=places[place].id,
                text=text,
                user_id=owner.user_id if own else None,
                names_version=1,
            )
        )
    for place, text in world["nicknames"]:
        session.add(
            Alias(workspace_id=workspace.id, contact_id=folk[place].id, text=text, names_version=1)
        )
    session.flush()
    return admin, {ACCOUNT: [one.id for one in places], CONTACT: [one.id for one in folk]}


def everything(session: Session, workspace_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row of the workspace, but for what tells of the merging itself."""
    session.flush()
    return {
        name: [
            dict(row)
            for row in session.execute(
                select(*(one for one in table.columns if one.name != "names_version"))
                .where(table.c.workspace_id == workspace_id)
                .order_by(table.c.id)
            ).mappings()
        ]
        for name, table in metadata.tables.items()
        if name not in ASIDE and "workspace_id" in table.c
    }


def latest(session: Session) -> int:
    found = session.scalar(select(Merge.id).order_by(Merge.id.desc()).limit(1))
    assert found is not None
    return found


TWINS_SNOOZED_AND_MET: dict[str, Any] = {
    "accounts": [
        {
            "name": "Oak Clinic",
            "owned": False,
            "tier": "unrated",
            "city": "",
            "zip": "",
            "phone": "",
            "with_id": False,
        },
        {
            "name": "St Mary's",
            "owned": True,
            "tier": "A",
            "city": "Oakfield",
            "zip": "x",
            "phone": "y",
            "with_id": True,
        },
        {
            "name": "oak clinic",
            "owned": True,
            "tier": "A",
            "city": "",
            "zip": "",
            "phone": "",
            "with_id": True,
        },
    ],
    "people": [
        {"at": one % ACCOUNTS, "name": "Ann", "title": "x" * one, "with_id": one > 1}
        for one in range(PEOPLE)
    ],
    "touches": [
        {"at": 1, "met": {0, 1, 2}, "days_ago": 1, "referrals": 1, "step": "x", "newcomer": True},
        {"at": 0, "met": {1}, "days_ago": 9, "referrals": 0, "step": "", "newcomer": False},
    ],
    "snoozes": {(0, 3), (1, 9), (2, 5)},
    "aliases": [(0, "Oak", False), (1, "Oak", False), (1, "Oak", True), (0, "Oak", False)],
    "nicknames": [(0, "Annie"), (1, "Annie")],
}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=a_world, wanted=some_merges)
@example(world=TWINS_SNOOZED_AND_MET, wanted=[(ACCOUNT, 0, 1), (CONTACT, 0, 1), (ACCOUNT, 2, 0)])
@example(world=TWINS_SNOOZED_AND_MET, wanted=[(CONTACT, 0, 1), (CONTACT, 0, 2), (ACCOUNT, 0, 2)])
def test_merges_taken_back_one_after_the_other_leave_all_as_it_was(
    each_database: Database, world: dict[str, Any], wanted: list[tuple[str, int, int]]
) -> None:
    with each_database.sessions() as session:
        admin, ids = build(session, world)
        before = [everything(session, admin.workspace_id)]
        done: list[int] = []
        for number, (entity, keep, gone) in enumerate(wanted):
            try:
                merging.merge(
                    session,
                    admin,
                    entity,
                    keep_id=ids[entity][keep],
                    gone_id=ids[entity][gone],
                    submission=f"M{number}",
                    now=NOW,
                )
            except (SameTwice, NoSuchAccount, NoSuchContact):
                continue
            done.append(latest(session))
            before.append(everything(session, admin.workspace_id))
            assert before[-1] != before[-2]
        for merge_id in reversed(done):
            before.pop()
            merging.undo(session, admin, merge_id, NOW)
            assert everything(session, admin.workspace_id) == before[-1]
        session.rollback()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=a_world, wanted=some_merges)
@example(world=TWINS_SNOOZED_AND_MET, wanted=[(ACCOUNT, 0, 1), (CONTACT, 0, 1), (ACCOUNT, 2, 0)])
def test_nothing_of_value_is_lost_or_left_behind(
    each_database: Database, world: dict[str, Any], wanted: list[tuple[str, int, int]]
) -> None:
    """After merges every touch, referral and follow-up is there, and none at what is gone."""
    counted = ("touch", "referral", "follow_up", "contact", "account")
    with each_database.sessions() as session:
        admin, ids = build(session, world)
        before = everything(session, admin.workspace_id)
        gone_ids: dict[str, set[int]] = {ACCOUNT: set(), CONTACT: set()}
        for number, (entity, keep, gone) in enumerate(wanted):
            try:
                merging.merge(
                    session,
                    admin,
                    entity,
                    keep_id=ids[entity][keep],
                    gone_id=ids[entity][gone],
                    submission=f"M{number}",
                    now=NOW,
                )
            except (SameTwice, NoSuchAccount, NoSuchContact):
                continue
            gone_ids[entity].add(ids[entity][gone])
        after = everything(session, admin.workspace_id)
        for name in counted:
            assert [row["id"] for row in after[name]] == [row["id"] for row in before[name]]
        for rows in after.values():
            for row in rows:
                assert row.get("account_id") not in gone_ids[ACCOUNT]
                assert row.get("contact_id") not in gone_ids[CONTACT]
        session.rollback()
