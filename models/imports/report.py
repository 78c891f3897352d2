"""What became of an import."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from models.errors import Refused
from models.exchange.broken import BadRow, SameRecord
from models.imports.trail import Trail


@dataclass(frozen=True)
class Reject:
    """A line that was left out, and why."""

    line: int
    reason: BadRow


@dataclass
class RowsRefused(Refused):
    """Rows that cannot be taken, in an import that takes all or nothing; at least one."""

    rejects: list[Reject]


@dataclass
class Report:
    """What an import did, or with `--dry-run` would have done.

    new_entries  labels that were added to a list, by the list's name; territories among them.
    new_people   owners and managers nobody had heard of, as the file calls them.
    new_stages   stages that were added, open, each with its pipeline.
    new_products  products that were added, each with the known one most like it, if any is.
    without_account  new opportunities of no account.
    waiting      accounts of this file whose owner is an e-mail address of nobody known yet.
    ignored      columns that are no field.
    not_patients rules of the patient guard that held, in how many fields, and were said not to
                 be about a patient.
    run_id       the number by which the import can be undone, once it is stored.
    trail        the rows that were made and changed.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejects: list[Reject] = field(default_factory=list)
    new_entries: dict[str, list[str]] = field(default_factory=dict)
    new_people: list[str] = field(default_factory=list)
    new_stages: list[tuple[str, str]] = field(default_factory=list)
    new_products: list[tuple[str, str | None]] = field(default_factory=list)
    without_account: int = 0
    waiting: int = 0
    ignored: tuple[str, ...] = ()
    not_patients: Mapping[str, int] = field(default_factory=dict)
    run_id: int | None = None
    trail: Trail = field(default_factory=Trail)


class Once:
    """Sees to it that a record is told by one line only.

    Two lines of one name are two records when each has its own external id; a line without an id
    would be taken for the other the next time the file comes.
    """

    def __init__(self) -> None:
        self._told: dict[Hashable, tuple[int, bool]] = {}
        self._taken: dict[int, int] = {}

    def see(self, identity: Hashable, line: int, has_id: bool) -> None:
        """Raises SameRecord."""
        first, all_have_ids = self._told.setdefault(identity, (line, True))
        if first != line and not (has_id and all_have_ids):
            raise SameRecord(first)
        if not has_id:
            self._told[identity] = (first, False)

    def take(self, record_id: int, line: int) -> None:
        """The line is about this stored record. Raises SameRecord."""
        first = self._taken.setdefault(record_id, line)
        if first != line:
            raise SameRecord(first)
