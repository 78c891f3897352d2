"""Owners and types that a file names, as rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import lists, users
from models.exchange.accounts import is_slack_id
from models.imports.report import Report
from models.imports.writing import found
from models.text import name_key
from models.users import User
from models.workspaces import Workspace


class Owner(NamedTuple):
    """Whose an account is: somebody known, or an e-mail address for as long as it is nobody's."""

    user_id: int | None
    email: str | None


def owners(
    session: Session, workspace: Workspace, wanted: Iterable[str], now: datetime, report: Report
) -> dict[str, Owner]:
    """Each wanted owner (a Slack id, or an e-mail in lower case), the people made if need be.

    A new person has the workspace's zone until Slack has told us theirs.
    """
    names = list(dict.fromkeys(wanted))
    ids = [name for name in names if is_slack_id(name)]
    emails = [name for name in names if not is_slack_id(name)]
    people = select(User.id, User.slack_id, User.email).where(User.workspace_id == workspace.id)
    by_slack_id = {row.slack_id: row.id for row in found(session, people, User.slack_id, ids)}
    by_email = {
        row.email: row.id
        for row in found(session, people.order_by(User.id.desc()), User.email, emails)
    }
    for slack_id in ids:
        if slack_id not in by_slack_id:
            person = users.enrol(session, workspace.id, slack_id, zone=workspace.zone, now=now)
            by_slack_id[slack_id] = person.id
            report.new_people.append(slack_id)
    of_ids = {slack_id: Owner(by_slack_id[slack_id], None) for slack_id in ids}
    of_emails = {
        email: Owner(by_email[email], None) if email in by_email else Owner(None, email)
        for email in emails
    }
    return of_ids | of_emails


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
