"""What can be typed, in eight lines."""

from __future__ import annotations

from difflib import get_close_matches

from handlers.views.words import esc

SUBCOMMANDS = ("today", "remind", "digest", "role", "manager", "help")
"""The words that may follow `/touchbase`."""

# What people type for one of them.
_ALSO = {
    "list": "today",
    "overdue": "today",
    "due": "today",
    "reminder": "remind",
    "reminders": "remind",
    "report": "digest",
    "weekly": "digest",
    "admin": "role",
    "roles": "role",
    "team": "manager",
}

_LONGEST_SHOWN = 40

_LINES = (
    "Here's what you can type, anywhere in Slack:",
    "• `/logvisit st marys, dr patel, in-service, back next tues` logs a visit, call or text",
    "• `/logreferral st marys, 2 from dr patel` logs referrals, in or out",
    "• `/touchbase today` lists your accounts past due",
    "• `/touchbase remind 07:30 mon-fri` moves your morning message, `remind off` stops it",
    "• `/touchbase digest here` sends this channel figures on Mondays (managers, admins)",
    "• `/touchbase role @ann manager` gives a role, `manager @ann @bob` a manager (admins)",
    "No patient details anywhere, please: Touchbase refuses what looks like them.",
)


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
