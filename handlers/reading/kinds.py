"""Which kind of touch a line tells of: what was done, not what is wanted or planned. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

VISIT = "visit"

_PAST_WORDS = frozenset(("saw", "met", "rang", "vm", "lvm", "lm", "llamé"))

SAY_NO_MORE = frozenset(
    (
        "call",
        "email",
        "voicemail",
        "text",
        "virtual meeting",
        "lunch and learn",
        "in-service",
    )
)
"""Types whose words say only the type; what was dropped off, and which event, is worth noting."""

WITH_MANY = frozenset(("lunch and learn", "in-service", "event"))
"""Types of touches with many people at once."""

_I = re.IGNORECASE
# In the order in which they win where a line has several: "called, left a vm" is a voicemail.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "lunch and learn",
        re.compile(
            r"\bl\s?(?:&|\+|n|and)\s?l\b|\blnl\b|\blunch[\s\-]*(?:and|&|n|\+|'n')[\s\-]*learn\b", _I
        ),
    ),
    (
        "in-service",
        re.compile(r"\bin[\s\-]?serv(?:ice)?[ds]?\b|\bin[\s\-]?svc\b|\binserviced\b", _I),
    ),
    (
        "virtual meeting",
        re.compile(
            r"\bzoom(?:ed)?\b|\b(?:ms\s+)?teams\b(?=\s*(?:call|mtg|meeting|chat|$|[,;.\d]|w/|w\b|with|at\b|this))"
            r"|\bwebex\b|\bgoogle meet\b|\bfacetime[d]?\b|\bvirtual(?:ly)?\b|"
            r"\bvideo (?:call|chat|meeting)\b",
            _I,
        ),
    ),
    (
        "voicemail",
        re.compile(
            r"\b(?:l|left\s+)?vm\b|\bvoice\s?mail\b|\bleft (?:(?:her|him|them|a|"
            r"an?other|\w+)\s+){0,2}"
            r"(?:message|msg|vmail)\b|\blvmm?\b|\bvmail\b|\blm\b(?!\s*\d)",
            _I,
        ),
    ),
    (
        "text",
        re.compile(
            r"\btexted\b|\btxt(?:e?d)?\b|\bsms\b|\btext(?:ing)? (?:from|with|to|"
            r"exchange|thread)\b|\btext\b",
            _I,
        ),
    ),
    (
        "email",
        re.compile(
            r"\be-?mailed\b|\be-?mailing\b|\be-?mails? (?:from|with|to|exchange|"
            r"thread)\b|\be-?mail\b",
            _I,
        ),
    ),
    (
        "call",
        re.compile(
            r"\bcalled\b|\bphoned\b|\brang\b|\b(?:phone|ph|conf|conference|cold)\s?call(?:ed)?\b|"
            r"\bon the phone\b|\bby phone\b|\bt/c\b|\bcalls?\b|\bllam[eé]\b|"
            r"\bllamada\b|\bspoke (?:by|on) (?:the )?phone\b",
            _I,
        ),
    ),
    (
        "drop-off",
        re.compile(
            r"\bdrop(?:ped)?[\s\-]?off\b|\bdrop(?:ped)?\b(?!\s*(?:by|in\b|the ball|"
            r"out))|\bdonut drop\b|"
            r"\bdelivered\b|\bleft (?:(?:some|the|a|our|more|off|new|"
            r"\d+)\s+)*(?:brochures?|folders?|"
            r"flyers?|cards?|packets?|cookies|donuts|bagels|candy|materials?|lit(?:erature)?|goodies|info|"
            r"magnets?|pens|treats?|snacks|referral pads?)\b",
            _I,
        ),
    ),
    (
        "event",
        re.compile(
            r"\bchamber\b|\bmixer\b|\bexpo\b|\btrade ?show\b|\bnetworking\b|"
            r"\b(?:health|job|career|resource|"
            r"vendor) fair\b|\bgolf outing\b|\bsymposium\b|\bgala\b|"
            r"\bribbon[\s\-]cutting\b|\bopen house\b|"
            r"\bbni\b|\btabl(?:e|ing) at\b|\bbooth\b|\brotary\b|\bconference\b(?!\s+(?:room|call))|"
            r"\bluncheon\b|\b(?:dinner|networking|community|ce) event\b|\bevent\b",
            _I,
        ),
    ),
    (
        VISIT,
        re.compile(
            r"\bvisit(?:ed)?\b|\bstopped (?:by|in)\b|\bpopped (?:by|in)\b|"
            r"\bswung by\b|\bdropped (?:by|in)\b|"
            r"\bmet(?: with)?\b|\bsaw\b|\bsat (?:down )?(?:w/|with)\b|\bin person\b|\bcoffee\b|"
            r"\bbreakfast w|\blunch w(?:/|ith)?\b(?!\s*(?:&|and) learn)|\bjust left\b|"
            r"\bwalked\b|\btoured\b",
            _I,
        ),
    ),
)
_PLANNED = re.compile(
    r"\b(?:wants?|wanted|asked|asks|asking|needs?|set|setting|schedul\w+|will|gonna|going to|"
    r"plans? (?:to|for|on|an?)|planning|planned|try|trying|next|f/?u|follow[\s\-]?up|"
    r"book(?:ed|ing)?|"
    r"would|interested|invited?|by|i'?ll|remind|to|for|tomorrow|tmrw|prefers?|can|should|must|"
    r"please|re|about|another|again|until|quiere|cannot|send|sent her|expecting|"
    r"wait(?:ing)? (?:for|on))\b([^,;.!?\n]{0,30})$",
    _I,
)
_BY_PHONE = ("by phone", "on the phone")
_INTENDS = re.compile(
    r"\b(?:would|will|i['’]?ll|we['’]?ll|i['’]d|wants?|gonna|going to|should|could|can)\s+"
    r"(?:(?:to|a|an|me|us|do|have|host|also)\s+){0,3}$",
    _I,
)
_DENIED = re.compile(r"\b(?:not|never|no|didn'?t|nobody|wasn'?t|without)\s+(?:a\s+)?$", _I)
_DONE = re.compile(r"\b(?:had|did|was|just|left|called|gave|got|sent|and (?:i|we))\b", _I)
_THEIRS = re.compile(
    r"^\s*(?:me (?:back|in|on|by|next)|back|her|him|them|us|you|in sick|list|center|light)\b",
    _I,
)
_NEXT_STEP = re.compile(
    r"\b(?:f/?up?|follow(?:ing)?[\s\-]?ups?|back|again|return(?:ing)?|i'?ll|"
    r"call (?:back|her|him|them)|vuelvo|regreso|will)\b",
    _I,
)
_NOT_ORDERS = re.compile(r"\b(?:done|today|this (?:am|morning|afternoon)|yday|yesterday)\b", _I)


def read(
    text: str, future: Sequence[tuple[int, int]], closed: Sequence[tuple[int, int]]
) -> tuple[str, tuple[int, int] | None]:
    """The touch type's key and the words that say so (None for a plain visit).

    future  places of days still to come: what stands in one clause with them is a plan.
    closed  places that tell of somebody else: a competitor's own deeds.
    """
    best: tuple[int, str, tuple[int, int]] | None = None
    for rank, (kind, pattern) in enumerate(_KINDS):
        for found in pattern.finditer(text):
            if _is_plan(text, found, future) or _within(found.span(), closed):
                continue
            if best is None or _beats(rank, kind, best):
                best = (rank, kind, found.span())
            break
    if best is None:
        return VISIT, None
    return best[1], best[2]


def _beats(rank: int, kind: str, best: tuple[int, str, tuple[int, int]]) -> bool:
    return rank < best[0] and kind != best[1]


def _within(span: tuple[int, int], places: Sequence[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in places)


def _is_plan(text: str, found: re.Match[str], future: Sequence[tuple[int, int]]) -> bool:
    """Whether the words ask for it, plan it, or deny it, rather than tell that it was done."""
    start, end = found.span()
    before = text[max(0, start - 60) : start]
    word = found.group().lower()
    if _DENIED.search(before):
        return True
    if word.endswith("ed") or word in _PAST_WORDS or " by" in word or word in _BY_PHONE:
        return False
    if _INTENDS.search(before):
        return True
    wanted = _PLANNED.search(before)
    if wanted and not _DONE.search(wanted.group(1)):
        return True
    if _THEIRS.match(text[end:]):
        return True  # "call her mon"
    stop = re.search(r"[,;!?\n]|[.](?:\s|$)", text[end:])
    clause = text[end : end + stop.start() if stop else len(text)]
    step = _NEXT_STEP.search(clause)
    if step:  # "l&l tues noon, f/u 3/4": what follows is when the next one is
        clause = clause[: step.start()]
    if _NOT_ORDERS.search(clause) or _DONE.search(before[-24:]):
        return False
    return any(end <= at < end + min(len(clause), 40) for at, _ in future)
