"""The hospitals, clinics, agencies and firms that reps call on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import (
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import cadence, merges, people_due, referrals, workspaces
from models.cadence import PersonDue, PersonPast
from models.contacts import Contact
from models.db import Base, scan, within_workspace
from models.errors import NoSuchAccount
from models.text import name_key
from models.users import Actor, User

_AT_ONCE = 5_000


class Account(Base):
    """A place or firm that may send referrals or buy."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="account_in_workspace"),
        UniqueConstraint("workspace_id", "external_id", name="account_external_id_once"),
        within_workspace("user", "owner_id"),
        within_workspace("user", "created_by_id"),
        within_workspace("user", "declined_by_id"),
        Index("account_due", "workspace_id", "owner_id", "due_on"),
        Index("account_by_name", "workspace_id", "name_key"),
        Index("account_of_email", "workspace_id", "owner_email"),
        Index("account_names_changed", "workspace_id", "names_version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    external_id: Mapped[str | None] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120))
    type: Mapped[str | None] = mapped_column(String(60))  # key of the list account_type
    tier: Mapped[str] = mapped_column(String(8), default="unrated")
    status: Mapped[str] = mapped_column(String(20), default="active")
    owner_id: Mapped[int | None]
    owner_email: Mapped[str | None] = mapped_column(String(254))  # until that person turns up
    owned_since: Mapped[date | None]
    declined_by_id: Mapped[int | None]  # who last said "Not mine"; a touch does not give it back
    address: Mapped[str] = mapped_column(String(200), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[str] = mapped_column(String(40), default="")
    zip: Mapped[str] = mapped_column(String(12), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    territory: Mapped[str] = mapped_column(String(120), default="")
    last_touch_on: Mapped[date | None]  # of the last qualifying touch, anybody's
    due_on: Mapped[date | None]  # the last day in cadence; None without an owner
    names_version: Mapped[int]
    created_by_id: Mapped[int | None]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


@dataclass(frozen=True)
class NewAccount:
    """An account the rep named that nobody has entered yet."""

    name: str


def get(session: Session, workspace_id: int, account_id: int) -> Account:
    """The account's row; that of the one it was merged into, when it was.

    Raises NoSuchAccount, also for one of another workspace.
    """
    return _living(session, workspace_id, account_id, _GET)


def hold(session: Session, workspace_id: int, account_id: int) -> Account:
    """Like `get`, and nobody else changes the row until this transaction ends."""
    return _living(session, workspace_id, account_id, _HOLD)


def _living_ones() -> Select[Account]:
    return select(Account).where(Account.archived_at.is_(None))


def _living(
    session: Session, workspace_id: int, account_id: int, query: Select[Account]
) -> Account:
    found = session.scalar(query, {"workspace": workspace_id, "account": account_id})
    if found is not None:
        return found
    survivor = merges.survivor(session, workspace_id, merges.ACCOUNT, account_id)
    if survivor == account_id:
        raise NoSuchAccount
    return _living(session, workspace_id, survivor, query)


# Built once: they run while a person waits.
_GET = _living_ones().where(
    Account.workspace_id == bindparam("workspace"), Account.id == bindparam("account")
)
_HOLD = _GET.with_for_update().execution_options(populate_existing=True)


def add(session: Session, actor: Actor, new: NewAccount, now: datetime) -> Account:
    """A new account of the actor's, unrated; one of the very same name is returned instead, or
    the one that this name's account was merged into."""
    key = name_key(new.name)
    known = session.scalars(
        select(Account)
        .where(Account.workspace_id == actor.workspace_id, Account.name_key == key)
        .order_by(Account.archived_at.is_not(None), Account.id)
    ).all()
    for account in known:
        if account.archived_at is None:
            return account
        survivor = merges.survivor(session, actor.workspace_id, merges.ACCOUNT, account.id)
        if survivor != account.id:
            return get(session, actor.workspace_id, survivor)
    account = Account(
        workspace_id=actor.workspace_id,
        name=new.name,
        name_key=key,
        tier="unrated",
        owner_id=actor.user_id,
        owned_since=actor.today(now),
        names_version=workspaces.next_names_version(session, actor.workspace_id),
        created_by_id=actor.user_id,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def give(session: Session, account: Account, owner_id: int | None, since: date) -> None:
    """Make somebody the account's owner (or nobody) from the day `since` on."""
    if owner_id == account.owner_id:
        return
    account.owner_id = owner_id
    account.owner_email = None
    # The lookup shows a rep's own accounts first, so it has to hear of this too.
    account.names_version = workspaces.next_names_version(session, account.workspace_id)
    account.owned_since = since if owner_id is not None else None
    reckon(session, account)


def reckon(session: Session, account: Account) -> None:
    """Bring the stored due day up to date with the account's owner, tier and last touch, and with
    when the people there were met."""
    _reckon_all(session, account.workspace_id, [account])


def reckon_where(session: Session, workspace_id: int, which: Select[int] | Collection[int]) -> None:
    """The same for these accounts, where rules are about people: for after people there were met,
    came or went."""
    if not cadence.rules(session, workspace_id).people:
        return
    held = _living_ones().where(Account.workspace_id == workspace_id, Account.id.in_(which))
    query = held.order_by(Account.id).with_for_update()  # one order: no two lock each other up
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    _reckon_all(session, workspace_id, found)


def of_people(workspace_id: int, people: Collection[int]) -> Select[int]:
    """The ids of the accounts where these people are."""
    return select(Contact.account_id).where(
        Contact.workspace_id == workspace_id, Contact.id.in_(people)
    )


def people_to_meet(session: Session, account: Account) -> Sequence[PersonDue]:
    """The people there under a cadence rule, the first due first."""
    rules = cadence.rules(session, account.workspace_id)
    places = {account.id: (account.tier, account.type, account.owned_since)}
    found = people_due.at(session, account.workspace_id, rules, places, which=[account.id])
    return found.get(account.id, [])


def _reckon_all(session: Session, workspace_id: int, changed: Sequence[Account]) -> None:
    rules = cadence.rules(session, workspace_id)
    places = {one.id: (one.tier, one.type, one.owned_since) for one in changed}
    people = people_due.at(session, workspace_id, rules, places, which=list(places))
    for one in changed:
        longest = rules.of_account(one.tier, one.type).max_days
        own = cadence.due_on(one.last_touch_on, one.owned_since, longest)
        if own is not None:
            own = min([own, *(due.due_on for due in people.get(one.id, ()))])
        one.due_on = own


def give_many(
    session: Session,
    workspace_id: int,
    account_ids: Sequence[int],
    *,
    giver_id: int,
    owner_id: int,
    since: date | None,
) -> list[int]:
    """Make somebody the owner, from the day `since` on, of those of the accounts that the giver
    still owns; their ids. Their due days are the caller's to bring up (`reckoning`). One
    statement for each few thousand; rows in memory stay as they were."""
    if not account_ids:
        return []
    version = workspaces.next_names_version(session, workspace_id)
    given: list[int] = []
    for start in range(0, len(account_ids), _AT_ONCE):
        given += session.scalars(
            update(Account)
            .where(
                Account.workspace_id == workspace_id,
                Account.owner_id == giver_id,
                Account.archived_at.is_(None),
                Account.id.in_(account_ids[start : start + _AT_ONCE]),
            )
            .values(owner_id=owner_id, owner_email=None, owned_since=since, names_version=version)
            .returning(Account.id)
            .execution_options(synchronize_session=False)
        )
    return given


def claim_by_email(session: Session, user: User, today: date) -> int:
    """Give the person the accounts whose owner was only known by their e-mail; how many."""
    if not user.email:
        return 0
    waiting = session.scalars(
        select(Account).where(
            Account.workspace_id == user.workspace_id, Account.owner_email == user.email
        )
    ).all()
    for account in waiting:
        account.owner_id, account.owner_email = user.id, None
        account.owned_since = account.owned_since or today
    if waiting:
        _reckon_all(session, user.workspace_id, waiting)
    return len(waiting)


def names(session: Session, workspace_id: int, ids: set[int]) -> dict[int, str]:
    """Names by id, for showing."""
    rows = session.execute(
        select(Account.id, Account.name).where(
            Account.workspace_id == workspace_id, Account.id.in_(ids)
        )
    )
    return {row.id: row.name for row in rows}


def remove(session: Session, account: Account) -> None:
    """Delete an account that nothing points at any more."""
    workspaces.next_names_version(session, account.workspace_id, removed=True)
    session.delete(account)


def overdue(
    session: Session, workspace_id: int, owner_id: int, today: date
) -> list[cadence.Overdue]:
    """The person's own accounts past their cadence, most urgent first.

    One indexed read of what is due, whatever the number of accounts or touches: `due_on` was
    set when the last touch was stored; one of these accounts' referrals; and where rules are about
    people one of the people there. A colleague's touch counts too. An account the person put off
    stays out until the day they chose.
    """
    told = {"workspace": workspace_id, "owner": owner_id, "today": today}
    rows = scan(session, _OVERDUE, told)
    sent = referrals.lately(session, _SENT_BY_OVERDUE, told, today)
    rules = cadence.rules(session, workspace_id)
    longest = cache(lambda tier, type_: rules.of_account(tier, type_).max_days)
    people: dict[int, tuple[PersonPast, ...]] = {}
    if rules.people:
        places = {row.id: (row.tier, row.type, row.owned_since) for row in rows}
        which = _PAST_DUE_IDS.params(told)
        due = people_due.at(session, workspace_id, rules, places, which=which)
        people = {
            account_id: tuple(one.by(today) for one in there if one.due_on < today)
            for account_id, there in due.items()
        }
    none = (0, 0)
    return cadence.ranked(
        [
            cadence.Overdue(
                account_id,
                name,
                tier,
                city,
                last_on,
                due_on,
                (today - (last_on or owned_since)).days,
                longest(tier, type_),
                *sent.get(account_id, none),
                people.get(account_id, ()),
            )
            for account_id, name, tier, type_, city, last_on, due_on, owned_since in rows
        ]
    )


class Snooze(Base):
    """An account somebody asked not to be reminded of until a day. Adherence does not change."""

    __tablename__ = "snooze"
    __table_args__ = (
        UniqueConstraint("workspace_id", "user_id", "account_id", name="snooze_once"),
        within_workspace("user", "user_id"),
        within_workspace("account", "account_id"),
        Index("snooze_of_account", "workspace_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    user_id: Mapped[int]
    account_id: Mapped[int]
    hidden_until: Mapped[date]
    reason: Mapped[str | None] = mapped_column(String(60))  # key of the list skip_reason
    asked_at: Mapped[datetime]


# Built once: they run for every message of a morning.
_PAST_DUE = (
    Account.workspace_id == bindparam("workspace"),
    Account.owner_id == bindparam("owner"),
    Account.due_on < bindparam("today"),
    Account.archived_at.is_(None),
    *(Account.status != exempt for exempt in cadence.EXEMPT),
)
_PAST_DUE_IDS = select(Account.id).where(*_PAST_DUE)
_SENT_BY_OVERDUE = referrals.late_ones(_PAST_DUE_IDS)
_OVERDUE = (
    select(
        Account.id,
        Account.name,
        Account.tier,
        Account.type,
        Account.city,
        Account.last_touch_on,
        Account.due_on,
        Account.owned_since,
    )
    .outerjoin(
        Snooze,
        and_(
            Snooze.workspace_id == Account.workspace_id,
            Snooze.account_id == Account.id,
            Snooze.user_id == bindparam("owner"),
        ),
    )
    .where(
        *_PAST_DUE,
        or_(Snooze.hidden_until.is_(None), Snooze.hidden_until <= bindparam("today")),
    )
)


def snooze(
    session: Session,
    actor: Actor,
    account_id: int,
    until: date,
    *,
    reason: str | None,
    now: datetime,
) -> Account:
    """Hide the account from the actor's reminders until the day `until`. Raises NoSuchAccount."""
    account = get(session, actor.workspace_id, account_id)
    row = session.scalar(
        select(Snooze).where(
            Snooze.workspace_id == actor.workspace_id,
            Snooze.user_id == actor.user_id,
            Snooze.account_id == account.id,
        )
    )
    if row is None:
        row = Snooze(workspace_id=actor.workspace_id, user_id=actor.user_id, account_id=account.id)
        session.add(row)
    row.hidden_until, row.reason, row.asked_at = until, reason, now
    return account


def wake(session: Session, actor: Actor, account_id: int) -> None:
    """Take a snooze back."""
    account_id = merges.survivor(session, actor.workspace_id, merges.ACCOUNT, account_id)
    row = session.scalar(
        select(Snooze).where(
            Snooze.workspace_id == actor.workspace_id,
            Snooze.user_id == actor.user_id,
            Snooze.account_id == account_id,
        )
    )
    if row is not None:
        session.delete(row)
