"""Keeps patients out of an import."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from models import phi
from models.exchange.broken import SaysPatient
from models.phi import Finding
from models.spoken import TENS, UNITS
from models.text import listed

# The guard reads at length, and a file has thousands of names and addresses. Every rule wants one
# of these words or parts of words, or seven digits, or a few digits behind one of the labels.
_WORDS = frozenset([*UNITS, *TENS, "double", "triple"]) | listed(
    """
    dot pt pts ptn ptns mr mrs ms miss mister missus dc tka tkr tha thr bka sx post had done fixed
    home wife husband spouse daughter son mother mom father dad sister brother niece family poa
    guardian caregiver
    """
)
_PARTS = (
    *("@", "hundred", "birth", "born", "bday", "b-day", "dob", "d.o", "d o", "d-o", "d/o", "d. o"),
    *("pati", "patn", "paei", "resid", "clien", "name", "goes by", "adm", "dis", "d/c"),
    *("surg", "oper", "s/p", "crani", "amput", "cabg", "lamin", "replace", "repair", "genarian"),
    *("tenarian", "nineties", "ninties"),
)
_TOKEN = re.compile(r"[a-z]+")
_LABELS = re.compile(
    r"\b(?:9\d|1[01]\d)|\bbd?\b|b/d|s\W?s\W?n|\bss|soc|xx|\*\*|##|m\W{0,2}r|rec|#|i[\s.]{0,2}d\b|"
    r"num|nbr|\bno\b|hic|mbi|mbr|mem|chart|sub|enc|fin|har|csn|acc|visit|medi|\bage|\brm\d|"
    r"\b(?:rm|room|beds?)\b|\b[A-TV-Z]\d[0-9A-Z]|icd|\b(?:in|from)\s+#?\d{3}|"
    r"\d[\s.\-]?[a-z][\s.\-]?[a-z\d][\s.\-]?\d",
    re.IGNORECASE,
)


def refuse_patients(
    fields: Iterable[str], values: Mapping[str, str], *, allow: bool
) -> tuple[str, ...]:
    """Raises SaysPatient for the first of the fields in which the patient guard finds something.

    allow  the person has said that no words that may describe a patient do: the rules that they
           answered so are returned, one for each field that they hold in.
    """
    answered: list[str] = []
    for field in fields:
        found = _found(values[field]) if field in values else ()
        if not found:
            continue
        rules = tuple(dict.fromkeys(one.rule for one in found))
        if not (allow and phi.tier_of(found) == phi.WARN):
            raise SaysPatient(field, rules)
        answered += rules
    return tuple(answered)


@lru_cache(maxsize=1024)  # a column of types or territories says the same few words again
def _found(text: str) -> tuple[Finding, ...]:
    return tuple(phi.findings(text)) if _may_tell(text) else ()


def _may_tell(text: str) -> bool:
    low = text.lower()
    if not text.isascii() or not _WORDS.isdisjoint(_TOKEN.findall(low)):
        return True
    if any(part in low for part in _PARTS):
        return True
    digits = sum(map(text.count, "0123456789"))
    return digits >= 7 or (digits > 0 and bool(_LABELS.search(text)))
