"""Owners and types that a file names, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import lists, users
from models.exchange.accounts import is_email, is_slack_id
from models.exchange.broken import BadRow, NobodyKnown, SeveralFit
from models.imports.report import Reject, Report
from models.imports.writing import found
from models.text import name_key
from models.users import User
from models.workspaces import Workspace

_Row = TypeVar("_Row", bound=Any)


class Owner(NamedTuple):
    """Whose an account is: somebody known, or an e-mail address for as long as it is nobody's."""

    user_id: int | None
    email: str | None


def is_name(value: str) -> bool:
    """Whether this says who by their name."""
    return not is_slack_id(value) and not is_email(value)


def with_known_owners(
    session: Session,
    workspace: Workspace,
    rows: Sequence[_Row],
    report: Report,
    *,
    emails_wait: bool = False,
) -> Sequence[_Row]:
    """The rows less those whose `owner` is a name of nobody or of several people; they are
    rejected.

    emails_wait  an e-mail address of nobody known is no reason to reject a row.
    """
    asked = {row.owner for row in rows if row.owner and not is_slack_id(row.owner)}
    asked = {one for one in asked if is_name(one) or not emails_wait}
    wrong: dict[str, BadRow] = {}
    named = _by_name(session, workspace.id, filter(is_name, asked))
    known = _by_email(session, workspace.id, (one for one in asked if not is_name(one)))
    for one in asked:
        fit = named.get(one, []) if is_name(one) else [known[one]] if one in known else []
        if not fit:
            wrong[one] = NobodyKnown("owner", one)
        elif len(fit) > 1:
            wrong[one] = SeveralFit("person", one)
    if not wrong:
        return rows
    report.rejects += [Reject(row.line, wrong[row.owner]) for row in rows if row.owner in wrong]
    return [row for row in rows if row.owner not in wrong]


def owners(
    session: Session, workspace: Workspace, wanted: Iterable[str], now: datetime, report: Report
) -> dict[str, Owner]:
    """Each wanted owner (a Slack id, an e-mail in lower case, or a name that fits one person),
    the people made if need be.

    A new person has the workspace's zone until Slack has told us theirs.
    """
    asked = list(dict.fromkeys(wanted))
    ids = [one for one in asked if is_slack_id(one)]
    emails = [one for one in asked if is_email(one)]
    people = select(User.id, User.slack_id).where(User.workspace_id == workspace.id)
    by_slack_id = {row.slack_id: row.id for row in found(session, people, User.slack_id, ids)}
    by_email = _by_email(session, workspace.id, emails)
    for slack_id in ids:
        if slack_id not in by_slack_id:
            person = users.enrol(session, workspace.id, slack_id, zone=workspace.zone, now=now)
            by_slack_id[slack_id] = person.id
            report.new_people.append(slack_id)
            report.trail.make("user", [person.id])
    of_ids = {slack_id: Owner(by_slack_id[slack_id], None) for slack_id in ids}
    of_emails = {
        email: Owner(by_email[email], None) if email in by_email else Owner(None, email)
        for email in emails
    }
    named = _by_name(session, workspace.id, filter(is_name, asked))
    of_names = {name: Owner(fit[0], None) for name, fit in named.items()}
    return of_ids | of_emails | of_names


def entries(
    session: Session, workspace_id: int, list_name: str, labels: Iterable[str], report: Report
) -> dict[str, str]:
    """The key of each label on the list; one that is not on it becomes its last entry."""
    known = {entry.key for entry in lists.entries(session, workspace_id, list_name)[list_name]}
    keys: dict[str, str] = {}
    for label in dict.fromkeys(labels):
        key = name_key(label)[:60]
        if key not in known:
            key = lists.add(session, workspace_id, list_name, label).key
            known.add(key)
            report.new_entries.setdefault(list_name, []).append(label)
        keys[label] = key
    return keys


def _by_email(session: Session, workspace_id: int, emails: Iterable[str]) -> dict[str, int]:
    people = (
        select(User.id, User.email)
        .where(User.workspace_id == workspace_id)
        .order_by(User.id.desc())
    )
    return {row.email: row.id for row in found(session, people, User.email, emails)}


def _by_name(session: Session, workspace_id: int, names: Iterable[str]) -> dict[str, list[int]]:
    """The people each name fits; of namesakes those who are still there, if any are."""
    asked = list(names)
    if not asked:
        return {}
    everybody = session.execute(
        select(User.id, User.name, User.active).where(
            User.workspace_id == workspace_id, User.name != ""
        )
    )
    fit: dict[str, list[tuple[int, bool]]] = {}
    for user_id, name, active in everybody:
        fit.setdefault(name_key(name), []).append((user_id, active))
    told: dict[str, list[int]] = {}
    for name in asked:
        people = fit.get(name_key(name), [])
        if people:
            there = [user_id for user_id, active in people if active]
            told[name] = there or [user_id for user_id, _ in people]
    return told
