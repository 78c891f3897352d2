"""Sample data for the sandbox. All of it is invented: no such person, place or firm is meant.

Plain values; `bot.sample_data` stores them through the models. Days are counted back from the day
the sandbox is filled. What is told here is the plot: who owns which place, who sends referrals and
who stopped, what is being sold. The year of visits and referrals in between is drawn in
`bot.sample_year`.
"""

from __future__ import annotations

from dataclasses import dataclass

EXAMPLES = (
    "/logvisit st marys, dr patel + case mgr, in-service, 2 referrals, f/u next tues",
    "tallgrass, lunch with imani brandt, call back friday",
    "/logreferral tallgrass, 2",
    "/pipeline",
    "/touchbase today",
    "/touchbase",
)
"""Lines to begin with; the first is the README's."""

FIELD_TEAM = "C0FIELDTEAM"
FIELD_TEAM_NAME = "field-team"

YEAR = 364
"""Days for which the team has called on the region."""


@dataclass(frozen=True)
class SamplePerson:
    """Someone of the team. `role` is rep, manager or admin; `manager` a Slack id."""

    slack_id: str
    name: str
    zone: str
    role: str
    manager: str | None = None
    territory: str = ""
    slack_admin: bool = False
    late: float = 0.1  # how often a visit comes later than it should

    @property
    def email(self) -> str:
        """At a domain that nobody can own."""
        return f"{self.name.lower().replace(' ', '.')}@example.com"


STEADY, GROWS, FALLS, QUIET, FIRST = "steady", "grows", "falls", "quiet", "first"


@dataclass(frozen=True)
class SampleAccount:
    """A place, and how it goes there. `type` and `tier` by their labels, `owner` a Slack id.

    sends    days between its referrals; 0: it sends none.
    course   how its referrals go: they grow, fall, went quiet or have just begun.
    last     days since it was last touched; None: as its tier asks.
    touches  so many visits and calls in all; None: as many as the year holds.
    since    days since it got its owner.
    note     what was noted at the last visit.
    """

    name: str
    type: str
    tier: str
    city: str
    owner: str = ""
    aliases: tuple[str, ...] = ()
    sends: int = 0
    course: str = STEADY
    last: int | None = None
    touches: int | None = None
    since: int = YEAR
    note: str = ""


@dataclass(frozen=True)
class SampleContact:
    """A professional at an account; `role` by its label."""

    name: str
    title: str
    role: str
    credentials: str = ""


@dataclass(frozen=True)
class SampleDeal:
    """A deal of `opened` days ago that came to `stage`, a label, `moved` days ago.

    close_in   days from today; None: the end of this month.
    pushed     days by which its close date was put off.
    proposed   days since a proposal was sent.
    reason     where it is lost.
    people     so many at the account have a part in it.
    """

    account: str
    stage: str
    opened: int
    moved: int
    dollars: int
    close_in: int | None
    product: str
    forecast: str = "pipeline"
    next_step: str = ""
    pipeline: str = "new business"
    reason: str | None = None
    pushed: int = 0
    proposed: int | None = None
    people: int = 0


DANA, LUIS, KAREN = "U0DANA", "U0LUIS", "U0KAREN"
NORA, MARCUS, HELEN = "U0NORA", "U0MARCUS", "U0HELEN"
_CENTRAL, _DESERT, _EASTERN = "America/Chicago", "America/Phoenix", "America/New_York"
PRAIRIE, NORTHWOODS, DESERT = "Prairie", "Northwoods", "High desert"

PEOPLE = (
    SamplePerson(DANA, "Dana Whitlock", _CENTRAL, "rep", LUIS, PRAIRIE),
    SamplePerson(LUIS, "Luis Ortega", _DESERT, "manager", HELEN, DESERT),
    SamplePerson(KAREN, "Karen Osei", _EASTERN, "admin", HELEN, slack_admin=True),
    SamplePerson(NORA, "Nora Feldstrom", _CENTRAL, "rep", LUIS, NORTHWOODS, late=0.03),
    SamplePerson(MARCUS, "Marcus Ybarra", _DESERT, "rep", LUIS, DESERT, late=0.25),
    SamplePerson(HELEN, "Helen Strand", _EASTERN, "manager"),
)
"""The page opens as the first; the first three are a rep, a manager and an admin."""

