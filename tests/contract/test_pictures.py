"""Every picture of the docs is one that `make pictures` takes, and is small."""

from __future__ import annotations

import pytest

from docs.pictures import make
from tests.pages import PAGES, ROOT, inline

TAKEN = sorted(make.ALL)


def test_the_folder_holds_what_the_script_takes_and_nothing_else() -> None:
    assert sorted(file.name for file in make.HERE.glob("*.png")) == TAKEN


@pytest.mark.parametrize("name", TAKEN)
def test_a_picture_is_quick_to_load(name: str) -> None:
    assert (make.HERE / name).stat().st_size <= make.MOST_BYTES


def test_the_pages_show_only_such_pictures() -> None:
    shown = [(page, each) for page in PAGES for each in inline(page, "image")]
    assert "README.md" in {page for page, _ in shown}
    for page, picture in shown:
        file = ((ROOT / page).parent / str(picture.attrs["src"])).resolve()
        assert file.parent == make.HERE and file.name in make.ALL, f"{page}: {file}"
