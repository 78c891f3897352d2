"""Free words leave Touchbase only as the patient guard lets them: it looks at them once more."""

from __future__ import annotations

from models import phi


def guarded(text: str) -> str:
    """The text, without what looks like a patient now, whatever was said when it was typed."""
    found = phi.findings(text) if text else []
    return phi.without(text, found) if found else text
