"""`/touchbase holidays`: the days on which nobody is sent a morning message."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from handlers.reading import dates
from handlers.views import holidays as views
from handlers.views.words import as_typed
from models import holidays, permissions, phi, users
from models.clock import Clock
from models.db import Sessions, reading
from models.errors import BadDate, BadPlace
from models.text import tidy
from models.users import Actor

_LONGEST_NAME = 80

_ADD = ("add", "off", "closed")
_WORK = ("work", "worked", "working", "open")
_REMOVE = ("remove", "delete", "drop", "rm")


def answer(line: str, actor: Actor, sessions: Sessions, clock: Clock) -> str:
    """`/touchbase holidays` shows the next ones; admins change them: `add 2026-12-24 Company day`,
    `work 2026-10-12`, `remove 2026-12-24`, `US-TX`, `none`.

    Raises NotAllowed, BadDate, BadPlace and LooksLikePatient.
    """
    now = clock()
    today = actor.today(now)
    word, _, rest = as_typed(line).strip().partition(" ")
    said = ""
    if word:
        permissions.must_set_holidays(actor)
        said = _change(word, rest.strip(), actor, sessions, now)
    with reading(sessions) as session:
        place = holidays.place(holidays.place_of(session, actor.workspace_id))
        coming = holidays.coming(session, actor.workspace_id, today, views.SHOWN)
    return views.shown(place, coming, today, said=said, may_change=permissions.sets_holidays(actor))


def _change(word: str, rest: str, actor: Actor, sessions: Sessions, now: datetime) -> str:
    """Do what the words say; what was done, in words."""
    workspace_id, by_id = actor.workspace_id, actor.user_id
    act = word.casefold()
    if act in (*_ADD, *_WORK, *_REMOVE):
        day, name = _day_and_name(rest, actor, now)
        with sessions.begin() as session:
            if act in _REMOVE:
                found = holidays.remove(session, workspace_id, day, by_id=by_id, now=now)
                said = views.removed(day, found=found)
            else:
                off = act in _ADD
                clean = phi.clean(tidy(name, _LONGEST_NAME))
                holidays.put(session, workspace_id, day, clean, off=off, by_id=by_id, now=now)
                said = views.put(day, off=off)
            users.replan_all(session, workspace_id)
        return said
    code = _place(f"{word} {rest}".strip())
    with sessions.begin() as session:
        holidays.move(session, workspace_id, code, by_id=by_id, now=now)
        users.replan_all(session, workspace_id)
    return views.moved(holidays.place(code))


def _day_and_name(rest: str, actor: Actor, now: datetime) -> tuple[date, str]:
    """The day that the words begin with, and those behind it. Raises BadDate."""
    first, _, name = rest.partition(" ")
    try:
        return date.fromisoformat(first), name.strip()
    except ValueError:
        pass
    midnight = datetime.combine(actor.today(now), time(), tzinfo=ZoneInfo(actor.zone))
    for found in dates.find(rest, midnight):
        if found.start == 0 and found.ahead is not None:
            return found.ahead, rest[found.end :].strip(" ,:")
    raise BadDate(first)


def _place(words: str) -> str:
    """The code that the words are, or the one place whose name they are. Raises BadPlace."""
    if words.casefold() in ("none", "no"):
        return holidays.NONE
    if holidays.is_place(words.upper()):
        return words.upper()
    like = holidays.places_like(words, 2)
    if len(like) != 1:
        raise BadPlace(words)
    return like[0].code
