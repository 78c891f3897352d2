"""The names of a workspace in memory: searching them, and keeping them fresh."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert, update
from sqlalchemy.orm import Session

from models import accounts, competitors, contacts, workspaces
from models.accounts import Account, NewAccount
from models.aliases import Alias
from models.contacts import NewContact
from models.fit import Word
from models.layers import Layers
from models.lookup import SMALL, AccountName, CompetitorName, ContactName, Index, Lookups
from models.workspaces import Workspace
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


class Queue:
    """Holds back what should run in the background until it is told to."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], None]] = []

    def __call__(self, job: Callable[[], None]) -> None:
        self.jobs.append(job)

    def finish(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()


def many(session: Session, workspace: Workspace, count: int, called: str) -> None:
    version = workspaces.next_names_version(session, workspace.id)
    session.add_all(
        Account(
            workspace_id=workspace.id,
            name=f"{called} {number}",
            name_key=f"{called} {number}".lower(),
            tier="unrated",
            names_version=version,
            created_at=NOW,
        )
        for number in range(count)
    )


def test_a_large_import_is_read_in_the_background_while_the_names_of_before_serve(
    each_database: Database,
) -> None:
    queue = Queue()
    lookups = Lookups(each_database.sessions, run=queue)
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        actor = an_actor(a_user(session, workspace))
        accounts.add(session, actor, NewAccount("Prairie Rehab"), NOW)
    with each_database.sessions() as session:
        before = lookups.get(session, workspace.id)
    with each_database.sessions.begin() as session:
        many(session, workspace, SMALL + 1, "Harbor")
    with each_database.sessions() as session:
        assert lookups.get(session, workspace.id) is before
        assert lookups.get(session, workspace.id) is before
    assert len(queue.jobs) == 1
    queue.finish()
    with each_database.sessions() as session:
        fresh = lookups.get(session, workspace.id)
    assert len(fresh.accounts) == SMALL + 2
    assert fresh.search_accounts("harbor 77", mine=None)[0].name == "Harbor 77"
    assert queue.jobs == []


def test_an_account_just_added_is_there_at_once_beside_many_others(
    each_database: Database,
) -> None:
    queue = Queue()
    lookups = Lookups(each_database.sessions, run=queue)
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        actor = an_actor(a_user(session, workspace))
        many(session, workspace, SMALL + 1, "Harbor")
    with each_database.sessions() as session:
        assert len(lookups.get(session, workspace.id).accounts) == SMALL + 1
    with each_database.sessions.begin() as session:
        accounts.add(session, actor, NewAccount("Fox River Rehab"), NOW)
    with each_database.sessions() as session:
        found = lookups.get(session, workspace.id).search_accounts("fox", mine=None)
    assert [one.name for one in found] == ["Fox River Rehab"]
    assert queue.jobs == []


def test_a_refresh_that_fails_is_tried_again_by_the_next_to_ask(each_database: Database) -> None:
    def no_thread(_job: Callable[[], None]) -> None:
        raise RuntimeError("can't start new thread")

    lookups = Lookups(each_database.sessions, run=no_thread)
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
    with each_database.sessions() as session:
        lookups.get(session, workspace.id)
    with each_database.sessions.begin() as session:
        many(session, workspace, SMALL + 1, "Harbor")
    for _ in range(2):
        with each_database.sessions() as session, pytest.raises(RuntimeError):
            lookups.get(session, workspace.id)


def test_many_people_asking_at_once_during_a_change_each_get_an_answer(
    each_database: Database,
) -> None:
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        actor = an_actor(a_user(session, workspace))
        accounts.add(session, actor, NewAccount("Prairie Rehab"), NOW)

    def ask(_number: int) -> int:
        with each_database.sessions() as session:
            index = lookups.get(session, workspace.id)
        assert index.search_accounts("prairie", mine=None)
        return len(index.accounts)

    with ThreadPoolExecutor(8) as people:
        with ThreadPoolExecutor(1) as background:
            lookups = Lookups(each_database.sessions, run=background.submit)
            assert set(people.map(ask, range(40))) == {1}
            with each_database.sessions.begin() as session:
                many(session, workspace, 2 * SMALL, "Harbor")
            assert set(people.map(ask, range(40))) <= {1, 2 * SMALL + 1}
        assert set(people.map(ask, range(40))) == {2 * SMALL + 1}


def test_another_name_for_a_person_finds_them_and_is_gone_when_taken_back(
    each_database: Database,
) -> None:
    lookups = Lookups()
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        actor = an_actor(a_user(session, workspace))
        place = accounts.add(session, actor, NewAccount("Prairie Rehab"), NOW)
        person, _ = contacts.add(session, actor, place.id, NewContact("Margaret Doyle"), NOW)
        other = Alias(
            workspace_id=workspace.id,
            contact_id=person.id,
            text="Peg",
            names_version=workspaces.next_names_version(session, workspace.id),
        )
        session.add(other)
    with each_database.sessions() as session:
        index = lookups.get(session, workspace.id)
    assert index.contacts[person.id].aliases == ("Peg",)
    assert [one.id for one in index.search_contacts("peg", account_id=None)] == [person.id]
    with each_database.sessions.begin() as session:
        session.delete(session.merge(other))
        workspaces.next_names_version(session, workspace.id, removed=True)
    with each_database.sessions() as session:
        assert lookups.get(session, workspace.id).contacts[person.id].aliases == ()


def test_what_i_call_an_account_and_where_i_was_lately_come_first() -> None:
    index = an_index()
    lately = index.search_accounts("", mine=7, recent=(5, 1))
    assert [one.id for one in lately[:3]] == [5, 1, 4]
    mine = index.search_accounts("the plumb", mine=7, own={"the plumbers": 3})
    assert [one.id for one in mine] == [3]
    assert [one.id for one in index.search_accounts("kessel", mine=None, recent=(4,))] == [4, 3]


@pytest.mark.parametrize(
    ("typed", "known", "city"),
    [
        ("Saint Marys Hosp", "St. Mary's Hospital", "Dayton"),
        ("St Mary Medical Center", "St. Mary's Hospital", "Akron"),
        ("Mercy Hospital Dayton", "Mercy Hospital", "Dayton"),
        ("Mercey Hospital", "Mercy Hospital", "Dayton"),
        ("Metro Health", "MetroHealth System", "Cleveland"),
        ("Comm Gen Hosp", "Community General Hospital", "Troy"),
        ("Kessel Plumbing", "Kessel & Sons Plumbing", "Elgin"),
    ],
)
def test_a_new_name_that_is_nearly_a_known_one_is_noticed(
    typed: str, known: str, city: str
) -> None:
    index = Index.build([AccountName(1, known, city), AccountName(2, "Lakeview Dental", city)])
    assert [one.id for one in index.near(typed)] == [1]


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Oak Clinic", "Oak Dental"),
        ("Oak Hill Hospital", "Oak Hill Nursing & Rehab"),
        ("Kessel Plumbing", "Kessel Insurance Agency"),
        ("Mercy Hospital", "Mercy Hospital Anderson"),
        ("Community Hospital", "Community General Hospital"),
        ("Lakeview Pediatrics", "Lakeview Orthopedics"),
        ("Medical Center", "Grant Medical Center"),
        ("", "Grant Medical Center"),
    ],
)
def test_a_new_name_of_another_place_is_left_in_peace(typed: str, known: str) -> None:
    assert Index.build([AccountName(1, known, "Dayton")]).near(typed) == []


