"""What a visit form holds, as JSON for a draft's row, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from handlers.views.fields import Choice
from handlers.views.touches import VisitForm


def as_row(state: VisitForm) -> dict[str, Any]:
    """What the form holds, as JSON."""
    row = {
        "type": state.type,
        "day": _iso(state.day),
        "account": _pair(state.account),
        "met": [_pair(one) for one in state.met],
        "referrals": state.referrals,
        "note": state.note,
        "next_step": state.next_step,
        "follow_up": _iso(state.follow_up),
        "more": state.more,
        "time": state.time,
        "outcome": state.outcome,
        "service_line": state.service_line,
        "competitor": _pair(state.competitor),
        "promise": state.promise,
        "promise_on": _iso(state.promise_on),
        "headcount": state.headcount,
        "fits": [_pair(one) for one in state.fits],
        "near": state.near,
        "delivery_id": state.delivery_id,
        "source": state.source,
        "read": state.read,
        "heard": state.heard,
        "guess": state.guess,
        "twin": state.twin,
    }
    return {name: value for name, value in row.items() if value not in (None, "", [], False)}


def from_row(row: Mapping[str, Any]) -> VisitForm:
    """The form that a draft holds."""
    told: dict[str, Any] = {"type": "", "day": None, **row}
    for name in ("day", "follow_up", "promise_on"):
        told[name] = date.fromisoformat(row[name]) if name in row else None
    for name in ("account", "competitor"):
        told[name] = Choice(*row[name]) if name in row else None
    for name in ("met", "fits"):
        told[name] = tuple(Choice(*one) for one in row.get(name, ()))
    return VisitForm(**told)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _pair(choice: Choice | None) -> list[str] | None:
    return [choice.value, choice.label] if choice else None
