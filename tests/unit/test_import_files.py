"""A file that cannot be taken is refused in one sentence that names the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.views import imports as views
from models.errors import Refused
from models.exchange import broken
from models.exchange.broken import BadFile, BadOrder
from models.exchange.contacts import split_credentials
from models.imports import run
from models.imports.report import RowsRefused
from models.imports.run import Order, Parsed

GOOD = "external_id,name,city,tier\n1,Mercy General,Boston,A\n2,Grace Hospital,Dayton,B\n"


def a_file(folder: Path, text: str | bytes) -> Path:
    file = folder / "accounts.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def parsed(folder: Path, text: str | bytes, kind: str = "accounts", **asked: object) -> Parsed:
    return run.parse(Order(kind, a_file(folder, text), **asked))  # type: ignore[arg-type]


def refusal(folder: Path, text: str | bytes, kind: str = "accounts", **asked: object) -> str:
    """The sentence a person reads for this file."""
    with pytest.raises(Refused) as refused:
        parsed(folder, text, kind, **asked)
    if isinstance(refused.value, RowsRefused):
        return views.refused_rows(refused.value)
    if isinstance(refused.value, BadOrder):
        return views.order(refused.value)
    assert isinstance(refused.value, BadFile)
    return views.refused_file(refused.value)


BROKEN = [
    ("external_id;name;city\n1;Mercy;Boston\n", "line 1", "--delimiter ';'"),
    ("external_id\tname\tcity\n1\tMercy\tBoston\n", "line 1", "--delimiter tab"),
    ('"external_id";"name"\n"1";"Mercy"\n', "line 1", "--delimiter ';'"),
    ("1,Mercy General,Boston,A\n2,Grace Hospital,Dayton,B\n", "line 1", "not a header"),
    ("name,city,City\nMercy,Boston,Boston\n", "line 1", "two columns are called “city”"),
    ("name,owner,owner_email\nMercy,U1,a@b.example\n", "line 1", "both mean owner"),
    ("external_id,city\n1,Boston\n", "line 1", "no column for name"),
    (GOOD + "3,Hope,Akron\n", "line 4", "3 cells under a header of 4"),
    (GOOD + "3,Hope,Akron,A,extra\n", "line 4", "5 cells under a header of 4"),
    ('name,city\nMercy,Boston\n"Grace,Dayton\nHope,Akron\n', "line 3", "quotation mark"),
    ('name,city\n"Grace,Dayton\n"Hope",Akron\n', "line 2", "quotation mark"),
    ('name,city\n"Mercy"x,Boston\n', "line 2", "closing quotation mark"),
    ("name,city\nMercy,Bos\0ton\n", "line 2", "NUL"),
    (b"name,city\nMercy,Boston\nGr\xe2ce,Dayton\n", "line 3", "--encoding cp1252"),
    (f"name,city\nMercy,{'x' * 200_000}\n", "line 2", "131,072 characters"),
    (GOOD + "1,Hope,Akron,A\n", "line 4", "on line 2 already"),
    ("", "line 1", "empty"),
    (b"\xef\xbb\xbf\r\n\r\n", "line 1", "empty"),
    ("name,city\n", "line 1", "no rows"),
    (b"PK\x03\x04 and so on", "line 1", "not a CSV file"),
    (GOOD + "3,,Akron,A\n", "line 4", "name is empty"),
    (GOOD + f"3,{'x' * 121},Akron,A\n", "line 4", "longer than 120 characters"),
    (GOOD + "3,Hope,Akron,Gold\n", "line 4", "“Gold” is none of A, B, C, D, unrated"),
    ("name,owner\nMercy,jo@smith\n", "line 2", "is not a Slack id"),
    ("name,status\nMercy,lovely\n", "line 2", "none of prospect, active"),
    ("name,territory\nMercy,SSN 123-45-6789\n", "line 2", "looks like patient data"),
]


@pytest.mark.parametrize(("text", "line", "what"), BROKEN)
def test_a_broken_file_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, line: str, what: str
) -> None:
    said = refusal(tmp_path, text)
    assert said.startswith(f"{line}: ")
    assert what in said
    assert "\n" not in said


def test_a_patients_number_is_not_repeated(tmp_path: Path) -> None:
    said = refusal(tmp_path, "name,territory\nMercy,SSN 123-45-6789\n")
    assert "6789" not in said


@pytest.mark.parametrize(
    "text",
    [
        "Member number one two three four five",
        "d.o.b. March fifth",
        "ｄｏｂ March fifth",
        "born on March fifth 50",
        "record no. ١٢٣٤٥٦",
    ],
)
def test_the_quick_look_before_the_patient_guard_misses_nothing(tmp_path: Path, text: str) -> None:
    assert "patient data" in refusal(tmp_path, f"name,territory\nMercy,{text}\n")


def test_a_header_that_needs_mapping_says_how(tmp_path: Path) -> None:
    said = refusal(tmp_path, "Facility ID,Facility Name,State\n1,Mercy,MA\n")
    assert "--map 'Facility Name=name'" in said


def test_the_wrong_delimiter_is_named_with_mapped_columns_too(tmp_path: Path) -> None:
    said = refusal(tmp_path, "Facility ID|Facility Name\n1|Mercy\n", maps=["Facility Name=name"])
    assert said.startswith("line 1: ")
    assert "--delimiter '|'" in said


def test_several_bad_rows_are_counted_behind_the_first(tmp_path: Path) -> None:
    said = refusal(tmp_path, GOOD + "3,Hope\n4,Faith\n5,Joy\n")
    assert said.startswith("line 4: ")
    assert "2 more rows" in said


def test_skipping_bad_rows_keeps_the_good_ones_and_says_which_were_bad(tmp_path: Path) -> None:
    found = parsed(tmp_path, GOOD + "3,Hope\n1,Faith,Akron,A\n4,Joy,Akron,C\n", skip_bad=True)
    assert [row.told["external_id"] for row in found.rows] == ["1", "2", "4"]
    assert [reject.line for reject in found.rejects] == [4, 5]


def test_a_row_that_swallows_lines_asks_for_the_quotation_mark(tmp_path: Path) -> None:
    said = refusal(tmp_path, 'name,city,state\nMercy,"Boston\nGrace,Dayton"\n')
    assert said.startswith("line 2: ")
    assert "runs on to line 3" in said


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode("utf-16"),
        b"\xfe\xff" + GOOD.encode("utf-16-be"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        ("\n\n" + GOOD + "\n,,,\n , ,\t,\n").encode(),
    ],
    ids=["utf-8", "with a mark", "utf-16", "utf-16 the other way", "CRLF", "CR", "blank lines"],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, data: bytes) -> None:
    found = parsed(tmp_path, data)
    assert [row.told["name"] for row in found.rows] == ["Mercy General", "Grace Hospital"]


def test_an_older_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    found = parsed(tmp_path, "name\nMérida Clinic\n".encode("cp1252"), encoding="cp1252")
    assert found.rows[0].told["name"] == "Mérida Clinic"


def test_headers_match_in_any_case_with_spaces_or_underscores(tmp_path: Path) -> None:
    found = parsed(tmp_path, "NAME,External ID,Owner_Email,Shoe size\nMercy,7,Jo@Acme.example,9\n")
    row = found.rows[0]
    assert (row.told["external_id"], row.owner) == ("7", "jo@acme.example")
    assert found.plan.ignored == ("Shoe size",)


def test_a_mapping_is_split_at_its_last_equals_sign(tmp_path: Path) -> None:
    found = parsed(tmp_path, "a=b,tier\nMercy,A\n", maps=["a=b=name"])
    assert found.rows[0].told["name"] == "Mercy"


def test_a_mapping_goes_before_a_columns_own_name(tmp_path: Path) -> None:
    found = parsed(
        tmp_path, "name,Official name\nmercy,Mercy General\n", maps=["official name=name"]
    )
    assert found.rows[0].told["name"] == "Mercy General"
    assert found.plan.ignored == ("name",)


def test_a_value_for_every_row_goes_before_a_column(tmp_path: Path) -> None:
    found = parsed(tmp_path, GOOD, sets=["tier=d"])
    assert {row.told["tier"] for row in found.rows} == {"D"}
    assert found.plan.ignored == ("tier",)


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ({"maps": ["name=nmae"]}, "no field called “nmae”"),
        ({"maps": ["name"]}, "not complete"),
        ({"maps": ["=name"]}, "not complete"),
        ({"maps": ["Firm=name"]}, "no column “Firm”"),
        ({"maps": ["city=state", "name=state"]}, "repeats"),
        ({"sets": ["color=red"]}, "no field called “color”"),
        ({"sets": ["tier="]}, "not complete"),
        ({"sets": ["tier=Gold"]}, "none of A, B, C, D, unrated"),
        ({"sets": ["owner=Jo@"]}, "is not a Slack id"),
        ({"sets": ["external_id=1"]}, "every row"),
        ({"sets": ["tier=A", "tier=B"]}, "repeats"),
        ({"sets": [f"city={'x' * 121}"]}, "longer than 120"),
        ({"delimiter": ";;"}, "cannot separate"),
        ({"encoding": "klingon"}, "no encoding called “klingon”"),
        ({"encoding": "hex"}, "no encoding called “hex”"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_a_sentence(
    tmp_path: Path, asked: dict[str, object], what: str
) -> None:
    with pytest.raises(BadOrder) as wrong:
        parsed(tmp_path, GOOD, **asked)
    assert what in views.order(wrong.value)


def test_a_tab_may_be_named(tmp_path: Path) -> None:
    text = GOOD.replace(",", "\t")
    assert len(parsed(tmp_path, text, delimiter="tab").rows) == 2
    assert len(parsed(tmp_path, text, delimiter="\\t").rows) == 2


def test_a_zip_code_keeps_its_zeros_and_text_its_accents(tmp_path: Path) -> None:
    found = parsed(tmp_path, "name,zip,city\nMercy  General ,01002,Me\u0301rida\n")
    assert dict(found.rows[0].told) == {"name": "Mercy General", "zip": "01002", "city": "Mérida"}


def test_a_contact_needs_an_account_and_a_name(tmp_path: Path) -> None:
    assert "account_external_id" in refusal(tmp_path, "name\nJo Low\n", "contacts")
    assert "no column for name" in refusal(tmp_path, "account name\nMercy\n", "contacts")
    said = refusal(tmp_path, "account name,first_name,last_name\nMercy,,\n", "contacts")
    assert said.startswith("line 2: name is empty")


def test_first_and_last_name_make_a_name(tmp_path: Path) -> None:
    found = parsed(tmp_path, "account name,First Name,Last Name\nMercy,Jo,Low\n", "contacts")
    assert found.rows[0].told["name"] == "Jo Low"


@pytest.mark.parametrize(
    ("written", "name", "credentials"),
    [
        ("Gretchen Ahlers, RN", "Gretchen Ahlers", "RN"),
        ("Gretchen Ahlers, R.N., CCM", "Gretchen Ahlers", "R.N., CCM"),
        ("Jo Low Jr., MD PhD", "Jo Low Jr.", "MD PhD"),
        ("Jo Low, Jr., MD", "Jo Low, Jr.", "MD"),
        ("Ahlers, Gretchen", "Ahlers, Gretchen", ""),
        ("Yo Ma", "Yo Ma", ""),
        ("Gretchen Ahlers", "Gretchen Ahlers", ""),
    ],
)
def test_credentials_are_kept_apart_from_the_name(
    written: str, name: str, credentials: str
) -> None:
    assert split_credentials(written) == (name, credentials)


def test_every_refusal_has_its_sentence() -> None:
    """So that a new one is not forgotten: it would end in a TypeError."""
    reasons = [cls for cls in vars(broken).values() if isinstance(cls, type)]
    said = 0
    for cls in reasons:
        if cls in (BadOrder, BadFile, broken.BadRow, Refused):
            continue
        values = {"line": 3, "reason": broken.EmptyField("tier"), "likely": ";", "until": None}
        texts = dict.fromkeys(("fields", "columns", "allowed", "rules"), ("a", "b"))
        numbers = dict.fromkeys(("limit", "cells", "wanted", "first_line"), 4)
        known = {**values, **texts, **numbers, "dates": "iso"}
        fields = list(getattr(cls, "__dataclass_fields__", {}))
        made = cls(*(known.get(name, "name") for name in fields))
        if issubclass(cls, BadOrder):
            assert views.order(made)
        elif issubclass(cls, BadFile):
            assert views.refused_file(made).startswith("line 3: ")
        else:
            assert views.reason(made)
        said += 1
    assert said > 20
