"""What the rep promised to do, in their own words: "I'll send the outcomes flyer by Fri". Pure.

Only the rep's own promises: what somebody else promised is news, and belongs to the notes. To be
somewhere again or to call is a next step, unless the rep says that they promised it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.reading.dates import Moment
from models.given_names import COMMON
from models.text import fold

_I = re.IGNORECASE
_WHOM = (
    r"(?:her|him|them|the\s+\w+|dr\.?\s+\w+|doctor\s+\w+|everybody|everyone|"
    r"[^\W\d_]+(?:\s(?!to\b|the\b|an?\b)[^\W\d_]+)?)"
)
_GIVES = (
    r"(?:send|bring|e-?mail|mail|get|fax|drop|share|forward|give|deliver|provide|order|text|put|"
    r"pull|print|find|look|check|introduce|set|hook|connect|make|have|ask|write|draft|prepare|"
    r"sponsor|host|arrange|resend|leave|pick|run|grab|provide|ship|cc|invite|"
    r"confirm|update|build|quote|price)"
)
_SAID = r"(?:told|promised|assured|said\s+to|let)\s+"
_STARTS = (
    # "told her I'd call back", "promised Jo we would": whatever it is, it was promised
    re.compile(
        rf"\b(?P<gave>{_SAID}(?:{_WHOM}\s+)?|said\s+)(?:that\s+)?"
        r"(?:i|we)(?:\s?['’]?ll|['’]d|\s+will|\s+would)\s+",
        _I,
    ),
    re.compile(rf"\b(?:i|we)\s?(?:['’]?ll|\s+will)\s+(?:also\s+)?(?={_GIVES}\b)", _I),
    re.compile(r"(?:\b(?:i|we)\s+(?:still\s+)?|(?:^|(?<=[,;.!?\n]))[ \t]{0,3})owe\s+(?=\w)", _I),
    re.compile(
        rf"\b(?P<gave>promised|committed)\s+(?:(?!me\b|us\b){_WHOM}\s+)??"
        rf"(?:to\s+(?=[^\W\d_])(?!me\b|us\b)|(?=(?:an?|the|some|our|more|new|another)\s))",
        _I,
    ),
    re.compile(
        rf"(?:^|(?<=[,;.!?\n])|(?<=\band))[ \t]{{0,3}}(?:will|gonna)\s+(?:also\s+)?(?={_GIVES}\b)",
        _I,
    ),
)
_STOP = re.compile(
    r"[,;!?\n•]|[.](?:\s|$)|\s[-–—]{1,2}\s|\s(?:but|because|bc|since|then|so|and\s+"
    r"(?:he|she|they|i|we|then|also|will|a\s+follow|follow|f/u|back))\b",
    _I,
)
_LEADING = re.compile(r"^(?:to|that|also)\s+", _I)
_TRAILING = re.compile(
    r"\s*\b(?:on|by|for|in|at|before|around|about|and|no\s+later\s+than|until|w/|with)\s*$", _I
)
_LAST_WORD = re.compile(r"([^\W\d_]+)[ \t]{1,3}$")
_MOST = 16
"""Words of a promise that is told without a stop."""


@dataclass(frozen=True)
class Promise:
    """What was promised; `span` is the clause, `day` the moment in it that says until when."""

    text: str
    span: tuple[int, int]
    day: Moment | None = None


def read(text: str, moments: Sequence[Moment]) -> Promise | None:
    """The line's first promise; None when it has none."""
    found: list[tuple[int, int]] = []
    for pattern in _STARTS:
        for match in pattern.finditer(text):
            if "gave" in pattern.groupindex and _is_theirs(text[: match.start()]):
                continue
            found.append((match.start(), match.end()))
            break
    for start, said in sorted(found):
        made = _promise(text, start, said, moments)
        if made is not None:
            return made
    return None


def _is_theirs(before: str) -> bool:
    """Whether somebody else stands before "promised": "she promised", "Tricia promised"."""
    found = _LAST_WORD.search(before[-40:])
    if found is None:
        return False
    key = fold(found[1])
    if key in ("i", "we", "and", "also"):
        return False
    return key in ("she", "he", "they", "who", "that") or key in COMMON or found[1][0].isupper()


def _promise(text: str, start: int, said: int, moments: Sequence[Moment]) -> Promise | None:
    stop = _STOP.search(text, said)
    end = stop.start() if stop else len(text)
    day = next((one for one in moments if one.has_day and said <= one.start < end), None)
    if day is not None and day.end > end:
        end = day.end
    words = text[said:end]
    if day is not None:
        before = _TRAILING.sub("", text[said : day.start])
        after = text[day.end : end].strip()
        words = before if len(after.split()) > 6 else f"{before} {after}"
    kept = words.split()[:_MOST]
    words = _TRAILING.sub("", _LEADING.sub("", " ".join(kept))).strip(" ,.-")
    if not re.search(r"[^\W\d_]{2}", words):
        return None
    return Promise(words, (start, end), day)
