"""The ledger of leads in and out."""

from __future__ import annotations

from datetime import date

from handlers.views import fields
from handlers.views.fields import Block, View, mrkdwn, plain
from handlers.views.words import day, esc, plural
from models.ledger import Ledger, Trade

LIST = "ledger"


def form(shown: Ledger, *, today: date) -> View:
    """One account a line, where most is owed first. `today` is the reader's."""
    heading = (
        f"{plural(shown.received, 'lead')} received and {shown.given:,} given in the last "
        "365 days. Where you owe most comes first."
        if shown.trades
        else "No leads in or out in the last 365 days. /logreferral logs one, Incoming or Outgoing."
    )
    blocks: list[Block] = [fields.section(plain(heading))]
    blocks += [fields.section(mrkdwn(_line(trade, today))) for trade in shown.trades]
    if shown.more:
        blocks.append(fields.context(plain(f"And {plural(shown.more, 'account')} more.")))
    return {
        "type": "modal",
        "callback_id": LIST,
        "title": plain("Leads in and out"),
        "close": plain("Close"),
        "blocks": blocks,
    }


def _line(trade: Trade, today: date) -> str:
    owed = "even"
    if trade.balance > 0:
        owed = f"you owe {trade.balance:,}"
    elif trade.balance < 0:
        owed = f"they owe {-trade.balance:,}"
    last = f" · last given {day(trade.last_out, today)}" if trade.last_out else ""
    return f"*{esc(trade.account)}*\n{trade.received:,} in · {trade.given:,} out · {owed}{last}"
