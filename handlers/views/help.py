"""What can be typed, in eight lines."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from handlers.views.words import esc

SUBCOMMANDS = (
    "today",
    "account",
    "referrals",
    "leads",
    "remind",
    "settings",
    "holidays",
    "goals",
    "plan",
    "digest",
    "report",
    "cadence",
    "pipeline",
    "role",
    "manager",
    "merge",
    "reassign",
    "retier",
    "purge",
    "status",
    "help",
)
"""The words that may follow `/touchbase`."""

# What people type for one of them.
_ALSO = {
    "list": "today",
    "overdue": "today",
    "due": "today",
    "reminder": "remind",
    "reminders": "remind",
    "reports": "report",
    "weekly": "digest",
    "rules": "cadence",
    "rule": "cadence",
    "tiers": "cadence",
    "admin": "role",
    "roles": "role",
    "team": "manager",
    "tier": "retier",
    "bulk": "retier",
    "duplicate": "merge",
    "duplicates": "merge",
    "redact": "purge",
    "goal": "goals",
    "target": "goals",
    "targets": "goals",
    "quota": "goals",
    "pace": "goals",
    "week": "plan",
    "planning": "plan",
    "health": "status",
    "brief": "account",
    "queue": "referrals",
    "ledger": "leads",
    "reciprocity": "leads",
    "preferences": "settings",
    "holiday": "holidays",
    "vacation": "settings",
    "quiet": "settings",
    "deals": "pipeline",
    "opportunities": "pipeline",
    "forecast": "pipeline",
}

_LONGEST_SHOWN = 40

_LINES = (
    "Here's what you can type, anywhere in Slack:",
    "• `/logvisit st marys, dr patel, in-service, back next tues` logs a visit, call or text",
    "• `/logreferral st marys, 2 from dr patel` logs referrals; `/pipeline` shows your deals",
    "• `/touchbase today` lists what is due; `account st marys` briefs you; `referrals`, "
    "`plan`, `goals visits 25 a week`",
    "• `/touchbase remind 07:30 mon-fri` moves your morning message; `settings`, `holidays`",
    "• `/touchbase digest here` posts figures on Mondays, `digest me short` sends you four lines; "
    "`/report` makes a workbook",
    "• `/touchbase merge` joins duplicates; managers: `reassign @ann`, `retier`; admins: "
    "`role @ann manager`, `manager @ann @bob`, `cadence`, `purge`, `status`",
    "No patient details, anywhere: Touchbase refuses what looks like them.",
)


_GREETINGS = frozenset(
    ("hi", "hey", "hello", "hola", "help", "?", "start", "ok", "thanks", "thank you", "thx")
)


def is_greeting(lines: Sequence[str]) -> bool:
    """Whether a message to the bot is no visit but a hello or a call for help."""
    return len(lines) == 1 and lines[0].strip().strip("!.").casefold() in _GREETINGS


def lines() -> str:
    """The help."""
    return "\n".join(_LINES)


def unknown(word: str) -> str:
    """The answer to a word that may not follow `/touchbase`: the nearest one, then the help."""
    shown = word if len(word) <= _LONGEST_SHOWN else word[:_LONGEST_SHOWN] + "…"
    near = nearest(word)
    hint = f" Did you mean `/touchbase {near}`?" if near else ""
    return f"I don't know “{esc(shown)}”.{hint}\n{lines()}"


def nearest(word: str) -> str | None:
    """The subcommand that somebody who typed `word` most likely meant, if any comes near."""
    known = [*SUBCOMMANDS, *_ALSO]
    found = get_close_matches(word.casefold()[:_LONGEST_SHOWN], known, n=1, cutoff=0.6)
    return _ALSO.get(found[0], found[0]) if found else None


def unknown_command() -> str:
    """The answer to a slash command that the app's settings name and Touchbase does not."""
    return f"That command isn't one of mine.\n{lines()}"
