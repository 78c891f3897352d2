"""A small team whose Monday digest is due, and its message."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.sandbox.world import Message
from models import users
from models.subscriptions import EVERYONE, TEAM, subscribe
from models.users import Actor
from tests.by_the_clock import Clockwork, a_person
from tests.make import a_touch, an_account, an_actor, at

LONG_AGO = date(2026, 1, 5)


def a_team(it: Clockwork, scope: str = TEAM) -> dict[str, Actor]:
    """Lee (U2) manages Dana (U1); Ann (U3) is admin. Each of the two has three accounts; Dana saw
    two of hers and Lee one of his in the week of March 9, by Sunday."""
    it.slack.service.scopes |= {"channels:history"}
    with it.sessions.begin() as session:
        lee = a_person(session, "U2", name="Lee Park", role=users.MANAGER)
        dana = a_person(session, "U1", name="Dana Reyes")
        users.put_under(session, dana, lee)
        ann = a_person(session, "U3", name="Ann Boss", role=users.ADMIN)
        people = {each.slack_id or "": an_actor(each) for each in (dana, lee, ann)}
        for slack_id, names in (("U1", ("Oak", "Elm", "Fir")), ("U2", ("Ash", "Yew", "Bay"))):
            rep = people[slack_id]
            for place, name in enumerate(names):
                account = an_account(
                    session, rep.workspace_id, name, owner=rep, owned_since=LONG_AGO, tier="A"
                )
                if place < (2 if slack_id == "U1" else 1):
                    a_touch(session, rep, account, now=at(f"2026-03-1{place + 1}T18:00Z"))
        asker = people["U3" if scope == EVERYONE else "U2"]
        subscribe(session, asker, "C1", scope, at("2026-03-10T15:00Z"))
    return people


def run(it: Clockwork) -> None:
    it.plan()
    while it.send().total():
        pass


def just_the_digest(it: Clockwork) -> None:
    """Send what is due up to the digest, its picture not yet."""
    it.road = replace(it.road, timing=replace(it.road.timing, turn=1))
    it.plan()
    while not it.said("C1"):
        it.send()


def digest(it: Clockwork) -> Message:
    return it.said("C1")[-1]
