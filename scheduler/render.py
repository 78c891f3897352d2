"""What a delivery says, made from the facts of the moment it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers.views import cadence as cadence_views
from handlers.views import cards as card_views
from handlers.views import deals as deal_views
from handlers.views import home as home_views
from handlers.views import kept
from handlers.views import many_accounts as many_views
from handlers.views import merging as merge_views
from handlers.views import pipeline as pipeline_views
from handlers.views import reassigning as reassign_views
from handlers.views import referrals as referral_views
from handlers.views import touches as touch_views
from handlers.views.cards import Card
from handlers.views.fields import Block
from models import (
    aliases,
    cadence_rules,
    deal_receipts,
    deliveries,
    drafts,
    home,
    lists,
    merging,
    phi,
    reassigning,
    receipts,
    retiering,
    slots,
    users,
)
from models.db import Session
from models.deliveries import Delivery
from scheduler import digests, nudges, pictures, referral_alerts, reminders, reports, silences


@dataclass(frozen=True)
class Message:
    """What is posted: the blocks, and the words for the notification and a screen reader."""

    text: str
    blocks: list[Block]


@dataclass(frozen=True)
class Nothing:
    """There is nothing (any more) to say, and why."""

    why: str


def render(session: Session, delivery: Delivery, now: datetime) -> Message | Nothing:
    """The message of a delivery as things stand now. Raises KeyError for an unknown kind."""
    made = RENDER[delivery.kind](session, delivery, now)
    return Nothing(made) if isinstance(made, str) else Message(*made)


Rendered = tuple[str, list[Block]] | str
"""Text and blocks, or the reason why there is nothing to say."""


def _receipt(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    if delivery.subject_id is None:
        return "no_subject"
    workspace_id = delivery.workspace_id
    shown = receipts.visit(session, workspace_id, delivery.subject_id, now)
    first = deliveries.about(session, workspace_id, deliveries.RECEIPT, delivery.subject_id)
    taught = first and aliases.words(session, workspace_id, int(first.facts.get("alias", 0)))
    return touch_views.receipt(shown, taught=taught or "")


def _referral_receipt(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    submission = str(delivery.facts["submission"])
    shown = receipts.referrals_of(session, delivery.workspace_id, submission, now)
    return referral_views.receipt(shown)


def _card(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    draft = drafts.get(session, delivery.workspace_id, delivery.subject_id or 0)
    if draft is None:
        return "draft_gone"
    user = users.get(session, draft.workspace_id, draft.user_id)
    heard_too_much = draft.status == drafts.UNREADABLE
    state = kept.from_row({} if heard_too_much else draft.state)
    types = lists.entries(session, draft.workspace_id, lists.TOUCH_TYPE)[lists.TOUCH_TYPE]
    return card_views.card(
        Card(
            draft_id=draft.id,
            status=draft.status,
            state=state,
            type=next((one.label for one in types if one.key == state.type), state.type),
            today=slots.local_day(now, user.zone),
            rules=tuple(draft.rules),
            length=int(draft.state.get("length", 0)) if heard_too_much else 0,
            may_insist=draft.way == drafts.LINE and phi.only_warn(draft.rules),
        )
    )


def _home(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    if delivery.user_id is None:
        return "no_user"
    shown = home.of(session, delivery.workspace_id, delivery.user_id, now)
    return "", home_views.view(shown)["blocks"]


def _digest_stopped(_session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    return pipeline_views.stopped(str(delivery.facts["channel"]), str(delivery.facts["why"]))


def _merge_receipt(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    if delivery.subject_id is None:
        return "no_subject"
    shown = merging.receipt(session, delivery.workspace_id, delivery.subject_id, now)
    return merge_views.receipt(shown) if shown else "merged_ones_gone"


def _reassign(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    if delivery.subject_id is None:
        return "no_subject"
    held = reassigning.holdings(session, delivery.workspace_id, delivery.subject_id)
    if delivery.changes_id is None and (held.active or not held):
        return "came_back" if held.active else "nothing_left"
    return reassign_views.left(held)


def _reassign_receipt(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    if delivery.subject_id is None:
        return "no_subject"
    shown = reassigning.receipt(session, delivery.workspace_id, delivery.subject_id, now)
    return reassign_views.receipt(shown) if shown else "reassignment_gone"


def _retier_receipt(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    if delivery.subject_id is None:
        return "no_subject"
    shown = retiering.receipt(session, delivery.workspace_id, delivery.subject_id, now)
    return many_views.receipt(shown) if shown else "retiering_gone"


def _cadence_receipt(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    if delivery.subject_id is None:
        return "no_subject"
    shown = cadence_rules.receipt(session, delivery.workspace_id, delivery.subject_id, now)
    entries = lists.entries(session, delivery.workspace_id, *cadence_views.LISTS)
    return cadence_views.receipt(shown, entries) if shown else "change_gone"


def _deal_receipt(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    if delivery.subject_id is None:
        return "no_subject"
    shown = deal_receipts.of(session, delivery.workspace_id, delivery.subject_id, now)
    return deal_views.receipt(shown)


RENDER: Mapping[str, Callable[[Session, Delivery, datetime], Rendered]] = {
    deliveries.RECEIPT: _receipt,
    deliveries.REFERRAL_RECEIPT: _referral_receipt,
    deliveries.CARD: _card,
    home.HOME: _home,
    deliveries.REMINDER: reminders.render,
    deliveries.NUDGE: nudges.render,
    deliveries.SILENCE: silences.render,
    deliveries.DIGEST: digests.render,
    deliveries.DIGEST_STOPPED: _digest_stopped,
    deliveries.MERGE_RECEIPT: _merge_receipt,
    deliveries.HEAT_MAP: pictures.render,
    deliveries.REFERRAL_LATE: referral_alerts.render,
    deliveries.REPORT: reports.render,
    deliveries.REPORT_DUE: reports.render,
    deliveries.REASSIGN: _reassign,
    deliveries.REASSIGN_RECEIPT: _reassign_receipt,
    deliveries.RETIER_RECEIPT: _retier_receipt,
    deliveries.CADENCE_RECEIPT: _cadence_receipt,
    deliveries.DEAL_RECEIPT: _deal_receipt,
}
