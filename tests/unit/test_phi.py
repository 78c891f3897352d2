"""What looks like a patient, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import phi

NUMBERS = [
    "ssn 219-09-9999",
    "SSN: 219099999",
    "social security two one nine oh nine nine nine nine nine going home",
    "social is two nineteen oh nine ninety nine ninety nine",
    "123-45-6789 came up",
    "987-65-4321 came up",
    "2 1 9 0 9 9 9 9 9",
    "last four of social 9999",
    "ss# ends in 4821",
    "２１９-０９-９９９９",
    "٢١٩-٠٩-٩٩٩٩",
    "219\u200b-09\u20119999",
    "MRN 7741920 was denied",
    "mrn: 77 41 92",
    "m r n seven seven four one nine two oh",
    "medical record number is A-12345",
    "chart # 4421",
    "chart 8812345",
    "member id XYZ123456789",
    "patient id 20441",
    "medicaid # 4471982",
    "DOB 3/9/47",
    "d.o.b. 03-09-1947",
    "date of birth March ninth nineteen forty seven",
    "dob three nine forty seven",
    "born 3/9/1947",
    "born March 9, 1947",
    "1EG4-TE5-MK73",
    "1eg4te5mk73",
    "one e g four t e five m k seven three",
    "4111 1111 1111 1111",
    "card 5500-0000-0000-0004",
]

DESCRIPTIONS = [
    "pt John Carver needs neuro",
    "patient walter dunleavy going home",
    "resident Alice Gomez fell",
    "Walter Dunleavy, a patient at Grant",
    "Mr. Dunleavy was discharged",
    "92 yo woman",
    "ninety two year old with tbi",
    "aged 94",
    "room 412 stroke going home",
    "admitted 10/12",
    "discharged on Friday",
    "surgery scheduled for March 4",
    "I63.9 for Mary Jones",
]

HARMLESS = [
    "call 614-555-0111 or (614) 555-0111 or 6145550111",
    "fax 1-800-555-0123",
    "claim 123-45-6789 approved",
    "claim 88-1234567 and policy number 12345678",
    "policy 4111111111111111",
    "form 5500 and the 401(k), 12 beds at $4k",
    "member services 800-555-0199",
    "Gretchen's birthday is 3/9",
    "npi 1234567893",
    "rm 210 conf room, census talk",
    "lutheran 9 empty beds, unit at 70%",
    "discharge planner back Friday",
    "surgery center 3/4",
    "a 95 year old company",
    "patient care at Grant",
    "Patient Access team",
    "patients Monday",
    "Omari Keene, PT, liked it",
    "PT Marcus Hale showed the gym",
    "resident Dr. Smith",
    "client Services",
    "2 refs 12 beds 18 ppl wed 10/22 7am",
    "census 45 30 22 10 9 1 2",
    "zip 43215-1234",
    "admissions are up since 3/4",
]


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_that_names_a_patient_is_refused(text: str) -> None:
    with pytest.raises(phi.LooksLikePatient) as refused:
        phi.clean(f"met jo, {text}")
    assert refused.value.rules
    assert all(8 <= start < end <= len(text) + 8 for start, end in refused.value.spans)


@pytest.mark.parametrize("text", DESCRIPTIONS)
def test_words_that_may_describe_a_patient_are_pointed_out_and_pass(text: str) -> None:
    assert phi.tier_of(phi.findings(text)) == phi.WARN
    assert phi.clean(text) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_the_numbers_and_names_of_a_working_day_pass(text: str) -> None:
    assert phi.findings(text) == []


def test_the_place_is_that_of_the_text_as_typed() -> None:
    text = "ok 👍 ﬁne, ＭＲＮ ７７４１９２０ denied"
    found = phi.findings(text)[0]
    assert text[found.start : found.end] == "ＭＲＮ ７７４１９２０"


def test_a_refusal_says_no_word_of_the_text() -> None:
    with pytest.raises(phi.LooksLikePatient) as refused:
        phi.clean("MRN 7741920")
    assert "7741920" not in f"{refused.value} {refused.value!r}"


@given(st.text(max_size=400))
def test_no_text_at_all_breaks_the_guard(text: str) -> None:
    for found in phi.findings(text):
        assert 0 <= found.start < found.end <= len(text)
