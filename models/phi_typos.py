"""Labels typed in a hurry: "memebr number", "date of brith", "medicad id"."""

from __future__ import annotations

import re

from models.spoken import View, rewritten

_LABELS = (
    "admitted beneficiary birth birthday birthdate chart discharged encounter insurance medicaid"
    " medical medicare member patient record resident security social subscriber surgery"
)
# Words of their own that are a slip away from a label.
_WORDS = frozenset(["patent", "char", "cart", "chat", "hart", "medial", "socal"])
_WORD = re.compile(r"[a-z]{4,14}", re.IGNORECASE)


def _slips(word: str) -> set[str]:
    """The word with one letter left out, doubled or swapped with the next."""
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    doubled = {word[:i] + word[i] + word[i:] for i in range(len(word))}
    lacking = {word[:i] + word[i + 1 :] for i in range(1, len(word)) if len(word) > 5}
    return swapped | doubled | lacking


_RIGHT = {slip: word for word in _LABELS.split() for slip in _slips(word)}
for _word in (*_LABELS.split(), *_WORDS):
    _RIGHT.pop(_word, None)


def respelled(view: View) -> View:
    """The view with slips in the words that label a patient's data put right."""
    return rewritten(
        view,
        (
            (found.start(), found.end(), right)
            for found in _WORD.finditer(view.text)
            if (right := _RIGHT.get(found.group().lower()))
        ),
    )
