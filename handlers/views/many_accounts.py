"""Many accounts at once: the form that says what a change would do, and the receipt of tiers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from handlers.views import fields
from handlers.views.fields import NONE, Block, Choice, View, mrkdwn, plain
from handlers.views.words import listed, plural
from models.cadence import TIERS
from models.lists import Entry
from models.many_accounts import Preview
from models.retiering import RetierReceipt
from models.what_if import WhatIf

FORM, UNDO = "many_form", "retier_undo"
OWNER, TYPE, TERRITORY, TIER = "many_owner", "many_type", "many_territory", "many_tier"
NEW_TIER, HEIR, DEALS = "many_new_tier", "many_heir", "many_deals"

_TITLE = "Change accounts"
_SHOWN_GIVERS = 10


@dataclass(frozen=True)
class ManyForm:
    """The form as it stands: which accounts (empty is any), and what becomes of them."""

    owner: Choice | None = None
    type: str = ""
    territory: Choice | None = None
    tier: str = ""
    new_tier: str = ""
    heir: Choice | None = None
    deals: bool = False

    def as_json(self) -> Any:
        """For the form's metadata, to tell what its figures were shown for."""
        return json.loads(json.dumps(astuple(self)))


def form(state: ManyForm, types: Sequence[Entry], found: Preview | None = None) -> View:
    """The form. `found`: what the change would do, once that was read."""
    tiers = [Entry(tier, _tier(tier)) for tier in TIERS]
    go_along = Choice("deals", "Move their open deals too")
    blocks = [
        *_preview(state, found),
        fields.search(OWNER, "Owner", hint="Anyone", chosen=state.owner),
        _any(TYPE, "Account type", types, state.type),
        fields.search(TERRITORY, "Territory", hint="Any", chosen=state.territory),
        _any(TIER, "Tier now", tiers, state.tier),
        fields.pick(NEW_TIER, "New tier", tiers, chosen=state.new_tier),
        fields.search(HEIR, "New owner", hint="Type a name", chosen=state.heir),
        fields.tick(DEALS, "When they get another owner", go_along, ticked=state.deals),
    ]
    may = found is not None and _does(found)
    metadata = json.dumps({"shown": state.as_json() if may else None})
    return fields.modal(FORM, _TITLE, blocks, metadata=metadata, submit="Change" if may else "Next")


def receipt(shown: RetierReceipt) -> tuple[str, list[Block]]:
    """Which tiers went where, and the way back for a day."""
    count = sum(shown.before.values())
    if shown.undone:
        text = f"Undone: {_have(count - shown.kept)} the old tier again."
        if shown.kept:
            text += f" {plural(shown.kept, 'account')} got another tier since and kept it."
        return text, [fields.section(mrkdwn(text))]
    text = f"{_are(count)} {_sentence(shown.tier)}. Before: {_tiers(shown.before)}."
    blocks = [fields.section(mrkdwn(text))]
    if shown.may_undo:
        sure = fields.confirm(
            "Undo this?", "They get back the tier they had.", "Undo it", "Keep it"
        )
        blocks.append(
            fields.actions(fields.button(UNDO, "Undo", str(shown.retiering_id), confirm=sure))
        )
    return text, blocks


def options(names: Sequence[str]) -> list[Block]:
    """Territories, as Slack takes them."""
    return [fields.option(Choice(f"t:{name}", name)) for name in names]


def _any(block: str, label: str, entries: Sequence[Entry], chosen: str) -> Block:
    offered = [Entry(NONE, "Any"), *entries]
    return fields.pick(block, label, offered, chosen=chosen or NONE, optional=False)


def _does(found: Preview) -> bool:
    return bool(found.retiered or found.givers)


def _preview(state: ManyForm, found: Preview | None) -> list[Block]:
    if found is None:
        lead = "Choose the accounts, then give them another tier, another owner, or both."
        return [fields.section(plain(lead))]
    if not _does(found):
        match = f"{plural(found.count, 'account')} match" + ("es" if found.count == 1 else "")
        said = f"{match}, but nothing would change. Choose another tier or owner."
        return [fields.section(plain(said))]
    lines = []
    if found.retiered:
        count = sum(found.retiered.values())
        become = "becomes" if count == 1 else "become"
        before = _tiers(found.retiered)
        lines.append(
            f"{plural(count, 'account')} {become} {_sentence(state.new_tier)}: now {before}."
        )
        lines += _asks(found.asks, found.everyone) if found.asks else []
    if found.givers and state.heir is not None:
        shown = [f"{count:,} of {name}" for name, count in found.givers[:_SHOWN_GIVERS]]
        count = sum(count for _, count in found.givers)
        go = "goes" if count == 1 else "go"
        whose = listed(shown)
        lines.append(f"{plural(count, 'account')} {go} to {state.heir.label}: {whose}.")
        along = "Open follow-ups and deals" if state.deals else "Open follow-ups"
        lines.append(f"{along} there move too.")
    said = "\n".join(f"• {line}" for line in lines)
    note = "Nothing has changed yet. Press Change to apply it. You can undo it for 24 hours."
    return [fields.section(plain(said)), fields.context(plain(note))]


def _asks(asks: WhatIf, everyone: bool) -> list[str]:
    whose = "All accounts" if everyone else "Your team's accounts"
    best = f"; the best {asks.weeks} weeks averaged {round(asks.best):,}" if asks.weeks > 1 else ""
    lines = [
        f"{whose} then ask for {plural(round(asks.weekly), 'visit')} a week, now for "
        f"{round(asks.weekly_now):,}{best}."
    ]
    count = sum(asks.overdue.values())
    if count:
        become = "becomes" if count == 1 else "become"
        lines.append(f"{plural(count, 'account')} {become} overdue right away.")
    if asks.longer:
        get = "gets" if asks.longer == 1 else "get"
        lines.append(f"{plural(asks.longer, 'person', 'people')} {get} a longer list tomorrow.")
    return lines


def _tier(tier: str) -> str:
    return tier if len(tier) == 1 else tier.capitalize()


def _sentence(tier: str) -> str:
    return f"tier {tier}" if len(tier) == 1 else "unrated"


def _tiers(counts: Mapping[str, int]) -> str:
    """ "30 B, 17 C"."""
    return ", ".join(f"{count:,} {tier}" for tier, count in sorted(counts.items()))


def _have(count: int) -> str:
    return f"{plural(count, 'account')} {'has' if count == 1 else 'have'}"


def _are(count: int) -> str:
    return f"{plural(count, 'account')} {'is' if count == 1 else 'are'} now"
