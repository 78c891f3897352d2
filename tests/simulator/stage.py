"""Time that passes only when everybody waits, and processes that can die or stand still in it.

Every thread of every process is a greenlet; one runs at a time, until it waits. What happens at
the same moment happens in the order it was asked for, so the same seed gives the same run.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import datetime, timedelta
from typing import Any

from greenlet import getcurrent, greenlet


class Killed(BaseException):
    """kill -9: not an Exception, so that none of our code can stop it."""


class Stage:
    """Where processes run. `elapsed` counts its seconds; `clock` is the same as an instant."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.elapsed = 0.0
        self._order = itertools.count()
        self._queue: list[tuple[float, int, Callable[[], object]]] = []
        self._dozing: list[Callable[[], None]] = []
        self._hub: greenlet = getcurrent()

    def clock(self) -> datetime:
        """The present instant."""
        return self.start + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        """The same as seconds."""
        return self.elapsed

    def seconds_at(self, moment: datetime) -> float:
        """What `elapsed` is then."""
        return (moment - self.start).total_seconds()

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something then, whoever dies meanwhile."""
        heapq.heappush(self._queue, (self.elapsed + max(seconds, 0.0), next(self._order), act))

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Let things happen, one by one, for as long as `goes_on` says and anything is left."""
        self._hub = getcurrent()
        while self._queue and goes_on():
            self.elapsed, _, act = heapq.heappop(self._queue)
            act()

    def finish(self) -> None:
        """Let those die who were told to, and forget whatever else was to come."""
        at = self.elapsed
        self.run(lambda: self._queue[0][0] <= at)
        self._queue.clear()

    def sleep(self, seconds: float) -> None:
        """Wait, in a thread of a process."""
        process, me = _Thread.now()
        self.later(seconds, lambda: process.resume(me))
        self._hub.switch()

    def park(self) -> None:
        """Wait for `Process.resume`."""
        self._hub.switch()

    def doze(self, seconds: float) -> None:
        """Wait, in a thread of a process, until `ring` at the latest so many seconds from now."""
        process, me = _Thread.now()
        woken: list[bool] = []

        def wake() -> None:
            if not woken:
                woken.append(True)
                process.resume(me)

        self._dozing.append(wake)
        self.later(seconds, wake)
        self.park()

    def ring(self) -> None:
        """Wake all that doze: something has happened."""
        dozing, self._dozing = self._dozing, []
        for wake in dozing:
            self.later(0.0, wake)


class _Thread(greenlet):
    """One thread of a process."""

    process: Process

    @staticmethod
    def now() -> tuple[Process, _Thread]:
        me = getcurrent()
        assert isinstance(me, _Thread), "only a process can wait"
        return me.process, me


class Process:
    """Threads that die together and stand still together."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.stage, self.name = stage, name
        self.alive = True
        self._still_until = 0.0
        self._threads: list[_Thread] = []

    def start(self, run: Callable[[], object], after: float = 0.0) -> None:
        """Let a thread begin."""

        def main() -> None:
            try:
                run()
            except Killed:
                assert not self.alive

        thread = _Thread(main, parent=self.stage._hub)
        thread.process = self
        self._threads.append(thread)
        self.stage.later(after, lambda: self.resume(thread))

    def resume(self, thread: _Thread) -> None:
        """Let a thread go on; a process that stands still does so when that is over."""
        wait = self._still_until - self.stage.elapsed
        if thread.dead or not self.alive:
            return  # `kill` has thrown it out
        if wait > 0:
            self.stage.later(wait, lambda: self.resume(thread))
        else:
            thread.switch()

    def freeze(self, seconds: float) -> None:
        """Stand still for so long: SIGSTOP and SIGCONT, a host that was paused."""
        self._still_until = self.stage.elapsed + seconds

    def kill(self) -> None:
        """End all threads where they stand. Called by one of them, it does not return."""
        if not self.alive:
            return
        self.alive = False
        me = getcurrent()
        for thread in self._threads:
            if thread is not me and not thread.dead:
                self.stage.later(0.0, lambda thread=thread: _throw(thread))
        if me in self._threads:
            raise Killed


def _throw(thread: _Thread) -> None:
    if thread:  # it has begun, and has not ended
        thread.throw(Killed)


class Stopping(threading.Event):
    """The event that ends a `Road`; it waits by the stage's time."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        if timeout > 0:
            self._stage.sleep(timeout)
        return self.is_set()


class Pool(Executor):
    """Threads that a process works with side by side, as `ThreadPoolExecutor` has them."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._process, _ = _Thread.now()
        self._waiting: list[Callable[[], None]] = []
        self._running: set[Future[Any]] = set()
        self._parked: set[_Thread] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = _Outcome(self)

        def work() -> None:
            try:
                future.set_result(fn(*args, **kwargs))
            except Exception as fault:
                future.set_exception(fault)
            self._running.discard(future)
            self._next()
            for thread in list(self._parked):
                self._process.stage.later(0.0, lambda thread=thread: self._process.resume(thread))

        self._waiting.append(lambda: (self._running.add(future), self._process.start(work)))
        self._next()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.wait_until(lambda: not (self._running or self._waiting))

    def wait_until(self, over: Callable[[], bool]) -> None:
        """Stand by until the workers have brought that about."""
        _, me = _Thread.now()
        while not over():
            self._parked.add(me)
            self._process.stage.park()
            self._parked.discard(me)

    def _next(self) -> None:
        while self._waiting and len(self._running) < self._workers:
            self._waiting.pop(0)()


class _Outcome(Future[Any]):
    def __init__(self, pool: Pool) -> None:
        super().__init__()
        self._pool = pool

    def result(self, timeout: float | None = None) -> Any:
        self._pool.wait_until(self.done)
        return super().result(timeout)
