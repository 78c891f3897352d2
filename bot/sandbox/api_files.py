"""files.*: the three steps of an upload, and what is known of a file."""

from __future__ import annotations

import copy
import secrets
from typing import Any

from bot.sandbox import api_chat
from bot.sandbox.refusals import SlackSaysNo
from bot.sandbox.service import Service, StoredFile

Args = dict[str, Any]


def upload_address(service: Service, args: Args) -> dict[str, Any]:
    """files.getUploadURLExternal"""
    length = str(args.get("length") or "")
    if not args.get("filename") or not length.isdecimal() or int(length) < 1:
        raise SlackSaysNo("invalid_arguments")
    file = StoredFile(
        service.new_id("F"), str(args["filename"]), int(length), secrets.token_urlsafe(18)
    )
    service.files[file.id] = file
    return {"upload_url": f"{service.base_url}/upload/{file.upload_key}", "file_id": file.id}


def take_bytes(service: Service, key: str, content: bytes) -> int:
    """The bytes posted to an upload address; the HTTP status."""
    for file in service.files.values():
        if file.upload_key == key:
            if len(content) != file.length:
                return 400
            file.content = content
            return 200
    return 404


def complete(service: Service, args: Args) -> dict[str, Any]:
    """files.completeUploadExternal; shared as a message when a channel is given."""
    wanted = args.get("files")
    if not isinstance(wanted, list) or not wanted:
        raise SlackSaysNo("invalid_arguments")
    found = []
    for each in wanted:
        file = service.files.get(str(each.get("id"))) if isinstance(each, dict) else None
        if file is None or file.content is None:
            raise SlackSaysNo("file_not_found")
        file.title = each.get("title") or file.name
        found.append(file)
    if args.get("channel_id"):
        _share(service, args, found)
    for file in found:
        file.complete, file.unready = True, service.slow_files
    return {"files": [{"id": file.id, "title": file.title} for file in found]}


def _share(service: Service, args: Args, found: list[StoredFile]) -> None:
    channel = service.world.channel(args["channel_id"])
    api_chat.refuse_strangers(service, channel)
    message = service.world.put(
        channel,
        service.identity.bot_user_id,
        args.get("initial_comment") or "",
        thread_ts=args.get("thread_ts"),
        files=[{"id": file.id, "name": file.name, "title": file.title} for file in found],
    )
    for file in found:
        file.shared_in[channel.id] = message.ts


def link_of(service: Service, file: StoredFile) -> str:
    """The file's permalink."""
    return f"{service.base_url}/files/{service.identity.bot_user_id}/{file.id}/{file.name}"


def info(service: Service, args: Args) -> dict[str, Any]:
    """files.info: the file as it is now. Only one shared where the app is, or its own, is found."""
    file = service.files.get(str(args.get("file")))
    if file is None or not file.complete:
        raise SlackSaysNo("file_not_found")
    shares: dict[str, Any] = {"public": {}, "private": {}}
    for channel_id, ts in file.shared_in.items():
        kind = "public" if service.world.channels[channel_id].kind == "public" else "private"
        shares[kind][channel_id] = [{"ts": ts}]
    if file.shown:
        return {"file": copy.deepcopy(file.shown) | {"shares": shares}}
    shown = {"id": file.id, "name": file.name, "title": file.title, "size": file.length}
    shown["permalink"] = link_of(service, file)
    return {"file": shown | {"shares": shares, "user": service.identity.bot_user_id}}
