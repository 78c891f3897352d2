"""A visit form before the patient guard: what it finds, and the form without it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from handlers.views import touches as views
from handlers.views.doubts import Doubt
from handlers.views.fields import Choice
from handlers.views.touches import VisitForm
from models import known, phi
from models.db import Session
from models.users import Actor


def told_channels(state: VisitForm) -> frozenset[str]:
    """The phones and e-mails in the form (`phi.channels`)."""
    return phi.channels("\n".join(text for _, text in _texts(state)))


def known_channels(session: Session, actor: Actor, state: VisitForm) -> frozenset[str]:
    """The phones and e-mails in the form that belong to people we know."""
    account_id = state.account.id if state.account else None
    return known.channels(session, actor.workspace_id, account_id, told_channels(state))


def doubts(state: VisitForm, known: Collection[str]) -> tuple[Doubt, ...]:
    """What the guard finds, field by field."""
    return tuple(
        Doubt(views.LABELS[block], text[found.start : found.end], found.rule, found.tier)
        for block, text in _texts(state)
        for found in phi.findings(text, known)
    )


def without(state: VisitForm, known: Collection[str], *, empty: bool = False) -> VisitForm:
    """The form with nothing in it that the guard finds: words replaced, new names left out.

    empty  a field with a finding is emptied instead.
    """

    def cleaned(text: str) -> str:
        found = phi.findings(text, known)
        if not found:
            return text
        return "" if empty else phi.without(text, found)

    base = remembered(state, known)
    clean = replace(
        base,
        note=cleaned(base.note),
        next_step=cleaned(state.next_step),
        promise=cleaned(state.promise),
        account=state.account if _passes(state.account, known) else None,
        met=tuple(one for one in state.met if _passes(one, known)),
        competitor=state.competitor if _passes(state.competitor, known) else None,
    )
    return replace(clean, reset=state.reset + 1) if clean != state else state


def remembered(state: VisitForm, known: Collection[str]) -> VisitForm:
    """The form with nothing the guard finds in what the form itself remembers. The name of a new
    account that it offered goes to the notes: words are pointed out there, never dropped."""
    refused = [one.new_name or "" for one in state.fits if not _passes(one, known)]
    found = [doubt.words for doubt in doubts(state, known)]

    def hidden(text: str) -> str:
        for words in found:  # beside other words the guard might read them otherwise
            text = text.replace(words, phi.REPLACED)
        return phi.without(text, phi.findings(text, known))

    return replace(
        state,
        read=hidden(state.read),
        heard=state.heard if hidden(state.heard) == state.heard else "",
        fits=tuple(one for one in state.fits if _passes(one, known)),
        note=", ".join(filter(None, [*refused, state.note])),
    )


def _passes(choice: Choice | None, known: Collection[str]) -> bool:
    return not (choice and choice.new_name and phi.findings(choice.new_name, known))


def _texts(state: VisitForm) -> Iterator[tuple[str, str]]:
    """A person's own words in the form, by block."""
    yield views.NOTE, state.note
    yield views.NEXT_STEP, state.next_step
    yield views.PROMISE, state.promise
    for block, choices in (
        (views.ACCOUNT, [state.account, *state.fits]),
        (views.MET, state.met),
        (views.COMPETITOR, [state.competitor]),
    ):
        for choice in choices:
            if choice is not None and choice.new_name:
                yield block, choice.new_name
