"""The token buckets: how long a call waits, in tables."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.aws.rate_limits import DOCUMENTED, Bucket, Limit, RateLimits
from reconciler.clock import ManualClock

START = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instants", "delays"),
    [
        ([0, 0, 0], [0, 0, 0.5]),
        ([0, 0, 0, 0], [0, 0, 0.5, 1]),
        ([0, 0, 0.5, 0.5], [0, 0, 0, 0.5]),
        ([0, 100, 100, 100], [0, 0, 0, 0.5]),
        ([0, 0, 0, 1, 1], [0, 0, 0.5, 0, 0.5]),
        ([1000, 1000, 0, 0], [0, 0, 0.5, 1]),
    ],
)
def test_a_bucket_of_two_refilled_by_two_a_second(instants: list[float], delays: list[float]) -> None:
    bucket = Bucket(burst=2, rate=2)
    assert [bucket.take(START + timedelta(seconds=instant)) for instant in instants] == delays


def test_registrations_are_paced_at_one_a_second_after_a_burst_of_twenty() -> None:
    clock = ManualClock(START)
    limits = RateLimits(clock)
    for _ in range(30):
        limits.wait("ecs:RegisterTaskDefinition")
    assert clock.now() - START == timedelta(seconds=10)


def test_actions_of_one_bucket_share_it() -> None:
    clock = ManualClock(START)
    limits = RateLimits(clock, [Limit(burst=1, rate=1, actions=("a:X", "a:Y"))])
    limits.wait("a:X")
    limits.wait("a:Y")
    assert clock.now() - START == timedelta(seconds=1)


def test_an_action_of_two_buckets_waits_for_the_slower_one() -> None:
    clock = ManualClock(START)
    limits = RateLimits(
        clock, [Limit(burst=1, rate=2, actions=("a:X",)), Limit(burst=1, rate=0.5, actions=("a:X", "a:Y"))]
    )
    limits.wait("a:X")
    limits.wait("a:X")
    assert clock.now() - START == timedelta(seconds=2)


def test_what_has_no_documented_limit_never_waits() -> None:
    clock = ManualClock(START)
    limits = RateLimits(clock)
    for _ in range(1000):
        limits.wait("tag:GetResources")
    assert clock.now() == START


def test_every_limit_names_operations_that_exist() -> None:
    import botocore.session

    session = botocore.session.Session()
    for limit in DOCUMENTED:
        for action in limit.actions:
            service, _, operation = action.partition(":")
            assert operation in session.get_service_model(service).operation_names
