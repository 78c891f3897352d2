"""What a territory review says of all its people together: cadence, coverage, logging, starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import and_, distinct, exists, func, select
from sqlalchemy.orm import Session

from models import attribution, cadence, lists, pipeline, sources
from models.accounts import Account
from models.attribution import LINEAR, VISITS
from models.lists import Choice
from models.profiles import WON
from models.referrals import Referral
from models.reports import deals, people
from models.reports.report import COUNT, NUMBER, SHARE, Asked, Fact
from models.touches import Touch, TouchContact

NOTES = (
    "Adherence = the accounts of every tier within their longest gap / owned accounts in a "
    "cadence. Weighted: an account of A weighs 4, of B 2, of C and unrated 1, of D 0.5.",
    "Coverage = owned accounts in a cadence with a touch that counts within the period, anybody's "
    "/ all of them.",
    "People met are those named with touches that count. Times each was met = days on which "
    "somebody was met, told for each of them / people met.",
    "Logged the same day and the days to log are of touches of any type. 90 % logged within = the "
    "days by which nine of ten were.",
    "Days to referral are told over the referrals received within the period, from the first and "
    "from the last touch in the window of each; one with none is left out.",
    "Starts per 100 visits = 100 x the linear credit of referrals received within the period that "
    "have started / touches in person that count, one a person, account and day.",
)


def facts(session: Session, asked: Asked, logged: Collection[Mapping[int, int]]) -> list[Fact]:
    """The totals. logged: of each person how many touches were logged so many days late."""
    day = min(asked.today, asked.period.last or asked.today)
    return [
        *_adherence(session, asked, day),
        Fact("Coverage", [(SHARE, _coverage(session, asked, day))]),
        *_met(session, asked),
        *_logged(logged),
        *_credit(session, asked),
    ]


def _adherence(session: Session, asked: Asked, day: date) -> list[Fact]:
    rules = cadence.rules(session, asked.workspace_id)
    (tiers,) = pipeline.adherence_at(session, asked.workspace_id, asked.people, [day], rules)
    weights = cadence.WEIGHTS
    parts = [
        (
            sum(weight(tier) * kept.within for tier, kept in tiers.items()),
            sum(weight(tier) * kept.accounts for tier, kept in tiers.items()),
        )
        for weight in (lambda _tier: 1, weights.__getitem__)
    ]
    shares = [within / accounts if accounts else None for within, accounts in parts]
    return [
        Fact("Adherence", [(SHARE, shares[0])]),
        Fact("Weighted adherence", [(SHARE, shares[1])]),
    ]


def _coverage(session: Session, asked: Asked, day: date) -> float | None:
    touched = exists(
        select(Touch.id).where(
            Touch.workspace_id == Account.workspace_id,
            Touch.account_id == Account.id,
            Touch.qualifying,
            asked.period.covers(Touch.occurred_on),
        )
    )
    every, covered = session.execute(
        select(func.count(), deals.count(touched)).where(
            Account.workspace_id == asked.workspace_id,
            people.theirs(asked, Account.owner_id),
            Account.owned_since <= day,
            Account.archived_at.is_(None),
            Account.status.not_in(cadence.EXEMPT),
        )
    ).one()
    return int(covered) / every if every else None


def _met(session: Session, asked: Asked) -> list[Fact]:
    once = (
        select(TouchContact.contact_id, Touch.occurred_on)
        .join(
            Touch,
            and_(
                Touch.workspace_id == TouchContact.workspace_id,
                Touch.id == TouchContact.touch_id,
            ),
        )
        .where(*_counting(asked))
        .distinct()
        .subquery()
    )
    times, reach = session.execute(
        select(func.count(), func.count(distinct(once.c.contact_id))).select_from(once)
    ).one()
    return [
        Fact("People met", [(COUNT, reach)]),
        Fact("Times each was met", [(NUMBER, round(times / reach, 2) if reach else None)]),
    ]


def _logged(logged: Collection[Mapping[int, int]]) -> list[Fact]:
    days = sum((Counter(each) for each in logged), Counter[int]())
    every = days.total()
    passed, ninety = 0, None
    for late in sorted(days):
        passed += days[late]
        if 10 * passed >= 9 * every:
            ninety = late
            break
    return [
        Fact("Logged the same day", [(SHARE, days[0] / every if every else None)]),
        Fact("Median days to log", [(NUMBER, deals.median(days) if every else None)]),
        Fact("90 % logged within days", [(COUNT, ninety)]),
    ]


def _credit(session: Session, asked: Asked) -> list[Fact]:
    """How long after their touches referrals came, and what of the starts is theirs."""
    first, last = asked.period.first or date.min, asked.period.last or date.max
    theirs = [
        one
        for one in attribution.credited(session, asked.workspace_id, first, last)
        if asked.people is None or one.user_id in asked.people
    ]
    lag = attribution.lags(theirs)
    started, visits = _started(session, asked), _visits(session, asked)
    credit = sum((one.credit[LINEAR] for one in theirs if one.referral_id in started), Fraction())
    starts = round(float(100 * credit / visits), 1) if visits else None
    return [
        Fact("Median days from first touch to referral", [(NUMBER, lag.from_first)]),
        Fact("Median days from last touch to referral", [(NUMBER, lag.from_last)]),
        Fact("Starts per 100 visits", [(NUMBER, starts)]),
    ]


def _started(session: Session, asked: Asked) -> set[int]:
    """The referrals received within the period that have started."""
    started = select(Choice.key).where(
        Choice.workspace_id == asked.workspace_id,
        Choice.list == lists.REFERRAL_STATUS,
        Choice.meaning == WON,
    )
    return set(
        session.scalars(
            select(Referral.id).where(
                *sources.received(asked.workspace_id),
                Referral.status.in_(started),
                asked.period.covers(Referral.received_on),
            )
        )
    )


def _visits(session: Session, asked: Asked) -> int:
    """Their touches in person that count, one a person, account and day."""
    once = (
        select(Touch.user_id, Touch.account_id, Touch.occurred_on)
        .where(*_counting(asked), Touch.type.in_(VISITS), Touch.account_id.is_not(None))
        .distinct()
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(once)) or 0


def _counting(asked: Asked) -> tuple[Any, ...]:
    """Touches of theirs within the period that count for the cadence."""
    return (
        Touch.workspace_id == asked.workspace_id,
        people.theirs(asked, Touch.user_id),
        Touch.qualifying,
        asked.period.covers(Touch.occurred_on),
    )
