"""Cards, alerts, lists in words and one-sentence forms: at their largest Slack takes them, too.

The forms and receipts are in test_views_fit_slack.py; what is made of a whole team's rows is
tested beside it: Home, settings, merging, purging, reassigning, reports, briefs, the team.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.sandbox.limits import problems_in_message, problems_in_options, problems_in_view
from handlers.views import (
    briefs,
    cards,
    deals,
    drafts,
    fields,
    goals,
    habits,
    holidays,
    people,
    pipeline,
    problems,
    reassigning,
    referrals,
    reminders,
    reports,
    settings,
    sources,
    touches,
)
from handlers.views.cards import Card
from handlers.views.fields import Block, Choice
from models import drafts as draft_models
from models.goals import KINDS, PERIODS, PERSON, TEAM, TERRITORY, Progress, Whose
from models.holidays import ComingDay, Place
from models.lists import Entry
from models.reassigning import Successor
from models.sources import Silence
from models.telling import Telling
from tests.contract.test_views_fit_slack import LONG, TODAY, a_full_form, marked_up
from tests.make import NOW

# Slack's advice for a text; past 40,000 it is cut.
BEST = 4000


def literal(text: str, blocks: list[Block]) -> None:
    """Slack takes it, and nobody's name in it is markup."""
    assert problems_in_message({"text": text, "blocks": blocks}) == []
    for words in [text, *marked_up(blocks)]:
        assert "<!" not in words and "<http" not in words and "@here" not in words


def a_card(status: str, *, rules: tuple[str, ...] = (), twin: int | None = None) -> Card:
    met = tuple(touches.contact_choice(n, LONG[:120], LONG[:120]) for n in range(100))
    state = replace(a_full_form(), met=met, twin=twin, note=LONG * 20, promise=LONG[:300],
                    promise_on=TODAY, headcount="9999")  # fmt: skip
    return Card(10**12, status, state, LONG[:75], TODAY, rules, 0, may_insist=True)


@pytest.mark.parametrize("twin", [None, 10**6])
@pytest.mark.parametrize("rules", [(), ("patient and name", "room and condition") * 20])
def test_a_card_fits_at_its_fullest(rules: tuple[str, ...], twin: int | None) -> None:
    text, blocks = cards.card(a_card(draft_models.OPEN, rules=rules, twin=twin))
    literal(text, blocks)
    assert len(text) < BEST


@pytest.mark.parametrize(
    "status",
    [draft_models.WAITING, draft_models.UNREADABLE, draft_models.DISCARDED, draft_models.SAVED],
)
def test_a_card_that_came_to_its_end_fits(status: str) -> None:
    literal(*cards.card(a_card(status)))
    literal(*cards.card(replace(a_card(status), length=10**6)))


def test_the_word_about_a_silent_source_fits() -> None:
    silence = Silence(10**12, date(2019, 12, 31), 9999, 9998.4)
    for count in (0, 9999):
        literal(*sources.silent(silence, name=LONG, touches=count, today=TODAY, delivery_id=10**12))


def test_the_answers_about_a_digest_and_a_moved_deal_fit() -> None:
    for why in ("not_in_channel", LONG[:60]):
        text, blocks = pipeline.stopped("C" * 20, why)
        assert problems_in_message({"text": text, "blocks": blocks}) == []
        assert "<!" not in text
    for mark in ("", NOW.isoformat()):
        literal(*deals.notice(deals.Said(LONG[:300], 10**12, mark), 10**12))


def test_a_reports_message_fits_and_has_one_link() -> None:
    told = [LONG] * 7
    text, blocks = reports.message(
        "referral-log-2026-Q1.xlsx", f"https://a.example/{'x' * 200}", told
    )
    assert problems_in_message({"text": text, "blocks": blocks}) == []
    assert str(blocks).count("<http") == 1 and "<!" not in str(blocks)


