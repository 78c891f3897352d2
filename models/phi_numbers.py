"""The block tier of `models.phi`: numbers and days that identify one patient.

Patterns read a `spoken.View`: digits are ASCII, also those that were spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from stdnum import luhn

from models import phi_dates as dates
from models.spoken import View

Spans = Iterator[tuple[int, int]]

_I = re.IGNORECASE
# What may stand between a label and its number, "social security number is ...", at most ten
# words or signs, so that a label says nothing about a number further on.
_FILLER = (
    r"(?:[\W_]|\b(?:is|was|are|of|number|num|nbr|no|id|ids|card|the|his|her|their|it|its|for|on|"
    r"file|ending|ends|in|with|last|digits|see|reads|shows|listed|as|under|cigna|aetna|humana|"
    r"uhc|bcbs)\b){0,10}?"
)
# "... from the face sheet is", "... she gave me was": only before a number that is long enough.
_SAID = (
    r"\s+(?:from|per|on|via|by|given|she|he|they|that|in|is)\b(?:[ \t]+(?!claim|polic|inv|job|po\b|"
    r"order|call|fax|npi|phone|cell|ext)[a-z'’]{1,14}){0,4}?[\s:#=]{1,3}"
)
_HASH = r"(?:#|i[\s.]?d\b\.?|nos?\b\.?|num\b\.?|nbr\b\.?|numbers?\b)"
_WHOSE = r"(?:is|was|as|=|being)?\s?(?:an?|the|his|her|their|pt'?s?|patient'?s?)?\s?"

_BUSINESS = re.compile(
    r"(?:claims?|polic(?:y|ies)|invoice|inv|p\.?o|purchase order|work order|order|job|part|model|"
    r"serial|tracking|quote|estimate|est|phone|fax|cell|tel|ein|npi|tin|license|lic|permit|zip|"
    r"contract|plan|group|naic|routing|loan|receipt|ticket|sku|vin|lot)\b[\s:#.]*"
    r"(?:(?:number|num|no|id|is|was)\b[\s:#.]*){0,3}$",
    _I,
)

_SSN_SURE = (
    r"(?:s[.\s]?\s?s[.\s]?\s?n(?:\.|s\b|(?![a-z]))|ss\s?(?:#|no\b\.?|num\b\.?|number\b)|"
    r"soc(?:ial)?\.?[\s\-]*sec(?:urity)?s?\b\.?)"
)
_SSN_NAME = rf"(?:{_SSN_SURE}|soc(?:ial)?s?\b\.?)"
_SSN_OF = r"number|no|#|last\s+4|digits|of|is|are|its|ends?|ending|in|with|w"
_NINE = r"(?<!\d)\d(?:[\s.,\-/_]{0,3}\d){8}(?!\d)"
_FOUR = r"(?<!\d)\d(?:[\s\-]?\d){3}(?![\s\-]?\d)"
_SSN = re.compile(
    rf"\b{_SSN_NAME}{_FILLER}{_NINE}"
    rf"|{_NINE}[\s(\-–]{{1,3}}{_WHOSE}{_SSN_NAME}(?!\s+work)"
    rf"|\blast\s+(?:4|for)(?:\s+digits?)?\W+(?:(?:of|for|on|is|the|his|her|their|pt'?s?)\W+){{0,3}}"
    rf"{_SSN_NAME}(?:\W+(?:is|are|was|number|#))*\W{{0,3}}{_FOUR}"
    rf"|\b(?:{_SSN_SURE}(?:\W*(?:{_SSN_OF})\b){{0,6}}|{_SSN_NAME}(?:\W*(?:{_SSN_OF})\b){{1,6}}"
    rf"|{_SSN_NAME}\W?[:#])[\s:#.,\-]{{0,3}}{_FOUR}"
    rf"|{_FOUR}[\s(\-–]{{1,3}}(?:is|are|=)?\s?(?:the\s+|his\s+|her\s+)?last\s+4(?:\s+digits)?\s+"
    rf"(?:of\s+)?(?:the\s+|his\s+|her\s+)?{_SSN_NAME}"
    r"|(?<!\w)[x*#•]{3}[\-.\s]?[x*#•]{2}[\-.\s]?\d{4}(?!\d)",
    _I,
)
_SSN_ALONE = re.compile(
    r"(?<![\d\-.$])(?<!\d[/,])"
    r"(?:\d{3}[\s.\-/_]{1,3}\d\d[\s.\-/_]{1,3}\d{4}(?!\d|[\-./]\d)"
    r"|\d(?<!\d \d)(?:[\s.,\-]{1,3}\d){8}(?![\s.,\-]{0,3}\d))"
)

_CARD = re.compile(r"(?<![\d.\-])\d(?:[\s.\-]{0,2}\d){12,}")
_CARD_LENGTHS = (16, 15, 14, 19, 18, 17, 13)
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[689])\d{11}"
    r"|(?:6011|65\d\d|64[4-9]\d|62\d\d|35\d\d)\d{12}"
)

_MBI = re.compile(
    r"(?<![a-z0-9])[1-9][\s.\-]?[ac-hjkmnp-rt-y][\s.\-]?[0-9ac-hjkmnp-rt-y][\s.\-]?\d[\s.\-]{0,3}"
    r"[ac-hjkmnp-rt-y][\s.\-]?[0-9ac-hjkmnp-rt-y][\s.\-]?\d[\s.\-]{0,3}"
    r"[ac-hjkmnp-rt-y][\s.\-]?[ac-hjkmnp-rt-y][\s.\-]?\d[\s.\-]?\d(?![a-z0-9])",
    _I,
)

_CALLED = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar"
    " papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"
)
_ID = (
    rf"(?:(?:{'|'.join(_CALLED.split())}|[b-z])[\s,\-]{{1,2}}){{0,4}}"
    # Short groups ("77 41 92", "4FK6 GH7 JK88"), or one long piece ("XYP884420019", "448-21").
    r"(?:(?:[a-z]{0,3}\d{1,4}[a-z]?|\d[a-z]{1,2}\d)(?:[\s.\-/]{1,2}[a-z]{0,3}\d{1,6}[a-z]?(?!\w))"
    r"{1,14}|[a-z]{0,5}[\-#]?\d[a-z0-9]{2,24}(?:[\-./][a-z0-9]{1,12}){0,4})"
)
_PAYER = (
    r"(?:aetna|ahcccs|ambetter|amerigroup|anthem|apple\s?health|badger\s?care|bcbs|blue\s?cross|"
    r"care\s?source|champva|cigna|devoted|healthfirst|highmark|humana|husky|kaiser|"
    r"mass\s?health|m(?:edi)?caid|medi-?cal|m(?:edi)?care|molina|mo\s?healthnet|oscar|"
    r"sooner\s?care|star\s?plus|tenn\s?care|tricare|uhc|united(?:\s?health(?:care)?)?|wellcare)"
)
_NUMBERED = re.compile(
    r"\b(?:"
    r"(?P<sure>m\W{0,2}r\W{0,2}n(?:'?s)?(?![a-z])|mr\s?(?:#|no\b\.?|num\b|number\b)"
    rf"|med(?:ical)?\.?\s*rec(?:ord)?s?\.?\s*{_HASH}|hicn?s?\b|mbi\b"
    rf"|(?:chart|fin|har|csn|mpi|empi|emr|ehr|epic|cerner|face\s?sheet|accession)\s*{_HASH}"
    r"|(?:hosp(?:ital)?|pt|patient|resident|client|guarantor)\.?(?:'?s)?\s*"
    r"(?:id|acct|account|chart|record)\b"
    rf"|(?:member|mbr|memb?|sub(?:scriber)?|recipient|encounter|enc|beneficiary|policy\s?holder)(?:'?s)?\s*{_HASH}"
    rf"|(?:{_PAYER}|insurance|ins|health\s?plan|insured(?:'?s)?)\s*(?:card\s*)?"
    rf"(?:member\s*)?(?:i[\s.]?d\b\.?))"
    rf"|(?P<maybe>(?:hosp(?:ital)?|pt|patient|resident|client)\.?(?:'?s)?\s*{_HASH}"
    rf"|(?:{_PAYER}|insurance|ins|health\s?plan|insured(?:'?s)?)\s*(?:card\s*)?{_HASH})"
    rf"){_FILLER}(?P<id>(?<![\w$]){_ID})",
    _I,
)
_NUMBERED_LATER = re.compile(
    r"\b(?:m\W{0,2}r\W{0,2}n(?:'?s)?(?![a-z])|"
    rf"(?:med(?:ical)?\.?\s*rec(?:ord)?|chart|member|mbr|subscriber|encounter|medicaid|medicare|"
    rf"pt|patient)\s*{_HASH}){_SAID}(?P<id>[a-z]{{0,3}}\d(?:-?\d){{4,}}[a-z]?(?!\w))",
    _I,
)
_LONG = re.compile(
    r"\b(?<!org )(?<!flow )(?:chart|member|mbr|med(?:ical)?\.?\s+rec(?:ord)?|medrec|subscriber|"
    rf"encounter|enc|fin|har|csn|accession|record\s*{_HASH}|visit\s*{_HASH}|(?:pt|patient|resident)"
    rf"|{_PAYER})(?![a-z]){_FILLER}(?P<id>(?<![\w$])[a-z]{{0,3}}\d(?:-?\d){{4,}}[a-z]?(?!\w)|"
    r"\d(?:\s\d){4,}(?!\w))",
    _I,
)
_LABEL_BEHIND = re.compile(
    rf"(?<![\w$\-])(?P<id>[a-z]{{0,3}}\d(?:-?\d){{4,}})[\s(\-–]{{1,3}}{_WHOSE}"
    rf"(?:mrn|med(?:ical)?\.?\s?rec(?:ord)?\b|chart\s?{_HASH}|member\s?{_HASH}|medicaid\s?{_HASH}|"
    rf"medicare\s?{_HASH}|subscriber\s?{_HASH}|(?:pt|patient)\s?{_HASH})(?!\s*[:#]?\s*\d)",
    _I,
)
_RECORD_WORDS = (
    *(
        "mr",
        "m r",
        "m.r",
        "m-r",
        "m/r",
        "rec",
        "#",
        "id",
        "i d",
        "i.d",
        "i. d",
        " no",
        "num",
        "nbr",
    ),
    *("hic", "mbi", "chart", "acc"),
)
_PHONE = re.compile(r"(?:1[\s.\-]{1,2})?\(?\d{3}\)?[\s.\-]{1,2}\d{3}[\s.\-]{1,2}\d{4}(?!\d)")
_SINGLES = re.compile(r"(?:\d[\s.\-]{1,2}){9}\d(?![\s.\-]{0,2}\d)")
_TWO_YEARS = re.compile(r"20\d\d-20\d\d")

_DOB_NAME = (
    r"(?:d\W{0,2}o\W{0,2}b\b\.?|(?:date|day)s?\s+of\s+birth|d\.?\s?of\s?birth|birth\s?-?dates?|"
    r"birth\s?(?=[:=\-])|(?:bday|birthday)\s+of\s+(?:the\s+)?(?:pt|patient|resident)\b|"
    r"(?:pt|patient|resident|client)(?:'?s)?\s+(?:birth\s?day|b-?day)|"
    r"fecha\s+de\s+nac(?:imiento|\.)|f\.?d\.?n\b\.?)"
)
_DOB = re.compile(
    rf"\b{_DOB_NAME}{_FILLER}{dates.UNDER_A_LABEL}"
    rf"|{dates.WITH_YEAR}[\s(\-–]{{1,3}}{_WHOSE}{_DOB_NAME}(?!\s*(?:form|field|and|or|[:=\d]))",
    _I,
)
_DOB_LATER = re.compile(rf"\b{_DOB_NAME}{_SAID}(?P<date>{dates.WITH_YEAR})", _I)
_BORN = re.compile(
    r"\b(?:born|naci[oó]|nacid[oa]|birth\s?day|b-?day|bd|b/d|b\.|birth)(?:\s+(?:is|was|on|the|in|of|it'?s|per|from|"
    r"face\s?sheet|chart|card|says|shows|reads|listed|as)\b)*[\s:]*"
    rf"(?P<date>{dates.WITH_YEAR})",
    _I,
)
# A year that no patient is born in: the birthdays of firms and of a colleague's baby.
_OF_LATE = re.compile(r"(?:20[2-9]\d|(?<!\d)['’]?(?:2[4-9]|3[0-5]))$")


def _ssn(view: View) -> Spans:
    if view.digits < 4:
        return
    if view.has(("ss", "s s", "s.s", "s. s", "soc", "xx", "**", "##", "••")):
        for found in _SSN.finditer(view.text):
            yield found.span()
    for found in _SSN_ALONE.finditer(view.text):
        number = re.sub(r"\D", "", found.group())
        if _could_be_social(number) and not _is_business(view.text, found.start()):
            yield found.span()


def _could_be_social(number: str) -> bool:
    """Not a number that was never given out. Tax numbers (9xx) are told by the same form, and
    stdnum's own check would pass some well-known numbers with which people try the guard."""
    return number[3:5] != "00" and number[5:] != "0000" and number[:3] not in ("000", "666")


