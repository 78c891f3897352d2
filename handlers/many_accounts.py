"""Another tier or another owner for many accounts: the form, what it would do, and the undo."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import parsing
from handlers.checking import InvalidForm
from handlers.parsing import Payload
from handlers.views import many_accounts as views
from handlers.views import reassigning as reassign_views
from handlers.views.fields import Choice
from handlers.views.many_accounts import ManyForm
from models import lists, many_accounts, permissions, reassigning, retiering
from models.clock import Clock
from models.db import Session, Sessions, reading
from models.errors import BadChoice, Missing
from models.many_accounts import Change, Which
from models.users import Actor

_MOST_OPTIONS = 100


def open_form(command: Payload, client: WebClient, actor: Actor, sessions: Sessions) -> None:
    """`/touchbase retier`, or `reassign` without a name. Raises NotAllowed."""
    permissions.must_change_many(actor)
    with reading(sessions) as session:
        view = views.form(ManyForm(), _types(session, actor))
    client.views_open(trigger_id=command["trigger_id"], view=view)


def search_owners(ack: Ack, options: Payload, actor: Actor, sessions: Sessions) -> None:
    """Whose accounts, for what is typed so far."""
    with reading(sessions) as session:
        found = many_accounts.owners(session, actor, _typed(options), _MOST_OPTIONS)
    ack(options=reassign_views.options(found))


def search_territories(ack: Ack, options: Payload, actor: Actor, sessions: Sessions) -> None:
    """Where they are, for what is typed so far."""
    with reading(sessions) as session:
        found = many_accounts.territories(session, actor, _typed(options), _MOST_OPTIONS)
    ack(options=views.options(found))


def search_heirs(ack: Ack, options: Payload, actor: Actor, sessions: Sessions) -> None:
    """Who may get them, for what is typed so far: the asker's team first."""
    permissions.must_change_many(actor)
    with reading(sessions) as session:
        found = reassigning.successors(session, actor, _typed(options), but=0, most=_MOST_OPTIONS)
    ack(options=reassign_views.options(found))


def submit(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Show what the change would do; once that was shown for what the form holds, make it."""
    state, now = _form(view), clock()
    which, change = _which(state), _change(state)
    if parsing.Fields(view).metadata["shown"] != state.as_json():
        with reading(sessions) as session:
            found = many_accounts.preview(session, actor, which, change, now)
            shown = views.form(state, _types(session, actor), found)
        ack(response_action="update", view=shown)
        return
    with sessions.begin() as session:
        many_accounts.make(session, actor, which, change, submission=view["id"], now=now)
    ack()


def undo(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Give them the tiers they had."""
    ack()
    with sessions.begin() as session:
        retiering.undo(session, actor, int(action["value"]), clock())


def _types(session: Session, actor: Actor) -> list[lists.Entry]:
    found = lists.entries(session, actor.workspace_id, lists.ACCOUNT_TYPE)
    return list(found[lists.ACCOUNT_TYPE])


def _typed(options: Payload) -> str:
    return str(options.get("value") or "").strip()[:120]


def _form(view: Payload) -> ManyForm:
    held = parsing.Fields(view)

    def key(block: str) -> str:
        chosen = held.chosen(block)
        return chosen.value if chosen else ""

    return ManyForm(
        owner=held.chosen(views.OWNER),
        type=key(views.TYPE),
        territory=held.chosen(views.TERRITORY),
        tier=key(views.TIER),
        new_tier=key(views.NEW_TIER),
        heir=held.chosen(views.HEIR),
        deals=bool(held.all_chosen(views.DEALS)),
    )


def _which(state: ManyForm) -> Which:
    place = state.territory
    return Which(
        owner_id=_id(views.OWNER, state.owner),
        type=state.type or None,
        territory=place.value.partition(":")[2] if place else None,
        tier=state.tier or None,
    )


def _change(state: ManyForm) -> Change:
    if not state.new_tier and state.heir is None:
        raise InvalidForm({views.NEW_TIER: Missing()})
    return Change(state.new_tier or None, _id(views.HEIR, state.heir), state.deals)


def _id(block: str, chosen: Choice | None) -> int | None:
    if chosen is not None and chosen.id is None:
        raise InvalidForm({block: BadChoice()})
    return chosen.id if chosen else None
