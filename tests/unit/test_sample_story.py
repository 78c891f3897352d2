"""What the sandbox's year tells on whichever day it is filled, read as the app reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import holidays as public
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import sample_data, sample_year
from bot.commands_report import NAMES
from bot.sample_past import Cast
from bot.sandbox import sample
from models import (
    accounts,
    attribution,
    capture,
    deal_figures,
    digests,
    goals,
    heat,
    lists,
    mornings,
    overdue_team,
    phi,
    reckoning,
    referral_queue,
    sources,
    touches,
    workspaces,
)
from models.accounts import Account
from models.contacts import Contact
from models.db import Sessions, reading, sessions_for
from models.follow_ups import FollowUp
from models.goals import PERSON, TEAM, Whose
from models.heat import Cell
from models.opportunities import Opportunity
from models.referrals import Referral
from models.reports import making, periods
from models.reports.report import Asked
from models.sources import Persistence, Silence
from models.stages import LOST, OPEN, WON, Stage
from models.subscriptions import Subscription
from models.touches import Touch
from models.users import Actor, User
from tests import databases
from tests.conftest import Database
from tests.digest_team import run
from tests.make import ZONE, at
from tests.touchbase_in_slack import touchbase

DAYS = (
    "2026-11-18T15:00Z",  # a Wednesday morning
    "2026-11-28T02:00Z",  # the Friday after Thanksgiving, in the evening
    "2027-01-03T18:00Z",  # a Sunday of a new quarter, after holidays
    "2028-02-29T13:00Z",  # a leap day, before office hours
)


@dataclass(frozen=True)
class Filled:
    """A sandbox just filled."""

    sessions: Sessions
    now: datetime
    people: Mapping[str, Actor]

    @property
    def today(self) -> date:
        return self.people[sample.DANA].today(self.now)

    def morning(self, session: Session, slack_id: str = sample.DANA) -> date:
        """The day of the person's next morning message."""
        user = session.get_one(User, self.people[slack_id].user_id)
        assert user.next_local_date is not None
        return user.next_local_date


def fill(sessions: Sessions, now: datetime) -> Cast:
    with sessions.begin() as session:
        workspace = workspaces.ensure(session, "T0SANDBOX", name="Sample", zone=ZONE, now=now)
        return sample_data.load(session, workspace, now)


@pytest.fixture(scope="module", params=DAYS)
def filled(
    request: pytest.FixtureRequest,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    engines: databases.Engines,
) -> Iterator[Filled]:
    """Filled once for all that is read of it."""
    url = databases.sqlite_at_head(tmp_path_factory.mktemp("story"), sqlite_template)
    now = at(request.param)
    with engines.on(url) as engine:
        sessions = sessions_for(engine)
        yield Filled(sessions, now, fill(sessions, now).people)


@pytest.fixture
def session(filled: Filled) -> Iterator[Session]:
    with reading(filled.sessions) as session:
        yield session


def place(session: Session, name: str) -> Account:
    return session.scalars(select(Account).where(Account.name == name)).one()


def referred(session: Session, name: str) -> list[date]:
    """The days on which a place referred."""
    found = select(Referral.received_on).where(
        Referral.account_id == place(session, name).id, Referral.received_at.is_not(None)
    )
    return list(session.scalars(found))


def test_a_region_of_sixty_places_has_a_year_behind_it(filled: Filled, session: Session) -> None:
    count = {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Account, Contact, Touch, Referral, Opportunity)
    }
    assert (count["account"], count["contact"]) == (60, 150)
    assert count["touch"] > 1_000 and count["referral"] > 200 and count["opportunity"] > 30
    first, last = session.execute(
        select(func.min(Touch.occurred_on), func.max(Touch.occurred_on))
    ).one()
    assert filled.today - first > timedelta(days=340) and last < filled.today
    assert {one.role for one in filled.people.values()} == {"rep", "manager", "admin"}
    patches = select(func.count(func.distinct(User.territory_id)))
    assert session.scalar(patches) == 3


