"""Keeps what identifies a patient out of an import."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from models import phi
from models.exchange.broken import SaysPatient
from models.spoken import TENS, UNITS

_NUMBER_WORDS = "|".join([*UNITS, *TENS])
# Every rule that blocks wants a digit, a number in words, or a label of a birth day. The guard
# reads at length; most names have none of these, and a file has thousands of names.
_MAY_IDENTIFY = re.compile(
    rf"\d|birth|born|bday|d\W{{0,2}}o\W{{0,2}}b|\b(?:{_NUMBER_WORDS})", re.IGNORECASE
)


def refuse_patients(texts: Iterable[str]) -> None:
    """Raises SaysPatient when one of the texts holds what the patient guard blocks."""
    for text in texts:
        if rules := _blocked(text):
            raise SaysPatient(rules)


@lru_cache(maxsize=1024)  # a column of types or territories says the same few words again
def _blocked(text: str) -> tuple[str, ...]:
    if text.isascii() and not _MAY_IDENTIFY.search(text):
        return ()
    try:
        phi.clean(text)
    except phi.LooksLikePatient as found:
        return found.rules
    return ()
