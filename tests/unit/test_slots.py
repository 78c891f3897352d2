"""Each hour comes once on each local day, whatever is done to the clocks: `models.slots` against
spans of offsets that were reckoned from UTC alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest

from models import slots
from tests.simulator import almanac

FIRST, LAST = 2025, 2031
HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]

# Both hemispheres, half an hour of summer time (Lord Howe), no midnight (Cairo, Havana, Santiago,
# Beirut), back for Ramadan (Casablanca), past midnight (Nuuk), politics (Gaza), none at all.
SAMPLE = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Chicago",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Phoenix",
    "America/Santiago",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Chatham",
)


def check(zones: Iterable[str]) -> Counter[str]:
    """Every half hour of the days around every change of the clocks. Returns figures to tell."""
    figures: Counter[str] = Counter()
    for zone in zones:
        for change in almanac.changes(zone, FIRST, LAST):
            figures["changes"] += 1
            for at in HALF_HOURS:
                figures += _one(zone, change.date(), at)
    return figures


def _one(zone: str, around: date, at: time) -> Counter[str]:
    figures: Counter[str] = Counter()
    earlier = datetime.min.replace(tzinfo=UTC)
    for ahead in range(-2, 4):
        day = around + timedelta(days=ahead)
        found, where = slots.instant(day, at, zone), f"{zone} {day} {at}"
        assert found == almanac.instant(day, at, zone), where
        if found is None:
            figures["days that do not come"] += 1
            continue
        assert found > earlier, where
        earlier = found
        figures["instants"] += 1
        if slots.local_day(found, zone) != day:
            # Only a gap that ends at midnight does that, and only to hours nobody may choose.
            assert slots.local_day(found, zone) == day + timedelta(days=1), where
            assert not slots.EARLIEST <= at <= slots.LATEST, where
            figures["past midnight"] += 1
    return figures


@pytest.mark.parametrize("zone", SAMPLE)
def test_every_half_hour_comes_once_on_every_day(zone: str) -> None:
    figures = check([zone])
    assert figures["instants"] or zone == "America/Phoenix"
    assert bool(figures["past midnight"]) == (zone == "America/Nuuk")


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("share", range(4))
def test_every_half_hour_comes_once_on_every_day_in_every_zone(share: int) -> None:
    figures = check(sorted(available_timezones())[share::4])
    told = ", ".join(f"{count} {name}" for name, count in sorted(figures.items()))
    print(f"\nshare {share}: {told}, none twice, none missing")


@pytest.mark.parametrize(
    ("zone", "missing"),
    [
        ("Pacific/Apia", date(2011, 12, 30)),
        ("Pacific/Fakaofo", date(2011, 12, 30)),
        ("Pacific/Kiritimati", date(1994, 12, 31)),
        ("Pacific/Kwajalein", date(1993, 8, 21)),
    ],
)
def test_a_day_that_a_country_left_out_has_no_hours(zone: str, missing: date) -> None:
    for at in HALF_HOURS:
        instants = [slots.instant(missing + timedelta(days=n), at, zone) for n in (-1, 0, 1)]
        assert instants[1] is None
        assert instants[0] is not None and instants[2] is not None
        assert instants[2] - instants[0] == timedelta(days=1)
        assert slots.next_window(missing, at, zone, 0b1111111, instants[0]) is not None