TOWNS = {
    "Larkfield": ("IL", PRAIRIE),
    "Ridgeway": ("IL", PRAIRIE),
    "Oak Hollow": ("IL", PRAIRIE),
    "Harrow Creek": ("IL", PRAIRIE),
    "Two Rivers": ("WI", NORTHWOODS),
    "Fernhill": ("WI", NORTHWOODS),
    "Dunmere": ("WI", NORTHWOODS),
    "Tamarack Falls": ("WI", NORTHWOODS),
    "Copper Mesa": ("AZ", DESERT),
    "Saguaro Valley": ("AZ", DESERT),
    "Red Butte": ("AZ", DESERT),
    "Juniper Wash": ("AZ", DESERT),
}
"""State and territory of each."""

COMPETITORS = (
    ("Brightwater Neuro", ("brightwater",)),
    ("Summit Bridge Rehab", ("summit bridge", "sbr")),
    ("Hollis Home Therapy", ("hollis",)),
    ("Cedar & Main Recovery", ("cedar main", "cedar and main")),
)

ST_MARYS, TALLGRASS = "St. Mary's Medical Center", "Tallgrass Rehabilitation Institute"
RIDGEWAY, NEUROLOGY = "Ridgeway General Hospital", "Larkfield Neurology Associates"
WILLOW_BEND, CASE_MANAGEMENT = "Willow Bend Skilled Nursing", "Two Rivers Case Management"
HOME_HEALTH, MILLRACE = "Prairie Home Health", "Millrace LTACH"
SPINE, PINFOLD = "Harrow Creek Spine Clinic", "Pinfold Physical Medicine"
COPPER_MESA, SAGUARO = "Copper Mesa Hospital", "Saguaro Valley LTACH"
RED_BUTTE, LIFE_CARE = "Red Butte Spine & Stroke Clinic", "Ocotillo Life Care Planning"
DUNMERE, TAMARACK = "Dunmere Regional Hospital", "Tamarack Rehabilitation Hospital"
JUNIPER, WORKERS_FUND = "Juniper Wash Neurology", "Lakeshore Workers' Fund"

_HOSPITAL, _IRF, _SNF, _LTACH = "Hospital", "Inpatient rehab", "SNF", "LTACH"
_PRACTICE, _CLINIC, _THERAPY = "Physician practice", "Specialty clinic", "Outpatient therapy"
_HOME, _CASES, _LIFE, _HOSPICE = "Home health", "Case management", "Life care planner", "Hospice"
_ASSISTED, _COMP, _VA, _LAW = (
    "Assisted living",
    "Workers comp carrier",
    "VA / government",
    "Attorney",
)
_PAYER = "Payer"

