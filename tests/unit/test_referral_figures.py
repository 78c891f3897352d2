"""Response time, answers in time and closed loops, worked by hand."""

from __future__ import annotations

from datetime import time, timedelta

from models import referral_figures, referrals, referring
from models.db import Sessions
from models.offices import Office
from models.referral_figures import Clocks, reckoned
from models.referrals import Received
from tests.make import NOW, a_rep, an_account, at

CHICAGO = Office("America/Chicago", (time(8), time(17)))
AFTER = at("2026-03-20T15:00Z")


def test_five_referrals_as_reckoned_by_hand() -> None:
    rows = [
        # Tuesday 10:00, answered 10:30: 30 minutes. Accepted, and told an hour later.
        Clocks(
            at("2026-03-10T15:00Z"),
            at("2026-03-10T15:30Z"),
            at("2026-03-10T17:00Z"),
            at("2026-03-10T16:00Z"),
            at("2026-03-10T17:00Z"),
        ),
        # Friday 16:30, answered Monday 09:00: 30 + 60 minutes, in time (by 09:30).
        Clocks(at("2026-03-13T21:30Z"), at("2026-03-16T14:00Z"), at("2026-03-16T14:30Z")),
        # Tuesday 10:00, answered at 15:00: five hours, late. Told before it was declined: open.
        Clocks(
            at("2026-03-10T15:00Z"),
            at("2026-03-10T20:00Z"),
            at("2026-03-10T17:00Z"),
            at("2026-03-11T15:00Z"),
            at("2026-03-10T20:00Z"),
        ),
        # Never answered, and its time has passed.
        Clocks(at("2026-03-10T15:00Z"), None, at("2026-03-10T17:00Z")),
        # Just in: nobody can say yet.
        Clocks(at("2026-03-20T14:30Z"), None, at("2026-03-20T16:30Z")),
    ]
    found = reckoned(rows, CHICAGO, AFTER)
    assert (found.received, found.answered) == (5, 3)
    assert found.median == timedelta(minutes=90)  # of 30, 90 and 300
    assert (found.within, found.judged) == (2, 4)
    assert (found.told, found.decided) == (1, 2)


def test_round_the_clock_nights_count() -> None:
    always = Office("America/Chicago", None, answer=timedelta(minutes=15))
    night = at("2026-03-08T07:55Z")
    rows = [
        Clocks(night, night + timedelta(minutes=10), night + timedelta(minutes=15)),
        Clocks(night, night + timedelta(minutes=20), night + timedelta(minutes=15)),
    ]
    found = reckoned(rows, always, AFTER)
    assert (found.median, found.within, found.judged) == (timedelta(minutes=15), 1, 2)


def test_without_any_there_is_no_median() -> None:
    assert reckoned([], CHICAGO, AFTER) == referral_figures.Figures()


def test_the_figures_of_people_leave_out_others_promised_ones_and_leads_given(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        rep, other = a_rep(session, "U1"), a_rep(session, "U2")
        account = an_account(session, rep.workspace_id, owner=rep)
        for name, actor, told in (
            ("a", rep, {}),
            ("b", rep, {"promised": True}),
            ("c", rep, {"direction": "out"}),
            ("d", other, {}),
        ):
            received = Received(account.id, NOW.date(), 1, **told)  # type: ignore[arg-type]
            row = referrals.add(session, actor, received, submission=name, now=NOW)[0]
            if name == "a":
                later = NOW + timedelta(minutes=30)
                referring.move_referral(session, actor, row.id, "contacted", later)
        until = NOW + timedelta(days=1)
        since = NOW - timedelta(days=30)
        mine = referral_figures.of(session, rep.workspace_id, [rep.user_id], since, until)
        every = referral_figures.of(session, rep.workspace_id, None, since, until)
    assert (mine.received, mine.answered, mine.median) == (1, 1, timedelta(minutes=30))
    assert (mine.within, mine.judged) == (1, 1)
    assert (every.received, every.within, every.judged) == (2, 1, 2)
