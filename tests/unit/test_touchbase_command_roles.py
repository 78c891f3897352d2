"""The first admin, who becomes what, and who reports to whom."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from models import roles, users
from models.audit import Audit
from models.db import Sessions
from models.errors import AdminTaken, LastAdmin, NotAllowed
from models.permissions import must_give_roles
from models.users import Actor
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import a_rep, an_actor, at
from tests.touchbase_in_slack import reread, say, touchbase

NOW = at("2026-11-20T16:00Z")
OFFER = "Become the Touchbase admin"


def person(it: Clockwork, slack_id: str, role: str = users.REP) -> None:
    with it.sessions.begin() as session:
        a_person(session, slack_id, role=role)


def role_of(it: Clockwork, slack_id: str) -> str:
    return it.user(slack_id).role


def audited(it: Clockwork) -> list[tuple[str, dict[str, object]]]:
    with it.sessions() as session:
        return [(row.action, row.facts) for row in session.scalars(select(Audit))]


def test_a_slack_admin_is_offered_the_role_while_there_is_no_admin(sessions: Sessions) -> None:
    with touchbase(sessions, NOW) as it:
        it.slack.add_person("U9", "Olu Owner", is_owner=True)
        person(it, "U1")
        assert say(it, "U1", "").buttons == []  # a member like any other
        said = say(it, "U9", "")
        assert said.buttons == [OFFER]
        assert "/logvisit" in said.words
        answer = it.slack.press("U9", said, OFFER)
        assert answer is not None
        assert answer.ok
        assert "You're the Touchbase admin now" in reread(it, said).words
        assert role_of(it, "U9") == users.ADMIN
        assert audited(it) == [("role_given", {"role": "admin", "was": "rep"})]


def test_once_there_is_an_admin_nobody_is_offered_the_role_and_slack_is_not_asked(
    sessions: Sessions,
) -> None:
    with touchbase(sessions, NOW) as it:
        it.slack.add_person("U9", "Olu Owner", is_owner=True)
        person(it, "U9")
        person(it, "U3", users.ADMIN)
        assert say(it, "U9", "").buttons == []
        assert it.slack.calls_of("users.info") == []


def test_the_offer_is_checked_again_when_it_is_taken(sessions: Sessions) -> None:
    with touchbase(sessions, NOW) as it:
        for slack_id in ("U8", "U9"):
            it.slack.add_person(slack_id, f"Owner {slack_id}", is_owner=True)
            person(it, slack_id)
        late, early = say(it, "U8", ""), say(it, "U9", "")
        it.slack.press("U9", early, OFFER)
        it.slack.press("U8", late, OFFER)
        assert "There is an admin already" in it.slack.ephemerals("U8")[-1].words
        assert (role_of(it, "U8"), role_of(it, "U9")) == (users.REP, users.ADMIN)


def test_somebody_who_runs_slack_no_more_cannot_take_the_offer(sessions: Sessions) -> None:
    with touchbase(sessions, NOW) as it:
        owner = it.slack.add_person("U9", "Olu Owner", is_owner=True)
        person(it, "U9")
        said = say(it, "U9", "")
        owner.is_owner = False
        it.slack.press("U9", said, OFFER)
        assert "Only an owner or admin of this Slack" in it.slack.ephemerals("U9")[-1].words
        assert role_of(it, "U9") == users.REP


def test_when_slack_does_not_say_who_runs_it_the_help_comes_without_an_offer(
    sessions: Sessions,
) -> None:
    with touchbase(sessions, NOW) as it:
        it.slack.service.scopes.discard("users:read")
        person(it, "U1")
        said = say(it, "U1", "")
        assert "/logvisit" in said.words
        assert said.buttons == []


def test_two_who_press_at_the_same_moment_leave_one_admin(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        actors = [a_rep(session, f"U{number}") for number in range(4)]
    ready, outcomes = threading.Barrier(len(actors)), []

    def press(actor: Actor) -> None:
        ready.wait()
        try:
            with each_database.sessions.begin() as session:
                roles.become_first_admin(session, actor, NOW)
            outcomes.append("admin")
        except AdminTaken:
            outcomes.append("taken")

    threads = [threading.Thread(target=press, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["admin", "taken", "taken", "taken"]
    with each_database.sessions() as session:
        assert users.count_admins(session, actors[0].workspace_id) == 1


def test_two_admins_who_demote_each_other_leave_one(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        ann, bob = (a_rep(session, slack_id, role=users.ADMIN) for slack_id in ("U1", "U2"))
    ready, outcomes = threading.Barrier(2), []

    def demote(actor: Actor, other: Actor) -> None:
        ready.wait()
        try:
            with each_database.sessions.begin() as session:
                roles.give(session, actor, other.slack_id, users.REP, NOW)
            outcomes.append("done")
        except LastAdmin:
            outcomes.append("last")

    threads = [threading.Thread(target=demote, args=pair) for pair in ((ann, bob), (bob, ann))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "last"]


def test_an_admin_gives_a_role_and_reads_how_to_undo_it(sessions: Sessions) -> None:
    with touchbase(sessions, NOW) as it:
        person(it, "U3", users.ADMIN)
        person(it, "U1")
        said = say(it, "U3", "role <@U1> manager").words
        assert said == "<@U1> is now a manager (was a rep). To undo: /touchbase role <@U1> rep"
        assert role_of(it, "U1") == users.MANAGER
        assert "already" in say(it, "U3", "role manager @U1").words
        say(it, "U3", "role <@U1> rep")
        assert role_of(it, "U1") == users.REP
        assert [facts["role"] for _, facts in audited(it)] == ["manager", "rep"]


def test_a_role_may_come_before_its_persons_first_use(sessions: Sessions) -> None:
    with touchbase(sessions, NOW) as it:
        person(it, "U3", users.ADMIN)
        it.slack.add_person("U7", "Kim Osgood", "America/Denver", "kim@rehab.example")
        assert "is now a manager" in say(it, "U3", "role <@U7> manager").words
        kim = it.user("U7")
        assert (kim.role, kim.name, kim.zone) == ("manager", "Kim Osgood", "America/Denver")
        assert kim.email == "kim@rehab.example"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("role", "Say who and what"),
        ("role <@U1>", "Say who and what"),
        ("role <@U1> <@U3> manager", "Say who and what"),
        ("role dana manager", "Say who and what"),
        ("role manager", "Mention them with @"),
        ("role <@U1> boss", "The roles are rep, manager and admin"),
        ("role U0NOBODY manager", "I can't tell who that is"),
        ("role <@UBOT> manager", "members of this workspace"),
        ("role <@U3> rep", "Touchbase needs an admin"),
        ("manager <@U1>", "Name two people"),
        ("manager <@U1> <@U1>", "above their own manager"),
    ],
)
def test_a_role_that_cannot_be_given_changes_nothing(
    sessions: Sessions, typed: str, sentence: str
) -> None:
    with touchbase(sessions, NOW) as it:
        it.slack.add_person("UBOT", "Robo", is_bot=True)
        person(it, "U3", users.ADMIN)
        person(it, "U1")
        assert sentence in say(it, "U3", typed).words
        assert (role_of(it, "U1"), role_of(it, "U3")) == (users.REP, users.ADMIN)
        assert audited(it) == []


@pytest.mark.parametrize("role", [users.REP, users.MANAGER])
def test_only_an_admin_gives_roles(sessions: Sessions, role: str) -> None:
    with touchbase(sessions, NOW) as it:
        person(it, "U3", users.ADMIN)
        person(it, "U1", role)
        for typed in ("role <@U1> admin", "manager <@U3> <@U1>"):
            assert "Only an admin can do that" in say(it, "U1", typed).words
        assert role_of(it, "U1") == role
        with pytest.raises(NotAllowed):
            must_give_roles(an_actor(it.user("U1")))


def test_ann_reports_to_bob(sessions: Sessions) -> None:
    with touchbase(sessions, NOW) as it:
        person(it, "U3", users.ADMIN)
        for slack_id in ("U1", "U2"):
            person(it, slack_id)
        said = say(it, "U3", "manager <@U1> <@U2>").words
        assert said.startswith("<@U1> now reports to <@U2>.")
        assert "<@U2> is still a rep" in said
        assert it.user("U1").manager_id == it.user("U2").id
        say(it, "U3", "role <@U2> manager")
        said = say(it, "U3", "manager <@U1> <@U3>").words
        assert "(before: <@U2>). To undo: /touchbase manager <@U1> <@U2>" in said
        assert "above their own manager" in say(it, "U3", "manager <@U3> <@U1>").words


def test_another_workspaces_people_are_out_of_reach(sessions: Sessions) -> None:
    with sessions.begin() as session:
        elsewhere = a_rep(session, "U1")
    with touchbase(sessions, NOW) as it:
        person(it, "U3", users.ADMIN)
        say(it, "U3", "role <@U1> manager")
        with sessions() as session:
            assert users.get(session, elsewhere.workspace_id, elsewhere.user_id).role == users.REP
