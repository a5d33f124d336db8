"""Many new definitions against AWS's documented token buckets: none is refused, and none waits for nothing.

`RECONCILER_RATED=1000` registers that many instead of a few.
"""

import os
from types import SimpleNamespace

import pytest

from reconciler.aws.rate_limits import RateLimits
from reconciler.aws.session import Aws
from reconciler.engine import Limits, Reconciler
from reconciler.model import Action, Status
from tests.engine.harness import REGION, Directory, VirtualClock

NEW = int(os.environ.get("RECONCILER_RATED", "60"))
#: RegisterTaskDefinition: twenty at once, then one a second.
AT_ONCE, A_SECOND = 20, 1.0
ONE = """---
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: job-{number:04}}}
spec: {{taskDefinition: {{containerDefinitions: [{{name: app, image: "app:1"}}]}}}}
"""


def write(directory: Directory, count: int) -> None:
    (directory.path / "many.yaml").write_text("".join(ONE.format(number=number) for number in range(count)))


def test_new_definitions_are_registered_as_fast_as_the_bucket_fills_and_no_faster(directory: Directory) -> None:
    write(directory, NEW)
    directory.aws.limits.enforced = True
    clock = VirtualClock(directory.aws)
    begun = directory.aws.now()
    with Aws(
        environment=directory.aws.environment, region=REGION, clock=clock, rate_limits=RateLimits(clock)
    ) as caller:
        report = Reconciler(manifests=directory.manifests(), aws=caller, clock=clock, limits=Limits()).apply()
        throttles = caller.throttles
    took, bucket = directory.aws.now() - begun, (NEW - AT_ONCE) / A_SECOND
    assert [(step.action, step.status) for step in report.steps] == [(Action.CREATE, Status.DONE)] * NEW
    assert throttles == {}
    assert bucket <= took <= 1.1 * bucket


def test_who_does_not_pace_itself_is_refused_and_waits_all_the_same(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=directory.aws.advance))
    write(directory, AT_ONCE + 1)
    directory.aws.limits.enforced = True
    with directory.reconciler() as reconciler:
        report = reconciler.apply()
    assert [step.status for step in report.steps] == [Status.DONE] * (AT_ONCE + 1)
    refused = [record for record in directory.aws.calls.named("ecs:Register*") if record.outcome != "ok"]
    assert {record.outcome for record in refused} == {"ThrottlingException"}
