"""Names, titles and notes of which the sandbox's year is made up. All of them are invented."""

from __future__ import annotations

from bot.sandbox.sample import SampleContact

_FIRST_NAMES = """
Abel Adele Alma Amos Anders Anya Arlo Asha Basil Bea Bram Calla Cass Celia Clive Cora Dag Delia
Dov Edda Elio Elsa Enid Esme Ezra Faye Felix Flora Gil Greta Hal Hazel Hugo Ida Ines Ivor Jory
Juno Kai Kira Lars Lena Lev Lior Lotte Mabel Mara Mina Nadia Nils Noor Odile Olin Opal Otis Pia
Quinn Rafi Remy Rosa Rune Saul Selma Signe Sol Tamsin Tess Theo Una Uri Vera Wanda Wren Yara
Zadie
"""

_SURNAMES = """
Aldenrow Amberley Arkwell Ashcombe Balfrey Barrowby Beckhurst Belmonte Birkwood Blaylock
Bramhall Brightling Calloran Carrowe Castellow Cheswick Claymore Coldbrook Corrigan Crandleigh
Dalgaard Darrowby Delacort Dimmock Dovecote Drummore Eastlake Eberhart Ellisond Emberton
Fairweather Farnsby Fenwright Fielding Foxleigh Gainsby Galloway Garrick Glanville Goldcrest
Greyling Hadleigh Halvorsen Harkwood Hathersage Hollowell Huxtable Illingham Ironmonger Jessop
Kellaway Kestrel Kilbride Kingsmill Lachlan Larkspur Lindgate Lockridge Lorimer Maddock
Marchbank Merriweather Millbrook Moorcroft Nettleton Northgate Oakhurst Okonjo Ormsby Oxley
Pemberly Pennock Quarrell Radcliff Ravensby Redfern Rosewell Rutledge Saltmarsh Sandoval
Sedgewick Shelbourne Silverton Stanhope Starling Stockwell Sunderby Talmadge Tarrant Thackeray
Thornbury Tidewell Trelawn Underhill Vandermeer Wainscott Walcott Weatherby Westerly Whitcombe
Wickham Windermere Winterbourne Woodrow Yarborough Yewdale Zellner
"""

_FIRST, _LAST = _FIRST_NAMES.split(), _SURNAMES.split()

_CASE_MANAGER = ("Case manager", "Case manager", "RN")
_DISCHARGE = ("Discharge planner", "Discharge planner", "LCSW")
_PHYSIATRIST = ("Physiatrist", "Physician", "MD")
_SOCIAL = ("Social worker", "Social worker", "LSW")
_ADMISSIONS = ("Admissions coordinator", "Admissions", "")
_THERAPIST = ("Lead therapist", "Therapist", "OTR")
_OFFICE = ("Practice manager", "Practice manager", "")
_INTAKE = ("Intake coordinator", "Referral coordinator", "")
_ADMINISTRATOR = ("Administrator", "Administrator", "")
_WARD = (_DISCHARGE, _CASE_MANAGER, _PHYSIATRIST, ("Stroke unit manager", "Unit manager", "RN"))
_FACILITY = (("Director of nursing", "DON", "RN"), _SOCIAL, _ADMISSIONS, _THERAPIST)
_OFFICES = (("Neurologist", "Physician", "DO"), _OFFICE, _INTAKE, ("Nurse lead", "NP / PA", "NP"))
_CARRIER = (
    ("Nurse case manager", "Payer case manager", "RN"),
    ("Adjuster", "Adjuster", ""),
    ("Claims supervisor", "Adjuster", ""),
)

STAFF = {
    "Hospital": _WARD,
    "LTACH": _WARD,
    "Inpatient rehab": (_ADMISSIONS, _CASE_MANAGER, _PHYSIATRIST, _THERAPIST),
    "SNF": _FACILITY,
    "Assisted living": (_ADMINISTRATOR, *_FACILITY),
    "Physician practice": _OFFICES,
    "Specialty clinic": _OFFICES,
    "Outpatient therapy": (_THERAPIST, _OFFICE),
    "Home health": (_INTAKE, _ADMINISTRATOR, _THERAPIST),
    "Hospice": (_ADMINISTRATOR, _SOCIAL),
    "Case management": (_CASE_MANAGER, _CASE_MANAGER, _ADMINISTRATOR),
    "Life care planner": (("Life care planner", "Other", "CLCP"), _OFFICE),
    "Workers comp carrier": _CARRIER,
    "Payer": (*_CARRIER, ("Contracting director", "Executive", "")),
    "VA / government": (_SOCIAL, _CASE_MANAGER),
    "Attorney": (("Paralegal", "Other", ""), ("Attorney", "Other", "JD")),
}
"""Whom one meets at a place of each type, the first most often."""

PEOPLE_AT = {"A": 4, "B": 3, "C": 2, "D": 2, "unrated": 2}
"""How many of them are known, by the place's tier."""


def staff(type_: str, tier: str, number: int) -> list[SampleContact]:
    """The people at the `number`th place, each with a name of their own."""
    found = []
    for place, (title, role, credentials) in enumerate(STAFF[type_][: PEOPLE_AT[tier]]):
        seat = number * 5 + place
        first, last = _FIRST[seat * 31 % len(_FIRST)], _LAST[seat * 41 % len(_LAST)]
        found.append(SampleContact(f"{first} {last}", title, role, credentials))
    return found


NOTES = {
    "visit": (
        "Went over how fast we answer; they want one number to call",
        "Left the new program guide with the desk",
        "They asked which payers we take this year",
        "New discharge planner starts next month",
        "Two beds open on Monday",
        "Happy with the last progress reports",
        "Asked for our outcome figures by program",
        "Short on staff, so keep visits brief",
        "Toured the day program with two of the team",
        "They would like a family night in spring",
        "Weekend admissions are still the sore point",
        "Census is down, expects it to pick up",
        "Wants an in-service for the night shift",
        "Moved to the second floor, side entrance",
    ),
    "call": (
        "Answered a question on residential beds",
        "Confirmed who signs the agreements",
        "They take stroke cases again",
        "Will ask the team and call back",
        "Booked a lunch for next month",
    ),
    "virtual meeting": (
        "Went over the handoff from start to end",
        "Showed the outcome sheets, good questions",
        "Agreed who calls whom when a bed opens",
    ),
    "lunch and learn": (
        "Talked about return to work after rehab",
        "Good turnout, asked for the slides",
        "Questions on home and community hours",
    ),
    "in-service": (
        "Both shifts came, left the checklist",
        "How to spot who is ready for day treatment",
        "Went over the referral form",
    ),
    "event": ("Met half the department at the open house", "Shared a table at their health fair"),
    "email": ("Sent the payer list", "Sent the outcome sheets", "Sent dates for the in-service"),
    "voicemail": ("Asked for a call back", "Left the direct line"),
    "text": ("Confirmed our next visit", "Running ten minutes late, all fine"),
    "drop-off": ("Left folders at the desk", "Dropped the new brochures"),
}
"""What was noted, by type of touch: never about anybody in care."""

RIVAL_NOTES = (
    "{} was there before us",
    "{} offers them a liaison on site",
    "They are not happy with {}'s response times",
)

NEXT_STEPS = (
    "Send the outcome figures",
    "Bring the program guide",
    "Set a date for the in-service",
    "Meet the new discharge planner",
    "Call about open beds",
    "Ask about the family night",
)

PROMISES = (
    "Send the payer list",
    "Get an answer on weekend admissions",
    "Send the slides",
    "Send a draft of the agreement",
)
