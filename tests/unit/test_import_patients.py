"""Patients stay out of imports, and a person may say that words are none of a patient's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.views import imports as views
from models import phi, workspaces
from models.accounts import Account
from models.audit import Audit
from models.db import Sessions
from models.exchange.broken import SaysPatient
from models.exchange.guard import refuse_patients
from models.imports import run
from models.imports.report import Report, RowsRefused
from models.imports.run import Order
from tests.make import NOW, a_workspace

GUARD = Path(__file__).parents[1] / "guard"
DOUBTFUL = "name,territory\nMercy,North\nGrace,pt Walter Finch\nHope,call jo 614-555-0142\n"


@pytest.fixture
def here(sessions: Sessions) -> Sessions:
    with sessions.begin() as session:
        a_workspace(session)
    return sessions


def take(sessions: Sessions, folder: Path, text: str, **asked: bool) -> Report:
    file = folder / "accounts.csv"
    file.write_text(text)
    parsed = run.parse(Order("accounts", file, **asked))  # type: ignore[arg-type]
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        return run.store(session, workspace, parsed, NOW)


def refused_for(text: str) -> tuple[str, ...]:
    """The rules for which a field of an import is refused."""
    try:
        refuse_patients(["note"], {"note": text}, allow=False)
    except SaysPatient as refused:
        return refused.rules
    return ()


def labelled() -> Iterator[str]:
    yield from (note["text"] for note in json.loads((GUARD / "notes.json").read_text())["notes"])
    forms = json.loads((GUARD / "forms.json").read_text())
    yield from (text for name in ("block", "warn", "clean") for text in forms[name])


def test_words_that_may_describe_a_patient_refuse_the_row_and_are_not_repeated(
    here: Sessions, tmp_path: Path
) -> None:
    with pytest.raises(RowsRefused) as refused:
        take(here, tmp_path, DOUBTFUL)
    said = "\n".join(views.rejected(refused.value.rejects))
    assert said == (
        "line 3: territory looks like patient data (patient and name); if none of it is about a "
        "patient, add --not-patients\n"
        "line 4: territory looks like patient data (contact of a stranger); if none of it is about "
        "a patient, add --not-patients"
    )
    assert "Finch" not in f"{refused.value!r}"


def test_rows_go_in_when_the_person_says_that_none_is_about_a_patient(
    here: Sessions, tmp_path: Path
) -> None:
    report = take(here, tmp_path, DOUBTFUL, not_patients=True)
    assert (report.new, len(report.rejects)) == (3, 0)
    assert views.summary(report)[:2] == [
        "Not about a patient, as you said: contact of a stranger, 1 field",
        "Not about a patient, as you said: patient and name, 1 field",
    ]
    with here() as session:
        noted = session.scalars(select(Audit).filter_by(action="phi.not_a_patient")).one()
        assert noted.facts["patient and name"] == noted.facts["contact of a stranger"] == 1
        assert "Finch" not in json.dumps(noted.facts)
        assert session.scalars(select(Account.name).order_by(Account.name)).all() == [
            *("Grace", "Hope", "Mercy")
        ]


def test_an_import_in_which_nothing_was_doubted_leaves_no_such_audit(
    here: Sessions, tmp_path: Path
) -> None:
    take(here, tmp_path, "name\nMercy\n", not_patients=True)
    with here() as session:
        assert session.scalars(select(Audit).filter_by(action="phi.not_a_patient")).all() == []


def test_a_number_of_a_patient_is_refused_whatever_the_person_says(
    here: Sessions, tmp_path: Path
) -> None:
    with pytest.raises(RowsRefused) as refused:
        take(here, tmp_path, "name,territory\nMercy,92 yo MRN 7741920\n", not_patients=True)
    said = views.refused_rows(refused.value)
    assert "which Touchbase does not store" in said
    assert "--not-patients" not in said
    assert "7741920" not in said


def test_phones_emails_and_titles_of_contacts_are_no_patients(tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(
        "account_name,name,title,role,email,phone\n"
        "Mercy,Jo Park,Patient Access Director,Client Services,jo@mercy.example,614-555-0142\n"
        "Mercy,Ann Lee,Resident Services,Patient Experience,ann@mercy.example,(614) 555-0143\n"
    )
    assert len(run.parse(Order("contacts", file)).rows) == 2


def test_the_quick_look_before_the_guard_misses_nothing_it_finds() -> None:
    for text in labelled():
        rules = tuple(dict.fromkeys(one.rule for one in phi.findings(text)))
        assert refused_for(text) == rules
