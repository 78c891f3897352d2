"""Visits begun and not saved: kept, offered again, stored once whichever way they are saved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import guarding
from handlers.views import cards, fields, kept
from handlers.views import touches as touch_views
from handlers.views.drafts import Unfinished
from handlers.views.fields import Choice, View
from handlers.views.touches import VisitForm
from handlers.views.words import day, hour
from models import acting, aliases, capture, deliveries, drafts, home, lists, requests, touches
from models.capture import Visit
from models.db import Session
from models.deliveries import Owed
from models.drafts import Draft
from models.errors import SavedMeanwhile
from models.users import Actor

_LONGEST_WHAT = 60


def form(
    session: Session, actor: Actor, state: VisitForm, now: datetime, said: str = ""
) -> tuple[View, frozenset[str]]:
    """The form for `state`, with what the patient guard finds in it, and with an older draft to
    take up when it is empty; and the phones and e-mails in it that are known."""
    known = guarding.known_channels(session, actor, state)
    found = guarding.doubts(state, known)
    if found:
        state = guarding.remembered(state, known)
        found = guarding.doubts(state, known)
    offered = None
    if is_blank(state) and state.touch_id is None and state.draft_id is None:
        offered = latest(session, actor, now)
    entries = lists.entries(session, actor.workspace_id, *touch_views.FIELDS_OF_LISTS)
    view = touch_views.form(state, entries, doubts=found, unfinished=offered, said=said)
    return view, known


def keep(
    session: Session,
    actor: Actor,
    state: VisitForm,
    view_id: str,
    known: Collection[str],
    now: datetime,
) -> None:
    """Keep a form as it stands, less the fields in which the patient guard finds something."""
    if state.touch_id is not None:
        return  # what is stored stays as it is until Save
    clean, rules = _clean(state, known)
    if is_blank(clean):
        return
    draft = _of(session, actor, state, view_id)
    if draft is None:
        if touches.by_submission(session, actor.workspace_id, view_id) is None:
            drafts.add_many(session, [_row(actor, clean, rules, view_id, now)])
    elif draft.status == drafts.OPEN:
        draft.state, draft.rules, draft.changed_at = kept.as_row(clean), rules, now


def opened(
    actor: Actor, state: VisitForm, view_id: str, known: Collection[str], now: datetime
) -> dict[str, Any] | None:
    """The row of a form that was just opened; None when there is nothing in it to keep."""
    clean, rules = _clean(state, known)
    return None if is_blank(clean) else _row(actor, clean, rules, view_id, now)


def _clean(state: VisitForm, known: Collection[str]) -> tuple[VisitForm, list[str]]:
    rules = sorted({doubt.rule for doubt in guarding.doubts(state, known)})
    return (guarding.without(state, known, empty=True) if rules else state), rules


def _row(
    actor: Actor, clean: VisitForm, rules: list[str], view_id: str, now: datetime
) -> dict[str, Any]:
    return drafts.row(
        actor,
        drafts.form_key(view_id),
        drafts.FORM,
        now=now,
        said_at=now,
        state=kept.as_row(clean),
        rules=rules,
    )


def hand_back(
    session: Session, actor: Actor, state: VisitForm, view_id: str, now: datetime
) -> None:
    """A card for the form that was closed, or its card anew."""
    draft = _of(session, actor, state, view_id)
    if draft is not None and draft.status == drafts.OPEN:
        show(session, actor, draft, now, why=f"closed:{view_id}")


def show_again(session: Session, actor: Actor, draft: Draft, now: datetime, *, why: str) -> None:
    """Show the draft's card anew, if it has one."""
    if deliveries.by_key(session, actor.workspace_id, f"card:{draft.id}") is not None:
        show(session, actor, draft, now, why=why)


def show(session: Session, actor: Actor, draft: Draft, now: datetime, *, why: str) -> None:
    """Have the draft's card sent, or shown anew; `why` keeps one cause from doing it twice."""
    key = f"card:{draft.id}"
    sent = deliveries.by_key(session, actor.workspace_id, key)
    if sent is not None:
        deliveries.owe_change(session, actor.workspace_id, sent, key=f"{key}:{why}"[:120], now=now)
        return
    owed = Owed(
        key=key,
        kind=deliveries.CARD,
        target=actor.slack_id,
        user_id=actor.user_id,
        subject_id=draft.id,
        not_before=now,
        priority=deliveries.ANSWER_FIRST,
    )
    deliveries.owe(session, actor.workspace_id, owed, now)


