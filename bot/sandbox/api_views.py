"""views.*: forms and Home."""

from __future__ import annotations

from typing import Any

from bot.sandbox.refusals import SlackSaysNo
from bot.sandbox.schema import problem
from bot.sandbox.service import Service

Args = dict[str, Any]


def view_open(service: Service, args: Args) -> dict[str, Any]:
    """views.open"""
    _refuse_missing(args, "trigger_id", "view")
    trigger = service.tickets.exchange(args["trigger_id"])
    view = service.views.open(trigger.user, args["view"])
    return {"view": service.views.payload(view)}


def view_push(service: Service, args: Args) -> dict[str, Any]:
    """views.push"""
    _refuse_missing(args, "trigger_id", "view")
    trigger = service.tickets.exchange(args["trigger_id"])
    view = service.views.push(trigger.user, args["view"])
    return {"view": service.views.payload(view)}


def view_update(service: Service, args: Args) -> dict[str, Any]:
    """views.update"""
    _refuse_missing(args, "view")
    if not (args.get("view_id") or args.get("external_id")):
        raise SlackSaysNo("invalid_arguments", [problem("missing required field: view_id", "/")])
    found = service.views.find(args.get("view_id"), args.get("external_id"))
    if found is None:
        raise SlackSaysNo("not_found")
    view = service.views.update(found, args["view"], args.get("hash"))
    return {"view": service.views.payload(view)}


def view_publish(service: Service, args: Args) -> dict[str, Any]:
    """views.publish"""
    _refuse_missing(args, "user_id", "view")
    if not service.home_enabled:
        raise SlackSaysNo("not_enabled")
    if args["user_id"] not in service.world.people:
        raise SlackSaysNo("invalid_arguments", [problem("invalid `user_id`", "/user_id")])
    view = service.views.publish(args["user_id"], args["view"], args.get("hash"))
    return {"view": service.views.payload(view)}


def _refuse_missing(args: Args, *names: str) -> None:
    missing = [name for name in names if not args.get(name)]
    if missing:
        found = [problem(f"missing required field: {name}", "/") for name in missing]
        raise SlackSaysNo("invalid_arguments", found)
