"""Sample data for the sandbox. All of it is invented: no such person, place or firm is meant.

Plain values; `bot.commands_sandbox` stores them through the models. Days are counted back from the
day the sandbox is filled, so that some accounts are overdue on the next morning.
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


@dataclass(frozen=True)
class SamplePerson:
    """Someone at the keyboard. `role` is rep, manager or admin; `manager` a Slack id."""

    slack_id: str
    name: str
    email: str
    zone: str
    role: str
    manager: str | None = None
    slack_admin: bool = False


@dataclass(frozen=True)
class SampleAccount:
    """`type` and `tier` by their labels, `owner` a Slack id, "" for nobody's."""

    external_id: str
    name: str
    type: str
    tier: str
    city: str
    state: str
    owner: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class SampleContact:
    """A professional at an account; `role` by its label."""

    account: str
    name: str
    title: str
    role: str
    credentials: str = ""


@dataclass(frozen=True)
class SampleTouch:
    """A touch of the past. `type` by its label, `met` are names of contacts of that account."""

    days_ago: int
    account: str
    by: str
    type: str
    met: tuple[str, ...] = ()
    note: str = ""
    referrals: int = 0


@dataclass(frozen=True)
class SampleDeal:
    """A deal of `opened` days ago, moved on `moved` days ago to `stage`, a label. `close_in` days
    from today; `product` by its name, "" for none; `reason` where it is lost."""

    account: str
    by: str
    stage: str
    opened: int
    moved: int
    dollars: int
    close_in: int
    forecast: str = "pipeline"
    name: str = ""
    next_step: str = ""
    pipeline: str = "new business"
    reason: str | None = None


@dataclass(frozen=True)
class SampleReferral:
    """Referrals logged on their own. `direction` is in or out; `status` a key of the list."""

    days_ago: int
    account: str
    by: str
    direction: str
    count: int
    service_line: str
    status: str = "new"
    contact: str | None = None
    reason: str = ""  # key of the list of reasons that its status asks for


DANA, LUIS, KAREN = "U0DANA", "U0LUIS", "U0KAREN"

PEOPLE = (
    SamplePerson(
        DANA, "Dana Whitlock", "dana.whitlock@example.com", "America/Chicago", "rep", KAREN
    ),
    SamplePerson(LUIS, "Luis Ortega", "luis.ortega@example.com", "America/Phoenix", "rep", KAREN),
    SamplePerson(
        KAREN,
        "Karen Osei",
        "karen.osei@example.com",
        "America/New_York",
        "admin",
        slack_admin=True,
    ),
)
"""The page opens as the first."""

COMPETITORS = (
    ("Brightwater Neuro", ("brightwater",)),
    ("Summit Bridge Rehab", ("summit bridge", "sbr")),
    ("Hollis Home Therapy", ("hollis",)),
    ("Cedar & Main Recovery", ("cedar main", "cedar and main")),
)

ACCOUNTS = (
    SampleAccount(
        "S-01",
        "St. Mary's Medical Center",
        "Hospital",
        "A",
        "Larkfield",
        "IL",
        DANA,
        ("st marys", "saint marys", "smmc"),
    ),
    SampleAccount(
        "S-02", "Ridgeway General Hospital", "Hospital", "A", "Ridgeway", "IL", DANA, ("rgh",)
    ),
    SampleAccount(
        "S-03",
        "Tallgrass Rehabilitation Institute",
        "Inpatient rehab",
        "A",
        "Larkfield",
        "IL",
        DANA,
        ("tallgrass", "tri"),
    ),
    SampleAccount(
        "S-04",
        "Willow Bend Skilled Nursing",
        "SNF",
        "B",
        "Oak Hollow",
        "IL",
        DANA,
        ("willow bend",),
    ),
    SampleAccount(
        "S-05",
        "Larkfield Neurology Associates",
        "Physician practice",
        "B",
        "Larkfield",
        "IL",
        DANA,
        ("lna",),
    ),
    SampleAccount(
        "S-06", "Two Rivers Case Management", "Case management", "C", "Two Rivers", "WI", DANA
    ),
    SampleAccount("S-07", "Prairie Home Health", "Home health", "C", "Oak Hollow", "IL", DANA),
    SampleAccount(
        "S-08",
        "Copper Mesa Hospital",
        "Hospital",
        "A",
        "Copper Mesa",
        "AZ",
        LUIS,
        ("copper mesa", "cmh"),
    ),
    SampleAccount(
        "S-09", "Saguaro Valley LTACH", "LTACH", "A", "Saguaro Valley", "AZ", LUIS, ("saguaro",)
    ),
    SampleAccount(
        "S-10", "Red Butte Spine & Stroke Clinic", "Specialty clinic", "B", "Red Butte", "AZ", LUIS
    ),
    SampleAccount(
        "S-11",
        "Ocotillo Life Care Planning",
        "Life care planner",
        "C",
        "Copper Mesa",
        "AZ",
        LUIS,
        ("ocotillo",),
    ),
    SampleAccount(
        "S-12", "St. Mary's Hospice of the Desert", "Hospice", "D", "Red Butte", "AZ", LUIS
    ),
    SampleAccount(
        "S-13", "Lakeshore Workers' Fund", "Workers comp carrier", "B", "Larkfield", "IL", ""
    ),
    SampleAccount(
        "S-14", "Fernhill Assisted Living", "Assisted living", "unrated", "Fernhill", "WI", ""
    ),
)

