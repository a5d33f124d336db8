"""`--local` and `reconcile local`: the embedded AWS as the manifests want it."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.options import Options
from reconciler.errors import UsageError
from reconciler.model import Manifests

if TYPE_CHECKING:
    from reconciler.local.connection import Connection


def connect(options: Options, manifests: Manifests) -> "AbstractContextManager[Connection]":
    """Reach an embedded AWS with the account, the Region and the clusters that the manifests name.

    Raises UsageError where the options ask for another AWS at the same time, and where the `local` extra is missing.
    """
    for flag, value in (("--endpoint-url", options.endpoint_url), ("--profile", options.profile)):
        if value:
            raise UsageError(f"{flag}: cannot be used together with --local")
    require_extra()
    from reconciler.local.connection import connected, default_state

    return connected(
        state=default_state(),
        account=manifests.settings.account_id,
        region=options.region or manifests.settings.region,
        clusters=clusters(manifests),
    )


def clusters(manifests: Manifests) -> tuple[str, ...]:
    """Answer every cluster that the manifests name."""
    named = {str(job.run.get("cluster") or manifests.settings.cluster) for job in manifests.jobs}
    return tuple(sorted(named | {manifests.settings.cluster}))


def require_extra() -> None:
    """Raise UsageError where the packages of the embedded AWS are not installed."""
    from importlib.util import find_spec

    if find_spec("moto") is None:
        raise UsageError("the embedded AWS is not installed", hint="pip install 'reconciler[local]'")


def state_file(chosen: Path | None) -> Path:
    """Answer where the embedded AWS keeps its state."""
    from reconciler.local.connection import default_state

    return chosen or default_state()
