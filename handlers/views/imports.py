"""What an import says: one sentence for each thing that can be wrong, and what it did."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.views.words import listed, plural
from models import phi
from models.errors import AlreadyUndone, LastAdmin, Refused
from models.exchange import broken
from models.exchange.broken import BadFile, BadOrder, BadRow
from models.exchange.csv_source import DELIMITERS
from models.imports.report import Reject, Report, RowsRefused
from models.imports.runs import Undone

SHOWN = 20
"""Rejected rows that are listed; the rest are counted."""

_DELIMITER_OPTION = {
    ",": "commas; add --delimiter ','",
    ";": "semicolons; add --delimiter ';'",
    "\t": "tabs; add --delimiter tab",
    "|": "pipes; add --delimiter '|'",
}
_DAYS = {
    "iso": "write it like 2026-03-31, or say how the file does with --dates mdy or dmy",
    "mdy": "--dates mdy reads 3/31/2026 and 2026-03-31",
    "dmy": "--dates dmy reads 31/3/2026 and 2026-03-31",
}
_LISTS = {
    "account_type": "account type",
    "contact_role": "contact role",
    "buying_role": "buying role",
    "deal_lost_reason": "lost reason",
    "service_line": "service line",
    "payer_type": "payer type",
}


def refused_file(problem: BadFile) -> str:
    """ "line 3: a quotation mark opens here and is never closed"."""
    return f"line {problem.line}: {_of_file(problem)}"


def refused_rows(refused: RowsRefused) -> str:
    """The first bad row of an import that takes all or nothing, and how to see the others."""
    first, *others = refused.rejects
    said = f"line {first.line}: {reason(first.reason)}; nothing was stored"
    if not others:
        return f"{said}."
    return (
        f"{said} ({plural(len(others), 'more row')} cannot be taken: "
        "--skip-bad --dry-run lists them)."
    )


def rejected(rejects: Sequence[Reject]) -> list[str]:
    """The rows that were left out, a line each, as far as a screen goes."""
    lines = [f"line {reject.line}: {reason(reject.reason)}" for reject in rejects[:SHOWN]]
    if len(rejects) > SHOWN:
        lines.append(f"and {plural(len(rejects) - SHOWN, 'more row')}")
    return lines


def summary(report: Report, *, stored: bool = True) -> list[str]:
    """What the import did, or would have; the last line is for programs too."""
    lines = []
    if report.ignored:
        lines.append(f"Ignored columns: {', '.join(report.ignored)}")
    lines += [
        f"New {_LISTS.get(name, name)}: {label}"
        for name, labels in report.new_entries.items()
        for label in labels
    ]
    lines += [f"New person: {who}" for who in report.new_people]
    lines += [f"New stage: {stage}, open, in {pipeline}" for stage, pipeline in report.new_stages]
    lines += [
        f"New product: {name}" + (f"; is it {near}?" if near else "")
        for name, near in report.new_products
    ]
    if report.without_account:
        lines.append(f"{plural(report.without_account, 'new row')} without an account")
    if report.waiting:
        lines.append(
            f"{plural(report.waiting, 'account')} will go to the owner with that email "
            "as soon as they use Touchbase"
        )
    for rule, count in sorted(report.not_patients.items()):
        lines.append(f"Not about a patient, as you said: {rule}, {plural(count, 'field')}")
    if stored and report.run_id is not None:
        lines.append(f"import {report.run_id}: undo with touchbase import undo {report.run_id}")
    lines.append(
        f"new={report.new} changed={report.changed} unchanged={report.unchanged} "
        f"rejected={len(report.rejects)}"
    )
    return lines


def order(wrong: BadOrder) -> str:
    """What is wrong with how the import was asked for."""
    match wrong:
        case broken.UnknownEncoding(name):
            return f"There is no encoding called {_cell(name)}; try utf-8, utf-16 or cp1252."
        case broken.BadDelimiter(value):
            words = listed([f"{word} ({sign})" for word, sign in _SIGNS.items()])
            return f"{_cell(value)} cannot separate columns; take one character: {words}."
        case broken.UnknownField(option, field, fields):
            return (
                f"{option}: there is no field called {_cell(field)}; "
                f"there {'are' if len(fields) > 1 else 'is'} {', '.join(fields)}."
            )
        case broken.NotAPair(option, value):
            example = "'Facility Name=name'" if option == "--map" else "tier=A"
            return f"{option} {_cell(value)} is not complete; write it like {option} {example}."
        case broken.AskedTwice(option, name):
            return f"{option} {_cell(name)} repeats another --map or --set."
        case broken.NotForEveryRow(field):
            return f"--set {field} makes no sense: it cannot be the same for every row."
        case broken.BadConstant(field, why):
            return f"--set {field}: {reason(why)}."
        case broken.NoSuchColumn(column, columns):
            return f"The file has no column {_cell(column)}; it has {', '.join(columns)}."
    raise TypeError(type(wrong).__name__)


def reason(why: BadRow) -> str:
    """Why a row cannot be taken, after "line 7: "."""
    match why:
        case broken.Ragged(cells, wanted, until):
            count = f"{plural(cells, 'cell')} under a header of {wanted}"
            if until is None:
                return count
            return f"{count}, and the row runs on to line {until}: is a quotation mark missing?"
        case broken.EmptyField(field):
            return f"{field} is empty"
        case broken.LongField(field, limit):
            return f"{field} is longer than {plural(limit, 'character')}"
        case broken.NotOneOf(field, value, allowed):
            return f"{field} {_cell(value)} is none of {', '.join(allowed)}"
        case broken.BadOwner(field, value):
            return f"{field} {_cell(value)} is not a Slack id (U…), an email address or a name"
        case broken.NobodyKnown(field, value):
            return f"{field} {_cell(value)} is not a known person; import the users first"
        case broken.BadEmail(value):
            return f"email {_cell(value)} is not an email address"
        case broken.BadSlackId(value):
            return f"slack_id {_cell(value)} is not a Slack id; one looks like U012AB3CD"
        case broken.OtherPersons(value):
            return f"email {_cell(value)} already belongs to another person"
        case broken.SamePerson(first_line):
            return f"the same person as line {first_line}; an email would tell them apart"
        case broken.InCircle():
            return "the person would report to someone who reports to them"
        case broken.OnlyAdmin():
            return "this is the last admin; make someone else admin first"
        case broken.SaysPatient(field, rules):
            said = f"{field} looks like patient data ({', '.join(rules)})"
            if phi.only_warn(rules):
                return f"{said}; if none of it is about a patient, add --not-patients"
            return f"{said}, which Touchbase does not store"
        case broken.SameId(value, first_line):
            return f"external_id {_cell(value)} is on line {first_line} already"
        case broken.SameRecord(first_line):
            return f"the same record as line {first_line}; an external_id would tell them apart"
        case broken.UnknownAccount("account_external_id", value):
            return f"no account has the external_id {_cell(value)}; import the accounts first"
        case broken.UnknownAccount(_, value):
            return f"no account is called {_cell(value)}; import the accounts first"
        case broken.SeveralFit("account", value):
            return f"several accounts are called {_cell(value)}; say which by its external id"
        case broken.SeveralFit("person", value):
            return f"several people are called {_cell(value)}; say which by Slack id or email"
        case broken.SeveralFit(what, value):
            return f"several {what}s are called {_cell(value)}; say which by external_id"
        case broken.BadDay(field, dates):
            return f"{field} is not a date; {_DAYS[dates]}"
        case broken.BadAmount(field):
            return f"{field} is not an amount; write it like 1234.50 or $1,234.50"
        case broken.BadNumber(field):
            return f"{field} is not a whole number up to 9,999"
        case broken.BadTarget("adherence"):
            return "target is not a whole percentage from 1 to 100"
        case broken.BadTarget():
            return "target is not a number above 0"
        case broken.SeveralTold(fields):
            return f"{listed(fields)} are filled in; a goal belongs to one of them"
        case broken.UnknownTerritory(value):
            return f"no territory is called {_cell(value)}; import the users first"
        case broken.BackwardDays(first, second):
            return f"{second} is before {first}"
        case broken.DayToCome(field):
            return f"{field} is in the future"
        case broken.ClosedButOpen(stage):
            return (
                f"closed_on is filled in, but {_cell(stage)} is an open stage; "
                "the expected day is close_date"
            )
    raise TypeError(type(why).__name__)


def undone(number: str, done: Undone) -> str:
    """What became of an import's rows; for programs too."""
    line = f"import {number} undone: removed={done.removed} put_back={done.put_back} "
    return f"{line}kept={done.kept}"


