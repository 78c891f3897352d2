"""The people whom a cadence rule says to meet: when each is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models import cadence, lists
from models.cadence import PersonDue, Rules
from models.contacts import Contact
from models.lists import Choice
from models.touches import Touch, TouchContact

ACTIVE = "active"
"""The status of people who are still there; nobody else need be met."""

Place = tuple[str, str | None, date | None]
"""An account's tier, its type, and since when it has its present owner."""


def at(
    session: Session,
    workspace_id: int,
    rules: Rules,
    places: Mapping[int, Place],
    *,
    which: Select[int] | Collection[int],
    by: date | None = None,
) -> dict[int, list[PersonDue]]:
    """By account, the people there under a rule, the first due first. No read without such rules,
    else one.

    places  what is known of the accounts, by id; those without an owner need nobody to be met.
    which   their ids, or a selection of them.
    by      as of that day: what was logged for later ones does not count.
    """
    found: dict[int, list[PersonDue]] = {}
    if not rules.people:
        return found
    role, buying = aliased(Choice), aliased(Choice)
    rows = session.execute(
        select(
            Contact.account_id,
            Contact.name,
            Contact.role,
            Contact.buying_role,
            (_MET if by is None else met_by(by)).label("met_on"),
            Contact.created_at,
            role.label.label("role_label"),
            buying.label.label("buying_label"),
        )
        .outerjoin(role, _labels(role, lists.CONTACT_ROLE, Contact.role))
        .outerjoin(buying, _labels(buying, lists.BUYING_ROLE, Contact.buying_role))
        .where(
            Contact.workspace_id == workspace_id,
            Contact.account_id.in_(which),
            Contact.archived_at.is_(None),
            Contact.status == ACTIVE,
        )
    )
    for one in rows:
        tier, account_type, owned_since = places.get(one.account_id, ("", None, None))
        rule = rules.of_person(tier, account_type, one.role, one.buying_role)
        if rule is None or owned_since is None:
            continue
        label = one.role_label if rule.scope.contact_role else one.buying_label
        known_since = one.created_at.astimezone(UTC).date()
        since = cadence.since(one.met_on, owned_since, known_since)
        due = PersonDue(one.name, label or rule.scope.contact_role, since, rule)
        found.setdefault(one.account_id, []).append(due)
    for people in found.values():
        people.sort(key=lambda due: (due.due_on, due.name))
    return found


def met_by(day: date) -> ColumnElement[Any]:
    """When somebody was last met as of a day that may be over."""
    touches = (
        select(func.max(Touch.occurred_on))
        .join(
            TouchContact,
            and_(
                TouchContact.workspace_id == Touch.workspace_id,
                TouchContact.touch_id == Touch.id,
            ),
        )
        .where(
            TouchContact.workspace_id == Contact.workspace_id,
            TouchContact.contact_id == Contact.id,
            Touch.occurred_on <= day,
            Touch.qualifying,
        )
        .correlate(Contact)
    )
    return by_then(_MET, touches, day)


def by_then(last: ColumnElement[Any], touches: Select[Any], day: date) -> ColumnElement[Any]:
    """The last touch as of a day: as stored, or when that is later the last of `touches`."""
    return case((last <= day, last), else_=touches.scalar_subquery())


_MET = Contact.last_touch_on.expression


def _labels(
    choice: type[Choice], list_name: str, key: InstrumentedAttribute[str | None]
) -> ColumnElement[bool]:
    return and_(
        choice.workspace_id == Contact.workspace_id, choice.list == list_name, choice.key == key
    )
