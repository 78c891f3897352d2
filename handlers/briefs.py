"""An account in eight lines: `/account st marys`, `/touchbase account st marys`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from handlers.parsing import Payload
from handlers.reading import line as reading_line
from handlers.views import briefs as views
from handlers.views import referrals as referral_views
from handlers.views import touches as touch_views
from handlers.views.briefs import Shown
from handlers.views.fields import Choice
from handlers.views.referrals import ReferralForm
from handlers.views.words import as_typed
from models import accounts, aliases, briefs, lists, referrals, touches
from models.clock import Clock
from models.db import Session, Sessions, reading
from models.lookup import AccountName, Lookups
from models.users import Actor

_OFFERED = 4
_LONGEST = 200
"""More than that is no account's name; the rest is not looked at."""


def command(
    ack: Ack, command: Payload, actor: Actor, sessions: Sessions, clock: Clock, lookups: Lookups
) -> None:
    """`/account st marys`."""
    text, blocks = answer(str(command.get("text") or ""), actor, sessions, clock, lookups)
    ack(text=text, blocks=blocks)


def answer(line: str, actor: Actor, sessions: Sessions, clock: Clock, lookups: Lookups) -> Shown:
    """The brief of the account that is named, or the accounts that may be meant."""
    typed = as_typed(line).strip()[:_LONGEST]
    now = clock()
    with reading(sessions) as session:
        found = _found(session, actor, lookups, line[:_LONGEST], typed, now)
        if found.account is not None:
            return views.brief(briefs.of(session, actor, found.account.id, now))
    if not typed:
        return views.which(_choices(found.candidates), views.USAGE)
    if found.candidates:
        return views.which(_choices(found.candidates))
    return views.near(typed, _choices(found.near))


def show(
    ack: Ack, action: Payload, respond: Respond, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Show the account that was chosen, in the place of the choices."""
    ack()
    with reading(sessions) as session:
        account_id = views.account_id(action["value"])
        text, blocks = views.brief(briefs.of(session, actor, account_id, clock()))
    respond(text=text, blocks=blocks, replace_original=True)


def log_referral(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Open the referral form for the account."""
    ack()
    with reading(sessions) as session:
        account = accounts.get(session, actor.workspace_id, views.account_id(action["value"]))
        entries = lists.entries(session, actor.workspace_id, *referral_views.FIELDS_OF_LISTS)
        state = ReferralForm(
            account=touch_views.account_choice(
                account.id, account.name, account.city, account.state
            ),
            logged_today=referrals.logged_with_visit(
                session, actor, account.id, actor.today(clock())
            ),
        )
    client.views_open(trigger_id=body["trigger_id"], view=referral_views.form(state, entries))


@dataclass(frozen=True)
class _Found:
    """The account that is meant, where there is no doubt; else those that may be, or are near."""

    account: AccountName | None = None
    candidates: Sequence[AccountName] = ()
    near: Sequence[AccountName] = ()


def _found(
    session: Session, actor: Actor, lookups: Lookups, line: str, typed: str, now: datetime
) -> _Found:
    """What the words fit; for none, the accounts the person touched lately."""
    index = lookups.get(session, actor.workspace_id)
    own, recent = aliases.own(session, actor), touches.recent_accounts(session, actor)
    if typed:
        draft = reading_line.draft(
            line,
            now=now,
            zone=actor.zone,
            index=index,
            user_id=actor.user_id,
            own=own,
            recent=recent,
        )
        if draft.account is not None or draft.candidates:
            return _Found(draft.account, draft.candidates)
    # What a search finds may be a city's, or misspelled: offered, never taken for certain.
    offered = index.search_accounts(
        typed, mine=actor.user_id, recent=recent, own=own, limit=_OFFERED
    )
    return _Found(candidates=offered, near=() if offered else index.near(typed, limit=_OFFERED))


def _choices(found: Iterable[AccountName]) -> list[Choice]:
    return [touch_views.account_choice(one.id, one.name, one.city, one.state) for one in found]
