"""How well the patient guard tells patients from a working day: the labelled notes of
`tests/guard`, each kind by the tier that was found, and four shares beside their goals.

    python -m bench.guard            the notes the rules are tuned on
    python -m bench.guard --sealed   also the third that is opened for the final figure only
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from models import phi

FOLDER = Path(__file__).parents[1] / "tests" / "guard"
NOTES, SEALED = FOLDER / "notes.json", FOLDER / "sealed.json"
SECOND = FOLDER / "second.json"  # written and opened after the sealed third had been mended for
BLOCK_RECALL, WARN_RECALL, FALSE_BLOCK, FALSE_WARN = 0.99, 0.90, 0.01, 0.08
"""The goals: at least, at least, at most, at most."""

_TIERS = (phi.BLOCK, phi.WARN, None)


@dataclass(frozen=True)
class Share:
    """Of so many notes so many."""

    count: int
    of: int

    @property
    def rate(self) -> float:
        return self.count / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{self.rate:6.1%}  ({self.count} of {self.of})"


@dataclass(frozen=True)
class Figures:
    """What the guard found in a set of notes.

    found         how many notes of a kind and its tier were given which tier.
    block_recall  notes that must be blocked and were.
    warn_recall   notes that must be pointed out and were, in this tier and no graver one.
    false_block   notes that must not be blocked (also those to be pointed out) and were.
    false_warn    notes in which there is nothing, and something was found.
    """

    found: Counter[tuple[str, str | None, str | None]]
    block_recall: Share
    warn_recall: Share
    false_block: Share
    false_warn: Share

    @property
    def reached(self) -> dict[str, bool]:
        """Each goal, and whether it was reached."""
        return {
            "block recall": self.block_recall.rate >= BLOCK_RECALL,
            "warn recall": self.warn_recall.rate >= WARN_RECALL,
            "false block": self.false_block.rate <= FALSE_BLOCK,
            "false warn": self.false_warn.rate <= FALSE_WARN,
        }


def figures(file: Path) -> Figures:
    """Score a set. A note is {"kind", "tier": "block", "warn" or null, "text", "known"?}."""
    found: Counter[tuple[str, str | None, str | None]] = Counter()
    for note in json.loads(file.read_text(encoding="utf-8"))["notes"]:
        known = phi.channels("\n".join(note.get("known", ())))
        tier = phi.tier_of(phi.findings(note["text"], known))
        found[note["kind"], note["tier"], tier] += 1

    def share(wanted: tuple[str | None, ...], given: tuple[str | None, ...]) -> Share:
        within = {key: count for key, count in found.items() if key[1] in wanted}
        return Share(
            sum(count for key, count in within.items() if key[2] in given), sum(within.values())
        )

    return Figures(
        found,
        share((phi.BLOCK,), (phi.BLOCK,)),
        share((phi.WARN,), (phi.WARN,)),
        share((phi.WARN, None), (phi.BLOCK,)),
        share((None,), (phi.WARN, phi.BLOCK)),
    )


def show(name: str, made: Figures) -> None:
    """Print the table and the four figures."""
    print(f"{name}\n{'kind':<12}{'should be':<12}{'block':>7}{'warn':>7}{'clean':>7}")
    for kind, tier in dict.fromkeys(key[:2] for key in made.found):
        counts = "".join(f"{made.found[kind, tier, given] or '.':>7}" for given in _TIERS)
        print(f"{kind:<12}{tier or 'clean':<12}{counts}")
    for what, share, goal in (
        ("block recall", made.block_recall, f">= {BLOCK_RECALL:.0%}"),
        ("warn recall", made.warn_recall, f">= {WARN_RECALL:.0%}"),
        ("false block", made.false_block, f"<= {FALSE_BLOCK:.0%}"),
        ("false warn", made.false_warn, f"<= {FALSE_WARN:.0%}"),
    ):
        print(
            f"{what:<14}{share!s:<24}{goal:>8}  {'' if made.reached[what] else 'MISSED'}".rstrip()
        )


def sealed_since() -> str:
    """Since when the sealed set has stood as it is, in words: its last commit."""
    told = subprocess.run(
        ["git", "log", "-1", "--format=%h %cs", "--", str(SEALED)],  # noqa: S607
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    return f"unchanged since commit {told[0]} of {told[1]}" if len(told) == 2 else "no history here"


def main() -> None:
    """Print the figures of the notes, and of the sealed third when asked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sealed", action="store_true", help="open the sealed third as well")
    given = asked.parse_args()
    show("Patient guard, notes the rules are tuned on", figures(NOTES))
    if given.sealed:
        print(f"\nThe sealed third: {sealed_since()}.")
        show("Patient guard, sealed notes", figures(SEALED))
        show("Patient guard, a second set by another author", figures(SECOND))


if __name__ == "__main__":
    main()
