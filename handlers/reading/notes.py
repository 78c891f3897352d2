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
_CLAUSE = re.compile(r"[;\n•]|(?<!\d),|,(?!\d{3}(?!\d))|[.!?](?=\s|$)|\s[-–—]{1,2}\s|:\s")
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
) -> tuple[str, frozenset[int]]:
    """The notes of a line, and the tokens that are in them.

    understood  tokens whose meaning stands in another field.
    places      those of them that only open a clause: account, day, type.
    people      those that name who was met.
    follow_up   those that say when the follow-up is: "f/u" beside them says no more.
    """
    kept: list[str] = []
    joints: list[str] = []
    tokens: set[int] = set()
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
        says_nothing = all(place in understood or line[place].key in small for place in here)
        if says_nothing and _leads_somewhere(here, line, understood):
            symbols = _symbols(clause, [line[place] for place in here], start)
            if symbols:
                kept.append(symbols)
                joints.append("")
            continue
        first = here[0] if says_nothing else _first_kept(here, line, places, people)
        tokens.update(range(first, here[-1] + 1))
        kept.append(text[_opening(text, line[first].start, start) : end].strip(" \t\n,;:-–—•|"))
        joints.append(clause.rstrip(" \t")[-1:])
    return _joined(kept, joints), frozenset(tokens)


def _leads_somewhere(
    here: Sequence[int], line: Sequence[Token], understood: frozenset[int]
) -> bool:
    """Whether small words stand with something understood: in their clause, or right before it
    ("hi, this is for st marys")."""
    if not understood.isdisjoint(here):
        return True
    following = here[-1] + 1
    while following < len(line) and line[following].key in SMALL and following not in understood:
        following += 1
    return following in understood


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
        if place in places and _goes_on(place, line):
            break
        if place in places:
            first, subject = place + 1, None
        elif place in people:
            subject = place if subject is None else subject
        elif line[place].key not in _LEADING:
            break
    if subject is not None and subject > first:
        first = subject  # who did it stays with what was done: "Hal was off"
    return min(first, here[-1])


def _goes_on(place: int, line: Sequence[Token]) -> bool:
    """Whether the word and what follows say something together: "texted me about a job"."""
    following = line[place + 1] if place + 1 < len(line) else None
    return following is not None and not following.gap and following.key in ("me", "us", "back")


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
            sign = before if before in (":", ";") else ","
            notes += "\n" if before == "\n" else " " if notes[-1] in ".!?" else f"{sign} "
        notes += part
        before = joint
    return notes
