"""A rep's words, typed or heard, into what a visit form holds."""

from __future__ import annotations

from datetime import datetime

import structlog

from handlers.reading import line as reading_line
from handlers.reading.line import Draft
from handlers.views import touches as views
from handlers.views.fields import Choice
from handlers.views.touches import VisitForm
from models import aliases, touches
from models.db import Session
from models.errors import TooLong
from models.lookup import Lookups
from models.users import Actor

log = structlog.get_logger(__name__)


def read(
    session: Session, actor: Actor, lookups: Lookups, text: str, *, now: datetime, source: str
) -> VisitForm:
    """The form for a line that was said at `now`; with the words as typed when reading fails.

    Raises TooLong over 3,000 characters.
    """
    if len(text) > views.LONGEST_NOTE:
        raise TooLong(views.LONGEST_NOTE, len(text))
    if not text.strip():
        return blank(actor, now, source)
    try:
        draft = reading_line.draft(
            text,
            now=now,
            zone=actor.zone,
            index=lookups.get(session, actor.workspace_id),
            user_id=actor.user_id,
            own=aliases.own(session, actor),
            recent=touches.recent_accounts(session, actor),
        )
    except Exception as fault:  # whatever it is, the rep's words matter more
        log.error("line.unread", exc_info=fault)
        return VisitForm(type="visit", day=actor.today(now), note=text, source=source)
    return _from_draft(draft, source)


def blank(actor: Actor, now: datetime, source: str) -> VisitForm:
    """An empty form of today."""
    return VisitForm(type="visit", day=actor.today(now), source=source)


def _from_draft(draft: Draft, source: str) -> VisitForm:
    """The form for what was read in a line: a doubtful account is offered, never chosen."""
    account: Choice | None = None
    fits: tuple[Choice, ...] = ()
    if draft.account is not None:
        found = draft.account
        account = views.account_choice(found.id, found.name, found.city, found.state)
    else:
        fits = tuple(
            views.account_choice(one.id, one.name, one.city, one.state) for one in draft.candidates
        )
        if draft.new_account_name:
            fits = (*fits[:3], views.new_account(draft.new_account_name))
    competitor = None
    if draft.competitor is not None:
        competitor = views.competitor_choice(draft.competitor.id, draft.competitor.name)
    elif draft.competitor_name:
        competitor = views.new_competitor(draft.competitor_name)
    met = [views.contact_choice(one.id, one.name, one.title) for one in draft.contacts]
    met += [views.new_contact(name) for name in draft.new_contacts]
    told_more = (draft.time, competitor, draft.promise, draft.promise_on, draft.headcount)
    return VisitForm(
        type=draft.type,
        day=draft.occurred_on,
        account=account,
        met=tuple(met),
        referrals="" if draft.referrals is None else str(draft.referrals),
        note=draft.notes,
        next_step=(draft.next_step or "")[: views.LONGEST_STEP],
        follow_up=draft.follow_up_on,
        more=any(told_more),
        time=draft.time,
        competitor=competitor,
        promise=(draft.promise or "")[: views.LONGEST_STEP],
        promise_on=draft.promise_on,
        headcount="" if draft.headcount is None else str(draft.headcount),
        fits=fits,
        source=source,
        read=views.read_as(draft.understood),
        heard=(draft.account_words or "")[:120],
        guess=draft.account.id if draft.account else None,
    )
