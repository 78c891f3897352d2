"""Text as a reader of numbers sees it: one form for every digit, also those spelled out.

A dictation writes "two one nine oh nine"; a phone's keyboard may write full-width or Arabic
digits. Rules that look for numbers read this view, and report places in the text as it was.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
_RANKS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
UNITS = {word: value for value, word in enumerate(_SMALL.split())}
TENS = {word: 10 * value for value, word in enumerate(_ROUND.split(), start=2)}
_ORDINALS = {word: value for value, word in enumerate(_RANKS.split(), start=1)}
_ORDINALS |= {"twentieth": 20, "thirtieth": 30}
_TIMES = {"double": 2, "triple": 3}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_WORD = "|".join([*UNITS, *TENS, *_ORDINALS])
_RUN = re.compile(
    rf"\b(?:oh\s(?={_WORD}))?(?:{_WORD}|double|triple)\b(?:[\s,.\-]{{1,3}}(?:(?:{_WORD}|oh|o|double|triple)\b|\d+\b))*",
    re.IGNORECASE,
)
_PART = re.compile(r"[a-z]+|\d+", re.IGNORECASE)
_HUNDRED = re.compile(
    rf"\b(?:an?|one|1)\s+hundred\b(?:\s+(?:and\s+)?({'|'.join(UNITS)})\b)?", re.IGNORECASE
)
_LETTER = re.compile(r"\b([a-z])\s+(?:as|like)\s+in\s+[a-z]+\b", re.IGNORECASE)

Edit = tuple[int, int, str]


@dataclass(frozen=True)
class View:
    """A text read differently, and where each of its characters stands in the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @cached_property
    def low(self) -> str:
        """The text in lower case."""
        return self.text.lower()

    @cached_property
    def digits(self) -> int:
        """How many digits the text has."""
        return sum(map(self.text.count, "0123456789"))

    def has(self, words: Iterable[str]) -> bool:
        """Whether one of these (lower case) is in the text: cheaper than to look for a pattern."""
        return any(word in self.low for word in words)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of what stands from `start` to `end` here (not empty)."""
        return self.starts[start], self.ends[end - 1]


def digits_view(text: str) -> View:
    """The text with compatibility forms folded (NFKC), every decimal digit ASCII, every dash
    "-", no invisible characters, spelled-out numbers as digits ("third" as "3rd"), and letters
    as people spell them out ("h as in hotel") by themselves."""
    view = _folded(text)
    low = view.text.lower()
    if " hundred" in low:
        view = rewritten(view, map(_a_hundred, _HUNDRED.finditer(view.text)))
    if " in " in low:
        view = rewritten(view, (_alone(found) for found in _LETTER.finditer(view.text)))
    return rewritten(view, (edit for run in _RUN.finditer(view.text) for edit in _numbers(run)))


def rewritten(view: View, edits: Iterable[Edit]) -> View:
    """The view with other words in places, which are (start, end, words) in order and apart."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for start, end, words in edits:
        text += view.text[done:start], words
        starts.extend(view.starts[done:start])
        ends.extend(view.ends[done:start])
        starts.extend([view.starts[start]] * len(words))
        ends.extend([view.ends[end - 1]] * len(words))
        done = end
    if not text:
        return view
    text.append(view.text[done:])
    starts.extend(view.starts[done:])
    ends.extend(view.ends[done:])
    return View("".join(text), starts, ends)


def _folded(text: str) -> View:
    if text.isascii():
        return View(text, range(len(text)), range(1, len(text) + 1))
    letters: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for part in _plain(sign):
            letters.append(part)
            places.append(place)
    return View("".join(letters), places, [place + 1 for place in places])


def _plain(sign: str) -> str:
    if sign.isascii():
        return sign
    kind = unicodedata.category(sign)
    if kind == "Cf":  # zero-width and direction marks, sometimes put between digits
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(sign))
    if kind == "Zs":
        return " "
    return unicodedata.normalize("NFKC", sign).translate(_DASHES)


def _a_hundred(found: re.Match[str]) -> Edit:
    """ "a hundred and one" as "101"."""
    more = UNITS[found.group(1).lower()] if found.group(1) else 0
    return found.start(), found.end(), str(100 + more)


def _alone(found: re.Match[str]) -> Edit:
    return found.start(), found.end(), found.group(1)


def _numbers(run: re.Match[str]) -> list[Edit]:
    """The run's numbers as (start, end, digits): "ninety nine" is one, "double" its neighbour's."""
    found: list[Edit] = []
    tens = False  # the last number was a bare "ninety", which a unit may join
    times = 0
    opened = 0
    for part in _PART.finditer(run.group()):
        word = part.group().lower()
        start, end = run.start() + part.start(), run.start() + part.end()
        if word in _TIMES:
            times, opened = _TIMES[word], start
            continue
        digits = _digits(word)
        if tens and 1 <= UNITS.get(word, _ORDINALS.get(word, 0)) <= 9:
            first = found.pop()
            found.append((first[0], end, first[2][0] + digits))
        elif times:
            found.append((opened, end, digits * times))
        else:
            found.append((start, end, digits))
        tens, times = word in TENS and not times, 0
    return found


def _digits(word: str) -> str:
    if word in ("o", "oh"):
        return "0"
    if word in UNITS:
        return str(UNITS[word])
    if word in _ORDINALS:
        return _rank(_ORDINALS[word])
    return str(TENS[word]) if word in TENS else word


def _rank(number: int) -> str:
    return str(number) + {1: "st", 2: "nd", 3: "rd"}.get(number, "th")