CONTACTS = (
    SampleContact("S-01", "Anita Patel", "Physiatrist", "Physician", "MD"),
    SampleContact("S-01", "Joan Kessler", "Case manager, 4 West", "Case manager", "RN"),
    SampleContact("S-01", "Terrence Boyd", "Director of case management", "Case manager", "RN"),
    SampleContact("S-02", "Molly Fenn", "Discharge planner", "Discharge planner", "LCSW"),
    SampleContact("S-02", "Grant Haldane", "Trauma program manager", "Administrator", "RN"),
    SampleContact("S-03", "Imani Brandt", "Admissions liaison", "Admissions"),
    SampleContact("S-03", "Wes Tolliver", "Therapy manager", "Therapist", "PT"),
    SampleContact("S-04", "Ruth Abara", "Director of nursing", "DON", "RN"),
    SampleContact("S-04", "Cody Lindqvist", "Social worker", "Social worker", "LSW"),
    SampleContact("S-05", "Peter Nakamura", "Neurologist", "Physician", "DO"),
    SampleContact("S-05", "Shawna Reyes", "Practice manager", "Practice manager"),
    SampleContact("S-06", "Elaine Prower", "Nurse case manager", "Case manager", "RN"),
    SampleContact("S-07", "Dot Marchetti", "Intake coordinator", "Referral coordinator"),
    SampleContact("S-08", "Rafael Quintana", "Discharge planner", "Discharge planner", "RN"),
    SampleContact("S-08", "Beth Oyelaran", "Stroke coordinator", "Unit manager", "RN"),
    SampleContact("S-09", "Colleen Hatch", "Case manager", "Case manager", "RN"),
    SampleContact("S-09", "Sanjay Mehra", "Medical director", "Physician", "MD"),
    SampleContact("S-10", "Lori Vance", "Clinic manager", "Practice manager"),
    SampleContact("S-11", "Hank Ostrander", "Life care planner", "Other", "CLCP"),
    SampleContact("S-12", "Gloria Pym", "Administrator", "Administrator"),
)

