"""Cells as spreadsheets take them for what they are."""

from __future__ import annotations

_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def safe(text: str) -> str:
    """The text as no spreadsheet takes it for a formula: with an apostrophe where it would.
    Source: owasp.org, "CSV Injection"."""
    risky = text.startswith(_BEGINS) or text.lstrip().startswith(_BEGINS)
    return f"'{text}" if risky else text
