"""Every module that declares tables, so that `Base.metadata` is whole once this is imported."""

from __future__ import annotations

from models import (  # noqa: F401 - importing them is the point
    accounts,
    aliases,
    audit,
    cadence,
    competitors,
    contacts,
    deliveries,
    drafts,
    follow_ups,
    goals,
    heartbeats,
    holidays,
    import_runs,
    lists,
    merges,
    opportunities,
    products,
    reassigning,
    referrals,
    report_schedules,
    requests,
    retiering,
    snapshots,
    stages,
    subscriptions,
    territories,
    touches,
    users,
    verdicts,
    weekly_plan,
    workspaces,
)
from models.db import Base

metadata = Base.metadata
