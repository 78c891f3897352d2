"""For any data, the rows of a report add up to its totals, told apart or not, for whoever asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import lists
from models.follow_ups import FollowUp
from models.goals import Goal
from models.opportunities import OMITTED, Opportunity
from models.referrals import IN, Referral
from models.reports import making, periods
from models.reports.report import Asked, Report, Row
from models.stages import Stage
from models.touches import Touch, TouchContact
from tests import world
from tests.conftest import Database
from tests.make import ZONE
from tests.world import TODAY

PERIODS = ("all", "2026-03", "2026-Q1", "2026-W10")
Totals = dict[str, list[Any]]


@dataclass
class Made:
    """A report with its rows read, and the stored rows of whoever it is about."""

    session: Session
    asked: Asked
    report: Report
    tables: dict[str, list[Row]]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the first table, by heading."""
        return self.of(self.report.tables[0].name)

    def of(self, table: str) -> list[dict[str, Any]]:
        (found,) = [one for one in self.report.tables if one.name == table]
        names = [column.name for column in found.columns]
        return [dict(zip(names, row, strict=True)) for row in self.tables[table]]

    @property
    def facts(self) -> Totals:
        return {one.label: [value for _, value in one.values] for one in self.report.facts}

    def stored(self, table: Any, owner: str, day: str) -> list[Any]:
        """The rows of these people within the period, picked one by one."""
        every = self.session.scalars(select(table).where(table.workspace_id == 1))
        return [
            one
            for one in every
            if (self.asked.people is None or getattr(one, owner) in self.asked.people)
            and self.holds(getattr(one, day))
        ]

    def holds(self, day: date | None) -> bool:
        first, last = self.asked.period.first, self.asked.period.last
        return first is None or last is None or (day is not None and first <= day <= last)


def made(session: Session, name: str, period: str, by: str | None, people: Any) -> Made:
    asked = Asked(1, ZONE, TODAY, periods.parse(period), by, people)
    report = making.make(session, name, asked)
    return Made(session, asked, report, {one.name: list(one.rows) for one in report.tables})


def ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def total(rows: Iterable[dict[str, Any]], column: str) -> Any:
    return sum(row[column] or 0 for row in rows)


def activity(it: Made) -> Totals:
    stored = it.stored(Touch, "user_id", "occurred_on")
    assert Counter(row["Date"] for row in it.rows) == Counter(one.occurred_on for one in stored)
    reached = len({row["Account"] for row in it.rows} - {None})
    counting = sum(one.qualifying for one in stored)
    types = it.of("By type")
    assert {row["Touch type"]: row["Touches"] for row in types} == Counter(
        row["Touch type"] for row in it.rows
    )
    for kind in types:
        of = {row["Account"] for row in it.rows if row["Touch type"] == kind["Touch type"]}
        assert kind["Accounts"] == len(of - {None})
    given = [
        one
        for one in it.session.scalars(select(Referral).where(Referral.received_at.is_not(None)))
        if one.direction == IN and one.touch_id in {touch.id for touch in stored}
    ]
    assert total(it.rows, "Referral given (n)") == len(given)
    return {
        "Touches": [len(it.rows)],
        "Touches that count for the cadence": [counting],
        "Accounts reached": [reached],
        "Touches per account": [ratio(len(it.rows), reached)],
        "Counting share": [ratio(counting, len(it.rows))],
    }


def _outcomes(won: Sequence[Any], lost: Sequence[Any], worth: Sequence[int]) -> Totals:
    counts, (gain, loss) = (len(won), len(lost)), worth
    return {
        "Won": [counts[0], gain],
        "Lost": [counts[1], loss],
        "Win rate by count": [ratio(counts[0], sum(counts))],
        "Win rate by value": [ratio(gain, gain + loss)],
    }


