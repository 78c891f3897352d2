"""What can be wrong with a file, as facts. The sentences are in `handlers/views/imports.py`.

`BadFile` ends an import whatever was asked; `BadRow` rejects one row; `BadOrder` is a mistake in
how the import was asked for, not in the file. `line` is the line of the file as an editor counts
it, from 1; for a row that spans several, its first.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import Refused


class BadOrder(Refused):
    """The import cannot be done as it was asked for."""


@dataclass
class UnknownEncoding(BadOrder):
    """No text encoding of this name."""

    name: str


@dataclass
class BadDelimiter(BadOrder):
    """The separator is not one character, or is one that cannot separate."""

    value: str


@dataclass
class UnknownField(BadOrder):
    """`--map` or `--set` names a field this kind of file does not have."""

    option: str
    field: str
    fields: tuple[str, ...]


@dataclass
class NotAPair(BadOrder):
    """`--map` or `--set` without its "=", or with nothing on one side of it."""

    option: str
    value: str


@dataclass
class AskedTwice(BadOrder):
    """Two options say different things of one field or one column."""

    option: str
    name: str


@dataclass
class NotForEveryRow(BadOrder):
    """`--set` of a field that tells the rows apart."""

    field: str


@dataclass
class BadConstant(BadOrder):
    """`--set` with a value that no row may have."""

    field: str
    reason: BadRow


@dataclass
class NoSuchColumn(BadOrder):
    """`--map` names a column that the file does not have."""

    column: str
    columns: tuple[str, ...]


@dataclass
class BadFile(Refused):
    """The file cannot be read as rows from this line on."""

    line: int


class EmptyFile(BadFile):
    """Nothing in it."""


class NoRows(BadFile):
    """A header and nothing under it."""


class NotText(BadFile):
    """A workbook, an archive: not text at all."""


@dataclass
class Undecodable(BadFile):
    """A byte that is none of the encoding."""

    encoding: str


class HasNul(BadFile):
    """A NUL character, which no text has."""


class UnclosedQuote(BadFile):
    """A quotation mark is opened on this line and closed nowhere, or too late."""


class StrayQuote(BadFile):
    """Something stands between a closing quotation mark and the next separator."""


@dataclass
class HugeField(BadFile):
    """A field of more characters than `csv` reads."""

    limit: int


@dataclass
class WrongDelimiter(BadFile):
    """The header only makes sense with another separator."""

    likely: str


@dataclass
class NoHeader(BadFile):
    """The first row names none of the fields."""

    fields: tuple[str, ...]


@dataclass
class DuplicateHeader(BadFile):
    """Two columns of one name, or two that mean one field."""

    first: str
    second: str
    field: str | None


@dataclass
class MissingColumn(BadFile):
    """No column for a field that every row needs. `likely` are columns that might be it."""

    field: str
    likely: tuple[str, ...]


class BadRow(Refused):
    """One row that cannot be taken as it is."""


@dataclass
class Ragged(BadRow):
    """Another number of cells than the header has. `until`: the line on which the row ends."""

    cells: int
    wanted: int
    until: int | None


@dataclass
class EmptyField(BadRow):
    """A field that every row needs is empty."""

    field: str


@dataclass
class LongField(BadRow):
    """More characters than can be kept."""

    field: str
    limit: int


@dataclass
class NotOneOf(BadRow):
    """A value that is none of a fixed few."""

    field: str
    value: str
    allowed: tuple[str, ...]


@dataclass
class BadOwner(BadRow):
    """Neither a Slack id, nor an e-mail address, nor somebody's name."""

    field: str
    value: str


@dataclass
class NobodyKnown(BadRow):
    """Nobody with this e-mail address or of this name."""

    field: str
    value: str


@dataclass
class BadEmail(BadRow):
    """No e-mail address."""

    value: str


@dataclass
class BadSlackId(BadRow):
    """No Slack id of a person."""

    value: str


@dataclass
class OtherPersons(BadRow):
    """The e-mail address is that of another person."""

    value: str


@dataclass
class SamePerson(BadRow):
    """The row is about the same person as an earlier line."""

    first_line: int


@dataclass
class InCircle(BadRow):
    """The person would report to somebody who reports to them."""


@dataclass
class OnlyAdmin(BadRow):
    """The person is the last one who may give roles."""


@dataclass
class SaysPatient(BadRow):
    """A field's text identifies, or may describe, a patient. The rules that hold, never the
    words."""

    field: str
    rules: tuple[str, ...]


@dataclass
class SameId(BadRow):
    """The external id stands on an earlier line already."""

    value: str
    first_line: int


@dataclass
class SameRecord(BadRow):
    """The row is about the same record as an earlier line."""

    first_line: int


@dataclass
class UnknownAccount(BadRow):
    """No account with this id or name. `by` is the field that said so."""

    by: str
    value: str


@dataclass
class SeveralFit(BadRow):
    """More than one record is called so; only an external id tells them apart. `what`: which
    kind of record."""

    what: str
    value: str


@dataclass
class BadDay(BadRow):
    """No day in the way the file was said to write them."""

    field: str
    dates: str


@dataclass
class BadAmount(BadRow):
    """No amount of money, or one that can be read two ways."""

    field: str


@dataclass
class BadNumber(BadRow):
    """No whole number, or one too large."""

    field: str


@dataclass
class BadTarget(BadRow):
    """No target that such a goal can have."""

    kind: str


@dataclass
class SeveralTold(BadRow):
    """Of these fields one only may be told."""

    fields: tuple[str, ...]


@dataclass
class UnknownTerritory(BadRow):
    """No territory of this name."""

    value: str


@dataclass
class BackwardDays(BadRow):
    """The later of two days comes first."""

    first: str
    second: str


@dataclass
class DayToCome(BadRow):
    """A day that lies ahead, for something that has happened."""

    field: str


@dataclass
class ClosedButOpen(BadRow):
    """A day on which it ended, and a stage at which it has not."""

    stage: str
