"""Days and times as reps write them."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading import dates
from handlers.reading.dates import Moment

FRIDAY = datetime(2026, 11, 20, 10, 30, tzinfo=ZoneInfo("America/New_York"))


def only(text: str, now: datetime = FRIDAY) -> Moment:
    found = dates.find(text, now)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("yday", "2026-11-19"),
        ("last night", "2026-11-19"),
        ("last thurs", "2026-11-19"),
        ("thurs", "2026-11-19"),
        ("tues", "2026-11-17"),
        ("fri", "2026-11-20"),
        ("3 days ago", "2026-11-17"),
        ("a week ago", "2026-11-13"),
        ("the 12th", "2026-11-12"),
        ("11/18", "2026-11-18"),
        ("3/4", "2026-03-04"),
        ("dec 28", "2025-12-28"),
        ("March ninth", "2026-03-09"),
        ("this am", "2026-11-20"),
        ("ayer", "2026-11-19"),
        ("anteayer", "2026-11-18"),
        ("el martes", "2026-11-17"),
    ],
)
def test_a_day_looks_back_for_the_visit(words: str, day: str) -> None:
    assert str(only(words).past) == day


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("thurs", "2026-11-26"),
        ("next tues", "2026-11-24"),
        ("next fri", "2026-11-27"),
        ("the 3rd", "2026-12-03"),
        ("on the twelfth", "2026-12-12"),
        ("3/4", "2027-03-04"),
        ("tmrw", "2026-11-21"),
        ("back tom", "2026-11-21"),
        ("in 2 wks", "2026-12-04"),
        ("f/u 2 wks", "2026-12-04"),
        ("two weeks out", "2026-12-04"),
        ("two weeks from today", "2026-12-04"),
        ("in a couple of weeks", "2026-12-04"),
        ("in 10 days", "2026-11-30"),
        ("in 3 business days", "2026-11-25"),
        ("week of dec 7", "2026-12-07"),
        ("first monday of december", "2026-12-07"),
        ("last friday of the month", "2026-11-27"),
        ("early next week", "2026-11-23"),
        ("end of the month", "2026-11-30"),
        ("EOM", "2026-11-30"),
        ("EOD", "2026-11-20"),
        ("end of week", "2026-11-20"),
        ("end of next week", "2026-11-27"),
        ("next month", "2026-12-20"),
        ("follow up in a fortnight", "2026-12-04"),
        ("pasado mañana", "2026-11-22"),
        ("el martes", "2026-11-24"),
        ("la semana que viene", "2026-11-23"),
    ],
)
def test_a_day_looks_forward_for_the_follow_up(words: str, day: str) -> None:
    assert str(only(words).ahead) == day


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("2pm", "14:00"),
        ("10a", "10:00"),
        ("830am", "08:30"),
        ("8:15", "08:15"),
        ("2:30", "14:30"),
        ("14:05", "14:05"),
        ("noon", "12:00"),
        ("around ten and", "10:00"),
        ("at two for about twenty nurses", "14:00"),
        ("half past two", "14:30"),
        ("quarter to three", "14:45"),
        ("2ish", "14:00"),
        ("tues 2p", "14:00"),
        ("8:15 this am", "08:15"),
        ("last night 7:30", "19:30"),
        ("ayer a las 3", "15:00"),
        ("around nine thirty met", "09:30"),
        ("zoom at one thirty contract", "13:30"),
        ("four fifteen today", "16:15"),
        ("friday at eleven talked", "11:00"),
        ("9-9:30", "09:00"),
    ],
)
def test_a_time_without_its_half_is_of_the_working_day(words: str, time: str) -> None:
    assert only(words).time == time


@pytest.mark.parametrize(
    "words",
    [
        "rm 412",
        "12 beds",
        "$4k",
        "the 401(k)",
        "form 5500",
        "call 1-800-555-0123",
        "open 24/7",
        "3rd floor",
        "the 2nd visit",
        "3/4 full",
        "45 bps",
        "5 min",
        "at 70%",
        "at 5 beds",
        "6 weeks of training",
        "sat w/ jo",
        "w/ tom keating",
        "mondays are busy",
        "2/30",
        "13/45",
    ],
)
def test_a_number_that_is_no_day_is_left_alone(words: str) -> None:
    assert dates.find(words, FRIDAY) == []


def test_a_day_and_its_time_are_one_moment() -> None:
    moment = only("call 3p mon")
    assert (moment.time, str(moment.past)) == ("15:00", "2026-11-16")


def test_a_correction_takes_the_first_day_back() -> None:
    moment = only("Thursday no sorry Wednesday")
    assert str(moment.ahead) == "2026-11-25"


def test_the_rep_s_own_day_counts_not_greenwich_s() -> None:
    late = datetime.fromisoformat("2026-07-29T02:15:00+00:00").astimezone(
        ZoneInfo("America/Denver")
    )
    assert str(only("yday", late).past) == "2026-07-27"


def test_the_end_of_february_exists_every_year() -> None:
    now = datetime(2027, 1, 31, 9, 0, tzinfo=ZoneInfo("America/New_York"))
    assert str(only("next month", now).ahead) == "2027-02-28"


PHRASES = """
yday=2026-11-19 | yesterday=2026-11-19 | last thurs=2026-11-19 | thurs<2026-11-19
tues 2p<2026-11-17 | mon<2026-11-16 | last night=2026-11-19 | this am<2026-11-20
2 days ago=2026-11-18 | 3/4<2026-03-04 | 11/18<2026-11-18 | dec 28<2025-12-28
the 12th<2026-11-12 | mon the 16th<2026-11-16 | tuesday<2026-11-17 | week ago=2026-11-13
a week ago=2026-11-13 | last friday=2026-11-13 | today=2026-11-20 | el martes<2026-11-17
ayer=2026-11-19 | hoy<2026-11-20 | anteayer=2026-11-18 | lunes pasado=2026-11-16
next tues>2026-11-24 | next wed 10a>2026-11-25 | thurs>2026-11-26 | monday>2026-11-23
tmrw>2026-11-21 | tom>2026-11-21 | tomorrow am>2026-11-21 | 2 wks>2026-12-04
in 2 weeks>2026-12-04 | two weeks out>2026-12-04 | two weeks from today>2026-12-04
in a month>2026-12-20 | next month>2026-12-20 | next week>2026-11-23 | the 3rd>2026-12-03
the 12th>2026-12-12 | mon the 7th>2026-12-07 | 3/4>2027-03-04 | fri 12/4>2026-12-04
dec 7>2026-12-07 | 7 dec>2026-12-07 | week of dec 7>2026-12-07 | eod>2026-11-20
eow>2026-11-20 | end of week>2026-11-20 | eom>2026-11-30 | end of the month>2026-11-30
end of next week>2026-11-27 | first monday of december>2026-12-07 | 12/4/26>2026-12-04
last friday of the month>2026-11-27 | a week from friday>2026-12-04 | wed 10a>2026-11-25
10 days>2026-11-30 | in a couple weeks>2026-12-04 | a few days>2026-11-23
after thanksgiving>2026-11-27 | mañana>2026-11-21 | pasado mañana>2026-11-22
el viernes>2026-11-27 | la próxima semana>2026-11-23 | 2026-12-04>2026-12-04
4 dec 2026>2026-12-04 | next fri>2026-11-27 | early dec>2026-12-01 | mid december>2026-12-15
in 3 business days>2026-11-25 | the week after next>2026-11-30 | 1st of the month>2026-12-01
on the twenty second>2026-11-22 | six weeks>2027-01-01 | in 90 days>2027-02-18
quarter end>2026-12-31 | monday morning>2026-11-23 | tues or wed>2026-11-24
dentro de dos semanas>2026-12-04 | 3 de dic>2026-12-03 | próximo martes>2026-11-24
fin de mes>2026-11-30 | dec 4-6>2026-12-04 | 12/1-12/3>2026-12-01 | new years>2027-01-01
whenever>None | rm 412>None | form 5500>None | 401(k)>None | 12 beds>None | $4k>None
the 3rd floor>None | 1-800>None | 3 buildings>None | thxgiving>None | 5th st lot>None
"""
"""What reps write for dates: `=` either way, `<` for a visit, `>` for a follow-up."""


def test_nearly_all_that_reps_write_for_dates_is_read_and_next_to_none_of_it_wrong() -> None:
    told = [one.strip() for one in re.split(r"[|\n]", PHRASES) if one.strip()]
    missed, wrong = [], []
    for one in told:
        words, sign, day = re.fullmatch(r"(.+?)([=<>])(.+)", one).groups()
        got = str(dates.phrase(words, FRIDAY, ahead=sign == ">"))
        if got != day:
            (missed if got == "None" else wrong).append(f"{one} but {got}")
    assert len(told) > 90
    assert len(missed) + len(wrong) <= 0.08 * len(told), (missed, wrong)
    assert len(wrong) <= 0.05 * len(told), wrong


def test_a_phrase_of_its_own_is_read_whole() -> None:
    assert str(dates.phrase("2 wks", FRIDAY, ahead=True)) == "2026-12-04"
    assert str(dates.phrase("thursday", FRIDAY, ahead=False)) == "2026-11-19"
    assert dates.phrase("whenever", FRIDAY, ahead=True) is None


@given(st.text(max_size=300))
def test_no_text_at_all_breaks_it(text: str) -> None:
    for moment in dates.find(text, FRIDAY):
        assert 0 <= moment.start < moment.end <= len(text)
