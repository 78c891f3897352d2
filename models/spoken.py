"""Text as a reader of numbers sees it: one form for every digit, also those spelled out.

A dictation writes "two one nine oh nine"; a phone's keyboard may write full-width or Arabic
digits. Rules that look for numbers read this view, and report places in the text as it was.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
UNITS = {word: value for value, word in enumerate(_SMALL.split())}
TENS = {word: 10 * value for value, word in enumerate(_ROUND.split(), start=2)}
_TIMES = {"double": 2, "triple": 3}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_WORD = "|".join([*UNITS, *TENS])
_RUN = re.compile(
    rf"\b(?:{_WORD}|double|triple)\b(?:[\s,.\-]{{1,3}}(?:(?:{_WORD}|oh|o|double|triple)\b|\d+\b))*",
    re.IGNORECASE,
)
_PART = re.compile(r"[a-z]+|\d+", re.IGNORECASE)


@dataclass(frozen=True)
class View:
    """A text read differently, and where each of its characters stands in the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of what stands from `start` to `end` here (not empty)."""
        return self.starts[start], self.ends[end - 1]


def digits_view(text: str) -> View:
    """The text with compatibility forms folded (NFKC), every decimal digit ASCII, every dash
    "-", no invisible characters, and spelled-out numbers as digits."""
    return _said_as_digits(_folded(text))


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


def _said_as_digits(view: View) -> View:
    runs = list(_RUN.finditer(view.text))
    if not runs:
        return view
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def keep(start: int, end: int) -> None:
        text.append(view.text[start:end])
        starts.extend(view.starts[start:end])
        ends.extend(view.ends[start:end])

    done = 0
    for run in runs:
        keep(done, run.start())
        done = run.start()
        for start, end, digits in _numbers(run):
            keep(done, start)
            text.append(digits)
            starts.extend([view.starts[start]] * len(digits))
            ends.extend([view.ends[end - 1]] * len(digits))
            done = end
    keep(done, len(view.text))
    return View("".join(text), starts, ends)


def _numbers(run: re.Match[str]) -> list[tuple[int, int, str]]:
    """The run's numbers as (start, end, digits): "ninety nine" is one, "double" its neighbour's."""
    found: list[tuple[int, int, str]] = []
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
        if tens and word in UNITS and 1 <= UNITS[word] <= 9:
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
    return str(TENS[word]) if word in TENS else word
