"""AWS's request throttling: who asks too often is refused, on the virtual time; off unless it is asked for.

A bucket holds `burst` calls and is refilled by `rate` a second; each belongs to one account and Region, and the
actions of a row share it. A call that finds its bucket empty is refused and takes nothing. Sources: "Request throttling
for the Amazon ECS API" (ECS), the service quotas of CloudWatch Logs and Batch in the smallest Regions, of which a
second's worth may come at once.
"""

from collections.abc import Iterator
from typing import Final

from reconciler.local.calls import Call, Place

#: `(service, operations, burst, calls a second)`; ECS counts a few operations together, the others each by itself.
_LIMITS: Final = (
    ("ecs", "CreateCluster DeleteCluster UpdateCluster PutClusterCapacityProviders", 20, 1),
    ("ecs", "DescribeClusters ListClusters", 50, 20),
    ("ecs", "RegisterTaskDefinition DeregisterTaskDefinition DeleteTaskDefinitions", 20, 1),
    ("ecs", "DescribeTaskDefinition ListTaskDefinitions ListTaskDefinitionFamilies", 50, 20),
    ("ecs", "TagResource UntagResource", 20, 10),
    ("ecs", "ListTagsForResource", 50, 20),
    ("ecs", "RunTask StopTask", 100, 40),
    ("ecs", "DescribeTasks ListTasks", 100, 20),
    ("ecs", "DescribeServices ListServices", 100, 20),
    ("batch", "SubmitJob", 50, 50),
    ("logs", "CreateLogGroup", 10, 10),
    ("logs", "CreateLogStream", 50, 50),
    ("logs", "DescribeLogGroups", 10, 10),
    ("logs", "DescribeLogStreams", 25, 25),
    ("logs", "FilterLogEvents", 5, 5),
    ("logs", "GetLogEvents", 10, 10),
    ("logs", "PutRetentionPolicy", 5, 5),
    ("logs", "TagResource", 5, 5),
)
#: A thousandth of a call: who waits as long as the table says is not refused for how a float is rounded.
_NEARLY: Final = 1e-3


class RateLimits:
    """The buckets of every place; `enforced` says whether they count at all."""

    def __init__(self, *, enforced: bool = False) -> None:
        self._at_first = enforced
        self.enforced = enforced
        self._buckets: dict[tuple[Place, int], tuple[float, float]] = {}

    def reset(self) -> None:
        """Fill every bucket again, and enforce them as at the start."""
        self.enforced = self._at_first
        self._buckets.clear()

    def refuses(self, call: Call) -> bool:
        """Whether a call comes too soon; otherwise it takes what it needs."""
        if not self.enforced:
            return False
        filled = {row: self._tokens(call, row) for row in _rows(call)}
        if any(tokens < 1 - _NEARLY for tokens in filled.values()):
            return True
        for row, tokens in filled.items():
            self._buckets[call.place, row] = (tokens - 1, call.now)
        return False

    def _tokens(self, call: Call, row: int) -> float:
        _, _, burst, rate = _LIMITS[row]
        tokens, since = self._buckets.get((call.place, row), (float(burst), call.now))
        return min(burst, tokens + (call.now - since) * rate)


def _rows(call: Call) -> Iterator[int]:
    for row, (service, operations, _, _) in enumerate(_LIMITS):
        if service == call.service and call.operation in operations.split():
            yield row
