"""How long a rep waits: `/logvisit` and Save, each beside its floor, measured in the same run.

    python bench/ack.py [--rounds 5] [--accounts 10000]

Floor: `bench/bare.py`, a bare Bolt app on the same server against the same stand-in. Rounds are
interleaved; what is printed are quantiles over all rounds and their ratio. Goals: performance.md
section 0. On SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import itertools
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from bench.names import invented_accounts, invented_contacts
from models import migrate, tables, users, workspaces  # noqa: F401 - tables completes the metadata
from models.accounts import Account
from models.contacts import Contact
from models.db import open_engine, sessions_for
from models.text import name_key

ROOT = Path(__file__).resolve().parent.parent
SECRET = "bench-secret"
FULL_LINE = "{account}, {person}, in-service, 2 referrals, f/u next tues"


def signed(fields: dict[str, str]) -> bytes:
    """A whole HTTP request as Slack would send it."""
    body = urllib.parse.urlencode(fields).encode()
    stamp = str(int(time.time()))
    mac = hmac.new(SECRET.encode(), b"v0:%b:%b" % (stamp.encode(), body), hashlib.sha256)
    return (
        b"POST /slack/events HTTP/1.1\r\nHost: bench\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        + f"X-Slack-Request-Timestamp: {stamp}\r\n".encode()
        + f"X-Slack-Signature: v0={mac.hexdigest()}\r\n".encode()
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


def command(text: str) -> bytes:
    return signed(
        {
            "command": "/logvisit",
            "text": text,
            "user_id": "U1",
            "team_id": "T1",
            "team_domain": "bench",
            "channel_id": "C1",
            "api_app_id": "A1",
            "trigger_id": uuid.uuid4().hex,
            "response_url": "http://127.0.0.1:9/",
        }
    )


_PLACES = itertools.cycle(range(1, 1001))
"""Accounts to save a visit to."""


def save() -> bytes:
    view_id = f"V{uuid.uuid4().hex[:10].upper()}"
    today = date.fromtimestamp(time.time() - 86_400)

    def typed(name: str, value: str) -> dict[str, object]:
        return {name: {"type": "plain_text_input", "value": value}}

    def picked(name: str, value: str, text: str) -> dict[str, object]:
        label = {"type": "plain_text", "text": text}
        return {name: {"selected_option": {"value": value, "text": label}}}

    # Another account each time: the same one twice within two minutes would be asked about.
    place = next(_PLACES)
    person = {"value": f"c:{place}", "text": {"type": "plain_text", "text": "Somebody"}}
    values = {
        "visit_account": picked("visit_account", f"a:{place}", "Somewhere"),
        "visit_met": {"visit_met": {"selected_options": [person]}},
        "visit_type": picked("visit_type", "visit", "Visit"),
        "visit_day": {"visit_day": {"selected_date": today.isoformat()}},
        "visit_referrals": typed("visit_referrals", "2"),
        "visit_note": typed("visit_note", "Wants the flyer"),
        "visit_next_step": typed("visit_next_step", "Bring flyers"),
        "visit_follow_up": {"visit_follow_up": {"selected_date": today.isoformat()}},
    }
    view = {
        "id": view_id,
        "hash": "1",
        "type": "modal",
        "callback_id": "visit_form",
        "private_metadata": "",
        "blocks": [{"type": "input", "block_id": name} for name in values],
        "state": {"values": values},
    }
    payload = {
        "type": "view_submission",
        "team": {"id": "T1", "domain": "bench"},
        "user": {"id": "U1", "team_id": "T1", "username": "rep"},
        "api_app_id": "A1",
        "trigger_id": uuid.uuid4().hex,
        "view": view,
    }
    return signed({"payload": json.dumps(payload)})


async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> float:
    """Send one request and read its answer; seconds. Anything but a plain 200 is a failure."""
    began = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    body = await reader.readexactly(length) if length else b""
    if not head.startswith(b"HTTP/1.1 200") or b"errors" in body or b"Sorry" in body:
        raise RuntimeError(head.decode() + body.decode())
    return time.perf_counter() - began


async def drive(port: int, make: Callable[[], bytes], *, times: int, at_once: int) -> list[float]:
    """Seconds of each request; every connection sends one after another."""

    async def worker(count: int) -> list[float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        taken = [await one(reader, writer, make()) for _ in range(count)]
        writer.close()
        return taken

    found = await asyncio.gather(*(worker(times // at_once) for _ in range(at_once)))
    return [seconds for batch in found for seconds in batch]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise RuntimeError(f"nothing listens on {port}")


@contextmanager
def process(*words: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    made = subprocess.Popen(
        words,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield made
    finally:
        made.send_signal(signal.SIGTERM)
        made.wait(20)


def touchbase(port: int, slack: int, database: str) -> dict[str, str]:
    return {
        "PORT": str(port),
        "SLACK_API_URL": f"http://127.0.0.1:{slack}/api/",
        "DATABASE_URL": database,
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_APP_TOKEN": "",
    }


def fill(url: str, accounts: int) -> tuple[str, str]:
    """A database with one rep and `accounts` invented accounts; a full line's account, person."""
    migrate.upgrade(url)
    now = datetime.now(UTC)
    sessions = sessions_for(open_engine(url, statement=30))
    names, people = invented_accounts(accounts), invented_contacts(accounts)
    with sessions.begin() as session:
        workspace = workspaces.ensure(session, "T1", name="Bench", zone="America/Chicago", now=now)
        rep = users.enrol(
            session,
            workspace.id,
            "U1",
            zone=workspace.zone,
            now=now,
            profile=users.Profile(name="Bench Rep", zone="America/Chicago"),
        )
        version = workspaces.next_names_version(session, workspace.id)
        for name, city, state in names:
            session.add(
                Account(
                    workspace_id=workspace.id,
                    name=name,
                    name_key=name_key(name),
                    city=city,
                    state=state,
                    tier="B",
                    status="active",
                    owner_id=rep.id,
                    owned_since=now.date(),
                    names_version=version,
                    created_at=now,
                )
            )
        session.flush()
        for place, person in enumerate(people, start=1):
            session.add(
                Contact(
                    workspace_id=workspace.id,
                    account_id=place,
                    name=person,
                    name_key=name_key(person),
                    names_version=version,
                    created_at=now,
                )
            )
    return names[0][0], people[0]