def _card(view: View) -> Spans:
    if view.digits < min(_CARD_LENGTHS):
        return
    for run in _CARD.finditer(view.text):
        places = [
            place for place in range(run.start(), run.end()) if "0" <= view.text[place] <= "9"
        ]
        digits = "".join(view.text[place] for place in places)
        at = 0
        while at < len(digits) - 12:
            length = _card_length(digits, places, at)
            if length and not _is_business(view.text, places[at]):
                yield places[at], places[at + length - 1] + 1
            at += length or 1


def _card_length(digits: str, places: list[int], at: int) -> int:
    """How many digits of the card that begins here, 0 for none. It must end where a group does."""
    if at and places[at] - places[at - 1] == 1:
        return 0
    for length in _CARD_LENGTHS:
        number, end = digits[at : at + length], at + length
        if len(number) < length or (end < len(digits) and places[end] - places[end - 1] == 1):
            continue
        if _ISSUED.fullmatch(number) and len(set(number)) > 1 and luhn.is_valid(number):
            return length
    return 0


def _record(view: View) -> Spans:
    if view.digits < 3 or not view.has(_RECORD_WORDS):
        return
    for found in _NUMBERED.finditer(view.text):
        number = found["id"]
        told = sum(map(str.isdigit, number))
        phone = found["maybe"] and (
            _PHONE.match(view.text, found.start("id")) or _SINGLES.match(number)
        )
        if told >= 3 and not phone:
            yield found.span()
    for found in _NUMBERED_LATER.finditer(view.text):
        if not _PHONE.match(view.text, found.start("id")):
            yield found.span()
    for found in _LABEL_BEHIND.finditer(view.text):
        if not _is_business(view.text, found.start()):
            yield found.span()


