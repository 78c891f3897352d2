"""Every view, at its largest and with the worst text, is one that Slack takes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.sandbox.limits import problems_in_message, problems_in_view
from handlers.views import (
    cadence,
    deal_forms,
    heatmap,
    pipeline,
    referrals,
    reminders,
    status,
    touches,
    verdicts,
)
from handlers.views import deals as deal_views
from handlers.views import figures as figure_views
from handlers.views import ledger as ledger_views
from handlers.views import referral_queue as queue_views
from handlers.views.cadence import RuleForm
from handlers.views.doubts import Doubt
from handlers.views.fields import Block, Choice
from handlers.views.touches import VisitForm
from models import (
    cadence_rules,
    deal_figures,
    deliveries,
    follow_ups,
    ledger,
    lists,
    referral_queue,
)
from models.cadence import TIERS, Overdue, PersonPast, Rule, Rules, Scope
from models.cadence_rules import Receipt
from models.db import Sessions
from models.deal_figures import Deal
from models.deal_receipts import DealReceipt
from models.digests import Told, Worst
from models.figures import PAGE, Page, Row
from models.follow_ups import Step
from models.heartbeats import Heartbeat
from models.heat import WEEKS, Cell, Heat, Line
from models.ledger import Ledger, Trade
from models.lists import Entry
from models.mornings import ToDo
from models.pipeline import Kept, Week
from models.receipts import ReferralLine, ReferralReceipt, VisitReceipt
from models.referral_figures import Figures
from models.referral_queue import Queue, Standing
from models.referral_steps import Steps
from models.referrals import IN, OUT
from models.stages import Stage
from models.status import RESENT, Failed, Status, Use
from models.telling import Asked, Telling
from models.what_if import Part, WhatIf
from tests.make import NOW, ZONE, a_rep

NASTY = "<!channel> *bold* _it_ & `code` @here \u202eright\u202c \N{FAMILY} <https://a.example|b>"
LONG = (NASTY + " ") * 2
TODAY = date(2026, 3, 9)


@pytest.fixture
def entries(sessions: Sessions) -> dict[str, list[Entry]]:
    with sessions.begin() as session:
        rep = a_rep(session)
        found = lists.entries(
            session,
            rep.workspace_id,
            *touches.FIELDS_OF_LISTS,
            *referrals.FIELDS_OF_LISTS,
            lists.REFERRAL_STATUS,
        )
        return {name: list(group) for name, group in found.items()}


def a_full_form() -> VisitForm:
    return VisitForm(
        type="visit",
        day=TODAY,
        account=touches.account_choice(10**12, LONG[:120], "City", "ST"),
        met=tuple(touches.contact_choice(n, LONG[:120], LONG[:120]) for n in range(100)),
        referrals="20",
        note=NASTY * 30,
        next_step=LONG,
        follow_up=TODAY,
        more=True,
        time="23:59",
        outcome="no access",
        service_line="stroke",
        competitor=touches.new_competitor(LONG[:120]),
        fits=tuple(touches.account_choice(n, LONG[:120]) for n in range(4)),
        reset=3,
        touch_id=10**12,
    )


def a_full_receipt() -> VisitReceipt:
    return VisitReceipt(
        touch_id=10**12,
        type="Visit",
        account=LONG[:120],
        occurred_on=TODAY,
        occurred_at="14:30",
        today=TODAY,
        met=tuple(f"{n} {LONG[:110]}" for n in range(12)),
        referrals=tuple(f"R-2222-{n:04}" for n in range(20)),
        outcome="Met target",
        service_line="Stroke",
        competitor=LONG[:120],
        note=(NASTY * 60)[:3000],
        next_step=LONG[:300],
        follow_up_on=TODAY,
        promise=LONG[:300],
        promise_on=TODAY,
        headcount=9999,
        due_on=TODAY,
        tier="A",
        max_days=10,
        qualifying=True,
        new_account=True,
        made_owner=True,
        edits=1,
        may_edit=True,
        may_undo=True,
    )


def a_full_referral_receipt(statuses: list[Entry]) -> ReferralReceipt:
    lines = [
        ReferralLine(n, f"R-2222-{n:04}", "New", "new", closed=False, undo=10**12)
        for n in range(20)
    ]
    return ReferralReceipt(
        account=LONG[:120],
        contact=LONG[:120],
        direction="in",
        received_on=TODAY,
        today=TODAY,
        service_line="Stroke",
        payer_type="Medicaid",
        urgency="urgent",
        branch=LONG[:60],
        lines=tuple(lines),
        statuses=tuple(statuses),
        submission="V" * 40,
        may_undo=True,
    )


def marked_up(blocks: list[Block]) -> list[str]:
    """Every text that Slack reads as markup."""
    found: list[str] = []

    def walk(thing: object) -> None:
        if isinstance(thing, dict):
            if thing.get("type") == "mrkdwn":
                found.append(thing["text"])
            for value in thing.values():
                walk(value)
        elif isinstance(thing, list):
            for value in thing:
                walk(value)

    walk(blocks)
    return found


def test_the_visit_form_fits_at_its_fullest(entries: dict[str, list[Entry]]) -> None:
    assert problems_in_view(touches.form(a_full_form(), entries)) == []


def test_the_visit_form_fits_when_it_is_empty(entries: dict[str, list[Entry]]) -> None:
    assert problems_in_view(touches.form(VisitForm(type="visit", day=TODAY), entries)) == []


def test_the_forms_labels_are_the_ones_reps_know(entries: dict[str, list[Entry]]) -> None:
    view = touches.form(VisitForm(type="visit", day=TODAY), entries)
    labels = [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]
    first = "Account, Met with, Type, Date, Referrals, Notes, Next step, Follow up on"
    assert ", ".join(labels) == first
    more = touches.form(replace(VisitForm(type="visit", day=TODAY), more=True), entries)
    labels = [block["label"]["text"] for block in more["blocks"] if block["type"] == "input"]
    assert ", ".join(labels) == (
        f"{first}, Time, Outcome, Service line, Competitor, Promise, Promised by, Headcount"
    )


def test_account_is_required_unless_it_is_an_event(entries: dict[str, list[Entry]]) -> None:
    for kind, optional in (("visit", False), ("event", True)):
        view = touches.form(VisitForm(type=kind, day=TODAY), entries)
        fields = {b["label"]["text"]: b["optional"] for b in view["blocks"] if b["type"] == "input"}
        assert (fields["Account"], fields["Type"], fields["Date"]) == (optional, False, False)


def test_the_referral_form_fits(entries: dict[str, list[Entry]]) -> None:
    state = referrals.ReferralForm(
        account=Choice("a:1", LONG[:120]), contact=Choice("c:1", LONG[:120]), logged_today=2
    )
    view = referrals.form(state, entries)
    assert problems_in_view(view) == []
    labels = [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]
    assert labels == [
        "Source account",
        "Referred by",
        "Direction",
        "Service line",
        "Payer type",
        "How many",
        "Urgency",
    ]


@pytest.mark.parametrize("undone", [False, True])
def test_the_visit_receipt_fits_and_is_shown_literally(undone: bool) -> None:
    text, blocks = touches.receipt(None if undone else a_full_receipt())
    assert problems_in_message({"text": text, "blocks": blocks}) == []
    for words in [text, *marked_up(blocks)]:
        assert "<" not in words
        assert "@here" not in words


def test_the_referral_receipt_fits_with_twenty_referrals(entries: dict[str, list[Entry]]) -> None:
    text, blocks = referrals.receipt(a_full_referral_receipt(entries[lists.REFERRAL_STATUS]))
    assert problems_in_message({"text": text, "blocks": blocks}) == []
    assert all("<" not in words for words in [text, *marked_up(blocks)])


def a_standing(steps: Steps, place: int) -> Standing:
    return Standing(
        referral_id=10**12 + place,
        code="R-2222-2222",
        account=LONG[:120],
        owner=LONG[:120],
        direction=IN,
        status=steps.entries[place % len(steps.entries)].key,
        received_on=date(2024, 1, 1),
        promised=False,
        urgent=True,
        branch=LONG[:60],
        answer_by=NOW,
        left=timedelta(hours=-300),
        took=None,
        closed=False,
        undo=10**12,
    )


def test_the_queue_and_the_word_about_late_ones_fit(entries: dict[str, list[Entry]]) -> None:
    steps = Steps({lists.REFERRAL_STATUS: entries[lists.REFERRAL_STATUS]})
    rows = tuple(a_standing(steps, place) for place in range(20))
    figures = Figures(10**6, 10**6, timedelta(hours=10**4), 10**5, 10**6, 10**6, 10**5)
    queue = Queue(
        rows=rows[: referral_queue.PAGE],
        start=8,
        total=10**6,
        steps=steps,
        figures=figures,
        answer=timedelta(hours=2),
        always_open=False,
        scope="everyone",
    )
    view = queue_views.form(queue, now=NOW, zone=ZONE)
    assert problems_in_view(view) == []
    for is_owner in (True, False):
        text, blocks = queue_views.late(rows, steps, is_owner=is_owner, now=NOW, zone=ZONE)
        assert problems_in_message({"text": text, "blocks": blocks}) == []
        assert all("<" not in words for words in [text, *marked_up(blocks)])
    assert all("<" not in words for words in marked_up(view["blocks"]))


def test_the_forms_about_one_referral_fit() -> None:
    asked = Asked("R-2222-2222", LONG[:120], LONG[:75], [Entry("why", LONG[:75])])
    assert problems_in_view(referrals.reason_form(asked, "{}")) == []
    for how in ("open", "accepted", "won", "declined", "lost", "cancelled", "promised"):
        told = Telling(
            10**12, "R-2222-2222", how, LONG[:120], "a&b@c.example", LONG[:120], LONG[:120]
        )
        view = referrals.tell_form(told, "{}")
        assert problems_in_view(view) == []
        (link,) = [words for words in marked_up(view["blocks"]) if "mailto" in words]
        assert link.count("<") == 1 and link.count("|") == 1
    trades = [Trade(LONG[:120], 10**6, 1, date(2020, 1, 1))] * ledger.MOST
    shown = ledger_views.form(Ledger(trades, 10**6, 10**6, 10**6), today=TODAY)
    assert problems_in_view(shown) == []


def a_full_day(steps: int, accounts: int) -> ToDo:
    """So much to do, with the worst names, and as much just settled."""
    one = Step(
        id=10**12,
        kind=follow_ups.PROMISE,
        text=LONG[:300],
        account_id=10**12,
        account=LONG[:120],
        due_on=date(2025, 12, 31),
        hidden_until=None,
        done=False,
    )
    account = Overdue(
        account_id=10**12,
        name=LONG[:120],
        tier="unrated",
        city=LONG[:120],
        last_touch_on=date(2025, 12, 31),
        due_on=TODAY,
        days_since=9999,
        max_days=999,
        referrals=1000,
        referrals_before=9999,
        people=(PersonPast(LONG[:120], LONG[:75], 9999, 366),) * 12,
    )
    return ToDo([one] * steps, [account] * accounts, [replace(one, done=True), one] * 2)


@pytest.mark.parametrize(("steps", "accounts"), [(0, 0), (5, 5), (0, 400), (40, 0), (40, 400)])
@pytest.mark.parametrize("every", [False, True])
def test_the_days_list_fits_however_much_there_is(steps: int, accounts: int, every: bool) -> None:
    to_do = a_full_day(steps, accounts)
    away = [reminders.PutOff(n, LONG[:120], TODAY) for n in range(9)]
    first = reminders.Habits(time(7, 30))
    for text, blocks in (
        reminders.morning(
            to_do,
            today=TODAY,
            delivery_id=10**12,
            show_all=every,
            late=True,
            first=first,
            put_off=away,
        ),
        reminders.today_list(to_do, today=TODAY, show_all=every, put_off=away),
        reminders.afternoon(to_do, today=TODAY, delivery_id=10**12),
    ):
        assert problems_in_message({"text": text, "blocks": blocks}) == []
        assert all("<" not in words for words in [text, *marked_up(blocks)])
        if every and steps + accounts > 40:
            assert " more" in str(blocks)
    assert (len(reminders.today_list(to_do, today=TODAY, show_all=True)[1]) == 50) is (
        steps + accounts > 20
    )


def a_full_deal(number: int = 1) -> Deal:
    return Deal(
        id=10**12 + number,
        name=LONG[:200],
        account=(LONG * 3)[5:120],
        owner_id=2,
        owner=LONG[:120],
        pipeline="new business",
        stage_id=1,
        stage=LONG[:75],
        probability=10,
        amount_cents=10**13,
        forecast="omitted",
        close_date=TODAY - timedelta(days=400),
        pushes=99,
        next_step=LONG[:200],
        next_step_due=TODAY,
        quiet=9999,
        stale=True,
        slipped=True,
        one_voice=True,
    )


def a_long_pipeline() -> dict[str, list[Stage]]:
    kinds = ["open"] * 9 + ["won", "lost"]
    stages = [
        Stage(id=n, pipeline="new business", label=LONG[:75], kind=kind, probability=10)
        for n, kind in enumerate(kinds, start=1)
    ]
    return {"new business": stages}


def test_the_pipeline_fits_and_is_shown_literally() -> None:
    money = deal_figures.Money(9999, 10**15)
    told = deal_figures.Summary(
        TODAY, TODAY, money, 9999, 10**15, money, money, 10**15, 10**15, 10**15, 999.5, 9, 9, 9
    )
    place, stages = deal_forms.Place(8, mine=True), a_long_pipeline()
    deals = [a_full_deal(number) for number in range(30)]
    said = deal_views.Said(LONG[:300], deals[9].id, NOW.isoformat())
    view = deal_views.pipeline(deals, told, stages, place, today=TODAY, me=1, leads=True, said=said)
    assert problems_in_view(view) == []
    for words in marked_up(view["blocks"]):
        assert "<" not in words
        assert "@here" not in words


def test_fridays_question_fits_below_the_longest_list() -> None:
    theirs = deal_views.friday(
        [a_full_deal(number) for number in range(30)], a_long_pipeline(), TODAY, 10**12
    )
    step = Step(10**12, "promise", LONG[:300], 10**12, LONG[:120], TODAY, None, False)
    overdue = Overdue(10**12, LONG[:120], "A", "City", TODAY, TODAY, 9999, 365)
    for every in (False, True):
        text, blocks = reminders.morning(
            ToDo([step] * 40, [overdue] * 40),
            today=TODAY,
            delivery_id=10**12,
            show_all=every,
            late=True,
            first=reminders.Habits(time(7, 30)),
            deals=theirs,
        )
        assert problems_in_message({"text": text, "blocks": blocks}) == []


def a_full_deal_receipt(kind: int) -> DealReceipt:
    stages = a_long_pipeline()["new business"]
    return DealReceipt(
        id=10**12,
        name=LONG[:200],
        account=(LONG * 3)[5:120],
        product=LONG[:120],
        stage=stages[kind],
        stages=stages,
        amount_cents=10**13,
        close_date=TODAY,
        first_close_date=TODAY,
        pushes=99,
        forecast="commit",
        closed_on=TODAY if kind else None,
        lost_reason=LONG[:75],
        next_step=LONG[:200],
        next_step_due=TODAY,
        proposed_on=TODAY,
        proposal_expires_on=TODAY,
        broker=LONG[:120],
        people=[(LONG[:75], LONG[:120])] * 40,
        visited_on=TODAY,
        today=TODAY,
        mark=NOW.isoformat(),
        may_remove=True,
    )


@pytest.mark.parametrize("place", [0, 9, 10])
def test_a_deals_receipt_fits_wherever_it_stands(place: int) -> None:
    text, blocks = deal_views.receipt(a_full_deal_receipt(place))
    assert problems_in_message({"text": text, "blocks": blocks}) == []
    assert all("<" not in words for words in [text, *marked_up(blocks)])
    text, blocks = deal_views.receipt(None)
    assert problems_in_message({"text": text, "blocks": blocks}) == []


def test_the_forms_of_a_deal_fit() -> None:
    entries = [Entry(f"{number:03}" + "k" * 57, LONG[:75]) for number in range(99)]
    state = deal_forms.DealForm(
        account=touches.account_choice(10**12, LONG[:120], "City", "ST"),
        name=LONG[:200],
        product=entries[0].key,
        stage="1",
        amount="$100,000,000,000",
        next_step=LONG[:200],
        broker=touches.contact_choice(10**12, LONG[:120], LONG[:120]),
        deal_id=10**12,
        place=deal_forms.Place(800, mine=True),
        shown_rules=("patient and name",),
    )
    doubt = Doubt(deal_forms.LABELS[deal_forms.STEP], LONG[:200], "patient and name", "warn")
    metadata = {"list": [800, True], "delivery": 10**12}
    stages = a_long_pipeline()
    for view in (
        deal_forms.form(state, stages, entries, [doubt] * 20),
        deal_forms.lost_form(10**12, 11, LONG[:200], entries, metadata),
        deal_forms.move_form(10**12, LONG[:200], stages["new business"], metadata),
        deal_forms.people_form(
            10**12, 10**12, LONG[:200], [(LONG[:75], LONG[:120])] * 40, entries, metadata
        ),
    ):
        assert problems_in_view(view) == []


@pytest.mark.parametrize("kind", [deliveries.REMINDER, deliveries.NUDGE, deliveries.DIGEST])
def test_the_thanks_for_a_verdict_fit(kind: str) -> None:
    text, blocks = verdicts.thanks(kind, 10**12)
    assert problems_in_message({"text": text, "blocks": blocks}) == []


def a_full_digest() -> Told:
    statuses = [Entry(f"{n}" * 20, LONG[:75]) for n in range(9)]
    referred = {(way, entry.key): 99_999 for way in (IN, OUT) for entry in statuses}
    kept = {tier: Kept(99_999, 1) for tier in ("A", "B", "C", "D", "unrated")}
    week = Week(TODAY, 99_999, 99_999, referred, kept)
    worst = Worst(LONG[:120], 9999, 365)
    return Told(10**12, NOW, week, week, 999, 998, worst, 9999, 9999, statuses)


def test_the_digest_fits_and_is_shown_literally() -> None:
    text, blocks = pipeline.digest(a_full_digest(), 10**12, ZONE)
    assert problems_in_message({"text": text, "blocks": blocks}) == []
    for words in [text, *marked_up(blocks)]:
        assert "<" not in words
        assert "@here" not in words


@pytest.mark.parametrize("figure", ["touches", "in:new", "kept:A", "overdue", "behind", "late"])
def test_a_page_of_rows_fits(figure: str) -> None:
    row = Row(LONG[:120], LONG[:120], TODAY, LONG[:75], "R-2222-2222", (9999, 365))
    page = Page(
        snapshot_id=10**12,
        figure=figure,
        told=99_999,
        kept=2000,
        there=1990,
        seen=1980,
        start=PAGE,
        rows=[row] * PAGE,
        late=9999,
        made_at=NOW,
        monday=TODAY,
        label=LONG[:75],
    )
    assert problems_in_view(figure_views.form(page, ZONE, "m" * 100)) == []


@pytest.mark.parametrize("own", [False, True])
def test_the_heat_maps_message_fits(own: bool) -> None:
    kept = {tier: Kept(99_999, 1) for tier in ("A", "B", "C", "D", "unrated")}
    shown = Heat([TODAY] * WEEKS, [Line(LONG[:120], "A", [Cell.OVERDUE] * WEEKS)] * 40, kept)
    text, blocks = heatmap.message(shown, "F0123456789", own=own)
    assert problems_in_message({"text": text, "blocks": blocks}) == []
    text, blocks = heatmap.nothing()
    assert problems_in_message({"text": text, "blocks": blocks}) == []


def every_rule_there_can_be() -> tuple[Rules, dict[str, list[Entry]]]:
    """As many as are kept, with the longest keys and labels, about people of both roles."""
    keys = [f"{number:02}" + "k" * 58 for number in range(cadence_rules.MOST)]
    rules = [Rule(Scope("C"), 30, 45)]
    rules += [Rule(Scope("unrated", key, key, key), 366, 366, 10**12) for key in keys[1:]]
    entries = {name: [Entry(key, LONG[:75]) for key in keys * 2] for name in cadence.LISTS}
    return Rules.of(rules), entries


def test_the_cadence_rules_fit_in_their_list_and_form() -> None:
    rules, entries = every_rule_there_can_be()
    scope = rules.people[0].scope
    said = cadence.saved(scope, (366, 366), entries)
    assert problems_in_view(cadence.rules_list(rules, entries, said=said)) == []
    asks = WhatIf(
        weekly=99999.4,
        weekly_now=1234.5,
        best=4321.5,
        weeks=8,
        worst=Part(scope, 99999, 88888.8),
        overdue=dict.fromkeys(TIERS, 99999),
        longer=9999,
    )
    for state in (
        RuleForm(),
        RuleForm(scope, "366", "366", shown=(scope, (366, 366))),
        RuleForm(scope, "366", "366", fixed=True, shown=(scope, (366, 366))),
        RuleForm(scope, fixed=True, removes=True, shown=(scope, None)),
    ):
        made = cadence.form(state, entries, asks if state.shown else None)
        assert problems_in_view(made) == []
    for undone in (True, False):
        shown = Receipt(10**12, scope, (1, 2), (366, 366), undone=undone, may_undo=True)
        text, blocks = cadence.receipt(shown, entries)
        assert problems_in_message({"text": text, "blocks": blocks}) == []
        assert all("<" not in words for words in [text, *marked_up(blocks)])
    assert "<" not in cadence.read_only(rules, entries)


def test_the_status_fits_at_its_worst_and_shows_codes_literally() -> None:
    now = datetime(2026, 3, 9, 15, tzinfo=UTC)
    states = ("sent", "expired", RESENT, "unconfirmed", "dead", "uncertain", "held", "planned")
    counts = Counter(dict.fromkeys(states, 10**6))
    beat = Heartbeat(
        replica="a", version=NASTY[:20], tzdata="", trouble=f"clock unsent {NASTY[:20]}",
        started_at=now, seen_at=now, planned_at=now, sent_at=now, settled_at=now,
    )  # fmt: skip
    failed = [Failed(10**12, "digest", "C1", NASTY[:60], unconfirmed=n % 2 == 0) for n in range(5)]
    text, blocks = status.status(
        Status(
            now=now, machine=now, zone="America/Chicago", replicas=[beat] * 50, database_ms=1e4,
            late=(1e5, 1e6), today=counts, week=counts, open=counts, blocked=("limited", now),
            failed=failed, slots=[(now, 10**6)] * 5, uses=[Use("reminder", 10**6, 1, 10**6)] * 20,
        )
    )  # fmt: skip
    assert problems_in_message({"text": text, "blocks": blocks}) == []
    for words in [text, *marked_up(blocks)]:
        assert "<!" not in words and "<http" not in words and "@here" not in words
