"""Phones and e-mails in a text, and those of them that belong to nobody we know."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException

from models.spoken import View

RULE = "contact of a stranger"

_I = re.IGNORECASE
_PHONE = re.compile(
    r"(?<![\w$\-./])(?:"
    r"\+\d(?:[\s().\-]{0,3}\d){6,14}"
    r"|(?:1[\s.\-]{0,2})?(?:\([2-9]\d\d\)\s{0,2}|[2-9]\d\d[\s.\-/]{1,3})\d{3}[\s.\-/]{0,3}\d{4}"
    r"|1?[2-9]\d{9}"
    r"|(?:\d{1,4}[\s.\-]{1,2}){2,10}\d{1,4}"
    r"|\d{3}[\-. ]?\d{4}"
    r")(?![\w/]|[\-.]\d|,\d|\s?%)"
)
_WRITTEN = re.compile(
    r"(?:\+?1[\s.\-]{0,2})?(?:\(\d{3}\)\s?|\d{3}[\s.\-/]{1,3})\d{3}[\s.\-]{1,3}\d{4}"
)
_SINGLES = re.compile(r"\d{1,4}(?:[\s.\-]{1,2}\d{1,4}){2,10}")
_EMAIL = re.compile(
    r"(?<![\w.+%\-@])[\w.+%'\-]{1,64}(?:@|\s?[(\[]\s?at\s?[)\]]\s?)"
    r"(?:[a-z0-9\-]{1,63}(?:\.|\s?[(\[]\s?dot\s?[)\]]\s?)){1,6}[a-z]{2,24}\b",
    _I,
)
_SAID_EMAIL = re.compile(
    r"\b[\w.+\-]{1,64}(?:\s(?:dot|underscore|dash|period|point)\s[\w\-]{1,64}){0,3}(?:\s?@\s?|\s+at\s+)"
    r"[\w\-]{1,63}(?:\s+dot\s+[\w\-]{1,63}){0,3}\s+dot\s+(?:com|net|org|edu|gov|us|io|biz|info|co|me|"
    r"example|test)\b",
    _I,
)
_SIGNS = {" dot ": ".", " period ": ".", " point ": ".", " underscore ": "_", " dash ": "-"}
_CALLING = re.compile(
    r"\b(?:call(?:ed|ing)?|cell|phone|ph|mobile|text|txt|tel|telephone|reach|number|num|no|#|vm|"
    r"voicemail|message|msg|dial|contact|ring|at|home|hm)\b[^\d\n]{0,24}$",
    _I,
)
_SAID = re.compile(
    r"\b(?:cell|mobile|phone|call|text|txt|(?:his|her|their)\s+number)\b[^\d\n]{0,24}$", _I
)
_CALLED = re.compile(
    r"\s{0,2}[(,]?\s?(?:cell|mobile|home|call|text|phone|is\s+(?:his|her|the))\b", _I
)
_TOLL_FREE = frozenset(["800", "822", "833", "844", "855", "866", "877", "888", "900"])
_A_BUSINESS = re.compile(
    r"(?:\b(?:fax|main(?:\s+(?:line|number|desk|phone|hospital|office))?|front\s?desk|office|"
    r"(?:direct|desk|work|business)\s+(?:line|number|phone|dial)|direct|switchboard|reception|hotline|help\s?desk|call\s?center|toll[\s\-]?free|"
    r"(?:unit|nurses?|nursing)['’]?\s+station|(?:admissions?|referral|intake|claims|billing|"
    r"customer\s+service|scheduling)(?:\s+(?:line|dept|desk|office|team))?|"
    r"(?:my|our)\s+(?:\w+\s+){0,2}(?:cell|number|phone|line|desk|mobile))"
    r"|\b(?:claims?|polic(?:y|ies)|invoice|inv|p\.?o|(?:work\s+|purchase\s+)?order|job|model|serial|"
    r"tracking|quote|estimate|est|ein|npi|tin|license|lic|permit|zip|contract|plan|group|loan|acct|"
    r"account|part|case|ticket|receipt|confirmation|conf|sku|vin|ref|reference|id|naic|routing|"
    r"auth(?:orization)?|caqh|dea))\b"
    r"[\s:#.,\-(]*(?:(?:number|num|no|id|is|was|line|at|to|phone|ph|here|ext|x)\b[\s:#.]*){0,4}$",
    _I,
)
# A profession right before the number: whose it is, is said.
_A_PROFESSION = re.compile(
    r"\b(?:adjuster|administrator|agent|broker|cfo|ceo|case\s+manager|cm|contractor|coordinator|"
    r"director|don|hr|liaison|manager|nurse|planner|plumber|property\s+manager|receptionist|"
    r"recordkeeper|rn|scheduler|social\s+worker|tpa|vendor)[\s:@(]{1,3}(?:at\s+)?$",
    _I,
)
_BUSINESS_BEHIND = re.compile(
    r"\)?\s{0,2}(?:[(,\-]\s?)?(?:is\s+(?:the|their|our|my)\s+)?(?:fax|main(?:\s+(?:line|number))?|"
    r"front\s?desk|office|switchboard|toll[\s\-]?free|hotline)\b",
    _I,
)
_ROLES = frozenset(
    [
        "admin",
        "admissions",
        "admit",
        "ap",
        "ar",
        "accounting",
        "billing",
        "bids",
        "careers",
        "claims",
        "clinic",
        "contact",
        "customerservice",
        "dispatch",
        "estimates",
        "facilities",
        "frontdesk",
        "hello",
        "help",
        "hr",
        "info",
        "intake",
        "inquiries",
        "jobs",
        "mail",
        "marketing",
        "media",
        "news",
        "newsletter",
        "noreply",
        "no-reply",
        "office",
        "orders",
        "payroll",
        "press",
        "reception",
        "referral",
        "referrals",
        "sales",
        "scheduling",
        "service",
        "support",
        "team",
        "vendors",
        "vendor",
    ]
)


@dataclass(frozen=True)
class Channel:
    """A phone or e-mail, as `models.phi.channels` gives it, and where it stands in the view.

    stranger  whether it may belong to a private person: not a fax, a main line, or a toll-free
              number.
    """

    value: str
    start: int
    end: int
    stranger: bool


def told(view: View) -> Iterator[Channel]:
    """Every phone and e-mail of the text."""
    yield from _emails(view.text)
    if view.digits >= 7:
        yield from _phones(view.text)


def strangers(view: View, known: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where those stand that are not `known`; seven digits are known by any number's last seven."""
    local = {one[-7:] for one in known if one.isdigit()}
    for one in told(view):
        if one.stranger and one.value not in known and one.value not in local:
            yield one.start, one.end


