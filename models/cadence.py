"""How often an account, and people there, must be touched, and who is past it.

`due_on` is stored on the account by whatever changes it (a touch, an owner, a tier, a rule), so
who is overdue is one indexed read. Formulas: domain.md D3, "Point adherence"; docs/cadence.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import ForeignKey, SmallInteger, String, UniqueConstraint, bindparam, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, scan

TIERS = ("A", "B", "C", "D", "unrated")

DEFAULT_DAYS = {"A": (7, 10), "B": (14, 21), "C": (30, 45), "D": (90, 120)}
"""Ideal and longest gap in days by tier. An unrated account counts as C."""

EXEMPT = ("dormant", "inactive", "do_not_call", "on_hold", "not_engaged")
"""Statuses of accounts that are in no cadence: they remind nobody and count nowhere."""

WEIGHTS = {"A": 4.0, "B": 2.0, "C": 1.0, "D": 0.5, "unrated": 1.0}
"""What a tier weighs when overdue accounts are ranked."""

FALLING = 1.25
"""What an account weighs more whose referrals fell."""


class CadenceRule(Base):
    """The gaps allowed between two qualifying touches of some accounts, or of some people."""

    __tablename__ = "cadence_rule"
    __table_args__ = (
        UniqueConstraint(
            "workspace_id",
            "tier",
            "account_type",
            "contact_role",
            "buying_role",
            name="cadence_rule_once",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    # What the rule is about; "" is any. A rule with one of the last two is about people.
    tier: Mapped[str] = mapped_column(String(8))
    account_type: Mapped[str] = mapped_column(String(60), default="", server_default="")
    contact_role: Mapped[str] = mapped_column(String(60), default="", server_default="")
    buying_role: Mapped[str] = mapped_column(String(60), default="", server_default="")
    ideal_days: Mapped[int] = mapped_column(SmallInteger)
    max_days: Mapped[int] = mapped_column(SmallInteger)


@dataclass(frozen=True)
class Scope:
    """What a rule is about; "" is any. With one of the last two it is about people, each of
    whom must be met, else about accounts."""

    tier: str = ""
    account_type: str = ""
    contact_role: str = ""
    buying_role: str = ""

    @property
    def of_people(self) -> bool:
        """Whether it is about people."""
        return bool(self.contact_role or self.buying_role)

    def fits(self, tier: str, account_type: str | None) -> bool:
        """Whether an account of this tier and type falls under it."""
        return self.tier in ("", tier) and self.account_type in ("", account_type)

    def fits_person(self, role: str | None, buying_role: str | None) -> bool:
        """Whether somebody of these roles does, at an account that fits."""
        return self.contact_role in ("", role) and self.buying_role in ("", buying_role)


@dataclass(frozen=True)
class Rule:
    """The gaps in days allowed within a scope. Past `ideal_days` a touch would be well timed,
    past `max_days` it is overdue."""

    scope: Scope
    ideal_days: int
    max_days: int
    id: int = field(default=0, compare=False)  # 0: not stored

    @property
    def rank(self) -> tuple[int, bool, bool, int]:
        """The higher, the more specific: who is meant, then type before tier; of two people's
        rules that are alike in this the stricter one."""
        scope = self.scope
        return (
            bool(scope.contact_role) + bool(scope.buying_role),
            bool(scope.account_type),
            bool(scope.tier),
            -self.max_days,
        )


@dataclass(frozen=True)
class Rules:
    """All rules of a workspace, the most specific first.

    Of several that fit an account one holds: tier and type before type before tier before any;
    with none that of C accounts. People's rules likewise: contact type and buying role before
    one of them, then as for accounts; with none that fits, a person need not be met.
    """

    every: tuple[Rule, ...]

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> Rules:
        """These rules, in their order."""
        return cls(tuple(sorted(rules, key=lambda rule: rule.rank, reverse=True)))

    @cached_property
    def accounts(self) -> tuple[Rule, ...]:
        """Those about accounts."""
        return tuple(rule for rule in self.every if not rule.scope.of_people)

    @cached_property
    def people(self) -> tuple[Rule, ...]:
        """Those about people."""
        return tuple(rule for rule in self.every if rule.scope.of_people)

    @cached_property
    def fallback(self) -> Rule:
        """The one for accounts that no other is for."""
        return next(rule for rule in self.accounts if rule.scope == FALLBACK)

    def of_account(self, tier: str, account_type: str | None) -> Rule:
        """The one an account falls under."""
        found = self._of_accounts.get((tier, account_type))
        if found is None:
            fit = (rule for rule in self.accounts if rule.scope.fits(tier, account_type))
            found = self._of_accounts[tier, account_type] = next(fit, self.fallback)
        return found

    @cached_property
    def _of_accounts(self) -> dict[tuple[str, str | None], Rule]:
        """What was looked up, for whoever asks about thousands of accounts."""
        return {}

    def of_person(
        self, tier: str, account_type: str | None, role: str | None, buying_role: str | None
    ) -> Rule | None:
        """The one under which somebody at such an account must be met, if there is one."""
        fit = (
            rule
            for rule in self.people
            if rule.scope.fits(tier, account_type) and rule.scope.fits_person(role, buying_role)
        )
        return next(fit, None)

    def days(self, scope: Scope) -> tuple[int, int] | None:
        """Ideal and longest gap of the rule with exactly this scope."""
        found = next((rule for rule in self.every if rule.scope == scope), None)
        return None if found is None else (found.ideal_days, found.max_days)

    def changed(self, scope: Scope, days: tuple[int, int] | None) -> Rules:
        """The rules once the one with this scope has these days; without days it goes."""
        others = [rule for rule in self.every if rule.scope != scope]
        return Rules.of(others if days is None else [*others, Rule(scope, *days)])


FALLBACK = Scope("C")

Gap = tuple[int, Rule]
"""Days since a touch, and the rule for them."""


@dataclass(frozen=True)
class PersonDue:
    """Somebody who must be met under a rule."""

    name: str
    role: str  # the label of what the rule names: the contact type, else the buying role
    since: date  # the last time they were met, or since when they should have been
    rule: Rule

    @property
    def due_on(self) -> date:
        """The last day on which the rule still holds."""
        return self.since + timedelta(days=self.rule.max_days)

    def by(self, today: date) -> PersonPast:
        """How it stands on that day."""
        return PersonPast(self.name, self.role, (today - self.since).days, self.rule.max_days)


@dataclass(frozen=True)
class PersonPast:
    """Somebody who should have been met by now."""

    name: str
    role: str
    days_since: int
    max_days: int


class Overdue(NamedTuple):
    """An account past its cadence, with what a reminder says about it: its own rule's days, and
    the people there who should have been met, the longest overdue first."""

    account_id: int
    name: str
    tier: str
    city: str
    last_touch_on: date | None
    due_on: date
    days_since: int
    max_days: int
    referrals: int = 0  # from it in the last 90 days ...
    referrals_before: int = 0  # ... and in the 90 before
    people: tuple[PersonPast, ...] = ()

    @property
    def fell(self) -> bool:
        """Whether it sends fewer referrals than it did."""
        return self.referrals < self.referrals_before

    @property
    def urgency(self) -> float:
        """(days since / max days) x tier weight, x 1.25 if its referrals fell: what the list is
        ranked by. Of the account's days and its people's those count that are worst."""
        weight = WEIGHTS[self.tier] * (FALLING if self.fell else 1)
        times = self.days_since / self.max_days
        if self.people:
            times = max(times, *(one.days_since / one.max_days for one in self.people))
        return times * weight


def due_on(last_touch_on: date | None, owned_since: date | None, max_days: int) -> date | None:
    """The last day on which the account is still in its cadence; None when nobody owns it.

    An account never touched counts from the day it got its present owner.
    """
    if owned_since is None:
        return None
    return (last_touch_on or owned_since) + timedelta(days=max_days)


def worst_gap(own: Gap, people: Sequence[PersonDue], today: date) -> Gap:
    """Of an account's gap and those of its people the one that is the most times too long."""
    theirs = (((today - one.since).days, one.rule) for one in people)
    return max([own, *theirs], key=lambda gap: gap[0] / gap[1].max_days)


