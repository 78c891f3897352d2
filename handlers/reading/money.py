"""An amount of money as people type it on a phone."""

from __future__ import annotations

import re
from decimal import Decimal

from models.errors import BadAmount

MOST_CENTS = 10**13
"""A hundred billion dollars: more is a slip of the thumb."""

_TIMES = {"": 1, "k": 1_000, "m": 1_000_000, "mm": 1_000_000, "b": 1_000_000_000}

_AMOUNT = re.compile(
    r"(?:usd|us\$|\$)?\s*"
    r"(?P<whole>\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.(?P<rest>\d+))?\s*"
    r"(?P<times>k|mm|m|b)?\s*(?:usd|dollars|\$)?"
)


def cents(typed: str) -> int | None:
    """ "$12,500", "12.5k", "1.2m", "12500.50" as cents; None when nothing was typed.

    A point stands before cents, or before the parts of a thousand or a million: "12.500" may mean
    either of two amounts, so it is refused.

    Raises BadAmount.
    """
    text = " ".join(typed.split()).casefold()
    if not text:
        return None
    found = _AMOUNT.fullmatch(text) if text.isascii() else None
    if found is None:
        raise BadAmount
    rest, times = found["rest"] or "", _TIMES[found["times"] or ""]
    whole = found["whole"].replace(",", "").replace(" ", "")
    if len(whole) > 15 or (times == 1 and len(rest) not in (0, 1, 2)):
        raise BadAmount
    amount = Decimal(f"{whole}.{rest or 0}") * times * 100
    if amount != amount.to_integral_value() or amount > MOST_CENTS:
        raise BadAmount
    return int(amount)
