"""The days a report is about."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.reports import periods
from models.reports.periods import BadPeriod, EndsBeforeItBegins


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("2026-03", date(2026, 3, 1), date(2026, 3, 31)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        (" 2026-q4 ", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-W10", date(2026, 3, 2), date(2026, 3, 8)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-w53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2016-10-01..2017-12-31", date(2016, 10, 1), date(2017, 12, 31)),
        ("2026-03-10..2026-03-10", date(2026, 3, 10), date(2026, 3, 10)),
        ("All", None, None),
    ],
)
def test_words_name_a_first_and_a_last_day(
    words: str, first: date | None, last: date | None
) -> None:
    found = periods.parse(words)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    "words",
    [
        *("", "march", "2026", "2026-13", "2026-00", "2026-Q5", "2026-W54", "2025-W53", "2026-W00"),
        *(
            "2026-02-30..2026-03-01",
            "2026-03-01..",
            "9999-12",
            "9999-W52",
            "0000-01",
            "2026-03-01",
            "٢٠٢٦-03",
        ),
    ],
)
def test_words_that_name_no_period_are_refused(words: str) -> None:
    with pytest.raises(BadPeriod):
        periods.parse(words)


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(EndsBeforeItBegins):
        periods.parse("2026-03-02..2026-03-01")


@given(some.dates(date(1901, 1, 1), date(2198, 12, 31)))
def test_every_day_is_in_one_week_month_and_quarter_and_their_names_read_back(day: date) -> None:
    for of in (periods.week, periods.month, periods.quarter):
        found = of(day)
        assert found.first is not None and found.last is not None
        assert found.first <= day <= found.last
        assert periods.parse(found.name) == found
        assert of(found.last + timedelta(days=1)).first == found.last + timedelta(days=1)
