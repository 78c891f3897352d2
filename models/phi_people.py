"""The warn tier of `models.phi`: words that may describe one patient."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from models.given_names import COMMON
from models.spoken import View
from models.text import listed

Spans = Iterator[tuple[int, int]]

_I = re.IGNORECASE
_PATIENT = re.compile(
    r"\b(pts?|patients?|residents?|clients?)\b(?:'s|’s)?[\s:,(#\-]{1,3}"
    r"(?:(?:named|name|is|was|called|mr|mrs|ms|miss|initials|a|the)\b\.?[\s:]{1,2}){0,3}"
    r"(?=([^\W\d_][\w'’\-]*)\.?(?:\s+([^\W\d_][\w'’\-]*))?)",
    _I,
)
_NAME_THEN_PATIENT = re.compile(
    r"\b([A-Z][a-z'’\-]+)(?:\s+[A-Z]\.?)?\s+([A-Z][a-z'’\-]+),?\s+(?:is\s+|was\s+)?"
    r"(?:a\s+|an?\s+\w+\s+|our\s+|their\s+)?(?:pt|patient)\b"
    r"(?!\s+(?:advoca|care|access|navigat|services|relations|experience|liaison|coord|rep|flow))"
)
_HONORIFIC = re.compile(r"\b(?:mr|mrs|ms|miss)\b\.?\s+[A-Z][\w'’\-]+", _I)
_PERSON_STATE = re.compile(
    r"\b(?:admitted|discharged|d/c'?d|dc'?d|going home|coming home|diagnosed|dx|had an? (?:bad )?"
    r"(?:stroke|tbi|fall|cva|mi|accident)|needs? (?:an? )?(?:\w+ )?bed|s/p|post[\s\-]?op|on a vent|"
    r"intubated|trach|hospice|passed away|expired|his (?:stroke|injury|fall|surgery)|"
    r"her (?:stroke|injury|fall|surgery))\b",
    _I,
)
_AGE = re.compile(
    r"(?<![\d$./\-])((?:9\d|1[01]\d)[\s\-]*(?:yo|y/o|y\.o\.?|yr?s?\.?[\s\-]*old|years?[\s\-]*old|"
    r"years? of age|yof|yom|y\.?o?[\s/]?[mf])\b|\baged?\s+(?:of\s+)?(?:9\d|1[01]\d)\b(?!\s*%))",
    _I,
)
_OF_A_FIRM = re.compile(
    r"\b(?:company|hospital|practice|firm|building|agency|business|facility|family[\s\-]owned|"
    r"program|founded|church|plant|school|house|pipes?|roof|plumbing|shop)\b",
    _I,
)
_ROOM = re.compile(r"\b(?:rm|room|bed|unit)\.?\s*#?\s*\d{1,4}[\s\-]?[a-d]?\b", _I)
_CLINICAL = re.compile(
    r"\b(?:pts?|patient|resident|stroke|tbi|cva|sci|vent|trach|hip|fx|fracture|dx|diagnos\w+|"
    r"surgery|admit\w*|discharged?|d/c|fell|fall|hemorrhage|seizure|wound|neuro|hemi\w*|"
    r"aphasi\w|dementia|sepsis|picc|peg|iv|copd|chf|mi|amput\w+|paralys\w+|he|she|his|her)\b",
    _I,
)
_NO_PATIENT_ROOM = re.compile(
    r"\b(?:conf(?:erence)?|meeting|in[\s\-]?serv\w*|insvc|in[\s\-]svc|lunch|l\s?&\s?l|office|"
    r"class\w*|training|open|empty|available|staffed)\b",
    _I,
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_STAY = re.compile(
    r"\b(?:admitted|admit(?:ted)? date|admission(?: date)?|discharged|discharge(?: date)?|"
    r"d/c'?d?|dc'?d|dc date|surgery|surg)\b"
    r"(?!\s+(?:plan|dep|team|coord|nurse|lounge|center|ctr|suite|dept|scheduler|process|rate|office))"
    r"[\s:,\-]*(?:(?:on|for|is|was|set|scheduled|date|to|home|planned|this|next|last|the|from|"
    r"snf|rehab)\b[\s:,]*){0,4}"
    rf"(?:\d{{1,2}}\s?[/\-]\s?\d{{1,2}}\b|{_MONTH}\.?\s+\d{{1,2}}\b|\d{{1,2}}(?:st|nd|rd|th)\b"
    rf"|{_WEEKDAY}\b|yesterday\b|yday\b|tomorrow\b|tmrw\b)",
    _I,
)
_CODE = re.compile(
    r"(?<![\w.])[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}\b|\bicd(?:[\s\-]?10)?\W{0,3}[A-TV-Z]\d\w", _I
)
_TWO_CAPITALS = re.compile(r"\b[A-Z][a-z'’\-]+\s+(?:[A-Z]\.?\s+)?[A-Z][a-z'’\-]+\b")

# Capitalised words that follow "patient" or "client" without being anybody's name.
_NO_NAMES = listed(
    """
    a access account accounts admission admissions advisor advisory advocacy advocate advocates
    and are at board care census center centered choice client committee communication
    coordination coordinator coordinators council count counts days director discharge dr
    doctor education engagement event executive experience facing family files first flow flu for
    from guide had handouts has have hr i in info intake intakes is it liaison list lists load
    manager managers may medical meeting mix monday tuesday wednesday thursday friday saturday
    sunday january february march april june july august september october november december
    navigation navigator navigators needs not of on or outcomes packet packets payer pickup
    placement population portal program referral referrals relations rep representative rights
    safety satisfaction service services social stays stories story success support surveys
    survey team teams the their them they to today tomorrow transfer transfers transport
    transportation type types volume volumes was we who will with yesterday
    llc inc group plumbing hospital clinic insurance restoration agency corp company partners
    medicare medicaid icu er snf irf ltac rehab tbi sci cva md np pa rn
    """
)


def _patient_and_name(view: View) -> Spans:
    for found in _PATIENT.finditer(view.text):
        word, first, second = found.group(1), found.group(2), found.group(3) or ""
        if first.lower() in _NO_NAMES or second.lower() in ("llc", "inc", "group", "corp"):
            continue
        known = first.lower() in COMMON
        capital = first[0].isupper()
        if word.lower().endswith("s"):
            named = known and bool(second) and second[0].isupper()
        elif word == "PT" and not view.text.isupper():
            # Usually the physical therapist: only with something that happens to patients.
            named = capital and bool(_PERSON_STATE.search(view.text[found.end() :][:60]))
        else:
            named = known or (capital and (not first.isupper() or view.text.isupper()))
        if named:
            yield found.start(), found.end(2)
    for found in _NAME_THEN_PATIENT.finditer(view.text):
        if found.group(2).lower() not in _NO_NAMES and found.group(1).lower() not in _NO_NAMES:
            yield found.span()


def _honorific_and_state(view: View) -> Spans:
    for found in _HONORIFIC.finditer(view.text):
        if _PERSON_STATE.search(_around(view.text, found, 50)):
            yield found.span()


def _great_age(view: View) -> Spans:
    for found in _AGE.finditer(view.text):
        if not _OF_A_FIRM.search(_around(view.text, found, 40)):
            yield found.span()


def _room_and_state(view: View) -> Spans:
    for found in _ROOM.finditer(view.text):
        near = _around(view.text, found, 40)
        if _CLINICAL.search(near) and not _NO_PATIENT_ROOM.search(near):
            yield found.span()


def _stay_and_date(view: View) -> Spans:
    for found in _STAY.finditer(view.text):
        yield found.span()


def _code_and_name(view: View) -> Spans:
    for found in _CODE.finditer(view.text):
        near = _around(view.text, found, 50)
        if _TWO_CAPITALS.search(near) or re.search(r"\b(?:pt|patient|resident)\b", near, _I):
            yield found.span()


def _around(text: str, found: re.Match[str], reach: int) -> str:
    return text[max(0, found.start() - reach) : found.end() + reach]


RULES: dict[str, Callable[[View], Spans]] = {
    "patient and name": _patient_and_name,
    "title, name and condition": _honorific_and_state,
    "age of 90 or more": _great_age,
    "room and condition": _room_and_state,
    "stay or surgery with a date": _stay_and_date,
    "diagnosis code near a name": _code_and_name,
}