def test_accounts_to_choose_from_fit() -> None:
    choices = [touches.account_choice(n, LONG[:120], LONG[:120], "ST") for n in range(100)]
    for text, blocks in (
        briefs.which(choices),
        briefs.near(LONG * 30, choices),
        briefs.near(LONG * 30, []),
    ):
        literal(text, blocks)


def test_what_is_left_unfinished_fits() -> None:
    blocks = drafts.offer(drafts.Unfinished(10**12, LONG[:60], "12:59 PM"))
    literal("Not saved yet", blocks)
    literal("Help", people.offer("x" * 2900))


def every_goal() -> tuple[list[Progress], dict[int, str]]:
    """More than are shown, each with the largest numbers, of people with the longest names."""
    scopes = (PERSON, TEAM, TERRITORY)
    found = [
        Progress(Whose(scopes[n % 3], n), kind, period, TODAY, TODAY, 10**9, actual, 10**9)
        for n, (kind, period, actual) in enumerate(
            (kind, period, actual)
            for kind in KINDS
            for period in PERIODS
            for actual in (None, 1, 10**9)
        )
    ]
    return found, dict.fromkeys(range(len(found)), LONG[:120])


def test_goals_fit_and_are_shown_literally() -> None:
    found, names = every_goal()
    assert len(found) > 40
    said = goals.put(
        Whose(PERSON, 1), KINDS[0], PERIODS[0], 10**9, 10**8, who=LONG[:120], own=False
    )
    text = goals.shown(found, names, reader=1, said=said)
    assert problems_in_message({"text": text}) == []
    assert "<" not in text and "@here" not in text
    assert "more: `/touchbase goals @name`" in text


def test_a_year_of_holidays_fits() -> None:
    place = Place("CA-ON", LONG[:120], LONG[:60])
    coming = [
        ComingDay(TODAY + timedelta(days=n), LONG[:200], off=n % 2 == 0, listed=True)
        for n in range(holidays.SHOWN)
    ]
    text = holidays.shown(place, coming, TODAY, said=LONG, may_change=True)
    assert problems_in_message({"text": text}) == []
    assert len(text) < 40_000


@pytest.mark.parametrize("typed", ["", "a", LONG])
def test_what_a_menu_looks_up_fits(typed: str) -> None:
    for choices in (
        holidays.options(typed, [Place(f"X-{n}", LONG[:120], LONG[:120]) for n in range(90)]),
        settings.zones(typed, [f"{LONG[:40]}/{n}" for n in range(90)]),
        [touches.account_choice(10**12, LONG[:120], LONG[:120], "ST")] * 99,
        [fields.add_new(LONG[:120], "account")],
    ):
        assert problems_in_options({"options": [fields.option(one) for one in choices]}) == []
    found = [Successor(10**12, LONG[:120])] * 100
    assert problems_in_options({"options": reassigning.options(found)}) == []


def test_forms_of_one_sentence_fit() -> None:
    reasons = [Entry(f"{n:03}" + "k" * 57, LONG[:75]) for n in range(99)]
    told = Telling(10**12, "R-2222-2222", "open", LONG[:120], None, LONG[:120], LONG[:120])
    told_form = referrals.tell_form(told, "{}")
    shown = told_form | {"blocks": [{"block_id": str(n)} | block for n, block in enumerate(
        told_form["blocks"])]}  # fmt: skip
    for view in (
        touches.saved(),
        settings.saved(settings.saved_in_words([LONG] * 6, 9999)),
        habits.hidden_until(LONG[:120], date(2031, 12, 31), TODAY),
        reminders.not_now_form(LONG[:120], reasons, "{}"),
        referrals.still_to_tell(shown),
        problems.instead(told_form, LONG * 10),
    ):
        assert problems_in_view(view) == []


def test_a_long_choice_is_cut_to_what_slack_shows() -> None:
    option = fields.option(Choice("a:1", LONG * 2))
    assert problems_in_options({"options": [option]}) == []
