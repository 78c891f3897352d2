"""The cadence rules: the list, the form that changes one and says what that asks, the receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.views import fields
from handlers.views.fields import NONE, Block, Choice, View, mrkdwn, plain
from handlers.views.words import days, esc, listed, lowered, plural
from models import lists
from models.cadence import FALLBACK, TIERS, Rule, Rules, Scope
from models.cadence_rules import Days, Receipt
from models.lists import Entry
from models.what_if import WhatIf

LIST, FORM = "cadence_list", "cadence_form"
ADD, MORE, UNDO = "cadence_add", "cadence_more", "cadence_undo"
CHANGE, REMOVE = "change", "remove"
"""What the menu beside a rule offers."""

TIER, ACCOUNT_TYPE, CONTACT_ROLE = "cadence_tier", "cadence_account_type", "cadence_contact_role"
BUYING_ROLE, IDEAL, LONGEST = "cadence_buying_role", "cadence_ideal", "cadence_longest"

LISTS = (lists.ACCOUNT_TYPE, lists.CONTACT_ROLE, lists.BUYING_ROLE)
"""Whose entries the words and the form need."""

_TITLE = "Cadence"
_SOON = "Everyone's list updates within a minute."

Entries = Mapping[str, Sequence[Entry]]


@dataclass(frozen=True)
class RuleForm:
    """The form as it stands.

    fixed    the scope is that of a rule there is, and not to be chosen.
    removes  the rule is to go.
    shown    for which scope and days the figures were shown.
    """

    scope: Scope = Scope()
    ideal: str = ""
    longest: str = ""
    fixed: bool = False
    removes: bool = False
    shown: tuple[Scope, Days] | None = None


def rules_list(rules: Rules, entries: Entries, *, said: str = "") -> View:
    """All rules, each with a menu. `said`: what was just done."""
    words = _Words(entries)
    blocks = [fields.section(plain(said))] if said else []
    blocks += [
        fields.section(plain(_heading(rules))),
        fields.actions(fields.button(ADD, "Add a rule", "cadence", style="primary")),
    ]
    for rule in _in_order(rules):
        offers = [Choice(f"{CHANGE}:{rule.id}", "Change")]
        if rule.scope != FALLBACK:
            offers.append(Choice(f"{REMOVE}:{rule.id}", "Remove"))
        menu = fields.overflow(MORE, offers)
        blocks.append(fields.section(plain(_line(rule, words)), accessory=menu))
    return {
        "type": "modal",
        "callback_id": LIST,
        "title": plain(_TITLE),
        "close": plain("Done"),
        "blocks": blocks,
    }


def read_only(rules: Rules, entries: Entries) -> str:
    """The rules for those who may not change them."""
    words = _Words(entries)
    lines = [
        f"• {esc(words.scope(rule.scope))}: {_gaps((rule.ideal_days, rule.max_days))}"
        for rule in _in_order(rules)
    ]
    return "\n".join(["*How often each account needs a touch* (admins can change this):", *lines])


def chosen(value: str) -> tuple[str, int]:
    """What an option of a rule's menu says: which act, on which rule."""
    act, _, rule_id = value.partition(":")
    return act, int(rule_id)


def form(state: RuleForm, entries: Entries, asks: WhatIf | None = None) -> View:
    """The form. `asks`: what the rules would ask with what was typed, once that was read."""
    words = _Words(entries)
    blocks = [*_asks(state, asks, words)]
    if state.fixed and not state.removes:
        blocks.append(fields.section(plain(f"Rule for {words.scope(state.scope)}")))
    elif not state.removes:
        blocks += _scope_fields(state.scope, entries)
    if not state.removes:
        blocks += [
            fields.text(
                IDEAL, "Aim for a touch every … days", value=state.ideal, longest=4,
                placeholder="14", optional=False,
            ),
            fields.text(
                LONGEST, "Overdue after … days", value=state.longest, longest=4,
                placeholder="21", optional=False,
            ),
        ]  # fmt: skip
    metadata = {
        "scope": [*vars(state.scope).values()] if state.fixed else None,
        "removes": state.removes,
        "shown": _as_json(state.shown),
    }
    submit = "Remove" if state.removes else "Save" if asks else "Next"
    title = "Remove a rule" if state.removes else "Cadence rule"
    return fields.modal(FORM, title, blocks, metadata=json.dumps(metadata), submit=submit)


