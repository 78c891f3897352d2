"""Slack's payloads into typed values. Below this line nobody sees a payload."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.views import referrals as referral_views
from handlers.views import touches as touch_views
from handlers.views.fields import LONGEST_NAME, NONE, Choice
from handlers.views.referrals import ReferralForm
from handlers.views.touches import VisitForm
from models import phi
from models.accounts import NewAccount
from models.capture import Visit
from models.contacts import NewContact
from models.errors import DayAhead, Missing, NotANumber, Refused, TooLong, TooManyReferrals
from models.phi import Clean
from models.referrals import IN, MOST_AT_ONCE, OUT, URGENCIES
from models.referring import Referred
from models.text import tidy
from models.touches import EVENT

Payload = Mapping[str, Any]


@dataclass
class InvalidForm(Refused):
    """What is wrong with a form, by the id of the field's block."""

    fields: dict[str, Refused]


class Fields:
    """A form's values, by block id. Remembers every refusal, so that all are shown at once."""

    def __init__(self, view: Payload) -> None:
        self._values: Mapping[str, Mapping[str, Payload]] = view["state"]["values"]
        self.metadata: dict[str, Any] = json.loads(view.get("private_metadata") or "{}")
        self.refused: dict[str, Refused] = {}

    def named(self, block: str) -> str:
        """The block's id as it stands in the form now: a reset put a number behind it."""
        return next((name for name in self._values if name.partition(":")[0] == block), block)

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

    def refuse(self, block: str, why: Refused) -> None:
        """Remember what is wrong with a field; the first word on each stands."""
        self.refused.setdefault(self.named(block), why)

    def clean(self, block: str, limit: int, *, lines: bool = False) -> Clean:
        """What was typed, tidied and found free of patients; the field is refused otherwise."""
        typed = self.text(block)
        if len(typed) > limit:
            self.refuse(block, TooLong(limit, len(typed)))
            return Clean("")
        return self._guarded(block, tidy(typed, limit, multiline=lines))

    def name(self, block: str, name: str) -> str:
        """A new name, tidied and found free of patients."""
        return self._guarded(block, tidy(name, LONGEST_NAME))

    def count(self, block: str, *, least: int = 0) -> int:
        """A number of referrals; an empty field is `least`."""
        typed = self.text(block).strip()
        if not typed:
            return least
        if not (typed.isascii() and typed.isdecimal()) or int(typed) < least:
            self.refuse(block, NotANumber())
            return least
        if int(typed) > MOST_AT_ONCE:
            self.refuse(block, TooManyReferrals(MOST_AT_ONCE))
        return int(typed)

    def past_day(self, block: str, today: date) -> date:
        """A day that must be told and may not be ahead of `today`."""
        day = self.day(block)
        if day is None:
            self.refuse(block, Missing())
        elif day > today:
            self.refuse(block, DayAhead(day, today))
        return day or today

    def account(self, block: str, *, required: bool = True) -> int | NewAccount | None:
        """The account chosen, known or new."""
        chosen = self.chosen(self.named(block))
        if chosen is not None and chosen.id is not None:
            return chosen.id
        name = self.name(block, chosen.new_name) if chosen and chosen.new_name else ""
        if name:
            return NewAccount(name)
        if required:
            self.refuse(block, Missing())
        return None

    def contact(self, block: str, chosen: Choice) -> int | NewContact | None:
        """A person chosen, known or new."""
        if chosen.id is not None:
            return chosen.id
        name = self.name(block, chosen.new_name or "")
        return NewContact(name) if name else None

    def check(self) -> None:
        """Raises InvalidForm when any field was refused."""
        if self.refused:
            raise InvalidForm(self.refused)

    def _guarded(self, block: str, words: str) -> Clean:
        try:
            return phi.clean(words)
        except phi.LooksLikePatient as patient:
            self.refuse(block, patient)
            return Clean("")

    def _element(self, block: str) -> Payload:
        # Each of our blocks holds one element; its id is not needed to find it.
        return next(iter(self._values.get(block, {}).values()), {})


def visit_form(view: Payload) -> VisitForm:
    """The visit form as it stands, to be shown again with nothing typed lost."""
    held = Fields(view)
    kind = held.chosen(touch_views.TYPE)
    metadata = held.metadata
    return VisitForm(
        type=kind.value if kind else "visit",
        day=held.day(touch_views.DAY),
        account=held.chosen(held.named(touch_views.ACCOUNT)),
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
        fits=tuple(Choice(value, label) for value, label in metadata.get("fits", ())),
        reset=int(metadata.get("reset", 0)),
        touch_id=metadata.get("touch"),
        source=metadata.get("source", "command"),
    )


