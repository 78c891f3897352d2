"""What looks like a patient, and what does not."""

from __future__ import annotations

import json
import logging
import traceback
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models import phi
from models.phi import Finding
from tests import growth

FORMS = json.loads((Path(__file__).parents[1] / "guard" / "forms.json").read_text("utf-8"))

KNOWN = phi.channels("(614) 555-0111, Jo.Park@mercy.example")

PIECES = st.sampled_from(
    [
        *(
            "ssn",
            "social",
            "last 4",
            "mrn",
            "chart #",
            "dob",
            "born",
            "b.",
            "member id",
            "medicare",
        ),
        *("pt", "patient", "client", "resident", "mr.", "name is", "daughter of", "she is", "yo"),
        *("room", "bed", "stroke", "admitted", "surgery", "on", "3/4", "3/4/52", "march", "friday"),
        *("G81.90", "Mary", "Jones", "lopez", "claim", "office", "call", "555-0142", "614", "91"),
        *("219099999", "219-09", "9999", "two", "oh", "nine", "4242 4242 4242", "4242", "1EG4-TE5"),
        *(
            "MK73",
            "a@b.example",
            "dot com",
            "at",
            "７",
            "٣",
            "#",
            "\n",
            "(",
            "-",
            ",",
            ".",
            "[removed]",
        ),
    ]
)
LINES = st.one_of(
    st.text(max_size=400),
    st.lists(PIECES, max_size=30).map(" ".join),
    st.lists(PIECES).map("".join),
)
REPEATED = [
    *("1 ", "1-", "12345 ", "3/4 ", "d o b ", "mrn from a a ", "pt a named ", "a.b.c.d@", "91 "),
    *(
        "x at y dot ",
        "bed 3 stroke ",
        "G81.90 ",
        "ab cd G81.90 ",
        "s/p a a ",
        "4111-1111-111",
        "\n",
    ),
]


@pytest.mark.parametrize("said", ["{}", "met jo at st marys, {}"])
@pytest.mark.parametrize("text", FORMS["block"])
def test_a_number_that_names_a_patient_is_refused_whatever_one_says(said: str, text: str) -> None:
    line = said.format(text)
    with pytest.raises(phi.LooksLikePatient) as refused:
        phi.clean(line, allowed=[one.rule for one in phi.findings(line) if one.tier == phi.WARN])
    assert all(0 <= found.start < found.end <= len(line) for found in refused.value.found)
    assert not phi.only_warn(refused.value.rules)


@pytest.mark.parametrize("text", FORMS["warn"])
def test_words_that_may_describe_a_patient_go_on_when_a_person_says_they_do_not(text: str) -> None:
    with pytest.raises(phi.LooksLikePatient) as refused:
        phi.clean(text)
    assert phi.tier_of(refused.value.found) == phi.WARN
    assert phi.only_warn(refused.value.rules)
    assert phi.clean(text, allowed=refused.value.rules) == text


@pytest.mark.parametrize("said", ["{}", "met jo at st marys, {}"])
@pytest.mark.parametrize("text", FORMS["clean"])
def test_the_numbers_and_names_of_a_working_day_pass(said: str, text: str) -> None:
    assert phi.findings(said.format(text)) == []


def test_another_rules_answer_lets_nothing_pass() -> None:
    with pytest.raises(phi.LooksLikePatient):
        phi.clean("92 yo in room 412 with a stroke", allowed=["age of 90 or more"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("call (614) 555-0111", {"6145550111"}),
        ("1-614-555-0111 / 614.555.0111 / +1 614 555 0111 / 6145550111", {"6145550111"}),
        ("six one four five five five oh one one one", {"6145550111"}),
        ("６１４-５５５-０１１１", {"6145550111"}),
        ("Jo.Park@Mercy.example or 614-555-0111", {"jo.park@mercy.example", "6145550111"}),
        ("jo dot park at mercy dot com", {"jo.park@mercy.com"}),
        ("london is +44 20 7946 0958", {"442079460958"}),
        ("call 555-0111", {"5550111"}),
        ("npi 1234567893, 3/4/2026, claim 88-1234567, 12 beds", set()),
    ],
)
def test_phones_and_emails_are_told_in_one_form(text: str, told: set[str]) -> None:
    assert phi.channels(text) == told


@pytest.mark.parametrize(
    "text", ["call jo 614.555.0111", "write jo.park@mercy.example", "jo is at 555-0111, call her"]
)
def test_the_phone_and_email_of_a_contact_are_nobodys_secret(text: str) -> None:
    assert phi.findings(text, KNOWN) == []
    assert [one.rule for one in phi.findings(text)] == ["contact of a stranger"]


def test_the_place_is_that_of_the_text_as_typed() -> None:
    text = "ok 👍 ﬁne, ＭＲＮ ７７４１９２０ denied"
    found = phi.findings(text)[0]
    assert text[found.start : found.end] == "ＭＲＮ ７７４１９２０"


def test_only_the_words_that_were_found_are_replaced() -> None:
    text = "met jo, MRN 7741920 denied, pt Walter Finch in room 412 w/ tbi, call jo 614-555-0111"
    kept = phi.without(text, phi.findings(text, KNOWN))
    assert kept == "met jo, [removed] denied, [removed] in [removed] w/ tbi, call jo 614-555-0111"


def test_words_that_a_person_answered_for_stay() -> None:
    text = "92 yo, mrn 7741920"
    kept = phi.without(text, [one for one in phi.findings(text) if one.tier == phi.BLOCK])
    assert kept == "92 yo, [removed]"


def test_a_refusal_and_its_trace_say_no_word_of_the_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for text in (*FORMS["block"], *FORMS["warn"]):
        with pytest.raises(phi.LooksLikePatient) as refused:
            phi.clean(text)
        why = refused.value
        assert text not in f"{why} {why!r} {''.join(traceback.format_exception(why))}"
    assert not caplog.records


@given(LINES)
def test_no_text_at_all_breaks_the_guard(text: str) -> None:
    for found in phi.findings(text):
        assert 0 <= found.start < found.end <= len(text)
    assert all(one == one.lower() for one in phi.channels(text))


@given(LINES)
@example("ssn 219099999 219-09-9999 1234")
@example("pt Mary pt Jones Mary")
def test_what_is_left_passes_the_guard(text: str) -> None:
    phi.clean(phi.without(text, phi.findings(text)))


def test_a_finding_of_everything_leaves_the_replacement() -> None:
    text = "anything"
    assert phi.without(text, [Finding("x", phi.WARN, 0, len(text))]) == phi.REPLACED


@pytest.mark.parametrize("piece", REPEATED)
def test_eight_thousand_characters_take_their_share_and_no_more(piece: str) -> None:
    text = piece * 8000
    assert growth.of_four_times_as_much(lambda size: phi.findings(text[:size]), 8000) <= growth.MOST