def test_a_removal_among_many_names_is_looked_for_in_the_background(
    each_database: Database,
) -> None:
    queue = Queue()
    lookups = Lookups(each_database.sessions, run=queue)
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        actor = an_actor(a_user(session, workspace))
        gone = accounts.add(session, actor, NewAccount("Fox River Rehab"), NOW).id
        row = {"workspace_id": workspace.id, "tier": "unrated", "names_version": 1}
        session.execute(
            insert(Account),
            [
                {**row, "name": f"Harbor {n}", "name_key": f"harbor {n}", "created_at": NOW}
                for n in range(5001)
            ],
        )
    lookups.warm(workspace.id)
    with each_database.sessions.begin() as session:
        accounts.remove(session, accounts.get(session, workspace.id, gone))
    with each_database.sessions() as session:
        assert gone in lookups.get(session, workspace.id).accounts
        queue.finish()
        after = lookups.get(session, workspace.id)
    assert gone not in after.accounts
    assert len(after.accounts) == 5001
    assert after.search_accounts("fox", mine=None) == []


def test_a_warm_lookup_has_every_name_before_anybody_asks(each_database: Database) -> None:
    queue = Queue()
    lookups = Lookups(each_database.sessions, run=queue)
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        many(session, workspace, 3 * SMALL, "Harbor")
    lookups.warm(workspace.id)
    with each_database.sessions() as session:
        assert len(lookups.get(session, workspace.id).accounts) == 3 * SMALL
    assert queue.jobs == []


