"""What a delivery says, made from the facts of the moment it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers.views import pipeline as pipeline_views
from handlers.views import referrals as referral_views
from handlers.views import touches as touch_views
from handlers.views.fields import Block
from models import deliveries, receipts
from models.db import Session
from models.deliveries import Delivery
from scheduler import digests, reminders


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
    shown = receipts.visit(session, delivery.workspace_id, delivery.subject_id, now)
    return touch_views.receipt(shown)


def _referral_receipt(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    submission = str(delivery.facts["submission"])
    shown = receipts.referrals_of(session, delivery.workspace_id, submission, now)
    return referral_views.receipt(shown)


def _digest_stopped(_session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    return pipeline_views.stopped(str(delivery.facts["channel"]), str(delivery.facts["why"]))


RENDER: Mapping[str, Callable[[Session, Delivery, datetime], Rendered]] = {
    deliveries.RECEIPT: _receipt,
    deliveries.REFERRAL_RECEIPT: _referral_receipt,
    deliveries.REMINDER: reminders.render,
    deliveries.DIGEST: digests.render,
    deliveries.DIGEST_STOPPED: _digest_stopped,
}
