"""The forms of a deal: what it is, why it is lost, who has a say in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.views import doubts as doubt_views
from handlers.views import fields
from handlers.views.doubts import Doubt
from handlers.views.fields import Block, Choice, View, mrkdwn, plain
from handlers.views.words import esc
from models.lists import Entry
from models.opportunities import FORECASTS
from models.stages import Stage

FORM, LOST_FORM, PEOPLE_FORM, MOVE_FORM = (
    "deal_form",
    "deal_lost_form",
    "deal_people_form",
    "deal_move_form",
)
ACCOUNT, NAME, PRODUCT, STAGE = "deal_account", "deal_name", "deal_product", "deal_stage"
AMOUNT, CLOSE, FORECAST = "deal_amount", "deal_close", "deal_forecast"
STEP, STEP_DUE = "deal_step", "deal_step_due"
PROPOSED, EXPIRES, BROKER = "deal_proposed", "deal_expires", "deal_broker"
REASON, PERSON, ROLE = "deal_reason", "deal_person", "deal_role"

LONGEST_NAME, LONGEST_STEP, LONGEST_AMOUNT = 200, 200, 20

LABELS = {NAME: "Name of the deal", STEP: "Next step"}
"""Of the fields that the patient guard reads."""

FORECAST_LABELS = dict(
    zip(FORECASTS, ("Pipeline", "Best case", "Commit", "Left out of the forecast"), strict=True)
)

SHOWN_OF_NAME = 100

Stages = Mapping[str, Sequence[Stage]]
"""The stages of each pipeline, in their order."""


@dataclass(frozen=True)
class Place:
    """Which page of the list is on the screen, and whose deals."""

    start: int = 0
    mine: bool = False


@dataclass(frozen=True)
class DealForm:
    """What the form holds, as typed and chosen so far."""

    account: Choice | None = None
    name: str = ""
    product: str | None = None
    stage: str | None = None
    amount: str = ""
    close_date: date | None = None
    forecast: str = FORECASTS[0]
    next_step: str = ""
    next_step_due: date | None = None
    proposed_on: date | None = None
    expires_on: date | None = None
    broker: Choice | None = None
    deal_id: int | None = None
    touch_id: int | None = None
    place: Place | None = None  # of the list it was opened from
    delivery_id: int | None = None  # of the message it was opened from
    shown_rules: tuple[str, ...] = ()
    ticked: bool = False


def place_of(metadata: str) -> Place:
    """The page that a list remembers."""
    kept = json.loads(metadata or "{}")
    return Place(int(kept.get("start", 0)), bool(kept.get("mine")))


def kept_place(place: Place | None) -> dict[str, Any]:
    """What a form remembers of the list it was opened from."""
    return {} if place is None else {"list": [place.start, place.mine]}


def place_in(metadata: Mapping[str, Any]) -> Place | None:
    """The same, read again; None for a form that was opened from elsewhere."""
    return Place(*metadata["list"]) if "list" in metadata else None


def form(
    state: DealForm,
    stages: Stages,
    products: Sequence[Entry],
    doubts: Sequence[Doubt] = (),
) -> View:
    """The form of a deal, filled with `state`.

    stages    that it may come to: open ones, and where it stands.
    products  to choose from; without any the form does not ask.
    doubts    what the patient guard thinks may be about a patient.
    """
    choices = [
        Entry(str(stage.id), f"{pipeline_label(name)} · {stage.label}")
        for name, of in stages.items()
        for stage in of
    ]
    forecasts = [Entry(key, label) for key, label in FORECAST_LABELS.items()]
    blocks = [
        *_doubts(doubts, ticked=state.ticked),
        fields.search(
            ACCOUNT, "Account", hint="Type a few letters", chosen=state.account, optional=False
        ),
        fields.text(
            NAME,
            LABELS[NAME],
            value=state.name,
            longest=LONGEST_NAME,
            placeholder="Leave empty for the account's name",
        ),
        *([fields.pick(PRODUCT, "Product", products, chosen=state.product)] if products else []),
        fields.pick(STAGE, "Stage", choices, chosen=state.stage, optional=False),
        fields.text(
            AMOUNT,
            "Amount",
            value=state.amount,
            longest=LONGEST_AMOUNT,
            placeholder="$12,500 or 12.5k",
        ),
        fields.day(CLOSE, "Expected to close", value=state.close_date, optional=True),
        fields.pick(FORECAST, "Forecast", forecasts, chosen=state.forecast, optional=False),
        fields.text(
            STEP,
            LABELS[STEP],
            value=state.next_step,
            longest=LONGEST_STEP,
            placeholder="No patient names or numbers",
        ),
        fields.day(STEP_DUE, "Next step by", value=state.next_step_due, optional=True),
        fields.day(PROPOSED, "Proposal sent", value=state.proposed_on, optional=True),
        fields.day(EXPIRES, "Proposal expires", value=state.expires_on, optional=True),
        fields.search(BROKER, "Broker", hint="Who brought it in", chosen=state.broker),
    ]
    title = "Edit deal" if state.deal_id else "New deal"
    return fields.modal(FORM, title, blocks, metadata=_metadata(state))


def pipeline_label(name: str) -> str:
    return name[:1].upper() + name[1:]


def _doubts(doubts: Sequence[Doubt], *, ticked: bool) -> list[Block]:
    if not doubts:
        return []
    lines = [doubt_views.sentence(doubt) for doubt in doubts]
    lines.append(
        "Not saved yet: no patient details in Touchbase. Change the words, or tick the box."
    )
    return [
        fields.section(plain(fields.clip("\n".join(lines), 3000))),
        fields.tick(doubt_views.TICK, "Am I wrong?", doubt_views.NOT_A_PATIENT, ticked=ticked),
    ]


def _metadata(state: DealForm) -> str:
    kept: dict[str, object] = {
        "deal": state.deal_id,
        "touch": state.touch_id,
        "delivery": state.delivery_id,
        "rules": list(state.shown_rules),
        **kept_place(state.place),
    }
    return json.dumps({name: value for name, value in kept.items() if value})


def lost_form(
    deal_id: int, stage_id: int, name: str, reasons: Sequence[Entry], metadata: Mapping[str, object]
) -> View:
    """The form that asks why a deal is lost."""
    return fields.modal(
        LOST_FORM,
        "Lost",
        [
            fields.section(plain(f"Why was {fields.clip(name, SHOWN_OF_NAME)} lost?")),
            fields.pick(REASON, "Reason", reasons, chosen=None, optional=False),
        ],
        metadata=json.dumps({"deal": deal_id, "stage": stage_id, **metadata}),
    )


def move_form(
    deal_id: int, name: str, stages: Sequence[Stage], metadata: Mapping[str, object]
) -> View:
    """The form that asks where a deal stands."""
    choices = [Entry(str(stage.id), stage.label) for stage in stages]
    return fields.modal(
        MOVE_FORM,
        "Move deal",
        [
            fields.section(plain(f"Which stage is {fields.clip(name, SHOWN_OF_NAME)} in?")),
            fields.pick(STAGE, "Stage", choices, chosen=None, optional=False),
        ],
        metadata=json.dumps({"deal": deal_id, **metadata}),
        submit="Move",
    )


def people_form(
    deal_id: int,
    account_id: int | None,
    name: str,
    people: Sequence[tuple[str, str]],
    roles: Sequence[Entry],
    metadata: Mapping[str, object],
) -> View:
    """The form that says what a person's part in a deal is."""
    lines = [f"{role}: {who}" for role, who in people] or ["Nobody yet. Choose a person below."]
    return fields.modal(
        PEOPLE_FORM,
        "Who has a say",
        [
            fields.section(mrkdwn(f"*{esc(fields.clip(name, SHOWN_OF_NAME))}*")),
            fields.section(plain(fields.clip("\n".join(lines), 3000))),
            fields.search(
                PERSON, "Person", hint="Names at this account first", chosen=None, optional=False
            ),
            fields.pick(ROLE, "Buying role", roles, chosen=None),
            fields.context(plain("Choose None to remove the person.")),
        ],
        metadata=json.dumps({"deal": deal_id, "account": account_id, **metadata}),
    )
