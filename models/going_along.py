"""What is open at accounts goes along when they get another owner, and back: promises and
follow-ups, and deals for whoever wants that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from models.follow_ups import LATE, OPEN, FollowUp
from models.opportunities import Opportunity
from models.stages import OPEN as OPEN_STAGE
from models.stages import Stage

AT_ONCE = 5_000


def open_steps(workspace_id: int, person_id: int) -> tuple[ColumnElement[bool], ...]:
    """The person's open promises and follow-ups."""
    return (
        FollowUp.workspace_id == workspace_id,
        FollowUp.user_id == person_id,
        FollowUp.status.in_((OPEN, LATE)),
    )


def give_steps(
    session: Session,
    workspace_id: int,
    giver_id: int,
    heir_id: int,
    account_ids: Sequence[int],
    *,
    every: bool,
) -> list[int]:
    """Give those at these accounts, or every one, those without an account too; their ids."""
    change = (
        update(FollowUp)
        .where(*open_steps(workspace_id, giver_id))
        .values(user_id=heir_id)
        .returning(FollowUp.id)
        .execution_options(synchronize_session=False)
    )
    if every:
        return sorted(session.scalars(change))
    return sorted(
        step
        for ids in chunks(account_ids)
        for step in session.scalars(change.where(FollowUp.account_id.in_(ids)))
    )


def take_steps_back(
    session: Session,
    workspace_id: int,
    giver_id: int,
    heir_id: int,
    ids: Sequence[int],
    kept: Collection[int],
) -> int:
    """Give back what is still open of these, but not at the accounts kept; how many."""
    count = 0
    for some in chunks(ids):
        found = session.execute(
            select(FollowUp.id, FollowUp.account_id).where(
                *open_steps(workspace_id, heir_id), FollowUp.id.in_(some)
            )
        ).all()
        back = [one.id for one in found if one.account_id not in kept]
        session.execute(
            update(FollowUp)
            .where(FollowUp.workspace_id == workspace_id, FollowUp.id.in_(back))
            .values(user_id=giver_id)
            .execution_options(synchronize_session=False)
        )
        count += len(back)
    return count


def give_deals(
    session: Session, workspace_id: int, giver_id: int, heir_id: int, account_ids: Sequence[int]
) -> list[int]:
    """Give the giver's open deals at these accounts; their ids."""
    return sorted(
        deal_id
        for ids in chunks(account_ids)
        for deal_id in session.scalars(
            update(Opportunity)
            .where(
                *_open_deals(workspace_id, giver_id),
                Opportunity.account_id.in_(ids),
            )
            .values(owner_id=heir_id)
            .returning(Opportunity.id)
            .execution_options(synchronize_session=False)
        )
    )


def take_deals_back(
    session: Session,
    workspace_id: int,
    giver_id: int,
    heir_id: int,
    ids: Sequence[int],
    kept: Collection[int],
) -> None:
    """Give back those of these that are still open, but not at the accounts kept."""
    for some in chunks(ids):
        found = session.execute(
            select(Opportunity.id, Opportunity.account_id).where(
                *_open_deals(workspace_id, heir_id), Opportunity.id.in_(some)
            )
        ).all()
        session.execute(
            update(Opportunity)
            .where(
                Opportunity.workspace_id == workspace_id,
                Opportunity.id.in_([one.id for one in found if one.account_id not in kept]),
            )
            .values(owner_id=giver_id)
            .execution_options(synchronize_session=False)
        )


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids, as many at a time as one statement takes."""
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _open_deals(workspace_id: int, owner_id: int) -> tuple[ColumnElement[bool], ...]:
    stages = select(Stage.id).where(Stage.workspace_id == workspace_id, Stage.kind == OPEN_STAGE)
    return (
        Opportunity.workspace_id == workspace_id,
        Opportunity.owner_id == owner_id,
        Opportunity.stage_id.in_(stages),
    )