def quantiles(seconds: list[float]) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    cut = statistics.quantiles(seconds, n=100)
    return cut[49] * 1000, cut[98] * 1000


def row(what: str, bare: list[float], ours: list[float]) -> None:
    (bare50, bare99), (ours50, ours99) = quantiles(bare), quantiles(ours)
    print(
        f"{what:44} {bare50:7.2f} {bare99:7.2f}   {ours50:7.2f} {ours99:7.2f}"
        f"   {ours50 / bare50:5.2f} {ours99 / bare99:5.2f}   {ours99 - bare99:+7.2f}"
    )


def measure(rounds: int, line: str, ports: dict[str, dict[int, int]]) -> None:
    def run(
        make: Callable[[], bytes], slack: int, times: int, at_once: int
    ) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {"bare": [], "ours": []}
        rates: dict[str, list[float]] = {"bare": [], "ours": []}
        for who in ("bare", "ours"):
            asyncio.run(drive(ports[who][slack], make, times=at_once * 2, at_once=at_once))
        for turn in range(rounds):
            for who in ("bare", "ours") if turn % 2 else ("ours", "bare"):
                began = time.perf_counter()
                found[who] += asyncio.run(
                    drive(ports[who][slack], make, times=times, at_once=at_once)
                )
                rates[who].append(times / (time.perf_counter() - began))
        if at_once > 1:
            bare, ours = (statistics.median(rates[who]) for who in ("bare", "ours"))
            print(f"{'':44} throughput {bare:6.0f}/s  {ours:6.0f}/s   ratio {ours / bare:5.2f}")
        return found

    print(f"{'ms':44} {'bare p50':>7} {'p99':>6}   {'ours p50':>7} {'p99':>6}   ratios   p99 diff")
    full, empty = (lambda: command(line)), (lambda: command(""))
    found = run(full, 0, 200, 1)
    row("/logvisit full line, Slack 0 ms, 1 at a time", found["bare"], found["ours"])
    found = run(full, 80, 40, 1)
    row("/logvisit full line, Slack 80 ms, 1 at a time", found["bare"], found["ours"])
    found = run(empty, 80, 640, 32)
    row("/logvisit empty line, Slack 80 ms, 32 at once", found["bare"], found["ours"])
    found = run(full, 80, 640, 32)
    row("/logvisit full line, Slack 80 ms, 32 at once", found["bare"], found["ours"])
    found = run(save, 0, 100, 1)
    row("Save, 1 at a time", found["bare"], found["ours"])


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--rounds", type=int, default=5)
    told.add_argument("--accounts", type=int, default=10_000)
    options = told.parse_args()
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        url = {
            who: f"sqlite:///{folder}/{who}.db" for who in ("bare0", "ours0", "bare80", "ours80")
        }
        for one_url in url.values():
            account, person = fill(one_url, options.accounts)
        slack = {0: free_port(), 80: free_port()}
        ports = {who: {0: free_port(), 80: free_port()} for who in ("bare", "ours")}
        with (
            process(python, "bench/slack_stub.py", str(slack[0]), "0"),
            process(python, "bench/slack_stub.py", str(slack[80]), "80"),
        ):
            for port in slack.values():
                wait_for(port)
            stub = {ms: f"http://127.0.0.1:{port}/api/" for ms, port in slack.items()}
            began = time.perf_counter()
            with (
                process(
                    python,
                    "-m",
                    "bot.cli",
                    "run",
                    env=touchbase(ports["ours"][0], slack[0], url["ours0"]),
                ) as ours,
            ):
                wait_for(ports["ours"][0])
                asyncio.run(drive(ports["ours"][0], lambda: command(""), times=1, at_once=1))
                first = time.perf_counter() - began
                time.sleep(3)
                status = Path(f"/proc/{ours.pid}/status").read_text()
                idle = next(int(x.split()[1]) for x in status.splitlines() if x.startswith("VmRSS"))
                with (
                    process(
                        python,
                        "-m",
                        "bot.cli",
                        "run",
                        env=touchbase(ports["ours"][80], slack[80], url["ours80"]),
                    ),
                    process(python, "bench/bare.py", str(ports["bare"][0]), stub[0], url["bare0"]),
                    process(
                        python, "bench/bare.py", str(ports["bare"][80]), stub[80], url["bare80"]
                    ),
                ):
                    for group in ports.values():
                        for port in group.values():
                            wait_for(port)
                    line = FULL_LINE.format(account=account.lower(), person=person.lower())
                    measure(options.rounds, line, ports)
                print(f"process start to first answer {first:.2f} s; idle RSS {idle / 1024:.0f} MB")


if __name__ == "__main__":
    main()
