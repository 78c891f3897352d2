"""Days and amounts of money as files write them. Never a guess: what can be read two ways is
refused."""

from __future__ import annotations

import re
from datetime import date

from models.exchange.broken import BadAmount, BadDay

ISO, MDY, DMY = "iso", "mdy", "dmy"
DATES = (ISO, MDY, DMY)
"""How a file writes its days; 2026-03-31 is read whatever was said."""

_ISO_DAY = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{1,2}:\d{2}[\d:.]*\s*(?:Z|[+-][\d:]+)?)?"
)
_OTHER_DAY = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_AMOUNT = re.compile(
    r"(?:USD|US\$|\$|EUR|€|GBP|£)?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2})0*)?\s*(?:USD|EUR|€|GBP|£)?",
    re.IGNORECASE,
)
_MOST_CENTS = 10**14


def day(field: str, text: str, dates: str) -> date:
    """The day; a time behind it is left out. Raises BadDay."""
    found = _ISO_DAY.fullmatch(text)
    parts = (found[1], found[2], found[3]) if found else None
    if parts is None and dates != ISO and (found := _OTHER_DAY.fullmatch(text)):
        month, of_month = (found[1], found[3]) if dates == MDY else (found[3], found[1])
        parts = (found[4], month, of_month)
    if parts is not None and 1900 <= int(parts[0]) <= 2200:
        try:
            return date(*map(int, parts))
        except ValueError:
            pass
    raise BadDay(field, dates)


def cents(field: str, text: str) -> int:
    """Whole cents: "$1,234.50" is 123450. Raises BadAmount."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise BadAmount(field)
    amount = int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0"))
    if amount > _MOST_CENTS:
        raise BadAmount(field)
    return amount
