"""`/touchbase goals`: what is aimed at and how far it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.views import goals as views
from handlers.views.words import as_typed
from models import goals, permissions, territories, users
from models.clock import Clock
from models.db import Session, Sessions, reading
from models.errors import BadGoal, NoSuchPerson, NoSuchTerritory, NotAllowed, NotYours
from models.goals import PERIODS, PERSON, TEAM, TERRITORY, WEEK, Whose
from models.subscriptions import EVERYONE
from models.text import name_key
from models.users import MANAGER, Actor

_KINDS = {
    "visit": goals.VISIT,
    "visits": goals.VISIT,
    "accounts": goals.NEW_ACCOUNT,
    "account": goals.NEW_ACCOUNT,
    "referral": goals.REFERRAL,
    "referrals": goals.REFERRAL,
    "start": goals.START,
    "starts": goals.START,
    "admissions": goals.START,
    "revenue": goals.REVENUE,
    "adherence": goals.ADHERENCE,
}
_PERIODS = {
    **{period: period for period in PERIODS},
    **{f"{period}ly": period for period in PERIODS},
    "annual": goals.YEAR,
}
_FILLERS = frozenset(("a", "an", "each", "every", "new", "per", "in", "%", "to", "for", "the"))
_OFF = frozenset(("off", "stop", "none", "remove"))
_NUMBER = re.compile(r"\$?([0-9][0-9,]*(?:\.[0-9]{1,2})?)([km]?)%?")
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}


def answer(
    people: Sequence[str], words: Sequence[str], actor: Actor, sessions: Sessions, clock: Clock
) -> str:
    """`/touchbase goals` shows one's own, a manager also the team's and each person's;
    `visits 25 a week`, `revenue 120k a quarter`, `referrals off`, with `@dana`, `team` or
    `territory north`, sets.

    Raises BadGoal, NotAllowed, NotYours, NoSuchPerson and NoSuchTerritory.
    """
    now = clock()
    today = actor.today(now)
    said = ""
    if words:
        with sessions.begin() as session:
            whose, words = _whose(session, actor, people, words)
            kind, period, target = _asked(words)
            before = goals.put(
                session,
                actor.workspace_id,
                whose,
                kind,
                period,
                target,
                by_id=actor.user_id,
                today=today,
                now=now,
            )
            who = goals.names(session, actor.workspace_id, [whose])[whose]
        own = whose == Whose(PERSON, actor.user_id)
        said = views.put(whose, kind, period, target, before, who=who, own=own)
    with reading(sessions) as session:
        of = _shown_to(session, actor, people)
        found = goals.progress(session, actor.workspace_id, of, today, now)
        named = goals.names(session, actor.workspace_id, of)
    return views.shown(found, named, reader=actor.user_id, said=said)


def _whose(
    session: Session, actor: Actor, people: Sequence[str], words: Sequence[str]
) -> tuple[Whose, list[str]]:
    """Whose goal is to be set, and the words that say which."""
    if len(people) > 1:
        raise BadGoal
    if "territory" in words:
        if people or "team" in words:
            raise BadGoal
        return _territory(session, actor, words)
    user_id = _person(session, actor, people[0]) if people else actor.user_id
    below = users.team(session, actor.workspace_id, actor.user_id)
    permissions.must_set_goal(actor, user_id, below)
    scope = TEAM if "team" in words else PERSON
    if scope == TEAM and not permissions.leads(actor.role):
        raise NotAllowed(MANAGER)
    return Whose(scope, user_id), [word for word in words if word != "team"]


def _territory(session: Session, actor: Actor, words: Sequence[str]) -> tuple[Whose, list[str]]:
    """The territory whose name stands behind the word, the longest that fits; and the other
    words. It is set by who may see everybody there."""
    place = words.index("territory") + 1
    known = territories.every(session, actor.workspace_id)
    ids = {one.name_key: one.id for one in known}
    for end in range(len(words), place, -1):
        found = ids.get(name_key(as_typed(" ".join(words[place:end]))))
        if found is not None:
            whose = Whose(TERRITORY, found)
            if whose not in _territories(session, actor):
                raise NotYours
            return whose, [*words[: place - 1], *words[end:]]
    raise NoSuchTerritory(tuple(one.name for one in known))


def _territories(session: Session, actor: Actor) -> Sequence[Whose]:
    """Those whose people the actor may all see."""
    people = None
    if permissions.row_scope(actor) != EVERYONE:
        leads = permissions.leads(actor.role)
        team = users.team(session, actor.workspace_id, actor.user_id) if leads else ()
        people = {actor.user_id, *team}
    return goals.whole_territories(session, actor.workspace_id, people)


def _person(session: Session, actor: Actor, slack_id: str) -> int:
    found = users.by_slack_id(session, actor.workspace_id, slack_id)
    if found is None:
        raise NoSuchPerson
    return found.id


def _shown_to(session: Session, actor: Actor, people: Sequence[str]) -> Sequence[Whose]:
    """Whose goals the reader is shown: their own, and who leads sees those below, an admin
    everyone's; and those of the territories in which nobody else works."""
    own = [Whose(PERSON, actor.user_id)]
    places = _territories(session, actor)
    if not permissions.leads(actor.role):
        return [*own, *places]
    below = users.team(session, actor.workspace_id, actor.user_id)
    if people:
        user_id = _person(session, actor, people[0])
        permissions.must_set_goal(actor, user_id, below)
        return [Whose(TEAM, user_id), Whose(PERSON, user_id)]
    if permissions.row_scope(actor) == EVERYONE:
        below |= goals.holders(session, actor.workspace_id)
    teams = [Whose(TEAM, one) for one in sorted(below, key=lambda one: one != actor.user_id)]
    others = [Whose(PERSON, one) for one in sorted(below - {actor.user_id})]
    return [*teams, *places, *own, *others]


def _asked(words: Sequence[str]) -> tuple[str, str, int | None]:
    """The kind, the period (a week if none is named) and the target, None for no goal any more.
    Raises BadGoal."""
    kinds: list[str] = []
    periods: list[str] = []
    targets: list[int | None] = []
    for word in words:
        number = _NUMBER.fullmatch(word)
        if word in _KINDS:
            kinds.append(_KINDS[word])
        elif word in _PERIODS:
            periods.append(_PERIODS[word])
        elif word in _OFF:
            targets.append(None)
        elif number:
            amount = float(number[1].replace(",", "")) * _TIMES[number[2]]
            targets.append(round(amount * 100))
        elif word not in _FILLERS:
            raise BadGoal
    if len(kinds) != 1 or len(periods) > 1 or len(targets) != 1:
        raise BadGoal
    kind, (target,) = kinds[0], targets
    if target is not None:
        if kind != goals.REVENUE:
            target //= 100
        most = 100 if kind == goals.ADHERENCE else goals.MOST
        if not 0 < target <= most:
            raise BadGoal
    return kind, (periods or [WEEK])[0], target
