"""`reconcile run`."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.logs_shown import printer
from reconciler.cli.options import AWS, DIRECTORY_OPTION, GUARDS, MANIFESTS, SELECTION, output
from reconciler.cli.parameters import instant, pair
from reconciler.cli.program import tell_of_interrupt
from reconciler.cli.verb import WORDS, verb
from reconciler.errors import RUN_WITHOUT_CODE, ExitCode, ReconcilerError, UsageError
from reconciler.reports import verdict

if TYPE_CHECKING:
    from reconciler.kinds.run_changes import RunChanges
    from reconciler.model import Job


@verb("run", DIRECTORY_OPTION, MANIFESTS, AWS, SELECTION, GUARDS, output("text", "json"))
@click.argument("name", metavar="JOB")
@click.argument(WORDS, nargs=-1, type=click.UNPROCESSED, metavar="[-- ARGS]...")
@click.option(
    "--container", metavar="NAME", help="Whose command, variables and size are meant [default: the main one]."
)
@click.option("--set-env", type=pair, multiple=True, metavar="NAME=VALUE", help="Set a variable of the container.")
@click.option("--parameter", type=pair, multiple=True, metavar="K=V", help="Set a parameter of a Batch job.")
@click.option(
    "--overrides",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="JSON or YAML laid over the job's: RunTask's `overrides`; for Batch, SubmitJob's members of overrides.",
)
@click.option("--cpu", metavar="UNITS", help="The task's CPU units, or with --container its own; vCPUs for Batch.")
@click.option("--memory", metavar="MIB", help="The task's memory in MiB, or with --container its own.")
@click.option(
    "--slot", type=instant, metavar="INSTANT", help="Run it as this start of its schedule, which nobody has made."
)
@click.option("--wait", is_flag=True, help="Follow the run to its end and exit with its main container's code.")
@click.option("--follow", is_flag=True, help="Wait, and print what its containers write, to stderr.")
def command(
    invocation: Invocation,
    name: str,
    arguments: tuple[str, ...],
    slot: datetime | None,
    wait: bool,
    follow: bool,
    **given: Any,
) -> int:
    """Launch JOB now, with ARGS as the command where there are any.

    The revision in force is run, never another registered; a manifest that differs is warned of. With --wait the exit
    code is the main container's own; 124 where a deadline or the start timeout ended it, 125 where there is none.
    """
    if not invocation.is_valid(Access.WRITE):
        return ExitCode.INVALID
    chosen = invocation.jobs([name])[0]
    changes = _changes(chosen.kind, arguments, **given)
    if not (wait or follow):
        return invocation.reconcile(
            Access.WRITE, lambda reconciler: reconciler.operator.run(chosen, changes, slot), lambda _: ExitCode.OK
        )
    try:
        return _waited(invocation, chosen, changes, slot, follow=follow)
    except KeyboardInterrupt:
        tell_of_interrupt()
        return RUN_WITHOUT_CODE
    except UsageError:
        raise
    except ReconcilerError as error:
        invocation.tell_failure(error)
        return RUN_WITHOUT_CODE


def _waited(invocation: Invocation, job: "Job", changes: "RunChanges", slot: datetime | None, *, follow: bool) -> int:
    told = printer(invocation.scrub, lambda: sys.stderr)
    with invocation.reconciler(Access.WRITE) as reconciler:
        report, ended = reconciler.operator.run_and_wait(job, changes, told, flowing=follow, slot=slot)
    invocation.emit(report)
    return verdict.of_run(ended.run, timed_out=ended.timed_out)


def _changes(
    kind: str,
    arguments: tuple[str, ...],
    container: str | None,
    set_env: tuple[tuple[str, str], ...],
    parameter: tuple[tuple[str, str], ...],
    overrides: Path | None,
    cpu: str | None,
    memory: str | None,
) -> "RunChanges":
    from reconciler.kinds.run_changes import RunChanges
    from reconciler.manifests.overrides_file import read_overrides

    if container is not None and not (arguments or set_env or cpu or memory):
        raise UsageError("--container: expected with ARGS, --set-env, --cpu or --memory")
    return RunChanges(
        container=container,
        command=arguments,
        environment=dict(set_env),
        parameters=dict(parameter),
        overrides=read_overrides(overrides, kind) if overrides is not None else {},
        cpu=cpu,
        memory=memory,
    )
