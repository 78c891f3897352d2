"""The `touchbase` command.

Exit codes: 0 done; 1 refused, or partly; 2 a wrong or missing setting, argument or file. Whatever
goes wrong is one plain sentence on stderr, never a traceback.
"""

from __future__ import annotations

import gc
import secrets
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from bot.settings import SettingsError

PACKAGES = ("bot", "handlers", "models", "scheduler")


class Refused(click.ClickException):
    """What was asked cannot be done. Exit 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """The sentence alone."""
        click.echo(self.format_message(), err=True)


def _run() -> click.Command:
    from bot.commands_run import run

    return run


def _migrate() -> click.Command:
    from bot.commands_setup import migrate

    return migrate


def _doctor() -> click.Command:
    from bot.commands_setup import doctor

    return doctor


def _manifest() -> click.Command:
    from bot.commands_setup import manifest

    return manifest


def _tick() -> click.Command:
    from bot.commands_tick import tick

    return tick


def _user() -> click.Command:
    from bot.commands_user import user

    return user


def _list() -> click.Command:
    from bot.commands_list import list_

    return list_


def _workspace() -> click.Command:
    from bot.commands_workspace import workspace

    return workspace


def _import() -> click.Command:
    from bot.commands_import import import_

    return import_


def _export() -> click.Command:
    from bot.commands_export import export

    return export


def _parse() -> click.Command:
    from bot.commands_parse import parse

    return parse


def _report() -> click.Command:
    from bot.commands_report import report

    return report


def _sandbox() -> click.Command:
    from bot.commands_sandbox import sandbox

    return sandbox


COMMANDS: Mapping[str, Callable[[], click.Command]] = {
    "doctor": _doctor,
    "export": _export,
    "import": _import,
    "list": _list,
    "manifest": _manifest,
    "migrate": _migrate,
    "parse": _parse,
    "report": _report,
    "run": _run,
    "sandbox": _sandbox,
    "tick": _tick,
    "user": _user,
    "workspace": _workspace,
}
"""Each is imported only when it is used, so that every one starts fast."""


class Commands(click.Group):
    """The table above as click wants it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        load = COMMANDS.get(cmd_name)
        if load is None:
            return None
        gc.disable()  # what is imported stays: looking through it for garbage took a tenth longer
        try:
            return load()
        finally:
            gc.enable()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="touchbase-slack", prog_name="touchbase")
def touchbase() -> None:
    """Touchbase: the field sales CRM that lives in Slack."""


def main(words: list[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    _one_place()
    try:
        code = touchbase.main(args=words, prog_name="touchbase", standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as wrong:
        wrong.show()
        code = wrong.exit_code
    except SettingsError as wrong:
        click.echo(str(wrong), err=True)
        code = 2
    except Exception as fault:
        code = _broken(fault)
    sys.exit(code if isinstance(code, int) else 0)


def _broken(fault: Exception) -> int:
    from bot.logs import trace

    reference = f"TB-{secrets.token_hex(3).upper()}"
    click.echo(f"Sorry, something broke on our side. (Ref {reference}: {trace(fault)})", err=True)
    return 1


def _one_place() -> None:
    """The four packages have plain names; another distribution's would be taken for ours."""
    here = Path(__file__).resolve().parent.parent
    for name in PACKAGES:
        spec = find_spec(name)
        found = Path(spec.origin).resolve().parent.parent if spec and spec.origin else None
        if found != here:
            click.echo(
                f"The package `{name}` is another program's. Install Touchbase by itself: "
                "pipx install touchbase-slack.",
                err=True,
            )
            sys.exit(2)


if __name__ == "__main__":
    main()
