"""`touchbase` as processes of their own, forked from a server that has everything imported
(`multiprocessing`'s forkserver): a new one is there in a few hundredths of a second.

How a process starts from nothing is test_process.py's matter, and that of the tests that run
`python -m bot.cli` themselves.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path

from bot import cli

ROOT = Path(__file__).resolve().parents[2]

PROCESSES = multiprocessing.get_context("forkserver")
_USED = [f"bot.commands_{name}" for name in ("import", "run", "setup", "tick", "user")]
PROCESSES.set_forkserver_preload([*_USED, "tests.end_to_end.replicas", __name__])


class Forked:
    """`touchbase ...` with this environment; used like a `subprocess.Popen` with pipes."""

    def __init__(self, *words: str, env: Mapping[str, str], stdin: str = "") -> None:
        told, tells = os.pipe()
        self.stderr = open(told, encoding="utf-8")  # noqa: SIM115
        with tempfile.TemporaryFile("w+") as typed, tempfile.TemporaryFile() as out:
            typed.write(stdin)
            typed.seek(0)
            self._out = Connection(os.dup(out.fileno()))
            lent = [Connection(os.dup(typed.fileno())), self._out, Connection(tells)]
            life = (words, dict(env), lent)
            self._process = PROCESSES.Process(target=_be, args=life, daemon=True)
            self._process.start()
            lent[2].close()  # or the end of what it writes would never come

    @property
    def returncode(self) -> int | None:
        """As a `Popen`'s: None while it runs, a signal's number as a negative one."""
        return self._process.exitcode

    poll = returncode.fget

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end; its exit code."""
        self._process.join(timeout)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end; what is left of what it wrote to stdout and stderr."""
        with self.stderr as err:
            rest = err.read()
        self.wait(timeout)
        os.lseek(self._out.fileno(), 0, os.SEEK_SET)
        with open(self._out.fileno(), encoding="utf-8", closefd=False) as out:
            return out.read(), rest

    def send_signal(self, sign: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process.pid is not None
        os.kill(self._process.pid, sign)

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


def _be(words: tuple[str, ...], env: Mapping[str, str], lent: list[Connection]) -> None:
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(env)
    for number, each in enumerate(lent):  # stdin, stdout, stderr
        os.dup2(each.fileno(), number)
    cli.main(list(words))
