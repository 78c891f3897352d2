"""A file's people into the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import accounts, audit, holidays, slots, users
from models.exchange.accounts import is_email, is_slack_id
from models.exchange.broken import (
    BadRow,
    InCircle,
    OnlyAdmin,
    OtherPersons,
    SamePerson,
    SeveralFit,
)
from models.exchange.users import UserRow
from models.imports import writing
from models.imports.report import Reject, Report
from models.territories import Territory
from models.text import name_key
from models.users import ADMIN, MANAGER, REP, ZONE_OF_WORKSPACE, User
from models.workspaces import Workspace


@dataclass(eq=False)
class _Person:
    """Somebody stored, or somebody a row or a manager's cell tells of, or both.

    user     their row, once there is one.
    row      the line about them, if any; without one a new person is somebody's manager only.
    told     the columns the file gives them.
    """

    user: User | None = None
    row: UserRow | None = None
    told: dict[str, Any] = field(default_factory=dict)
    manager: _Person | None = None

    @property
    def name(self) -> str:
        return str(self.told.get("name") or (self.user.name if self.user else ""))


def store(
    session: Session,
    workspace: Workspace,
    rows: Sequence[UserRow],
    now: datetime,
    report: Report,
) -> None:
    """Take the rows over: make who is new, change what differs, count in `report`.

    The rows first, then their managers: one who is named only there becomes a person too.
    """
    writing.hold(session, workspace.id)
    everybody = _Everybody(session, workspace.id)
    told = _match(everybody, rows, report)
    told = _with_managers(everybody, told, report)
    territories = _territories(session, workspace.id, told, report)
    for person in everybody.only_managers():
        person.user = _made(session, workspace, {**person.told, "role": MANAGER}, now)
        report.new_people.append(person.name or person.told["email"])
        report.trail.make("user", [person.user.id])
    for person in told:
        _store(session, workspace, person, territories, now, report)
    _report_to(session, workspace.id, told, now, report)


class _Everybody:
    """All people of the workspace, and those the file adds."""

    def __init__(self, session: Session, workspace_id: int) -> None:
        known = session.scalars(
            select(User).where(User.workspace_id == workspace_id).order_by(User.id)
        ).all()
        self.people = [_Person(user) for user in known]
        self._named = {user.id: person for user, person in zip(known, self.people, strict=True)}
        for person in self.people:
            if person.user is not None and person.user.manager_id is not None:
                person.manager = self._named[person.user.manager_id]
        self.admins = sum(user.role == ADMIN and user.active for user in known)
        self._by_slack_id: dict[str, _Person] = {}
        self._by_email: dict[str, _Person] = {}
        self._by_key: dict[str, list[_Person]] = {}
        for person, user in zip(self.people, known, strict=True):
            self.know(person, user.slack_id, user.email, user.name)

    def know(
        self, person: _Person, slack_id: str | None, email: str | None, name: str | None
    ) -> None:
        """The person can be found by these from now on."""
        if slack_id:
            self._by_slack_id[slack_id] = person
        if email:
            self._by_email.setdefault(email, person)
        if name and person not in (fit := self._by_key.setdefault(name_key(name), [])):
            fit.append(person)

    def find(self, row: UserRow) -> _Person | None:
        """The person of this Slack id, else of this e-mail address, else of this name. Raises
        SeveralFit, or OtherPersons.

        A row with an id or an address never takes a person who has another one.
        """
        mailed = self._by_email.get(row.email) if row.email else None
        if row.slack_id in self._by_slack_id:
            found = self._by_slack_id[row.slack_id]
            if mailed not in (None, found):
                raise OtherPersons(str(row.email))
            return found
        if mailed is not None:
            if row.slack_id and _slack_id(mailed):
                raise OtherPersons(str(row.email))
            return mailed
        fit = [
            person
            for person in self._by_key.get(row.key, [])
            if not (row.slack_id and _slack_id(person)) and not (row.email and _email(person))
        ]
        if len(fit) > 1:
            fit = [person for person in fit if person.user is None or person.user.active] or fit
        if len(fit) > 1:
            raise SeveralFit("person", row.name)
        return fit[0] if fit else None

    def manager(self, told: str) -> _Person:
        """Who is meant as a manager; somebody new when nobody is. Raises SeveralFit."""
        if is_slack_id(told):
            found, new = self._by_slack_id.get(told), {"slack_id": told, "name": ""}
        elif is_email(told):
            found, new = self._by_email.get(told), {"email": told, "name": ""}
        else:
            fit = self._by_key.get(name_key(told), [])
            there = [one for one in fit if one.user is None or one.user.active] or fit
            if len(there) > 1:
                raise SeveralFit("person", told)
            found, new = (there[0] if there else None), {"name": told}
        if found is None:
            found = _Person(told=dict(new))
            self.add(found)
        return found

    def add(self, person: _Person) -> None:
        """Somebody new."""
        self.people.append(person)
        told = person.told
        self.know(person, told.get("slack_id"), told.get("email"), told.get("name"))

    def only_managers(self) -> list[_Person]:
        """New people about whom no row is, and to whom somebody reports."""
        needed = {id(person.manager) for person in self.people if person.manager is not None}
        return [
            person
            for person in self.people
            if person.user is None and person.row is None and id(person) in needed
        ]


def _match(everybody: _Everybody, rows: Sequence[UserRow], report: Report) -> list[_Person]:
    """The people the rows are about, each once."""
    told: list[_Person] = []
    for row in rows:
        try:
            person = everybody.find(row)
            if person is not None and person.row is not None:
                raise SamePerson(person.row.line)
            _keep_an_admin(everybody, person, row)
        except BadRow as reason:
            report.rejects.append(Reject(row.line, reason))
            continue
        columns = {"name": row.name, "email": row.email, "slack_id": row.slack_id, "role": row.role}
        known = {name: value for name, value in columns.items() if value is not None}
        if person is None:
            person = _Person(row=row, told=known)
            everybody.add(person)
        else:
            person.row, person.told = row, known
            everybody.know(person, row.slack_id, row.email, row.name)
        told.append(person)
    return told


def _keep_an_admin(everybody: _Everybody, person: _Person | None, row: UserRow) -> None:
    user = person.user if person is not None else None
    if user is None or row.role in (None, ADMIN) or user.role != ADMIN or not user.active:
        return
    if everybody.admins == 1:
        raise OnlyAdmin
    everybody.admins -= 1


def _with_managers(everybody: _Everybody, told: Sequence[_Person], report: Report) -> list[_Person]:
    """The people, each with their manager; rows whose manager cannot be theirs are rejected."""
    kept: list[_Person] = []
    for person in told:
        row = person.row
        if row is None:
            continue
        try:
            if row.manager is not None:
                boss = everybody.manager(row.manager)
                if _is_below(boss, person):
                    raise InCircle
                person.manager = boss
        except BadRow as reason:
            report.rejects.append(Reject(row.line, reason))
            person.row = None
        else:
            kept.append(person)
    return kept


def _is_below(one: _Person | None, other: _Person) -> bool:
    """Whether one is the other, or reports to them at whatever distance."""
    while one is not None:
        if one is other:
            return True
        one = one.manager
    return False


def _territories(
    session: Session, workspace_id: int, told: Sequence[_Person], report: Report
) -> dict[str, int]:
    """The id of each territory by its name's key, new ones made."""
    names = {
        name_key(person.row.territory): person.row.territory
        for person in reversed(told)
        if person.row is not None and person.row.territory
    }
    query = select(Territory.id, Territory.name_key).where(Territory.workspace_id == workspace_id)
    ids = {row.name_key: row.id for row in writing.found(session, query, Territory.name_key, names)}
    for key, name in sorted(names.items()):
        if key not in ids:
            made = Territory(workspace_id=workspace_id, name=name, name_key=key)
            session.add(made)
            session.flush()
            ids[key] = made.id
            report.new_entries.setdefault("territory", []).append(name)
            report.trail.make("territory", [made.id])
    return ids


