"""What the sandbox's team sells: the deals of its year. All of it is invented."""

from __future__ import annotations

from bot.sandbox import sample
from bot.sandbox.sample import SampleDeal

PREFERRED, OUTPATIENT = "Preferred provider agreement", "Outpatient neuro program"
DAY, RESIDENTIAL = "Day treatment program", "Residential program"
NETWORK = "Payer network contract"

PRODUCTS = (PREFERRED, OUTPATIENT, DAY, RESIDENTIAL, NETWORK)

_PAYERS = "payer contracting"

_OPEN = (
    SampleDeal(
        sample.ST_MARYS,
        "Negotiation",
        64,
        6,
        184_000,
        None,
        PREFERRED,
        "commit",
        "Redline back to legal",
        people=3,
        proposed=20,
    ),
    SampleDeal(
        sample.RIDGEWAY, "Proposal", 75, 41, 96_500, -9, OUTPATIENT, "best_case", proposed=41
    ),
    SampleDeal(
        sample.TALLGRASS,
        "Qualification",
        24,
        12,
        42_000,
        45,
        DAY,
        next_step="Meet the CFO",
        people=2,
    ),
    SampleDeal(
        sample.NEUROLOGY,
        "Proposal",
        48,
        19,
        58_000,
        20,
        OUTPATIENT,
        "best_case",
        "Walk the partners through it",
        pushed=30,
        proposed=19,
        people=1,
    ),
    SampleDeal(sample.CASE_MANAGEMENT, "Qualification", 110, 104, 22_000, -30, DAY),
    SampleDeal(
        sample.SPINE, "Prospecting", 3, 3, 12_500, 60, OUTPATIENT, next_step="Get a meeting"
    ),
    SampleDeal(
        sample.PINFOLD, "Proposal", 33, 5, 47_000, None, DAY, "commit", "Sign-off call", proposed=5
    ),
    SampleDeal(
        sample.COPPER_MESA,
        "Negotiation",
        58,
        8,
        128_000,
        25,
        PREFERRED,
        "commit",
        "Call the board's secretary",
        proposed=26,
        people=2,
    ),
    SampleDeal(sample.RED_BUTTE, "Qualification", 90, 70, 18_000, -20, OUTPATIENT),
    SampleDeal(
        "Arroyo Verde Health Plan",
        "Credentialing",
        96,
        20,
        250_000,
        80,
        NETWORK,
        "best_case",
        "Send the credentialing file",
        _PAYERS,
        people=2,
    ),
    SampleDeal(
        "Northwoods Mutual Comp",
        "Rates negotiated",
        120,
        15,
        140_000,
        35,
        NETWORK,
        "best_case",
        "Agree the fee schedule",
        _PAYERS,
    ),
    SampleDeal(
        sample.DUNMERE,
        "Proposal",
        40,
        11,
        165_000,
        28,
        PREFERRED,
        "best_case",
        "Answer their questions on staffing",
        proposed=11,
        people=3,
    ),
    SampleDeal(
        sample.TAMARACK,
        "Qualification",
        18,
        9,
        76_000,
        55,
        RESIDENTIAL,
        next_step="Tour of the house",
    ),
    SampleDeal(
        "Kettle Lake Case Managers",
        "Prospecting",
        10,
        10,
        15_000,
        70,
        DAY,
        next_step="Find out who decides",
    ),
    SampleDeal(
        "Saguaro Valley Hospital",
        "Proposal",
        62,
        47,
        112_000,
        -4,
        PREFERRED,
        pushed=28,
        proposed=47,
    ),
    SampleDeal(sample.JUNIPER, "Prospecting", 14, 14, 20_000, 50, OUTPATIENT, next_step="Lunch"),
)

_WON = (
    (sample.WILLOW_BEND, DAY, 52, 3, 38_000),
    (sample.SAGUARO, RESIDENTIAL, 71, 10, 51_000),
    ("Dunmere Neurosurgery Partners", OUTPATIENT, 66, 23, 44_500),
    ("Tinaja Case Management", DAY, 40, 38, 19_000),
    ("Birchline Home Health", OUTPATIENT, 58, 64, 27_500),
    (sample.ST_MARYS, OUTPATIENT, 83, 88, 92_000),
    ("Red Butte Rehabilitation Center", RESIDENTIAL, 75, 112, 61_000),
    ("Fernhill Community Hospital", DAY, 62, 139, 33_000),
    ("Loonsong Skilled Nursing", DAY, 49, 168, 24_000),
    (sample.COPPER_MESA, OUTPATIENT, 88, 201, 88_000),
    (sample.TAMARACK, OUTPATIENT, 70, 230, 57_000),
    ("Mesa Rim Home Health", DAY, 45, 262, 16_500),
    (sample.TALLGRASS, RESIDENTIAL, 92, 290, 104_000),
)
"""Where, what, days it took, days since, dollars."""

_LOST = (
    (sample.HOME_HEALTH, DAY, 65, 5, 22_000, "pricing"),
    ("Ironwood LTACH", RESIDENTIAL, 80, 30, 48_000, "competition"),
    ("Palo Seco Skilled Nursing", DAY, 54, 79, 21_000, "budget constraints"),
    ("Northbank Care Center", DAY, 47, 125, 18_000, "unresponsive prospect"),
    ("Copper Mesa Brain & Spine", OUTPATIENT, 73, 171, 39_000, "competition"),
    (sample.LIFE_CARE, DAY, 38, 222, 9_500, "poor fit"),
    ("Ridgeway Gardens", OUTPATIENT, 60, 268, 26_000, "long sales cycle"),
)

DEALS = (
    *_OPEN,
    *(
        SampleDeal(place, "Won", days + ago, ago, dollars, -ago, product, people=1)
        for place, product, days, ago, dollars in _WON
    ),
    *(
        SampleDeal(place, "Lost", days + ago, ago, dollars, -ago, product, reason=reason)
        for place, product, days, ago, dollars, reason in _LOST
    ),
)
