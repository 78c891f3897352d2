"""What the docs say to type can be typed, what they point at is there."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot import sample_data
from bot.sandbox import sample
from bot.sandbox.stand_in import StandIn
from handlers.views import help as help_views
from handlers.views import people, reassigning
from models.db import Sessions, open_engine, sessions_for
from models.errors import NoLeadsTraded, Refused
from models.import_runs import ImportRun
from tests import databases, pages
from tests.command_line import touchbase as command_line
from tests.make import a_workspace, at
from tests.pages import GUIDES, PAGES, ROOT
from tests.touchbase_in_slack import touchbase

TUESDAY = at("2026-11-17T16:00Z")
"""Ten in the morning in Chicago."""

NOT_OURS = {
    "/ahead": "made by tests/contract/test_docs_tutorial.py",
    "/invite @Touchbase": "Slack's own",
    "/healthz": "a path of the server",
    "/metrics": "a path of the server",
    "/readyz": "a path of the server",
    "/slack/events": "a path of the server",
    "/var/lib/touchbase": "a folder",
}

ELSEWHERE = {
    "createdb": "needs a server; tests/end_to_end/test_backup.py restores with it",
    "docker": "needs Docker",
    "install": "needs root",
    "pg_dump": "needs a server; tests/end_to_end/test_backup.py backs up with it",
    "pg_restore": "needs a server; tests/end_to_end/test_backup.py restores with it",
    "pip": "fetches packages; `make demo` installs the same way",
    "pipx": "fetches packages; tests/contract/test_packaging.py builds the wheel",
    "systemctl": "needs systemd",
    "useradd": "needs root",
}
"""Programs that no test runs, and why. The files of ours that they are handed must be there."""

READERS = {"docs/reps.md": sample.DANA, "docs/managers.md": sample.LUIS}
"""Who types what a page says; the admin where nobody is named."""

HANDLES = {"ann": "nora.feldstrom", "bob": "luis.ortega", "dana": "dana.whitlock"}
"""The sandbox's people in the place of those whom the pages name."""

REFUSED: dict[str, list[type[Refused]]] = {"/touchbase leads": [NoLeadsTraded]}
"""What the sandbox's team may not do, being in healthcare."""

FILES = {
    "accounts.csv": "external_id,name,account,sector\nA1,Oak Hollow Clinic,Oak Hollow Clinic,SNF\n",
    "competitors.csv": "name\nAcme Therapy\n",
    "contacts.csv": "account_external_id,name\nA1,Gretchen Ahlers\n",
    "goals.csv": "owner,goal,period,target\nDana Whitlock,visits,month,80\n",
    "hospitals.csv": (
        "Facility ID,Facility Name,City/Town,ZIP Code,Telephone Number,Hospital Type\n"
        "H1,Elm Hospital,Larkfield,60101,(312) 555-0100,Hospital\n"
    ),
    "people.csv": "account_name,name\nElm Hospital,Ines Brandt\n",
    "pipeline.csv": "external_id,account,stage,amount\nD1,Oak Hollow Clinic,Proposal,1200\n",
    "products.csv": "name,product,series,sales_price\nGTX Pro,GTX Pro,GTX,4821\n",
    "referrals.csv": (
        "external_id,account,owner,received_on\nR1,Oak Hollow Clinic,Dana Whitlock,2026-11-02\n"
    ),
    "sales_pipeline.csv": (
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
        "O1,Moses Frase,GTX Pro,Oak Hollow Clinic,Won,10/20/2016,3/1/2017,1054\n"
    ),
    "sales_teams.csv": "sales_agent,manager,regional_office\nMoses Frase,Dustin Brink,Central\n",
    "team.csv": "name,email\nMoses Frase,moses@example.com\n",
    "visits.csv": (
        "external_id,account,owner,type,occurred_on\n"
        "V1,Oak Hollow Clinic,Dana Whitlock,visit,2026-11-03\n"
    ),
}
"""The smallest of each file that the docs import."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the sandbox's year, and sixteen imports behind it: the next is import 17."""
    folder = tmp_path_factory.mktemp("filled")
    url = databases.sqlite_at_head(folder, folder / "empty.db")
    engine = open_engine(url)
    with sessions_for(engine).begin() as session:
        workspace = a_workspace(session, "T0SANDBOX")
        sample_data.load(session, workspace, TUESDAY)
        session.add(
            ImportRun(id=16, workspace_id=workspace.id, kind="users", sha256="", run_at=TUESDAY)
        )
    engine.dispose()
    return folder / "touchbase.db"


@pytest.fixture
def year(filled: Path, tmp_path: Path) -> Path:
    """A copy for one test, in the folder in which it types its commands."""
    return Path(shutil.copy(filled, tmp_path))


@pytest.fixture
def lived(year: Path, engines: databases.Engines) -> Iterator[Sessions]:
    """Its sessions."""
    with engines.on(f"sqlite:///{year}") as engine:
        yield sessions_for(engine)


