"""Every picture of the docs is one that `make pictures` takes, is told in words, and is small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.pictures import make

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TAKEN = sorted(make.ALL)


def test_the_folder_holds_what_the_script_takes_and_nothing_else() -> None:
    assert sorted(file.name for file in make.HERE.glob("*.png")) == TAKEN


@pytest.mark.parametrize("name", TAKEN)
def test_a_picture_is_quick_to_load(name: str) -> None:
    assert (make.HERE / name).stat().st_size <= make.MOST_BYTES


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_page_shows_only_such_pictures_and_says_what_is_on_them(file: Path) -> None:
    for words, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)", file.read_text(encoding="utf-8")):
        picture = (file.parent / target).resolve()
        assert picture.parent == make.HERE and picture.name in make.ALL, target
        assert len(words.split()) >= 4, f"{target} wants words for who cannot see it"
