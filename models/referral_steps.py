"""The statuses of a workspace's referrals: what they mean, and what comes after which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from models import lists
from models.lists import Entry
from models.profiles import ENDS, OPEN, REASONS, WAITING, WON
from models.profiles import PROMISED as STILL_PROMISED

PROMISED, NEW, ACCEPTED = "promised", "new", "accepted"
"""The keys of statuses that rules know by name, whatever they are called."""


class Steps:
    """The statuses of a workspace's referrals and what they mean."""

    def __init__(self, found: Mapping[str, Sequence[Entry]]) -> None:
        self.entries = tuple(found[lists.REFERRAL_STATUS])
        self._by_key = {entry.key: entry for entry in self.entries}
        self._reasons = {what: found.get(name, ()) for what, name in REASONS.items()}

    def knows(self, status: str) -> bool:
        """Whether the status is on the list."""
        return status in self._by_key

    def label(self, status: str) -> str:
        """How it is called; its key once it is off the list."""
        entry = self._by_key.get(status)
        return entry.label if entry else status

    def meaning(self, status: str) -> str:
        """What it means to the rules; one that says nothing is open."""
        entry = self._by_key.get(status)
        return (entry.meaning if entry else "") or OPEN

    def is_end(self, status: str) -> bool:
        """Whether a referral there is closed."""
        return self.meaning(status) in ENDS

    def decides(self, status: str) -> bool:
        """Whether it is decided there what becomes of a referral."""
        return self.is_end(status) or status == ACCEPTED

    def follows_accepted(self, status: str) -> bool:
        """Whether it is a step after acceptance, so that what was decided stands."""
        keys = [entry.key for entry in self.entries]
        return ACCEPTED in keys and status in keys[keys.index(ACCEPTED) :]

    def reasons(self, status: str) -> Sequence[Entry]:
        """The reasons of which one must be told to come there; none where none is needed."""
        return self._reasons.get(self.meaning(status), ())

    def reason(self, status: str, key: str | None) -> str | None:
        """What a reason told at this end is called; its key once it is off the list."""
        named = {entry.key: entry.label for entry in self.reasons(status)}
        return named.get(key, key) if key else None

    def may_leave(self, end: str, status: str) -> bool:
        """Whether a closed referral may go there: opened again, or from won to won."""
        return self.meaning(status) in (OPEN, WAITING) or status in [
            entry.key for entry in self.after(end)
        ]

    def after(self, status: str) -> Sequence[Entry]:
        """What comes next from there, the nearest first: steps on the way, won at the end."""
        keys = [entry.key for entry in self.entries]
        later = self.entries[keys.index(status) + 1 :] if status in keys else self.entries
        ahead = [entry for entry in later if (entry.meaning or OPEN) in (OPEN, WON)]
        here = self.meaning(status)
        if here == WON:
            return [entry for entry in ahead if entry.meaning == WON]
        return ahead if here in (STILL_PROMISED, OPEN, WAITING) else []

    def elsewhere(self, status: str) -> Sequence[Entry]:
        """Where else it may be moved by hand; nowhere from where nothing comes next."""
        if self.is_end(status):
            return self.after(status)
        return [entry for entry in self.entries if entry.key not in (status, PROMISED)]

    @property
    def standing(self) -> Sequence[str]:
        """Where referrals are open, promised ones included."""
        return [entry.key for entry in self.entries if not self.is_end(entry.key)]


_LISTS = (lists.REFERRAL_STATUS, *REASONS.values())


def of(session: Session, workspace_id: int) -> Steps:
    """The workspace's statuses, with the reasons for its ends."""
    return Steps(lists.entries(session, workspace_id, *_LISTS))
