"""The competitor a line speaks of: one on the list, or a name after "they use". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.reading.words import ORDINARY, Token
from models.lookup import CompetitorName, Index
from models.name_words import raw_words
from models.text import listed

# Names that are words of the trade or of every day: they need a sign that a firm is meant.
_EVERYDAY = listed(
    """
    select principal guideline fidelity empower kindred human interest guardian summit premier
    lincoln ascent ascend pinnacle horizon heritage legacy compass unity bright first choice
    prudential nationwide allied alliance standard american national liberty hartford travelers
    progressive safe harbor genesis promise encore reliant amedisys concentra physicians interim
    comfort keepers visiting angels brightstar addus accent care advocate trinity providence
    rush ric adp apex vanguard schwab rainbow paul davis advanced restoration service first onsite
    command center blackmon roto rooter mooring
    """
)
_BEFORE = re.compile(
    r"(?:\b(?:use|uses|using|used|switch(?:ed|ing)?\s+(?:\w+\s+)?(?:to|from)|sends?(?:\s+\w+){0,2}\s+to|"
    r"sending(?:\s+\w+){0,2}\s+to|sent(?:\s+\w+){0,2}\s+to|refers?(?:\s+\w+){0,2}\s+to|go(?:es|ing)?\s+(?:with|to)|"
    r"went\s+(?:with|to)|los(?:t|ing)(?:\s+\w+){0,2}\s+to|(?:mov(?:e|es|ed|ing)\s+|com(?:e|ing)\s+|switch(?:ed|ing)?\s+)?off(?:\s+of)?|"
    r"mov(?:e|es|ed|ing)\s+(?:\w+\s+)?(?:to|from)|away\s+from|vs\.?|versus|against|incumbent(?:\s+is)?|"
    r"contract(?:ed)?\s+(?:with|w/)|(?:un|not\s+)?happy\s+(?:with|w/)|locked\s+in(?:to)?(?:\s+with)?|"
    r"(?:stuck|fed\s+up|frustrated|mad|been|currently|sticking|staying|stay|stick|going)\s+(?:with|w/|at)|already\s+(?:with|w/|has|have|on|at)|"
    r"currently\s+(?:with|at|on|uses?)|they(?:'re|\s+are)?\s+(?:with|w/|at|on|have)|is\s+(?:with|w/)|are\s+(?:with|w/)|"
    r"competitor(?:\s+is)?|from|leaving|left|replac(?:e|ing)|instead\s+of|over\s+to|prefers?|likes?|"
    r"rollover\s+from|plan\s+(?:is\s+)?(?:with|at|on))\s+)$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^\s*(?:rep|reps|liaison|salesman|people)\b|^\s*(?:(?:rep|reps|guy|liaison|folks|people)\s+)?(?:is|was|were|has|had|have|came|come|dropped|brought|got|"
    r"offered|quoted|pitched|beat|won|took|gets|got|keeps|just|already|still|in there|"
    r"there|did|does|takes|denied)\b",
    re.IGNORECASE,
)
_COMMON_NOUN = re.compile(
    r"^\s*(?:bond|balance|said|is out|office|at the school|amount|of the|reason|"
    r"concern|payment)\b|^s\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"\b(?:the|a|an|their|our|his|her|new|my|asst|assistant|vice|school)\s+$", re.IGNORECASE
)
_THEY_USE = re.compile(
    r"\b(?:they(?:'re| are)?(?:\s+(?:all|now|currently|already|mostly|still))?|he|she|"
    r"office|practice|plan|currently)\s+"
    r"(?:use|uses|using|switched\s+to|went\s+with|signed\s+with|work\s+with|works\s+with)\s+"
    r"([^\W\d_][\w&'’.\-]*(?:\s+[^\W\d_][\w&'’.\-]*){0,3})",
    re.IGNORECASE,
)
_NOT_A_NAME = listed(
    """
    it that this them us him her our their the a an one two some someone somebody something
    nothing everybody both either another more lot lots for now too so all only my your his
    """
)


@dataclass(frozen=True)
class Rival:
    """The competitor and where it stands; `own_deeds` is the clause that tells what it did."""

    known: CompetitorName | None = None
    name: str | None = None
    span: tuple[int, int] | None = None
    own_deeds: tuple[int, int] | None = None


def read(text: str, line: Sequence[Token], index: Index | None) -> Rival:
    """The line's competitor; an empty Rival when it has none."""
    found: list[tuple[int, int, CompetitorName]] = []
    if index is not None:
        places: dict[str, list[int]] = {}
        for place, token in enumerate(line):
            places.setdefault(token.key, []).append(place)
            if token.owner != token.key:
                places.setdefault(token.owner, []).append(place)
        for one in index.competitors.values():
            for name in (one.name, *one.aliases):
                words = raw_words(name)
                for first in places.get(words[0], ()) if words else ():
                    span = _matches(line, first, words)
                    if span and _means_firm(text, span, words, line, first):
                        found.append((*span, one))
    if found:
        start, end, known = min(found, key=lambda one: (one[0], -one[1]))
        return Rival(known, None, (start, end), _own_deeds(text, start, end))
    typed = _THEY_USE.search(text)
    if typed:
        name, end = _typed_name(text, typed)
        if name:
            return Rival(None, name, (typed.start(1), end), None)
    return Rival()


def _matches(line: Sequence[Token], first: int, words: Sequence[str]) -> tuple[int, int] | None:
    here = line[first : first + len(words)]
    if len(here) < len(words):
        return None
    for token, word in zip(here, words, strict=True):
        if word not in (token.key, token.owner):
            return None
    return here[0].start, here[-1].end


def _means_firm(
    text: str, span: tuple[int, int], words: Sequence[str], line: Sequence[Token], first: int
) -> bool:
    """Whether an everyday word stands for the firm; a telling name always does."""
    if not all(word in _EVERYDAY or word in ORDINARY for word in words):
        return True
    before, after = text[: span[0]][-40:], text[span[1] :][:40]
    if _COMMON_NOUN.match(after) or _ARTICLE.search(before):
        return False
    if _BEFORE.search(before) or _AFTER.match(after):
        return True
    token = line[first]
    if token.text.isupper() and len(token.text) >= 3 and not text.isupper():
        return True
    alone = len(words) == 1
    starts = first == 0 or token.gap
    return token.capital and not (alone and starts)


def _own_deeds(text: str, start: int, end: int) -> tuple[int, int] | None:
    """From the name to the end of its clause, when it is what the clause is about."""
    if not _AFTER.match(text[end:]):
        return None
    stop = re.search(
        r"[,;!?\n]|[.](?:\s|$)|\s(?:follow|f/u|back|so|and (?:he|she|they|i|we))\b",
        text[end:],
        re.IGNORECASE,
    )
    return start, end + stop.start() if stop else len(text)


def _typed_name(text: str, typed: re.Match[str]) -> tuple[str, int]:
    """The unknown firm's name as typed: capitals as far as they go, else words nobody uses."""
    words = list(re.finditer(r"\S+", typed.group(1)))
    kept: list[re.Match[str]] = []
    capitals = words[0].group()[0].isupper()
    for word in words:
        bare = word.group().strip(".,").casefold()
        if bare in _NOT_A_NAME or (capitals and not word.group()[0].isupper()):
            break
        if not capitals and bare in ORDINARY:
            break
        kept.append(word)
        if word.group().endswith((".", ",")):
            break
    if not kept:
        return "", 0
    end = typed.start(1) + kept[-1].end()
    name = text[typed.start(1) : end].rstrip(".,")
    return name, typed.start(1) + len(name)
