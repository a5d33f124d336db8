"""An `Aws` session on the embedded AWS, both on one virtual clock."""

import types
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.aws.session import Aws
from reconciler.local import LocalAws


class VirtualClock:
    """The embedded AWS's clock: sleeping moves it on."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._aws.now(), UTC)

    def synchronise(self, instant: datetime) -> timedelta:
        return timedelta()

    def sleep(self, seconds: float) -> None:
        self._aws.advance(seconds)


@pytest.fixture
def clock(aws: LocalAws) -> VirtualClock:
    return VirtualClock(aws)


@pytest.fixture
def caller(aws: LocalAws, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """A caller of the embedded AWS; what botocore waits between retries passes on the virtual clock."""
    monkeypatch.setattr("botocore.endpoint.time", types.SimpleNamespace(sleep=clock.sleep))
    with Aws(environment=aws.environment, clock=clock) as session:
        yield session
