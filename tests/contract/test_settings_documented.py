"""Every setting is documented, and every documented one exists."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from bot.settings import VARIABLES, Settings

DOC = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()


def test_docs_and_settings_name_the_same_variables() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)`", DOC, re.MULTILINE)) == set(VARIABLES)
    assert set(VARIABLES.values()) == {field.name for field in fields(Settings)}


def test_the_documented_defaults_are_the_real_ones() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` .*\| `?([^`|]+?)`? \|$", DOC, re.MULTILINE))
    for variable, name in VARIABLES.items():
        told = rows[variable]
        assert str(getattr(Settings(), name)) == ("" if told == "none" else told)