def closings(it: Made) -> Totals:
    won, lost = ([row for row in it.rows if row["Won/Lost"] == end] for end in ("Won", "Lost"))
    kinds = _kinds(it)
    stored = [
        one
        for one in it.stored(Opportunity, "owner_id", "closed_on")
        if kinds[one.stage_id].kind != "open"
    ]
    assert len(stored) == len(it.rows) == len(won) + len(lost)
    assert total(it.rows, "Amount") == sum(one.amount_cents or 0 for one in stored)
    dated = [row for row in it.rows if row["Closed on"]]
    months = it.of("By month")
    assert total(months, "Won") + total(months, "Lost") == len(dated)
    assert total(months, "Won amount") == total([row for row in won if row["Closed on"]], "Amount")
    _by_group(it, len(won), len(lost))
    days = [row["Cycle days"] for row in won if row["Cycle days"] is not None]
    renewed = {one: it.facts[one] for one in it.facts if one.startswith("Renewal")}
    return {
        **renewed,  # by hand in test_kpis_of_deals.py
        **_outcomes(won, lost, (total(won, "Amount"), total(lost, "Amount"))),
        "Median cycle days of won": [median(days) if days else None],
    }


def _kinds(it: Made) -> dict[int, Stage]:
    return {one.id: one for one in it.session.scalars(select(Stage))}


def _by_group(it: Made, won: int, lost: int) -> None:
    if it.asked.by is not None:
        groups = it.of(f"By {it.asked.by}")
        assert (total(groups, "Won"), total(groups, "Lost")) == (won, lost)
        worth = [total(groups, name) for name in ("Won amount", "Lost amount")]
        assert worth == [it.facts["Won"][1], it.facts["Lost"][1]]


def follow_up(it: Made) -> Totals:
    late = [row for row in it.rows if row["Days late"]]
    items = {row["Item"]: (row["Open"], row["Late"]) for row in it.of("By item")}
    assert items == {
        name: (
            sum(row["Item"] == name for row in it.rows),
            sum(row["Item"] == name for row in late),
        )
        for name in {row["Item"] for row in it.rows}
    }
    last = it.asked.period.last
    agreed = [
        one
        for one in it.session.scalars(select(FollowUp).where(FollowUp.workspace_id == 1))
        if (it.asked.people is None or one.user_id in it.asked.people)
        and one.status in ("open", "late")
        and (last is None or (one.due_on is not None and one.due_on <= last))
    ]
    assert len(agreed) == sum(row["Item"] not in ("Lead", "Proposal") for row in it.rows)
    return {"Open": [len(it.rows)], "Late": [len(late)]}


def goal_adherence(it: Made) -> Totals:
    paces = Counter(str(row["Pace (on/behind by n)"]).partition(" by ")[0] for row in it.rows)
    kinds = it.of("By goal")
    assert total(kinds, "Goals") == len(it.rows)
    for kind in kinds:
        named = [row for row in it.rows if row["Goal"].startswith(f"{kind['Goal']} 2026")]
        assert kind["Goals"] == len(named)
    told = {"Reached": paces["reached"], "On pace": paces["on pace"], "Behind": paces["behind"]}
    for name, count in told.items():
        assert total(kinds, name) == count
    if it.asked.people is None and it.asked.period.name == "all":
        held = it.session.scalars(
            select(Goal.id).where(Goal.workspace_id == 1, Goal.target.is_not(None))
        ).all()
        assert bool(held) is bool(it.rows)
    return {
        "Goals": [len(it.rows)],
        **{name: [count] for name, count in told.items()},
        "Reached or on pace": [
            ratio(told["Reached"] + told["On pace"], sum(told.values())),
        ],
    }


