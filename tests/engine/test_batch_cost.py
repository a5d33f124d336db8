"""What a pass over job definitions in sync costs: their list, and nothing for each of them."""

import json

from reconciler.aws.job_definitions import JobDefinitions
from reconciler.aws.session import Aws
from reconciler.local import LocalAws
from reconciler.local.calls import Place
from reconciler.model import Action, Sync
from tests.engine.harness import REGION, Directory, VirtualClock

NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
BODY = {"type": "container", "containerProperties": {"image": "app:1", "resourceRequirements": NEEDS}}


def test_five_thousand_definitions_are_seen_by_their_list_alone(aws: LocalAws) -> None:
    """Two ACTIVE revisions of each, as revisionHistoryLimit 1 leaves them: a hundred calls, no describe for a job."""
    names = [f"job-{number:04}" for number in range(5000)]
    with aws.lock():
        for number in (1, 2):
            tags = {"reconciler:owner": "tests", "reconciler:digest": "d", "reconciler:verified": str(number)}
            for name in names:
                members = {**BODY, "jobDefinitionName": name, "tags": tags}
                aws.world.invoke("batch", "RegisterJobDefinition", members, Place(aws.account, REGION))
    with Aws(environment=aws.environment, region=REGION, clock=VirtualClock(aws)) as caller:
        seen = JobDefinitions(caller).observe(names, owner="tests")
        calls = caller.calls
    assert seen.owned == frozenset(names)
    assert all([revision.number for revision in family.revisions] == [2, 1] for family in seen.families.values())
    assert calls.pop("batch:DescribeJobDefinitions") == 100
    assert calls.total() == 0


def test_a_silent_pass_costs_a_few_calls_beside_the_list(directory: Directory) -> None:
    manifests = [
        {"apiVersion": "reconciler/v1", "kind": "BatchJob", "metadata": {"name": f"job-{number:03}"}, "spec": spec}
        for number, spec in enumerate([{"jobDefinition": BODY}] * 120)
    ]
    (directory.path / "jobs.yaml").write_text("---\n".join(json.dumps(manifest) + "\n" for manifest in manifests))
    directory.once()
    directory.aws.calls.clear()
    report = directory.once()
    assert {(job.sync, len(job.changes)) for job in report.jobs} == {(Sync.IN_SYNC, 0)}
    assert {step.action for step in report.steps} == {Action.KEEP}
    assert directory.aws.calls.counts() == {
        "batch:DescribeJobDefinitions": 2,
        "events:DescribeRule": 1,  # one of ours that the settings want no more
        "logs:FilterLogEvents": 1,  # what people ran by hand and nobody has followed to its end
        "resourcegroupstaggingapi:GetResources": 1,
        "scheduler:ListSchedules": 1,  # ours that no manifest names any more
        "sts:GetCallerIdentity": 1,
    }