def no_number(text: str) -> str:
    """`import undo` of something that is no number."""
    return f"{_cell(text)} is not an import number; write it like touchbase import undo 17."


def no_such_import(number: str) -> str:
    """`import undo` of a number that was never given."""
    return f"There is no import {number}."


def not_undone(number: str, why: Refused) -> str:
    """An import that cannot be taken back."""
    match why:
        case AlreadyUndone():
            return f"Import {number} was already undone."
        case LastAdmin():
            return f"Import {number} made the only admin; give someone else that role first."
    return f"Import {number} is more than 24 hours old, so it can no longer be undone."


def no_such_mapping(kind: str, name: str, names: Sequence[str]) -> str:
    """`--mapping` with a name that was never saved."""
    known = f"there is {listed(list(names))}" if names else "none was saved yet"
    return f"--mapping: no mapping for {kind} is called {_cell(name)}; {known}."


def unreadable(name: str, why: str) -> str:
    """A file that cannot be opened at all."""
    return f"{name} cannot be read: {why}."


def _of_file(problem: BadFile) -> str:
    match problem:
        case broken.EmptyFile():
            return "the file is empty."
        case broken.NoRows():
            return "there are no rows under the header."
        case broken.NotText():
            return "this is not a CSV file; open it in a spreadsheet and save it as CSV first."
        case broken.Undecodable(encoding=encoding):
            return _undecodable(encoding)
        case broken.HasNul():
            return "a NUL character, which no text has; if it is UTF-16, add --encoding utf-16."
        case broken.UnclosedQuote():
            return "a quotation mark opens in this row and is not closed where it should be."
        case broken.StrayQuote():
            return "there is text between a closing quotation mark and the next separator."
        case broken.HugeField(limit=limit):
            return f"a field is longer than {plural(limit, 'character')}, the most that is read."
        case broken.WrongDelimiter(likely=likely):
            return f"the columns look separated by {_DELIMITER_OPTION[likely]}."
        case broken.NoHeader(fields=fields):
            return (
                "this first line names none of the fields, so it is not a header; "
                f"name the columns there ({', '.join(fields)}) or with --map."
            )
        case broken.DuplicateHeader(first=first, second=second, field=None):
            return f"two columns are called {_cell(first)} and {_cell(second)}; rename one."
        case broken.DuplicateHeader(first=first, second=second, field=field):
            return f"{_cell(first)} and {_cell(second)} both mean {field}; choose with --map."
        case broken.MissingColumn(field=field, likely=likely):
            return f"there is no column for {field}, which every row needs{_try(field, likely)}."
    raise TypeError(type(problem).__name__)


def _undecodable(encoding: str) -> str:
    if encoding.replace("_", "-").casefold().startswith("utf"):
        return f"a byte that is not {encoding.upper()}; from Excel, try --encoding cp1252."
    return f"a byte that is not {encoding}; is --encoding right?"


def _try(field: str, likely: Sequence[str]) -> str:
    if not likely:
        return "; name one with --map 'Your column=" + field + "'"
    tries = " or ".join(f"--map '{_shown(name)}={field}'" for name in likely)
    return f"; try {tries}"


def _cell(value: str) -> str:
    return f"“{_shown(value)}”"


def _shown(value: str) -> str:
    """A value of the file's on one line: control characters out, at most 60 long."""
    plain = "".join(sign for sign in value if sign.isprintable())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


_SIGNS = {word: repr(sign)[1:-1] for word, sign in DELIMITERS.items()}
