"""How a kind of file was taken, kept under a name for the next time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.db import insert_or_update
from models.exchange.broken import BadOrder
from models.import_runs import Mapping
from models.text import name_key, tidy

LONGEST_NAME = 60


@dataclass
class NoSuchMapping(BadOrder):
    """No mapping of this name was saved for this kind of file."""

    kind: str
    name: str
    names: Sequence[str]


@dataclass(frozen=True)
class Options:
    """What may be said of a file's columns; None where nothing was."""

    maps: Sequence[str] = ()
    sets: Sequence[str] = ()
    delimiter: str | None = None
    encoding: str | None = None
    dates: str | None = None

    def over(self, saved: Options) -> Options:
        """These, and where they say nothing the saved ones."""
        return Options(
            maps=_over_maps(self.maps, saved.maps),
            sets=_over_sets(self.sets, saved.sets),
            delimiter=self.delimiter or saved.delimiter,
            encoding=self.encoding or saved.encoding,
            dates=self.dates or saved.dates,
        )


def saved(session: Session, workspace_id: int, kind: str, name: str) -> Options:
    """The options of this name. Raises NoSuchMapping."""
    here = select(Mapping).where(Mapping.workspace_id == workspace_id, Mapping.kind == kind)
    found = session.scalar(here.where(Mapping.name == _name(name)))
    if found is None:
        names = session.scalars(here.order_by(Mapping.name)).all()
        raise NoSuchMapping(kind, name, [one.name for one in names])
    return Options(**found.options)


def save(
    session: Session, workspace_id: int, kind: str, name: str, options: Options, now: datetime
) -> None:
    """Keep the options under this name, in the place of others that had it."""
    row = {
        "workspace_id": workspace_id,
        "kind": kind,
        "name": _name(name),
        "options": asdict(options),
        "saved_at": now,
    }
    insert_or_update(
        session,
        Mapping,
        row,
        on=("workspace_id", "kind", "name"),
        changes=lambda new: {"options": new.options, "saved_at": new.saved_at},
    )


def _name(name: str) -> str:
    return tidy(name, LONGEST_NAME)


def _over_maps(told: Sequence[str], saved: Sequence[str]) -> Sequence[str]:
    """ "column=field" pairs; a saved one goes when its column or its field is told anew."""
    sides = {name_key(side) for pair in told for side in pair.rpartition("=")[::2]}
    return [
        *(pair for pair in saved if sides.isdisjoint(map(name_key, pair.rpartition("=")[::2]))),
        *told,
    ]


def _over_sets(told: Sequence[str], saved: Sequence[str]) -> Sequence[str]:
    """ "field=value" pairs; a saved one goes when its field is told anew."""
    fields = {name_key(pair.partition("=")[0]) for pair in told}
    return [*(pair for pair in saved if name_key(pair.partition("=")[0]) not in fields), *told]
