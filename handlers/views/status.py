"""What an admin reads of how Touchbase does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.views import fields
from handlers.views.fields import Block, mrkdwn
from handlers.views.words import esc, hour, listed, plural
from models import deliveries
from models.status import RESENT, Failed, Status, Use

SEND_AGAIN, LEAVE = "status_send_again", "status_leave"

_KINDS = {
    deliveries.REMINDER: "morning message",
    deliveries.DIGEST: "digest",
    deliveries.DIGEST_STOPPED: "notice of a stopped digest",
    deliveries.NUDGE: "afternoon list",
    deliveries.REFERRAL_LATE: "notice of a late answer",
    deliveries.REPORT: "report",
    deliveries.REPORT_DUE: "scheduled report",
    deliveries.REASSIGN: "notice of accounts without a rep",
    deliveries.SILENCE: "notice of a quiet source",
}

_TROUBLES = {
    "clock": "the server's clock is off, so nothing new may be planned",
    "unplanned": "messages are due and not planned",
    "unplaced": "people have no next morning in the plan",
    "no_digest": "a digest is due and not planned",
    "no_report": "a scheduled report is due and not planned",
    "unsent": "messages are due and not sent",
    "backlog": "messages have been waiting for over half an hour",
    "sending": "a message has been on its way for minutes",
    "uncertain": "a message in doubt is not being settled",
    "suspended": "Slack refuses the bot's token",
    "unread": "the audit can't read the database",
}

_WHY = {
    "is_archived": "archived",
    "channel_not_found": "gone, or closed to me",
    "not_in_channel": "I'm not in it any more",
    "restricted_action": "I may not post there",
    "restricted_action_read_only_channel": "I may not post there",
    "user_disabled": "deactivated in Slack",
    "user_not_found": "not in Slack any more",
    "invalid_blocks": "Slack refused how it is built",
    "msg_too_long": "too long for Slack",
}


def status(found: Status) -> tuple[str, list[Block]]:
    """How things stand, and a choice for each message that nobody is sure about."""
    lines = [*_health(found), "", *_counts(found), "", *_ahead(found)]
    text = "\n".join(lines)
    blocks: list[Block] = [fields.section(mrkdwn(fields.clip(text, 3000)))]
    if found.uses:
        blocks.append(fields.section(mrkdwn("\n".join(_uses(found.uses)))))
    for one in found.failed:
        blocks += _failed(one)
    return text, blocks


def _health(found: Status) -> list[str]:
    troubles = dict.fromkeys(
        word for replica in found.replicas for word in replica.trouble.split() if word
    )
    told = [_TROUBLES.get(name, f"a step has gone quiet ({esc(name)})") for name in troubles]
    if not found.replicas:
        head = "*No running process found.* Does a cron job run `touchbase tick`?"
    elif told:
        head = f"*Needs attention:* {listed(told)}."
    else:
        head = "*All is well.*"
    return [head, *_processes(found)]


def _processes(found: Status) -> list[str]:
    if not found.replicas:
        return []
    versions = listed(sorted({esc(replica.version) for replica in found.replicas}))
    count = plural(len(found.replicas), "process", "processes")
    lasts = [
        f"{word} {_ago(max(times), found.machine)}"
        for word, times in (
            ("planned", [one.planned_at for one in found.replicas if one.planned_at]),
            ("sent", [one.sent_at for one in found.replicas if one.sent_at]),
            ("settled", [one.settled_at for one in found.replicas if one.settled_at]),
        )
        if times
    ]
    last = f"Last {', '.join(lasts)}. " if lasts else ""
    return [
        f"{count}, version {versions}. {last}Database {found.database_ms:.0f} ms.",
    ]


def _counts(found: Status) -> list[str]:
    lines = [f"*Today* {_ended(found.today)}", f"*7 days* {_ended(found.week)}"]
    if found.late is not None:
        half, most = found.late
        lines.append(f"Delay today: half under {_length(half)}, 99% under {_length(most)}")
    states = (
        (deliveries.UNCERTAIN, "in doubt"),
        (deliveries.HELD, "held, the token is refused"),
        (deliveries.UNCONFIRMED, "unconfirmed"),
        (deliveries.PLANNED, "planned"),
    )
    now = [f"{found.open[state]:,} {word}" for state, word in states if found.open[state]]
    lines.append(f"*Now* {', '.join(now) or 'nothing is waiting'}")
    if found.blocked is not None:
        why, until = found.blocked
        words = {
            "limited": "Slack asked for a break",
            "out_of_reach": "Slack was out of reach",
            "in_doubt": "Too many messages are in doubt",
        }
        told = words.get(why, "Sending is paused")
        lines.append(f"{told}: on again in {_length((until - found.machine).total_seconds())}")
    return lines


def _ended(counts: Counter[str]) -> str:
    states = (
        (deliveries.EXPIRED, "too late to send"),
        (RESENT, "sent twice to be sure"),
        (deliveries.UNCONFIRMED, "unconfirmed"),
        (deliveries.DEAD, "refused by Slack"),
    )
    told = [f"{counts[state]:,} {word}" for state, word in states if counts[state]]
    return ", ".join([f"{counts[deliveries.SENT]:,} sent", *told])


def _ahead(found: Status) -> list[str]:
    if not found.slots:
        return ["*Next* nobody is due"]
    place = ZoneInfo(found.zone)
    today = found.now.astimezone(place).date()
    told = []
    for at, count in found.slots:
        local = at.astimezone(place)
        day = "" if local.date() == today else f"{local:%a} "
        told.append(
            f"{day}{hour(local.time())} × {count}" if count > 1 else day + hour(local.time())
        )
    return [f"*Next* {', '.join(told)}"]


def _uses(uses: Sequence[Use]) -> list[str]:
    lines = ["*Acted on within 48 h* (7 days)"]
    for one in uses:
        useless = f", “Not useful” {one.not_useful:,}" if one.not_useful else ""
        share = f"{100 * one.acted // one.sent}%"
        lines.append(f"• {_kind(one.kind)}: {one.acted:,} of {one.sent:,} ({share}){useless}")
    return lines


def _failed(one: Failed) -> list[Block]:
    where = f"<#{one.target}>" if one.target.startswith(("C", "G")) else f"<@{one.target}>"
    kind = _kind(one.kind).capitalize()
    if not one.unconfirmed:
        return [fields.section(mrkdwn(f"{kind} for {where}: {_why(one.why)}"))]
    words = f"{kind} for {where}: I can't tell whether it arrived. Look there before you choose."
    value = str(one.delivery_id)
    return [
        fields.section(mrkdwn(words)),
        fields.actions(
            fields.button(SEND_AGAIN, "Send again", value),
            fields.button(LEAVE, "Leave it", value),
        ),
    ]


def _why(code: str) -> str:
    if code.startswith("unmade"):
        return f"could not be made (Ref {esc(code.removeprefix('unmade').strip())})"
    return _WHY.get(code, f"Slack says {esc(code)}")


def _kind(kind: str) -> str:
    return _KINDS.get(kind, kind.replace("_", " "))


def _ago(then: datetime, now: datetime) -> str:
    return f"{_length((now - then).total_seconds())} ago"


def _length(seconds: float) -> str:
    """ "4 s", "12 min", "3 h": as much as one wants to know."""
    if seconds < 100:
        return f"{max(0, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"
