"""Which column of a file is which field."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.exchange.broken import (
    AskedTwice,
    BadConstant,
    DuplicateHeader,
    EmptyField,
    LongField,
    MissingColumn,
    NoHeader,
    NoSuchColumn,
    NotAPair,
    NotForEveryRow,
    Ragged,
    UnknownField,
    WrongDelimiter,
)
from models.exchange.csv_source import DELIMITERS, Cells, Line
from models.text import tidy


@dataclass(frozen=True)
class Shape:
    """One kind of record as files hold it.

    limits     the fields in the order of the documentation, with their most characters.
    required   for each thing a row must say, the sets of fields that say it; the first is the
               one to name when none is there.
    telling    fields that tell records apart, so one value for every row makes no sense.
    free_text  fields the patient guard reads.
    also       other names of a field in a header.
    people     fields that name somebody: a Slack id, an e-mail address or a name; the guard reads
               the names.
    """

    kind: str
    limits: Mapping[str, int]
    required: tuple[tuple[tuple[str, ...], ...], ...]
    telling: frozenset[str]
    free_text: tuple[str, ...]
    also: Mapping[str, str]
    people: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.limits)


@dataclass(frozen=True)
class Asked:
    """What the person said about the columns: source column to field, and field to value."""

    maps: Mapping[str, str]
    sets: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """How a row's cells become fields.

    columns   (place in the row, field), `width` cells in all.
    sets      fields every row has, by `--set`.
    ignored   columns that are no field, as the file calls them.
    """

    shape: Shape
    width: int
    columns: tuple[tuple[int, str], ...]
    sets: Mapping[str, str]
    ignored: tuple[str, ...]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(field for _, field in self.columns) | frozenset(self.sets)

    def values(self, row: Cells) -> dict[str, str]:
        """The row's fields that say something, tidied. Raises BadRow."""
        cells = row.cells
        if len(cells) != self.width:
            spans = row.until if row.until > row.line else None
            raise Ragged(len(cells), self.width, spans)
        limits = self.shape.limits
        found = dict(self.sets)
        for place, field in self.columns:
            if cell := cells[place]:
                limit = limits[field]
                # Most cells are tidy, and a file has many; `tidy` would say the same of them.
                plain = cell.isascii() and cell.isprintable() and "  " not in cell
                value = cell.strip(" ") if plain else tidy(cell, limit + 1)
                if len(value) > limit:
                    raise LongField(field, limit)
                if value:
                    found[field] = value
        for ways in self.shape.required:
            if not any(any(field in found for field in way) for way in ways):
                raise EmptyField(ways[0][0])
        return found


def asked(shape: Shape, maps: Sequence[str], sets: Sequence[str]) -> Asked:
    """`--map` and `--set` as they were typed, "column=field" and "field=value".

    Raises NotAPair, UnknownField, AskedTwice or NotForEveryRow.
    """
    mapped: dict[str, str] = {}
    for text in maps:
        column, _, target = text.rpartition("=")
        field = _field(shape, target)
        if not column.strip() or not target.strip():
            raise NotAPair("--map", text)
        if field is None:
            raise UnknownField("--map", target.strip(), shape.fields)
        if _plain(column) in map(_plain, mapped) or field in mapped.values():
            raise AskedTwice("--map", text)
        mapped[column] = field
    constant: dict[str, str] = {}
    for text in sets:
        target, _, value = text.partition("=")
        field = _field(shape, target)
        if not target.strip() or not value.strip():
            raise NotAPair("--set", text)
        if field is None:
            raise UnknownField("--set", target.strip(), shape.fields)
        if field in shape.telling:
            raise NotForEveryRow(field)
        if field in constant or field in mapped.values():
            raise AskedTwice("--set", field)
        constant[field] = tidy(value, shape.limits[field] + 1)
        if len(constant[field]) > shape.limits[field]:
            raise BadConstant(field, LongField(field, shape.limits[field]))
    return Asked(mapped, constant)


