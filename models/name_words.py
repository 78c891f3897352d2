"""The words of a name in one spelling: "St. Mary's Hosp" and "Saint Marys Hospital" agree."""

from __future__ import annotations

import re
from functools import lru_cache

from models.text import fold, listed

_APOSTROPHES = re.compile(r"(?<=\w)['’ʼ‘`´](?=\w)")
_WORDS = re.compile(r"[^\W_]+")

_SPELLINGS = {
    "st": "saint sainte ste",
    "mt": "mount",
    "ft": "fort",
    "hospital": "hosp hospitals hospitl",
    "medical": "med medicl",
    "center": "ctr centre cntr centers",
    "memorial": "mem meml",
    "university": "univ universty",
    "rehabilitation": "rehab",
    "community": "comm cmty cmnty",
    "regional": "reg regl",
    "general": "gen genl",
    "associates": "assoc assocs assn association",
    "group": "grp",
    "services": "svc svcs service",
    "insurance": "ins insur",
    "management": "mgmt mgt",
    "administrators": "admin admins",
    "system": "sys systems",
    "health": "hlth hth",
    "county": "cnty",
    "national": "natl",
    "brothers": "bros",
    "plumbing": "plbg plmbg",
    "apartments": "apts",
    "pediatrics": "peds",
    "department": "dept",
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "surgical": "surg",
    "physicians": "phys",
    "orthopedics": "ortho orthopaedics",
    "orthopedic": "orthopaedic",
    "cardiology": "cardio",
    "neurology": "neuro",
    "international": "intl",
    "partners": "ptnrs",
    "property": "prop",
    "properties": "props",
    "financial": "fin fincl",
    "advisors": "advisers",
    "behavioral": "behav",
    "institute": "inst",
    "nursing": "nrsg",
    "therapy": "tx",
    "clinic": "cl",
    "childrens": "children childs kids",
    "veterans": "vets",
    "company": "co",
}
_ONE: dict[str, str] = {
    other: word for word, others in _SPELLINGS.items() for other in others.split()
}
_TWO: dict[str, tuple[str, ...]] = {
    "healthcare": ("health", "care"),
    "homecare": ("home", "care"),
    "medctr": ("medical", "center"),
    "vamc": ("va", "medical", "center"),
}
ALSO: dict[str, tuple[str, ...]] = {
    "nw": ("northwest", "northwestern"),
    "ne": ("northeast", "northeastern"),
    "sw": ("southwest", "southwestern"),
    "se": ("southeast", "southeastern"),
    "so": ("south", "southern"),
    "no": ("north", "northern"),
    "presby": ("presbyterian",),
    "bapt": ("baptist",),
    "meth": ("methodist",),
    "cath": ("catholic",),
    "luth": ("lutheran",),
}
"""Short words that may stand for any of several."""

_SILENT = listed("the of and at in for a an y de la inc llc llp pllc pc corp ltd lp co")

GENERIC = listed(
    """
    hospital medical center health care system group clinic services associates company regional
    community general physicians partners home agency institute department facility practice
    office healthcare centers nursing rehabilitation campus
    """
)
"""Words that half the names of a list share: they confirm an account, and never single it out."""

KINDS = listed(
    """
    memorial university insurance management plumbing restoration property properties case
    orthopedics orthopedic pediatrics cardiology neurology surgical therapy physical living
    assisted senior hospice behavioral childrens county national financial benefits pension
    advisors administrators plan st mt valley city north south east west family specialty drain
    heating electric roofing construction apartments realty law consulting wealth retirement
    """
)
"""Words that tell kinds apart more than they tell names apart."""


def words(text: str) -> list[str]:
    """Every word of the text, folded and in one spelling, in order; nothing is left out."""
    found: list[str] = []
    for word in raw_words(text):
        found.extend(spelled(word))
    return found


def raw_words(text: str) -> list[str]:
    """The text's words without case, accents and apostrophes, as spelled."""
    return _WORDS.findall(_APOSTROPHES.sub("", fold(text)))


def spelled(word: str) -> tuple[str, ...]:
    """One folded word in the one spelling: "rehab" is "rehabilitation", "healthcare" is two."""
    several = _TWO.get(word)
    return several if several is not None else (_ONE.get(word, word),)


@lru_cache(maxsize=8192)
def name_words(name: str) -> tuple[str, ...]:
    """A name's telling words, in order: without articles and company forms, unless it has no
    other."""
    found = words(name)
    return tuple(word for word in found if word not in _SILENT) or tuple(found)


def is_silent(word: str) -> bool:
    """Whether the word is left out of names."""
    return word in _SILENT


def initials(name: str) -> str:
    """The first letters of the name's words, "nmh"; empty for fewer than three words."""
    found = name_words(name)
    return "".join(word[0] for word in found) if len(found) >= 3 else ""