def test_nobody_calls_on_a_weekend_or_a_public_holiday(session: Session) -> None:
    days = set(session.scalars(select(Touch.occurred_on)))
    assert not [day for day in days if day.weekday() > 4 or day in public.country_holidays("US")]


def test_nothing_is_of_a_patient_and_no_address_is_anybodys(session: Session) -> None:
    said = {
        *session.scalars(select(Touch.note)),
        *session.scalars(select(FollowUp.text)),
        *session.scalars(select(Opportunity.next_step)),
        *session.scalars(select(Contact.name)),
        *session.scalars(select(Account.name)),
    }
    assert [words for words in said if phi.findings(words)] == []
    emails = [*session.scalars(select(Contact.email)), *session.scalars(select(User.email))]
    assert all((email or "").endswith("@example.com") for email in emails)
    names = session.scalars(select(Contact.name)).all()
    assert len(set(names)) == len(names)


def test_what_is_stored_in_bulk_is_what_saving_each_would_have_left(filled: Filled) -> None:
    with filled.sessions() as session:
        stored = {
            row.id: (row.last_touch_on, row.due_on) for row in session.scalars(select(Account))
        }
        met = {row.id: row.last_touch_on for row in session.scalars(select(Contact))}
        touches.recount_people(session, 1, met)
        for account_id in stored:
            capture.recount(session, 1, account_id)
        reckoning.bring_up(session, 1, list(stored))
        session.expire_all()
        again = {
            row.id: (row.last_touch_on, row.due_on) for row in session.scalars(select(Account))
        }
        assert again == stored
        assert {row.id: row.last_touch_on for row in session.scalars(select(Contact))} == met
        for row in session.scalars(select(Touch)):
            assert row.qualifying == touches.qualifies(session, 1, row.type, row.outcome)
        session.rollback()


def test_every_word_of_the_lists_is_one_a_form_offers(session: Session) -> None:
    used = {
        lists.ACCOUNT_TYPE: select(Account.type),
        lists.CONTACT_ROLE: select(Contact.role),
        lists.TOUCH_TYPE: select(Touch.type),
        lists.OUTCOME: select(Touch.outcome),
        lists.SERVICE_LINE: select(Referral.service_line),
        lists.PAYER_TYPE: select(Referral.payer_type),
        lists.DEAL_LOST_REASON: select(Opportunity.lost_reason),
        lists.DECLINE_REASON: select(Referral.reason).where(Referral.status == "declined"),
        lists.LOST_REASON: select(Referral.reason).where(Referral.status == "lost"),
        lists.CANCEL_REASON: select(Referral.reason).where(Referral.status == "cancelled"),
    }
    offered = lists.entries(session, 1, *used)
    for name, query in used.items():
        keys = {entry.key for entry in offered[name]}
        found = set(session.scalars(query)) - {None}
        assert found and found <= keys, name


def test_tomorrows_list_has_several_reasons(filled: Filled, session: Session) -> None:
    dana, day = filled.people[sample.DANA], filled.morning(session)
    assert day > filled.today
    to_do = mornings.to_do(session, 1, dana.user_id, day)
    due = [step for step in to_do.steps if step.kind == "promise" and step.due_on == day]
    assert [step.account for step in due] == [sample.ST_MARYS]
    overdue = {one.name: one for one in to_do.overdue}
    assert 4 <= len(overdue) <= 8
    assert overdue[sample.RIDGEWAY].tier == "A"
    assert overdue[sample.NEUROLOGY].fell
    far = overdue[sample.CASE_MANAGEMENT]
    assert far.days_since > 2 * far.max_days


def test_mondays_message_names_who_is_far_behind(filled: Filled, session: Session) -> None:
    monday = filled.today + timedelta(days=7 - filled.today.weekday())
    team = overdue_team.of(session, 1, filled.people[sample.LUIS].user_id, monday)
    assert team is not None
    assert {"Dana Whitlock", "Marcus Ybarra"} <= {one.name for one in team.behind}


