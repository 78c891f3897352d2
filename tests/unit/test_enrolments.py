"""People made and changed from the command line."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from models import enrolments, users
from models.audit import Audit
from models.db import Sessions
from models.enrolments import Enrolled, Wish
from models.errors import BadHour, BadZone, LastAdmin, ManagerLoop
from models.users import User
from tests.conftest import Database
from tests.make import NOW, a_user, a_workspace, an_account, at


def grant(sessions: Sessions, slack_id: str, now: datetime = NOW, **wish: object) -> Enrolled:
    with sessions.begin() as session:
        return enrolments.grant(
            session,
            a_workspace(session),
            slack_id,
            Wish(**wish),  # type: ignore[arg-type]
            now,
        )


def test_a_new_person_is_a_rep_in_the_workspaces_zone(sessions: Sessions) -> None:
    jo = grant(sessions, "U0JO").user
    assert (jo.role, jo.zone, jo.zone_source) == ("rep", "America/Chicago", "workspace")
    assert (jo.remind_at, jo.enrolled_on) == (time(7, 30), date(2026, 3, 10))
    # Wednesday, the first work day after; 07:30 in Chicago is 12:30 UTC in summer time.
    assert jo.next_due_at == datetime(2026, 3, 11, 12, 30, tzinfo=UTC)


def test_a_new_person_is_enrolled_on_their_own_calendar(sessions: Sessions) -> None:
    late = at("2026-03-10T15:00Z")  # already the 11th in Auckland
    jo = grant(sessions, "U0JO", now=late, zone="Pacific/Auckland").user
    assert (jo.enrolled_on, jo.zone_source) == (date(2026, 3, 11), "user")


def test_looking_at_a_person_changes_nothing(sessions: Sessions) -> None:
    with sessions.begin() as session:
        jo = a_user(session, a_workspace(session), "U0JO")
        users.reschedule(jo, NOW, done=date(2026, 3, 12))
        planned = jo.next_due_at
    assert grant(sessions, "U0JO").user.next_due_at == planned


def test_an_hour_and_a_zone_move_the_next_reminder(sessions: Sessions) -> None:
    jo = grant(sessions, "U0JO", zone="America/Phoenix", remind_at=time(8, 15)).user
    assert jo.next_due_at == datetime(2026, 3, 11, 15, 15, tzinfo=UTC)


def test_a_persons_own_holidays_are_set_and_given_up_again(sessions: Sessions) -> None:
    assert grant(sessions, "U0JO", holidays="US-TX").user.holidays == "US-TX"
    assert grant(sessions, "U0JO").user.holidays == "US-TX"
    assert grant(sessions, "U0JO", holidays=enrolments.TEAM).user.holidays is None


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [({"zone": "Mars/Base"}, BadZone), ({"remind_at": time(4, 59)}, BadHour)],
)
def test_what_cannot_be_is_refused(
    sessions: Sessions, wish: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        grant(sessions, "U0JO", **wish)


def test_a_manager_nobody_knew_is_made_as_well(sessions: Sessions) -> None:
    done = grant(sessions, "U0JO", manager="U0VP")
    assert done.manager == "U0VP"
    assert grant(sessions, "U0VP").user.role == "rep"


def test_nobody_ends_up_above_themselves(sessions: Sessions) -> None:
    grant(sessions, "U0JO", manager="U0VP")
    with pytest.raises(ManagerLoop):
        grant(sessions, "U0VP", manager="U0JO")


def test_the_last_admin_stays_admin(sessions: Sessions) -> None:
    grant(sessions, "U0JO", role="admin")
    with pytest.raises(LastAdmin):
        grant(sessions, "U0JO", role="rep")
    grant(sessions, "U0VP", role="admin")
    assert grant(sessions, "U0JO", role="rep").user.role == "rep"


def test_an_email_brings_the_accounts_that_waited_for_it(sessions: Sessions) -> None:
    with sessions.begin() as session:
        workspace = a_workspace(session)
        for name in ("Mercy", "Grace"):
            an_account(session, workspace.id, name, owner_email="jo@acme.example")
    done = grant(sessions, "U0JO", email="Jo@Acme.example")
    assert (done.claimed, done.user.email) == (2, "jo@acme.example")
    assert grant(sessions, "U0JO", email="jo@acme.example").claimed == 0


def test_one_email_belongs_to_one_person(sessions: Sessions) -> None:
    grant(sessions, "U0JO", email="jo@acme.example")
    with pytest.raises(enrolments.EmailTaken) as refused:
        grant(sessions, "U0VP", email="JO@acme.example")
    assert refused.value.slack_id == "U0JO"


def test_roles_and_managers_are_in_the_audit(sessions: Sessions) -> None:
    grant(sessions, "U0JO", role="manager", manager="U0VP")
    grant(sessions, "U0JO", role="manager", manager="U0VP")
    with sessions() as session:
        acts = session.scalars(select(Audit.action).order_by(Audit.id)).all()
    assert acts == ["role_given", "manager_changed"]


def test_two_first_taps_at_once_make_one_person(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        workspace_id = a_workspace(session).id
    both = threading.Barrier(2)

    def tap(_: int) -> int:
        both.wait(10)
        with each_database.sessions.begin() as session:
            found = users.enrol(session, workspace_id, "U0JO", zone="America/Chicago", now=NOW)
            return found.id

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(tap, range(2)))) == 1
    with each_database.sessions() as session:
        made = session.scalars(select(User)).one()
        assert (made.role, made.remind_at, made.work_days) == ("rep", time(7, 30), 0b11111)
        assert (made.reminders_on, made.active, made.name) == (True, True, "")
