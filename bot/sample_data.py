"""Stores the sandbox's sample data through the models, as if its people had worked for weeks."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.sandbox import sample
from models import (
    accounts,
    aliases,
    capture,
    competitors,
    contacts,
    deals,
    lists,
    phi,
    referral_moves,
    referrals,
    stages,
    users,
    workspaces,
)
from models.accounts import NewAccount
from models.aliases import Alias
from models.capture import Visit
from models.contacts import NewContact
from models.text import name_key
from models.users import Actor, Profile
from models.workspaces import Workspace

_OWNED_FOR = timedelta(days=90)


def load(session: Session, workspace: Workspace, now: datetime) -> None:
    """Fill an empty workspace with `bot.sandbox.sample`, counting days back from `now`."""
    people = _people(session, workspace, now)
    keys = _accounts(session, workspace, people, now)
    met = _contacts(session, people, keys, now)
    for name, others in sample.COMPETITORS:
        rival = competitors.named(session, workspace.id, name)
        _aliases(session, workspace, others, competitor_id=rival.id)
    for number, touch in enumerate(sample.TOUCHES):
        _touch(session, people[touch.by], touch, keys, met, number, now)
    for number, told in enumerate(sample.REFERRALS):
        _referral(session, people[told.by], told, keys, met, number, now)
    for number, deal in enumerate(sample.DEALS):
        _deal(session, people[deal.by], deal, keys, number, now)
    referrals.alert_nobody(session, workspace.id)


def _people(session: Session, workspace: Workspace, now: datetime) -> dict[str, Actor]:
    rows = {}
    for person in sample.PEOPLE:
        profile = Profile(name=person.name, zone=person.zone, email=person.email)
        rows[person.slack_id] = users.enrol(
            session,
            workspace.id,
            person.slack_id,
            zone=workspace.zone,
            now=now - _OWNED_FOR,
            profile=profile,
        )
    for person in sample.PEOPLE:
        user = rows[person.slack_id]
        user.role = person.role
        if person.manager:
            users.put_under(session, user, rows[person.manager])
        users.reschedule(user, now)
    return {
        slack_id: Actor(workspace.id, user.id, slack_id, user.role, user.zone)
        for slack_id, user in rows.items()
    }


def _accounts(
    session: Session, workspace: Workspace, people: dict[str, Actor], now: datetime
) -> dict[str, int]:
    keys = {}
    nobody = next(iter(people.values()))
    for told in sample.ACCOUNTS:
        account = accounts.add(session, people.get(told.owner, nobody), NewAccount(told.name), now)
        account.external_id = told.external_id
        account.type = lists.add(session, workspace.id, lists.ACCOUNT_TYPE, told.type).key
        account.tier, account.city, account.state = told.tier, told.city, told.state
        if told.owner:
            account.owned_since = (now - _OWNED_FOR).date()
        else:
            accounts.give(session, account, None, now.date())
        accounts.reckon(session, account)
        _aliases(session, workspace, told.aliases, account_id=account.id)
        keys[told.external_id] = account.id
    return keys


def _contacts(
    session: Session, people: dict[str, Actor], keys: dict[str, int], now: datetime
) -> dict[tuple[str, str], int]:
    met = {}
    actor = next(iter(people.values()))
    for told in sample.CONTACTS:
        new = NewContact(told.name)
        contact, _ = contacts.add(session, actor, keys[told.account], new, now)
        contact.title, contact.credentials = told.title, told.credentials
        contact.role = name_key(told.role)
        met[told.account, told.name] = contact.id
    return met


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


def _touch(
    session: Session,
    actor: Actor,
    told: sample.SampleTouch,
    keys: dict[str, int],
    met: dict[tuple[str, str], int],
    number: int,
    now: datetime,
) -> None:
    logged = _that_day(actor, told.days_ago, now)
    visit = Visit(
        account=keys[told.account],
        type=told.type.casefold(),
        occurred_on=actor.today(logged),
        met=tuple(met[told.account, name] for name in told.met),
        referrals=told.referrals,
        note=phi.clean(told.note),
        source=capture.IMPORTED,
    )
    capture.store(session, actor, visit, submission=f"sample-{number}", now=logged)


def _referral(
    session: Session,
    actor: Actor,
    told: sample.SampleReferral,
    keys: dict[str, int],
    met: dict[tuple[str, str], int],
    number: int,
    now: datetime,
) -> None:
    logged = _that_day(actor, told.days_ago, now)
    received = referrals.Received(
        account_id=keys[told.account],
        received_on=actor.today(logged),
        count=told.count,
        direction=told.direction,
        contact_id=met[told.account, told.contact] if told.contact else None,
        service_line=name_key(told.service_line),
    )
    for row in referrals.add(
        session, actor, received, submission=f"sample-referral-{number}", now=logged
    ):
        if told.status != row.status:
            reason = told.reason or None
            referral_moves.move(session, actor, row.id, told.status, logged, reason=reason)


def _deal(
    session: Session,
    actor: Actor,
    told: sample.SampleDeal,
    keys: dict[str, int],
    number: int,
    now: datetime,
) -> None:
    places = {
        stage.label: stage.id for stage in stages.of(session, actor.workspace_id, told.pipeline)
    }
    first = deals.first_stage(session, actor.workspace_id, told.pipeline)
    made = deals.create(
        session,
        actor,
        deals.Told(
            account=keys[told.account],
            stage_id=first.id,
            name=told.name,
            amount_cents=told.dollars * 100,
            close_date=actor.today(now) + timedelta(days=told.close_in),
            forecast=told.forecast,
            next_step=told.next_step,
        ),
        submission=f"sample-deal-{number}",
        now=_that_day(actor, told.opened, now),
        receipt=False,
    )
    if made is not None:
        at, reason = _that_day(actor, told.moved, now), told.reason
        deals.move(session, actor, made.id, places[told.stage], at, reason=reason)


def _that_day(actor: Actor, days_ago: int, now: datetime) -> datetime:
    """Four in the afternoon, the rep's time, so many days ago."""
    day = actor.today(now) - timedelta(days=days_ago)
    return datetime.combine(day, time(16), tzinfo=ZoneInfo(actor.zone))
