"""Whatever is typed, at every way in: answered in Slack's three seconds, without a fault, and
nothing of it lost: it stands in the form, in a row, or the answer repeats it.

A sample in `make test`; 5,000 texts in `make soak`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.sandbox.delivery import Answer
from handlers.views.touches import LONGEST_NOTE
from handlers.views.words import as_typed
from models.db import Sessions
from models.drafts import Draft
from models.text import tidy
from models.touches import Touch
from tests.by_the_clock import Clockwork
from tests.make import a_contact, a_user, a_workspace, an_account, an_actor
from tests.touchbase_in_slack import touchbase
from tests.unit.test_cards import TEAM, TEN_AM

_SAID = [
    *("st marys", "oakfield", "dr patel", "2 referrals", "f/u next tues", "yday", "2:15pm"),
    *("MRN 7741920", "pt John Carver", "I'll send the flyer by fri", "18 ppl", "mercy"),
    *("they use Kindred", "new acct: Oak Clinic", "312-555-0142", "a@b.example"),
    *("<@U1>", "<!channel>", "&amp;", "<https://x.example|x>", "*", "\n", ", ", "\x00"),
    *("\u202e", "🙂", "9 " * 200, "(" * 300, "\ud7ff", "١٢٣"),
]
TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(st.characters(codec="utf-8"), min_size=1000, max_size=8000),
    st.lists(st.sampled_from(_SAID) | st.text(max_size=12), max_size=25).map(" ".join),
)


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, TEN_AM) as made:
        with sessions.begin() as session:
            workspace = a_workspace(session, TEAM)
            dana = an_actor(a_user(session, workspace))
            account = an_account(session, workspace.id, "St. Mary's Hospital", owner=dana)
            a_contact(session, account, "Priya Patel")
            for city in ("Aurora", "Joliet"):
                an_account(session, workspace.id, "Mercy Hospital", owner=dana, city=city)
        yield made


@pytest.mark.parametrize(
    "count",
    [40, pytest.param(5000, marks=[pytest.mark.soak, pytest.mark.timeout(3000)])],
)
def test_no_text_is_lost_or_breaks_a_way_in(it: Clockwork, count: int) -> None:
    @settings(
        max_examples=count, suppress_health_check=list(HealthCheck), deadline=None, database=None
    )
    @given(TEXTS)
    def every_way(text: str) -> None:
        with capture_logs() as told:
            _by_command(it, text)
            _by_form(it, text)
            _by_message(it, text)
            _by_line(it, text)
            _by_clip(it, text)
        faults = [line for line in told if line["log_level"] == "error"]
        assert faults == [], faults

    every_way()


def _by_command(it: Clockwork, text: str) -> None:
    answer = it.slack.command("U1", "/logvisit", text)
    _in_time(answer)
    view = it.slack.view_of("U1")
    # Slack's own client never sends a line break or a blank at the ends of a command.
    _holds(view if view else answer.body, text)
    it.slack.form("U1").close_all() if view else None


def _by_form(it: Clockwork, text: str) -> None:
    _in_time(it.slack.command("U1", "/logvisit", "st marys"))
    form = it.slack.form("U1")
    form.fill("Notes", text)
    it.wait(minutes=5)
    if form.save(unchecked=True):
        _holds(_note(it), text)
    else:
        assert form.value("Notes") == text
        assert form.errors or "looks like" in form.words
        form.close_all()


def _by_message(it: Clockwork, text: str) -> None:
    it.slack.say("U1", text or "-", channel="C1")
    message = it.said("C1")[-1]
    _in_time(it.slack.message_shortcut("U1", message, "log_message"))
    if it.slack.view_of("U1"):
        _holds(it.slack.view_of("U1"), text)
        it.slack.form("U1").close_all()
    else:
        assert len(message.text) > LONGEST_NOTE


def _by_line(it: Clockwork, text: str) -> None:
    before = len(it.said("U1"))
    _in_time(it.slack.say("U1", text or "-"))
    with it.sessions() as session:
        latest = list(session.scalars(select(Draft).order_by(Draft.id.desc()).limit(20)))
    ts = it.said("U1")[before].ts
    mine = [draft for draft in latest if draft.message_ts == ts]
    if mine and not any(draft.rules for draft in mine):
        _holds([draft.state for draft in mine], text)
    elif text.strip() and not mine:
        assert len(it.said("U1")) > before + 1 or not text.split()  # a sentence says why


def _by_clip(it: Clockwork, text: str) -> None:
    file = it.slack.say_clip("U1", text[:90])
    _in_time(it.slack.last_answer)
    with it.sessions() as session:
        draft = session.scalars(select(Draft).filter_by(file_id=file.id)).one()
    if draft.status == "open" and not draft.rules:
        _holds(draft.state, as_typed(text[:90]))


def _in_time(answer: Answer) -> None:
    assert answer.ok, answer


def _note(it: Clockwork) -> list[Any]:
    with it.sessions() as session:
        touch = session.scalars(select(Touch).order_by(Touch.id.desc()).limit(1)).one()
        return [touch.note]


def _holds(shown: Any, text: str) -> None:
    """Every word of the text is to be seen."""
    seen = tidy("\n".join(_strings(shown)), 10**6, multiline=True).casefold()
    for word in re.findall(r"[A-Za-z0-9]{2,}", tidy(text, 10_000, multiline=True)):
        assert word.casefold() in seen, (word, text)


def _strings(shown: Any) -> Iterator[str]:
    if isinstance(shown, str):
        yield shown
    elif isinstance(shown, dict | list):
        for each in shown.values() if isinstance(shown, dict) else shown:
            yield from _strings(each)
