"""Taking a visit's words out for good. What stays is the tombstone: day, type, account, rep.

What was said is nowhere but in `touch.note`, `follow_up.text`, drafts, and the name and next step
of a deal that came from the visit: audit rows and deliveries hold ids. The receipts and the rep's
Home are shown anew, so the words leave Slack too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models import (
    accounts,
    audit,
    contacts,
    deal_words,
    deliveries,
    drafts,
    home,
    lists,
    merges,
    permissions,
    requests,
    users,
)
from models.accounts import Snooze
from models.aliases import Alias
from models.drafts import Draft
from models.errors import NoSuchTouch, Purged
from models.follow_ups import FollowUp
from models.phi import Clean
from models.pointers import pointers_to
from models.text import name_key
from models.touches import Touch, TouchContact
from models.users import Actor, User

MOST = 50
"""As many visits of one account and day are offered to choose from."""

_GOES_ALONG = ("alias", "snooze")
_OF_THE_TOUCH = {"touch": "id", "touch_contact": "touch_id", "follow_up": "touch_id"}
"""Tables whose rows, if they are this touch's, are no other use of a person or an account."""


@dataclass(frozen=True)
class Found:
    """A visit as an admin is shown it: none of its words."""

    touch_id: int
    type: str
    account: str | None
    occurred_on: date
    rep: str
    made_people: int
    made_account: bool
    redacted: bool


@dataclass(frozen=True)
class Redaction:
    """What was taken out. `receipt`: its message is known and will be shown anew."""

    touch_id: int
    rep: str
    receipt: bool
    people: int
    account: bool
    drafts: int


def must_be_whole(touch: Touch) -> None:
    """Nobody writes words into a purged visit again. Raises Purged."""
    if touch.redacted_at is not None:
        raise Purged


def by_reference(session: Session, actor: Actor, touch_id: int) -> Found:
    """The visit of this number. Raises NotAllowed, NoSuchTouch."""
    permissions.must_purge(actor)
    return _found(session, actor, [_touch(session, actor, touch_id)])[0]


def search(
    session: Session, actor: Actor, account_id: int, day: date, user_id: int | None = None
) -> Sequence[Found]:
    """The visits to the account on that day, by anybody or by `user_id`, in their order.

    Raises NotAllowed, NoSuchTouch when there is none.
    """
    permissions.must_purge(actor)
    account_id = merges.survivor(session, actor.workspace_id, merges.ACCOUNT, account_id)
    query = select(Touch).where(
        Touch.workspace_id == actor.workspace_id,
        Touch.account_id == account_id,
        Touch.occurred_on == day,
    )
    if user_id is not None:
        query = query.where(Touch.user_id == user_id)
    rows = session.scalars(query.order_by(Touch.id).limit(MOST)).all()
    if not rows:
        raise NoSuchTouch
    return _found(session, actor, rows)


def people(session: Session, actor: Actor, typed: str, most: int) -> Sequence[tuple[int, str]]:
    """Whoever logs here and whose name holds what is typed, also those who left: id and name."""
    rows = session.execute(
        select(User.id, User.name)
        .where(
            User.workspace_id == actor.workspace_id,
            User.name != "",
            User.name.icontains(typed, autoescape=True),
        )
        .order_by(User.name, User.id)
        .limit(most)
    )
    return [(row.id, row.name) for row in rows]


def redact(
    session: Session,
    actor: Actor,
    touch_id: int,
    *,
    with_people: bool,
    with_account: bool,
    submission: str,
    now: datetime,
) -> Redaction | None:
    """Empty the visit's note, next step and promise and what was said of its deals, and delete the
    drafts of it. None when this form was saved before.

    with_people   the people first entered with it go too, unless something else names them
    with_account  so does the account first entered with it

    Raises NotAllowed, NoSuchTouch.
    """
    permissions.must_purge(actor)
    if not requests.first_time(session, actor.workspace_id, f"purge:{submission}", now):
        return None
    touch = _touch(session, actor, touch_id, hold=True)
    touch.note = Clean("")
    touch.redacted_at = now
    session.execute(
        update(FollowUp)
        .where(FollowUp.workspace_id == actor.workspace_id, FollowUp.touch_id == touch.id)
        .values(text="")
    )
    emptied = deal_words.empty(session, actor.workspace_id, touch.id, submission, now)
    gone_drafts = _drop_drafts(session, touch)
    gone_people = _drop_people(session, touch) if with_people else []
    gone_account = _drop_account(session, touch) if with_account else None
    sent = deliveries.about(session, actor.workspace_id, deliveries.RECEIPT, touch.id)
    if sent is not None:
        key = f"receipt:{touch.id}:purge:{submission}"[:120]
        deliveries.owe_change(session, actor.workspace_id, sent, key=key, now=now)
    rep = users.get(session, actor.workspace_id, touch.user_id)
    if rep.slack_id:
        theirs = Actor(rep.workspace_id, rep.id, rep.slack_id, rep.role, rep.zone)
        home.owe_refresh(session, theirs, key=f"purge:{submission}", now=now)
    audit.note(
        session,
        actor.workspace_id,
        actor.user_id,
        "touch.purge",
        "touch",
        touch.id,
        now=now,
        facts={
            "drafts": gone_drafts,
            "people": gone_people,
            "account": gone_account,
            "deals": emptied,
        },
    )
    return Redaction(
        touch_id=touch.id,
        rep=rep.name,
        receipt=sent is not None,
        people=len(gone_people),
        account=gone_account is not None,
        drafts=gone_drafts,
    )