def saved(scope: Scope, days_now: Days, entries: Entries) -> str:
    """What the list says above itself after a change."""
    what = _Words(entries).scope(scope)
    if days_now is None:
        return f"Removed the rule for {what}. {_SOON}"
    return f"Saved: {what}, {_gaps(days_now)}. {_SOON}"


def receipt(shown: Receipt, entries: Entries) -> tuple[str, list[Block]]:
    """What was changed, and the way back for a day."""
    what = esc(_Words(entries).scope(shown.scope))
    was = _gaps(shown.before) if shown.before else "no rule"
    now = _gaps(shown.after) if shown.after else "no rule"
    if shown.undone:
        text = f"Undone: the cadence rule for {what} is as it was ({was})."
        return text, [fields.section(mrkdwn(text))]
    text = f"Cadence rule for {what}: {now}. Before: {was}. {_SOON}"
    blocks = [
        fields.section(mrkdwn(f"*Cadence rule for {what}*\nNow: {now}\nBefore: {was}\n{_SOON}"))
    ]
    if shown.may_undo:
        blocks.append(fields.actions(fields.button(UNDO, "Undo", str(shown.change_id))))
    return text, blocks


def shown_of(told: object) -> tuple[Scope, Days] | None:
    """Of the form's metadata, for what the figures were shown."""
    if not isinstance(told, list):
        return None
    scope, gaps = told
    return Scope(*scope), (gaps[0], gaps[1]) if gaps else None


class _Words:
    """What scopes are called, by the labels of the workspace's lists."""

    def __init__(self, entries: Entries) -> None:
        self._labels = {
            name: {entry.key: entry.label for entry in group} for name, group in entries.items()
        }

    def scope(self, scope: Scope) -> str:
        """ "A accounts", "A hospital accounts", "each physician at hospital accounts"."""
        kind = self._kind(scope)
        if not scope.of_people:
            return f"{kind or 'all'} accounts"
        return f"each {self._who(scope)} at {f'{kind} accounts' if kind else 'any account'}"

    def counted(self, count: int, scope: Scope) -> str:
        """ "11 C accounts", "22 people (physician at any account)"."""
        if scope.of_people:
            who = self.scope(scope).removeprefix("each ")
            return f"{plural(count, 'person', 'people')} ({who})"
        return plural(count, f"{self._kind(scope)} account".strip())

    def _kind(self, scope: Scope) -> str:
        kind = self._label(lists.ACCOUNT_TYPE, scope.account_type)
        return " ".join(filter(None, (scope.tier, kind)))

    def _who(self, scope: Scope) -> str:
        roles = (
            self._label(lists.BUYING_ROLE, scope.buying_role),
            self._label(lists.CONTACT_ROLE, scope.contact_role),
        )
        return " ".join(filter(None, roles))

    def _label(self, name: str, key: str) -> str:
        return lowered(self._labels.get(name, {}).get(key, key))


def _heading(rules: Rules) -> str:
    lead = (
        "How often each account needs a touch. The most specific rule wins: tier and type, "
        "then type, then tier. Accounts without a rule follow the one for C."
    )
    return f"{lead} Rules for people apply as well." if rules.people else lead


def _in_order(rules: Rules) -> list[Rule]:
    """Those by tier alone first, as everyone knows them; then types; people last."""

    def place(rule: Rule) -> tuple[object, ...]:
        scope = rule.scope
        tier = TIERS.index(scope.tier) if scope.tier in TIERS else -1
        return scope.contact_role, scope.buying_role, scope.account_type, tier

    return sorted(rules.accounts, key=place) + sorted(rules.people, key=place)


