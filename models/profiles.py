"""What is usual in a field of work: its lists, and how soon a referral wants an answer.

Rows in the end, which an admin may change; here is what a workspace begins with. Source:
domain.md D2. What it does not name (financial services, some lists of restoration) is a judgement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models import lists
from models.lists import Choice, Entry, plain

HEALTHCARE, RESTORATION, FINANCIAL = "healthcare", "restoration", "financial"

PROMISED, OPEN, WAITING = "promised", "open", "waiting"
WON, DECLINED, LOST, CANCELLED = "won", "declined", "lost", "cancelled"
"""What a referral's status means. Waiting is open, and not a step on the way."""

ENDS = (WON, DECLINED, LOST, CANCELLED)

REASONS = {
    DECLINED: lists.DECLINE_REASON,
    LOST: lists.LOST_REASON,
    CANCELLED: lists.CANCEL_REASON,
}
"""Which list says why a referral came to such an end."""


@dataclass(frozen=True)
class Profile:
    """A field of work.

    lists           what differs from the other fields.
    answer_minutes  how soon a referral wants its first response, in the office's own hours.
    hours           when the office is open; None: round the clock, every day.
    trades_leads    whether leads may be given for leads. In healthcare that is not allowed
                    (Anti-Kickback Statute, domain.md G3).
    """

    lists: Mapping[str, Sequence[Entry]]
    answer_minutes: int
    hours: tuple[time, time] | None = (time(8), time(17))
    trades_leads: bool = True


def of(name: str) -> Profile:
    """The profile of this name; one that is unknown is healthcare, the strictest."""
    return PROFILES.get(name, PROFILES[HEALTHCARE])


def lists_of(name: str) -> dict[str, Sequence[Entry]]:
    """All lists of a field, by name."""
    return {**lists.DEFAULTS, **of(name).lists}


def seed(session: Session, workspace_id: int, name: str) -> None:
    """Fill the lists of a new workspace with the defaults of its field."""
    session.execute(
        insert(Choice),
        [
            {
                "workspace_id": workspace_id,
                "list": list_name,
                "key": entry.key,
                "label": entry.label,
                "meaning": entry.meaning,
                "position": place,
            }
            for list_name, group in lists_of(name).items()
            for place, entry in enumerate(group, start=1)
        ],
    )


