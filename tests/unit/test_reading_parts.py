"""The parts of a line one by one: referrals, types, competitors, people."""

from __future__ import annotations

import pytest

from handlers.reading import counts, kinds, markup, people, rivals, words
from models.lookup import CompetitorName, ContactName, Index

RIVALS = Index.build(
    (),
    (),
    [
        CompetitorName(1, "Select Medical", ("select",)),
        CompetitorName(2, "Principal", ("principal financial",)),
        CompetitorName(3, "Servpro", ("serv pro",)),
        CompetitorName(4, "Fidelity"),
    ],
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 refs", 2),
        ("one referral", 1),
        ("a couple of good leads", 2),
        ("promised two referrals", 2),
        ("sent us one lead", 1),
        ("refs: 3", 3),
        ("0 leads", 0),
        ("no referrals yet", 0),
        ("refs none", 0),
        ("2 trabajos", 2),
        ("1 referido", 1),
        ("1 ref from jo, 2 refs from bea", 3),
        ("2-3 refs", 2),
        ("3 possible tbi referrals", 3),
        ("2 referals", 2),
        ("9 empty beds", None),
        ("18 ppl", None),
        ("rm 412, $4k, 401(k), form 5500", None),
        ("3 leads last month", None),
        ("they send 10 refs a week", None),
        ("wants 3 refs", None),
        ("the referral fee", None),
        ("1 referral form", None),
    ],
)
def test_only_referrals_are_counted(text: str, value: int | None) -> None:
    assert counts.referrals(text).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18 ppl", 18),
        ("12 attended", 12),
        ("lunch for 20", 20),
        ("breakfast at fairview for 12 w/ bev", 12),
        ("in-service for 14 therapists", 14),
        ("in service at two for about twenty nurses", 20),
        ("met with 6 case managers", 6),
        ("twelve people came", 12),
        ("fed 15", 15),
        ("rm 412", None),
        ("12 beds", None),
        ("they need 3 nurses", None),
        ("9 RNs on the unit", None),
        ("120 lives plan", None),
        ("lunch for 2 hours", None),
        ("2 refs for 3 buildings", None),
    ],
)
def test_only_people_who_were_there_are_counted(text: str, value: int | None) -> None:
    assert counts.headcount(text).value == value


def test_at_an_in_service_a_number_of_nurses_is_who_was_there() -> None:
    assert counts.headcount("in-service, 9 RNs", group=True).value == 9


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("saw jo", "visit"),
        ("called jo", "call"),
        ("called, left vm", "voicemail"),
        ("left a voicemail for jo", "voicemail"),
        ("L&L for 18", "lunch and learn"),
        ("lunch and learn with jo", "lunch and learn"),
        ("in-svc for 12 RNs", "in-service"),
        ("zoom with jo", "virtual meeting"),
        ("teams call w/ jo", "virtual meeting"),
        ("emailed the rates", "email"),
        ("texted jo", "text"),
        ("dropped off cookies", "drop-off"),
        ("left 20 folders", "drop-off"),
        ("chamber mixer", "event"),
        ("conference room, jo", "visit"),
        ("wants a zoom", "visit"),
        ("asked for an in-service", "visit"),
        ("call her mon", "visit"),
        ("will email the rates", "visit"),
        ("dropped by", "visit"),
        ("no call", "visit"),
    ],
)
def test_the_type_is_what_was_done(text: str, kind: str) -> None:
    assert kinds.read(text, (), ())[0] == kind


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("they send everybody to Select today", "Select Medical"),
        ("losing them to select", "Select Medical"),
        ("select is in there", "Select Medical"),
        ("select few were there", None),
        ("they use principal", "Principal"),
        ("principal reason is beds", None),
        ("met the principal", None),
        ("plan is with Fidelity", "Fidelity"),
        ("fidelity bond due", None),
        ("servpro beat us", "Servpro"),
        ("serv pro again", "Servpro"),
        ("they use Acme Restoration now", "Acme Restoration"),
        ("they use it a lot", None),
        ("they use our forms", None),
    ],
)
def test_an_everyday_word_is_a_competitor_only_with_a_sign(text: str, name: str | None) -> None:
    rival = rivals.read(text, words.tokens(text), RIVALS)
    assert (rival.known.name if rival.known else rival.name) == name


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("gretchen a", ["Gretchen Ahlers, RN"]),
        ("gretchn ahlers", ["Gretchen Ahlers, RN"]),
        ("dr bhatt", ["Samir Bhatt, MD"]),
        ("Doctor Bhatt's office", ["Samir Bhatt, MD"]),
        ("bev stout", ["Beverly Stout"]),
        ("lou ann", ["Lou Ann Teague"]),
        ("bill", ["William Ott"]),
        ("mike s", ["Mike Sanders"]),
        ("mike t", ["Mike Tully"]),
        ("mike", []),
        ("gretchen z", []),
        ("Gretchen Vance", []),
        ("beverage cart", []),
    ],
)
def test_people_are_known_by_any_part_that_is_theirs_alone(text: str, met: list[str]) -> None:
    names = [
        *("Gretchen Ahlers, RN", "Samir Bhatt, MD", "Beverly Stout", "Lou Ann Teague"),
        *("William Ott", "Mike Sanders", "Mike Tully"),
    ]
    listed = [ContactName(place, 1, name) for place, name in enumerate(names)]
    found = people.mentions(listed, words.tokens(text), frozenset())
    assert [one.contact.name for one in found] == met


def test_links_and_channels_are_read_as_they_look() -> None:
    plain = markup.plain("see <https://a.example|the sheet> in <#C1|leads> &lt;b&gt; <@U1>")
    assert plain.text == "see the sheet (https://a.example) in #leads <b> <@U1>"
    assert [plain.text[start:end] for start, end in plain.closed] == [
        "the sheet (https://a.example)",
        "#leads",
        "<@U1>",
    ]
