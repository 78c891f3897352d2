"""How work grows with what is to be read, whatever else the machine is doing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

MOST = 9.0
"""Four times as much text may take so many times as long. In proportion it would be 4, by the
square of its length 16."""

_TRIES = 5


def of_four_times_as_much(work: Callable[[int], object], most: int) -> float:
    """How many times the CPU time of this thread `work(most)` takes, beside a quarter of that.

    The least of a few tries each: whatever disturbs one only adds to it.
    """
    few = many = float("inf")
    for _ in range(_TRIES):
        few = min(few, _seconds(work, most // 4))
        many = min(many, _seconds(work, most))
        if many / few <= MOST:
            break
    return many / few


def calls(work: Callable[[], object]) -> int:
    """How many functions, of Python and of C, are called meanwhile in this thread."""
    count = 0

    def note(_frame: object, event: str, _arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def _seconds(work: Callable[[int], object], size: int) -> float:
    begun = time.thread_time()
    work(size)
    return time.thread_time() - begun
