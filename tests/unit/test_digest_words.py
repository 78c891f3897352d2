"""How the Monday digest reads, and what it must not tell in a channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.sandbox import limits
from handlers.views import pipeline as views
from models import lists
from models.digests import Told, Worst
from models.goals import REVENUE, TEAM, VISIT, WEEK, Progress, Whose
from models.pipeline import Kept, Week
from models.referrals import IN, OUT
from models.week_of_deals import Deals
from tests.make import ZONE, at

MONDAY = date(2026, 3, 9)

STATUSES = [
    lists.Entry("new", "New"),
    lists.Entry("started", "Started"),
    lists.Entry("declined", "Declined"),
    lists.Entry("lost", "Lost"),
]

NOTHING = Week(MONDAY, 0, 0, {}, {})

QUIET = Told(
    snapshot_id=7,
    made_at=at("2026-03-16T13:00Z"),
    week=NOTHING,
    before=replace(NOTHING, monday=MONDAY - timedelta(weeks=1)),
    people=4,
    behind=0,
    worst=None,
    late=0,
    late_referrals=0,
    statuses=STATUSES,
)

BUSY = replace(
    QUIET,
    week=Week(
        MONDAY,
        212,
        138,
        {
            (IN, "new"): 10,
            (IN, "started"): 27,
            (IN, "declined"): 2,
            (IN, "lost"): 2,
            (OUT, "new"): 6,
        },
        {"A": Kept(48, 44), "B": Kept(60, 52), "C": Kept(30, 25), "unrated": Kept(12, 10)},
    ),
    before=Week(
        MONDAY - timedelta(weeks=1),
        198,
        135,
        {(IN, "new"): 44, (OUT, "new"): 5},
        {"A": Kept(48, 45), "B": Kept(60, 52), "C": Kept(30, 26), "unrated": Kept(12, 4)},
    ),
    behind=2,
    worst=Worst("St. Mary's Medical Center", 26, 10),
    late=2,
)


def lines(shown: Told) -> list[str]:
    text, blocks = views.digest(shown, 12, ZONE)
    assert not limits.problems_in_message({"text": text, "blocks": blocks})
    said = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    return [line.replace("\u00a0", " ") for line in said]


def menus(shown: Told) -> list[list[str]]:
    _text, blocks = views.digest(shown, 12, ZONE)
    return [
        [option["text"]["text"] for option in block["accessory"]["options"]]
        for block in blocks
        if "accessory" in block
    ]


def test_the_digest_reads_in_six_lines_and_twenty_seconds() -> None:
    told = lines(BUSY)
    assert told == [
        "Week 11 · Mar 9–15 · team of 4 · *87% in cadence* (+2)",
        "*212 touches* (+14) · *138 accounts* reached (+3) · last week 198 (+2 logged late)",
        "In cadence: A 92% (−2) · B 87% (=) · C 83% (−4) · unrated 83% (+50)",
        "*41 referrals* in (−3): 10 new, 27 started, 4 other · *6* out (+1)",
        "Act: *19 overdue* (−4) · 4 A (+1) · 8 B (=) · "
        "St. Mary's Medical Center 26 days (limit 10) · 2 of 4 people far behind",
    ]
    assert len(" ".join(told).replace("·", "").split()) <= 80


def test_each_line_has_one_menu_that_lists_its_numbers() -> None:
    assert menus(BUSY) == [
        ["131 of 150 accounts in cadence", "19 overdue"],
        ["212 touches", "138 accounts reached", "2 logged late for the week before"],
        [
            "A: 44 of 48 in cadence",
            "B: 52 of 60 in cadence",
            "C: 25 of 30 in cadence",
            "unrated: 10 of 12 in cadence",
        ],
        ["41 referrals in", "10 new", "27 started", "6 referrals out"],
        ["19 overdue", "A: 4 overdue", "B: 8 overdue", "2 far behind"],
    ]


def test_deals_and_goals_make_it_six_lines() -> None:
    whose = Whose(TEAM, 3)
    week = (MONDAY, MONDAY + timedelta(days=6))
    shown = replace(
        BUSY,
        deals=Deals(31, 1_840_000_00, 610_000_00, 2, 92_000_00, 1),
        goals=[
            Progress(whose, VISIT, WEEK, *week, target=50, actual=48, expected=50),
            Progress(whose, REVENUE, WEEK, *week, target=50_000_00, actual=92_000_00, expected=1),
        ],
    )
    told = lines(shown)
    assert len(told) == 6
    assert told[0].endswith("*87% in cadence* (+2) · on pace for 1 of 2 goals")
    assert told[4] == "Pipeline *$1.84M open, $610k weighted* · 2 won $92k · 1 lost"
    assert menus(shown)[0] == ["131 of 150 accounts in cadence", "19 overdue", "2 goals"]
    assert menus(shown)[4] == ["31 open deals", "2 won", "1 lost"]
    assert len(" ".join(told).replace("·", "").split()) <= 95


def test_a_week_without_anything_is_told_too() -> None:
    assert lines(QUIET) == [
        "Week 11 · Mar 9–15 · team of 4",
        "*0 touches* (=) · *0 accounts* reached (=)",
        "No accounts with an owner yet, so nothing to keep in cadence",
        "*0 referrals* in (=)",
        "*Nothing overdue* (=)",
    ]


def test_a_digest_that_missed_its_monday_says_which_week_it_is_of() -> None:
    late = replace(QUIET, made_at=at("2026-03-17T14:00Z"))
    assert lines(late)[0] == "Week of Mar 9–15 · team of 4"
    still_monday = replace(QUIET, made_at=at("2026-03-17T03:00Z"))  # ten in the evening there
    assert lines(still_monday)[0] == "Week 11 · Mar 9–15 · team of 4"


def test_a_week_over_a_years_end_is_named_in_full() -> None:
    week = Week(date(2026, 12, 28), 0, 0, {}, {})
    shown = replace(QUIET, week=week, people=None, made_at=at("2027-01-04T14:00Z"))
    assert lines(shown)[0] == "Week 53 · Dec 28 – Jan 3 · everyone"


def referred(now: dict[tuple[str, str], int], before: dict[tuple[str, str], int]) -> str:
    shown = replace(
        QUIET, week=replace(NOTHING, referrals=now), before=replace(NOTHING, referrals=before)
    )
    assert not [label for label in menus(shown)[-2] if "1 " in label or "2 " in label]
    return lines(shown)[3]


def test_fewer_than_three_referrals_are_not_counted_in_a_channel() -> None:
    assert referred({(IN, "new"): 2}, {}) == "*&lt;3 referrals* in"
    assert referred({(IN, "new"): 1, (OUT, "new"): 1}, {}) == "*&lt;3 referrals* in · *&lt;3* out"


def test_the_change_does_not_tell_a_number_that_is_not_told() -> None:
    assert referred({(IN, "new"): 7}, {(IN, "new"): 2}) == "*7 referrals* in: 7 new"


def test_nor_does_what_is_left_over() -> None:
    # "4 new" of five would say that one is something else.
    assert referred({(IN, "new"): 4, (IN, "lost"): 1}, {}) == "*5 referrals* in (+5)"
    several = {(IN, "new"): 3, (IN, "started"): 9, (IN, "lost"): 1}
    assert referred(several, {}) == "*13 referrals* in (+13): 9 started, 4 other"


def test_on_a_phone_no_line_breaks_between_a_tier_and_its_figure() -> None:
    _text, blocks = views.digest(BUSY, 12, ZONE)
    assert "A\u00a092%\u00a0(−2) · B\u00a087%" in blocks[2]["text"]["text"]


def test_a_customers_own_names_do_no_harm() -> None:
    labels = [lists.Entry(f"s{n}", f"*<!channel> {n}*") for n in range(9)]
    week = Week(MONDAY, 0, 0, {(IN, f"s{n}"): 4 for n in range(9)}, {"A": Kept(1, 0)})
    shown = replace(QUIET, week=week, statuses=labels, worst=Worst("<!here> *x*", 30, 10))
    text = "\n".join(lines(shown))
    assert "<!" not in text
    assert "24 other" in text


def test_the_numbers_are_read_back_as_they_were_told() -> None:
    for week in (BUSY.week, BUSY.before, NOTHING):
        assert Week.of_numbers(week.as_numbers()) == week
