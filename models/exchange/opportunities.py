"""An opportunity as a file tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.exchange import values as read
from models.exchange.accounts import owner
from models.exchange.broken import BackwardDays, NotOneOf
from models.exchange.columns import Shape
from models.opportunities import FORECASTS
from models.text import name_key

SHAPE = Shape(
    kind="opportunities",
    limits={
        "external_id": 120,
        "name": 200,
        "account": 120,
        "account_external_id": 120,
        "owner": 254,
        "product": 120,
        "pipeline": 40,
        "stage": 60,
        "amount": 40,
        "opened_on": 40,
        "closed_on": 40,
        "close_date": 40,
        "forecast_category": 20,
        "lost_reason": 60,
    },
    required=((("external_id",),), (("stage",),)),
    telling=frozenset({"external_id", "name"}),
    free_text=("name", "product", "pipeline", "stage", "lost_reason"),
    people=("owner",),
    also={"account_name": "account", "owner_email": "owner", "forecast": "forecast_category"},
)

DAYS = ("opened_on", "closed_on", "close_date")
_CLOSED = "closed"
"""What other systems call the forecast of one that is won or lost; the stage says which."""


@dataclass(frozen=True, slots=True)
class OpportunityRow:
    """What one line says; None where it says nothing.

    told      columns of the opportunity's row and the values the line gives them.
    by        the field that gave the account: account or account_external_id.
    owner     a Slack id, an e-mail address in lower case, or a person's name.
    forecast  one of `FORECASTS`.
    """

    line: int
    told: Mapping[str, str | int | date]
    by: str
    account: str | None
    owner: str | None
    product: str | None
    pipeline: str | None
    stage: str
    forecast: str | None
    lost_reason: str | None

    @property
    def external_id(self) -> str:
        return str(self.told["external_id"])


def row(line: int, values: Mapping[str, str], dates: str) -> OpportunityRow:
    """The line's opportunity. Raises BadRow."""
    told: dict[str, str | int | date] = {"external_id": values["external_id"]}
    if "name" in values:
        told["name"] = values["name"]
    if "amount" in values:
        told["amount_cents"] = read.cents("amount", values["amount"])
    days = {field: read.day(field, values[field], dates) for field in DAYS if field in values}
    if "opened_on" in days and "closed_on" in days and days["closed_on"] < days["opened_on"]:
        raise BackwardDays("opened_on", "closed_on")
    by = "account_external_id" if "account_external_id" in values else "account"
    return OpportunityRow(
        line=line,
        told={**told, **days},
        by=by,
        account=values.get(by),
        owner=owner(values["owner"]) if "owner" in values else None,
        product=values.get("product"),
        pipeline=values.get("pipeline"),
        stage=values["stage"],
        forecast=_forecast(values["forecast_category"]) if "forecast_category" in values else None,
        lost_reason=values.get("lost_reason"),
    )


def check(values: Mapping[str, str], dates: str) -> None:
    """Whether every row may have these values. Raises BadRow."""
    row(0, {"external_id": "-", "stage": "-", **values}, dates)


def _forecast(value: str) -> str | None:
    key = name_key(value).replace(" ", "_")
    if key == _CLOSED:
        return None
    if key not in FORECASTS:
        raise NotOneOf("forecast_category", value, FORECASTS)
    return key