ACCOUNTS = (
    SampleAccount(
        ST_MARYS,
        _HOSPITAL,
        "A",
        "Larkfield",
        DANA,
        ("st marys", "saint marys", "smmc"),
        15,
        last=5,
        note="Wants our outcome figures before the spring in-service",
    ),
    SampleAccount(RIDGEWAY, _HOSPITAL, "A", "Ridgeway", DANA, ("rgh",), 30, last=16),
    SampleAccount(
        TALLGRASS,
        _IRF,
        "A",
        "Larkfield",
        DANA,
        ("tallgrass", "tri"),
        8,
        QUIET,
        last=6,
        note="Brightwater Neuro was there before us",
    ),
    SampleAccount(WILLOW_BEND, _SNF, "B", "Oak Hollow", DANA, ("willow bend",), 45, last=8),
    SampleAccount(
        NEUROLOGY,
        _PRACTICE,
        "B",
        "Larkfield",
        DANA,
        ("lna",),
        12,
        FALLS,
        last=27,
        note="The new partner knows Summit Bridge Rehab",
    ),
    SampleAccount(CASE_MANAGEMENT, _CASES, "C", "Two Rivers", DANA, last=104),
    SampleAccount(HOME_HEALTH, _HOME, "C", "Oak Hollow", DANA, sends=72, last=58),
    SampleAccount(COPPER_MESA, _HOSPITAL, "A", "Copper Mesa", LUIS, ("cmh",), 18, last=4),
    SampleAccount(SAGUARO, _LTACH, "A", "Saguaro Valley", LUIS, ("saguaro",), 38, last=5),
    SampleAccount(RED_BUTTE, _CLINIC, "B", "Red Butte", LUIS, (), 55, last=33),
    SampleAccount(LIFE_CARE, _LIFE, "C", "Copper Mesa", LUIS, ("ocotillo",)),
    SampleAccount("St. Mary's Hospice of the Desert", _HOSPICE, "D", "Red Butte", LUIS),
    SampleAccount(WORKERS_FUND, _COMP, "B", "Larkfield"),
    SampleAccount("Fernhill Assisted Living", _ASSISTED, "unrated", "Fernhill"),
    # Dana's others.
    SampleAccount(
        MILLRACE,
        _LTACH,
        "A",
        "Ridgeway",
        DANA,
        ("millrace",),
        last=3,
        touches=31,
        note="They like us, and still wait for the right case",
    ),
    SampleAccount(
        SPINE,
        _CLINIC,
        "B",
        "Harrow Creek",
        DANA,
        sends=1,
        course=FIRST,
        last=2,
        note="First referral, asked whom to call",
    ),
    SampleAccount(PINFOLD, _PRACTICE, "B", "Larkfield", DANA, ("pinfold",), 18, GROWS),
    SampleAccount("Harrow Creek Hospital", _HOSPITAL, "B", "Harrow Creek", DANA, last=7),
    SampleAccount("Ridgeway Gardens", _SNF, "B", "Ridgeway", DANA, sends=68, last=9),
    SampleAccount("Larkfield Hand & Balance Therapy", _THERAPY, "C", "Larkfield", DANA, sends=82),
    SampleAccount("Quillback Hospice", _HOSPICE, "D", "Oak Hollow", DANA),
    SampleAccount("Ashgrove Point Assisted Living", _ASSISTED, "C", "Larkfield", DANA),
    SampleAccount("Penhallow & Birch Injury Law", _LAW, "C", "Larkfield", DANA, sends=105),
    SampleAccount("Harrow Creek Home Care", _HOME, "C", "Harrow Creek", DANA, sends=90),
    SampleAccount("Prairie Veterans Clinic", _VA, "C", "Larkfield", DANA, last=12, since=38),
    # Nora's.
    SampleAccount(DUNMERE, _HOSPITAL, "A", "Dunmere", NORA, ("dunmere",), 22),
    SampleAccount(TAMARACK, _IRF, "A", "Tamarack Falls", NORA, ("tamarack",), 17),
    SampleAccount("Fernhill Community Hospital", _HOSPITAL, "B", "Fernhill", NORA, sends=62),
    SampleAccount("Loonsong Skilled Nursing", _SNF, "B", "Dunmere", NORA, sends=52),
    SampleAccount("Northbank Care Center", _SNF, "B", "Two Rivers", NORA),
    SampleAccount("Dunmere Neurosurgery Partners", _PRACTICE, "A", "Dunmere", NORA, sends=28),
    SampleAccount("Fernhill Family Physicians", _PRACTICE, "C", "Fernhill", NORA, sends=66),
    SampleAccount("Birchline Home Health", _HOME, "B", "Two Rivers", NORA, sends=76),
    SampleAccount(
        "Tamarack Falls Concussion Clinic", _CLINIC, "B", "Tamarack Falls", NORA, sends=44
    ),
    SampleAccount("Kettle Lake Case Managers", _CASES, "B", "Fernhill", NORA, sends=58),
    SampleAccount("Two Rivers Sports Therapy", _THERAPY, "C", "Two Rivers", NORA),
    SampleAccount("Northwoods Mutual Comp", _COMP, "C", "Dunmere", NORA, sends=93),
    SampleAccount("Hearthside Hospice", _HOSPICE, "D", "Tamarack Falls", NORA),
    SampleAccount("Stillwater Oaks Assisted Living", _ASSISTED, "C", "Dunmere", NORA),
    SampleAccount("Tamarack Falls Medical Center", _HOSPITAL, "B", "Tamarack Falls", NORA, last=31),
    SampleAccount("Millpond Skilled Nursing", _SNF, "C", "Fernhill", NORA, last=20, since=52),
    # Marcus's.
    SampleAccount("Saguaro Valley Hospital", _HOSPITAL, "A", "Saguaro Valley", MARCUS, sends=34),
    SampleAccount("Juniper Wash Medical Center", _HOSPITAL, "B", "Juniper Wash", MARCUS, last=48),
    SampleAccount(
        "Red Butte Rehabilitation Center", _IRF, "A", "Red Butte", MARCUS, (), 24, last=14
    ),
    SampleAccount(JUNIPER, _PRACTICE, "B", "Juniper Wash", MARCUS, sends=36),
    SampleAccount("Copper Mesa Brain & Spine", _PRACTICE, "B", "Copper Mesa", MARCUS, sends=50),
    SampleAccount("Palo Seco Skilled Nursing", _SNF, "B", "Saguaro Valley", MARCUS, sends=72),
    SampleAccount("Agave Court Care Center", _SNF, "C", "Copper Mesa", MARCUS, last=97),
    SampleAccount("Mesa Rim Home Health", _HOME, "C", "Copper Mesa", MARCUS, sends=61),
    SampleAccount("Sunward Home Care", _HOME, "C", "Red Butte", MARCUS),
    SampleAccount("Desert Bloom Therapy", _THERAPY, "C", "Juniper Wash", MARCUS, sends=87),
    SampleAccount("Tinaja Case Management", _CASES, "B", "Saguaro Valley", MARCUS, sends=66),
    SampleAccount("Red Butte Life Planning", _LIFE, "C", "Red Butte", MARCUS),
    SampleAccount("Ironwood LTACH", _LTACH, "B", "Juniper Wash", MARCUS),
    SampleAccount("Cholla Springs Assisted Living", _ASSISTED, "D", "Copper Mesa", MARCUS),
    SampleAccount("Copper State Comp Partners", _COMP, "C", "Copper Mesa", MARCUS, sends=99),
    SampleAccount(
        "Juniper Wash Stroke Clinic", _CLINIC, "C", "Juniper Wash", MARCUS, last=16, since=45
    ),
    # Luis's last, and nobody's.
    SampleAccount("Arroyo Verde Health Plan", _PAYER, "B", "Copper Mesa", LUIS, last=10),
    SampleAccount("Dunmere Trial Attorneys", _LAW, "unrated", "Dunmere"),
    SampleAccount("Red Butte Veterans Outreach", _VA, "unrated", "Red Butte"),
)
"""Sixty places; the team's own words for some."""

