"""Leads in and out by account, as reckoned by hand; never in healthcare."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import ledger, profiles, profiling, referrals, workspaces
from models.errors import NoLeadsTraded
from models.ledger import Trade
from models.referrals import IN, OUT, Received
from tests.conftest import Database
from tests.make import NOW, a_rep, an_account


def test_a_year_of_leads_where_most_is_owed_first(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep, other = a_rep(session, "U1"), a_rep(session, "U2")
        workspace = workspaces.only(session)
        assert workspace is not None
        with pytest.raises(NoLeadsTraded):
            ledger.of(session, rep, NOW)
        profiling.grant(session, workspace, profiling.Wish(profile=profiles.RESTORATION), NOW)
        agent, plumber = (
            an_account(session, workspace.id, name, owner=rep) for name in ("Agent", "Plumber")
        )
        today = NOW.date()
        for number, (who, account, way, count, days_ago, promised) in enumerate(
            [
                (rep, agent, IN, 3, 10, False),
                (rep, agent, OUT, 1, 20, False),
                (rep, agent, IN, 5, 5, True),  # only promised
                (rep, agent, IN, 4, 366, False),  # over a year ago
                (rep, plumber, OUT, 2, 1, False),
                (other, plumber, IN, 7, 1, False),  # a colleague's
            ]
        ):
            told = Received(
                account.id,
                today - timedelta(days=days_ago),
                count,
                direction=way,
                promised=promised,
            )
            referrals.add(session, who, told, submission=f"V{number}", now=NOW)
        found = ledger.of(session, rep, NOW)
    assert list(found.trades) == [
        Trade("Agent", 3, 1, today - timedelta(days=20)),
        Trade("Plumber", 0, 2, today - timedelta(days=1)),
    ]
    assert [trade.balance for trade in found.trades] == [2, -2]
    assert (found.received, found.given, found.more) == (3, 3, 0)
