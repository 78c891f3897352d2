"""The sentence for every refusal, and the apology for a bug."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.views import deal_forms, referrals, reports, touches
from handlers.views import goals as goal_views
from handlers.views.cards import no_files
from handlers.views.doubts import what
from handlers.views.fields import View, plain, section
from handlers.views.words import as_typed, esc, hour, long_day, plural
from models.errors import (
    AdminTaken,
    AlreadyLogged,
    AlreadyUndone,
    BadAmount,
    BadChoice,
    BadDate,
    BadDays,
    BadGaps,
    BadGoal,
    BadHour,
    BadPlace,
    BadReference,
    BadRole,
    BadZone,
    ChangedSince,
    ClosedReferral,
    DayAhead,
    DayNotAhead,
    DealMovedOn,
    DigestTaken,
    DraftGone,
    ExpiresBeforeSent,
    GuestRefused,
    IdealTooLong,
    InQuietHours,
    LastAdmin,
    LineGone,
    ManagerLoop,
    MergedOnward,
    Missing,
    MovedSince,
    NeedsReason,
    NoLeadsTraded,
    NoLongerYours,
    NoQuiet,
    NoSuchAccount,
    NoSuchContact,
    NoSuchPerson,
    NoSuchTerritory,
    NoSuchTouch,
    NotAChannel,
    NotAllowed,
    NotANumber,
    NotBothYours,
    NoText,
    NothingToGive,
    NotInChannel,
    NotSlackAdmin,
    NotYours,
    Purged,
    ReasonNeeded,
    Refused,
    RuleStays,
    SameTwice,
    SavedMeanwhile,
    SharedChannel,
    TooLate,
    TooLong,
    TooManyLines,
    TooManyOwners,
    TooManyReferrals,
    TooManyRules,
    TooManySchedules,
    WhoIsThat,
    ZoneUnread,
)
from models.phi import LooksLikePatient
from models.reports.making import NoSuchReport
from models.reports.periods import BadPeriod, EndsBeforeItBegins
from models.reports.report import NotBy


def sentence(refused: Refused) -> str:
    """What to say to the person, in one plain sentence or two."""
    match refused:
        case BadPeriod() | EndsBeforeItBegins() | NotBy() | NoSuchReport():
            return reports.refused(refused)
        case LooksLikePatient():
            found = what(refused.rules)
            return f"This looks like {found}. Take it out: no patient details in Touchbase."
        case AlreadyLogged():
            return f"Already logged {refused.seconds} s ago."
        case SavedMeanwhile():
            return "This visit was saved in the meantime. Press Edit on its receipt to change it."
        case DraftGone():
            return "That one was already saved or discarded."
        case LineGone():
            return "I can't read that message any more. Press Edit and type it there."
        case TooManyLines():
            return (
                f"That is {refused.count} lines, and each is a visit. "
                f"Send at most {refused.limit} at once."
            )
        case NoText():
            return no_files()
        case DayAhead():
            return (
                f"{long_day(refused.day, refused.today)} is still to come. "
                "Pick today or an earlier day; for a plan, use Follow up on."
            )
        case TooLong():
            return (
                f"That is {refused.length:,} characters, and {refused.limit:,} fit. "
                f"Cut {plural(refused.length - refused.limit, 'character')}."
            )
        case TooManyReferrals():
            return f"At most {refused.limit} referrals at once. For more, save twice."
        case NotANumber():
            return "Enter a whole number, such as 2."
        case Missing():
            return "Fill this in."
        case BadChoice():
            return "That choice is gone from the list. Pick another."
        case NoSuchAccount():
            return "That account is gone from the list. Search again, or ask your admin to add it."
        case NoSuchContact():
            return "That person is gone from the list. Search again, or type the name."
        case NoSuchPerson():
            return "I don't know that person. Mention them with @, such as @ann."
        case TooLate(what="cadence"):
            return f"A rule change can be undone for {refused.limit}. Change it by hand now."
        case TooLate(what="merge"):
            return f"A merge can be undone for {refused.limit}. That time has passed."
        case TooLate(what="retier"):
            return f"A tier change can be undone for {refused.limit}. That time has passed."
        case TooLate(what="reassign"):
            return f"A reassignment can be undone for {refused.limit}. That time has passed."
        case TooLate():
            return f"That was possible for {refused.limit} after it was logged. Ask your admin."
        case AlreadyUndone():
            return "That was already undone."
        case NotYours():
            return "I can't find that among yours. It may have been undone."
        case ClosedReferral():
            return f"{refused.code} is closed, so it stays where it is. Press Reopen to move it."
        case ReasonNeeded():
            return "Pick a reason."
        case MovedSince():
            return f"{refused.code} has moved again since. Undo the latest move first."
        case NoLeadsTraded():
            return (
                "Trading leads is off in healthcare: the Anti-Kickback Statute does not allow it. "
                "`/touchbase referrals` shows what came in."
            )
        case NotAllowed():
            who = "an admin" if refused.needs == "admin" else "a manager or an admin"
            return f"Only {who} can do that."
        case LastAdmin():
            return "Touchbase needs an admin. Make someone else admin first."
        case AdminTaken():
            return "There is an admin already. Ask them for the role."
        case GuestRefused():
            return "Touchbase is for members of this workspace."
        case BadHour():
            return f"Pick a time from {refused.earliest} to {refused.latest}, such as 07:30."
        case InQuietHours():
            quiet = f"{hour(refused.begins)} to {hour(refused.until)}"
            return f"That is within your quiet hours, {quiet}. Pick a time outside them."
        case NoQuiet():
            return "These are the same hour. Quiet hours need an end, such as 7:00 AM."
        case DayNotAhead():
            return "Pick a day after today, or clear it."
        case ZoneUnread():
            return "Slack isn't telling me your time zone right now. Pick one, or try again later."
        case BadDays():
            return "Name the days like mon-fri or mon,wed,fri."
        case BadZone():
            return f"I don't know the time zone {esc(refused.name)}. Try America/Chicago."
        case BadDate():
            return "Start with the day, such as 2026-12-24."
        case NoSuchTerritory():
            return goal_views.no_such_territory(refused.names)
        case BadGoal():
            return goal_views.usage()
        case BadPlace():
            return (
                f"I don't know the holidays of “{esc(refused.code[:40])}”. Try US, a state such as "
                "US-TX, or none."
            )
        case ManagerLoop():
            return "That would put someone above their own manager. Name someone else."
        case NothingToGive():
            return "Nothing is left to reassign: someone already took it over."
        case TooManyOwners():
            return (
                f"These belong to more than {refused.limit} people. Pick an owner or a territory "
                "to do it in parts."
            )
        case NoLongerYours():
            return "That account isn't yours any more, so it is off your list already."
        case BadRole():
            return "The roles are rep, manager and admin, as in `/touchbase role @ann manager`."
        case WhoIsThat():
            return "I can't tell who that is. Mention them with @, such as @ann."
        case NotSlackAdmin():
            return "Only an owner or admin of this Slack workspace can do that."
        case NotAChannel():
            return (
                "Digests go to channels. Type `/touchbase digest here` in the one you want it in."
            )
        case NotInChannel():
            return "I'm not in this channel yet. Type `/invite @Touchbase`, then try again."
        case SharedChannel():
            return (
                "Another organization reads this channel, so I post no figures here. "
                "Use a channel of your own."
            )
        case DigestTaken():
            return f"<@{refused.asked_by}> set up this channel's digest. Ask them or an admin."
        case SameTwice():
            return "That is the same one twice. Pick the other one here."
        case NotBothYours():
            return "Only an admin, or the owner of both accounts, can merge these. Ask your admin."
        case MergedOnward():
            kept, into = esc(refused.kept), esc(refused.into)
            return f"{kept} was merged into {into} since. Undo that one first."
        case NoSuchTouch():
            return "I can't find that visit. If it was undone, it is deleted."
        case BadReference():
            return "A reference looks like T123. It is at the end of the receipt."
        case Purged():
            return "An admin removed the words of this visit, so it can no longer be edited."
        case RuleStays():
            return "The rule for C accounts stays: it covers accounts without a rule."
        case TooManyRules():
            return f"{refused.limit} rules is the most I keep. Remove one first."
        case TooManySchedules():
            return f"{refused.limit} scheduled reports is the most I keep. Stop one first."
        case BadGaps():
            return f"Enter days from 1 to {refused.limit}."
        case IdealTooLong():
            return "This can't be more than the days until it is overdue."
        case NeedsReason():
            return "Pick why it was lost."
        case BadAmount():
            return "Enter an amount like $12,500, 12.5k or 1.2m."
        case ExpiresBeforeSent():
            return "This is before the proposal was sent. Pick a later day."
        case DealMovedOn():
            return "That deal has changed since. Type `/pipeline` to see it now."
        case ChangedSince():
            return "That rule has changed since. Type `/touchbase cadence` to see it now."
        case _:
            return "I can't do that. Type `/touchbase help` to see what I can."


def failed(reference: str) -> str:
    """The apology for a bug or an outage."""
    return f"Sorry, something broke on our side. Try again in a minute. (Ref {reference})"


def not_saved(reference: str) -> str:
    """The apology in a form that stays open, with every word in it."""
    return (
        "Touchbase could not save just now. Your text is still here: press Save again. "
        f"(Ref {reference})"
    )


def with_line(text: str, body: Mapping[str, Any]) -> str:
    """An answer to a command that did not do its work, with what was typed after it."""
    typed = as_typed(str(body.get("text") or "")).strip()
    if not typed:
        return text
    return f"{text}\nYou typed:\n>{esc(body['command'])} {esc(typed)}"


def beside_fields(view: Mapping[str, Any], fields: Mapping[str, Refused]) -> dict[str, str]:
    """The sentence beside each field; one that is not on the screen speaks beside the note."""
    found: dict[str, str] = {}
    for name, why in fields.items():
        block = _block(view, name)
        found.update({block: sentence(why)} if block else beside_the_note(view, sentence(why)))
    return found


def beside_a_field(view: Mapping[str, Any], refused: Refused) -> dict[str, str]:
    """The sentence beside the field it is about, or else beside the note."""
    places = {
        DayAhead: (touches.DAY,),
        NoSuchAccount: (touches.ACCOUNT, referrals.ACCOUNT, deal_forms.ACCOUNT),
        NoSuchContact: (
            touches.MET,
            referrals.REFERRED_BY,
            deal_forms.BROKER,
            deal_forms.PERSON,
        ),
        NeedsReason: (deal_forms.REASON,),
        ExpiresBeforeSent: (deal_forms.EXPIRES,),
        TooManyReferrals: (touches.REFERRALS, referrals.COUNT),
    }
    for place in places.get(type(refused), ()):
        block = _block(view, place)
        if block:
            return {block: sentence(refused)}
    return beside_the_note(view, sentence(refused))


def beside_the_note(view: Mapping[str, Any], text: str) -> dict[str, str]:
    """A sentence beside Notes, or in a form without them beside its last field."""
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    return {_block(view, touches.NOTE) or inputs[-1]: text}


def instead(view: Mapping[str, Any], text: str) -> View:
    """The sentence in the place of a form that has no field for it to stand beside."""
    return {
        "type": "modal",
        "title": view["title"],
        "close": plain("Close"),
        "blocks": [section(plain(text))],
    }


def has_fields(view: Mapping[str, Any]) -> bool:
    """Whether a sentence can stand beside a field of the form."""
    return any(block["type"] == "input" for block in view["blocks"])


def _block(view: Mapping[str, Any], name: str) -> str | None:
    for block in view["blocks"]:
        if block["type"] == "input" and block["block_id"].partition(":")[0] == name:
            return str(block["block_id"])
    return None