CONTACTS = {
    ST_MARYS: (
        SampleContact("Anita Patel", "Physiatrist", "Physician", "MD"),
        SampleContact("Joan Kessler", "Case manager, 4 West", "Case manager", "RN"),
        SampleContact("Terrence Boyd", "Director of case management", "Case manager", "RN"),
    ),
    RIDGEWAY: (
        SampleContact("Molly Fenn", "Discharge planner", "Discharge planner", "LCSW"),
        SampleContact("Grant Haldane", "Trauma program manager", "Administrator", "RN"),
        SampleContact("Odette Carrowe", "Case manager, ICU", "Case manager", "RN"),
    ),
    TALLGRASS: (
        SampleContact("Imani Brandt", "Admissions liaison", "Admissions"),
        SampleContact("Wes Tolliver", "Therapy manager", "Therapist", "PT"),
    ),
    WILLOW_BEND: (
        SampleContact("Ruth Abara", "Director of nursing", "DON", "RN"),
        SampleContact("Cody Lindqvist", "Social worker", "Social worker", "LSW"),
    ),
    NEUROLOGY: (
        SampleContact("Peter Nakamura", "Neurologist", "Physician", "DO"),
        SampleContact("Shawna Reyes", "Practice manager", "Practice manager"),
    ),
    CASE_MANAGEMENT: (SampleContact("Elaine Prower", "Nurse case manager", "Case manager", "RN"),),
    HOME_HEALTH: (SampleContact("Dot Marchetti", "Intake coordinator", "Referral coordinator"),),
    COPPER_MESA: (
        SampleContact("Rafael Quintana", "Discharge planner", "Discharge planner", "RN"),
        SampleContact("Beth Oyelaran", "Stroke coordinator", "Unit manager", "RN"),
        SampleContact("Ilse Vandermolen", "Physiatrist", "Physician", "MD"),
    ),
    SAGUARO: (
        SampleContact("Colleen Hatch", "Case manager", "Case manager", "RN"),
        SampleContact("Sanjay Mehra", "Medical director", "Physician", "MD"),
    ),
    RED_BUTTE: (SampleContact("Lori Vance", "Clinic manager", "Practice manager"),),
    LIFE_CARE: (SampleContact("Hank Ostrander", "Life care planner", "Other", "CLCP"),),
}
"""The people one meets by name; `sample_words` makes up the rest, to three at most places."""