def test_a_top_source_went_quiet_and_hardly_another(filled: Filled, session: Session) -> None:
    day = filled.morning(session)
    silent = {
        silence.account_id: silence
        for _, silence in sources.silent_of_owners(
            session, 1, dict.fromkeys((one.user_id for one in filled.people.values()), day)
        )
    }
    quiet = place(session, sample.TALLGRASS)
    assert silent[quiet.id].index > 1.5 and len(silent) <= 3
    assert isinstance(sources.standing(session, quiet, day), Silence)


def test_sources_are_on_all_stretches_of_the_way(filled: Filled, session: Session) -> None:
    millrace = sources.standing(session, place(session, sample.MILLRACE), filled.today)
    assert millrace == Persistence(31, 50)
    assert len(referred(session, sample.SPINE)) == 1
    half = filled.today - timedelta(days=90)
    grown = referred(session, sample.PINFOLD)
    assert sum(day > half for day in grown) > sum(day <= half for day in grown)
    yields = attribution.yields(session, 1, half, filled.today, "user")
    reps = {filled.people[each].user_id for each in (sample.DANA, sample.NORA, sample.MARCUS)}
    assert all(yields[each].credited > 0 for each in reps)


def test_referrals_stand_everywhere_and_one_waits_past_its_time(
    filled: Filled, session: Session
) -> None:
    entries = lists.entries(session, 1, lists.REFERRAL_STATUS)[lists.REFERRAL_STATUS]
    incoming = session.scalars(select(Referral.status).where(Referral.direction == "in"))
    count = Counter(incoming)
    assert set(count) == {entry.key for entry in entries}
    assert 0.45 < count["started"] / sum(count.values()) < 0.65
    queue = referral_queue.page(session, filled.people[sample.KAREN], filled.now)
    assert queue.total > 10
    late = session.scalars(
        select(Referral.account_id).where(
            Referral.first_response_at.is_(None), Referral.answer_by < filled.now
        )
    ).all()
    assert place(session, sample.ST_MARYS).id in late
    assert session.scalar(select(func.max(Referral.status_changed_at))) < filled.now
    alerted = select(func.count()).where(Referral.alert_at.is_not(None))
    assert session.scalar(alerted) == 0


def test_the_deals_of_a_year_are_of_every_sort(filled: Filled, session: Session) -> None:
    today = filled.today
    found = deal_figures.open_deals(session, 1, None, today, ZONE)
    assert len({deal.stage for deal in found}) >= 5
    for sort in ("stale", "slipped", "one_voice", "pushes", "next_step"):
        assert 0 < sum(bool(getattr(deal, sort)) for deal in found) < len(found), sort
    month = (today.year, today.month)
    assert [
        one
        for one in found
        if one.close_date and (one.close_date.year, one.close_date.month) == month
    ]
    year = deal_figures.summary(session, 1, None, found, today - timedelta(days=sample.YEAR), today)
    assert year.win_rate is not None and 0.5 < year.win_rate < 0.8
    assert year.cycle is not None and 40 < year.cycle < 90
    proposals = select(func.count()).where(Opportunity.proposed_on.is_not(None))
    assert session.scalar(proposals)
    kinds = select(Stage.kind).join(Opportunity, Opportunity.stage_id == Stage.id)
    assert set(session.scalars(kinds)) == {OPEN, WON, LOST}


def test_goals_of_people_and_of_the_team_are_reached_and_missed(
    filled: Filled, session: Session
) -> None:
    people = [Whose(PERSON, one.user_id) for one in filled.people.values()]
    team = [Whose(TEAM, filled.people[sample.LUIS].user_id)]
    own = goals.progress(session, 1, people, filled.today, filled.now)
    shared = goals.progress(session, 1, team, filled.today, filled.now)
    assert [one for one in own if one.behind] and [one for one in own if one.per_cent >= 100]
    assert [one for one in shared if one.behind] and [one for one in shared if not one.behind]


