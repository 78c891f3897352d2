"""Slack's payloads into typed values. Below this line nobody sees a payload."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from handlers.checking import Checks, InvalidForm
from handlers.views import doubts as doubt_views
from handlers.views import referrals as referral_views
from handlers.views import touches as touch_views
from handlers.views.fields import NONE, Choice
from handlers.views.referrals import ReferralForm
from handlers.views.touches import VisitForm
from models.capture import Visit
from models.contacts import NewContact
from models.errors import Missing
from models.referrals import IN, MOST_AT_ONCE, OUT, URGENCIES
from models.referring import Referred
from models.touches import EVENT

Payload = Mapping[str, Any]


class Fields:
    """A form's values, by block id."""

    def __init__(self, view: Payload) -> None:
        self._values: Mapping[str, Mapping[str, Payload]] = view["state"]["values"]
        self.metadata: dict[str, Any] = json.loads(view.get("private_metadata") or "{}")

    def text(self, block: str) -> str:
        """What was typed, as it is; empty when nothing was, or the field is not shown."""
        return str(self._element(block).get("value") or "")

    def chosen(self, block: str) -> Choice | None:
        """The option chosen; none for the one that says so."""
        found = self._element(block).get("selected_option")
        return _choice(found) if found and found["value"] != NONE else None

    def all_chosen(self, block: str) -> tuple[Choice, ...]:
        """The options chosen, in their order."""
        return tuple(map(_choice, self._element(block).get("selected_options") or ()))

    def day(self, block: str) -> date | None:
        """The day picked."""
        found = self._element(block).get("selected_date")
        return date.fromisoformat(found) if found else None

    def time(self, block: str) -> str | None:
        """The time picked, "HH:MM"."""
        return self._element(block).get("selected_time") or None

    def _element(self, block: str) -> Payload:
        # Each of our blocks holds one element, so the element's id is not needed to find it. A
        # reset puts a number behind the block's id.
        named = next((name for name in self._values if name.partition(":")[0] == block), block)
        return next(iter(self._values.get(named, {}).values()), {})


def visit_form(view: Payload) -> VisitForm:
    """The visit form as it stands, to be shown again with nothing typed lost."""
    held = Fields(view)
    kind = held.chosen(touch_views.TYPE)
    metadata = held.metadata
    return VisitForm(
        type=kind.value if kind else "",
        day=held.day(touch_views.DAY),
        account=held.chosen(touch_views.ACCOUNT),
        met=held.all_chosen(touch_views.MET),
        referrals=held.text(touch_views.REFERRALS),
        note=held.text(touch_views.NOTE),
        next_step=held.text(touch_views.NEXT_STEP),
        follow_up=held.day(touch_views.FOLLOW_UP),
        more=bool(metadata.get("more")),
        time=held.time(touch_views.TIME),
        outcome=_value(held.chosen(touch_views.OUTCOME)),
        service_line=_value(held.chosen(touch_views.SERVICE_LINE)),
        competitor=held.chosen(touch_views.COMPETITOR),
        promise=held.text(touch_views.PROMISE),
        promise_on=held.day(touch_views.PROMISE_ON),
        headcount=held.text(touch_views.HEADCOUNT),
        fits=tuple(Choice(value, label) for value, label in metadata.get("fits", ())),
        near=bool(metadata.get("near")),
        reset=int(metadata.get("reset", 0)),
        touch_id=metadata.get("touch"),
        draft_id=metadata.get("draft"),
        delivery_id=metadata.get("delivery"),
        source=metadata.get("source", touch_views.COMMAND),
        read=str(metadata.get("read", "")),
        heard=str(metadata.get("heard", "")),
        guess=metadata.get("guess"),
        shown_rules=tuple(metadata.get("rules", ())),
        ticked=bool(held.all_chosen(doubt_views.TICK)),
        twin=metadata.get("twin"),
    )


