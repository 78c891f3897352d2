"""The warn tier of `models.phi`, circumstances: a great age, a room, a stay, a diagnosis code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from models import phi_dates as dates
from models.phi_names import FIRST, LAST
from models.spoken import View
from models.text import listed

Spans = Iterator[tuple[int, int]]

_I = re.IGNORECASE
_90 = r"(?:9\d|1[01]\d)"
_PERSON = (
    r"(?:he|she|pt|patient|resident|client|lady|gentleman|man|woman|guy|mom|mother|dad|father|wife|"
    r"husband|grandma|grandpa|grandmother|grandfather|homeowner|owner|aunt|uncle|veteran|participant)"
)
_AGE = re.compile(
    rf"(?<![\w$./\-])(?<!\d,){_90}(?:"
    r"[\s\-]*(?:(?:y[./\s]?o|y/o|y\.o\.)(?:\b|(?=[mf]\b))(?:[\s/.]?[mf]\b)?|"
    r"yr?s?\.?[\s\-]*(?:old|young|female|male)|years?[\s\-]*(?:old|young)|years? of age|yof|yom)\b"
    r"|\s?/?\s?(?:f|m|female|male)\b)"
    rf"|\b(?:age[d:]?|aged?\s+of|age\s+is)[\s:]+{_90}\b(?![\s\-]*(?:%|\+|to\b|(?:and|&|or|plus)\b"
    r"\s*(?:up|over|older|above|plus))|\d|[\-–]\d)"
    rf"|\by[./]?o\.?\s+{_90}\b"
    rf"|\b{_PERSON}(?:['’]s|\s+(?:is|was|turns|turned|just turned|will be|almost|nearly)"
    rf"|(?:['’]s|\s+is|\s+was)\s+(?:turning|almost|nearly|about|now|like|only|already))\s+"
    rf"{_90}(?![\d.,:/\-]*\d)(?!\s*(?:%|percent|pct|days?|d\b|hours?|hrs?|min|miles?|lbs?|pounds?|"
    r"beds?|bps|k\b|m\b|weeks?|wks?|months?|ft|feet|sq|degrees?|out|on\s+board|behind|sold|full|"
    r"in\s+favor|sure|certain|people|employees|participants|ppl|patients?|pts?|units?|and\s+100))"
    rf"|\bturn(?:s|ed|ing)\s+{_90}(?!\d|\s*(?:%|percent|degrees?|of\b|to\b|units?|days?))"
    rf"|\b(?:{_PERSON}|(?:mr|mrs|ms|miss)\b\.?\s+\w+),\s+{_90}(?=\s*(?:[,;.)]|$|and\b|who\b|w/))"
    r"|\b(?:nonagenarian|centenarian)\b(?!s)"
    r"|\b(?:his|her|their)\s+(?:early\s+|mid\s+|late\s+)?(?:90|nine?tie)['’]?s\b"
    r"|\bborn\s+(?:in\s+|back\s+in\s+)?19\s?(?:0\s?\d|1\d|2\s?\d|3\s?[0-5])(?!\d)",
    _I,
)
_BARE_SEX = re.compile(rf"{_90}\s?/?\s?[fm]", _I)
_HEAT = re.compile(
    r"\b(?:temps?|temperature|heat\w*|degrees?|hot|warm|attic|outside|humid\w*|rh|dry\w*|hvac|"
    r"thermostat|basement|weather)\b",
    _I,
)
_AVERAGE = re.compile(r"\b(?:avg|average|mean|median|typical|over|under|ages)\b[\s\w.]{0,12}$", _I)
_THING = (
    r"(?:company|companies|hospital|practice|firm|building|agency|business|facility|family[\s\-]owned"
    r"|program|church|plant|school|house|home|pipes?|roof|plumbing|shop|hotel|tower|barn|museum|"
    r"college|university|institution|bank|tradition|brand|structure|property|boiler|theater|mill)"
)
_OF_A_FIRM_AFTER = re.compile(
    r"\W{0,3}(?:(?!(?:at|in|from|of|to|with|w|who|fell|fall|lives|living|going|is)\b)[\w\-]+\s+){0,2}?"
    rf"{_THING}\b",
    _I,
)
_OF_A_FIRM_BEFORE = re.compile(
    rf"\b{_THING}s?(?:['’]s|\s+(?:is|was|are|turns|turned|(?:has|have)\s+been|over|about|almost)"
    r"|,)*\s*(?:founded\s+)?$",
    _I,
)
_CARED_FOR = re.compile(
    r"\b(?:pts?|patient|resident|stroke|tbi|cva|sci|vent|trach|hip|fx|dx|fall|fell|rehab|eval|"
    r"snf|irf|home|daughter|son|wife|husband|referral|w/|lady|she|he|his|her|dementia|injury)\b",
    _I,
)

_ROOM = re.compile(
    r"(?<![\w\-])(?:rm|room|bed)s?\.?[\s#]*(?:number\s+|no\.?\s+)?\d{1,4}(?:[\s\-]?[a-d]\b|-\d\b)?"
    r"(?!\d|\s*(?:beds?|rooms?|sq|people|ppl|seats?|%|min)\b)",
    _I,
)
_IN_A_NUMBER = re.compile(
    r"\b(?:stroke|tbi|cva|sci|hip|pt|patient|resident|vent|trach|brain injury|lady|gentleman|man|"
    r"woman)\s+(?:pt\s+|patient\s+)?(?:is\s+)?(?:in|from)\s+#?(?!19\d\d|20\d\d)\d{3,4}[a-d]?\b"
    r"(?!\s*(?:beds?|days?|%|percent|facilit\w+|hospitals?|counties|cities))",
    _I,
)
_CLINICAL = re.compile(
    r"\b(?:pts?|patient|resident|stroke|tbi|cva|sci|vent(?:ed|ilat\w+)?|trach\w*|hip|fx|fractures?|"
    r"dx|diagnos\w+|surgery|post[\s\-]?op|surgical|crani\w*|admit\w*|d/c'?d?|dc'?d|fell|falls?|hemorr?\w+|"
    r"bleed\w*|seizures?|wounds?|hemi\w*|aphasi\w*|dementia|alzheimer\w*|sepsis|septic|picc|peg|"
    r"iv|copd|chf|mi|amput\w+|bka|aka|paralys\w+|para|quad|tetra\w*|spinal|cord|injur\w+|weakness|"
    r"wean\w*|antibiotics?|abx|oxygen|o2|bipap|dialysis|isolation|mrsa|covid|c[\s.]?diff|"
    r"pneumonia|fever|infection|cancer|tumor|als|parkinson\w*|burns?|ulcers?|cabg|tkr|tka|thr|"
    r"tha|intubated|extubated|confused|agitated|nonverbal|incontinent|npo|eval(?:uat\w+)?|"
    r"wheelchair|walker|stable|unstable|icu|telemetry|coma\w*|concussion|neuro|delirium|pain|"
    r"going home|wants? (?:to go )?home|ready to go|can go today|"
    r"needs? (?:a )?(?:liaison|bed|rehab|snf)|declin(?:ed|ing)|passed away|"
    r"expired|hospice|cvas|encephalopathy|guillain|ms)\b"
    r"|\bdischarg(?:e|ed|ing)\b(?!\s+(?:plan|team|coord|nurse|lounge|dep))",
    _I,
)
_NO_PATIENT_ROOM = re.compile(
    r"\b(?:conf(?:erence)?|meetings?|mtg|in[\s\-]?serv\w*|insvc|in[\s\-]svc|lunch\w*|l\s?&\s?l|office|"
    r"class\w*|training|open|empty|available|staffed|board|breakfast|huddle|leak\w*|ceiling|"
    r"carpet|flood\w*|ballroom|booth|projector|presentation|present|seminar|expo|storage|hotel|groups?|support|lecture|symposium|course|"
    r"program|tour)\b",
    _I,
)
_IS_IN_ROOM = re.compile(
    r"\b(?:pt|patient|resident|lady|gentleman|man|woman|guy|stroke|tbi|cva)\s+(?:is\s+)?(?:in\s+)?$",
    _I,
)

_NUMBERED_DAY = (
    rf"(?:\d{{1,2}}\s?/\s?\d{{1,2}}(?:\s?/\s?\d{{2,4}})?(?!\d|\s*(?:of|full|empty)\b)"
    r"|(?:0\d|1[0-2])-(?:[0-2]?\d|3[01])(?!\d|\s*(?:pts?|patients?|a|per|hours?|hrs?|days?|wks?|weeks?|"
    r"people|beds?|ref\w*|%|x|times|each|every|this|last|of|min|st\w*)\b)"
    r"|\d{1,2}-\d{1,2}-\d{2,4}(?!\d)|(?:19|20)\d\d-\d\d-\d\d"
    rf"|{dates.MONTH}\s*(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?(?!\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)(?:\s+of\s+{dates.MONTH})?|\d{{1,2}}\s+{dates.MONTH})"
)
_ANY_DAY = (
    rf"(?:{_NUMBERED_DAY}|{dates.WEEKDAY}|yesterday\b|yday\b|yest\b|last\s+night\b|tonight\b|"
    r"tomorrow\b|tmrw\b|tmw\b)"
)
_TO_DAY = (
    r"[\s:,\-(]*(?:(?:on|for|is|was|will\s+be|set|sched(?:uled)?|dates?|to|home|planned|this|next|"
    r"last|the|from|snf|rehab|back|here|there|again|today|late|early|and|w|his|her|house|hospital|"
    r"icu|er|via|thru|through|in|of|went|ok|at)\b[\s:,]*){0,5}"
)
_NO_STAY = (
    r"(?![\s/]+(?:plan\w*|dep\w*|teams?|coord\w*|nurses?|lounge|centers?|ctr|suites?|schedul(?:ers?|ing)\b|"
    r"process|rates?|offices?|directors?|dir|criteria|staff|meeting|mtg|volumes?|numbers|waiting|"
    r"floor|residents?|group|clinic|dinner|lunch|huddle|packet|summit|instructions|summar\w+|rep|"
    r"manager|mgr|desk|liaison|folks|line|goals?|day\b)|s\b)"
)
_STAY = re.compile(
    r"\b(?:(?:re-?)?admit(?:ted|ting)?(?:\s+date)?|(?:re-?)?adm(?:ission|['’]?d)?\.?(?:\s+date)?|discharg(?:ed?|ing)(?:\s+date)?|"
    r"d/c(?:['’]?(?:d|ed|ing))?(?:\s+date)?|dc(?:['’]?(?:d|ed|ing)|\s+date|(?=[\s:]{1,2}(?:to\s+)?"
    r"(?:(?:home|snf|rehab)\s+)?\d{1,2}/\d))|surgery(?:\s+date)?|"
    r"surg(?:\s+date)?|sx(?:\s+date)?|operat(?:ed\s+on|ion)|"
    r"(?:s/p|post[\s\-]?op|status\s+post)(?:\s+(?!on\b|from\b|in\b|class|"
    r"clinic|units?\b|groups?\b|program|floor|team|meeting|mtg|lunch|tour|protocol|pathway|care\b|"
    r"visit|inservice|education)[\w\-]+){0,3}?|"
    r"crani(?:otomy|ectomy)?|amputation|bka|cabg|laminectomy|tka|tkr|tha|thr|hip\s+replacement|"
    r"(?:hip|knee|shoulder|spine|back)\s+(?:done|fixed|replaced|repaired)|"
    r"had\s+(?:an?|his|her)\s+(?:\w+\s+)?(?:stroke|cva|tbi|fall|accident|seizure|heart\s+attack)|"
    rf"knee\s+replacement){_NO_STAY}{_TO_DAY}(?P<day>{_ANY_DAY})(?!\s+that\b)",
    _I,
)
_DAY_THEN_STAY = re.compile(
    rf"(?<![\d/]){_NUMBERED_DAY}[\s,:\-]{{1,3}}(?:(?:he|she|pt|patient|resident|and)\s+"
    r"(?:was|is|got|had|will\s+be|being|gets?|has|has\s+been)\s+)?(?:(?:her|his|the|pt'?s?|for|from|"
    r"hip|knee|brain|back|heart|spine)\s+){0,3}(?:admit(?:ted)?|admission|discharged?|d/c'?d?|dc'?d?|"
    rf"surgery|sx|crani(?:otomy)?|cabg|amputation)\b{_NO_STAY}",
    _I,
)
_HOME_ON = re.compile(
    r"\b(?:pt|patient|resident)\W+(?:\w+\W+){0,4}?(?:going|go|goes|went|sent|being\s+sent)\s+home"
    rf"\W+(?:on\s+|this\s+|next\s+)?{_ANY_DAY}",
    _I,
)
_STAY_WORDS = (
    *("adm", "discharg", "d/c", "dc", "surg", "sx", "operat", "s/p", "post", "crani", "home"),
    *("amput", "bka", "cabg", "laminect", "tka", "tkr", "tha", "thr", "replacement"),
    *("had a", "had h", "done", "fixed", "replaced", "repaired"),
)
# Before the word: how many were admitted, or with which department one met.
_NOT_ONE = re.compile(
    r"(?:\b(?:[2-9]|\d\d+|both|several|few|many|all|they|we|can|to(?!\s+be)|could|would|rarely|never|how|in|"
    r"don'?t|only|with|w|w/|at|by|visited|saw|met|see|our\s+own)\s+(?:\w+\s+)?(?:were\s+|got\s+|are\s+)?)$",
    _I,
)

_CODE = re.compile(
    r"(?<![\w.\-$/])(?:[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}|[A-TV-Z]\d[0-9])(?![\w\-])"
    r"|\bicd(?:[\s\-]?10)?(?:\s+code)?\W{0,3}[A-TV-Z]\d\w(?:\.\w{1,4})?\b",
    _I,
)
_DIAGNOSED = re.compile(r"\b(?:dx|code|icd[\s\-]?(?:10)?|diagnos\w+|under|has|with|w/)\W{0,3}$", _I)
_PLACE_CODE = re.compile(
    r"\b(?:rm|room|unit|suite|ste|gate|building|bldg|lot|form|row|booth|garage|level|floor|box|"
    r"vitamin|exit|route|model|seat|spot|table|hwy|highway|interstate|apt|dock|bay)\W{0,3}$",
    _I,
)
_WORD = r"[^\W\d_][\w'’\-]*"
_CAPITALS = re.compile(r"\b([A-Z][a-z'’\-]+),?\s+(?:[A-Z]\.?\s+)?([A-Z][a-z'’\-]+)\b")
_TITLED = re.compile(
    rf"\b(?:mr|mrs|ms|miss)\b\.?\s+{_WORD}|\b(?:pt|patient|resident)\b(?!\s+(?:vol|flow|care|acc|pop))",
    _I,
)
_TWO_WORDS = re.compile(rf"\b(?=({_WORD})\s+({_WORD}))", _I)
_LINK = r"(?:(?:dx|code|has|had|with|w/|icd[\w\-]*|is|was|under|for|on|pt|primary)\b\s*){0,2}"
_NAME_BEFORE = re.compile(rf"\b({_WORD})\.?,?\s+({_WORD})['’s]*[\s,:;/\-–—(]{{1,3}}{_LINK}$", _I)
_NAME_AFTER = re.compile(rf"[\s,:;/\-–—)]{{1,3}}{_LINK}({_WORD})\.?,?\s+({_WORD})", _I)
_NO_SURNAME = listed(
    """
    about and any asked asking said says wants wanted needs sent gave told called re for from has
    had takes took likes saw thinks over with under the not are was will can who code codes dx icd
    """
)
_PLACES = re.compile(
    r"^(?:hospitals?|medical|center|ctr|rehab\w*|health\w*|clinic|ortho\w*|neuro\w*|general|"
    r"memorial|regional|university|care|surgery|case|family|county|st|street|oaks?|hill|park|"
    r"icd|code|codes|medicare|medicaid|humana|rn|md|cm|auth)$",
    _I,
)


def _great_age(view: View) -> Spans:
    if not view.has(("9", "10", "11", "born", "nagenarian", "centenarian", "nineties", "ninties")):
        return
    text = view.text
    for found in _AGE.finditer(text):
        before = text[max(0, found.start() - 40) : found.start()]
        if _AVERAGE.search(before) or _OF_A_FIRM_BEFORE.search(before):
            continue
        if _OF_A_FIRM_AFTER.match(text, found.end()):
            continue
        if _BARE_SEX.fullmatch(found.group()) and not _is_sex(text, found):
            continue
        yield found.span()


def _is_sex(text: str, found: re.Match[str]) -> bool:
    """Whether "95F" is a woman of 95: not a temperature, nor 95 million."""
    near = _around(text, found, 40)
    if found.group().endswith("F") or "/" in found.group():
        return not _HEAT.search(near)
    return bool(_CARED_FOR.search(near))


def _room_and_state(view: View) -> Spans:
    if not view.digits:
        return
    text = view.text
    for found in _ROOM.finditer(text):
        near = _around(text, found, 45)
        before = text[max(0, found.start() - 20) : found.start()]
        if _IS_IN_ROOM.search(before) or (
            _CLINICAL.search(near) and not _NO_PATIENT_ROOM.search(near)
        ):
            yield found.span()
    for found in _IN_A_NUMBER.finditer(text):
        yield found.span()


def _stay_and_date(view: View) -> Spans:
    if not view.has(_STAY_WORDS):
        return
    text = view.text
    for found in _STAY.finditer(text):
        if not _NOT_ONE.search(text[max(0, found.start() - 30) : found.start()]):
            yield found.span()
    for pattern in (_DAY_THEN_STAY, _HOME_ON):
        for found in pattern.finditer(text):
            yield found.span()


def _code_and_name(view: View) -> Spans:
    text = view.text
    for found in _CODE.finditer(text):
        before = text[max(0, found.start() - 20) : found.start()]
        near = _around(text, found, 50)
        titled = bool(_TITLED.search(near))
        # Three characters alone may be a room or a gate: they need a title or a "dx".
        sure = "." in found.group() or found.group().lower().startswith("icd")
        named = _is_beside_a_name(text, found)
        if not sure and (
            _PLACE_CODE.search(before) or not (titled or named or _DIAGNOSED.search(before))
        ):
            continue
        if titled or named or _somebody(near):
            yield found.span()


def _is_beside_a_name(text: str, code: re.Match[str]) -> bool:
    """Whether a first name and another word stand right before or right after the code."""
    before = _NAME_BEFORE.search(text[max(0, code.start() - 60) : code.start()])
    for found in (before, _NAME_AFTER.match(text, code.end())):
        if found:
            first, second = (word.lower() for word in found.groups())
            comma = "," in found.group() and second in FIRST and first in LAST
            initial = len(first) == 1 and found.group(2)[0].isupper()
            if comma or (
                (first in FIRST or initial) and len(second) > 2 and second not in _NO_SURNAME
            ):
                return True
    return False


def _somebody(near: str) -> bool:
    for found in _CAPITALS.finditer(near):
        if not (_PLACES.match(found.group(1)) or _PLACES.match(found.group(2))):
            return True
    for found in _TWO_WORDS.finditer(near):
        first, second = found.group(1).lower(), found.group(2).lower()
        if first in FIRST and second in LAST:
            return True
    return False


def _around(text: str, found: re.Match[str], reach: int) -> str:
    return text[max(0, found.start() - reach) : found.end() + reach]


RULES = {
    "age of 90 or more": _great_age,
    "room and condition": _room_and_state,
    "stay or surgery with a date": _stay_and_date,
    "diagnosis code near a name": _code_and_name,
}
