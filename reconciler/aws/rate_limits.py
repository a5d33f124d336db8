"""AWS's documented token buckets, kept on this side of the wire: better to wait than to be refused.

One :class:`RateLimits` stands for one account and Region, which is what AWS counts by; sessions that act there share
it. Others' calls in the same account are not seen: what AWS throttles all the same, botocore retries.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reconciler.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A bucket that holds `burst` calls and is refilled by `rate` a second; `actions` share it."""

    burst: int
    rate: float
    actions: tuple[str, ...]


def _limit(burst: int, rate: float, service: str, operations: str) -> Limit:
    return Limit(burst=burst, rate=rate, actions=tuple(f"{service}:{operation}" for operation in operations.split()))


#: ECS: "Request throttling for the Amazon ECS API" (burst and sustained rate). Logs, Batch: service quotas, calls per
#: second, the lowest of all Regions; a second's worth may be sent at once.
DOCUMENTED: Final = (
    _limit(50, 20, "ecs", "DescribeClusters ListClusters"),
    _limit(20, 1, "ecs", "RegisterTaskDefinition DeregisterTaskDefinition"),
    _limit(50, 20, "ecs", "DescribeTaskDefinition ListTaskDefinitions ListTaskDefinitionFamilies"),
    _limit(20, 10, "ecs", "TagResource UntagResource"),
    _limit(50, 20, "ecs", "ListTagsForResource"),
    _limit(100, 40, "ecs", "RunTask StopTask"),
    _limit(100, 20, "ecs", "DescribeTasks ListTasks"),
    _limit(100, 20, "ecs", "DescribeServices ListServices"),
    # Fargate launches at most 20 calls a second on top of ECS's own bucket (developer guide, throttling)
    _limit(100, 20, "ecs", "RunTask"),
    _limit(50, 50, "batch", "SubmitJob"),
    _limit(10, 10, "logs", "CreateLogGroup"),
    _limit(50, 50, "logs", "CreateLogStream"),
    _limit(10, 10, "logs", "DescribeLogGroups"),
    _limit(25, 25, "logs", "DescribeLogStreams"),
    _limit(5, 5, "logs", "FilterLogEvents"),
    _limit(10, 10, "logs", "GetLogEvents"),
    _limit(5, 5, "logs", "PutRetentionPolicy"),
    _limit(5, 5, "logs", "TagResource"),
)


class Bucket:
    """A token bucket that sells in advance: whoever takes from an empty one is told how long to wait.

    Only differences of time count, so a clock that is set back delays nobody.
    """

    def __init__(self, burst: int, rate: float) -> None:
        self._burst = burst
        self._rate = rate
        self._tokens = float(burst)
        self._filled: datetime | None = None

    def take(self, now: datetime) -> float:
        """Take one token and answer the seconds after which it may be used."""
        elapsed = (now - self._filled).total_seconds() if self._filled is not None else 0.0
        self._tokens = min(self._burst, self._tokens + max(elapsed, 0.0) * self._rate) - 1
        self._filled = now
        return max(-self._tokens / self._rate, 0.0)


class RateLimits:
    """The buckets of one account and Region; safe to share between threads and sessions."""

    def __init__(self, clock: Clock, limits: Iterable[Limit] = DOCUMENTED) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        buckets: dict[str, tuple[Bucket, ...]] = {}
        for limit in limits:
            bucket = Bucket(limit.burst, limit.rate)
            for action in limit.actions:
                buckets[action] = (*buckets.get(action, ()), bucket)
        self._buckets: Mapping[str, tuple[Bucket, ...]] = buckets

    def wait(self, action: str) -> None:
        """Return when `action` (`ecs:RunTask`) may be sent; at once where AWS documents no limit."""
        buckets = self._buckets.get(action)
        if buckets is None:
            return
        with self._lock:
            now = self._clock.now()
            delay = max(bucket.take(now) for bucket in buckets)
        if delay > 0:
            self._clock.sleep(delay)
