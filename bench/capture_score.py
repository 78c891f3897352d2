"""Score the line parser on a file in the capture-examples format: `capture_score.py FILE [-v]`.

Prints, for every field, the share of lines that have it right, and the share of lines with every
scored field right. tests/capture/lines.json is such a file: `expect` holds the one right value of
a field, or a list of which any will do (None: may stay empty), or "any" for what is not scored.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from handlers.reading.line import draft, prediction
from models.lookup import AccountName, CompetitorName, ContactName, Index
from models.text import name_key

FIELDS = (
    "account",
    "contacts",
    "activity_type",
    "date",
    "time",
    "follow_up_date",
    "referrals",
    "competitor",
    "phi",
    "notes",
)


@dataclass
class Score:
    """How many lines have each field right, and what went wrong where."""

    lines: int = 0
    whole: int = 0
    right: Counter[str] = field(default_factory=Counter)
    wrong_accounts: list[str] = field(default_factory=list)
    missed_patients: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)


def index_of(told: Mapping[str, Any]) -> Index:
    """The file's accounts, contacts and competitors as an index."""
    ids = {one["external_id"]: place for place, one in enumerate(told["accounts"], start=1)}
    return Index.build(
        (
            AccountName(
                id=ids[one["external_id"]],
                name=one["name"],
                city=one.get("city", ""),
                state=one.get("state", ""),
                type=one.get("type"),
                tier=one.get("tier", "unrated"),
                external_id=one["external_id"],
                aliases=tuple(one.get("aliases", ())),
            )
            for one in told["accounts"]
        ),
        (
            ContactName(place, ids[one["account_external_id"]], one["name"], one.get("title", ""))
            for place, one in enumerate(told["contacts"], start=1)
        ),
        (
            CompetitorName(place, one["name"], tuple(one["aliases"]))
            for place, one in enumerate(told["competitors"], start=1)
        ),
    )


def score(told: Mapping[str, Any]) -> Score:
    """Read every line of the file and compare it with what is expected."""
    index = index_of(told)
    made = Score()
    for line in told["utterances"]:
        now = datetime.fromisoformat(line["now"].replace("Z", "+00:00"))
        read = draft(line["text"], now=now, zone=line["tz"], index=index, user_id=None)
        said = prediction(read, line["id"])
        expected = line["expect"]
        wrong = [name for name in FIELDS if not _is_right(name, said, expected)]
        made.lines += 1
        made.whole += not wrong
        made.right.update(name for name in FIELDS if name not in wrong)
        if "account" in wrong and said["account_external_id"]:
            made.wrong_accounts.append(line["id"])
        if expected.get("phi") and not said["phi"]:
            made.missed_patients.append(line["id"])
        for name in wrong:
            key = "account_external_id" if name == "account" else name
            got = [said[key], said["account_candidates"], said["new_account_name"]]
            shown = got if name == "account" else said[key]
            made.misses.append(f"{line['id']} {name}: {shown!r} <- {line['text']}")
    return made


def _is_right(name: str, said: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    if name == "account":
        return _account_is_right(said, expected)
    if name == "contacts":
        return _people_are_right(said["contacts"], expected.get("contacts", []))
    if name == "notes":
        notes = _squeezed(said["notes"])
        return all(_squeezed(one) in notes for one in expected.get("notes_must_contain", []))
    wanted = expected.get(name)
    if wanted == "any":
        return True
    got = said[name]
    if isinstance(wanted, list):
        return got in wanted
    if name == "competitor" and wanted and got:
        return name_key(got) == name_key(wanted)
    return bool(got == wanted)


def _account_is_right(said: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    got, offered = said["account_external_id"], said["account_candidates"]
    if "account_any_of" in expected:
        fits = expected["account_any_of"]
        if got is not None:
            return got in fits
        return None in fits or (len(offered) <= 10 and len(set(offered) & set(fits)) >= 2)
    if "new_account_name" in expected:
        wanted = expected["new_account_name"]
        names = wanted if isinstance(wanted, list) else [wanted]
        typed = name_key(said["new_account_name"] or "")
        return got is None and typed in {name_key(one) for one in names}
    return bool(got == (expected.get("account_external_id") or None))


def _people_are_right(got: Sequence[str], wanted: Sequence[Any]) -> bool:
    left = [name_key(re.sub(r"(?i)^(?:dr|doctor|mr|mrs|ms)\.?\s+", "", one)) for one in got]
    for one in wanted:
        ways = one if isinstance(one, list) else [one]
        keys = {name_key(way) for way in ways if way is not None}
        hit = next((name for name in left if name in keys), None)
        if hit is not None:
            left.remove(hit)
        elif None not in ways:
            return False
    return not left


def _squeezed(text: str) -> str:
    return "".join(text.casefold().split())


def main(path: str, verbose: bool) -> None:
    """Print the scores of one file."""
    made = score(json.loads(Path(path).read_text(encoding="utf-8")))
    for name in FIELDS:
        print(
            f"{name:15} {made.right[name]:4} of {made.lines}  {made.right[name] / made.lines:6.1%}"
        )
    print(f"{'whole lines':15} {made.whole:4} of {made.lines}  {made.whole / made.lines:6.1%}")
    print(f"confident wrong accounts: {len(made.wrong_accounts)} {' '.join(made.wrong_accounts)}")
    print(f"missed patients: {len(made.missed_patients)} {' '.join(made.missed_patients)}")
    if verbose:
        print("\n".join(made.misses))


if __name__ == "__main__":
    main(sys.argv[1], "-v" in sys.argv[2:])
