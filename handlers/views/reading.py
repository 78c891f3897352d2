"""What was understood of a line, for a person who tries it on the command line."""

from __future__ import annotations

from datetime import date

from handlers.reading.line import Draft, bare_name
from models.lookup import AccountName


def explain(draft: Draft) -> str:
    """A few plain lines: each field that was read, and what stays in the notes."""
    rows = [
        ("Account", _account(draft)),
        ("Met with", _people(draft)),
        ("Type", draft.type),
        ("Date", _day(draft)),
        ("Referrals", "" if draft.referrals is None else str(draft.referrals)),
        ("Headcount", "" if draft.headcount is None else str(draft.headcount)),
        ("Competitor", _competitor(draft)),
        ("Follow up on", _date(draft.follow_up_on)),
        ("Next step", draft.next_step or ""),
        ("Promised", draft.promise or ""),
        ("Promised by", _date(draft.promise_on)),
        ("Notes", draft.notes),
    ]
    lines = [f"{label + ':':14}{value}" for label, value in rows if value]
    if draft.phi_tier == "block":
        lines.append("This looks like it identifies a patient, so it could not be saved as it is.")
    elif draft.phi_tier == "warn":
        lines.append("This may describe a patient. Leave out whatever could say who it is.")
    return "\n".join(lines)


def _account(draft: Draft) -> str:
    if draft.account is not None:
        return _place(draft.account)
    if draft.candidates:
        return "which one? " + "; ".join(_place(one) for one in draft.candidates)
    if draft.new_account_name:
        return f"{draft.new_account_name} (new)"
    return "none named"


def _place(account: AccountName) -> str:
    where = ", ".join(part for part in (account.city, account.state) if part)
    return f"{account.name} ({where})" if where else account.name


def _people(draft: Draft) -> str:
    known = [bare_name(one.name) for one in draft.contacts]
    return ", ".join([*known, *(f"{name} (new)" for name in draft.new_contacts)])


def _day(draft: Draft) -> str:
    day = f"{draft.occurred_on:%a %b %-d, %Y}"
    return f"{day} at {draft.time}" if draft.time else day


def _date(day: date | None) -> str:
    return f"{day:%a %b %-d, %Y}" if day else ""


def _competitor(draft: Draft) -> str:
    if draft.competitor is not None:
        return draft.competitor.name
    return f"{draft.competitor_name} (new)" if draft.competitor_name else ""