def _line(rule: Rule, words: _Words) -> str:
    what = words.scope(rule.scope)
    gaps = _gaps((rule.ideal_days, rule.max_days))
    return f"{what[:1].upper()}{what[1:]}\n{gaps[:1].upper()}{gaps[1:]}"


def _gaps(gaps: tuple[int, int]) -> str:
    return f"every {days(gaps[0])}, overdue after {gaps[1]}"


def _as_json(shown: tuple[Scope, Days] | None) -> object:
    return None if shown is None else [list(vars(shown[0]).values()), shown[1]]


def _scope_fields(scope: Scope, entries: Entries) -> list[Block]:
    tiers = [Entry(tier, tier.capitalize()) for tier in TIERS]
    asked = (
        (TIER, "Tier", tiers, scope.tier),
        (ACCOUNT_TYPE, "Account type", entries[lists.ACCOUNT_TYPE], scope.account_type),
        (CONTACT_ROLE, "Contact role", entries[lists.CONTACT_ROLE], scope.contact_role),
        (BUYING_ROLE, "Buying role", entries[lists.BUYING_ROLE], scope.buying_role),
    )
    blocks = [
        fields.pick(
            block, label, [Entry(NONE, "Any"), *offered], chosen=held or NONE, optional=False
        )
        for block, label, offered, held in asked
    ]
    note = "With a contact role or buying role, each of these people must be met that often."
    return [*blocks, fields.context(plain(note))]


def _asks(state: RuleForm, asks: WhatIf | None, words: _Words) -> list[Block]:
    if asks is None or state.shown is None:
        return []
    scope, wanted = state.shown
    does = (
        f"the rule for {words.scope(scope)} is removed"
        if wanted is None
        else _wanted(scope, wanted, words)
    )
    button = "Remove" if state.removes else "Save"
    said = "\n".join(f"• {line}" for line in _figures(asks, words))
    lead = fields.section(plain(f"If {does}:\n{said}"))
    note = f"Nothing has changed yet. Press {button} to apply it. You can undo it for 24 hours."
    return [lead, fields.context(plain(note))]


def _wanted(scope: Scope, wanted: tuple[int, int], words: _Words) -> str:
    verb = "is" if scope.of_people else "are"
    return f"{words.scope(scope)} {verb} overdue after {days(wanted[1])}"


def _figures(asks: WhatIf, words: _Words) -> list[str]:
    """What the change asks, a line each, with the worst of it."""
    lines = [f"This asks for {plural(round(asks.weekly), 'visit')} a week; {_best(asks)}."]
    if asks.worst is not None:
        part = words.counted(asks.worst.count, asks.worst.scope)
        verb = "costs" if asks.worst.count == 1 else "cost"
        lines.append(f"{part} {verb} {round(asks.worst.weekly):,} of them.")
    lines.append(f"Today's rules ask for {plural(round(asks.weekly_now), 'visit')} a week.")
    count = sum(asks.overdue.values())
    if count:
        tiers = listed([f"{number:,} {tier}" for tier, number in asks.overdue.items()])
        become = "becomes" if count == 1 else "become"
        lines.append(f"{plural(count, 'account')} {become} overdue right away: {tiers}.")
    else:
        lines.append("No account becomes overdue right away.")
    if asks.longer:
        get = "gets" if asks.longer == 1 else "get"
        people = plural(asks.longer, "person", "people")
        lines.append(f"{people} {get} a longer list tomorrow.")
    else:
        lines.append("Nobody gets a longer list tomorrow.")
    return lines


def _best(asks: WhatIf) -> str:
    if not asks.weeks:
        return "none are logged yet to compare with"
    if asks.weeks == 1:
        return f"the best week had {round(asks.best):,}"
    count = "eight" if asks.weeks == 8 else str(asks.weeks)
    return f"the best {count} weeks averaged {round(asks.best):,}"
