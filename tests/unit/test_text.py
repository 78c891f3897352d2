"""Text as it may be stored, and names that are the same name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.text import name_key, tidy


def test_a_note_keeps_its_lines_and_loses_what_no_database_takes() -> None:
    assert tidy(" a\x00b\r\n\ud83dc\t\x07d ", 50, multiline=True) == "ab\nc\td"


def test_a_name_is_one_line_without_direction_overrides() -> None:
    assert tidy("  St.\u202e Mary's \n Hospital\u2066 ", 50) == "St. Mary's Hospital"


def test_accents_are_stored_composed() -> None:
    assert tidy("Jose\u0301", 10) == "Jos\u00e9"


def test_a_text_is_cut_by_code_points() -> None:
    assert tidy("👍" * 5, 3) == "👍👍👍"


def test_two_spellings_of_a_name_have_one_key() -> None:
    assert name_key("St. Mary's  HOSP.") == name_key("st marys hosp") == "st marys hosp"
    assert name_key("José & Söhne") == name_key("Jose and Sohne")


def test_other_scripts_keep_their_vowels() -> None:
    assert name_key("मेडिकल") != name_key("मडकल")


def test_names_of_signs_only_stay_apart() -> None:
    assert name_key("!!!") != name_key("🙂")


@given(st.text(), st.integers(1, 50))
def test_tidying_again_changes_nothing(text: str, limit: int) -> None:
    once = tidy(text, limit, multiline=True)
    assert tidy(once, limit, multiline=True) == once
    assert len(once) <= limit
    once.encode()


@given(st.text(max_size=200))
def test_a_key_always_fits_its_column(name: str) -> None:
    assert len(name_key(name)) <= 120
