"""What is said of a channel's Monday digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from handlers.views.habits import at_local

USAGE = (
    "`/touchbase digest here` posts the Monday digest in the channel you type it in.\n"
    "`/touchbase digest me` sends it to you. Add `short` for four lines.\n"
    "`/touchbase digest off` or `digest me off` stops it."
)


@dataclass(frozen=True)
class Digest:
    """A channel's digest.

    people   how many it is about, the asker included; None: everyone.
    asker    Slack id of whose people they are.
    next_at  the next one, in the time of `zone`.
    own      it comes to the asker alone.
    """

    people: int | None
    asker: str
    zone: str
    next_at: datetime | None
    own: bool = False
    short: bool = False


def started(digest: Digest, actor: str, today: date) -> str:
    """The answer to whoever asked for it."""
    said = f"Done: {_gets(digest)}. {_first(digest, 'First', actor, today)}"
    if digest.people == 1:
        said += f"\nNobody reports to you yet. An admin can type /touchbase manager @ann <@{actor}>"
    return f"{said}\nStop it with `/touchbase digest {'me ' if digest.own else ''}off`."


def standing(digest: Digest | None, actor: str, today: date, *, own: bool) -> str:
    """What this channel, or the actor, gets now, and how to change that."""
    if digest is None:
        return f"{'You get' if own else 'This channel gets'} no digest.\n{USAGE}"
    gets = _gets(digest)
    return f"{gets[0].upper()}{gets[1:]}. {_first(digest, 'Next', actor, today)}\n{USAGE}"


def _gets(digest: Digest) -> str:
    who = "you get" if digest.own else "this channel gets"
    return f"{who} the Monday digest{', in four lines' if digest.short else ''}"


def stopped(*, was_on: bool, own: bool) -> str:
    """The answer to `digest off`."""
    if not was_on:
        has = "You have" if own else "This channel has"
        return f"{has} no digest, so there is nothing to stop."
    if own:
        return "Done: no more Monday digest for you. `/touchbase digest me` brings it back."
    return "Done: no more Monday digest here. `/touchbase digest here` brings it back."


def picture_comes() -> str:
    """The answer to a press on Heat map."""
    return "On its way: the heat map of the accounts you can see, as a direct message."


def _first(digest: Digest, which: str, actor: str, today: date) -> str:
    whose = "your" if digest.asker == actor else f"<@{digest.asker}>'s"
    about = "everyone" if digest.people is None else f"{whose} team of {digest.people}"
    if digest.next_at is None:
        return f"It is about {about}."
    return f"{which} one: {at_local(digest.next_at, digest.zone, today)}, about {about}."