def _touch(session: Session, actor: Actor, touch_id: int, *, hold: bool = False) -> Touch:
    query = select(Touch).where(Touch.workspace_id == actor.workspace_id, Touch.id == touch_id)
    if hold:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NoSuchTouch
    return found


def _found(session: Session, actor: Actor, rows: Sequence[Touch]) -> list[Found]:
    workspace_id = actor.workspace_id
    types = lists.entries(session, workspace_id, lists.TOUCH_TYPE)[lists.TOUCH_TYPE]
    labels = {entry.key: entry.label for entry in types}
    reps = users.names(session, workspace_id, (touch.user_id for touch in rows))
    ids = {touch.account_id for touch in rows if touch.account_id is not None}
    places = accounts.names(session, workspace_id, ids)
    return [
        Found(
            touch_id=touch.id,
            type=labels.get(touch.type, touch.type),
            account=places.get(touch.account_id) if touch.account_id is not None else None,
            occurred_on=touch.occurred_on,
            rep=reps[touch.user_id],
            made_people=len(_made_people(session, touch)),
            made_account=touch.made_account,
            redacted=touch.redacted_at is not None,
        )
        for touch in rows
    ]


def _made_people(session: Session, touch: Touch) -> Sequence[int]:
    return session.scalars(
        select(TouchContact.contact_id)
        .where(
            TouchContact.workspace_id == touch.workspace_id,
            TouchContact.touch_id == touch.id,
            TouchContact.made,
        )
        .order_by(TouchContact.id)
    ).all()


def _drop_drafts(session: Session, touch: Touch) -> int:
    """Delete what the person kept unsaved of this visit; how many."""
    names = _names_of(session, touch)
    gone = [
        draft.id
        for draft in session.scalars(
            select(Draft).where(
                Draft.workspace_id == touch.workspace_id, Draft.user_id == touch.user_id
            )
        )
        if draft.key == drafts.form_key(touch.submission)
        or (
            draft.state.get("day") == touch.occurred_on.isoformat()
            and _account_in(session, draft) in names
        )
    ]
    session.execute(
        delete(Draft).where(Draft.workspace_id == touch.workspace_id, Draft.id.in_(gone))
    )
    return len(gone)


def _names_of(session: Session, touch: Touch) -> set[int | str | None]:
    """How a draft may name the touch's account: by its id, or as something new."""
    account_id = touch.account_id
    if account_id is None:
        return {None}
    names = accounts.names(session, touch.workspace_id, {account_id})
    return {account_id, *map(name_key, names.values())}


def _account_in(session: Session, draft: Draft) -> int | str | None:
    """The account a draft names: the id of what stands for it now, or a new name's key."""
    kind, _, rest = str((draft.state.get("account") or [""])[0]).partition(":")
    if kind == "n":
        return name_key(rest)
    if not rest.isdecimal():
        return None
    return merges.survivor(session, draft.workspace_id, merges.ACCOUNT, int(rest))


def _drop_people(session: Session, touch: Touch) -> list[int]:
    """Delete those first entered with the touch whom nothing else names; their ids."""
    made = _made_people(session, touch)
    gone = [one for one in made if not _used(session, touch, merges.CONTACT, one)]
    workspace_id = touch.workspace_id
    for table in (TouchContact, Alias):
        session.execute(
            delete(table).where(table.workspace_id == workspace_id, table.contact_id.in_(gone))
        )
    homes = []
    for contact in contacts.get_all(session, workspace_id, gone):
        homes.append(contact.account_id)
        contacts.remove(session, contact)
    session.flush()
    accounts.reckon_where(session, workspace_id, homes)
    return gone


def _drop_account(session: Session, touch: Touch) -> int | None:
    """Delete the account first entered with the touch unless something else names it; its id."""
    account_id, workspace_id = touch.account_id, touch.workspace_id
    if not touch.made_account or account_id is None:
        return None
    if _used(session, touch, merges.ACCOUNT, account_id):
        return None
    account = accounts.hold(session, workspace_id, account_id)
    touch.account_id, touch.made_account, touch.made_owner = None, False, False
    session.flush()
    session.execute(
        update(FollowUp)
        .where(FollowUp.workspace_id == workspace_id, FollowUp.touch_id == touch.id)
        .values(account_id=None)
    )
    for table in (Alias, Snooze):
        session.execute(
            delete(table).where(table.workspace_id == workspace_id, table.account_id == account_id)
        )
    accounts.remove(session, account)
    session.flush()
    return account_id


def _used(session: Session, touch: Touch, entity: str, row_id: int) -> bool:
    """Whether anything but this touch names the contact or account."""
    if merges.any_of(session, touch.workspace_id, entity, row_id):
        return True
    for pointer in pointers_to(entity):
        if pointer.table.name in _GOES_ALONG:
            continue
        query = select(pointer.table.c.id).where(
            pointer.table.c.workspace_id == touch.workspace_id, pointer.column == row_id
        )
        own = _OF_THE_TOUCH.get(pointer.table.name)
        if own is not None:
            query = query.where(pointer.table.c[own].is_distinct_from(touch.id))
        if session.scalar(query.limit(1)) is not None:
            return True
    return False