TOUCHES = (
    SampleTouch(
        75, "S-06", DANA, "Visit", ("Elaine Prower",), "Introduced the residential program"
    ),
    SampleTouch(58, "S-07", DANA, "Call", ("Dot Marchetti",), "They take stroke cases again"),
    SampleTouch(52, "S-11", LUIS, "Visit", ("Hank Ostrander",), "Wants our outcome sheets"),
    SampleTouch(44, "S-12", LUIS, "Visit", ("Gloria Pym",), "Good talk, few cases for us"),
    SampleTouch(40, "S-04", DANA, "Visit", ("Ruth Abara",), "New wing opens next quarter"),
    SampleTouch(36, "S-05", DANA, "Lunch and learn", ("Shawna Reyes",), "Twelve people came", 1),
    SampleTouch(33, "S-10", LUIS, "Visit", ("Lori Vance",), "Left the program guide"),
    SampleTouch(27, "S-02", DANA, "Visit", ("Molly Fenn",), "Asked how fast we answer", 1),
    SampleTouch(26, "S-08", LUIS, "In-service", ("Beth Oyelaran",), "Stroke unit, both shifts", 2),
    SampleTouch(24, "S-03", DANA, "Visit", ("Imani Brandt",), "Admissions are up"),
    SampleTouch(23, "S-04", DANA, "Email", ("Cody Lindqvist",), "Sent the payer list"),
    SampleTouch(21, "S-09", LUIS, "Visit", ("Colleen Hatch", "Sanjay Mehra"), "Toured the unit", 1),
    SampleTouch(19, "S-01", DANA, "Visit", ("Anita Patel",), "Wants an in-service in spring", 2),
    SampleTouch(17, "S-02", DANA, "Drop-off", (), "Left folders at the desk"),
    SampleTouch(16, "S-08", LUIS, "Visit", ("Rafael Quintana",), "Two beds open on Monday", 1),
    SampleTouch(15, "S-05", DANA, "Call", ("Peter Nakamura",), "Happy with the last reports"),
    SampleTouch(14, "S-02", DANA, "Visit", ("Grant Haldane",), "New trauma protocol"),
    SampleTouch(13, "S-09", LUIS, "Voicemail", ("Colleen Hatch",), "Asked for a call back"),
    SampleTouch(12, "S-03", DANA, "Virtual meeting", ("Wes Tolliver",), "Went over the handoff"),
    SampleTouch(11, "S-10", LUIS, "Call", ("Lori Vance",), "Booked a lunch for next month"),
    SampleTouch(9, "S-08", LUIS, "Visit", ("Beth Oyelaran",), "Coverage changes in June", 1),
    SampleTouch(8, "S-01", DANA, "Text", ("Joan Kessler",), "Confirmed our next visit"),
    SampleTouch(6, "S-03", DANA, "Visit", ("Imani Brandt",), "Brightwater was there before us", 2),
    SampleTouch(4, "S-04", DANA, "Visit", ("Cody Lindqvist",), "They want a family night"),
    SampleTouch(3, "S-08", LUIS, "Visit", ("Rafael Quintana",), "Met the new planner too", 1),
)

REFERRALS = (
    SampleReferral(20, "S-01", DANA, "in", 1, "Brain injury", "started", "Anita Patel"),
    SampleReferral(12, "S-09", LUIS, "in", 2, "Stroke", "contacted", "Colleen Hatch"),
    SampleReferral(10, "S-05", DANA, "in", 1, "Outpatient neuro", "accepted", "Peter Nakamura"),
    SampleReferral(7, "S-07", DANA, "out", 1, "PT"),
    SampleReferral(
        5, "S-08", LUIS, "in", 1, "Spinal cord", "declined", "Rafael Quintana", "staffing capacity"
    ),
)

DEALS = (
    SampleDeal(
        "S-01",
        DANA,
        "Negotiation",
        60,
        6,
        184_000,
        18,
        "commit",
        "Neuro-rehab preferred provider",
        "Redline back to legal",
    ),
    SampleDeal("S-02", DANA, "Proposal", 75, 62, 96_500, -9, "best_case", "Outpatient carve-out"),
    SampleDeal("S-03", DANA, "Qualification", 20, 12, 42_000, 45, next_step="Meet the CFO"),
    SampleDeal(
        "S-05",
        DANA,
        "Credentialing",
        50,
        20,
        250_000,
        80,
        "best_case",
        "Payer network contract",
        "Send the W-9",
        "payer contracting",
    ),
    SampleDeal("S-07", DANA, "Prospecting", 3, 3, 12_500, 60),
    SampleDeal("S-04", DANA, "Won", 48, 10, 38_000, -10, name="Day treatment agreement"),
    SampleDeal("S-06", DANA, "Lost", 70, 5, 22_000, -5, reason="pricing"),
    SampleDeal("S-08", LUIS, "Proposal", 30, 8, 64_000, 25, "commit", next_step="Call the board"),
    SampleDeal("S-09", LUIS, "Won", 33, 4, 51_000, -4, name="Spine program"),
    SampleDeal("S-10", LUIS, "Qualification", 66, 64, 18_000, -20),
)
"""What is being sold."""
