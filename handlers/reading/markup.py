"""Slack's own markup in a line, as the text a person would have typed. Pure.

A command's text comes with "&", "<" and ">" written as entities, and real mentions and links in
angle brackets. What is in brackets is kept for the notes and never read for names or dates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKUP = re.compile(
    r"<(?:(#)[A-Z0-9]+\|([^<>|]*)|((?:https?|mailto|tel):[^<>|]*)(?:\|([^<>]*))?|([@!#])([^<>]*))>"
)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


@dataclass(frozen=True)
class Plain:
    """A line without markup. `closed` are the places that hold a mention, channel or link."""

    text: str
    closed: tuple[tuple[int, int], ...] = ()


def plain(text: str) -> Plain:
    """The line as typed, with links by their address and channels by their name."""
    parts: list[str] = []
    closed: list[tuple[int, int]] = []
    length = done = 0
    for found in _MARKUP.finditer(text):
        before = _unescaped(text[done : found.start()])
        parts.append(before)
        length += len(before)
        kept = _unescaped(_shown(found))
        parts.append(kept)
        closed.append((length, length + len(kept)))
        length += len(kept)
        done = found.end()
    parts.append(_unescaped(text[done:]))
    return Plain("".join(parts), tuple(closed))


def _shown(found: re.Match[str]) -> str:
    if found.group(1):
        return f"#{found.group(2)}"
    if found.group(3):
        address = re.sub(r"^(?:mailto|tel):", "", found.group(3))
        label = found.group(4)
        return (
            f"{label} ({address})" if label and label not in (address, found.group(3)) else address
        )
    return found.group()  # a person or a group: kept as it is, so that nothing is lost


def _unescaped(text: str) -> str:
    if "&" in text:
        for entity, sign in _ENTITIES:
            text = text.replace(entity, sign)
    return text