def referral_log(it: Made) -> Totals:
    entries = lists.entries(it.session, 1, lists.REFERRAL_STATUS)[lists.REFERRAL_STATUS]
    meaning = {one.label: one.meaning for one in entries}
    ends = Counter(meaning[row["Status"]] for row in it.rows)
    stored = [
        one
        for one in it.stored(Referral, "owner_id", "received_on")
        if one.direction == IN and one.received_at
    ]
    assert {row["Ref code"] for row in it.rows} == {one.code for one in stored}
    statuses = {row["Status"]: row["Referrals"] for row in it.of("By status") if row["Referrals"]}
    assert statuses == Counter(row["Status"] for row in it.rows)
    received, started = len(it.rows), ends["won"]
    keys = {one.key: one.meaning for one in entries}
    # None of these was ever moved: of the ends only what started had been accepted.
    accepted = sum(
        one.status == "accepted"
        or keys[one.status] == "won"
        or (keys[one.status] in ("open", "waiting") and one.decided_at is not None)
        for one in stored
    )
    decided = [one for one in stored if one.decided_at]
    told = [one for one in decided if one.loop_closed_at and one.loop_closed_at >= one.decided_at]
    begin = periods.midnight(TODAY, ZONE)
    judged = [one for one in stored if one.first_response_at or one.answer_by < begin]
    within = [
        one for one in judged if one.first_response_at and one.first_response_at <= one.answer_by
    ]
    hours = [row["Response h"] for row in it.rows if row["Response h"] is not None]
    (said,) = it.facts["Median response h"]
    assert said == (pytest.approx(median(hours), abs=0.011) if hours else None)
    return {
        "Received": [received],
        "Started": [started],
        "Open": [ends["open"] + ends["waiting"]],
        "Conversion": [ratio(started, received - ends["cancelled"])],
        "Decided conversion": [ratio(started, started + ends["declined"] + ends["lost"])],
        "Acceptance": [ratio(accepted, accepted + ends["declined"])],
        "Median response h": [said],
        "Answered in time": [ratio(len(within), len(judged))],
        "Referrers told": [ratio(len(told), len(decided))],
    }


def pipeline(it: Made) -> Totals:
    kinds = _kinds(it)
    closed = [row for row in it.rows if row["Stage"] in ("Won", "Lost")]
    opens = [row for row in it.rows if row not in closed]
    won, lost = ([row for row in closed if row["Stage"] == end] for end in ("Won", "Lost"))
    counts = [total(rows, "Count") for rows in (won, lost)]
    stored = [
        one
        for one in it.session.scalars(select(Opportunity).where(Opportunity.workspace_id == 1))
        if it.asked.people is None or one.owner_id in it.asked.people
    ]
    standing = [one for one in stored if kinds[one.stage_id].kind == "open"]
    ended = [one for one in stored if one not in standing and it.holds(one.closed_on)]
    assert (total(opens, "Count"), total(closed, "Count")) == (len(standing), len(ended))
    due = [one for one in standing if it.holds(one.close_date)]
    for name, told in (
        ("New", [one for one in (*standing, *ended) if one.opened_on and it.holds(one.opened_on)]),
        ("Pushed", [one for one in (*standing, *ended) if one.pushes]),
    ):
        assert total(it.rows, name) == len(told)
    chances = {
        one.id: 0 if one.forecast == OMITTED else kinds[one.stage_id].probability
        for one in standing
    }
    exact = sum((one.amount_cents or 0) * chances[one.id] for one in standing)
    (weighted,) = it.facts["Open, weighted"]
    assert weighted == (exact + 50) // 100
    # Each row is told to the cent by itself.
    assert abs(total(opens, "Weighted") - weighted) <= len(opens) / 2 + 1
    _by_group(it, *counts)
    if it.asked.by is not None:
        groups = it.of(f"By {it.asked.by}")
        assert (total(groups, "Open"), total(groups, "Open amount")) == (
            len(standing),
            total(opens, "Amount"),
        )
    largest = sorted((one.amount_cents or 0 for one in standing), reverse=True)[:10]
    assert [row["Amount"] or 0 for row in it.of("Top 10")] == largest
    stages: Totals = {}
    for row in opens:
        of = stages.setdefault(f"Open: {row['Stage']}", [0, 0])
        of[0] += row["Count"]
        of[1] += row["Amount"]
    return {
        **_outcomes(
            range(counts[0]), range(counts[1]), (total(won, "Amount"), total(lost, "Amount"))
        ),
        "Open": [total(opens, "Count"), total(opens, "Amount")],
        "Open, weighted": [weighted],
        "Open, expected to close in the period": [sum(one.amount_cents or 0 for one in due)],
        "Slippage": it.facts["Slippage"],  # by hand in test_kpis_of_deals.py
        **(
            stages or {name: value for name, value in it.facts.items() if name.startswith("Open: ")}
        ),
    }