def test_the_first_import_is_there_for_the_very_next_line(each_database: Database) -> None:
    lookups = Lookups(each_database.sessions)
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
    lookups.warm(workspace.id)
    with each_database.sessions.begin() as session:
        many(session, workspace, 3 * SMALL, "Harbor")
    with each_database.sessions() as session:
        assert len(lookups.get(session, workspace.id).accounts) == 3 * SMALL


def test_a_step_of_the_scheduler_reads_a_large_import_before_anybody_asks(
    each_database: Database,
) -> None:
    queue = Queue()
    lookups = Lookups(each_database.sessions, run=queue)
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        many(session, workspace, 5, "Oak")
    lookups.warm(workspace.id)
    with each_database.sessions.begin() as session:
        many(session, workspace, 3 * SMALL, "Harbor")
    lookups.refresh()
    with each_database.sessions() as session:
        assert len(lookups.get(session, workspace.id).accounts) == 3 * SMALL + 5
    assert queue.jobs == []


@given(st.lists(st.dictionaries(st.integers(0, 99), st.one_of(st.none(), st.text())), max_size=9))
def test_changes_laid_over_each_other_are_as_if_made_in_one_dict(
    changes: list[dict[int, str | None]],
) -> None:
    plain = dict.fromkeys(range(50), "before")
    layers = Layers(dict(plain))
    for change in changes:
        layers = layers.changed(change)
        plain.update(change)
        plain = {key: value for key, value in plain.items() if value is not None}
        assert (dict(layers), len(layers)) == (plain, len(plain))
        assert all((key in layers) == (key in plain) for key in range(100))
        assert all(layers.get(key) == plain.get(key) for key in range(100))


def test_so_many_changes_that_they_are_put_together_change_nothing_else() -> None:
    layers = Layers({number: str(number) for number in range(10)})
    for number in range(5, 6000, 10):
        layers = layers.changed({one: f"new {one}" for one in range(number, number + 10)})
    assert (layers[4], layers[5], layers[5999], len(layers)) == ("4", "new 5", "new 5999", 6005)
    assert layers.changed({4: None}).get(4, "gone") == "gone"


def test_of_hundreds_of_one_name_the_one_in_the_city_named_is_found() -> None:
    towns = [f"Town{number:03}" for number in range(300)]
    index = Index.build(
        [AccountName(n, "Community Hospital", town) for n, town in enumerate(towns)]
    )
    spots = [Word(word, word, place) for place, word in enumerate(("community", "hospital"))]
    assert 250 not in {one.account.id for one in index.match_accounts(spots)}
    found = index.match_accounts(spots, favoured={250: 0.5})
    assert 250 in {one.account.id for one in found}
