"""Small checks that put together describe what Slack takes; `limits.py` has the tables.

A check is called with a value and its JSON pointer and answers Slack's own sentences, none when
all is well: "[ERROR] must be less than 76 characters [json-pointer:/blocks/0/text/text]".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any, str], list[str]]


def problem(words: str, pointer: str) -> str:
    """One complaint as Slack words it."""
    return f"[ERROR] {words} [json-pointer:{pointer or '/'}]"


def anything(value: Any, at: str) -> list[str]:
    """No demand at all."""
    return []


def string(longest: int | None = None, *, shortest: int = 0, pattern: str | None = None) -> Check:
    """A string; lengths are in characters."""
    shape = re.compile(pattern) if pattern else None

    def check(value: Any, at: str) -> list[str]:
        if not isinstance(value, str):
            return [problem("must be a string", at)]
        if len(value) < shortest:
            return [problem(f"must be more than {shortest - 1} characters", at)]
        if longest is not None and len(value) > longest:
            return [problem(f"must be less than {longest + 1} characters", at)]
        if shape and not shape.fullmatch(value):
            return [problem(f"does not match pattern {shape.pattern}", at)]
        return []

    return check


def whole(least: int, most: int) -> Check:
    """A whole number from `least` to `most`."""

    def check(value: Any, at: str) -> list[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            return [problem("must be an integer", at)]
        if not least <= value <= most:
            return [problem(f"must be between {least} and {most}", at)]
        return []

    return check


def boolean(value: Any, at: str) -> list[str]:
    """True or false, nothing like them."""
    return [] if isinstance(value, bool) else [problem("must be a boolean", at)]


def one_of(*allowed: str) -> Check:
    """One of these words."""

    def check(value: Any, at: str) -> list[str]:
        return [] if value in allowed else [problem(f"must be one of: {', '.join(allowed)}", at)]

    return check


def items(check_item: Check, least: int, most: int) -> Check:
    """A list of `least` to `most` things of one kind."""

    def check(value: Any, at: str) -> list[str]:
        if not isinstance(value, list):
            return [problem("must be an array", at)]
        if len(value) < least:
            return [problem(f"no fewer than {least} items allowed", at)]
        if len(value) > most:
            return [problem(f"no more than {most} items allowed", at)]
        return [found for n, item in enumerate(value) for found in check_item(item, f"{at}/{n}")]

    return check


def fields(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these fields and no others."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str) -> list[str]:
        if not isinstance(value, dict):
            return [problem("must be an object", at)]
        found = [
            problem(f"missing required field: {name}", at)
            for name in required
            if name not in value or value[name] is None
        ]
        for name, part in value.items():
            if name not in known:
                found.append(problem(f"invalid additional property: {name}", at))
            elif part is not None:
                found += known[name](part, f"{at}/{name}")
        return found

    return check


def both(*checks: Check) -> Check:
    """All of these; a later one is asked only when the earlier ones are content."""

    def check(value: Any, at: str) -> list[str]:
        for each in checks:
            if found := each(value, at):
                return found
        return []

    return check


def by_type(table: Mapping[str, Check]) -> Check:
    """An object whose `type` picks the check."""

    def check(value: Any, at: str) -> list[str]:
        if not isinstance(value, dict):
            return [problem("must be an object", at)]
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in table:
            return [problem(f"unsupported type: {kind}", f"{at}/type")]
        return table[kind](value, at)

    return check
