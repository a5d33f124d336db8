"""`reconcile local`."""

from pathlib import Path

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import DIRECTORY_OPTION, MANIFESTS, USUAL_DIRECTORY, VERBOSE
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode


@verb("local", DIRECTORY_OPTION, MANIFESTS, VERBOSE)
@click.option(
    "--seed",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A YAML or JSON file that says what is there at first.",
)
@click.option(
    "--state", type=click.Path(path_type=Path), metavar="FILE", help="Where its state is kept  [default: per user]."
)
@click.option(
    "--policy",
    "policies",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="An IAM policy that callers are held to, repeatable; without one they may do everything.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    default=0,
    help="The port on 127.0.0.1  [default: any free one].",
)
@click.option(
    "--rate-limits",
    "limits",
    type=click.Choice(["aws", "off"]),
    default="off",
    show_default=True,
    help="Throttle whoever calls more often than AWS documents.",
)
def command(
    invocation: Invocation, seed: Path | None, state: Path | None, policies: tuple[Path, ...], port: int, limits: str
) -> ExitCode:
    """Run the embedded AWS until Ctrl-C.

    It has the account, the Region and the clusters that the manifests name; there need be none in jobs.d. `--local` on
    other verbs uses it.
    """
    from reconciler.cli.embedded import clusters, require_extra, state_file

    require_extra()
    from reconciler.local.foreground import run

    options = invocation.options
    unneeded = options.directory == USUAL_DIRECTORY and not options.directory.exists()
    manifests = None if unneeded else invocation.manifests
    run(
        state=state_file(state),
        seed=seed,
        policies=policies,
        account=manifests.settings.account_id if manifests else None,
        region=options.region or (manifests.settings.region if manifests else None),
        clusters=clusters(manifests) if manifests else (),
        port=port,
        rate_limits=limits == "aws",
    )
    return ExitCode.OK
