"""The name of an account that is on no list yet, as the rep typed it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.reading.words import ORDINARY, TITLES, Token
from models.given_names import COMMON
from models.name_words import GENERIC, KINDS, is_silent, spelled
from models.text import listed

_ANNOUNCED = re.compile(
    r"\bnew\s*(?:(?:account|acct|practice|place|office|agency|clinic|facility|client|prospect|"
    r"referral source|group|firm|company|shop|hospital|snf|broker|plumber|location)\b"
    r"(?:\s+(?:called|named|is))?)?\s*(:|-|–|\s)\s*",
    re.IGNORECASE,
)
_KIND_SAID = re.compile(r"new\s+[a-z]", re.IGNORECASE)
_JOINERS = listed("of and the de la")
_FIRMS = listed(
    """
    spine sports pain dental eye vision wellness urgent plumbers sewer septic pros hvac builders
    flooring roofers movers bank credit legal attorneys church academy manor terrace pointe
    estates gardens therapies imaging oncology podiatry chiropractic neurology medicine surgery
    household solutions supply contractors adjusters brokers planners trust capital
    """
)
_STOPS = listed("w with met saw spoke talked intro called emailed texted their they i dr re their")
_MOST = 7


def announced(
    text: str, line: Sequence[Token], taken: frozenset[int]
) -> tuple[int, int, int] | None:
    """The tokens (announcement, first, last) of a name told to be new.

    "new: Scioto Sewer Pros", "a new practice Lakewood Spine Partners".
    """
    for found in _ANNOUNCED.finditer(text):
        sign = found.group(1)
        if sign.isspace() and not _KIND_SAID.match(found.group()):
            continue  # "loves the new brochure"
        first = next((at for at, token in enumerate(line) if token.start >= found.end()), None)
        if first is None:
            continue
        last = _run(line, first, taken, by_capitals=line[first].text[0].isupper())
        if last is not None and (not sign.isspace() or line[first].capital):
            said = next(at for at, token in enumerate(line) if token.end > found.start())
            return said, first, last
    return None


def unknown(line: Sequence[Token], taken: frozenset[int]) -> tuple[int, int, int] | None:
    """The tokens of what reads like a firm's name although nobody knows it.

    Capitalised words with a word for a firm among them, anywhere; or the line's own beginning.
    """
    for first, token in enumerate(line):
        if token.capital and first not in taken and (first == 0 or not _goes_on(line, first)):
            last = _run(line, first, taken, by_capitals=True)
            if last is not None and last > first and _is_firm(line, first, last):
                return first, first, last
    if line and 0 not in taken:
        last = _run(line, 0, taken, by_capitals=False)
        if last is not None and last > 0 and _is_firm(line, 0, last):
            return 0, 0, last
    return None


def _goes_on(line: Sequence[Token], place: int) -> bool:
    return line[place - 1].capital and not line[place].gap


def _run(
    line: Sequence[Token], first: int, taken: frozenset[int], *, by_capitals: bool
) -> int | None:
    """How far a name that begins at `first` goes."""
    last: int | None = None
    for place in range(first, min(first + _MOST, len(line))):
        token = line[place]
        if place in taken or (place > first and token.gap) or token.key in _STOPS:
            break
        joins = token.key in _JOINERS and place > first
        if by_capitals:
            goes_on = joins or token.text[0].isupper() or token.text[0].isdigit()
        elif place > first and (token.key in COMMON or token.key in TITLES):
            goes_on = False
        else:
            goes_on = joins or token.key not in ORDINARY or _trade(token.key)
        if not goes_on:
            break
        if not joins:
            last = place
    return last


def _trade(word: str) -> bool:
    return word in _FIRMS or any(one in GENERIC or one in KINDS for one in spelled(word))


def _is_firm(line: Sequence[Token], first: int, last: int) -> bool:
    """Whether the words hold one for a kind of firm, and one that is a name."""
    keys = [token.key for token in line[first : last + 1]]
    named = any(
        not _trade(key) and key not in ORDINARY and not is_silent(key) and key.isalpha()
        for key in keys
    )
    return named and any(_trade(key) for key in keys)