def since(last_touch_on: date | None, owned_since: date, known_since: date) -> date:
    """From when on a person's days count: the last time they were met, else the later of the day
    they were first entered and the day the account got its present owner."""
    return last_touch_on or max(owned_since, known_since)


def rules(session: Session, workspace_id: int) -> Rules:
    """The workspace's rules, in one read."""
    rows = scan(session, _RULES, {"workspace": workspace_id})
    return Rules.of(
        [Rule(Scope(*scope), ideal, longest, id_) for *scope, ideal, longest, id_ in rows]
    )


# Built once: it runs while a person waits.
_RULES = select(
    CadenceRule.tier,
    CadenceRule.account_type,
    CadenceRule.contact_role,
    CadenceRule.buying_role,
    CadenceRule.ideal_days,
    CadenceRule.max_days,
    CadenceRule.id,
).where(CadenceRule.workspace_id == bindparam("workspace"))


def ranked(overdue: Sequence[Overdue]) -> list[Overdue]:
    """Most urgent first, ties by name."""
    return sorted(overdue, key=lambda account: (-account.urgency, account.name))


def seed(session: Session, workspace_id: int) -> None:
    """The default rules of a new workspace."""
    session.execute(
        insert(CadenceRule),
        [
            {"workspace_id": workspace_id, "tier": tier, "ideal_days": ideal, "max_days": longest}
            for tier, (ideal, longest) in DEFAULT_DAYS.items()
        ],
    )
