"""The warn tier of `models.phi`, names: words for a patient beside somebody's name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from models.phi_names import FIRST, LAST
from models.spoken import View
from models.text import listed

Spans = Iterator[tuple[int, int]]

_I = re.IGNORECASE
_WORD = r"[^\W\d_][\w'’\-]*"
_TITLE = r"\b(?:mr|mrs|ms|miss|mister|missus)\b\.?"
_PATIENT = re.compile(
    r"\b(?P<who>ptn?s?|patients?|residents?|clients?)\b(?:['’]s?)?"
    r"(?:(?<=[pP][tT])\.(?=\s))?(?P<sign>[\s:,(#\-=]{1,3})"
    r"(?P<told>(?:(?:full name|first name|last name|name['’]?s?|named|initials|is|was|mr|mrs|ms|"
    r"miss|a|an|the|this|new)\b[.:,]?[\s:,]{1,2}){0,4})"
    rf"(?=(?P<first>{_WORD})\.?(?:,?\s+(?P<second>{_WORD}))?(?:\s+(?P<third>{_WORD}))?)",
    _I,
)
_MARKED = re.compile(rf"name|initials|{_TITLE}", _I)
_INITIALS = re.compile(
    r"\b(?i:pt|patient|resident|client)(?i:'s|s)?[\s:(#\-]{1,3}(?:(?i:initials?(?:\s+are|\s+is)?)"
    r"[\s:]{1,2}[A-Za-z]\.?\s?[A-Za-z]\b\.?|[A-Z]\.\s?[A-Z]\b\.?)"
)
_A_DOCTOR = re.compile(
    r"(?:chief|senior|junior|rotating|surg\w*|neuro\w*|ortho\w*|psych\w*|pm&?r|rehab|medicine|med|"
    r"er|ed|im|fm|ent|icu|trauma|year|pgy\W?\d|anesthesia|radiology|pharmacy|dr)\s+$",
    _I,
)
_COLLEAGUES = re.compile(r"\b(?:and|&|,|\+)\s+(?:ot|slp|rn|cm|sw|pta)\b|,?\s+(?:ot|slp)\b", _I)
_NAME_IS = re.compile(
    r"\b(?:pt|patient|resident|client|referral|lady|gentleman|woman|man|guy|kid|veteran|homeowner)"
    r"(?:['’]s|s)?\b(?P<between>[^.\n]{0,50}?)\b(?:(?:full\s+|first\s+|last\s+)?name['’]?s?\s?"
    r"(?:\s(?:is|was|of)\b|[:=])|named\b|goes\s+by\b)[\s:]+"
    rf"(?=(?P<first>{_WORD})(?:\s+(?P<second>{_WORD}))?)",
    _I,
)
_PROFESSIONAL = re.compile(
    r"\b(?:rep|cm|cms|case|director|dir|manager|mgr|nurse|rn|coord\w*|liaison|advocate|doctor|dr|"
    r"planner|access|services|experience|care|access|adjuster|rep|hr|cfo|ceo|admin\w*|therapist|"
    r"worker|navigator|vendor|competitor|company|firm|program|plan|plumber|contractor|broker|"
    r"account|contact|system|app|portal)\b",
    _I,
)
_NAME_THEN_PATIENT = re.compile(
    r"\b([A-Z][a-z'’\-]+)(?:\s+[A-Z]\.?)?\s+([A-Z][a-z'’\-]+),?\s+\(?(?:is\s+|was\s+)?"
    r"(?:a\s+|an?\s+\w+\s+|our\s+|their\s+|the\s+)?(?:pt|patient)\b"
    r"(?!\s+(?:advoca|care|access|navigat|services|relations|experience|liaison|coord|rep|flow|"
    r"director|manager|educ|safety|satisf))"
)
_TYPED_THEN_PATIENT = re.compile(
    rf"\b({_WORD})\s+({_WORD}),?\s+(?:is|was)\s+(?:a|an|our|their|the|my)\s+(?:\w+\s+)?"
    r"(?:pt|patient)\b(?!\s+(?:advoca|care|access|navigat|servic|relat|exper|liaison|coord|rep|"
    r"flow|direct|manag|educ|safety|satisf))",
    _I,
)
_RELATIVE = (
    r"(?:wife|husband|spouse|daughter|son|mother|mom|father|dad|sister|brother|niece|family)"
)
_FAMILY_OF = re.compile(
    rf"\b(?:{_RELATIVE}|poa|guardian|caregiver)\s+(?:of|for)\s+(?:(?:the|our|my)\s+)?"
    rf"(?P<pt>(?:pt|patient|resident|client)\b\.?\s+)?(?P<title>{_TITLE}\s+)?"
    rf"(?=(?P<first>{_WORD})(?:\s+(?P<second>{_WORD}))?)",
    _I,
)
_HONORIFIC = re.compile(rf"{_TITLE}\s+(?P<name>{_WORD})", _I)
_TITLED_FAMILY = re.compile(
    rf"{_TITLE}\s+{_WORD}(?:\s+{_RELATIVE}\b|,?\s+\(?(?:(?:is|was)\s+)?(?:(?:a|our|the|my|their)\s+)?"
    r"(?:pt|patient|resident)\b(?!\s+(?:advoca|care|acc|serv|rel|exp|liai|coord|rep|dir|man|nav)))",
    _I,
)
_PERSON_STATE = re.compile(
    r"\b(?:admitted|discharged|d/c'?d|dc'?d|going home|coming home|diagnosed|dx|had an? (?:\w+ )?"
    r"(?:stroke|tbi|fall|cva|mi|accident|seizure)|needs? (?:an? )?(?:\w+ )?bed|s/p|post[\s\-]?op|"
    r"on a vent|intubated|trach|hospice|passed away|expired|fell|"
    r"(?:his|her) (?:stroke|injury|fall|surgery|tbi|hip))\b",
    _I,
)

# Words that follow "patient" or "client" without being anybody's name.
_NO_NAMES = listed(
    """
    a about above access account accounts acuity admission admissions admit admits admitted advisor
    advisory advocacy advocate advocates aetna after age agency all already also am an and any
    appreciation april are area as asked asking at august auth back base bed beds bedside before
    bill billing board both but by call called calls came can capacity care cases census center
    centered centric choice cigna client clinic come comes coming committee communication company
    complaint complaints concerns contact coordination coordinator coordinators corp cost could
    council count counts cva data day days dc december declined denied did director discharge
    discharged discharges do doctor does doing done dr due ed education eligibility engagement er
    est eval event every executive experience face facility facing falls families family february
    feedback fell files first flow flu flyer for fri friday friendly from gave get gets getting go
    goes going got group guide had handout handouts has have he headed her here hh him his home
    hospital hours housing how humana i icu if ii iii in inc incident info initiative inn insight
    insurance intake intakes into irf is issue issues it iv january july june just kept know knows
    last left liaison like liked likes list lists living llc load looking loved ltac ltach made
    manager managers march may md me med medicaid medical medicare meeting meetings met mgmt mgr
    mix mon monday moved moving my name names navigation navigator navigators need needed needs new
    next no not november now np numbers october of off on one only or orientation ot our out
    outcome outcomes outreach over pa packet packets partners passed payer pending per picked
    pickup pipeline placement plan plumbing pool population portal privacy pro program progress
    prospect prospects pt question questions ran ratio ratios ready reception recruitment referral
    referrals referred refused rehab relations rep reports representative requests responsibility
    restoration retention review rights rn room rooms roster rounds safety said sat satisfaction
    saturday saw says schedule sci screening seen sent september service services she should side
    since site slp snf so social some soon source staff started stay stayed stays still stories
    story success summit sun sunday support survey surveys tbi team teams than that the their them
    then there these they this those throughput thu thur thurs thursday to today tomorrow tonight
    too took tool tools tour tours toward transfer transferred transfers transport transportation
    treatment tue tues tuesday turned type types uhc until up update updates us very via visit
    visits volume volumes waiting wanted wants was we wed wednesday were what when where which who
    whose why will with within work would yesterday you your
    """
)
_FIRM = listed(
    """
    & advisors and apartments associates auto bakery bank brewery brewing bros brothers builders
    building cafe capital care center centre church city clinic club co college company
    construction consulting corp county dental dentistry design designs electric electrical
    engineering enterprises farms financial fitness food foods glass group gym health holdings
    hospital hotel hotels hvac inc industries insurance international landscaping law legal llc
    logistics machine manufacturing market marketing markets mechanical media medical mfg motors
    national paint painting partners plumbing press printing properties property realty restaurant
    restoration roofing salon school schools service services software solutions sons spa state
    steel store stores studio supplies supply systems tech technologies trucking trust university
    winery
    """
)


def _is_name(first: str, second: str, *, typed: bool) -> bool:
    """Whether two words after a word for a patient name somebody. `typed`: no capitals tell."""
    one, two = _key(first), _key(second)
    if one in _NO_NAMES:
        return False
    if one in FIRST or one in LAST:
        return True
    if typed or not first[0].isupper():
        return two in LAST and two not in FIRST and not typed
    return not first.isupper()


def _key(word: str) -> str:
    word = word.lower().replace("’", "'")
    return word.removesuffix("'s").replace("'", "")


def _patient_and_name(view: View) -> Spans:
    if not view.has(("pt", "patient", "resident", "client", "name", "goes by")):
        return
    typed = view.text.isupper()
    for found in _PATIENT.finditer(view.text):
        if _names_a_patient(view.text, found, typed):
            yield found.start(), found.end("second" if _second_counts(found) else "first")
    for found in _INITIALS.finditer(view.text):
        if not found.group().startswith("PT "):
            yield found.span()
    for found in _NAME_IS.finditer(view.text):
        named = _key(found["first"]) in FIRST | LAST or found["first"][0].isupper()
        if named and not _PROFESSIONAL.search(found["between"]) and not _is_stop(found["first"]):
            yield found.start(), found.end("second" if _second_counts(found) else "first")
    for pattern in (_NAME_THEN_PATIENT, _TYPED_THEN_PATIENT):
        for found in pattern.finditer(view.text):
            if _full_name(found.group(1), found.group(2), pattern is _NAME_THEN_PATIENT):
                yield found.span()


def _names_a_patient(text: str, found: re.Match[str], typed: bool) -> bool:
    who, first, second = found["who"], found["first"], found["second"] or ""
    one, two = _key(first), _key(second)
    marked = bool(_MARKED.search(found["told"]))
    if one in _NO_NAMES or not _is_name(first, second, typed=typed):
        return False
    if who.lower() == "pt" and _COLLEAGUES.search(text[found.end() :][:50]):
        return False
    if "," in found["sign"] and not marked:
        return one in FIRST and bool(second) and (two in LAST or second[0].isupper())
    if who.lower().endswith("s") and not marked and "'" not in found.group():
        return one in FIRST and bool(second) and (two in LAST or second[0].isupper())
    if who.lower().startswith("client"):
        firm = {two, _key(found["third"] or "")} & _FIRM
        return not firm and (marked or one in FIRST or one in LAST or two in LAST)
    if who.lower().startswith("resident"):
        return not _A_DOCTOR.search(text[max(0, found.start() - 14) : found.start()])
    if who == "PT" and not typed and not marked:
        # Usually the physical therapist: only with something that happens to patients.
        return bool(_PERSON_STATE.search(text[found.end() :][:60]))
    return two not in _FIRM or one in FIRST


def _second_counts(found: re.Match[str]) -> bool:
    """Whether the second word is part of the name, so that it goes when the name does."""
    second = found["second"]
    return bool(second) and (
        _key(second) in LAST
        or (second[0].isupper() and not second.isupper() and _key(second) not in _NO_NAMES)
    )


def _is_stop(word: str) -> bool:
    return word.lower() in _NO_NAMES


def _full_name(first: str, second: str, capitals: bool) -> bool:
    one, two = _key(first), _key(second)
    if one in _NO_NAMES or two in _NO_NAMES or two in _FIRM:
        return False
    return capitals or (one in FIRST and (two in LAST or len(two) > 3))


def _family_of_name(view: View) -> Spans:
    if not view.has((" of ", " for ")):
        return
    for found in _FAMILY_OF.finditer(view.text):
        first, second = found["first"], found["second"] or ""
        if _is_stop(first):
            continue
        known = _key(first) in FIRST and (_key(second) in LAST or second[:1].isupper())
        if known or ((found["title"] or found["pt"]) and _is_name(first, second, typed=False)):
            yield found.start(), found.end("second" if _second_counts(found) else "first")


def _honorific_and_state(view: View) -> Spans:
    if not view.has(("mr", "ms", "mis")):
        return
    for found in _HONORIFIC.finditer(view.text):
        near = view.text[max(0, found.start() - 50) : found.end() + 50]
        if found["name"].lower() not in _NO_NAMES and _PERSON_STATE.search(near):
            yield found.span()
    for found in _TITLED_FAMILY.finditer(view.text):
        yield found.span()


RULES = {
    "patient and name": _patient_and_name,
    "family of a name": _family_of_name,
    "title, name and condition": _honorific_and_state,
}