def territory_review(it: Made) -> Totals:
    kinds = _kinds(it)
    touches = it.stored(Touch, "user_id", "occurred_on")
    deals = [
        one
        for one in it.stored(Opportunity, "owner_id", "closed_on")
        if kinds[one.stage_id].kind != "open"
    ]
    lost = sum(kinds[one.stage_id].kind == "lost" for one in deals)
    assert total(it.of("Lost reasons"), "Lost") == lost
    assert total(it.rows, "Touches") == len(touches)
    counting = {one.id: one.occurred_on for one in touches if one.qualifying}
    met = {
        (one.contact_id, counting[one.touch_id])
        for one in it.session.scalars(select(TouchContact).where(TouchContact.workspace_id == 1))
        if one.touch_id in counting
    }
    people = {contact for contact, _ in met}
    referrals = [
        one
        for one in it.stored(Referral, "owner_id", "received_on")
        if one.direction == IN and one.received_at
    ]
    assert total(it.rows, "Referrals") == len(referrals)
    assert total(it.rows, "Starts") == sum(one.status == "started" for one in referrals)
    owned = [one for one in deals if one.owner_id]
    assert total(it.rows, "Won") + total(it.rows, "Lost") == len(owned)
    credit = it.of("Credit")
    for way in ("First", "Last", "Linear", "Decay"):
        sums = [
            total([row for row in credit if row["By"] == by], way)
            for by in ("Person", "Touch type", "Source")
        ]
        # Each is rounded to a hundredth; whatever it is told apart by, the whole is the same.
        assert max(sums) - min(sums) <= 0.01 * len(credit) + 1e-9
    told = it.facts
    same = {
        "Touches": [total(it.rows, "Touches")],
        "Referrals": [total(it.rows, "Referrals")],
        "Starts": [total(it.rows, "Starts")],
        "Won": [total(it.rows, "Won"), total(it.rows, "Won amount")],
        "Lost": [total(it.rows, "Lost")],
        "People met": [len(people)],
        "Times each was met": [round(len(met) / len(people), 2) if people else None],
    }
    assert set(told) - set(same) == {
        *("Adherence", "Weighted adherence", "Coverage", "Logged the same day"),
        *("Median days to log", "90 % logged within days", "Starts per 100 visits"),
        *(f"Median days from {which} touch to referral" for which in ("first", "last")),
    }  # by hand in test_kpis_of_visits.py, each
    return {**told, **same}


CHECKS: dict[str, Callable[[Made], Totals]] = {
    "activity": activity,
    "closings": closings,
    "follow-up": follow_up,
    "goal-adherence": goal_adherence,
    "pipeline": pipeline,
    "referral-log": referral_log,
    "territory-review": territory_review,
}


def test_every_report_is_checked() -> None:
    assert set(CHECKS) == set(making.REPORTS)


def ungrouped(it: Made) -> Counter[tuple[Any, ...]]:
    """The rows without the column that tells them apart; a stage's of all groups together."""
    first = 0 if it.asked.by is None else 1
    rows = [row[first:] for row in it.tables[it.report.tables[0].name]]
    if it.report.name != "pipeline":
        return Counter(rows)
    sums: dict[Any, list[int]] = {}
    for stage, count, amount, _weighted, *figures in rows:
        of = sums.setdefault(stage, [0] * (2 + len(figures)))
        for place, figure in enumerate((count, amount, *figures)):
            of[place] += figure  # type: ignore[operator]
    return Counter((stage, *of) for stage, of in sums.items() if any(of))


def groups(it: Made) -> list[object]:
    """The groups in the order in which they are told, each once."""
    found: list[object] = []
    for row in it.tables[it.report.tables[0].name]:
        if not found or found[-1] != row[0]:
            found.append(row[0])
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", CHECKS)
def test_the_rows_add_up_to_every_total(each_database: Database, name: str, seed: int) -> None:
    with each_database.sessions() as session:
        people = world.build(session, seed)
        asking: list[Collection[int] | None] = [None, {people[2].user_id}]
        asking.append({people[0].user_id, people[1].user_id, people[2].user_id})
        for period in PERIODS:
            for who in asking:
                whole = made(session, name, period, None, who)
                assert whole.facts == CHECKS[name](whole)
                for by in making.REPORTS[name].bys:
                    apart = made(session, name, period, by, who)
                    assert apart.facts == CHECKS[name](apart) == whole.facts
                    assert ungrouped(apart) == ungrouped(whole)
                    told = groups(apart)
                    assert len(told) == len(set(told)), told
                    assert None not in told and "" not in told
        session.rollback()
