"""The two forms that take a visit's words out for good, and what is said then."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from handlers.views import fields
from handlers.views.fields import Block, Choice, View, plain
from handlers.views.words import day, plural
from models.lists import Entry
from models.redaction import Found, Redaction

FIND_FORM, SURE_FORM = "purge_find", "purge_sure"
REFERENCE, ACCOUNT, DAY, PERSON = "purge_reference", "purge_account", "purge_day", "purge_person"
WHICH, PEOPLE, PLACE = "purge_which", "purge_people", "purge_place"

YES = "yes"


def touch_reference(touch_id: int) -> str:
    """What a receipt prints of a visit and an admin types to find it: "T123"."""
    return f"T{touch_id}"


def find_form() -> View:
    """Which visit it is about."""
    blocks = [
        fields.section(
            plain("Removes a visit's words from Touchbase for good. This can't be undone.")
        ),
        fields.text(
            REFERENCE,
            "Reference",
            value="",
            longest=30,
            placeholder="T123, from the end of the receipt",
        ),
        fields.context(plain("Or, without the reference:")),
        fields.search(ACCOUNT, "Account", hint="Type a few letters", chosen=None),
        fields.day(DAY, "Date of the visit", value=None, optional=True),
        fields.search(PERSON, "Logged by", hint="Anyone", chosen=None),
    ]
    return fields.modal(FIND_FORM, "Purge a visit", blocks, submit="Find")


def sure_form(found: Sequence[Found], today: date) -> View:
    """What goes and what stays; of several visits, which. None of their words are shown."""
    blocks: list[Block] = []
    if len(found) == 1:
        blocks.append(fields.section(plain(fields.clip(_line(found[0], today), 3000))))
    else:
        entries = [Entry(str(one.touch_id), _line(one, today)) for one in found]
        blocks.append(fields.pick(WHICH, "Which one", entries, chosen=None, optional=False))
    blocks.append(
        fields.section(
            plain(
                "Its notes, next step and promise are removed everywhere in Touchbase, also from "
                "its receipt. Date, type, account and rep stay. This can't be undone."
            )
        )
    )
    people = max(one.made_people for one in found)
    if people:
        choice = Choice(YES, "Also remove the people first entered with it")
        blocks.append(fields.tick(PEOPLE, "People", choice, ticked=False))
    if any(one.made_account for one in found):
        choice = Choice(YES, "Also remove the account first entered with it")
        blocks.append(fields.tick(PLACE, "Account", choice, ticked=False))
    if people or any(one.made_account for one in found):
        blocks.append(fields.context(plain("What other entries use stays.")))
    metadata = json.dumps({"touches": [one.touch_id for one in found]})
    return fields.modal(SURE_FORM, "Purge a visit", blocks, metadata=metadata, submit="Purge")


def _line(found: Found, today: date) -> str:
    where = found.account or "No account"
    told = [touch_reference(found.touch_id), found.type, day(found.occurred_on, today), found.rep]
    purged = " (purged before)" if found.redacted else ""
    return f"{' · '.join(told)} · {where}{purged}"


def done(made: Redaction | None) -> View:
    """What the form becomes."""
    if made is None:
        lines = ["That was already done."]
    else:
        also = [plural(made.drafts, "draft")] if made.drafts else []
        also += [plural(made.people, "person", "people")] if made.people else []
        also += ["the account"] if made.account else []
        with_it = f", with {' and '.join(also)}" if also else ""
        lines = [f"Done: the words of {touch_reference(made.touch_id)} are gone{with_it}."]
        if made.receipt:
            lines.append(f"{made.rep}'s receipt no longer shows them.")
        else:
            lines.append(
                f"The receipt is too old for me to change. Delete it in {made.rep}'s messages "
                "with Touchbase."
            )
        lines.append(
            f"What {made.rep} typed or recorded in Slack stays there until someone deletes it, "
            "and backups keep what they have."
        )
    return {
        "type": "modal",
        "title": plain("Purge a visit"),
        "close": plain("Done"),
        "blocks": [fields.section(plain("\n".join(lines)))],
    }
