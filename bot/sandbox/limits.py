"""What Slack takes in views and messages, as tables.

Source: docs.slack.dev, /reference/block-kit (blocks, elements, composition objects),
/reference/views, /reference/methods/chat.postMessage and chat.update. The wording of the complaints
is Slack's, as far as developers have reported it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.elements import ELEMENTS, button, option, plain, text
from bot.sandbox.schema import (
    Check,
    anything,
    boolean,
    both,
    by_type,
    fields,
    items,
    one_of,
    problem,
    string,
    whole,
)

MOST_BLOCKS_IN_MESSAGE = 50
MOST_BLOCKS_IN_VIEW = 100
LONGEST_TEXT = 40_000
LONGEST_UPDATE = 4_000
LONGEST_MARKDOWN = 12_000
MOST_ATTACHMENTS = 100
# Not documented: developers report `msg_blocks_too_long` from about here.
LONGEST_BLOCKS = 13_000
LARGEST_VIEW = 250 * 1024

_SINGLE_SELECTS = (
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
)
_MULTI_SELECTS = tuple(f"multi_{name}" for name in _SINGLE_SELECTS)
_CHOOSERS = ("checkboxes", "datepicker", "radio_buttons", "timepicker", *_SINGLE_SELECTS)
IN_ACTIONS = ("button", "datetimepicker", "overflow", "workflow_button", *_CHOOSERS)
IN_SECTION = ("button", "image", "overflow", "workflow_button", *_CHOOSERS, *_MULTI_SELECTS)
IN_INPUT = (
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "rich_text_input",
    "file_input",
    "datetimepicker",
    *_CHOOSERS,
    *_MULTI_SELECTS,
)


def _among(*names: str) -> Check:
    return by_type({name: ELEMENTS[name] for name in names})


def _block(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    return fields({"type": string(), **required}, {"block_id": string(255), **dict(optional or {})})


def _has_words(value: Any, at: str) -> list[str]:
    if value.get("text") is None and not value.get("fields"):
        return [problem("missing required field: text or fields", at)]
    return []


def _one_picture(value: Any, at: str) -> list[str]:
    given = [name for name in ("image_url", "slack_file") if value.get(name)]
    return [] if len(given) == 1 else [problem("needs either image_url or slack_file", at)]


def _dispatch_fits(value: Any, at: str) -> list[str]:
    element = value.get("element") or {}
    if element.get("type") == "file_input" and value.get("dispatch_action"):
        return [problem("dispatch_action cannot be used with file_input", at)]
    return []


_CELL = by_type(
    {
        "raw_text": fields({"type": string(), "text": string(shortest=1)}),
        "rich_text": anything,
    }
)
_TABLE = _block(
    {"rows": items(items(_CELL, 1, 20), 1, 100)},
    {"column_settings": items(anything, 0, 20)},
)
_DATA_CELL = by_type(
    {
        "raw_text": fields({"type": string(), "text": string()}),
        "raw_number": anything,
        "rich_text": anything,
    }
)


def _rows_equal(value: Any, at: str) -> list[str]:
    widths = {len(row) for row in value["rows"]}
    return [] if len(widths) == 1 else [problem("rows must be equally long", f"{at}/rows")]


_DATA_TABLE = both(
    _block(
        {"rows": items(items(_DATA_CELL, 1, 20), 2, 101), "caption": string(shortest=1)},
        {"page_size": whole(1, 100), "row_header_column_index": whole(0, 19)},
    ),
    _rows_equal,
)
_CARD = _block(
    {},
    {
        "title": text(longest=150),
        "subtitle": text(longest=150),
        "body": text(longest=200),
        "hero_image": anything,
        "icon": anything,
        "actions": items(button, 1, 3),
    },
)

_EVERYWHERE: dict[str, Check] = {
    "section": both(
        _block(
            {},
            {
                "text": text(longest=3000),
                "fields": items(text(longest=2000), 1, 10),
                "accessory": _among(*IN_SECTION),
                "expand": boolean,
            },
        ),
        _has_words,
    ),
    "header": _block({"text": plain(150)}, {"level": whole(1, 4)}),
    "divider": _block({}),
    "context": _block(
        {
            "elements": items(
                by_type(
                    {
                        "image": ELEMENTS["image"],
                        "plain_text": text(),
                        "mrkdwn": text(),
                    }
                ),
                1,
                10,
            )
        }
    ),
    "actions": _block({"elements": items(_among(*IN_ACTIONS), 1, 25)}),
    "input": both(
        _block(
            {"label": plain(2000), "element": _among(*IN_INPUT)},
            {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
        ),
        _dispatch_fits,
    ),
    "image": both(
        _block(
            {"alt_text": string(2000, shortest=1)},
            {"image_url": string(3000), "slack_file": anything, "title": plain(2000)},
        ),
        _one_picture,
    ),
    "rich_text": _block({"elements": items(anything, 1, 1000)}),
    "video": _block(
        {
            "alt_text": string(shortest=1),
            "title": plain(199),
            "thumbnail_url": string(pattern="https://.+"),
            "video_url": string(pattern="https://.+"),
        },
        {
            "author_name": string(49),
            "description": plain(199),
            "provider_icon_url": string(),
            "provider_name": string(),
            "title_url": string(pattern="https://.+"),
        },
    ),
}
_MESSAGES_ONLY: dict[str, Check] = {
    "markdown": _block({"text": string(LONGEST_MARKDOWN, shortest=1)}),
    "table": _TABLE,
    "data_table": _DATA_TABLE,
    "card": _CARD,
    "carousel": _block({"elements": items(_CARD, 1, 10)}),
    "context_actions": _block(
        {"elements": items(by_type({"feedback_buttons": anything, "icon_button": anything}), 1, 5)}
    ),
    "file": _block({"external_id": string(), "source": one_of("remote")}),
}
_MODALS_ONLY: dict[str, Check] = {
    "alert": _block(
        {"text": text()}, {"level": one_of("default", "info", "warning", "error", "success")}
    ),
}
_FILE_INPUT = "file_input"

BLOCKS: dict[str, Mapping[str, Check]] = {
    "message": {**_EVERYWHERE, **_MESSAGES_ONLY},
    "modal": {**_EVERYWHERE, **_MODALS_ONLY},
    "home": _EVERYWHERE,
}


def problems_in_blocks(blocks: Any, surface: str, at: str = "/blocks") -> list[str]:
    """What Slack would refuse in these blocks.

    surface  "message", "modal" or "home"
    at       the JSON pointer of the blocks
    """
    most = MOST_BLOCKS_IN_MESSAGE if surface == "message" else MOST_BLOCKS_IN_VIEW
    found = items(by_type(BLOCKS[surface]), 0, most)(blocks, at)
    if found:
        return found
    found += _doubles([(block.get("block_id"), f"{at}/{n}") for n, block in enumerate(blocks)])
    focused = 0
    for n, block in enumerate(blocks):
        elements = list(elements_of(block))
        found += _doubles([(e.get("action_id"), f"{at}/{n}") for e in elements], "action_id")
        focused += sum(1 for element in elements if element.get("focus_on_load"))
        if surface != "modal" and any(e.get("type") == _FILE_INPUT for e in elements):
            found.append(problem("unsupported type: file_input", f"{at}/{n}/element/type"))
    if focused > 1:
        found.append(problem("only one element may have focus_on_load", at))
    if surface == "message":
        found += _too_much_of_one_kind(blocks, at)
    return found


def elements_of(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The interactive elements of a block (and pictures), in order."""
    for one in (block.get("accessory"), block.get("element")):
        if isinstance(one, dict):
            yield one
    if block.get("type") == "actions":
        yield from block.get("elements", [])


