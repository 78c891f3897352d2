"""Comparing what is ours with its floor, and how it grows."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping

GROWTH_ROUNDS = 5


def compared(
    what: str,
    ours: Callable[[], object],
    floor: Callable[[], object],
    rounds: int,
    *,
    goal: float | None = None,
    quiet: bool = False,
) -> tuple[float, float]:
    """Print the medians of both, taken in turns, and their ratio; in seconds."""
    ours(), floor()  # once for the caches of both
    gc.collect()
    turns = [(timed(ours), timed(floor)) for _ in range(rounds)]
    took, least = (statistics.median(turn[which] for turn in turns) for which in (0, 1))
    if not quiet:
        wanted = f"  (goal at most {goal})" if goal else ""
        print(f"  {what:46} {1000 * took:8.2f} ms floor {1000 * least:8.2f} ms"
              f" {took / least:5.2f} x{wanted}")  # fmt: skip
    return took, least


def grown(what: str, by_size: Mapping[int, Callable[[], object]], goal: float) -> None:
    """Print by how much it grows with the table: time ~ size ** exponent."""
    for read in by_size.values():
        read()
    gc.collect()
    turns = [{size: timed(read) for size, read in by_size.items()} for _ in range(GROWTH_ROUNDS)]
    medians = {size: statistics.median(turn[size] for turn in turns) for size in by_size}
    logs = [(math.log(size), math.log(took)) for size, took in medians.items()]
    slope = statistics.linear_regression(*zip(*logs, strict=True)).slope
    told = ", ".join(f"{size:,}: {1000 * took:.2f} ms" for size, took in medians.items())
    print(f"    grows with the exponent {slope:.2f} ({told})  (goal at most {goal})")


def timed(act: Callable[[], object]) -> float:
    """Seconds it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