@pytest.mark.parametrize("page", [page for page in GUIDES if pages.for_slack(page)])
def test_what_is_told_to_type_in_slack_does_what_it_says(page: str, lived: Sessions) -> None:
    lines = [line for line in pages.for_slack(page) if line not in NOT_OURS]
    who = READERS.get(page, sample.KAREN)
    refusals: list[Refused] = []
    with touchbase(lived, TUESDAY, refusals.append) as it:
        for person in sample.PEOPLE:
            told = (person.slack_id, person.name, person.zone, person.email)
            it.slack.add_person(*told, is_admin=person.slack_admin)
        for line in lines:
            name, _, rest = line.partition(" ")
            before = len(it.slack.ephemerals(who))
            answer = it.slack.command(who, name, by_handle(rest), "C1")
            assert answer.ok, (line, answer)
            said = "\n".join(one.words for one in it.slack.ephemerals(who)[before:])
            assert not is_lost(said), (line, said)
            assert [type(one) for one in refusals] == REFUSED.get(line, []), line
            refusals.clear()
            opened = it.slack.view_of(who)
            assert said or opened, line
            if opened:
                it.slack.form(who).close_all()


def by_handle(words: str) -> str:
    """ "@dana" as Slack's own list completes it."""
    return re.sub(r"@(\w+)", lambda one: f"@{HANDLES[one[1]]}", words)


def is_lost(said: str) -> bool:
    """Whether it is the answer to words that mean nothing here."""
    usages = (people.ROLE_USAGE, people.MANAGER_USAGE, reassigning.USAGE)
    strange = ("I don't know", "broke on our side", help_views.unknown_command().splitlines()[0])
    return said in usages or any(words in said for words in strange)


@pytest.mark.parametrize("page", [page for page in GUIDES if pages.for_a_shell(page)])
def test_what_is_told_to_type_in_a_shell_runs(
    page: str, year: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(year.parent)
    for name, text in FILES.items():
        Path(name).write_text(text, encoding="utf-8")
    with StandIn() as slack:
        settings = {
            "DATABASE_URL": f"sqlite:///{year}",
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
        }
        printed = ""
        for line in pages.for_a_shell(page):
            words = shlex.split(line, comments=True)
            if words and words[0] == "touchbase":
                done = command_line(*as_run(words[1:]), **settings)
                assert done.code == 0, (line, done.err)
                printed += done.out
            elif words:
                known_elsewhere(page, line, words)
    for shown in [fence.text for fence in pages.fences(page) if fence.info == "text"]:
        assert re.search(re.sub(r"\d+", r"\\d+", re.escape(shown)), printed), shown


def as_run(words: list[str]) -> list[str]:
    """The two that run until they are stopped only say what they are for."""
    return [words[0], "--help"] if words[0] in ("run", "sandbox") else words


def known_elsewhere(page: str, line: str, words: list[str]) -> None:
    """A command that is not ours to run here: what it names exists."""
    program = Path(words[0]).name
    if program == "make":
        make = ["/usr/bin/env", "make", "-n", *words[1:]]
        subprocess.run(make, cwd=ROOT, check=True, capture_output=True)
    elif program in ("python", "python3") and words[1:2] == ["-m"]:
        assert importlib.util.find_spec(words[2]), line
    else:
        assert program in {*ELSEWHERE, "python3"}, f"{line}: run it, or say here why not"
    for word in words[1:]:
        if re.fullmatch(r"(deploy|docs|tests)/\S+|\S+\.lock", word):
            assert (ROOT / word).exists() or word in pages.new_files(page), line


@pytest.mark.parametrize("page", GUIDES)
def test_every_block_says_what_it_is(page: str) -> None:
    for fence in pages.fences(page):
        assert fence.info in ("", "sh", "text", "python", "diff", "yaml"), fence
        if not fence.info:
            assert all(line.startswith("/") for line in fence.text.splitlines()), fence


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_lead_somewhere(page: str) -> None:
    for token in pages.inline(page, "link_open"):
        link = urlsplit(str(token.attrs["href"]))
        if not link.scheme:
            there = (ROOT / page).parent / link.path if link.path else ROOT / page
            assert there.exists(), token.attrs
            name = there.resolve().relative_to(ROOT).as_posix()
            assert not link.fragment or link.fragment in pages.anchors(name), token.attrs
    for token in pages.inline(page, "image"):
        assert ((ROOT / page).parent / str(token.attrs["src"])).exists(), token.attrs
        assert token.content, "a picture without words for those who cannot see it"


@pytest.mark.parametrize("page", PAGES)
def test_files_that_are_named_are_there(page: str) -> None:
    for token in pages.inline(page, "code_inline"):
        folder = r"(bot|handlers|models|scheduler|tests|bench|docs|deploy)/[\w./*-]+"
        if re.fullmatch(folder, token.content) and token.content not in pages.new_files(page):
            assert any(ROOT.glob(token.content.rstrip("/"))), token.content


def test_pages_that_the_code_names_are_there() -> None:
    for package in ("bot", "handlers", "models", "scheduler"):
        for file in (ROOT / package).rglob("*.py"):
            for page in re.findall(r"docs/[a-z/]+\.md", file.read_text(encoding="utf-8")):
                assert (ROOT / page).exists(), file
