"""A CSV file as rows with line numbers, or the one reason why it is none.

UTF-8 with or without a byte order mark, UTF-16 by its mark, or the encoding that was asked for;
quoting is strict, and a field has at most `csv.field_size_limit()` characters. Source:
reliability B8, "Import".
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.exchange.broken import (
    BadDelimiter,
    BadFile,
    EmptyFile,
    HasNul,
    HugeField,
    NotText,
    StrayQuote,
    UnclosedQuote,
    Undecodable,
    UnknownEncoding,
)

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
"""What commonly separates cells, by the word `--delimiter` takes as well."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")
"""How workbooks, PDF and gzip files begin."""

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Cells:
    """One row: its cells, the line it begins on and the line it ends on."""

    line: int
    until: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file and its number."""

    number: int
    text: str


@dataclass(frozen=True)
class Source:
    """A file's text, and the digest by which the audit names the file."""

    text: str
    sha256: str

    def first_line(self) -> Line:
        """The first line that is not blank."""
        for number, text in enumerate(io.StringIO(self.text, newline=""), start=1):
            if text.strip():
                return Line(number, text.rstrip("\r\n"))
        raise EmptyFile(1)

    def rows(self, delimiter: str) -> Iterator[Cells]:
        """The rows that are not blank. Raises BadFile at the first place that is not CSV."""
        lines = io.StringIO(self.text, newline="")
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        begin = 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as problem:
                raise _broken(str(problem), begin, reader.line_num) from None
            if any(cell and not cell.isspace() for cell in cells):
                yield Cells(begin, reader.line_num, cells)
            begin = reader.line_num + 1


def read(path: Path, encoding: str | None = None) -> Source:
    """The file's text, decoded.

    Raises OSError when it cannot be read, UnknownEncoding, or a BadFile (EmptyFile, NotText,
    Undecodable, HasNul).
    """
    if encoding is not None and not _is_encoding(encoding):
        raise UnknownEncoding(encoding)
    data = path.read_bytes()
    if data.startswith(_NO_TEXT):
        raise NotText(1)
    chosen = encoding or next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(chosen)
    except UnicodeDecodeError as problem:
        before = problem.object[: problem.start].decode(chosen, "ignore")
        raise Undecodable(_line_after(before), chosen) from None
    text = text.removeprefix("\ufeff")
    if (nul := text.find("\0")) >= 0:
        raise HasNul(_line_after(text[:nul]))
    if not text.strip():
        raise EmptyFile(1)
    return Source(text, hashlib.sha256(data).hexdigest())


def delimiter(asked: str) -> str:
    """The character that `--delimiter` means: itself, or "tab" and the like. Raises
    BadDelimiter."""
    meant = DELIMITERS.get(asked.casefold(), "\t" if asked == "\\t" else asked)
    if len(meant) != 1 or meant in "\r\n\"\0 '" or meant.isalnum():
        raise BadDelimiter(asked)
    return meant


def _broken(problem: str, begin: int, line: int) -> BadFile:
    """The reason behind a `csv.Error`, whose kind is only in its words.

    An unclosed quotation mark swallows lines until the next mark, the field limit or the end of
    the file, so each of the three errors means the opening mark when the row spans lines.
    """
    if "end of data" in problem or line > begin:
        return UnclosedQuote(begin)
    if "field limit" in problem:
        return HugeField(begin, csv.field_size_limit())
    return StrayQuote(begin)


def _is_encoding(name: str) -> bool:
    try:
        "a".encode(name).decode(name)
    except (LookupError, UnicodeError):
        return False
    return True


def _line_after(text: str) -> int:
    return len(_LINE_END.findall(text)) + 1
