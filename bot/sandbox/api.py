"""The Web API: from a request to the method it names, and Slack's answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox import api_chat, api_files, api_people, api_views
from bot.sandbox.refusals import SlackSaysNo, not_played
from bot.sandbox.schema import problem
from bot.sandbox.service import Call, Service

Args = dict[str, Any]
Run = Callable[[Service, Args], dict[str, Any]]

# Arguments that are JSON even where the rest is a form.
_NESTED = ("blocks", "view", "metadata", "files", "attachments")
_NAME = re.compile(r"\w{1,100}", re.ASCII)


@dataclass(frozen=True)
class Method:
    """scope  needed of the bot token; "" for none, or where it depends on the conversation
    json     whether the method reads a JSON body (docs.slack.dev: "Content types")
    app      it takes the app-level token instead
    beyond   arguments with which Slack would do something that is not played here"""

    run: Run
    scope: str = ""
    json: bool = True
    app: bool = False
    beyond: frozenset[str] = frozenset()


def _api_test(service: Service, args: Args) -> dict[str, Any]:
    if args.get("error"):
        raise SlackSaysNo(str(args["error"]), args=args)
    return {"args": args}


def _open_link(service: Service, args: Args) -> dict[str, Any]:
    if service.open_link is None:
        raise SlackSaysNo("internal_error")
    return {"url": service.open_link()}


_AS_SOMEBODY = frozenset({"as_user", "icon_emoji", "icon_url", "link_names", "parse", "username"})

METHODS: Mapping[str, Method] = {
    "api.test": Method(_api_test),
    "auth.test": Method(api_people.auth_test),
    "apps.connections.open": Method(_open_link, app=True),
    "chat.postMessage": Method(
        api_chat.post, "chat:write", beyond=_AS_SOMEBODY | {"reply_broadcast"}
    ),
    "chat.update": Method(
        api_chat.update,
        "chat:write",
        beyond=_AS_SOMEBODY | {"attachments", "file_ids", "reply_broadcast"},
    ),
    "chat.delete": Method(api_chat.delete, "chat:write", beyond=frozenset({"as_user"})),
    "chat.postEphemeral": Method(
        api_chat.post_ephemeral, "chat:write", beyond=_AS_SOMEBODY | {"attachments"}
    ),
    "conversations.open": Method(api_people.conversation_open, "im:write"),
    "conversations.info": Method(api_people.conversation_info, json=False),
    "conversations.members": Method(api_people.conversation_members, json=False),
    "conversations.list": Method(api_people.conversation_list, json=False),
    "conversations.history": Method(api_people.history),
    "conversations.replies": Method(api_people.replies, json=False),
    "files.getUploadURLExternal": Method(api_files.upload_address, "files:write", json=False),
    "files.completeUploadExternal": Method(
        api_files.complete, "files:write", beyond=frozenset({"blocks", "channels"})
    ),
    "files.info": Method(api_files.info, "files:read", json=False),
    "users.info": Method(api_people.user_info, "users:read", json=False),
    "users.list": Method(api_people.user_list, "users:read", json=False),
    "users.lookupByEmail": Method(api_people.user_by_email, "users:read.email", json=False),
    "views.open": Method(api_views.view_open),
    "views.push": Method(api_views.view_push),
    "views.update": Method(api_views.view_update),
    "views.publish": Method(api_views.view_publish),
}


@dataclass(frozen=True)
class Request:
    """An HTTP request to /api/…: lower-case header names, the query as it stands in the URL."""

    method: str
    headers: Mapping[str, str]
    query: str
    body: bytes


def answer(service: Service, request: Request) -> dict[str, Any]:
    """Do what is asked and say how it went: Slack's JSON. Never raises for what a caller did."""
    args: Args = {}
    exchange = None
    try:
        method = METHODS.get(request.method)
        if method is None:
            raise SlackSaysNo("unknown_method", req_method=request.method)
        args, is_json = read(request)
        exchange = service.record.begin(request.method, args, to_app=False)
        token = _token(request, {} if is_json else args)
        _authorize(service, method, token)
        if service.rates and (wait := service.rates.wait(request.method)):
            raise SlackSaysNo("ratelimited", retry_after=wait)
        given = args if method.json or not is_json else {}
        _refuse_beyond(method, given)
        with service.world.lock:
            body = {"ok": True, **method.run(service, given)}
    except SlackSaysNo as no:
        body = no.body
    shown = {name: value for name, value in args.items() if name != "token"}
    error = "" if body["ok"] else str(body["error"])
    if exchange is not None:
        known = METHODS.get(request.method)
        told = None if known is None or known.app else body  # a socket's address opens it
        service.record.end(exchange, error or "ok", told)
    with service.world.lock:
        service.calls.append(Call(request.method, shown, service.world.clock(), error))
    return body


def read(request: Request) -> tuple[Args, bool]:
    """The arguments and whether they came as JSON. A token in the query string is not taken."""
    args: Args = dict(parse_qsl(request.query, keep_blank_values=True))
    if "token" in args:
        raise SlackSaysNo("invalid_auth")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        args |= _json(request.body)
        _refuse_names(args)
        return args, True
    if request.body:
        if not kind:
            raise SlackSaysNo("missing_post_type")
        if kind != "application/x-www-form-urlencoded":
            raise SlackSaysNo("invalid_post_type")
        args |= dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    _refuse_names(args)
    for name in _NESTED:
        if isinstance(args.get(name), str):
            args[name] = _nested(name, args[name])
    return args, False


def _json(body: bytes) -> Args:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        raise SlackSaysNo("invalid_json") from None
    if not isinstance(given, dict):
        raise SlackSaysNo("json_not_object")
    for name, value in given.items():
        if name not in _NESTED and isinstance(value, dict | list):
            wrong = problem("must be a string, a number or a boolean", f"/{name}")
            raise SlackSaysNo("invalid_arguments", [wrong])
    return given


def _refuse_names(args: Args) -> None:
    """An argument Slack does not know is ignored, but not one whose name cannot be one."""
    for name in args:
        if "[" in name:
            raise SlackSaysNo("invalid_array_arg")
        if not _NAME.fullmatch(name):
            raise SlackSaysNo("invalid_arg_name")


def _refuse_beyond(method: Method, given: Args) -> None:
    """Of `parse` and the like, what says no is what is played."""
    for name in sorted(method.beyond & given.keys()):
        if given[name] not in (None, "", "none", "0", "false", "False", 0, [], {}):
            raise not_played(f"`{name}`")


def _nested(name: str, value: str) -> Any:
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        refusal = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
        raise SlackSaysNo(refusal) from None


def _token(request: Request, args: Args) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return str(args.get("token") or "")


def _authorize(service: Service, method: Method, token: str) -> None:
    if method.run is _api_test:
        return
    if not token:
        raise SlackSaysNo("not_authed")
    if token == (service.bot_token if method.app else service.app_token):
        raise SlackSaysNo("not_allowed_token_type")
    if token != (service.app_token if method.app else service.bot_token):
        raise SlackSaysNo("invalid_auth")
    if method.scope and method.scope not in service.scopes:
        raise SlackSaysNo(
            "missing_scope", needed=method.scope, provided=",".join(sorted(service.scopes))
        )
