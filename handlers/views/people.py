"""What is said of roles and of who reports to whom."""

from __future__ import annotations

from handlers.views import fields
from handlers.views.fields import Block, mrkdwn
from models.roles import PutUnder, RoleGiven

BECOME_ADMIN = "become_admin"

ROLE_USAGE = "Say who and what, as in `/touchbase role @ann manager`. Roles: rep, manager, admin."
MANAGER_USAGE = "Name two people, as in `/touchbase manager @ann @bob`: Ann then reports to Bob."

_WITH_ARTICLE = {"rep": "a rep", "manager": "a manager", "admin": "an admin"}


def offer(help_text: str) -> list[Block]:
    """The help for a Slack owner or admin of a workspace without a Touchbase admin."""
    return [
        fields.section(mrkdwn(help_text)),
        fields.section(
            mrkdwn(
                "Touchbase has no admin here yet. You run this Slack workspace, so you can be it: "
                "an admin gives roles and sets up digests."
            )
        ),
        fields.actions(
            fields.button(BECOME_ADMIN, "Become the Touchbase admin", "yes", style="primary")
        ),
    ]


def became_admin() -> str:
    """The answer to the first admin."""
    return (
        "You're the Touchbase admin now. Next: `/touchbase role @ann manager` gives a role, "
        "`/touchbase manager @ann @bob` makes Ann report to Bob."
    )


def role_given(change: RoleGiven) -> str:
    """What changed, and the way back."""
    who = f"<@{change.slack_id}>"
    if change.role == change.was:
        return f"{who} is {_WITH_ARTICLE[change.role]} already. Nothing changed."
    return (
        f"{who} is now {_WITH_ARTICLE[change.role]} (was {_WITH_ARTICLE[change.was]}). "
        f"To undo: /touchbase role {who} {change.was}"
    )


def put_under(change: PutUnder) -> str:
    """Who reports to whom now, and the way back where there is one."""
    who, manager = f"<@{change.slack_id}>", f"<@{change.manager}>"
    if change.was == change.manager:
        said = f"{who} reports to {manager} already. Nothing changed."
    elif change.was:
        said = (
            f"{who} now reports to {manager} (before: <@{change.was}>). "
            f"To undo: /touchbase manager {who} <@{change.was}>"
        )
    else:
        said = f"{who} now reports to {manager}."
    if change.manager_role == "rep":
        said += f"\n{manager} is still a rep. To change that: /touchbase role {manager} manager"
    return said
