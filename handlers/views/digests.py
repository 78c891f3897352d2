"""What is said of a channel's Monday digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from handlers.views.habits import at_local

USAGE = (
    "Type `/touchbase digest here` in the channel that wants the Monday digest, "
    "`/touchbase digest off` to stop it."
)


@dataclass(frozen=True)
class Digest:
    """A channel's digest.

    people   how many it is about, the asker included; None: everyone.
    asker    Slack id of whose people they are.
    next_at  the next one, in the time of `zone`.
    """

    people: int | None
    asker: str
    zone: str
    next_at: datetime | None


def started(digest: Digest, actor: str, today: date) -> str:
    """The answer to whoever asked for it."""
    said = f"Done: this channel gets the Monday digest. {_first(digest, 'First', actor, today)}"
    if digest.people == 1:
        said += f"\nNobody is under you yet: an admin types /touchbase manager @ann <@{actor}>"
    return f"{said}\nStop it with `/touchbase digest off`."


def standing(digest: Digest | None, actor: str, today: date) -> str:
    """What this channel gets now, and how to change that."""
    if digest is None:
        return f"This channel gets no digest. {USAGE}"
    return f"This channel gets the Monday digest. {_first(digest, 'Next', actor, today)}\n{USAGE}"


def stopped(*, was_on: bool) -> str:
    """The answer to `digest off`."""
    if not was_on:
        return "This channel has no digest, so there is nothing to stop."
    return "Done: no more Monday digest here. `/touchbase digest here` brings it back."


def picture_comes() -> str:
    """The answer to a press on Heat map."""
    return "On its way: the heat map of the accounts you may see comes as a direct message."


def _first(digest: Digest, which: str, actor: str, today: date) -> str:
    whose = "your" if digest.asker == actor else f"<@{digest.asker}>'s"
    about = "everyone" if digest.people is None else f"{whose} team of {digest.people}"
    if digest.next_at is None:
        return f"It is about {about}."
    return f"{which} one: {at_local(digest.next_at, digest.zone, today)}, about {about}."
