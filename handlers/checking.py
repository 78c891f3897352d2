"""What people typed and chose, held to the rules. Every refusal is kept, so that all are shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from handlers.views.fields import LONGEST_NAME, Choice
from models import phi
from models.accounts import NewAccount
from models.contacts import NewContact
from models.errors import DayAhead, Missing, NotANumber, Refused, TooLong, TooManyReferrals
from models.phi import Clean, LooksLikePatient
from models.referrals import MOST_AT_ONCE
from models.text import tidy


@dataclass
class InvalidForm(Refused):
    """What is wrong with a form, by the name of the field's block (without a reset's number)."""

    fields: dict[str, Refused]

    @property
    def names_patients(self) -> bool:
        """Whether the patient guard found something."""
        return any(isinstance(why, LooksLikePatient) for why in self.fields.values())


class Checks:
    """The rules, and what did not pass them.

    known    phones and e-mails of people we know (`phi.channels`).
    allowed  rules of the guard's warn tier that the person answered "not about a patient".
    """

    def __init__(self, known: Collection[str] = (), allowed: Collection[str] = ()) -> None:
        self.known, self.allowed = known, allowed
        self.refused: dict[str, Refused] = {}
        self.ticked: set[str] = set()  # rules that held and were allowed

    def refuse(self, block: str, why: Refused) -> None:
        """Remember what is wrong with a field; the first word on each stands."""
        self.refused.setdefault(block, why)

    def done(self) -> None:
        """Raises InvalidForm when any field was refused."""
        if self.refused:
            raise InvalidForm(self.refused)

    def clean(self, block: str, typed: str, limit: int, *, lines: bool = False) -> Clean:
        """What was typed, tidied and free of patients; the field is refused otherwise."""
        if len(typed) > limit:
            self.refuse(block, TooLong(limit, len(typed)))
            return Clean("")
        return self._guarded(block, tidy(typed, limit, multiline=lines))

    def count(self, block: str, typed: str, *, least: int = 0) -> int:
        """A number of referrals; an empty field is `least`."""
        number = self.number(block, typed, least=least)
        if number is not None and number > MOST_AT_ONCE:
            self.refuse(block, TooManyReferrals(MOST_AT_ONCE))
        return least if number is None else number

    def number(self, block: str, typed: str, *, least: int = 0) -> int | None:
        """A whole number of at most four digits; None for an empty field."""
        typed = typed.strip()
        if not typed:
            return None
        if not (typed.isascii() and typed.isdecimal() and len(typed) <= 4) or int(typed) < least:
            self.refuse(block, NotANumber())
            return None
        return int(typed)

    def past_day(self, block: str, day: date | None, today: date) -> date:
        """A day that must be told and may not be ahead of `today`."""
        if day is None:
            self.refuse(block, Missing())
        elif day > today:
            self.refuse(block, DayAhead(day, today))
        return day or today

    def account(
        self, block: str, chosen: Choice | None, *, required: bool = True
    ) -> int | NewAccount | None:
        """The account chosen, known or new."""
        if chosen is not None and chosen.id is not None:
            return chosen.id
        name = self.name(block, chosen.new_name) if chosen and chosen.new_name else ""
        if name:
            return NewAccount(name)
        if required:
            self.refuse(block, Missing())
        return None

    def contact(self, block: str, chosen: Choice) -> int | NewContact | None:
        """A person chosen, known or new."""
        if chosen.id is not None:
            return chosen.id
        name = self.name(block, chosen.new_name or "")
        return NewContact(name) if name else None

    def competitor(self, block: str, chosen: Choice | None) -> int | str | None:
        """A competitor chosen, known or new."""
        if chosen is None or chosen.id is not None:
            return chosen.id if chosen else None
        return self.name(block, chosen.new_name or "") or None

    def name(self, block: str, name: str) -> Clean:
        """A new name, tidied and free of patients."""
        return self._guarded(block, tidy(name, LONGEST_NAME))

    def _guarded(self, block: str, words: str) -> Clean:
        try:
            return phi.clean(words, known=self.known)
        except LooksLikePatient as patient:
            if any(
                found.tier == phi.BLOCK or found.rule not in self.allowed for found in patient.found
            ):
                self.refuse(block, patient)
                return Clean("")
            self.ticked.update(patient.rules)
            return phi.clean(words, known=self.known, allowed=patient.rules)
