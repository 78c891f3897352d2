"""What a person would write by hand, through SQLAlchemy Core, to get a team's digest, the rows
behind its numbers, and how its deals stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Date, TextualSelect, text

from bench import data
from models import cadence
from models.db import Sessions, UtcDateTime, reading

Reads = Callable[[Connection], object]

DAYS = {tier.lower(): longest for tier, (_ideal, longest) in cadence.DEFAULT_DAYS.items()}
QUARTER = date(2026, 10, 1), date(2026, 12, 31)
"""The one that TODAY is in."""

RULES = text("""
SELECT tier, account_type, contact_role, buying_role, ideal_days, max_days, id
FROM cadence_rule WHERE workspace_id = :workspace
""")
STATUSES = text("""
SELECT key, label, meaning FROM choice
WHERE workspace_id = :workspace AND list = 'referral_status' ORDER BY position
""")
_TOUCHES = """
SELECT CASE WHEN occurred_on < :monday THEN 0 ELSE 1 END AS week, COUNT(*),
       COUNT(DISTINCT account_id)
FROM touch
WHERE workspace_id = :workspace AND user_id IN ({people})
  AND occurred_on BETWEEN :before AND :sunday
GROUP BY 1
"""
_REFERRALS = """
SELECT CASE WHEN received_on < :monday THEN 0 ELSE 1 END AS week, direction, status, COUNT(*)
FROM referral
WHERE workspace_id = :workspace AND owner_id IN ({people})
  AND received_on BETWEEN :before AND :sunday
GROUP BY 1, direction, status
"""
_ACCOUNTS = """
  SELECT id, tier, owner_id, owned_since,
    CASE WHEN last_touch_on <= :sunday THEN last_touch_on ELSE (
      SELECT MAX(t.occurred_on) FROM touch t
      WHERE t.workspace_id = a.workspace_id AND t.account_id = a.id AND t.occurred_on <= :sunday
        AND t.qualifying) END AS last
  FROM account a
  WHERE workspace_id = :workspace AND owner_id IN ({people}) AND owned_since <= :sunday
    AND archived_at IS NULL
    AND status NOT IN ('dormant', 'inactive', 'do_not_call', 'on_hold', 'not_engaged')
"""
_KEPT = f"""
SELECT tier, COUNT(*), SUM(CASE WHEN COALESCE(last, owned_since) >=
  CASE tier WHEN 'A' THEN :a WHEN 'B' THEN :b WHEN 'D' THEN :d ELSE :c END THEN 1 ELSE 0 END)
FROM ({_ACCOUNTS}) counted
GROUP BY tier
"""
_DEALS = """
SELECT s.kind, COUNT(*), SUM(o.amount_cents), SUM(o.amount_cents * s.probability)
FROM opportunity o JOIN stage s ON s.workspace_id = o.workspace_id AND s.id = o.stage_id
WHERE o.workspace_id = :workspace AND o.owner_id IN ({people})
  AND (s.kind = 'open' OR o.closed_on BETWEEN :monday AND :sunday)
GROUP BY s.kind
"""
_GOALS = text("""
SELECT kind, period, target, since FROM goal
WHERE workspace_id = :workspace AND scope = 'team' AND scope_id = :team AND since <= :sunday
ORDER BY since, id
""")
_VISITS = """
SELECT COUNT(*) FROM touch
WHERE workspace_id = :workspace AND user_id IN ({people})
  AND occurred_on BETWEEN :monday AND :sunday AND qualifying
  AND type IN ('visit', 'in-service', 'lunch and learn', 'event')
"""
_TEAM = text("""
WITH RECURSIVE below(id) AS (
  SELECT id FROM "user" WHERE workspace_id = :workspace AND id = :team
  UNION
  SELECT u.id FROM "user" u JOIN below b ON u.manager_id = b.id WHERE u.workspace_id = :workspace
)
SELECT id FROM below
""")
_HOLIDAYS = text("""
SELECT w.holidays, h.day, h.off FROM workspace w
LEFT JOIN holiday h ON h.workspace_id = w.id AND h.day >= :before
WHERE w.id = :workspace
""")
_OF_WEEK = (
    """
SELECT id FROM touch
WHERE workspace_id = :workspace AND user_id IN ({people})
  AND occurred_on BETWEEN :monday AND :sunday
ORDER BY occurred_on, id LIMIT 2000
""",
    """
SELECT id, direction, status FROM referral
WHERE workspace_id = :workspace AND owner_id IN ({people})
  AND received_on BETWEEN :monday AND :sunday
ORDER BY received_on, id LIMIT 2000
""",
    _ACCOUNTS,
    """
SELECT s.kind, o.id
FROM opportunity o JOIN stage s ON s.workspace_id = o.workspace_id AND s.id = o.stage_id
WHERE o.workspace_id = :workspace AND o.owner_id IN ({people})
  AND (s.kind = 'open' OR o.closed_on BETWEEN :monday AND :sunday)
ORDER BY o.amount_cents DESC, o.id LIMIT 2000
""",
)
_MINE = """
SELECT o.account_id FROM opportunity o
WHERE o.workspace_id = :workspace AND o.owner_id IN ({people}) AND o.closed_on IS NULL
"""
_STANDING = (
    """
SELECT o.id, o.name, o.account_id, o.owner_id, o.stage_id, o.staged_at, o.amount_cents,
       o.forecast, o.close_date, o.pushes, o.next_step, o.next_step_due,
       s.pipeline, s.label, s.probability, a.name, u.name
