"""`touchbase ...` in this process: what it prints, and its exit code."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from bot import cli


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line on stdout."""
        return self.out.splitlines()[-1]


def touchbase(*words: str, stdin: str | bytes = b"", **settings: str) -> Done:
    """Run the command with these settings as its only environment variables of ours."""
    out, err = io.StringIO(), io.StringIO()
    typed = io.TextIOWrapper(io.BytesIO(stdin if isinstance(stdin, bytes) else stdin.encode()))
    code = 0
    with (
        _environment(settings),
        _reading_from(typed),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main(list(words))
        except SystemExit as left:
            code = int(left.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith(("SLACK_", "TOUCHBASE_")) or name in ("DATABASE_URL", "PORT"):
            del os.environ[name]
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _reading_from(typed: io.TextIOWrapper) -> Iterator[None]:
    before, sys.stdin = sys.stdin, typed
    try:
        yield
    finally:
        sys.stdin = before