def expect_delimiter(shape: Shape, header: Line, delimiter: str, wanted: Asked) -> None:
    """Raises WrongDelimiter when another separator finds more fields in the header.

    Of a header that is one column and no field, any separator that parts it will do. It is the
    line as it stands that is read, since quotes make no sense with the wrong separator.
    """
    sources = {_plain(column): field for column, field in wanted.maps.items()}

    def known(separator: str) -> tuple[int, int]:
        names = next(csv.reader([header.text], delimiter=separator))
        return len(_fields_of(shape, names, sources)), len(names)

    fields, columns = known(delimiter)
    best, likely = fields, ""
    for other in DELIMITERS.values():
        found, parts = known(other)
        if other == delimiter or parts < 2:
            continue
        if found > best or (not likely and not fields and columns == 1):
            best, likely = found, other
    if likely:
        raise WrongDelimiter(header.number, likely)


def plan(shape: Shape, header: Cells, wanted: Asked) -> Plan:
    """Which of the header's columns are which fields.

    A header that is a field's name maps itself, in any case, with spaces or "_"; `--map` goes
    before that, and `--set` before both.

    Raises NoHeader, DuplicateHeader, MissingColumn or NoSuchColumn.
    """
    names = [tidy(cell, 200) for cell in header.cells]
    sources = {_plain(column): field for column, field in wanted.maps.items()}
    fields = _fields_of(shape, names, sources)
    if not fields and not _likely(names, _needed(shape)):
        raise NoHeader(header.line, shape.fields)
    _refuse_doubles(header.line, names)
    _refuse_missing_sources(wanted.maps, names)
    columns: dict[str, int] = {}
    ignored: list[str] = []
    for place, name in enumerate(names):
        field = fields.get(place)
        if field is None or field in wanted.sets:
            ignored.append(name or f"column {place + 1}")
        elif field in columns:
            raise DuplicateHeader(header.line, names[columns[field]], name, field)
        else:
            columns[field] = place
    _refuse_missing(shape, header.line, names, {*columns, *wanted.sets})
    places = tuple((place, field) for field, place in columns.items())
    return Plan(shape, len(names), places, wanted.sets, tuple(ignored))


def _fields_of(shape: Shape, names: Sequence[str], sources: Mapping[str, str]) -> dict[int, str]:
    """The field of each column that has one: what `--map` says, then the column's own name."""
    mapped = {
        place: sources[_plain(name)] for place, name in enumerate(names) if _plain(name) in sources
    }
    told = set(mapped.values())
    for place, name in enumerate(names):
        field = _field(shape, name)
        if place not in mapped and field is not None and field not in told:
            mapped[place] = field
    return mapped


def _refuse_doubles(line: int, names: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if name and _plain(name) in seen:
            raise DuplicateHeader(line, seen[_plain(name)], name, None)
        seen[_plain(name)] = name


def _refuse_missing_sources(maps: Mapping[str, str], names: Sequence[str]) -> None:
    there = {_plain(name) for name in names}
    for column in maps:
        if _plain(column) not in there:
            raise NoSuchColumn(column.strip(), tuple(name for name in names if name))


def _refuse_missing(shape: Shape, line: int, names: Sequence[str], told: set[str]) -> None:
    for ways in shape.required:
        if not any(told.issuperset(way) for way in ways):
            free = [name for name in names if name and _field(shape, name) is None]
            raise MissingColumn(line, ways[0][0], _likely(free, ways[0]))


def _needed(shape: Shape) -> tuple[str, ...]:
    return tuple(field for ways in shape.required for way in ways for field in way)


def _likely(names: Sequence[str], fields: Iterable[str]) -> tuple[str, ...]:
    """Columns whose name ends in a word of a field's: "Facility Name" may be the name."""
    words = {field.rsplit("_", 1)[-1] for field in fields}
    return tuple(name for name in names if _plain(name).rsplit(" ", 1)[-1] in words)[:5]


def _field(shape: Shape, name: str) -> str | None:
    key = _plain(name).replace(" ", "_")
    key = shape.also.get(key, key)
    return key if key in shape.limits else None


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", " ", name).strip().casefold()
