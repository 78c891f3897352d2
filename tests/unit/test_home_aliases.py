"""A rep's own words for accounts: learned from a correction, theirs alone, forgotten on request."""

from __future__ import annotations

import pytest

from models import aliases
from models.accounts import Account
from models.db import Sessions
from models.errors import NoSuchAccount
from models.lookup import Lookups
from models.users import Actor
from tests.conftest import Database
from tests.make import NOW, a_rep, an_account


@pytest.fixture
def places(sessions: Sessions) -> tuple[Actor, Account, Account]:
    """Dana, and two hospitals of one name."""
    with sessions.begin() as session:
        dana = a_rep(session)
        first = an_account(session, dana.workspace_id, "St. Mary's Medical Center", city="Evanston")
        second = an_account(session, dana.workspace_id, "St. Mary's Hospital", city="Racine")
        return dana, first, second


def test_a_word_is_remembered_for_the_rep_who_taught_it_and_nobody_else(
    each_database: Database,
) -> None:
    with each_database.sessions.begin() as session:
        dana, lee = a_rep(session), a_rep(session, "U2")
        marys = an_account(session, dana.workspace_id)
        aliases.teach(session, dana, "  The  BIG house ", marys.id, NOW)
        assert aliases.own(session, dana) == {"the big house": marys.id}
        assert aliases.own(session, lee) == {}
        (shown,) = aliases.of_user(session, dana)
        assert (shown.text, shown.account) == ("The BIG house", "St. Mary's Medical Center")


def test_the_later_of_two_meanings_holds(
    sessions: Sessions, places: tuple[Actor, Account, Account]
) -> None:
    dana, first, second = places
    with sessions.begin() as session:
        aliases.teach(session, dana, "st marys", first.id, NOW)
        aliases.teach(session, dana, "St. Mary's", second.id, NOW)
        aliases.teach(session, dana, "St. Mary's", second.id, NOW)
        assert aliases.own(session, dana) == {"st marys": second.id}
        assert len(aliases.of_user(session, dana)) == 1


def test_an_accounts_own_name_takes_a_wrong_meaning_away(
    sessions: Sessions, places: tuple[Actor, Account, Account]
) -> None:
    dana, first, second = places
    with sessions.begin() as session:
        aliases.teach(session, dana, "st marys hospital", first.id, NOW)
        aliases.teach(session, dana, "st marys hospital", second.id, NOW)
        assert aliases.own(session, dana) == {}


@pytest.mark.parametrize("word", ["hospital", "medical center", "x", "SSN 219-09-9999", "  "])
def test_words_that_say_nothing_or_name_a_patient_are_not_remembered(
    sessions: Sessions, places: tuple[Actor, Account, Account], word: str
) -> None:
    dana, first, _ = places
    with sessions.begin() as session:
        aliases.teach(session, dana, word, first.id, NOW)
        assert aliases.own(session, dana) == {}


def test_a_forgotten_word_is_gone_and_a_colleagues_cannot_be_forgotten(
    sessions: Sessions, places: tuple[Actor, Account, Account]
) -> None:
    dana, first, second = places
    with sessions.begin() as session:
        lee = a_rep(session, "U2")
        aliases.teach(session, dana, "mary big", first.id, NOW)
        aliases.teach(session, dana, "mary small", second.id, NOW)
        ids = [one.alias_id for one in aliases.of_user(session, dana) if one.text == "mary big"]
        aliases.forget(session, lee, ids)
        assert len(aliases.own(session, dana)) == 2
        aliases.forget(session, dana, ids)
        assert aliases.own(session, dana) == {"mary small": second.id}


def test_a_reps_own_word_is_in_nobodys_shared_lookup(
    sessions: Sessions, places: tuple[Actor, Account, Account]
) -> None:
    dana, first, _ = places
    with sessions.begin() as session:
        aliases.teach(session, dana, "the big house", first.id, NOW)
        index = Lookups().get(session, dana.workspace_id)
        assert index.accounts[first.id].aliases == ()


def test_a_word_for_another_workspaces_account_is_refused(sessions: Sessions) -> None:
    with sessions.begin() as session:
        dana = a_rep(session)
        with pytest.raises(NoSuchAccount):
            aliases.teach(session, dana, "the big house", 4711, NOW)
