"""What Slack takes in the elements of blocks: buttons, menus, inputs; and in the texts inside them.

Source: docs.slack.dev /reference/block-kit/block-elements and /composition-objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.schema import (
    Check,
    anything,
    boolean,
    both,
    fields,
    items,
    one_of,
    problem,
    string,
    whole,
)

DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
TIME = r"([01]\d|2[0-3]):[0-5]\d"


def text(kinds: tuple[str, ...] = ("plain_text", "mrkdwn"), longest: int = 3000) -> Check:
    """A text object of one of these kinds, 1 to `longest` characters."""
    shape = fields(
        {"type": one_of(*kinds), "text": string(longest, shortest=1)},
        {"emoji": boolean, "verbatim": boolean},
    )

    def of_its_kind(value: Any, at: str) -> list[str]:
        stranger = "verbatim" if value["type"] == "plain_text" else "emoji"
        if stranger in value:
            return [problem(f"invalid additional property: {stranger}", at)]
        return []

    return both(shape, of_its_kind)


def plain(longest: int) -> Check:
    """A plain_text object."""
    return text(("plain_text",), longest)


def _option(label: Check) -> Check:
    return fields(
        {"text": label, "value": string(150, shortest=1)},
        {"description": text(longest=75), "url": string(3000)},
    )


option = _option(plain(75))
_marked_option = _option(text(longest=75))

_confirm = fields(
    {"title": plain(100), "text": text(longest=300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
_dispatch = fields(
    {}, {"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 1, 2)}
)
_placeholder = plain(150)


def _element(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    return fields(
        {"type": string(), **required}, {"action_id": string(255), **dict(optional or {})}
    )


def _chooser(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    common: dict[str, Check] = {"confirm": _confirm, "focus_on_load": boolean}
    return _element(required, {**common, **dict(optional or {})})


def _menu(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    return _chooser(required, {"placeholder": _placeholder, **dict(optional or {})})


def _same(option: Any) -> Any:
    """An option without what Slack fills in by itself, so that two can be compared."""
    described = option.get("description") or {}
    return option["text"]["text"], option["value"], described.get("text")


def initial_is_offered(value: Any, at: str) -> list[str]:
    """A menu's initial options are among its options."""
    if ("options" in value) == ("option_groups" in value):
        return [problem("needs either options or option_groups", at)]
    groups = value.get("option_groups") or [{"options": value.get("options", [])}]
    offered = [_same(each) for group in groups for each in group["options"]]
    given = value.get("initial_options") or []
    if value.get("initial_option"):
        given = [value["initial_option"]]
    name = "initial_option" if value.get("initial_option") else "initial_options"
    if any(_same(each) not in offered for each in given):
        return [problem("must be one of the provided options", f"{at}/{name}")]
    return []


_groups = items(fields({"label": plain(75), "options": items(option, 1, 100)}), 1, 100)
_static: dict[str, Check] = {"options": items(option, 1, 100), "option_groups": _groups}
_most_selected: dict[str, Check] = {"max_selected_items": whole(1, 1_000_000)}
_query: dict[str, Check] = {"min_query_length": whole(0, 1_000_000)}
_conversation_filter = fields(
    {},
    {
        "include": items(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_bot_users": boolean,
        "exclude_external_shared_channels": boolean,
    },
)
_conversations: dict[str, Check] = {
    "filter": _conversation_filter,
    "default_to_current_conversation": boolean,
}
_ids = items(string(), 1, 1000)


def _input(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    common: dict[str, Check] = {
        "placeholder": _placeholder,
        "focus_on_load": boolean,
        "dispatch_action_config": _dispatch,
        "initial_value": string(3000),
    }
    return _element(required, {**common, **dict(optional or {})})


def _lengths_fit(value: Any, at: str) -> list[str]:
    least, most = value.get("min_length", 0), value.get("max_length", 3000)
    if least > most:
        return [problem("min_length must not be above max_length", at)]
    initial = value.get("initial_value")
    if initial and len(initial) > most:
        return [problem(f"must be less than {most + 1} characters", f"{at}/initial_value")]
    return []


button = _element(
    {"text": plain(75)},
    {
        "value": string(2000),
        "url": string(3000),
        "accessibility_label": string(75),
        "style": one_of("primary", "danger"),
        "confirm": _confirm,
    },
)

ELEMENTS: dict[str, Check] = {
    "button": button,
    "workflow_button": anything,
    "image": fields(
        {"type": string(), "alt_text": string(2000, shortest=1)},
        {"image_url": string(3000), "slack_file": anything},
    ),
    "overflow": _element({"options": items(option, 1, 5)}, {"confirm": _confirm}),
    "checkboxes": both(
        _chooser(
            {"options": items(_marked_option, 1, 10)},
            {"initial_options": items(_marked_option, 1, 10)},
        ),
        initial_is_offered,
    ),
    "radio_buttons": both(
        _chooser({"options": items(_marked_option, 1, 10)}, {"initial_option": _marked_option}),
        initial_is_offered,
    ),
    "datepicker": _menu({}, {"initial_date": string(pattern=DATE)}),
    "timepicker": _menu({}, {"initial_time": string(pattern=TIME), "timezone": string()}),
    "datetimepicker": _chooser({}, {"initial_date_time": whole(10**9, 10**10 - 1)}),
    "static_select": both(_menu({}, {**_static, "initial_option": option}), initial_is_offered),
    "multi_static_select": both(
        _menu({}, {**_static, **_most_selected, "initial_options": items(option, 1, 100)}),
        initial_is_offered,
    ),
    "external_select": _menu({}, {**_query, "initial_option": option}),
    "multi_external_select": _menu(
        {}, {**_query, **_most_selected, "initial_options": items(option, 1, 100)}
    ),
    "users_select": _menu({}, {"initial_user": string()}),
    "multi_users_select": _menu({}, {**_most_selected, "initial_users": _ids}),
    "conversations_select": _menu(
        {},
        {**_conversations, "initial_conversation": string(), "response_url_enabled": boolean},
    ),
    "multi_conversations_select": _menu(
        {}, {**_conversations, **_most_selected, "initial_conversations": _ids}
    ),
    "channels_select": _menu({}, {"initial_channel": string(), "response_url_enabled": boolean}),
    "multi_channels_select": _menu({}, {**_most_selected, "initial_channels": _ids}),
    "plain_text_input": both(
        _input(
            {},
            {"multiline": boolean, "min_length": whole(0, 3000), "max_length": whole(1, 3000)},
        ),
        _lengths_fit,
    ),
    "number_input": _input(
        {"is_decimal_allowed": boolean}, {"min_value": string(), "max_value": string()}
    ),
    "email_text_input": _input({}),
    "url_text_input": _input({}),
    "rich_text_input": _input({}, {"initial_value": anything}),
    "file_input": _element({}, {"filetypes": items(string(), 1, 100), "max_files": whole(1, 10)}),
}
