"""A workspace with thousands of messages due does not hold up the small ones beside it, not even
one where Slack takes two seconds for each (source: reliability B3.3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulator.crowd import Crew, lateness, p99
from tests.simulator.databases import Clean

QUICK, SLOW = 0.25, 2.0

Record = Callable[[str, object], None]


def slowdown(clean: Clean, small: list[Crew], big: Crew, record: Record) -> float:
    """How many times later the small ones' messages come with the big one beside them."""
    messages = sum(one.due for one in small)
    alone = p99(lateness(clean.engine(), small))
    of_big, *of_small = lateness(
        clean.engine(), [big, *small], lambda crews: sum(map(len, crews[1:])) == messages
    )
    assert [len(one) for one in of_small] == [one.due for one in small]
    assert 0 < len(of_big) < big.due  # the big one was at it all the while
    record("p99 seconds alone, beside the big one", (alone, p99(of_small)))
    return p99(of_small) / alone


@pytest.mark.parametrize("call", [QUICK, SLOW])
def test_small_workspaces_hardly_notice_a_big_one(
    clean_sqlite: Clean, record_property: Record, call: float
) -> None:
    assert slowdown(clean_sqlite, [Crew(10)] * 20, Crew(500, call), record_property) < 1.5


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("call", [QUICK, SLOW])
def test_ninety_nine_workspaces_hardly_notice_five_thousand_messages(
    clean_sqlite: Clean, record_property: Record, call: float
) -> None:
    assert slowdown(clean_sqlite, [Crew(50)] * 99, Crew(5_000, call), record_property) < 1.5
