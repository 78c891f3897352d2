"""The README and the pages of docs/: what a reader is told to type, to follow and to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]

GUIDES = sorted(
    file.relative_to(ROOT).as_posix()
    for file in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"))
)
"""Those in which people are told what to type."""

PAGES = [
    *GUIDES,
    "CHANGELOG.md",
    *sorted(f"docs/adr/{file.name}" for file in (ROOT / "docs/adr").iterdir()),
]

_PARSER = MarkdownIt("commonmark").enable("table")
_COMMAND = re.compile(r"(touchbase|make|python3?|\.venv/bin/\S+|pg_dump|pipx) ")


@dataclass(frozen=True)
class Fence:
    """A block of lines, and what it is said to be: "sh", "python", nothing …"""

    info: str
    text: str
    before: str  # the paragraph above it


def tokens(page: str) -> list[Token]:
    """The page as markdown-it takes it apart."""
    return _PARSER.parse((ROOT / page).read_text(encoding="utf-8"))


def inline(page: str, kind: str) -> Iterator[Token]:
    """Its links, pictures or pieces of code."""
    for token in tokens(page):
        yield from (each for each in token.children or () if each.type == kind)


def fences(page: str) -> list[Fence]:
    """Its blocks, from top to bottom."""
    found, before = [], ""
    for token in tokens(page):
        if token.type == "inline":
            before = token.content
        elif token.type == "fence":
            found.append(Fence(token.info.strip(), token.content, before))
    return found


def anchors(page: str) -> set[str]:
    """What a link may name behind `#`, as GitHub makes it of the headings."""
    heads = [text for head, text in pairwise(tokens(page)) if head.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", _words(each)).lower().replace(" ", "-") for each in heads}


def _words(heading: Token) -> str:
    return "".join(each.content for each in heading.children or ())


def for_slack(page: str) -> list[str]:
    """The slash commands that a reader is told to type, in their order."""
    return _typed(page, "", re.compile("/"))


def for_a_shell(page: str) -> list[str]:
    """The command lines."""
    return _typed(page, "sh", _COMMAND)


def new_files(page: str) -> list[str]:
    """Those that a reader is told to make."""
    return re.findall(r"A new file, `([\w/]+\.py)`", (ROOT / page).read_text(encoding="utf-8"))


def _typed(page: str, info: str, shape: re.Pattern[str]) -> list[str]:
    """The lines of such blocks, and the pieces of code in running text that look so."""
    lines: list[str] = []
    for token in tokens(page):
        if token.type == "fence" and token.info.strip() == info:
            whole = token.content.replace("\\\n", " ")
            lines += [line for line in whole.splitlines() if line.strip()]
        code = (each.content for each in token.children or () if each.type == "code_inline")
        lines += [each for each in code if shape.match(each)]
    return list(dict.fromkeys(lines))
