"""What people do with single jobs and runs goes on beside manifests that a colleague has broken.

A run that is to be stopped at 03:00 cannot wait until somebody has mended them.
"""

from collections.abc import Collection
from dataclasses import replace

import click

from reconciler.cli.invocation import Access, Invocation
from reconciler.cli.runner import without_commands
from reconciler.cli.selection import every_name
from reconciler.model import Manifests, Problem, Severity


def leave_out_invalid(invocation: Invocation, access: Access, names: Collection[str] = ()) -> tuple[Problem, ...]:
    """Take what is invalid out of the manifests, say so on stderr, and answer what is wrong with it.

    All stays as it is where a job of `names` is invalid, or the Settings may be: then the verb has to refuse. Whoever
    means a run names none: how it was launched is on record.
    """
    invocation.look_up_identity(access)
    whole = invocation.manifests
    errors = tuple(problem for problem in whole.problems if problem.severity is Severity.ERROR)
    valid = _valid_part(whole, {*names, *invocation.options.job}) if errors else None
    if valid is None:
        return ()
    invocation.manifests = valid
    others = f" (and {len(errors) - 1} more; `reconcile validate` shows all)" if len(errors) > 1 else ""
    click.echo(without_commands(f"reconcile: left out: {invocation.scrub(str(errors[0]))}{others}"), err=True)
    return errors


def _valid_part(whole: Manifests, names: Collection[str]) -> Manifests | None:
    from reconciler.engine.watch_directory import LastValid

    view = LastValid().view(whole)
    if view is None:
        return None
    invalid, prefix = {problem.job for problem in view.errors}, whole.settings.name_prefix
    declared = {*every_name(whole.jobs), *invalid, *(name.removeprefix(prefix) for name in invalid)}
    if not (declared - every_name(view.manifests.jobs)).isdisjoint(names):
        return None
    told = tuple(problem for problem in whole.problems if problem.severity is not Severity.ERROR)
    return replace(view.manifests, problems=told)