def _doubles(given: list[tuple[Any, str]], what: str = "block_id") -> list[str]:
    seen: set[str] = set()
    found = []
    for name, pointer in given:
        if name and name in seen:
            found.append(problem(f"{what} {name!r} already exists", f"{pointer}/{what}"))
        if name:
            seen.add(name)
    return found


def _too_much_of_one_kind(blocks: list[dict[str, Any]], at: str) -> list[str]:
    found = []
    if sum(1 for block in blocks if block["type"] == "table") > 1:
        found.append(problem("only_one_table_allowed", at))
    marked = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if marked > LONGEST_MARKDOWN:
        found.append(problem(f"markdown must be less than {LONGEST_MARKDOWN + 1} characters", at))
    return found


_VIEW_TEXT = plain(24)
_VIEW_PARTS: dict[str, Check] = {
    "type": one_of("modal", "home"),
    "blocks": anything,  # checked by surface
}
_ANY_VIEW: dict[str, Check] = {
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
_MODAL = fields(
    {**_VIEW_PARTS, "title": _VIEW_TEXT},
    {
        **_ANY_VIEW,
        "submit": _VIEW_TEXT,
        "close": _VIEW_TEXT,
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
_HOME = fields(_VIEW_PARTS, {**_ANY_VIEW, "title": _VIEW_TEXT, "close": _VIEW_TEXT})


def problems_in_view(view: Any) -> list[str]:
    """What `views.open`, `update`, `push` and `publish` would refuse in this view."""
    if not isinstance(view, dict):
        return [problem("must be an object", "/view")]
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [problem(f"unsupported type: {kind}", "/view/type")]
    found = (_MODAL if kind == "modal" else _HOME)(view, "/view")
    if not found:
        found = problems_in_blocks(view["blocks"], kind, "/view/blocks")
    if not found and kind == "modal" and not view.get("submit"):
        found = [
            problem("missing required field: submit", "/view")
            for block in view["blocks"]
            if block["type"] == "input"
        ][:1]
    return found


def view_too_large(view: Any) -> bool:
    """Over 250 KB as JSON."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > LARGEST_VIEW


_METADATA = fields({"event_type": string(255, shortest=1), "event_payload": anything})


def problems_in_metadata(metadata: Any) -> list[str]:
    """What is wrong with a message's `metadata`."""
    found = _METADATA(metadata, "/metadata")
    if not found and not isinstance(metadata["event_payload"], dict):
        found.append(problem("must be an object", "/metadata/event_payload"))
    return found


def problems_in_message(payload: Mapping[str, Any]) -> list[str]:
    """What Slack would refuse, or cut, in a message: its text, blocks, attachments, metadata."""
    found: list[str] = []
    blocks, words = payload.get("blocks"), payload.get("text")
    if blocks:
        found += problems_in_blocks(blocks, "message")
        if not found and letters_in(blocks) > LONGEST_BLOCKS:
            found.append(problem("msg_blocks_too_long", "/blocks"))
    if words is not None:
        found += string(LONGEST_TEXT)(words, "/text")
    if not any(payload.get(name) for name in ("blocks", "text", "attachments", "markdown_text")):
        found.append(problem("no_text", "/"))
    if payload.get("markdown_text") and (blocks or words):
        found.append(problem("markdown_text_conflict", "/markdown_text"))
    found += string(LONGEST_MARKDOWN)(payload.get("markdown_text") or "", "/markdown_text")
    found += items(anything, 0, MOST_ATTACHMENTS)(payload.get("attachments") or [], "/attachments")
    if payload.get("metadata") is not None:
        found += problems_in_metadata(payload["metadata"])
    return found


def letters_in(part: Any) -> int:
    """How many characters the texts in a tree of blocks have."""
    if isinstance(part, list):
        return sum(letters_in(each) for each in part)
    if not isinstance(part, dict):
        return 0
    own = part.get("text")
    return (len(own) if isinstance(own, str) else 0) + sum(
        letters_in(each) for each in part.values() if isinstance(each, dict | list)
    )


def problems_in_options(answer: Any) -> list[str]:
    """What is wrong with the answer to a block_suggestion."""
    if not isinstance(answer, dict) or not ({"options", "option_groups"} & answer.keys()):
        return [problem("missing required field: options or option_groups", "/")]
    if "options" in answer:
        return items(option, 0, 100)(answer["options"], "/options")
    group = fields({"label": plain(75), "options": items(option, 0, 100)})
    return items(group, 0, 100)(answer["option_groups"], "/option_groups")