def store(
    session: Session, actor: Actor, state: VisitForm, visit: Visit, view_id: str, now: datetime
) -> None:
    """Store a form as a new touch, as the draft it takes up, or over the touch it edits.

    Raises AlreadyLogged, SavedMeanwhile, and as `capture.store` and `capture.amend`.
    """
    if state.touch_id is not None:
        capture.amend(session, actor, state.touch_id, visit, submission=view_id, now=now)
    elif state.draft_id is not None:
        draft = drafts.own(session, actor, state.draft_id)
        # A second tap on Save finds what the first stored; another form's or the card's is news.
        first_tap = requests.first_time(session, actor.workspace_id, f"save:{view_id}", now)
        if draft.status == drafts.SAVED:
            if first_tap:
                raise SavedMeanwhile
            return
        take_up(session, actor, draft, state, visit, now)
    else:
        twin = state.twin is not None
        capture.store(session, actor, visit, submission=view_id, now=now, twin=twin)
        drafts.forget_form(session, actor, view_id)
        _acted(session, actor, state, view_id, now)
    submission = view_id if state.draft_id is None else draft_key(state.draft_id)
    _learn(session, actor, state, visit, submission, now)
    if state.source == touch_views.HOME:
        home.owe_refresh(session, actor, key=view_id, now=now)


def take_up(
    session: Session, actor: Actor, draft: Draft, state: VisitForm, visit: Visit, now: datetime
) -> None:
    """Store a draft; its card, if it has one, becomes the receipt. Nothing of its words stays."""
    capture.store(
        session,
        actor,
        visit,
        submission=draft_key(draft.id),
        now=now,
        twin=state.twin is not None,
        card=deliveries.by_key(session, actor.workspace_id, f"card:{draft.id}"),
    )
    draft.status, draft.state, draft.changed_at = drafts.SAVED, {}, now
    _acted(session, actor, state, draft_key(draft.id), now)


def _acted(
    session: Session, actor: Actor, state: VisitForm, submission: str, now: datetime
) -> None:
    """The message whose button opened the form has been acted on, and lists the account no more."""
    message = acting.own(session, actor, state.delivery_id) if state.delivery_id else None
    if message is not None:
        acting.note(session, message, acting.LOGGED, now)
        key = f"logged:{message.id}:{submission}"[:120]
        deliveries.owe_change(session, actor.workspace_id, message, key=key, now=now)


def draft_key(draft_id: int) -> str:
    """Under what a draft is stored, whichever form or card saves it."""
    return f"draft:{draft_id}"


def chosen(state: VisitForm, account: Choice) -> VisitForm:
    """The form after a tap on an account it offered: no correction, so nothing to learn."""
    kept = Choice(account.value, fields.clip(account.label, 75))
    return replace(state, account=kept, fits=(), near=False, reset=state.reset + 1, guess=kept.id)


def is_blank(state: VisitForm) -> bool:
    """Whether the form holds nothing that would be a pity to lose."""
    return not any(
        (
            state.account,
            state.met,
            state.note.strip(),
            state.referrals,
            state.next_step,
            state.promise,
            state.fits,
        )
    )


def latest(session: Session, actor: Actor, now: datetime) -> Unfinished | None:
    """The draft last left, as it is offered."""
    found = drafts.unfinished(session, actor, now, most=1)
    return offered(found[0], actor, now) if found else None


def offered(draft: Draft, actor: Actor, now: datetime) -> Unfinished:
    """A draft as it is offered: what it is about, and when it was left."""
    state = kept.from_row(draft.state)
    what = cards.account_of(state) or state.note or "a visit"
    left = draft.changed_at.astimezone(ZoneInfo(actor.zone))
    today = actor.today(now)
    when = hour(left.time()) if left.date() == today else day(left.date(), today)
    return Unfinished(draft.id, fields.clip(" ".join(what.split()), _LONGEST_WHAT), when)


def _of(session: Session, actor: Actor, state: VisitForm, view_id: str) -> Draft | None:
    if state.draft_id is not None:
        return drafts.own(session, actor, state.draft_id)
    return drafts.of_form(session, actor, view_id)


def _learn(
    session: Session,
    actor: Actor,
    state: VisitForm,
    visit: Visit,
    submission: str,
    now: datetime,
) -> None:
    """Remember what the rep's words for an account meant, when they were read otherwise; the
    receipt tells of it."""
    account = visit.account
    if not state.heard or not isinstance(account, int) or account == state.guess:
        return
    alias_id = aliases.teach(session, actor, state.heard, account, now)
    touch = touches.by_submission(session, actor.workspace_id, submission)
    if alias_id is None or touch is None:
        return
    receipt = deliveries.about(session, actor.workspace_id, deliveries.RECEIPT, touch.id)
    if receipt is not None:
        receipt.facts = {**receipt.facts, "alias": alias_id}
