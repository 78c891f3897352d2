"""Forms in the stand-in open, change, answer and close as docs.slack.dev says they do.

Pages: /surfaces/modals, /reference/methods/views.open, …push, …update, …publish.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.form import REQUIRED
from bot.sandbox.interactions import TROUBLE
from bot.sandbox.stand_in import StandIn
from tests.end_to_end.slack_driver import bolt_app, running, web_client

REP = "U1"
Block = dict[str, Any]


def plain(words: str) -> Block:
    return {"type": "plain_text", "text": words}


def note(block_id: str = "note", **more: Any) -> Block:
    element = {"type": "plain_text_input", "action_id": "note", **more}
    return {"type": "input", "block_id": block_id, "label": plain("Notes"), "element": element}


def account(**more: Any) -> Block:
    element = {"type": "external_select", "action_id": "account", **more}
    return {
        "type": "input",
        "block_id": "account",
        "label": plain("Account"),
        "element": element,
        "optional": True,
    }


def day() -> Block:
    element = {"type": "datepicker", "action_id": "day", "initial_date": "2026-03-09"}
    return {"type": "input", "block_id": "day", "label": plain("Date"), "element": element}


def a_form(*blocks: Block, **more: Any) -> Block:
    parts: Block = {
        "type": "modal",
        "callback_id": "visit",
        "title": plain("Log a visit"),
        "submit": plain("Save"),
        "blocks": list(blocks),
    }
    return parts | more


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn() as slack:
        slack.add_person(REP, "Dana Whitlock", "America/Chicago")
        yield slack


@pytest.fixture
def client(slack: StandIn) -> WebClient:
    return web_client(slack)


def refusal(call: Any, **args: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as refused:
        call(**args)
    said: dict[str, Any] = refused.value.response.data
    return said


def test_a_trigger_opens_one_form_within_three_seconds(slack: StandIn, client: WebClient) -> None:
    trigger = slack.trigger_id(REP)
    client.views_open(trigger_id=trigger, view=a_form(note()))
    used = refusal(client.views_open, trigger_id=trigger, view=a_form(note()))
    late = slack.trigger_id(REP)
    slack.skip(3.1)
    assert used["error"] == "exchanged_trigger_id"
    assert refusal(client.views_open, trigger_id=late, view=a_form())["error"] == (
        "expired_trigger_id"
    )
    assert refusal(client.views_open, trigger_id="1.2.x", view=a_form())["error"] == (
        "invalid_trigger_id"
    )


def test_a_form_slack_would_not_take_is_refused_with_a_pointer(
    slack: StandIn, client: WebClient
) -> None:
    view = a_form(note(), title=plain("A title of more than 24"))
    view["title"] = plain("x" * 25)
    said = refusal(client.views_open, trigger_id=slack.trigger_id(REP), view=view)
    assert said["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in said["response_metadata"]["messages"][-1]
    assert slack.view_of(REP) is None


def test_a_form_of_more_than_250_kilobytes_is_too_large(slack: StandIn, client: WebClient) -> None:
    words = {"type": "section", "text": plain("x" * 2900)}
    view = a_form(*[words] * 95)
    said = refusal(client.views_open, trigger_id=slack.trigger_id(REP), view=view)
    assert said["error"] == "view_too_large"


def test_a_fourth_form_does_not_fit_on_the_stack(slack: StandIn, client: WebClient) -> None:
    client.views_open(trigger_id=slack.trigger_id(REP), view=a_form(note()))
    client.views_push(trigger_id=slack.trigger_id(REP), view=a_form(note()))
    client.views_push(trigger_id=slack.trigger_id(REP), view=a_form(note()))
    said = refusal(client.views_push, trigger_id=slack.trigger_id(REP), view=a_form(note()))
    assert said["error"] == "push_limit_reached"
    first, second, third = slack.stack_of(REP)
    assert third.previous == second.id and third.root == first.id


def test_an_external_id_belongs_to_one_open_form(slack: StandIn, client: WebClient) -> None:
    slack.add_person("U2", "Luis Ortega")
    client.views_open(trigger_id=slack.trigger_id(REP), view=a_form(external_id="visit-7"))
    said = refusal(
        client.views_open, trigger_id=slack.trigger_id("U2"), view=a_form(external_id="visit-7")
    )
    assert said["error"] == "duplicate_external_id"
    slack.form(REP).cancel()
    client.views_open(trigger_id=slack.trigger_id("U2"), view=a_form(external_id="visit-7"))


def test_an_update_with_an_old_hash_loses_openly(slack: StandIn, client: WebClient) -> None:
    opened = client.views_open(trigger_id=slack.trigger_id(REP), view=a_form(note()))["view"]
    client.views_update(view_id=opened["id"], hash=opened["hash"], view=a_form(note(), day()))
    said = refusal(client.views_update, view_id=opened["id"], hash=opened["hash"], view=a_form())
    assert said["error"] == "hash_conflict"
    slack.form(REP).cancel()
    gone = refusal(client.views_update, view_id=opened["id"], view=a_form())
    assert gone["error"] == "not_found"


def test_an_update_wants_a_form_that_is_there(slack: StandIn, client: WebClient) -> None:
    form = a_form(note(), external_id="visit-7")
    client.views_open(trigger_id=slack.trigger_id(REP), view=form)
    client.views_update(external_id="visit-7", view=form | {"title": plain("Changed — größer")})
    assert slack.form(REP).title == "Changed — größer"
    assert refusal(client.views_update, view_id="V9", view=form)["error"] == "not_found"
    assert refusal(client.views_update, external_id="9", view=form)["error"] == "not_found"
    nameless = refusal(client.api_call, api_method="views.update", json={"view": form})
    assert nameless["error"] == "invalid_arguments"


@pytest.mark.parametrize("missing", ["trigger_id", "view"])
def test_a_form_needs_a_trigger_and_a_view(slack: StandIn, client: WebClient, missing: str) -> None:
    given = {"trigger_id": slack.trigger_id(REP), "view": a_form(note())}
    given.pop(missing)
    said = refusal(client.api_call, api_method="views.open", json=given)
    assert said["error"] == "invalid_arguments"
    assert missing in said["response_metadata"]["messages"][0]


def test_what_was_typed_survives_an_update_under_the_same_ids_only(
    slack: StandIn, client: WebClient
) -> None:
    opened = client.views_open(trigger_id=slack.trigger_id(REP), view=a_form(note()))["view"]
    form = slack.form(REP)
    form.fill("Notes", "Met the new planner")
    client.views_update(view_id=opened["id"], view=a_form(note(initial_value="Other"), day()))
    assert form.value("Notes") == "Met the new planner"
    assert form.value("Date") == "2026-03-09"
    client.views_update(view_id=opened["id"], view=a_form(note("note:1", initial_value="Other")))
    assert form.value("Notes") == "Other"


def test_values_arrive_by_block_and_action_empty_ones_too(
    slack: StandIn, client: WebClient
) -> None:
    many = {"type": "multi_external_select", "action_id": "met"}
    met = {"type": "input", "block_id": "met", "label": plain("Met with"), "element": many}
    client.views_open(trigger_id=slack.trigger_id(REP), view=a_form(account(), met, day(), note()))
    form = slack.form(REP)
    form.fill("Notes", "a < b & *c*")
    values = form.submission()["view"]["state"]["values"]
    assert values == {
        "account": {"account": {"type": "external_select", "selected_option": None}},
        "met": {"met": {"type": "multi_external_select", "selected_options": []}},
        "day": {"day": {"type": "datepicker", "selected_date": "2026-03-09"}},
        "note": {"note": {"type": "plain_text_input", "value": "a < b & *c*"}},
    }


def an_app(slack: StandIn, form: Block, **answer: Any) -> App:
    """Opens `form` on /logvisit and answers its submission with `answer`."""
    app = bolt_app(slack)

    @app.command("/logvisit")
    def opened(ack: Any, client: WebClient, body: dict[str, Any]) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=form)

    @app.view("visit")
    def saved(ack: Any) -> None:
        ack(**answer)

    return app


def listened_to(app: App, heard: list[dict[str, Any]]) -> App:
    """The app, with every body it gets noted."""

    @app.middleware
    def listen(body: dict[str, Any], next_: Any) -> Any:
        heard.append(body)
        return next_()

    return app


def test_an_empty_answer_closes_the_form(slack: StandIn) -> None:
    with running(an_app(slack, a_form(note())), slack):
        slack.command(REP, "/logvisit")
        form = slack.form(REP)
        form.fill("Notes", "x")
        assert form.save()
    assert slack.view_of(REP) is None


def test_a_required_field_is_asked_for_by_slack_itself(slack: StandIn) -> None:
    heard: list[dict[str, Any]] = []
    with running(listened_to(an_app(slack, a_form(note())), heard), slack):
        slack.command(REP, "/logvisit")
        form = slack.form(REP)
        assert not form.save()
        assert form.errors == {"Notes": REQUIRED}
        assert [each.get("type") for each in heard] == [None]  # the command alone
        assert form.save(unchecked=True)
    assert heard[-1]["type"] == "view_submission"


def test_errors_stand_beside_input_blocks(slack: StandIn) -> None:
    app = an_app(slack, a_form(note()), response_action="errors", errors={"note": "Too short"})
    with running(app, slack):
        slack.command(REP, "/logvisit")
        form = slack.form(REP)
        form.fill("Notes", "x")
        assert not form.save()
        assert form.errors == {"Notes": "Too short"}
        assert form.value("Notes") == "x" and form.is_open


def test_an_error_for_a_block_without_input_reads_as_trouble_connecting(slack: StandIn) -> None:
    button = {"type": "button", "action_id": "more", "text": plain("More")}
    form = a_form(note(), {"type": "actions", "block_id": "more", "elements": [button]})
    app = an_app(slack, form, response_action="errors", errors={"more": "No"})
    with running(app, slack):
        slack.command(REP, "/logvisit")
        shown = slack.form(REP)
        assert not shown.save(unchecked=True)
        assert shown.trouble == TROUBLE and shown.errors == {}
        assert "more is no input block" in slack.complaints[0]


def test_a_submission_can_update_push_and_clear(slack: StandIn) -> None:
    answers = iter(
        [
            {"response_action": "update", "view": a_form(note(), title=plain("Second"))},
            {"response_action": "push", "view": a_form(note(), title=plain("Third"))},
            {"response_action": "clear"},
        ]
    )
    app = bolt_app(slack)

    @app.view("visit")
    def saved(ack: Any) -> None:
        ack(**next(answers))

    with running(app, slack):
        web_client(slack).views_open(trigger_id=slack.trigger_id(REP), view=a_form(note()))
        for title in ("Second", "Third"):
            slack.form(REP).save(unchecked=True)
            assert slack.form(REP).title == title
        assert len(slack.stack_of(REP)) == 2
        assert slack.form(REP).save(unchecked=True)
    assert slack.stack_of(REP) == []


def test_a_fault_of_the_app_leaves_the_form_open_with_all_that_was_typed(slack: StandIn) -> None:
    app = an_app(slack, a_form(note()))
    with running(app, slack):
        slack.command(REP, "/logvisit")
        form = slack.form(REP)
        form.fill("Notes", "Kept")
        slack.app_url = "http://127.0.0.1:9/slack/events"
        assert not form.save()
        assert form.trouble == TROUBLE and form.value("Notes") == "Kept"


def test_a_double_tap_sends_one_form_twice_under_two_triggers(slack: StandIn) -> None:
    heard: list[dict[str, Any]] = []
    with running(listened_to(an_app(slack, a_form(note())), heard), slack):
        slack.command(REP, "/logvisit")
        heard.clear()
        slack.form(REP).save_twice()
    first, second = heard
    assert first["view"]["id"] == second["view"]["id"]
    assert first["view"]["hash"] == second["view"]["hash"]
    assert first["trigger_id"] != second["trigger_id"]


@pytest.mark.parametrize(("wanted", "told"), [(True, 1), (False, 0)])
def test_cancel_is_told_only_to_an_app_that_asked(slack: StandIn, wanted: bool, told: int) -> None:
    heard: list[bool] = []
    app = an_app(slack, a_form(note(), notify_on_close=wanted))

    @app.view_closed("visit")
    def closed(ack: Any, body: dict[str, Any]) -> None:
        ack()
        heard.append(body["is_cleared"])

    with running(app, slack):
        slack.command(REP, "/logvisit")
        slack.form(REP).cancel()
        slack.command(REP, "/logvisit")
        slack.form(REP).close_all()
    assert heard == [False, True][: 2 * told]


def menu_app(slack: StandIn, form: Block, heard: list[dict[str, Any]]) -> App:
    app = an_app(slack, form)

    @app.options("account")
    def offer(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body)
        names = ("Ridgeway General", f"Add “{body['value']}”")
        ack(options=[{"text": plain(name), "value": name} for name in names])

    @app.action("account")
    def chosen(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body)
        ack()

    return app


def test_a_lookup_asks_from_the_third_letter_unless_told_otherwise(slack: StandIn) -> None:
    heard: list[dict[str, Any]] = []
    with running(menu_app(slack, a_form(account()), heard), slack):
        slack.command(REP, "/logvisit")
        form = slack.form(REP)
        assert form.offers("Account", "ri") == [] and heard == []
        assert form.offers("Account", "rid") == ["Ridgeway General", "Add “rid”"]
    with running(menu_app(slack, a_form(account(min_query_length=0)), heard), slack):
        slack.command(REP, "/logvisit")
        assert slack.form(REP).offers("Account", "")[0] == "Ridgeway General"


def test_a_lookup_sees_other_fields_as_the_app_saw_them_last(slack: StandIn) -> None:
    heard: list[dict[str, Any]] = []
    form_view = a_form(account(min_query_length=0), note())
    with running(menu_app(slack, form_view, heard), slack):
        slack.command(REP, "/logvisit")
        form = slack.form(REP)
        form.fill("Notes", "typed just now")
        form.offers("Account")
    assert heard[0]["view"]["state"]["values"]["note"]["note"]["value"] is None


def test_a_watched_field_tells_the_app_at_once(slack: StandIn) -> None:
    heard: list[dict[str, Any]] = []
    watched = account(min_query_length=0) | {"dispatch_action": True}
    with running(menu_app(slack, a_form(watched, note()), heard), slack):
        slack.command(REP, "/logvisit")
        form = slack.form(REP)
        form.fill("Notes", "so far")
        form.fill("Account", "ridge")
        assert form.value("Account") == "Ridgeway General"
    told = heard[-1]
    assert told["type"] == "block_actions" and told["container"]["type"] == "view"
    assert told["actions"][0]["selected_option"]["value"] == "Ridgeway General"
    assert told["view"]["state"]["values"]["note"]["note"]["value"] == "so far"
    assert "response_url" not in told


def test_home_is_published_for_one_person(slack: StandIn, client: WebClient) -> None:
    home = {"type": "home", "blocks": [{"type": "section", "text": plain("Your day")}]}
    client.views_publish(user_id=REP, view=home)
    shown = slack.home_of(REP)
    assert shown and shown["blocks"][0]["text"]["text"] == "Your day"
    slack.service.home_enabled = False
    assert refusal(client.views_publish, user_id=REP, view=home)["error"] == "not_enabled"