def test_the_digest_moves_and_its_map_has_every_sign(filled: Filled) -> None:
    last = filled.today - timedelta(days=filled.today.weekday() + 7)
    with filled.sessions() as session:
        channel = session.scalars(select(Subscription)).one()
        assert channel.channel_id == sample.FIELD_TEAM and channel.active
        told = digests.gather(session, channel, last, filled.now)
        week, before = told.numbers["week"], told.numbers["before"]
        assert week["touches"] and before["touches"] and week["touches"] != before["touches"]
        assert week["kept"] != before["kept"] or week["referrals"] != before["referrals"]
        kept = digests.keep(session, channel, last, told, filled.now)
        shown = heat.of_all(session, kept)
        assert {cell for line in shown.lines for cell in line.cells} == set(Cell)
        assert 0.7 < shown.within / shown.accounts < 0.95
        session.rollback()


def test_every_report_has_rows(filled: Filled, session: Session) -> None:
    asked = Asked(1, ZONE, filled.today, periods.parse("all"))
    for name in NAMES:
        report = making.make(session, name, asked)
        assert all(len(list(table.rows)) > 1 for table in report.tables), name


def test_the_examples_find_their_places_and_people(sessions: Sessions) -> None:
    with touchbase(sessions, at(DAYS[0])) as it:
        fill(sessions, at(DAYS[0]))
        for person in sample.PEOPLE:
            it.slack.add_person(person.slack_id, person.name, person.zone, person.email)
        command, _, line = sample.EXAMPLES[0].partition(" ")
        it.slack.command(sample.DANA, command, line)
        form = str(it.slack.view_of(sample.DANA))
        for found in (sample.ST_MARYS, "Anita Patel", "In-service", "2026-11-24"):
            assert found in form
        it.slack.say(sample.DANA, sample.EXAMPLES[1])
        run(it)
        card = str(it.said(sample.DANA)[-1].blocks)
        for found in (sample.TALLGRASS, "Imani Brandt"):
            assert found in card
        command, _, line = sample.EXAMPLES[2].partition(" ")
        it.slack.command(sample.DANA, command, line)
        assert sample.TALLGRASS in str(it.slack.view_of(sample.DANA))
        for line in sample.EXAMPLES[3:]:
            command, _, line = line.partition(" ")
            assert it.slack.command(sample.DANA, command, line).ok


def test_the_same_day_gives_the_same_year() -> None:
    day = at(DAYS[0]).date()
    assert sample_year.drawn(day) == sample_year.drawn(day)
    assert sample_year.drawn(day) != sample_year.drawn(day + timedelta(days=1))


def test_by_monday_the_others_have_worked_and_dana_has_not(sessions: Sessions) -> None:
    monday, tuesday = at("2026-03-02T15:00Z"), at("2026-03-03T13:30Z")
    cast = fill(sessions, monday)
    after = at("2026-03-09T13:00Z")
    with sessions.begin() as session:
        sample_data.go_on(session, cast, monday, monday, tuesday)
        sample_data.go_on(session, cast, monday, tuesday, after)
    with reading(sessions) as session:
        rows = session.scalars(select(Touch).where(Touch.occurred_on >= monday.date())).all()
        wanted = sample_year.ahead(monday.date(), monday.date(), after.date())
        assert len(rows) == len(wanted.touches) > 10
        assert Counter(row.occurred_on for row in rows) == Counter(
            touch.on for touch in wanted.touches
        )
        assert cast.people[sample.DANA].user_id not in {row.user_id for row in rows}
        assert max(row.logged_at for row in rows) < after
        channel = session.scalars(select(Subscription)).one()
        told = digests.gather(session, channel, monday.date(), after)
        week, before = told.numbers["week"], told.numbers["before"]
        assert before["touches"] / 3 < week["touches"] < 2 * before["touches"]
        last = {row.id: row.last_touch_on for row in session.scalars(select(Account))}
        for row in rows:
            touched = last[row.account_id or 0]
            assert not row.qualifying or (touched is not None and touched >= row.occurred_on)


def test_postgresql_holds_the_same_year(each_database: Database) -> None:
    now = at(DAYS[0])
    people = fill(each_database.sessions, now).people
    with reading(each_database.sessions) as session:
        day = people[sample.DANA].today(now) + timedelta(days=1)
        overdue = accounts.overdue(session, 1, people[sample.DANA].user_id, day)
        assert sample.RIDGEWAY in {one.name for one in overdue}
