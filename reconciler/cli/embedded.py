"""`--local`: the embedded AWS that runs already, else a private one in this process over the same state file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from reconciler.cli.options import Options
from reconciler.clock import Clock
from reconciler.errors import ReconcilerError, UsageError
from reconciler.model import Manifests


class _HasTime(Protocol):
    def now(self) -> float: ...

    def advance(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """An embedded AWS as a verb uses it; `environment` shuts out the user's own credentials and files."""

    environment: Mapping[str, str]
    region: str
    clock: Clock


class EmbeddedClock:
    """The embedded AWS's virtual time: to sleep is to move it on, so that hours of runs take moments."""

    def __init__(self, aws: _HasTime) -> None:
        self._aws = aws

    def now(self) -> datetime:
        """Answer the virtual instant."""
        return datetime.fromtimestamp(self._aws.now(), UTC)

    def synchronise(self, instant: datetime) -> timedelta:  # noqa: ARG002 - the protocol's
        """Answer that this clock was right: it is the one that `instant` was read from."""
        return timedelta()

    def sleep(self, seconds: float) -> None:
        """Move the virtual time on."""
        self._aws.advance(max(seconds, 0.0))


@contextmanager
def connect(options: Options, manifests: Manifests) -> Iterator[Embedded]:
    """Reach an embedded AWS with the account, the Region and the clusters that the manifests name.

    Raises UsageError where the options ask for another AWS at the same time.
    """
    from reconciler.local import LocalAws, discovery
    from reconciler.local.world import DEFAULT_ACCOUNT, DEFAULT_REGION

    for flag, value in (("--endpoint-url", options.endpoint_url), ("--profile", options.profile)):
        if value:
            raise UsageError(f"{flag}: cannot be used together with --local")
    settings = manifests.settings
    account = settings.account_id or DEFAULT_ACCOUNT
    region = options.region or settings.region or DEFAULT_REGION
    state = discovery.default_state()
    running = discovery.find(state)
    if running is not None:
        running.prepare(account, region, clusters(manifests))
        environment = {**running.environment, "AWS_ACCESS_KEY_ID": account}
        yield Embedded(environment=environment, region=region, clock=EmbeddedClock(running))
        return
    try:
        with (
            discovery.state_lock(state),
            LocalAws(state=state, account=account, region=region, clusters=clusters(manifests)) as aws,
        ):
            yield Embedded(environment=aws.environment, region=region, clock=EmbeddedClock(aws))
    except OSError as error:
        raise ReconcilerError(f"--local: {error}", hint="XDG_STATE_HOME chooses where its state is kept") from error


def clusters(manifests: Manifests) -> tuple[str, ...]:
    """Answer every cluster that the manifests name."""
    named = {str(job.run.get("cluster") or manifests.settings.cluster) for job in manifests.jobs}
    return tuple(sorted(named | {manifests.settings.cluster}))
