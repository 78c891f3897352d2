"""Whom referrals are credited to, by name, each way side by side: for the rows behind a number."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from sqlalchemy.orm import Session

from models import attribution, users

Credit = Mapping[str, Sequence[tuple[str, Fraction]]]
"""Each way of crediting: the names, and their parts; empty where no touch counts."""


def of(session: Session, workspace_id: int, ids: Collection[int]) -> Mapping[int, Credit]:
    """By referral whom it is credited to, whose part is the largest first."""
    found = attribution.of_referrals(session, workspace_id, ids)
    who = {one for ways in found.values() for parts in ways.values() for one in parts}
    names = users.names(session, workspace_id, who)
    return {
        referral_id: {
            way: [
                (names.get(one, ""), part)
                for one, part in sorted(parts.items(), key=lambda pair: (-pair[1], pair[0]))
            ]
            for way, parts in ways.items()
        }
        for referral_id, ways in found.items()
    }
