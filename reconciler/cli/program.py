"""`reconcile` as a whole: which verbs there are, and how every way of ending becomes an exit code."""

import errno
import importlib
import io
import keyword
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from reconciler import __version__
from reconciler.errors import ExitCode, ReconcilerError, UsageError

#: The verbs in the order people meet them; each is the module of its name in `reconciler.cli.verbs`.
VERBS: Final = (
    *("apply", "watch", "plan", "drift", "validate", "render", "status"),
    *("run", "retry", "runs", "logs", "wait", "stop", "suspend", "resume", "doctor"),
    *("show", "schema", "init", "import", "local"),
)
#: Other spellings of a verb.
ALIASES: Final[Mapping[str, str]] = {"diff": "drift"}
#: Verbs that are spelt as an option: `reconcile --once jobs.d`.
MODES: Final[Mapping[str, str]] = {"--once": "apply", "--watch": "watch"}
#: What a stream answers whose disk takes no more.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class Program(click.Group):
    """A group that imports a verb's module when the verb is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Answer every verb's name."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import and answer one verb."""
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in VERBS:
            return None
        module = f"{name}_" if keyword.iskeyword(name) else name
        command = importlib.import_module(f"reconciler.cli.verbs.{module}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; one that is misspelt, or left out before a directory, is said."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            from difflib import get_close_matches

            close = get_close_matches(name, [*VERBS, *ALIASES], n=1)
            if _is_directory(name):
                hint = f" Did you mean --once {name}, or plan {name}?"
            else:
                hint = f" Did you mean {close[0]}?" if close else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `--once …` as the verb it stands for, wherever it is among options."""
        modes = [mode for mode in MODES if mode in args]
        if modes and args[0].startswith("-"):
            if len(modes) > 1:
                ctx.fail(f"{' and '.join(modes)} exclude each other")
            args = [MODES[modes[0]], *(arg for arg in args if arg not in modes)]
        _refuse_option_before_verb(ctx, args)
        return super().parse_args(ctx, args)


@click.command(
    cls=Program,
    name="reconcile",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 in sync, applied or succeeded; 1 something failed; 2 differences; 3 invalid manifests; "
    "4 wrong usage or settings.",
)
@click.option("--once", is_flag=True, help="One pass over a directory of manifests; the same as `reconcile apply`.")
@click.option("--watch", is_flag=True, help="One pass after another until stopped; the same as `reconcile watch`.")
@click.version_option(__version__, prog_name="reconcile", message="%(prog)s %(version)s")
def program(once: bool, watch: bool) -> None:
    """Make AWS match the job manifests of a directory (jobs.d): ECS tasks and Batch jobs, from git."""
    assert not once, "parse_args turns it into its verb"
    assert not watch, "parse_args turns it into its verb"


def _refuse_option_before_verb(ctx: click.Context, args: Sequence[str]) -> None:
    """Say of an option that is a verb's where it stands, rather than that there is none."""
    first = args[0].partition("=")[0] if args else ""
    known = {word for parameter in program.get_params(ctx) for word in parameter.opts}
    verb = next((word for word in args if word in VERBS or word in ALIASES), None)
    if first.startswith("-") and first not in known and verb is not None:
        ctx.fail(f"{first} stands after the verb: reconcile {verb} {first} …")


def _is_directory(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except OSError:  # too long for a name, or beneath what may not be searched
        return False


def run(arguments: Sequence[str]) -> int:
    """Run one command line and answer its exit code; only bugs raise."""
    _make_streams_take_everything()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _mute_stdout()
        return ExitCode.FAILED
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            raise
        _mute_stdout()
        click.echo(f"reconcile: stdout: {error.strerror}", err=True)
        return ExitCode.FAILED
    return code


def _make_streams_take_everything() -> None:
    """Let what a closed stream is told be lost, and what a locale cannot say be escaped, as Python does on stderr."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - it lives as long as we do
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _refuse_undecodable(arguments: Sequence[str]) -> None:
    """Raise UsageError for a word that is no text in this locale: it could be neither sent nor printed."""
    for position, argument in enumerate(arguments, start=1):
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise UsageError(f"argument {position} is no text in this locale", hint="set LC_ALL=C.UTF-8")


def _run(arguments: Sequence[str]) -> int:
    try:
        _refuse_undecodable(arguments)
        code: Any = program.main(list(arguments), prog_name="reconcile", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        return ExitCode.USAGE
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        tell_of_interrupt()
        return ExitCode.FAILED
    except ReconcilerError as error:
        click.echo(f"reconcile: {error}", err=True)
        return error.exit_code
    return int(code or 0)


def tell_of_interrupt() -> None:
    """Say what Ctrl-C has not ended."""
    click.echo("reconcile: interrupted — runs that were launched go on; reconcile status shows them", err=True)


def _mute_stdout() -> None:
    """Let the interpreter's last flush go nowhere, as the reader has gone (see the note on SIGPIPE in `signal`)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
