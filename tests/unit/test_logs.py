"""What a log may hold: ids, counts and places. Each test reads the stderr of a process of its own,
because a process sets its logs up once."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]


def logged(program: str) -> str:
    """What a process that has set up our logs writes to stderr."""
    done = subprocess.run(
        [sys.executable, "-c", f"from bot import logs\nlogs.set_up()\n{textwrap.dedent(program)}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == ""
    return done.stderr


def test_a_line_says_what_happened_and_to_whom_by_number() -> None:
    said = logged("""
        import structlog
        structlog.get_logger("x").info("message.sent", delivery=7, workspace=1, seconds=0.2)
    """)
    assert "level='info' event='message.sent'" in said
    assert "delivery=7" in said
    assert "workspace=1" in said
    assert "seconds=0.2" in said


def test_a_key_that_nobody_allowed_is_dropped() -> None:
    said = logged("""
        import structlog
        structlog.get_logger("x").info("touch.stored", note="wants the flyer", name="Dana", touch=4)
    """)
    assert "touch.stored" in said
    assert "flyer" not in said
    assert "Dana" not in said


def test_a_token_is_masked_wherever_it_stands() -> None:
    tokens = (
        "xoxb-12-34-abcDEF",
        "xoxp-1",
        "xoxe.xoxb-1-rotating",
        "xoxe-1-refresh",
        "xapp-1-A1-2-abc",
        "Bearer abc.def",
        "https://hooks.slack.com/commands/T1/2/abc",
        "0123456789abcdef0123456789abcdef",
    )
    said = logged(f"""
        import logging, structlog
        for token in {tokens!r}:
            structlog.get_logger("x").warning("a.fault", error="before " + token + " after")
            logging.getLogger("library").warning("before " + token + " after %s", 1)
    """)
    assert said.count("before [secret] after") == 2 * len(tokens)
    for token in tokens:
        assert token not in said


def test_of_a_fault_the_log_has_the_place_and_not_the_words() -> None:
    said = logged("""
        import logging, structlog
        def store():
            note = "wants the flyer"
            raise ValueError(note)
        try:
            store()
        except ValueError as fault:
            structlog.get_logger("x").error("handler.failed", ref="TB-1", exc_info=fault)
            structlog.get_logger("x").error("handler.failed", ref="TB-2", exc_info=True)
            logging.getLogger("library").exception("it broke")
    """)
    assert "TB-1" in said
    assert said.count("ValueError at ") == 3
    assert said.count("<string>:7 store") == 3
    assert "flyer" not in said
    assert "Traceback" not in said


def test_what_a_library_puts_into_its_words_is_not_logged() -> None:
    said = logged("""
        import logging
        log = logging.getLogger("slack_bolt.App")
        log.info("quiet")
        log.warning("Unhandled request (wants the flyer)")
        log.error("a body: %s", "wants the flyer")
    """)
    assert "slack_bolt.App" in said
    assert "a body: %s" in said
    assert "flyer" not in said
    assert "quiet" not in said


def test_a_fault_in_a_thread_shows_its_place_and_not_its_words() -> None:
    said = logged("""
        import threading
        def work():
            raise ValueError("wants the flyer")
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    """)
    assert "ValueError at " in said
    assert "work" in said
    assert "flyer" not in said
    assert "Traceback" not in said


def test_nothing_that_came_in_over_http_is_logged() -> None:
    said = logged("""
        from models.clock import fixed
        from tests.make import NOW
        from tests.unit import test_web as web
        bolt = web.an_app(web.Heard())
        served = web.a_web(bolt, fixed(NOW))
        assert web.deliver(served, web.form(web.LINE), secret="another-secret").status == 401
        assert web.deliver(served, web.form(web.LINE)).status == 200
        unheard = {**web.LINE, "command": "/unheard-of"}
        assert web.deliver(served, web.form(unheard)).status == 404
        assert web.deliver(served, b"payload=" + web.NOTE.encode()).status == 400
    """)
    assert "event='request.refused'" in said  # there is a log to be looked at
    for secret in ("flyer", "balance", "a-signing-secret", "xoxb", "U1", "v0=", "unheard-of"):
        assert secret not in said, secret
