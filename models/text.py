"""Text hygiene at one gate, and the key by which two spellings of a name are the same name."""

from __future__ import annotations

import re
import unicodedata

# Direction overrides and embeddings: in a name they turn what stands behind it around.
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Everything below space but tab and newline, DEL and the C1 block, and halves of surrogate
# pairs: PostgreSQL refuses NUL, and neither database takes a lone surrogate.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_NO_WORD = re.compile(r"[\W_]")
_APOSTROPHES = re.compile(r"(?<=\w)['’ʼ‘`´](?=\w)")

_LONGEST_KEY = 120


def tidy(text: str, limit: int, multiline: bool = False) -> str:
    """The text fit to store: NFC, without control characters or lone surrogates, trimmed.

    limit      the most code points kept.
    multiline  keeps line ends, tabs and runs of spaces, as in a note. Otherwise it is a name:
               white space becomes single spaces, and direction overrides go.
    Source: reliability B7, "Text hygiene".
    """
    if not (text.isascii() and text.isprintable()):
        text = _LINE_ENDS.sub("\n", text)
        text = unicodedata.normalize("NFC", _CONTROL.sub("", text))
    if not multiline:
        text = " ".join(text.translate(_BIDI).split())
    return text.strip()[:limit].rstrip()


def name_key(name: str) -> str:
    """What two spellings of one name have in common: no case, accents, punctuation or spacing.

    "St. Mary's  Hosp." and "st marys hosp" have one key. A name without any letter or digit
    keeps its signs, so that two of them are not taken for one. At most 120 characters.
    """
    folded = fold(name)
    key = " ".join(_NO_WORD.sub(_kept_mark, _APOSTROPHES.sub("", folded)).split())
    return (key or " ".join(folded.split()))[:_LONGEST_KEY].rstrip()


def fold(text: str) -> str:
    """The text without case and accents, "&" as "and"; its length may change."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = unicodedata.normalize("NFKC", _ACCENTS.sub("", text))
    return text.casefold().replace("&", " and ")


def _kept_mark(found: re.Match[str]) -> str:
    """A vowel sign or other mark of a script is part of its word; anything else ends one."""
    sign = found.group()
    return sign if unicodedata.category(sign).startswith("M") else " "


def listed(text: str) -> frozenset[str]:
    """The words of a text, for lists of words that are long to read one to a line."""
    return frozenset(text.split())