FROM opportunity o JOIN stage s ON s.workspace_id = o.workspace_id AND s.id = o.stage_id
LEFT JOIN account a ON a.workspace_id = o.workspace_id AND a.id = o.account_id
LEFT JOIN "user" u ON u.workspace_id = o.workspace_id AND u.id = o.owner_id
WHERE o.workspace_id = :workspace AND o.owner_id IN ({people}) AND s.kind = 'open'
ORDER BY o.amount_cents DESC, o.id
""",
    f"""
SELECT account_id, MAX(occurred_on) FROM touch
WHERE workspace_id = :workspace AND account_id IN ({_MINE}) GROUP BY account_id
""",
    f"""
SELECT c.account_id, COUNT(DISTINCT c.id) FROM contact c
JOIN touch_contact m ON m.workspace_id = c.workspace_id AND m.contact_id = c.id
JOIN touch t ON t.workspace_id = c.workspace_id AND t.id = m.touch_id
WHERE c.workspace_id = :workspace AND c.account_id IN ({_MINE}) AND c.status <> 'left'
  AND c.archived_at IS NULL AND t.occurred_on >= :since
GROUP BY c.account_id
""",
    """
SELECT s.kind, o.amount_cents, o.opened_on, o.closed_on
FROM opportunity o JOIN stage s ON s.workspace_id = o.workspace_id AND s.id = o.stage_id
WHERE o.workspace_id = :workspace AND o.owner_id IN ({people}) AND s.kind <> 'open'
  AND o.closed_on BETWEEN :first AND :last
""",
)
_TYPES: dict[str, Any] = {  # of the columns from which days are reckoned
    **dict.fromkeys(("owned_since", "last", "opened_on", "closed_on", "close_date"), Date),
    **dict.fromkeys(("staged_at", "came", "left_at"), UtcDateTime),
}
_STAY = text("""
SELECT m.moved_at AS left_at, (
  SELECT MAX(c.moved_at) FROM opportunity_move c
  WHERE c.workspace_id = m.workspace_id AND c.opportunity_id = m.opportunity_id
    AND c.moved_at <= m.moved_at AND c.to_id = m.from_id) AS came
FROM opportunity_move m
WHERE m.workspace_id = :workspace AND m.from_id = :stage
ORDER BY m.moved_at DESC LIMIT 50
""").columns(**_TYPES)


def team() -> range:
    """One manager's reps."""
    return range(1, data.TEAM + 1)


def week(sessions: Sessions, *, adherence: bool = True) -> Callable[[], object]:
    """Touches, accounts reached and referrals of a week and the one before, and who kept their
    cadence."""
    touches, referrals, kept = (_about(sql) for sql in (_TOUCHES, _REFERRALS, _KEPT))
    told = _weeks(sessions)
    sundays = [
        days(
            sessions,
            {"sunday": day} | {tier: day - timedelta(days=most) for tier, most in DAYS.items()},
        )
        for day in (_SUNDAY, _SUNDAY - timedelta(weeks=1))
    ]

    def reads(connection: Connection) -> object:
        run = connection.execute
        found = [run(touches, told).all(), run(referrals, told).all()]
        if adherence:
            found += [run(kept, told).all() for told in sundays]
            found += [run(RULES, told).all(), run(STATUSES, told).all()]
        return found

    return _read(sessions, reads)


def digest(sessions: Sessions) -> Callable[[], object]:
    """The week, its deals and goals, and the rows behind each number."""
    told = _weeks(sessions) | {"team": data.manager_of(1)}
    queries = [_about(sql) for sql in (_DEALS, _VISITS, *_OF_WEEK)]
    queries += [_TEAM, _GOALS, _HOLIDAYS]
    first = week(sessions)

    def reads(connection: Connection) -> object:
        return [connection.execute(query, told).all() for query in queries]

    rest = _read(sessions, reads)
    return lambda: (first(), rest())


def deals(sessions: Sessions) -> Callable[[], object]:
    """How the open deals stand and what was closed in the quarter."""
    told = days(
        sessions,
        {
            "since": data.TODAY - timedelta(days=90),
            "first": QUARTER[0],
            "last": QUARTER[1],
        },
    )
    queries = [_about(sql) for sql in _STANDING]

    def reads(connection: Connection) -> object:
        found = [connection.execute(query, told).all() for query in queries]
        at = {row.stage_id for row in found[0]}
        return found, [connection.execute(_STAY, told | {"stage": one}).all() for one in at]

    return _read(sessions, reads)


def days(sessions: Sessions, told: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as the driver takes them: SQLite keeps a day as text."""
    on_sqlite = sessions.kw["bind"].dialect.name == "sqlite"
    made = {k: str(v) if on_sqlite and isinstance(v, date) else v for k, v in told.items()}
    return {**made, "workspace": data.WORKSPACE}


_SUNDAY = data.MONDAY + timedelta(days=6)


def _weeks(sessions: Sessions) -> dict[str, Any]:
    before = data.MONDAY - timedelta(weeks=1)
    return days(sessions, {"monday": data.MONDAY, "before": before, "sunday": _SUNDAY})


def _about(sql: str) -> TextualSelect:
    return text(sql.format(people=", ".join(map(str, team())))).columns(**_TYPES)


def _read(sessions: Sessions, reads: Reads) -> Callable[[], object]:
    def read() -> object:
        with reading(sessions) as session:
            return reads(session.connection())

    return read
