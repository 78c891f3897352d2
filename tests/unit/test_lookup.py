"""The names of a workspace in memory: searching them, and keeping them fresh."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, update

from models import accounts, competitors, contacts, workspaces
from models.accounts import Account, NewAccount
from models.aliases import Alias
from models.contacts import NewContact
from models.lookup import AccountName, CompetitorName, ContactName, Index, Lookups
from tests.conftest import Database
from tests.make import NOW, a_user, a_workspace, an_actor

NAMES = [
    "Saint Brendan Medical Center",
    "Northwestern Lakes Hospital",
    "Kessel & Sons Plumbing",
    "Kessel Insurance Agency",
    "Great Plains Health Plan",
    "O'Hare Home Health",
]


def an_index() -> Index:
    return Index.build(
        [
            AccountName(place, name, city="Elgin", state="IL", owner_id=7 if place == 4 else 8)
            for place, name in enumerate(NAMES, start=1)
        ],
        [
            ContactName(1, 1, "Priya Nair, LCSW"),
            ContactName(2, 3, "Gus Kessel"),
            ContactName(3, 4, "Irene Kessel"),
        ],
        [CompetitorName(1, "Summit Rehab Network", ("summit",)), CompetitorName(2, "Kindred")],
    )


def found(query: str, mine: int | None = None) -> list[str]:
    return [one.name for one in an_index().search_accounts(query, mine=mine)]


def test_one_letter_finds_every_name_with_a_word_that_begins_so() -> None:
    assert found("k") == ["Kessel & Sons Plumbing", "Kessel Insurance Agency"]
    assert found("ho") == ["Northwestern Lakes Hospital", "O'Hare Home Health"]


def test_my_own_accounts_come_first() -> None:
    assert found("kess", mine=7)[0] == "Kessel Insurance Agency"
    assert found("", mine=7)[0] == "Kessel Insurance Agency"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("st bren", "Saint Brendan Medical Center"),
        ("brendan med ctr", "Saint Brendan Medical Center"),
        ("ohare", "O'Hare Home Health"),
        ("gphp", "Great Plains Health Plan"),
        ("kessel ins", "Kessel Insurance Agency"),
        ("kesel insurance", "Kessel Insurance Agency"),
        ("northwestren", "Northwestern Lakes Hospital"),
        ("lakes elgin", "Northwestern Lakes Hospital"),
    ],
)
def test_a_name_is_found_however_it_is_typed(typed: str, name: str) -> None:
    assert found(typed)[0] == name


def test_nothing_is_found_for_a_word_nobody_is_called_by() -> None:
    assert found("zzzzz") == []


def test_people_of_the_account_come_first_and_others_after() -> None:
    index = an_index()
    met = index.search_contacts("kessel", account_id=4)
    assert [one.name for one in met] == ["Irene Kessel", "Gus Kessel"]
    assert [one.name for one in index.search_contacts("", account_id=1)] == ["Priya Nair, LCSW"]
    assert [one.name for one in index.search_contacts("nair pri", account_id=None)] == [
        "Priya Nair, LCSW"
    ]


def test_a_competitor_is_found_by_its_alias() -> None:
    assert [one.name for one in an_index().search_competitors("summ")] == ["Summit Rehab Network"]


def test_a_change_leaves_the_index_of_before_as_it_was() -> None:
    before = an_index()
    after = before.with_changes(
        accounts=[AccountName(9, "Fox River Rehab"), AccountName(2, "Lakes Hospital")],
        contacts=[ContactName(1, 2, "Priya Nair, LCSW")],
        removed=[5],
        gone=[2],
    )
    assert [one.id for one in after.search_accounts("fox", mine=None)] == [9]
    assert after.search_accounts("northwestern", mine=None) == []
    assert after.search_accounts("great plains", mine=None) == []
    assert [one.id for one in after.contacts_of(2)] == [1]
    assert after.contacts_of(1) == after.contacts_of(3) == ()
    assert before.search_accounts("fox", mine=None) == []
    assert [one.id for one in before.search_accounts("northwestern", mine=None)] == [2]
    assert [one.id for one in before.contacts_of(1)] == [1]


def test_a_new_name_is_there_on_the_next_look(each_database: Database) -> None:
    lookups = Lookups()
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        actor = an_actor(a_user(session, workspace))
        first = accounts.add(session, actor, NewAccount("Willow Creek Nursing"), NOW)
        contacts.add(session, actor, first.id, NewContact("Joan Pritchard"), NOW)
        competitors.named(session, workspace.id, "Kindred")
    with each_database.sessions() as session:
        index = lookups.get(session, workspace.id)
        assert [one.name for one in index.accounts.values()] == ["Willow Creek Nursing"]
        assert [one.name for one in index.contacts_of(first.id)] == ["Joan Pritchard"]
        assert [one.name for one in index.search_competitors("kin")] == ["Kindred"]
        assert lookups.get(session, workspace.id) is index
    later = NOW + timedelta(minutes=1)
    with each_database.sessions.begin() as session:
        accounts.add(session, actor, NewAccount("Fox River Rehab"), later)
        contacts.add(session, actor, first.id, NewContact("Keisha Wynn"), later)
        version = workspaces.next_names_version(session, workspace.id)
        session.add(
            Alias(
                workspace_id=workspace.id,
                account_id=first.id,
                text="the creek",
                names_version=version,
            )
        )
    with each_database.sessions() as session:
        fresh = lookups.get(session, workspace.id)
    assert fresh is not index
    assert [one.name for one in fresh.search_accounts("fox", mine=None)] == ["Fox River Rehab"]
    assert fresh.accounts[first.id].aliases == ("the creek",)
    assert len(fresh.contacts_of(first.id)) == 2


def test_a_removed_or_archived_account_is_gone_on_the_next_look(each_database: Database) -> None:
    lookups = Lookups()
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        actor = an_actor(a_user(session, workspace))
        made = [
            accounts.add(session, actor, NewAccount(name), NOW).id
            for name in ("Prairie Rehab", "Harbor Neurology", "Fox River")
        ]
    with each_database.sessions() as session:
        assert len(lookups.get(session, workspace.id).accounts) == 3
    with each_database.sessions.begin() as session:
        accounts.remove(session, accounts.get(session, workspace.id, made[0]))
        version = workspaces.next_names_version(session, workspace.id)
        session.execute(
            update(Account)
            .where(Account.id == made[1])
            .values(archived_at=NOW, names_version=version)
        )
    with each_database.sessions() as session:
        assert set(lookups.get(session, workspace.id).accounts) == {made[2]}


def test_one_workspace_never_sees_the_names_of_another(each_database: Database) -> None:
    lookups = Lookups()
    with each_database.sessions.begin() as session:
        ours, theirs = a_workspace(session, "T1"), a_workspace(session, "T2")
        actor = an_actor(a_user(session, theirs))
        accounts.add(session, actor, NewAccount("Their Hospital"), NOW)
    with each_database.sessions() as session:
        assert lookups.get(session, ours.id).accounts == {}
        assert len(lookups.get(session, theirs.id).accounts) == 1


def test_a_look_at_unchanged_names_is_one_statement(each_database: Database) -> None:
    lookups = Lookups()
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        actor = an_actor(a_user(session, workspace))
        accounts.add(session, actor, NewAccount("Prairie Rehab"), NOW)
    with each_database.sessions() as session:
        lookups.get(session, workspace.id)
        seen: list[str] = []
        event.listen(
            session.get_bind(),
            "before_cursor_execute",
            lambda _c, _cur, statement, *_rest: seen.append(statement),
        )
        lookups.get(session, workspace.id)
    assert len(seen) == 1