def _emails(text: str) -> Iterator[Channel]:
    if "@" in text or "at)" in text or "at]" in text:
        for found in _EMAIL.finditer(text):
            value = re.sub(r"\s?[(\[]\s?dot\s?[)\]]\s?", ".", found.group().lower())
            value = re.sub(r"\s?[(\[]\s?at\s?[)\]]\s?", "@", value)
            yield _email(value, found)
    if " dot " in text.lower():
        for found in _SAID_EMAIL.finditer(text):
            value = re.sub(
                r"\s+at\s+|\s?@\s?", "@", " ".join(found.group().lower().split()), count=1
            )
            for sign, short in _SIGNS.items():
                value = value.replace(sign, short)
            yield _email(value, found)


def _email(value: str, found: re.Match[str]) -> Channel:
    return Channel(value, *found.span(), stranger=value.split("@")[0] not in _ROLES)


def _phones(text: str) -> Iterator[Channel]:
    for found in _PHONE.finditer(text):
        value = _number(text, found)
        if value:
            yield Channel(value, *found.span(), stranger=not _is_business(text, found, value))


def _number(text: str, found: re.Match[str]) -> str:
    """The phone's digits: ten for a North American one, "" when it is no phone."""
    written = found.group()
    digits = "".join(filter(str.isdigit, written))
    if written.startswith("+"):
        return _abroad(digits)
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    if len(digits) == 10:
        shaped = bool(_WRITTEN.fullmatch(written)) and digits[3] != "0"
        return digits if shaped or _exists(digits) else ""
    if len(digits) == 7 and digits[0] not in "01":
        before = text[max(0, found.start() - 40) : found.start()]
        if _SINGLES.fullmatch(written) and not re.fullmatch(r"\d{3}[\-. ]\d{4}", written):
            return digits if _SAID.search(before) else ""
        said = _CALLING.search(before) or _CALLED.match(text, found.end())
        return digits if said or digits.startswith("555") else ""
    return ""


def _exists(digits: str) -> bool:
    """Whether ten digits without the shape of a phone are one: its area code is in use."""
    return phonenumbers.is_valid_number(phonenumbers.PhoneNumber(1, int(digits)))


def _abroad(digits: str) -> str:
    try:
        number = phonenumbers.parse(f"+{digits}")
    except NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return digits.removeprefix("1") if number.country_code == 1 else digits


def _is_business(text: str, found: re.Match[str], value: str) -> bool:
    if len(value) == 10 and value[:3] in _TOLL_FREE:
        return True
    before = text[max(0, found.start() - 45) : found.start()]
    return bool(
        _A_BUSINESS.search(before)
        or _A_PROFESSION.search(before)
        or _BUSINESS_BEHIND.match(text, found.end())
    )
