"""What of a line goes into the notes: all that was not understood, in the rep's own words. Pure.

A clause of which every word was understood goes; of any other the account, people and days at
its beginning go, and the rest stays as typed. On doubt more is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from handlers.reading.words import Token
from models.text import listed

_EDGES = " \t,;:.-–—•|*_~`/+&"
_CLAUSE = re.compile(r"[,;\n•]|[.!?](?=\s|$)|\s[-–—]{1,2}\s|:\s")
SMALL = listed(
    """
    w with and to at on the a an met saw i for by from this is in also y of n we he she they just
    hi okay ok so um uh today now here there el con en it was had visit visited stopped
    """
)
"""Words that say nothing once all else of their clause was understood."""
CUES = listed("f u fu fup ff follow up followup following back return returning due again going")
_LEADING = listed(
    "w with and met saw i for at on by from this is hi okay ok so just in the y s stopped visit"
    " visited"
)


def remainder(
    text: str,
    line: Sequence[Token],
    understood: frozenset[int],
    places: frozenset[int],
    people: frozenset[int],
    follow_up: frozenset[int],
) -> str:
    """The notes of a line.

    understood  tokens whose meaning stands in another field.
    places      those of them that only open a clause: account, day, type.
    people      those that name who was met.
    follow_up   those that say when the follow-up is: "f/u" beside them says no more.
    """
    kept: list[str] = []
    joints: list[str] = []
    bounds = [0, *(found.end() for found in _CLAUSE.finditer(text)), len(text)]
    at = 0
    for start, end in pairwise(bounds):
        here = []
        while at < len(line) and line[at].start < end:
            here.append(at)
            at += 1
        clause = text[start:end]
        if not here:
            if re.search(
                r"[^\s\w.,;:!?'\"()*_~`<>/\\|+&\-–—…•]", clause
            ):  # an emoji says something
                kept.append(clause.strip(_EDGES))
                joints.append(clause[-1:])
            continue
        small = SMALL | CUES if not follow_up.isdisjoint(here) else SMALL
        if all(place in understood or line[place].key in small for place in here):
            symbols = _symbols(clause, [line[place] for place in here], start)
            if symbols:
                kept.append(symbols)
                joints.append("")
            continue
        first = _first_kept(here, line, places, people)
        kept.append(text[_opening(text, line[first].start, start) : end].strip(" \t\n,;:-–—•|"))
        joints.append(text[end - 1 : end])
    return _joined(kept, joints)


def _first_kept(
    here: Sequence[int],
    line: Sequence[Token],
    places: frozenset[int],
    people: frozenset[int],
) -> int:
    """The first token of the clause that stays."""
    first = here[0]
    subject: int | None = None
    for place in here:
        if place in places:
            first, subject = place + 1, None
        elif place in people:
            subject = place if subject is None else subject
        elif line[place].key not in _LEADING:
            break
    if subject is not None and subject > first:
        first = subject  # who did it stays with what was done: "Hal was off"
    return min(first, here[-1])


def _opening(text: str, start: int, earliest: int) -> int:
    """Back over a sign that belongs to the word: "$12k", "#4", "(don)"."""
    while start > earliest and text[start - 1] in "$#(\"'“‘<@~£€¿¡&":
        start -= 1
    return start


def _symbols(clause: str, tokens: Sequence[Token], offset: int) -> str:
    """Emoji between understood words."""
    rest = list(clause)
    for token in tokens:
        for place in range(token.start - offset, token.end - offset):
            rest[place] = " "
    found = re.findall(r"[^\s\w.,;:!?'\"()\[\]{}*_~`<>/\\|+&\-–—…•$#@%=^’‘“”]+", "".join(rest))
    return " ".join(found)


def _joined(kept: Sequence[str], joints: Sequence[str]) -> str:
    notes, before = "", ""
    for part, joint in zip(kept, joints, strict=True):
        if not part:
            continue
        if notes:
            notes += "\n" if before == "\n" else " " if notes[-1] in ".!?" else ", "
        notes += part
        before = joint
    return notes
