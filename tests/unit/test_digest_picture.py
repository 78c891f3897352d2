"""The heat map: uploaded once, posted once, in the digest's thread and to whoever asks for it."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from matplotlib.image import imread
from sqlalchemy import select

from bot.sandbox import faults
from bot.sandbox.world import Message
from handlers.views import heatmap
from models import heat, lanes
from models.cadence import CadenceRule
from models.db import Sessions
from models.heat import Cell, Heat, Line
from models.pipeline import Kept
from models.snapshots import Snapshot
from models.subscriptions import EVERYONE
from scheduler import pictures
from scheduler.road import Job
from tests.by_the_clock import MONDAY_EIGHT, Clockwork, a_clockwork
from tests.conftest import Database
from tests.digest_team import a_team, digest, just_the_digest, run
from tests.make import a_contact
from tests.touchbase_in_slack import touchbase

SUNDAYS = [date(2026, 3, 15) - timedelta(weeks=back) for back in reversed(range(13))]


def the_picture(it: Clockwork) -> Message:
    (found,) = it.slack.replies(digest(it))
    return found


def file_of(it: Clockwork, message: Message) -> bytes:
    (shown,) = [block for block in message.blocks if block["type"] == "image"]
    content = it.slack.service.files[shown["slack_file"]["id"]].content
    assert content is not None
    return content


def test_the_picture_comes_once_into_the_digests_thread(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY_EIGHT) as it:
        it.road = replace(it.road, draw=heatmap.png)
        a_team(it)
        run(it)
        run(it)
        assert len(it.said("C1")) == 1
        (shown,) = the_picture(it).blocks
        assert shown["alt_text"] == (
            "Heat map of 6 accounts, 13 weeks to Mar 15: 50% in cadence, 3 A overdue. "
            "All are shown, the most urgent first."
        )
        assert file_of(it, the_picture(it)).startswith(b"\x89PNG")
        assert the_picture(it).metadata is not None
        assert len(it.slack.calls_of("files.completeUploadExternal")) == 1
        assert it.slack.service.files.popitem()[1].shared_in == {}


def test_whoever_presses_gets_the_accounts_they_may_see(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        a_team(it, EVERYONE)
        run(it)
        assert it.slack.press("U1", digest(it), "Heat map")
        assert "On its way" in it.slack.ephemerals("U1")[-1].words
        run(it)
        assert "Heat map of 3 accounts" in it.said("U1")[-1].text
        it.slack.press("U3", digest(it), "Heat map")
        run(it)
        assert "Heat map of 6 accounts" in it.said("U3")[-1].text
        assert len(the_picture(it).blocks) == 1


def test_who_has_no_accounts_in_it_is_told_so(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        a_team(it)
        it.slack.add_person("U4", "Cy Lone", "America/Chicago")
        run(it)
        it.slack.press("U4", digest(it), "Heat map")
        run(it)
        assert "no accounts of yours" in it.said("U4")[-1].words


def test_a_digest_about_no_accounts_has_no_picture(sessions: Sessions) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it:
        a_team(it)
        with it.sessions.begin() as session:
            for account in session.scalars(select(heat.Account)):
                account.status = "dormant"
        run(it)
        assert it.slack.replies(digest(it)) == []
        assert it.row(kind="heat_map").error_code == "no_accounts"


def test_a_crash_between_upload_and_post_uses_the_file_again(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY_EIGHT) as it:
        a_team(it)
        just_the_digest(it)
        # A process that uploads and is then seen no more.
        with it.sessions.begin() as session:
            (lease,) = lanes.claim(
                session,
                "gone",
                now=it.clock(),
                machine=it.machine(),
                lease=timedelta(seconds=60),
                most=1,
                answers_only=False,
            )
            row = lanes.next_due(session, lease.workspace_id, it.clock(), answers_only=False)
            assert row is not None
            assert row.kind == "heat_map"
            attempt = lanes.begin(row, lease, now=it.clock(), machine=it.machine())
        pictures.upload(it.road, Job(attempt, row, it.clock(), it.machine(), None))
        uploaded = it.row(kind="heat_map").file_id
        assert uploaded
        for _ in range(4):
            it.wait(seconds=61)
            it.settle()
        run(it)
        assert the_picture(it).blocks[0]["slack_file"] == {"id": uploaded}
        assert list(it.slack.service.files) == [uploaded]


def test_a_lost_answer_is_looked_for_in_the_thread(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY_EIGHT) as it:
        a_team(it)
        just_the_digest(it)
        it.slack.faults.next("chat.postMessage", faults.reset(after=True))
        it.send()
        assert it.row(kind="heat_map").state == "uncertain"
        it.wait(seconds=61)
        it.settle()
        row = it.row(kind="heat_map")
        assert (row.state, row.via) == ("sent", "reconcile")
        run(it)
        assert the_picture(it).ts == row.slack_ts


def test_a_picture_slack_still_works_on_is_posted_a_little_later(sessions: Sessions) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it:
        it.slack.service.slow_files = 2
        a_team(it)
        run(it)
        for _ in range(3):
            it.wait(minutes=1)
            run(it)
        assert file_of(it, the_picture(it))
        assert len(it.slack.service.files) == 1


def test_one_that_never_becomes_ready_is_given_up(sessions: Sessions) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it:
        it.slack.service.slow_files = 100
        a_team(it)
        for _ in range(12):
            run(it)
            it.wait(minutes=3)
        row = it.row(kind="heat_map")
        assert (row.state, row.error_code) == ("dead", "picture_not_ready")
        assert len(it.said("C1")) == 1


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_an_upload_that_fails_is_done_again_and_nothing_is_in_doubt(
    sessions: Sessions, method: str
) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it:
        a_team(it)
        it.slack.faults.next(method, faults.reset(after=True))
        run(it)
        assert it.row(kind="heat_map").state == "planned"
        it.wait(minutes=6)
        run(it)
        assert file_of(it, the_picture(it))


def test_without_the_scope_for_files_only_the_picture_is_missing(sessions: Sessions) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it:
        it.slack.service.scopes -= {"files:write"}
        a_team(it)
        run(it)
        row = it.row(kind="heat_map")
        assert (row.state, row.error_code) == ("dead", "missing_scope")
        with it.sessions() as session:
            assert lanes.suspended(session) == []


def test_the_cells_are_what_each_week_ended_with(sessions: Sessions) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it:
        a_team(it)
        run(it)
        with it.sessions() as session:
            found = heat.of_all(session, session.scalars(select(Snapshot)).one())
    # Owned since January 5, touched on March 11; an A account is due soon after 7 days, overdue
    # after 10. The Sundays are those from December 21 on.
    oak = next(line for line in found.lines if line.name == "Oak")
    assert [cell.value for cell in oak.cells] == [
        *["not yet owned"] * 3,
        "in cadence",  # January 11
        *["overdue"] * 8,  # the 18th is 13 days on
        "in cadence",
    ]
    assert [line.name for line in found.lines][:3] == ["Fir", "Yew", "Bay"]
    assert found.kept == {"A": Kept(6, 3)}


def test_an_account_overdue_for_the_sake_of_a_person_is_so_in_the_picture_too(
    sessions: Sessions,
) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it:
        people = a_team(it)
        with it.sessions.begin() as session:
            oak = session.scalars(select(heat.Account).filter_by(name="Oak")).one()
            a_contact(session, oak, role="physician")  # since March 10, and never met
            session.add(
                CadenceRule(
                    workspace_id=oak.workspace_id,
                    tier="",
                    contact_role="physician",
                    ideal_days=3,
                    max_days=3,
                )
            )
        run(it)
        with it.sessions() as session:
            snapshot = session.scalars(select(Snapshot)).one()
            for found in (
                heat.of_all(session, snapshot),
                heat.of_viewer(session, people["U1"], snapshot.id),
            ):
                line = next(line for line in found.lines if line.name == "Oak")
                assert line.cells[-1] is Cell.OVERDUE
                assert found.kept["A"].overdue == found.accounts - found.within
        assert found.kept == {"A": Kept(3, 1)}  # Dana's: Fir and Oak are past


def a_map(accounts: int, more: int = 0) -> Heat:
    chance = random.Random(5)  # noqa: S311
    names = ("St. Mary's Medical Center", "Clínica São José", "$a$ <b> \u202e 漢字", "W" * 120)
    lines = [
        Line(names[n % 4], "A" if n % 3 else "unrated", chance.choices(list(Cell), k=13))
        for n in range(accounts)
    ]
    return Heat(SUNDAYS, lines, {"A": Kept(accounts + more, accounts // 2)})


def test_the_picture_is_as_wide_as_a_phone_and_every_kind_of_cell_is_in_it() -> None:
    made = heatmap.png(a_map(40, more=20))
    pixels = imread(io.BytesIO(made), format="png")
    high, wide, _ = pixels.shape
    assert wide == 3 * heatmap.WIDTH
    assert wide < high < 3 * wide
    assert len(made) < 1_000_000
    seen = {
        "#{:02x}{:02x}{:02x}".format(*(round(float(part) * 255) for part in pixel[:3]))
        for pixel in pixels[::3, ::3].reshape(-1, pixels.shape[2])
    }
    assert set(heatmap._PAINT.values()) <= seen


def test_without_colours_the_kinds_still_differ() -> None:
    def brightness(colour: str) -> float:
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    found = sorted(brightness(colour) for colour in heatmap._PAINT.values())
    assert all(b - a > 0.1 for a, b in pairwise(found))
    assert len({marker for marker, *_ in heatmap._SYMBOLS.values()}) == len(Cell)


def test_the_sentence_says_what_the_picture_shows() -> None:
    shown = replace(a_map(40), kept={"A": Kept(10, 6), "C": Kept(50, 46), "B": Kept(3, 3)})
    assert heatmap.told(shown) == (
        "Heat map of 63 accounts, 13 weeks to Mar 15: 87% in cadence, 4 A and 4 C overdue. "
        "The 40 most urgent are shown; 23 more are not."
    )


def test_the_bot_does_not_load_a_drawing_library_before_it_draws() -> None:
    code = "import sys, bot.app, scheduler.loop; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
