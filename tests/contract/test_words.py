"""The words people read: plain, tidy, and the same term for the same thing (docs/words.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VIEWS = sorted((ROOT / "handlers" / "views").glob("*.py"))
COMMANDS = sorted((ROOT / "bot").glob("commands_*.py"))

_SNAKE = re.compile(r"\b[a-z]+_[a-z_]+\b")
_CODE = re.compile(r"`[^`]*`")
_OF_FILES = {"imports.py", "workspaces.py"}
"""Read beside a file or in a terminal, where a column's or a list's own name is what is meant."""

_EXCEPT = {
    "'Facility Name=name'",  # an example of somebody else's column
    "new={} changed={} unchanged={} rejected={}",  # for programs too
}
"""What may hold a word that is otherwise not ours."""


def shown(path: Path) -> Iterator[str]:
    """Every string of a module that may be read, what is filled in as {}; no docstring, id or key:
    those have no spaces and no capitals."""
    tree = ast.parse(path.read_text())
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr | ast.Expr)
        for part in (node.values if isinstance(node, ast.JoinedStr) else [node.value])
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in inner:
                continue
            text = node.value
        else:
            continue
        if " " in text.strip() or text[:1].isupper():
            yield text


def not_ours() -> list[str]:
    """The last column of the glossary."""
    rows = [
        line.split("|")[3]
        for line in (ROOT / "docs" / "words.md").read_text().splitlines()
        if line.startswith("| ")
    ]
    return [word.strip() for cell in rows[1:] for word in cell.split(",") if word.strip()]


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_what_people_read_is_tidy(path: Path) -> None:
    for text in shown(path):
        assert "  " not in text, text
        assert "!" not in text, text
        assert not re.search(r"\bplease\b", text, re.IGNORECASE), text
        if path.name not in _OF_FILES:
            assert not _SNAKE.search(_CODE.sub("", text)), text
        if re.match(r"[A-Z].*[a-z]\. [A-Z]", text):  # more than one sentence: the last ends too
            assert re.search(r"[.?…)`}:]\s*$", text), text


@pytest.mark.parametrize("path", [*VIEWS, *COMMANDS], ids=lambda path: path.stem)
def test_things_are_called_what_the_glossary_calls_them(path: Path) -> None:
    others = re.compile(rf"\b({'|'.join(map(re.escape, not_ours()))})\b", re.IGNORECASE)
    for text in shown(path):
        found = others.search(text)
        assert not found or text in _EXCEPT, f"{found and found[0]}: {text}"


def test_a_refusal_is_a_sentence() -> None:
    path = ROOT / "handlers" / "views" / "problems.py"
    (told,) = (
        node
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == "sentence"
    )
    for node in ast.walk(told):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant | ast.JoinedStr):
            text = ast.unparse(node.value)
            assert text.rstrip("\"'").endswith("."), text


def test_every_picture_says_what_it_shows() -> None:
    pictures = 0
    for path in VIEWS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Dict):
                made = {key.value for key in node.keys if isinstance(key, ast.Constant)}
                kinds = [one.value for one in node.values if isinstance(one, ast.Constant)]
                if "type" in made and "image" in kinds:
                    pictures += 1
                    assert "alt_text" in made, f"{path.name}:{node.lineno}"
    assert pictures