@dataclass(frozen=True)
class SampleReferral:
    """Referrals as they stand today, beside those drawn. `status` a key of the list."""

    account: str
    days_ago: int
    status: str
    count: int = 1
    direction: str = "in"
    reason: str | None = None


REFERRALS = (
    SampleReferral(ST_MARYS, 2, "new"),  # nobody has answered it
    SampleReferral(PINFOLD, 6, "in_review"),
    SampleReferral(TAMARACK, 11, "info_needed"),
    SampleReferral(PINFOLD, 9, "accepted"),
    SampleReferral(COPPER_MESA, 15, "scheduled"),
    SampleReferral(DUNMERE, 19, "on_hold"),
    SampleReferral(WILLOW_BEND, 4, "promised"),
    SampleReferral(DUNMERE, 6, "promised", 2),
    SampleReferral(HOME_HEALTH, 7, "accepted", direction="out"),
    SampleReferral("Birchline Home Health", 20, "started", 2, "out"),
    SampleReferral("Mesa Rim Home Health", 15, "started", direction="out"),
)
"""What is open, and what the team sent to others."""

PROMISE = (ST_MARYS, "Bring Dr. Patel the outcome sheets")
"""What is due on the next work day."""


@dataclass(frozen=True)
class SampleGoal:
    """Aimed at by a person, or with `team` by a manager's people."""

    person: str
    kind: str
    period: str
    target: int
    team: bool = False


GOALS = (
    SampleGoal(DANA, "visits", "week", 5),
    SampleGoal(DANA, "referrals", "month", 16),
    SampleGoal(DANA, "revenue", "quarter", 60_000_00),
    SampleGoal(DANA, "adherence", "month", 90),
    SampleGoal(NORA, "adherence", "month", 80),
    SampleGoal(MARCUS, "adherence", "month", 85),
    SampleGoal(LUIS, "adherence", "month", 95, team=True),
    SampleGoal(LUIS, "visits", "week", 20, team=True),
    SampleGoal(LUIS, "referrals", "month", 45, team=True),
    SampleGoal(LUIS, "revenue", "quarter", 110_000_00, team=True),
)
"""Revenue in cents, adherence in per cent."""
