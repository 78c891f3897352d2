"""What a person does in a form or on a message, and what becomes of the app's answer."""

from __future__ import annotations

import copy
from typing import Any

from bot.sandbox import payloads
from bot.sandbox.delivery import Answer, Courier
from bot.sandbox.limits import problems_in_options
from bot.sandbox.refusals import SlackSaysNo
from bot.sandbox.service import Service
from bot.sandbox.values import HOLDS, Block, holding, kept_values
from bot.sandbox.views import OpenView
from bot.sandbox.world import Message

TROUBLE = "We had some trouble connecting. Try again?"
DEFAULT_MIN_QUERY = 3


def click_in_view(
    service: Service, courier: Courier, view: OpenView, block_id: str, element: Block, value: Any
) -> Answer:
    """A button pressed, or something chosen, in a form or Home.

    value  of a button None; of an overflow menu its option; else what the element holds now
    """
    with service.world.lock:
        chosen: dict[str, Any] = {}
        if element["type"] in HOLDS:
            put_value(service, view, block_id, element, value)
            chosen = {HOLDS[element["type"]][0]: value}
        elif value is not None:
            chosen = {"selected_option": value}
        view.synced = copy.deepcopy(view.values)
        action = payloads.action_of(service, block_id, element, chosen)
        payload = payloads.view_click(service, view, action)
    return courier.interaction(payload)


def put_value(service: Service, view: OpenView, block_id: str, element: Block, value: Any) -> None:
    """What an input holds from now on. The complaint beside it goes away."""
    with service.world.lock:
        held = holding(element["type"], value)
        view.values.setdefault(block_id, {})[element["action_id"]] = held
        view.errors.pop(block_id, None)
        service.world.changed()


def click_on_message(
    service: Service, courier: Courier, user: str, message: Message, block: Block, element: Block,
    value: Any,
) -> Answer:  # fmt: skip
    """A button pressed, or something chosen, on a message. `value` as in `click_in_view`."""
    with service.world.lock:
        chosen: dict[str, Any] = {}
        message.held = kept_values(message.blocks, message.held)
        kind, block_id = element["type"], block["block_id"]
        if kind in HOLDS:
            chosen = {HOLDS[kind][0]: value}
            message.held[block_id][element["action_id"]] = holding(kind, value)
        elif value is not None:
            chosen = {"selected_option": value}
        action = payloads.action_of(service, block_id, element, chosen)
        payload = payloads.message_click(service, user, message, action, message.held)
    return courier.interaction(payload)


def suggest(
    service: Service,
    courier: Courier,
    user: str,
    where: OpenView | Message,
    block_id: str,
    element: Block,
    query: str,
) -> list[Block]:
    """The options the app offers for what was typed; none when Slack would not ask yet, or would
    not take the answer."""
    if len(query) < element.get("min_query_length", DEFAULT_MIN_QUERY):
        return []
    with service.world.lock:
        payload = payloads.suggestion(service, user, block_id, element["action_id"], query, where)
    answer = courier.interaction(payload)
    if not answer.ok:
        service.complain("block_suggestion", [answer.fault or f"status {answer.status}"])
        return []
    found = problems_in_options(answer.body)
    if found:
        service.complain("block_suggestion", found)
        return []
    if "options" in answer.body:
        return list(answer.body["options"])
    return [option for group in answer.body["option_groups"] for option in group["options"]]


def submit(service: Service, courier: Courier, view: OpenView) -> Answer:
    """The form is sent; afterwards it is closed, changed, or shows what is wrong."""
    with service.world.lock:
        view.errors, view.trouble = {}, ""
        view.synced = copy.deepcopy(view.values)
        payload = payloads.submission(service, view)
    answer = courier.interaction(payload)
    with service.world.lock:
        if service.views.find(view.id) is not None:
            _take_answer(service, view, answer)
            service.world.changed()
    return answer


def close(service: Service, courier: Courier, view: OpenView, *, everything: bool = False) -> None:
    """Cancel closes one form, the X (`everything`) all of them; the app is told when it asked."""
    with service.world.lock:
        everything = everything or bool(view.view["clear_on_close"])
        stack = list(service.views.stacks.get(view.user, [])) if everything else [view]
        told = [
            payloads.closed(service, each, cleared=everything)
            for each in reversed(stack)
            if each.view["notify_on_close"]
        ]
        if everything:
            service.views.clear(view.user)
        else:
            service.views.close(view)
    for payload in told:
        courier.interaction(payload)


def _take_answer(service: Service, view: OpenView, answer: Answer) -> None:
    if not answer.ok:
        view.trouble = TROUBLE
        return
    if answer.body in (None, {}):
        service.views.close(view)
        return
    try:
        _respond(service, view, answer.body)
    except SlackSaysNo as no:
        view.trouble = TROUBLE
        told = no.body.get("response_metadata", {}).get("messages", [no.error])
        service.complain("view_submission", told)


def _respond(service: Service, view: OpenView, body: Any) -> None:
    wanted = body.get("response_action") if isinstance(body, dict) else None
    if wanted == "clear":
        service.views.clear(view.user)
    elif wanted == "update":
        service.views.update(view, body.get("view"))
    elif wanted == "push":
        service.views.push(view.user, body.get("view"))
    elif wanted == "errors":
        _show_errors(view, body.get("errors"))
    else:
        raise SlackSaysNo("invalid_response", [f"neither empty nor a response_action: {body!r}"])


def _show_errors(view: OpenView, errors: Any) -> None:
    """Beside input blocks only: any other key shows as a failed connection."""
    if not isinstance(errors, dict) or not errors:
        raise SlackSaysNo("invalid_response", ["errors must be a filled object"])
    for block_id, words in errors.items():
        block = view.block(block_id)
        if block is None or block["type"] != "input":
            raise SlackSaysNo("invalid_response", [f"errors: {block_id} is no input block"])
        if not isinstance(words, str) or not words:
            raise SlackSaysNo("invalid_response", [f"errors: {block_id} says nothing"])
    view.errors = dict(errors)
