"""What is counted while messages go out. Whoever publishes the figures takes the place of this."""

from __future__ import annotations

from datetime import timedelta

RESENT, FOUND, NOT_FOUND, UNCONFIRMED = "resent", "found", "not_found", "unconfirmed"
"""How a message in doubt ended."""


class Meter:
    """Counts nothing."""

    def came(self, kind: str, late: timedelta) -> None:
        """A message of this kind was sent, so long after it was due."""

    def doubted(self) -> None:
        """Nobody knows whether Slack has a message."""

    def settled(self, outcome: str) -> None:
        """A doubt ended so."""
