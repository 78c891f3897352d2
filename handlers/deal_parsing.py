"""The forms of a deal into typed values."""

from __future__ import annotations

from handlers.checking import Checks, InvalidForm
from handlers.parsing import Fields, Payload
from handlers.reading import money
from handlers.views import deal_forms as views
from handlers.views import doubts as doubt_views
from handlers.views.deal_forms import DealForm
from handlers.views.doubts import Doubt
from handlers.views.fields import Choice
from models import phi
from models.deals import Told
from models.errors import BadAmount, ExpiresBeforeSent, Missing
from models.phi import LooksLikePatient


def form(view: Payload) -> DealForm:
    """The form as it stands, to be shown again with nothing typed lost."""
    held = Fields(view)
    product, stage = held.chosen(views.PRODUCT), held.chosen(views.STAGE)
    forecast = held.chosen(views.FORECAST)
    return DealForm(
        account=held.chosen(views.ACCOUNT),
        name=held.text(views.NAME),
        product=product.value if product else None,
        stage=stage.value if stage else None,
        amount=held.text(views.AMOUNT),
        close_date=held.day(views.CLOSE),
        forecast=forecast.value if forecast else DealForm().forecast,
        next_step=held.text(views.STEP),
        next_step_due=held.day(views.STEP_DUE),
        proposed_on=held.day(views.PROPOSED),
        expires_on=held.day(views.EXPIRES),
        broker=held.chosen(views.BROKER),
        deal_id=held.metadata.get("deal"),
        touch_id=held.metadata.get("touch"),
        delivery_id=held.metadata.get("delivery"),
        place=views.place_in(held.metadata),
        shown_rules=tuple(held.metadata.get("rules", ())),
        ticked=bool(held.all_chosen(doubt_views.TICK)),
    )


def told(state: DealForm) -> Told:
    """The form as a deal. Raises InvalidForm with every field that will not do."""
    checks = Checks(allowed=state.shown_rules if state.ticked else ())
    account = checks.account(views.ACCOUNT, state.account)
    if state.stage is None:
        checks.refuse(views.STAGE, Missing())
    cents = None
    try:
        cents = money.cents(state.amount)
    except BadAmount as bad:
        checks.refuse(views.AMOUNT, bad)
    sent, expires = state.proposed_on, state.expires_on
    if sent is not None and expires is not None and expires < sent:
        checks.refuse(views.EXPIRES, ExpiresBeforeSent())
    name = checks.clean(views.NAME, state.name, views.LONGEST_NAME)
    step = checks.clean(views.STEP, state.next_step, views.LONGEST_STEP)
    checks.done()
    if account is None or state.stage is None:
        raise InvalidForm({views.ACCOUNT: Missing()})
    return Told(
        account=account,
        stage_id=int(state.stage),
        name=name,
        product_id=int(state.product) if state.product else None,
        amount_cents=cents,
        close_date=state.close_date,
        forecast=state.forecast,
        next_step=step,
        next_step_due=state.next_step_due,
        proposed_on=sent,
        proposal_expires_on=expires,
        broker_id=state.broker.id if state.broker else None,
        not_patients=tuple(sorted(checks.ticked)),
    )


def only_doubts(invalid: InvalidForm) -> bool:
    """Whether all that is wrong is what the patient guard only warns of, in a field of words."""
    return all(
        isinstance(why, LooksLikePatient)
        and block in views.LABELS
        and all(found.tier == phi.WARN for found in why.found)
        for block, why in invalid.fields.items()
    )


def rules_of(invalid: InvalidForm) -> tuple[str, ...]:
    """The rules of the guard that held."""
    found = [why for why in invalid.fields.values() if isinstance(why, LooksLikePatient)]
    return tuple(dict.fromkeys(rule for why in found for rule in why.rules))


def doubts(state: DealForm) -> tuple[Doubt, ...]:
    """What the guard finds, field by field."""
    return tuple(
        Doubt(views.LABELS[block], text[found.start : found.end], found.rule, found.tier)
        for block, text in ((views.NAME, state.name), (views.STEP, state.next_step))
        for found in phi.findings(text, ())
    )


def known_person(chosen: Choice | None, block: str) -> int:
    """The person chosen, who must be known. Raises InvalidForm."""
    if chosen is None or chosen.id is None:
        raise InvalidForm({block: Missing()})
    return chosen.id