PROFILES: Mapping[str, Profile] = {
    HEALTHCARE: Profile(
        {
            lists.ACCOUNT_TYPE: plain(
                "Hospital",
                "LTACH",
                "Inpatient rehab",
                "SNF",
                "Assisted living",
                "Physician practice",
                "Specialty clinic",
                "Outpatient therapy",
                "Home health",
                "Hospice",
                "Payer",
                "Workers comp carrier",
                "Case management",
                "Life care planner",
                "Attorney",
                "VA / government",
                "Community organization",
                "Families",
                "Vendor",
                "Internal",
            ),
            lists.SERVICE_LINE: plain(
                "Neuro-rehab home & community",
                "Outpatient neuro",
                "Residential",
                "Day treatment",
                "Brain injury",
                "Spinal cord",
                "Stroke",
                "PT",
                "OT",
                "SLP",
            ),
            lists.PAYER_TYPE: plain(
                "Medicare FFS",
                "Medicare Advantage",
                "Medicaid",
                "Managed Medicaid",
                "Commercial",
                "Workers compensation",
                "Auto / no-fault",
                "VA / TRICARE",
                "Long-term-care insurance",
                "Private pay",
                "Charity",
                "Pending",
                "Other",
            ),
            lists.REFERRAL_STATUS: [
                Entry("promised", "Promised", PROMISED),
                Entry("new", "New", OPEN),
                Entry("contacted", "Contacted", OPEN),
                Entry("in_review", "In review", OPEN),
                Entry("info_needed", "Info needed", WAITING),
                Entry("accepted", "Accepted", OPEN),
                Entry("scheduled", "Scheduled", OPEN),
                Entry("on_hold", "On hold", WAITING),
                Entry("started", "Started", WON),
                Entry("declined", "Declined by us", DECLINED),
                Entry("lost", "Lost", LOST),
                Entry("cancelled", "Cancelled", CANCELLED),
            ],
            lists.DECLINE_REASON: plain(
                "Geography",
                "Exceeds clinical capability",
                "Program not offered",
                "Staffing / capacity",
                "No skilled need / level of care",
                "Not homebound",
                "Active with another provider",
                "No following physician",
                "Medication / supply",
                "Safety (provider)",
                "Safety (patient)",
                "Psychiatric",
                "Payer not accepted / authorization denied",
                "Incomplete information",
                "Duplicate",
            ),
            lists.LOST_REASON: plain(
                "Chose competitor",
                "Patient / family choice",
                "Went to other level of care",
                "Readmitted",
                "Expired",
                "Insurance changed",
                "Slow response",
                "Unreachable",
                "Price / out-of-pocket",
                "No decision",
            ),
            lists.CANCEL_REASON: plain(
                "Withdrawn by the referrer", "Entered by mistake", "Duplicate", "Other"
            ),
        },
        answer_minutes=120,
        trades_leads=False,
    ),
    RESTORATION: Profile(
        {
            lists.ACCOUNT_TYPE: plain(
                "Insurance agent",
                "Adjuster",
                "Independent adjuster",
                "Carrier / TPA program",
                "Plumber",
                "Property manager",
                "HOA",
                "Roofer",
                "Carpet cleaner",
                "Fire-sprinkler firm",
                "Industrial hygienist",
                "Pest control",
                "Realtor",
                "Municipality",
                "Homeowner",
            ),
            lists.SERVICE_LINE: plain(
                "Water",
                "Fire",
                "Mold",
                "Storm",
                "Reconstruction",
                "Contents",
                "Biohazard",
            ),
            lists.PAYER_TYPE: plain(
                "Carrier claim", "TPA program", "Commercial", "Government", "Self-pay", "Other"
            ),
            lists.REFERRAL_STATUS: [
                Entry("promised", "Promised", PROMISED),
                Entry("new", "New lead", OPEN),
                Entry("dispatched", "Dispatched", OPEN),
                Entry("inspected", "Inspected", OPEN),
                Entry("estimate", "Estimate", OPEN),
                Entry("work_authorised", "Work authorized", WON),
                Entry("in_production", "In production", WON),
                Entry("completed", "Completed", WON),
                Entry("paid", "Paid", WON),
                Entry("referred_out", "Declined, referred out", DECLINED),
                Entry("lost", "Lost", LOST),
                Entry("cancelled", "Cancelled", CANCELLED),
            ],
            lists.DECLINE_REASON: plain(
                "Out of area",
                "No crew / capacity",
                "Not our kind of work",
                "Safety",
                "No coverage",
                "Duplicate",
                "Other",
            ),
            lists.LOST_REASON: plain(
                "Price",
                "Competitor / program vendor",
                "Carrier denied",
                "Below deductible",
                "Self-repair",
                "Slow response",
                "Out of area",
                "Unreachable",
                "Duplicate",
            ),
            lists.CANCEL_REASON: plain(
                "Withdrawn by the referrer", "Entered by mistake", "Duplicate", "Other"
            ),
        },
        answer_minutes=15,
        hours=None,
    ),
    FINANCIAL: Profile(
        {
            lists.ACCOUNT_TYPE: plain(
                "Plan sponsor",
                "Broker",
                "Advisor",
                "TPA",
                "CPA",
                "Payroll partner",
                "Carrier",
                "Client",
                "Prospect",
                "Vendor",
                "Distributor",
            ),
            lists.SERVICE_LINE: plain(
                "401(k)",
                "403(b)",
                "Defined benefit",
                "Cash balance",
                "TPA",
                "529",
                "Print",
                "Composition",
                "E-delivery",
                "Correspondence",
            ),
            lists.PAYER_TYPE: plain("Plan assets", "Employer", "Fee for service", "Other"),
            lists.REFERRAL_STATUS: [
                Entry("promised", "Promised", PROMISED),
                Entry("new", "New introduction", OPEN),
                Entry("contacted", "Contacted", OPEN),
                Entry("meeting", "Meeting set", OPEN),
                Entry("proposal", "Proposal", OPEN),
                Entry("on_hold", "On hold", WAITING),
                Entry("engaged", "Engaged", WON),
                Entry("live", "Live", WON),
                Entry("declined", "Declined by us", DECLINED),
                Entry("lost", "Lost", LOST),
                Entry("cancelled", "Cancelled", CANCELLED),
            ],
            lists.DECLINE_REASON: plain(
                "Below our minimum",
                "Not our kind of plan",
                "Conflict of interest",
                "Capacity",
                "Out of area",
                "Incomplete information",
                "Duplicate",
                "Other",
            ),
            lists.LOST_REASON: plain(
                "Pricing",
                "Competition",
                "Budget constraints",
                "Missing features",
                "Long sales cycle",
                "No decision-maker",
                "Unresponsive prospect",
                "Poor fit",
                "Other",
            ),
            lists.CANCEL_REASON: plain(
                "Withdrawn by the referrer", "Entered by mistake", "Duplicate", "Other"
            ),
        },
        answer_minutes=240,
    ),
}
