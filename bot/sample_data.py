"""Stores the sandbox's sample data through the models, as if its people had worked for a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import sample_deals, sample_past, sample_year
from bot.sample_past import Cast
from bot.sample_year import Touched
from bot.sandbox import sample, sample_words
from bot.sandbox.sample import SampleContact
from models import (
    aliases,
    capture,
    competitors,
    goals,
    reckoning,
    slots,
    subscriptions,
    touches,
    users,
    workspaces,
)
from models.accounts import Account
from models.aliases import Alias
from models.contacts import Contact
from models.goals import PERSON, TEAM, Whose
from models.territories import Territory
from models.text import name_key
from models.users import Actor, Profile
from models.workspaces import Workspace

_YEAR = timedelta(days=sample.YEAR)


def load(session: Session, workspace: Workspace, now: datetime) -> Cast:
    """Fill an empty workspace with `bot.sandbox.sample`, counting days back from `now`."""
    people = _people(session, workspace, now)
    today = people[sample.DANA].today(now)
    year = sample_year.drawn(today)
    places = _accounts(session, workspace, people, year.touches, now)
    met = _contacts(session, workspace, places, year.touches, now)
    rivals = []
    for name, others in sample.COMPETITORS:
        rivals.append(competitors.named(session, workspace.id, name).id)
        _aliases(session, workspace, others, competitor_id=rivals[-1])
    cast = Cast(workspace.id, people, places, met, rivals)
    visits = sample_past.store(session, cast, year, now)
    reckoning.bring_up(session, workspace.id, list(places.values()))
    session.expire_all()  # the due days were reckoned in the database
    sample_deals.store(session, cast, visits, now)
    _goals(session, people, now)
    subscriptions.subscribe(
        session, people[sample.KAREN], sample.FIELD_TEAM, subscriptions.EVERYONE, now
    )
    return cast


def go_on(session: Session, cast: Cast, filled: datetime, now: datetime, then: datetime) -> None:
    """The clock is about to be wound: what the others do meanwhile, so that Monday's digest is
    of a team at work. Whoever sits at the page does their own part."""
    days = [cast.people[sample.DANA].today(moment) for moment in (filled, now, then)]
    year = sample_year.ahead(*days)
    sample_past.store(session, cast, year, then, name=f"sample-{days[1]}")
    met = [one for touch in year.touches for one in cast.met[touch.account.name]]
    touches.recount_people(session, cast.workspace_id, met)
    for name in sorted({touch.account.name for touch in year.touches}):
        capture.recount(session, cast.workspace_id, cast.places[name])


def _people(session: Session, workspace: Workspace, now: datetime) -> dict[str, Actor]:
    patches = {
        name: Territory(workspace_id=workspace.id, name=name, name_key=name_key(name))
        for name in dict.fromkeys(territory for _, territory in sample.TOWNS.values())
    }
    session.add_all(patches.values())
    rows = {}
    for person in sample.PEOPLE:
        profile = Profile(name=person.name, zone=person.zone, email=person.email)
        rows[person.slack_id] = users.enrol(
            session,
            workspace.id,
            person.slack_id,
            zone=workspace.zone,
            now=now - _YEAR,
            profile=profile,
        )
    for person in sample.PEOPLE:
        user = rows[person.slack_id]
        user.role = person.role
        if person.territory:
            user.territory_id = patches[person.territory].id
        if person.manager:
            users.put_under(session, user, rows[person.manager])
        # Today's list is not sent late: the first comes on the next work day.
        users.reschedule(user, now, done=slots.local_day(now, user.zone))
    return {
        slack_id: Actor(workspace.id, user.id, slack_id, user.role, user.zone)
        for slack_id, user in rows.items()
    }


def _accounts(
    session: Session,
    workspace: Workspace,
    people: Mapping[str, Actor],
    touches: Sequence[Touched],
    now: datetime,
) -> dict[str, int]:
    """The ids of the accounts, by name."""
    last = {touch.account.name: touch.on for touch in touches if touch.counts}
    maker = people[sample.KAREN].user_id
    version = workspaces.next_names_version(session, workspace.id)
    rows = []
    for number, told in enumerate(sample.ACCOUNTS, start=1):
        state, territory = sample.TOWNS[told.city]
        since = now - timedelta(days=told.since)
        owner = people.get(told.owner)
        rows.append(
            Account(
                workspace_id=workspace.id,
                external_id=f"S-{number:02}",
                name=told.name,
                name_key=name_key(told.name),
                type=name_key(told.type),
                tier=told.tier,
                city=told.city,
                state=state,
                territory=territory,
                owner_id=owner.user_id if owner else None,
                owned_since=owner.today(since) if owner else None,
                last_touch_on=last.get(told.name),
                names_version=version,
                created_by_id=owner.user_id if owner else maker,
                created_at=since,
            )
        )
    session.add_all(rows)
    session.flush()
    found = {row.name: row.id for row in rows}
    for told in sample.ACCOUNTS:
        if told.aliases:
            _aliases(session, workspace, told.aliases, account_id=found[told.name])
    return found


def _contacts(
    session: Session,
    workspace: Workspace,
    places: Mapping[str, int],
    touches: Iterable[Touched],
    now: datetime,
) -> dict[str, list[int]]:
    """The ids of the people at each account, by its name."""
    staff: dict[str, Sequence[SampleContact]] = {
        told.name: sample.CONTACTS.get(told.name)
        or sample_words.staff(told.type, told.tier, number)
        for number, told in enumerate(sample.ACCOUNTS)
    }
    last = {
        (touch.account.name, seat % len(staff[touch.account.name])): touch.on
        for touch in touches
        if touch.counts
        for seat in touch.met
    }
    version = workspaces.next_names_version(session, workspace.id)
    rows = {
        told.name: [
            Contact(
                workspace_id=workspace.id,
                account_id=places[told.name],
                name=person.name,
                name_key=name_key(person.name),
                credentials=person.credentials,
                title=person.title,
                role=name_key(person.role),
                email=f"{person.name.lower().replace(' ', '.')}@example.com",
                last_touch_on=last.get((told.name, seat)),
                names_version=version,
                created_at=now - timedelta(days=told.since),
            )
            for seat, person in enumerate(staff[told.name])
        ]
        for told in sample.ACCOUNTS
    }
    session.add_all(one for there in rows.values() for one in there)
    session.flush()
    return {name: [one.id for one in there] for name, there in rows.items()}


def _aliases(
    session: Session,
    workspace: Workspace,
    texts: tuple[str, ...],
    *,
    account_id: int | None = None,
    competitor_id: int | None = None,
) -> None:
    version = workspaces.next_names_version(session, workspace.id)
    session.add_all(
        Alias(
            workspace_id=workspace.id,
            account_id=account_id,
            competitor_id=competitor_id,
            text=text,
            names_version=version,
        )
        for text in aliases.cleaned(texts)
    )


def _goals(session: Session, people: Mapping[str, Actor], now: datetime) -> None:
    """As they were set a year ago: a goal comes again each period."""
    for told in sample.GOALS:
        person = people[told.person]
        goals.put(
            session,
            person.workspace_id,
            Whose(TEAM if told.team else PERSON, person.user_id),
            told.kind,
            told.period,
            told.target,
            by_id=person.user_id,
            today=person.today(now - _YEAR),
            now=now - _YEAR,
        )
