"""chat.*: posting, changing, deleting."""

from __future__ import annotations

from typing import Any

from bot.sandbox import limits, messages
from bot.sandbox.refusals import SlackSaysNo
from bot.sandbox.schema import problem
from bot.sandbox.service import Service
from bot.sandbox.values import filled_in
from bot.sandbox.world import Channel, Message

Args = dict[str, Any]


def target(service: Service, wanted: Any) -> Channel:
    """The conversation a message goes to: its id, or a person's for their DM."""
    world = service.world
    if isinstance(wanted, str) and wanted in world.people:
        person = world.people[wanted]
        if person.is_bot:
            raise SlackSaysNo("cannot_dm_bot")
        if person.deleted:
            raise SlackSaysNo("user_disabled")
        return world.dm_of(wanted)
    return world.channel(wanted)


def refuse_strangers(service: Service, channel: Channel) -> None:
    """Only members post; in a public channel a scope stands in for membership."""
    if channel.archived:
        raise SlackSaysNo("is_archived")
    if channel.person and service.world.people[channel.person].deleted:
        raise SlackSaysNo("user_disabled")
    if service.world.bot_is_in(channel):
        return
    if channel.kind == "public" and "chat:write.public" in service.scopes:
        return
    raise SlackSaysNo("not_in_channel")


def checked(args: Args) -> tuple[str, list[dict[str, Any]], list[str]]:
    """The text, cut where Slack cuts it, the blocks and Slack's warnings."""
    blocks, text = args.get("blocks") or [], _words(args, "text")
    attachments = args.get("attachments") or []
    if marked := _words(args, "markdown_text"):
        if blocks or text:
            raise SlackSaysNo("markdown_text_conflict")
        text = marked
        if len(text) > limits.LONGEST_MARKDOWN:
            raise SlackSaysNo("msg_too_long")
    if not (blocks or text or attachments):
        raise SlackSaysNo("no_text")
    refuse_blocks(blocks)
    if not isinstance(attachments, list):
        raise SlackSaysNo("invalid_attachments")
    if len(attachments) > limits.MOST_ATTACHMENTS:
        raise SlackSaysNo("too_many_attachments")
    warnings = []
    if len(text) > limits.LONGEST_TEXT:
        text = text[: limits.LONGEST_TEXT]
        warnings.append("message_truncated")
    return text, filled_in(blocks), warnings


def _words(args: Args, name: str) -> str:
    given = args.get(name) or ""
    if not isinstance(given, str):
        raise SlackSaysNo("invalid_arguments", [problem("must be a string", f"/{name}")])
    return given


def refuse_blocks(blocks: Any) -> None:
    """Slack's two refusals for the blocks of a message."""
    if not blocks:
        return
    found = limits.problems_in_blocks(blocks, "message")
    if found:
        raise SlackSaysNo("invalid_blocks", found, errors=found)
    if limits.letters_in(blocks) > limits.LONGEST_BLOCKS:
        raise SlackSaysNo("msg_blocks_too_long")


def refuse_pictures(service: Service, blocks: list[dict[str, Any]]) -> None:
    """Slack's refusal of a block that shows a file it does not have, or has not processed yet."""
    for place, block in enumerate(blocks):
        shown = block.get("slack_file") if block["type"] == "image" else None
        if not shown:
            continue
        file = service.files.get(str(shown.get("id")))
        if file is None or not file.complete or file.unready:
            if file is not None:
                file.unready = max(file.unready - 1, 0)
            wrong = f"[ERROR] invalid slack file [json-pointer:/blocks/{place}/slack_file]"
            raise SlackSaysNo("invalid_blocks", [wrong], errors=[wrong])


def post(service: Service, args: Args) -> dict[str, Any]:
    """chat.postMessage"""
    channel = target(service, args.get("channel"))
    refuse_strangers(service, channel)
    text, blocks, warnings = checked(args)
    refuse_pictures(service, blocks)
    metadata = _metadata(args)
    if service.rates and (wait := service.rates.wait_to_post(channel.id)):
        raise SlackSaysNo("ratelimited", retry_after=wait)
    message = service.world.put(
        channel,
        service.identity.bot_user_id,
        text,
        blocks=blocks,
        metadata=metadata,
        thread_ts=args.get("thread_ts"),
        attachments=args.get("attachments") or [],
    )
    return _answer(service, message, warnings)


def update(service: Service, args: Args) -> dict[str, Any]:
    """chat.update"""
    message = _own(service, args, "cant_update_message")
    if len(_words(args, "text")) > limits.LONGEST_UPDATE:
        raise SlackSaysNo("msg_too_long")
    text, blocks, warnings = checked(args)
    metadata = _metadata(args)
    service.world.edit(message, text, blocks)
    if metadata is not None:
        message.metadata = metadata
    return {**_answer(service, message, warnings), "text": messages.escape_marked(text)}


def delete(service: Service, args: Args) -> dict[str, Any]:
    """chat.delete"""
    message = _own(service, args, "cant_delete_message")
    service.world.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(service: Service, args: Args) -> dict[str, Any]:
    """chat.postEphemeral"""
    channel = target(service, args.get("channel"))
    refuse_strangers(service, channel)
    if args.get("user") not in channel.members:
        raise SlackSaysNo("user_not_in_channel")
    text, blocks, _ = checked(args)
    message = service.world.put(
        channel,
        service.identity.bot_user_id,
        text,
        blocks=blocks,
        seen_by=args["user"],
        thread_ts=args.get("thread_ts"),
    )
    return {"message_ts": message.ts}


def _metadata(args: Args) -> dict[str, Any] | None:
    metadata: dict[str, Any] | None = args.get("metadata")
    if metadata is not None and limits.problems_in_metadata(metadata):
        raise SlackSaysNo("invalid_metadata_format")
    return metadata


def _own(service: Service, args: Args, refusal: str) -> Message:
    channel = service.world.channel(args.get("channel"))  # a person's id is not taken here
    message = service.world.find(channel.id, str(args.get("ts")))
    if message is None or message.seen_by:
        raise SlackSaysNo("message_not_found")
    if message.user != service.identity.bot_user_id:
        raise SlackSaysNo(refusal)
    return message


def _answer(service: Service, message: Message, warnings: list[str]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "channel": message.channel,
        "ts": message.ts,
        "message": messages.payload(message, service.identity),
    }
    if warnings:
        answer["warning"] = ",".join(warnings)
        answer["response_metadata"] = {"warnings": warnings}
    return answer
