"""What Touchbase will not or cannot do, as facts. The sentences: `handlers/views/problems.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time


class Refused(Exception):
    """The person asked for something that is not possible. Never logged as a fault."""


class NotYours(Refused):
    """It belongs to somebody else, or is not there: both look the same from outside."""


class NoSuchAccount(Refused):
    """The account is gone, or was never in this workspace."""


class NoSuchContact(Refused):
    """The contact is gone, or was never in this workspace."""


class NoSuchPerson(Refused):
    """Nobody with that Slack id is known here."""


@dataclass
class NotAllowed(Refused):
    """The act wants another role. `needs` is the least one that may do it."""

    needs: str


class GuestRefused(Refused):
    """A bot, a guest or somebody of another organisation speaks; they have no account here."""


@dataclass
class TooLate(Refused):
    """An edit or an undo after its time. `limit` is in words of the rule: "24 h", "7 days"."""

    what: str
    limit: str


@dataclass
class AlreadyLogged(Refused):
    """The same person logged the same account for the same day `seconds` ago."""

    touch_id: int
    seconds: int


class SavedMeanwhile(Refused):
    """The draft that this form takes up was saved from its card or from another form."""


class DraftGone(Refused):
    """The draft was saved or discarded, or lay there for too long."""


class LineGone(Refused):
    """The message with the words cannot be read in Slack any more."""


@dataclass
class TooManyLines(Refused):
    """More lines in one message than `limit`, each of which would be a visit."""

    limit: int
    count: int


class NoText(Refused):
    """A file that is no voice clip, and no words with it."""


class AlreadyUndone(Refused):
    """What the button is about was taken back before."""


@dataclass
class DayAhead(Refused):
    """A visit on a day that is still to come, by the person's own calendar."""

    day: date
    today: date


@dataclass
class TooManyReferrals(Refused):
    """More referrals in one entry than `limit`: almost always a slip of the thumb."""

    limit: int


@dataclass
class ClosedReferral(Refused):
    """The referral has reached an end, so it moves on no further."""

    code: str


@dataclass
class ReasonNeeded(Refused):
    """A referral comes to this status only with a reason."""

    referral_id: int
    status: str


@dataclass
class MovedSince(Refused):
    """The referral was moved on since, so an earlier move stays."""

    code: str


class NoLeadsTraded(Refused):
    """Leads for leads are not for a workspace in healthcare."""


class LastAdmin(Refused):
    """The workspace would be left without an admin."""


class AdminTaken(Refused):
    """The workspace has an admin by now; only they give roles."""


@dataclass
class BadHour(Refused):
    """A reminder hour outside `earliest` to `latest`, or one that is no time at all."""

    earliest: str
    latest: str


@dataclass
class InQuietHours(Refused):
    """A reminder hour within the person's own quiet hours: it would never come."""

    begins: time
    until: time


class NoQuiet(Refused):
    """Quiet hours that begin and end at the same time."""


class DayNotAhead(Refused):
    """A pause that would end on a day that has come, by the person's own calendar."""


class ZoneUnread(Refused):
    """Slack does not say which zone the person's profile has."""


class BadDays(Refused):
    """Words that name no days of the week."""


@dataclass
class BadZone(Refused):
    """Not the name of a time zone of the IANA database."""

    name: str


@dataclass
class BadPlace(Refused):
    """Not the code of a country or state whose public holidays are known, "US" or "US-TX"."""

    code: str


@dataclass
class BadDate(Refused):
    """Words that name no day."""

    words: str


@dataclass
class NoSuchTerritory(Refused):
    """No territory is called so. `names`: those there are."""

    names: tuple[str, ...]


class BadGoal(Refused):
    """Words that name no goal, or a target that cannot be one."""


class ManagerLoop(Refused):
    """Somebody would end up above themselves."""


class Missing(Refused):
    """A field that must be filled is empty."""


class NotANumber(Refused):
    """Digits were expected."""


@dataclass
class TooLong(Refused):
    """More characters than can be kept."""

    limit: int
    length: int


class BadChoice(Refused):
    """A choice that is not, or no longer, on the list."""


class NothingToGive(Refused):
    """The person has no accounts (any more) that somebody else could take over."""


@dataclass
class TooManyOwners(Refused):
    """Accounts of more people than `limit` would go to another at once."""

    limit: int


class NoLongerYours(Refused):
    """The account of an old button belongs to somebody else by now."""


@dataclass
class BadRole(Refused):
    """A word that is no role."""

    word: str


class WhoIsThat(Refused):
    """Slack does not say who the person is whom Touchbase has never seen."""


class NotSlackAdmin(Refused):
    """The first admin must be an owner or admin of the Slack workspace."""


class NotAChannel(Refused):
    """A digest was asked for in a direct message."""


class NotInChannel(Refused):
    """The bot has to be invited before it can post there."""


class SharedChannel(Refused):
    """Another organization reads along (Slack Connect): figures stay out."""


@dataclass
class DigestTaken(Refused):
    """The channel's digest was set up by somebody whom the person may not overrule."""

    asked_by: str


class SameTwice(Refused):
    """One account, or one person, was to be merged into itself."""


class NotBothYours(Refused):
    """Only an admin, or who owns both accounts, makes one of two."""


@dataclass
class MergedOnward(Refused):
    """What was kept in a merge was merged into another since, so that has to be undone first."""

    kept: str
    into: str


class NoSuchTouch(Refused):
    """No visit fits what was told of it; it may have been undone."""


class BadReference(Refused):
    """Not a reference as a receipt has it, "T123"."""


class Purged(Refused):
    """An admin took the words out of this visit; they are not to be written anew."""


class RuleStays(Refused):
    """The cadence rule for C accounts, which holds for all that no other is for, was to go."""


@dataclass
class TooManyRules(Refused):
    """More cadence rules than `limit`."""

    limit: int


@dataclass
class BadGaps(Refused):
    """The longest gap of a cadence rule is no number of days from 1 to `limit`."""

    limit: int


class IdealTooLong(Refused):
    """The ideal gap of a cadence rule is longer than its longest."""


class ChangedSince(Refused):
    """What was to be taken back was changed again since."""


class NeedsReason(Refused):
    """A deal is lost for a reason; none was given."""


@dataclass
class TooManySchedules(Refused):
    """One person wants more reports on schedule than `limit`."""

    limit: int


class BadAmount(Refused):
    """Not an amount of money."""


class ExpiresBeforeSent(Refused):
    """A proposal that would expire before it was sent."""


class DealMovedOn(Refused):
    """The deal was changed again since, so the last change is another by now."""
