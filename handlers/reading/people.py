"""Who was met: the contacts a line names, and names that are on no list. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from handlers.reading.words import ORDINARY, TITLES, Token
from models.given_names import COMMON, SHORT_FORMS
from models.lookup import ContactName
from models.name_words import GENERIC, KINDS, raw_words, spelled
from models.text import listed

FULL, TITLED, INITIAL, FIRST, LAST = 0.9, 0.7, 0.7, 0.5, 0.4
"""How surely a person is meant: by both names, by "Dr" and the last name, by the first name and
an initial, by the first or the last name alone."""

_CREDENTIALS = listed(
    """
    md do rn lpn np pa pac phd psyd pt dpt ot otr otrl slp ccc msw lsw lcsw lisw bsw ccm cmcn cdp
    aprn fnp bsn msn mba mha jd esq cpa cfp cfa chfc clu qpa erpa nha lnha cna cma rd rdn rph
    pharmd dc dds facs faan facp jr sr ii iii iv
    """
)
_DOCTOR = listed("dr doctor doc")
_DOCTORS = listed(
    """
    md do dds dmd phd psyd dpm dc dpt od pharmd dvm facs hospitalist dentist doctor dr attending
    resident fellow chief medical intensivist internist anesthesiologist optometrist
    """
)
# A letter after a first name that is a word of its own: "tess y val", "bev w out".
_LETTER_WORDS = frozenset("aiywneo")
_MET = listed(
    """
    saw met meet meeting with w spoke spoken talked talk visited called emailed texted left
    caught see seeing named contact asked thanked to via intro introduced and called hosted
    dispatcher manager director nurse admin administrator adjuster planner coordinator liaison
    owner agent advisor receptionist supervisor surgeon therapist worker intake rep from guy gal
    lady girl woman man person backup assistant asst boss coworker replacement successor
    """
)
_ROLES = listed(
    """
    contact cm case manager mgr nurse admin administrator planner coordinator liaison don adon sw
    worker director rep person guy adjuster agent advisor dispatcher supervisor owner hr ceo cfo coo
    csr doctor doc physiatrist surgeon therapist hospitalist receptionist estimator buyer biller
    scheduler navigator rn lpn np pa ot slp lead chief head
    """
)
_AFTER_TO = listed("spoke spoken talked talk intro introduced introduction")
_AFTER_IS = listed(
    """
    name manager director nurse admin administrator planner coordinator liaison owner agent
    advisor contact person boss lead supervisor dispatcher adjuster worker there
    """
)
_NO_PEOPLE = listed(
    "patient patients pt pts resident client member insured claimant homeowner family tenant"
)


@dataclass(frozen=True)
class Mention:
    """A contact and the tokens, `first` to `last` included, that name them."""

    contact: ContactName
    first: int
    last: int
    strength: float


@lru_cache(maxsize=4096)
def name_parts(name: str) -> tuple[tuple[str, ...], str]:
    """A contact's first names and last name, folded: ("lou", "ann"), "teague".

    Titles and credentials are left out; a person with one name has no last name.
    """
    words = [word for word in raw_words(name.partition(",")[0]) if word not in TITLES]
    while len(words) > 1 and words[-1] in _CREDENTIALS:
        words.pop()
    if len(words) < 2:
        return tuple(words), ""
    return tuple(words[:-1]), words[-1]


@lru_cache(maxsize=4096)
def may_be_doctor(contact: ContactName) -> bool:
    """Whether "Dr" may be said of the person, as far as credentials and title tell."""
    told = [*raw_words(contact.name.partition(",")[2]), *raw_words(contact.title)]
    return not told or any(
        word in _DOCTORS or word.endswith(("ologist", "iatrist", "surgeon", "ician"))
        for word in told
    )


def mentions(
    contacts: Iterable[ContactName], line: Sequence[Token], taken: frozenset[int]
) -> list[Mention]:
    """The contacts that the line names, in its order; where two fit the same words, neither.

    taken  tokens that say something else: the account's name, a date, a patient.
    """
    found = [
        one
        for contact in contacts
        for name in (contact.name, *contact.aliases)
        for one in _of_contact(contact, name, line, taken)
    ]
    found.sort(key=lambda one: (-one.strength, one.first - one.last, one.first))
    kept: dict[int, Mention] = {}
    spent: dict[int, Mention] = {}
    doubtful: set[int] = set()
    for one in found:
        if one.contact.id in kept:
            continue
        others = {
            spent[place].contact.id: spent[place]
            for place in range(one.first, one.last + 1)
            if place in spent
        }
        if any(place in doubtful for place in range(one.first, one.last + 1)):
            continue
        if not others:
            kept[one.contact.id] = one
            spent.update(dict.fromkeys(range(one.first, one.last + 1), one))
            continue
        for other in others.values():  # equally likely: nobody is chosen by chance
            if other.strength == one.strength and (other.first, other.last) == (
                one.first,
                one.last,
            ):
                kept.pop(other.contact.id, None)
                doubtful.update(range(one.first, one.last + 1))
    return sorted(kept.values(), key=lambda one: one.first)


def _of_contact(
    contact: ContactName, name: str, line: Sequence[Token], taken: frozenset[int]
) -> Iterable[Mention]:
    given, last = name_parts(name)
    if not given:
        return
    for place, token in enumerate(line):
        if place in taken:
            continue
        if _is_given(token, given[0]) or (len(given) > 1 and token.key == "".join(given)):
            end, strength = _rest_of_name(place, given, last, line, taken)
            if strength and _may_stand(place, strength, line):
                yield Mention(contact, place, end, strength)
        elif last and _is_last(token, last):
            before = line[place - 1] if place and not token.gap else None
            if before is not None and before.key in TITLES:
                doctor = before.key not in _DOCTOR or may_be_doctor(contact)
                yield Mention(contact, place - 1, place, TITLED if doctor else LAST)
            elif before is not None and before.capital and before.key in COMMON:
                continue  # another person of that family
            elif _in_other_name(place, line):
                continue
            elif token.key not in ORDINARY and len(last) >= 4 and token.owner == last:
                yield Mention(contact, place, place, LAST)


def _in_other_name(place: int, line: Sequence[Token]) -> bool:
    """Whether a last name stands inside a longer name: "Cypress Hill Rehabilitation"."""
    before = line[place - 1] if place and not line[place].gap else None
    after = line[place + 1] if place + 1 < len(line) and not line[place + 1].gap else None
    if before is not None and before.capital and before.key not in ORDINARY:
        return True
    return after is not None and (_is_trade(after.key) or (after.capital and len(after.key) > 1))


def _rest_of_name(
    place: int, given: Sequence[str], last: str, line: Sequence[Token], taken: frozenset[int]
) -> tuple[int, float]:
    """Up to which token the name goes on, and how sure it is; 0.0 when it is somebody else."""
    end = place
    for name in given[1:]:
        after = end + 1
        if after < len(line) and after not in taken and line[after].key == name:
            end = after
    after = end + 1
    if after >= len(line) or after in taken or line[after].gap or not last:
        return end, FIRST if last else FULL
    token = line[after]
    if len(token.key) == 1 and token.key.isalpha():
        if token.key == last[0]:
            return after, INITIAL
        further = after + 1  # "Gerald Q Pomeroy": a middle initial
        if further < len(line) and further not in taken and _is_last(line[further], last):
            return further, FULL
        return (end, FIRST) if token.key in _LETTER_WORDS else (end, 0.0)
    if _is_last(token, last) or (len(token.key) >= 3 and last.startswith(token.key)):
        return after, FULL
    other = line[place].capital and token.capital and token.key not in ORDINARY
    if other and token.key not in COMMON and spelled(token.key)[0] not in GENERIC | KINDS:
        return end, 0.0
    return end, FIRST


def _may_stand(place: int, strength: float, line: Sequence[Token]) -> bool:
    """Whether an everyday word ("will", "mark") may be a first name where it stands."""
    token = line[place]
    if strength > FIRST or token.key not in ORDINARY:
        return True
    before = line[place - 1].key if place else ""
    return (token.capital and place > 0) or before in ("w", "with", "saw", "met", "and")


def _is_given(token: Token, name: str) -> bool:
    key = token.owner
    if key[:1] != name[:1] and key not in SHORT_FORMS and name not in SHORT_FORMS:
        return False
    if key == name or name in SHORT_FORMS.get(key, ()) or key in SHORT_FORMS.get(name, ()):
        return True
    if key in ORDINARY or len(key) < 3:
        return False
    if len(name) >= 4 and name.startswith(key) and len(name) - len(key) <= 5:
        return True
    return len(key) >= 5 and key not in COMMON and fuzz.ratio(key, name) >= 83


def _is_last(token: Token, last: str) -> bool:
    if last in (token.key, token.owner):
        return True
    if (
        token.key[:1] != last[:1]
        or token.key in ORDINARY
        or len(token.key) < 5
        or token.key in COMMON
    ):
        return False
    return fuzz.ratio(token.owner, last) >= 84


def strangers(
    line: Sequence[Token], taken: frozenset[int], closed: frozenset[int], account: frozenset[int]
) -> list[tuple[int, int]]:
    """People nobody has entered yet, as (first, last) tokens: a name after a word of meeting.

    taken   tokens that say something else, known contacts too.
    closed  tokens that nobody new is looked for in: patients, other firms' deeds, mentions.
    account the tokens of the account's name: a first name right behind it was met there.
    """
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(line):
        if place in taken or place in closed:
            place += 1
            continue
        token = line[place]
        at_account = place - 1 in account and not token.gap  # "fairview susan b, 2 refs"
        named = at_account and token.key in COMMON and token.key not in ORDINARY
        told = named or _introduces(place, line, found)
        if not told and not token.capital:
            place += 1
            continue
        last = _stranger_from(place, line, taken | closed)
        if last is not None and (told or _becomes(last, line)):
            found.append((place, last))
            place = last
        place += 1
    return found


def _introduces(place: int, line: Sequence[Token], found: Sequence[tuple[int, int]]) -> bool:
    if line[place].key in TITLES:
        return True
    if not place:
        return False
    before, further = line[place - 1].key, line[place - 2].key if place > 1 else ""
    if before in _NO_PEOPLE or further in _NO_PEOPLE:
        return False
    if _told_new(place, line):
        return True
    if line[place].gap:
        return False
    if before in ("and", "y", "n") or (before == "w" and further in _NO_PEOPLE):
        return bool(found) and found[-1][1] == place - 2
    if before in ("to", "from"):
        return further in _AFTER_TO
    if before == "is":
        return further in _AFTER_IS
    return before in _MET


def _told_new(place: int, line: Sequence[Token]) -> bool:
    """Whether the words before announce somebody new: "new contact at St Marys: Dana Prewitt",
    "the new DON is Trish", "new CM Dana"."""
    if not (
        line[place].gap or line[place - 1].key in _ROLES or line[place - 1].key in ("is", "named")
    ):
        return False
    for at in range(place - 1, max(-1, place - 12), -1):
        if line[at].key == "new":
            return any(token.key in _ROLES for token in line[at + 1 : min(at + 4, place)])
        if line[at].gap:
            return False
    return False


def _becomes(last: int, line: Sequence[Token]) -> bool:
    """Whether what follows a name says that somebody new goes by it: "Dana is the new DON"."""
    keys = [token.key for token in line[last + 1 : last + 5] if not token.gap]
    return keys[:1] == ["is"] and "new" in keys and keys.index("new") <= 2


def _stranger_from(place: int, line: Sequence[Token], closed: frozenset[int]) -> int | None:
    """The last token of the name that begins here; None when it is no name."""
    start = place
    titled = line[place].key in TITLES
    if titled:
        start += 1
        if start >= len(line) or line[start].gap or start in closed:
            return None
    token = line[start]
    if not token.key.isalpha() or len(token.key) < 2 or _is_trade(token.key):
        return None
    known = token.key in COMMON or token.key in SHORT_FORMS
    if token.key in ORDINARY and not (known and token.capital):
        return None
    if not (token.capital or known or titled):
        return None
    last = start
    for after in range(start + 1, min(start + 3, len(line))):
        next_one = line[after]
        if next_one.gap or after in closed or not next_one.key.isalpha():
            break
        if next_one.key in ORDINARY or _is_trade(next_one.key):
            break
        if next_one.key in COMMON and not (token.capital and next_one.capital):
            break
        if token.capital and not next_one.capital and len(next_one.key) > 1:
            break
        if next_one.key in TITLES or next_one.key in _CREDENTIALS:
            break
        last = after
    return last


def _is_trade(word: str) -> bool:
    return any(one in GENERIC or one in KINDS for one in spelled(word))