def _long_record(view: View) -> Spans:
    if view.digits < 5:
        return
    for found in _LONG.finditer(view.text):
        at = found.start("id")
        if not (_PHONE.match(view.text, at) or _TWO_YEARS.fullmatch(found["id"])):
            yield found.span()


def _date_of_birth(view: View) -> Spans:
    if view.has(
        ("dob", "nac", "fdn", "f.d", "birth", "bday", "b-day", "d.o", "d o", "d/o", "d-o", "d. o")
    ):
        for found in _DOB.finditer(view.text):
            yield found.span()
        for found in _DOB_LATER.finditer(view.text):
            if not _OF_LATE.search(found["date"]):
                yield found.span()


def _born(view: View) -> Spans:
    for found in _BORN.finditer(view.text):
        if not _OF_LATE.search(found["date"]):
            yield found.span()


def _medicare(view: View) -> Spans:
    for found in _MBI.finditer(view.text):
        if not _is_business(view.text, found.start()):
            yield found.span()


def _is_business(text: str, start: int) -> bool:
    """Whether a word before the number says that it counts claims, policies or orders."""
    before = text[max(0, start - 40) : start]
    return bool(_BUSINESS.search(before)) and "medicare" not in before.lower()


RULES: dict[str, Callable[[View], Spans]] = {
    "social security number": _ssn,
    "record number": _record,
    "long record number": _long_record,
    "date of birth": _date_of_birth,
    "born on": _born,
    "medicare number": _medicare,
    "payment card": _card,
}
