"""A referral as a file tells it: no field for words, so none for a patient's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.exchange import values as read
from models.exchange.accounts import owner
from models.exchange.broken import NotOneOf
from models.exchange.columns import Shape
from models.referrals import IN, OUT, URGENCIES

SHAPE = Shape(
    kind="referrals",
    limits={
        "external_id": 120,
        "account": 120,
        "account_external_id": 120,
        "owner": 254,
        "received_on": 40,
        "direction": 10,
        "service_line": 60,
        "payer_type": 60,
        "urgency": 10,
        "status": 60,
    },
    required=(
        (("external_id",),),
        (("account",), ("account_external_id",)),
        (("owner",),),
        (("received_on",),),
    ),
    telling=frozenset({"external_id"}),
    free_text=("service_line", "payer_type", "status"),
    people=("owner",),
    also={"account_name": "account", "owner_email": "owner", "date": "received_on"},
)


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """What one line says. `status` is a label or key of the list of referral statuses."""

    line: int
    external_id: str
    by: str
    account: str
    owner: str
    received_on: date
    direction: str
    service_line: str | None
    payer_type: str | None
    urgency: str
    status: str | None


def row(line: int, values: Mapping[str, str], dates: str) -> ReferralRow:
    """The line's referral. Raises BadRow."""
    by = "account_external_id" if "account_external_id" in values else "account"
    return ReferralRow(
        line=line,
        external_id=values["external_id"],
        by=by,
        account=values[by],
        owner=owner(values["owner"]),
        received_on=read.day("received_on", values["received_on"], dates),
        direction=_one_of("direction", values.get("direction", IN), (IN, OUT)),
        service_line=values.get("service_line"),
        payer_type=values.get("payer_type"),
        urgency=_one_of("urgency", values.get("urgency", URGENCIES[0]), URGENCIES),
        status=values.get("status"),
    )


def check(values: Mapping[str, str], dates: str) -> None:
    """Whether every row may have these values. Raises BadRow."""
    usual = dict.fromkeys(("external_id", "account", "owner"), "-")
    row(0, {**usual, "received_on": "2000-01-01", **values}, dates)


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> str:
    key = value.casefold()
    if key not in allowed:
        raise NotOneOf(field, value, allowed)
    return key
