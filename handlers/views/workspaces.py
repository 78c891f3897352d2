"""What `touchbase workspace` prints."""

from __future__ import annotations

from models import choosing, profiles
from models.lists import Choice
from models.slots import WEEKDAYS
from models.workspaces import Workspace

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def row(workspace: Workspace) -> dict[str, object]:
    """The workspace's row, for JSON. `hours` are by its own clock; null: round the clock."""
    profile = profiles.of(workspace.industry_profile)
    hours = profile.hours
    if workspace.opens_at is not None and workspace.closes_at is not None:
        hours = (workspace.opens_at, workspace.closes_at)
    if hours is not None and hours[0] == hours[1]:
        hours = None
    days = WEEKDAYS if workspace.work_days is None else workspace.work_days
    return {
        "team_id": workspace.slack_team_id,
        "name": workspace.name,
        "profile": workspace.industry_profile,
        "zone": workspace.zone,
        "holidays": workspace.holidays,
        "hours": f"{hours[0]:%H:%M}-{hours[1]:%H:%M}" if hours else None,
        "work_days": [name for day, name in enumerate(_DAYS) if hours is None or days >> day & 1],
        "answer_minutes": workspace.answer_minutes or profile.answer_minutes,
        "trades_leads": profile.trades_leads,
        "status": workspace.status,
    }


def bad_profile(word: str) -> str:
    """Not a field of work that is known."""
    known = ", ".join(profiles.PROFILES)
    return f"“{word}” is not a profile. Choose {known}."


def bad_hours() -> str:
    """No two times of day."""
    return "write two times such as 08:00-17:00, or always."


def bad_days() -> str:
    """No days of the week."""
    return "write days such as mon-fri or mon,wed,fri."


def bad_span() -> str:
    """No length of time that an answer may take."""
    return "write minutes or hours such as 15m or 2h, at most 240h."


def entry(row: Choice) -> dict[str, object]:
    """One entry of a list, for JSON."""
    return {"key": row.key, "label": row.label, "meaning": row.meaning}


def bad_list(name: str) -> str:
    """Not a list that may be changed."""
    return f"“{name}” is not a list. Choose {', '.join(choosing.LISTS)}."


def bad_meaning(word: str) -> str:
    """Not what a status can mean."""
    return f"“{word}” is not a meaning. Choose {', '.join(choosing.MEANINGS)}."


def bad_label() -> str:
    """Nothing to call an entry by."""
    return "write at least one letter or digit."


def no_such_entry(name: str) -> str:
    """The list has none of this name."""
    return f"No such entry. `touchbase list {name}` shows them."


def name_taken() -> str:
    """Two entries of one name could not be told apart."""
    return "Another entry has that name. Choose a different one."


def still_used() -> str:
    """It cannot go."""
    return "That entry is in use, so it stays. Rename it instead."
