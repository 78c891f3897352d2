"""A running bot as whoever watches it sees it: its figures, its readiness, its heartbeat."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request

from tests.end_to_end.forked import Forked
from tests.end_to_end.running import ROOT, Running, a_bot, until


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - the bot's own
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def figure(text: str, name: str) -> float | None:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


def start(bot: Running, **env: str) -> str:
    """Run the bot with these settings; its address."""
    process = bot.process = Forked("run", env=bot.env | env)
    first = process.stderr.readline().strip()
    assert first.startswith("Touchbase is listening on "), first
    url = first.split()[-1]
    bot.slack.app_url = f"{url}/slack/events"
    return url


def test_figures_are_told_on_a_port_of_their_own_and_by_no_name(postgres_url: str) -> None:
    port = a_free_port()
    with a_bot(postgres_url, start=False) as bot:
        start(bot, METRICS_PORT=str(port))
        bot.slack.command("U1", "/touchbase", "status")
        bot.slack.command("U1", "/logvisit", "oakfield general, in-service")

        def told() -> str | None:
            text = get(f"http://127.0.0.1:{port}/metrics")[1]
            plan = figure(text, "tb_plan_tick_age_seconds")
            asked = figure(text, 'tb_slack_calls_total{code="ok",method="api.test"}')
            return text if asked and plan is not None and plan < 60 else None

        text = until(told, "the figures")
        assert figure(text, "tb_authz_denied_total") == 1
        assert figure(text, 'tb_ack_seconds_count{type="command"}') == 2
        assert abs(figure(text, "tb_clock_skew_seconds") or 0) < 30
        assert figure(text, "tb_outbox_oldest_due_seconds") == 0
        assert figure(text, "tb_lane_blocked") == 0
        assert "T0SANDBOX" not in text and "Dana" not in text
        (row,) = until(lambda: bot.rows("SELECT version, tzdata, trouble FROM heartbeat"), "a beat")
        assert row.trouble == "" and row.version
        assert bot.stop() == 0


def test_without_the_port_the_library_is_not_even_loaded(sqlite_url: str) -> None:
    look = (
        "import sys, bot.commands_run, bot.metrics; from bot.settings import Settings; "
        "assert bot.metrics.figures(Settings()) is None; print('prometheus_client' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "False\n", done.stderr


def test_a_taken_port_is_one_plain_sentence(sqlite_url: str) -> None:
    with a_bot(sqlite_url, start=False) as bot, socket.create_server(("127.0.0.1", 0)) as taken:
        bot.env["METRICS_PORT"] = str(taken.getsockname()[1])
        done = bot.cli("run", check=False)
        assert done.returncode == 2
        assert "Set METRICS_PORT" in done.stderr and "Traceback" not in done.stderr