def visit(state: VisitForm, *, today: date, known: Collection[str] = ()) -> Visit:
    """The form as a visit. Raises InvalidForm with every field that will not do.

    today  the rep's calendar day.
    known  phones and e-mails of people we know.
    """
    checks = Checks(known, state.shown_rules if state.ticked else ())
    if not state.type:
        checks.refuse(touch_views.TYPE, Missing())
    is_event = state.type == EVENT
    account = checks.account(touch_views.ACCOUNT, state.account, required=not is_event)
    met = [checks.contact(touch_views.MET, one) for one in state.met]
    count = checks.count(touch_views.REFERRALS, state.referrals)
    if account is None and is_event and (count or any(isinstance(m, NewContact) for m in met)):
        checks.refuse(touch_views.ACCOUNT, Missing())  # a referral and a new person need a place
    made = Visit(
        account=account,
        type=state.type,
        occurred_on=checks.past_day(touch_views.DAY, state.day, today),
        met=tuple(one for one in met if one is not None),
        occurred_at=state.time,
        outcome=state.outcome,
        service_line=state.service_line,
        competitor=checks.competitor(touch_views.COMPETITOR, state.competitor),
        referrals=count,
        headcount=checks.number(touch_views.HEADCOUNT, state.headcount),
        note=checks.clean(touch_views.NOTE, state.note, touch_views.LONGEST_NOTE, lines=True),
        next_step=checks.clean(touch_views.NEXT_STEP, state.next_step, touch_views.LONGEST_STEP),
        follow_up_on=state.follow_up,
        promise=checks.clean(touch_views.PROMISE, state.promise, touch_views.LONGEST_STEP),
        promise_on=state.promise_on,
        source=state.source,
        not_patients=tuple(sorted(checks.ticked)),
    )
    checks.done()
    return made


def referral_form(view: Payload) -> ReferralForm:
    """The referral form as it stands, to be shown again with nothing typed lost."""
    held = Fields(view)
    direction = held.chosen(referral_views.DIRECTION)
    urgency = held.chosen(referral_views.URGENCY)
    return ReferralForm(
        account=held.chosen(referral_views.ACCOUNT),
        contact=held.chosen(referral_views.REFERRED_BY),
        direction=direction.value if direction else IN,
        service_line=_value(held.chosen(referral_views.SERVICE_LINE)),
        payer_type=_value(held.chosen(referral_views.PAYER_TYPE)),
        count=held.text(referral_views.COUNT),
        urgency=urgency.value if urgency else URGENCIES[0],
        more=bool(held.metadata.get("more")),
        branch=held.text(referral_views.BRANCH),
        promised=_value(held.chosen(referral_views.STANDS)) == referral_views.PROMISED,
        reset=int(held.metadata.get("reset", 0)),
    )


def bare_count(words: str) -> int | None:
    """A number of referrals that stands alone, as in "/logreferral st marys, 2". More than fit one
    form are meant only between commas; the form then says how many do."""
    found = re.search(r"(?<![\w$.#/-])(\d{1,2})(?![\w%./-])", words)
    if found and 1 <= int(found[1]) <= MOST_AT_ONCE:
        return int(found[1])
    apart = re.search(r"(?:^|,)\s*([1-9]\d{1,2})\s*(?:,|$)", words)
    return int(apart[1]) if apart else None


def referred(view: Payload, *, today: date) -> Referred:
    """The saved form as referrals of today. Raises InvalidForm with each field that will not do."""
    held = Fields(view)
    checks = Checks()
    account = checks.account(referral_views.ACCOUNT, held.chosen(referral_views.ACCOUNT))
    person = held.chosen(referral_views.REFERRED_BY)
    direction = _value(held.chosen(referral_views.DIRECTION))
    if direction not in (IN, OUT):
        checks.refuse(referral_views.DIRECTION, Missing())
    urgency = _value(held.chosen(referral_views.URGENCY))
    count = checks.count(referral_views.COUNT, held.text(referral_views.COUNT), least=1)
    contact = checks.contact(referral_views.REFERRED_BY, person) if person else None
    typed = held.text(referral_views.BRANCH)
    branch = checks.clean(referral_views.BRANCH, typed, referral_views.LONGEST_BRANCH)
    checks.done()
    if account is None:
        raise InvalidForm({referral_views.ACCOUNT: Missing()})
    return Referred(
        account=account,
        contact=contact,
        received_on=today,
        count=count,
        direction=direction or IN,
        service_line=_value(held.chosen(referral_views.SERVICE_LINE)),
        payer_type=_value(held.chosen(referral_views.PAYER_TYPE)),
        urgency=urgency if urgency in URGENCIES else URGENCIES[0],
        branch=branch or None,
        promised=_value(held.chosen(referral_views.STANDS)) == referral_views.PROMISED,
    )


def _choice(option: Payload) -> Choice:
    return Choice(str(option["value"]), str(option["text"]["text"]))


def _value(choice: Choice | None) -> str | None:
    return choice.value if choice else None