def visit(view: Payload, *, today: date) -> Visit:
    """The saved form as a visit. Raises InvalidForm with every field that will not do.

    today  the rep's calendar day.
    """
    held = Fields(view)
    kind = held.chosen(touch_views.TYPE)
    if kind is None:
        held.refuse(touch_views.TYPE, Missing())
    is_event = kind is not None and kind.value == EVENT
    account = held.account(touch_views.ACCOUNT, required=not is_event)
    met = [held.contact(touch_views.MET, one) for one in held.all_chosen(touch_views.MET)]
    count = held.count(touch_views.REFERRALS)
    if account is None and is_event and (count or any(isinstance(m, NewContact) for m in met)):
        held.refuse(touch_views.ACCOUNT, Missing())  # a referral and a new person need a place
    follow_up_on = held.day(touch_views.FOLLOW_UP)
    made = Visit(
        account=account,
        type=kind.value if kind else "",
        occurred_on=held.past_day(touch_views.DAY, today),
        met=tuple(one for one in met if one is not None),
        occurred_at=held.time(touch_views.TIME),
        outcome=_value(held.chosen(touch_views.OUTCOME)),
        service_line=_value(held.chosen(touch_views.SERVICE_LINE)),
        competitor=_competitor(held, held.chosen(touch_views.COMPETITOR)),
        referrals=count,
        note=held.clean(touch_views.NOTE, touch_views.LONGEST_NOTE, lines=True),
        next_step=held.clean(touch_views.NEXT_STEP, touch_views.LONGEST_STEP),
        follow_up_on=follow_up_on,
        source=held.metadata.get("source", "command"),
    )
    held.check()
    return made


def touch_edited(view: Payload) -> int | None:
    """The touch that the form edits; None for a new one."""
    found = Fields(view).metadata.get("touch")
    return None if found is None else int(found)


def referral_form(view: Payload) -> ReferralForm:
    """The referral form as it stands, to be shown again with nothing typed lost."""
    held = Fields(view)
    direction = held.chosen(referral_views.DIRECTION)
    urgency = held.chosen(referral_views.URGENCY)
    return ReferralForm(
        account=held.chosen(held.named(referral_views.ACCOUNT)),
        contact=held.chosen(referral_views.REFERRED_BY),
        direction=direction.value if direction else IN,
        service_line=_value(held.chosen(referral_views.SERVICE_LINE)),
        payer_type=_value(held.chosen(referral_views.PAYER_TYPE)),
        count=held.text(referral_views.COUNT),
        urgency=urgency.value if urgency else URGENCIES[0],
        reset=int(held.metadata.get("reset", 0)),
    )


def bare_count(words: str) -> int | None:
    """A number of referrals that stands alone, as in "/logreferral st marys, 2"."""
    found = re.search(r"(?<![\w$.#/-])(\d{1,2})(?![\w%./-])", words)
    return int(found[1]) if found and 1 <= int(found[1]) <= MOST_AT_ONCE else None


def referred(view: Payload, *, today: date) -> Referred:
    """The saved form as referrals of today. Raises InvalidForm with each field that will not do."""
    held = Fields(view)
    account = held.account(referral_views.ACCOUNT)
    person = held.chosen(referral_views.REFERRED_BY)
    direction = _value(held.chosen(referral_views.DIRECTION))
    if direction not in (IN, OUT):
        held.refuse(referral_views.DIRECTION, Missing())
    urgency = _value(held.chosen(referral_views.URGENCY))
    count = held.count(referral_views.COUNT, least=1)
    contact = held.contact(referral_views.REFERRED_BY, person) if person else None
    held.check()
    if account is None:
        raise InvalidForm({held.named(referral_views.ACCOUNT): Missing()})
    return Referred(
        account=account,
        contact=contact,
        received_on=today,
        count=count,
        direction=direction or IN,
        service_line=_value(held.chosen(referral_views.SERVICE_LINE)),
        payer_type=_value(held.chosen(referral_views.PAYER_TYPE)),
        urgency=urgency if urgency in URGENCIES else URGENCIES[0],
    )


def _choice(option: Payload) -> Choice:
    return Choice(str(option["value"]), str(option["text"]["text"]))


def _value(choice: Choice | None) -> str | None:
    return choice.value if choice else None


def _competitor(held: Fields, chosen: Choice | None) -> int | str | None:
    if chosen is None:
        return None
    if chosen.id is not None:
        return chosen.id
    return held.name(touch_views.COMPETITOR, chosen.new_name or "") or None
