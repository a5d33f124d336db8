"""BatchJob → SubmitJob: AWS's members as they are written, and the short ones where each properties kind wants them."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.core.attempts import Bounds
from reconciler.core.run_keys import is_job_name, job_name
from reconciler.errors import ReconcilerError, UsageError
from reconciler.kinds.batch_job import BatchJob
from reconciler.kinds.registry import kinds
from reconciler.kinds.run_changes import RunChanges
from reconciler.model import Job, Launch, RunKey
from tests.kinds.batch_jobs import NODES, POD, SINGLE, TASK, job

KIND = BatchJob()
SHORT = {"command": ["python", "-m", "report"], "environment": {"LEVEL": "debug", "GONE": None}}


def request(written: Job, definition: Mapping[str, Any] = SINGLE) -> dict[str, Any]:
    return dict(KIND.run_request(written, definition))


def test_the_kind_is_registered() -> None:
    assert kinds()["BatchJob"].definition_kind == "job-definition"


def test_members_of_aws_pass_through_as_they_are_written() -> None:
    members: dict[str, Any] = {
        "shareIdentifier": "A*",
        "schedulingPriorityOverride": 3,
        "arrayProperties": {"size": 10},
        "dependsOn": [{"jobId": "8c1b2d5e", "type": "N_TO_N"}, {"type": "SEQUENTIAL"}],
        "parameters": {"input": "s3://bucket"},
        "containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "2"}]},
        "nodeOverrides": {"numNodes": 3},
        "retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT", "onExitCode": "7"}]},
        "propagateTags": True,
        "timeout": {"attemptDurationSeconds": 90},
        "consumableResourcePropertiesOverride": {"consumableResourceList": []},
    }
    assert request(job(run={"jobQueue": "q", "patches": [], **members})) == members


def test_the_queue_is_the_target_and_may_be_left_open() -> None:
    assert KIND.target(job(run={"jobQueue": "express"})) == "express"
    assert KIND.target(job()) is None


def test_deadline_and_retries_are_left_to_batch() -> None:
    written = job(active_deadline_seconds=120, backoff_limit=2, spec={"backoffLimit": 2}, start_timeout_seconds=600)
    assert request(written) == {"timeout": {"attemptDurationSeconds": 120}, "retryStrategy": {"attempts": 3}}
    bounds = KIND.bounds(written, SINGLE)
    assert bounds == Bounds(main=None, start_timeout=bounds.start_timeout)
    assert bounds.start_timeout is not None
    assert bounds.start_timeout.total_seconds() == 600


def test_retries_keep_the_rules_of_the_definition() -> None:
    rules = [{"action": "RETRY", "onStatusReason": "Host EC2*"}]
    definition = {**SINGLE, "retryStrategy": {"attempts": 5, "evaluateOnExit": rules}}
    written = job(definition, backoff_limit=1, spec={"backoffLimit": 1})
    assert request(written, definition)["retryStrategy"] == {"attempts": 2, "evaluateOnExit": rules}
    assert "retryStrategy" not in request(job(definition), definition), "one that is left out changes nothing"


def test_tags_of_the_run_win_over_those_of_the_job() -> None:
    written = job(tags={"team": "data", "cost": "1"}, run={"tags": {"cost": 2}})
    assert request(written)["tags"] == {"cost": "2", "team": "data"}


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (
            SINGLE,
            {
                "containerOverrides": {
                    "environment": [{"name": "LEVEL", "value": "debug"}],
                    "command": ["python", "-m", "report"],
                }
            },
        ),
        (
            TASK,
            {
                "ecsPropertiesOverride": {
                    "taskProperties": [
                        {
                            "containers": [
                                {
                                    "name": "app",
                                    "environment": [{"name": "LEVEL", "value": "debug"}],
                                    "command": ["python", "-m", "report"],
                                }
                            ]
                        }
                    ]
                }
            },
        ),
        (
            POD,
            {
                "eksPropertiesOverride": {
                    "podProperties": {
                        "containers": [
                            {
                                "name": "Default",
                                "env": [{"name": "LEVEL", "value": "debug"}],
                                "command": ["python", "-m", "report"],
                            }
                        ]
                    }
                }
            },
        ),
        (
            NODES,
            {
                "nodeOverrides": {
                    "nodePropertyOverrides": [
                        {
                            "targetNodes": "1:2",
                            "containerOverrides": {
                                "environment": [{"name": "LEVEL", "value": "debug"}],
                                "command": ["python", "-m", "report"],
                            },
                        }
                    ]
                }
            },
        ),
    ],
    ids=["single", "task", "pod", "nodes"],
)
def test_short_members_go_where_the_definition_takes_them(
    definition: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    assert request(job(definition, run=SHORT), definition) == expected


def test_containers_are_named_where_there_are_several() -> None:
    run = {"command": {"proxy": ["serve"]}, "environment": {"app": {"A": "1"}, "proxy": {"B": "2"}}}
    assert request(job(TASK, run=run), TASK)["ecsPropertiesOverride"]["taskProperties"] == [
        {
            "containers": [
                {"name": "app", "environment": [{"name": "A", "value": "1"}]},
                {"name": "proxy", "environment": [{"name": "B", "value": "2"}], "command": ["serve"]},
            ]
        }
    ]


def test_short_members_lie_over_the_authors_own_overrides() -> None:
    own = {
        "containerOverrides": {
            "command": ["old"],
            "environment": [{"name": "LEVEL", "value": "info"}, {"name": "GONE", "value": "x"}],
            "resourceRequirements": [{"type": "VCPU", "value": "2"}],
        }
    }
    assert request(job(run={**own, **SHORT}))["containerOverrides"] == {
        "command": ["python", "-m", "report"],
        "environment": [{"name": "LEVEL", "value": "debug"}],
        "resourceRequirements": [{"type": "VCPU", "value": "2"}],
    }
    assert own["containerOverrides"]["command"] == ["old"], "what is written stays"


def test_a_name_for_a_container_that_has_none_is_refused() -> None:
    with pytest.raises(ReconcilerError) as refused:
        request(job(run={"command": {"main": ["x"]}}))
    assert str(refused.value) == (
        'run: no container "main": the job definition has one, without a name — leave the name out'
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (RunChanges(container="main", command=("x",)), 'no container "main": the job definition has one'),
        (RunChanges(cpu="lots"), "--cpu lots: expected a number of vCPUs such as 1 or 0.5"),
        (RunChanges(memory="1 GB"), "--memory 1 GB: expected a number of MiB such as 1024"),
    ],
)
def test_flags_that_fit_no_job_are_wrong_usage(changes: RunChanges, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        KIND.changed(job(), SINGLE, changes)


@pytest.mark.parametrize(
    ("run", "member"),
    [({"command": ["x"]}, "containerOverrides"), ({"command": {"app": ["x"]}}, "ecsPropertiesOverride")],
)
def test_a_definition_that_is_not_known_offline_is_rendered_as_its_run_reads(
    run: Mapping[str, Any], member: str
) -> None:
    assert list(request(job(run=run), {})) == [member]


@pytest.mark.parametrize("definition", [SINGLE, TASK, POD, NODES], ids=["single", "task", "pod", "nodes"])
def test_the_main_container_is_told_about_its_run(definition: Mapping[str, Any]) -> None:
    written = job(definition)
    told = KIND.told({}, definition, KIND.main_container(written, definition), {"RECONCILER_RUN": "manual:1"})
    same = request(job(definition, run={"environment": {"RECONCILER_RUN": "manual:1"}}), definition)
    assert told == same


def test_patches_have_the_last_word() -> None:
    patches = [{"op": "replace", "path": "/containerOverrides/command/0", "value": "perl"}]
    written = job(run={**SHORT, "patches": patches})
    assert KIND.patched(written, request(written))["containerOverrides"]["command"] == ["perl", "-m", "report"]


def test_an_array_of_ten_thousand_is_one_submission() -> None:
    key = RunKey(owner="me", job="nightly", trigger="manual:1")
    sent = {"arrayProperties": {"size": 10_000}}
    assert KIND.launches(sent, key, "q", "arn:1") == (Launch(key=key, target="q", definition="arn:1", request=sent),)


def test_a_jobs_name_tells_its_run_within_aws_limits() -> None:
    key = RunKey(owner="me", job="n" * 110, trigger="once:g1-1/0")
    name = job_name(key)
    assert name == f"{'n' * 90}-{name[-32:]}"
    assert is_job_name(name)
    others = [
        RunKey(owner="you", job=key.job, trigger=key.trigger),
        RunKey(owner="me", job="m" * 110, trigger=key.trigger),
        RunKey(owner="me", job=key.job, trigger="once:g1-1/1"),
        RunKey(owner="me", job=key.job, trigger=key.trigger, attempt=1),
    ]
    assert len({name, *(job_name(other) for other in others)}) == 5
    assert not is_job_name("nightly")
    assert not is_job_name("nightly-" + "g" * 32)