def _store(
    session: Session,
    workspace: Workspace,
    person: _Person,
    territories: dict[str, int],
    now: datetime,
    report: Report,
) -> None:
    columns = dict(person.told)
    if person.row is not None and person.row.territory:
        columns["territory_id"] = territories[name_key(person.row.territory)]
    user = person.user
    if user is None:
        person.user = user = _made(session, workspace, columns, now)
        report.trail.make("user", [user.id])
        report.new += 1
    else:
        if user.profile_read_at is not None:
            columns.pop("name", None)  # Slack knows better, and would say so again
        before = {name: getattr(user, name) for name in columns}
        differ = {name: value for name, value in columns.items() if before[name] != value}
        _change(session, user, differ, now)
        if differ:
            report.trail.change("user", user.id, before, differ)
        boss = person.manager
        if differ or (boss and (boss.user is None or boss.user.id != user.manager_id)):
            report.changed += 1
        else:
            report.unchanged += 1
    if user.email and "email" in columns:
        accounts.claim_by_email(session, user, slots.local_day(now, user.zone))


def _change(session: Session, user: User, differ: dict[str, Any], now: datetime) -> None:
    was = user.role
    for name, value in differ.items():
        setattr(user, name, value)
    if "role" in differ:
        facts = {"role": user.role, "was": was}
        audit.note(
            session, user.workspace_id, None, "role_given", "user", user.id, now=now, facts=facts
        )
    if "slack_id" in differ:
        users.reschedule(user, now)


def _made(session: Session, workspace: Workspace, columns: dict[str, Any], now: datetime) -> User:
    """A new person in the workspace's zone; one without a Slack id is sent nothing."""
    user = User(
        workspace_id=workspace.id,
        zone=workspace.zone,
        zone_source=ZONE_OF_WORKSPACE,
        enrolled_on=slots.local_day(now, workspace.zone),
        created_at=now,
        reminders_on=True,
        active=True,
        work_days=slots.WEEKDAYS,
        **{"role": REP, "name": "", **columns},
    )
    session.add(user)
    session.flush()
    if user.slack_id:
        users.reschedule(user, now, days_off=holidays.of(session, workspace.id, now))
    if user.role != REP:
        facts = {"role": user.role, "was": REP}
        audit.note(session, workspace.id, None, "role_given", "user", user.id, now=now, facts=facts)
    return user


def _report_to(
    session: Session, workspace_id: int, told: Sequence[_Person], now: datetime, report: Report
) -> None:
    new = set(report.trail.made.get("user", ()))
    for person in told:
        user, boss = person.user, person.manager.user if person.manager else None
        if user is None or boss is None or user.manager_id == boss.id:
            continue
        facts = {"manager": boss.id, "was": user.manager_id}
        if user.id not in new:
            was = {"manager_id": user.manager_id}
            report.trail.change("user", user.id, was, {"manager_id": boss.id})
        user.manager_id = boss.id
        audit.note(
            session, workspace_id, None, "manager_changed", "user", user.id, now=now, facts=facts
        )
    session.flush()


def _slack_id(person: _Person) -> str | None:
    return person.told.get("slack_id") or (person.user.slack_id if person.user else None)


def _email(person: _Person) -> str | None:
    return person.told.get("email") or (person.user.email if person.user else None)
