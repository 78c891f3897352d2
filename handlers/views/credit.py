"""Whom a referral is credited to, the ways side by side."""

from __future__ import annotations

from models.attribution import WAYS
from models.credited_to import Credit

_NONE = "Credit: nobody, no touch in the window"


def line(credit: Credit) -> str:
    """ "Credit: first Ann · last Bob · linear Ann 50%, Bob 50% · decay Bob 62%, Ann 38%", or the
    one person all ways agree on."""
    everyone = {name for parts in credit.values() for name, _part in parts}
    if not everyone:
        return _NONE
    if len(everyone) == 1:
        return f"Credit: {everyone.pop() or 'someone'}"
    told = []
    for way in WAYS:
        parts = credit[way]
        if len(parts) == 1:
            told.append(f"{way} {parts[0][0]}")
        else:
            each = ", ".join(f"{name} {round(100 * part)}%" for name, part in parts)
            told.append(f"{way} {each}")
    return f"Credit: {' · '.join(told)}"
