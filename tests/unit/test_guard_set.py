"""The labelled notes of `tests/guard` hold the patient guard to its four figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import guard


@pytest.mark.parametrize(
    "file", [guard.NOTES, guard.SEALED, guard.SECOND], ids=lambda file: file.stem
)
def test_the_guard_tells_patients_from_a_working_day(file: Path) -> None:
    made = guard.figures(file)
    missed = [goal for goal, reached in made.reached.items() if not reached]
    assert not missed, "see python -m bench.guard, with --sealed for the sealed notes"


def test_notes_are_of_fifteen_kinds() -> None:
    made = guard.figures(guard.NOTES)
    assert len({kind for kind, _, _ in made.found}) == 15
    assert made.block_recall.of + made.false_block.of == 240


def test_a_guard_that_finds_nothing_reaches_no_recall(tmp_path: Path) -> None:
    file = tmp_path / "notes.json"
    file.write_text('{"notes": [{"kind": "mrn", "tier": "block", "text": "all good"}]}')
    assert [goal for goal, reached in guard.figures(file).reached.items() if not reached] == [
        "block recall",
        "warn recall",
    ]
