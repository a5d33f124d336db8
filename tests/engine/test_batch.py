"""BatchJob through the whole pass: the same product as for ECS."""

import json
from typing import Any

import pytest

from reconciler.model import Action, Health, Report, Status, Sync
from reconciler.reports.verdict import of_pass
from tests.engine.batch import batch_job, jobs, plan_outcome, submitted
from tests.engine.harness import Directory

ON_DEMAND = batch_job("report", more="logs: {retentionDays: 30}")


def did(report: Report) -> list[tuple[Action, str, Status]]:
    return [(step.action, step.name, step.status) for step in report.steps if step.action is not Action.KEEP]


def axes(report: Report) -> dict[str, tuple[Sync | None, Health | None]]:
    return {job.name: (job.sync, job.health) for job in report.jobs}


def errors(report: Report) -> list[str]:
    return sorted({step.error for step in report.steps if step.error})


def register(directory: Directory, name: str = "report", **members: Any) -> str:
    container = {"image": "app:1", "resourceRequirements": requirements("1", "2048")}
    answer = directory.aws.client("batch").register_job_definition(
        **{"jobDefinitionName": name, "type": "container", "containerProperties": container, **members}
    )
    return str(answer["jobDefinitionArn"])


def requirements(vcpu: str, memory: str) -> list[dict[str, str]]:
    return [{"type": "VCPU", "value": vcpu}, {"type": "MEMORY", "value": memory}]


def active(directory: Directory, name: str = "report") -> list[dict[str, Any]]:
    answer = directory.aws.client("batch").describe_job_definitions(jobDefinitionName=name, status="ACTIVE")
    return sorted(answer["jobDefinitions"], key=lambda definition: int(definition["revision"]))


# -- definitions ---------------------------------------------------------------------------------------------------


def test_a_definition_is_registered_once_and_then_in_sync(directory: Directory) -> None:
    directory.write(report=ON_DEMAND)
    assert did(directory.once()) == [
        (Action.CREATE, "/jobs/report", Status.DONE),
        (Action.CREATE, "report", Status.DONE),
    ]
    calls = directory.aws.calls
    calls.clear()
    second = directory.once()
    assert did(second) == []
    assert axes(second) == {"report": (Sync.IN_SYNC, Health.NEVER_RAN)}
    assert calls.counts()["batch:DescribeJobDefinitions"] == 1
    (definition,) = active(directory)
    assert definition["tags"] == {
        "team": "data",
        "reconciler:owner": "tests",
        "reconciler:job": "report",
        "reconciler:deletion": "Deregister",
        "reconciler:tags": "team",
        "reconciler:source": "jobs.d/report.yaml",
        "reconciler:verified": "1",
        "reconciler:digest": definition["tags"]["reconciler:digest"],
    }
    assert definition["containerProperties"]["logConfiguration"]["options"]["awslogs-group"] == "/jobs/report"


def test_a_plan_writes_nothing(directory: Directory) -> None:
    directory.write(report=ON_DEMAND, migrate=batch_job("migrate"))
    assert [step.status for step in directory.plan().steps] == [Status.PLANNED] * 4
    assert active(directory) == []
    assert jobs(directory) == []


def test_an_edit_in_the_console_is_drift_and_put_back(directory: Directory) -> None:
    directory.write(report=batch_job("report", more=""))
    directory.once()
    register(
        directory,
        containerProperties={
            "image": "app:1",
            "resourceRequirements": requirements("2", "2048"),
            "environment": [{"name": "LOCAL_OUTCOME", "value": "exit 0 after 5s"}],
        },
    )
    drift = directory.drift()
    assert axes(drift)["report"] == (Sync.DRIFTED, Health.NEVER_RAN)
    assert [(change.path, change.before, change.after) for change in drift.jobs[0].changes] == [
        ("containerProperties.resourceRequirements[VCPU].value", "2", "1")
    ]
    assert did(directory.once()) == [(Action.UPDATE, "report", Status.DONE)]
    assert [definition["revision"] for definition in active(directory)] == [1, 2, 3]
    assert did(directory.once()) == []


def test_older_revisions_go_and_those_in_use_stay(directory: Directory) -> None:
    for image in ("app:1", "app:2", "app:3"):
        directory.write(report=batch_job("report", more="").replace("app:1", image))
        directory.once()
        if image == "app:1":
            client = directory.aws.client("batch")
            client.submit_job(jobName="x", jobQueue="default", jobDefinition="report:1")
    assert [definition["revision"] for definition in active(directory)] == [1, 2, 3], "a queued job needs it"
    directory.aws.advance(60)
    assert did(directory.once()) == [(Action.DELETE, "report:1", Status.DONE)]
    assert [definition["revision"] for definition in active(directory)] == [2, 3]


def test_somebody_elses_definition_is_not_touched_before_it_is_adopted(directory: Directory) -> None:
    register(directory)
    directory.write(report=batch_job("report", more=""))
    report = directory.once()
    assert axes(report)["report"] == (Sync.FOREIGN, Health.NEVER_RAN)
    assert errors(report) == [
        "report exists and was registered by nobody that reconciles it; set spec.adopt: true to take it over"
    ]
    directory.write(report=batch_job("report", more="adopt: true"))
    assert did(directory.once()) == [(Action.ADOPT, "report", Status.DONE)]
    assert axes(directory.once())["report"] == (Sync.IN_SYNC, Health.NEVER_RAN)


def test_a_removed_manifest_is_pruned(directory: Directory) -> None:
    directory.write(report=batch_job("report", more=""), other=batch_job("other", more=""))
    directory.once()
    directory.remove("report")
    assert did(directory.once()) == [(Action.DELETE, "report:1", Status.DONE)]
    assert active(directory) == []
    assert [definition["revision"] for definition in active(directory, "other")] == [1]
    assert did(directory.once()) == []


# -- runs ----------------------------------------------------------------------------------------------------------


def test_a_one_shot_runs_once_for_each_generation(directory: Directory) -> None:
    directory.write(migrate=batch_job("migrate"))
    assert axes(directory.wait()) == {"migrate": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert axes(directory.wait()) == {"migrate": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert submitted(directory) == {"migrate": 1}
    directory.write(migrate=batch_job("migrate", run="{parameters: {day: monday}}"))
    directory.wait()
    assert submitted(directory) == {"migrate": 2}
    directory.write(migrate=batch_job("migrate"))
    assert axes(directory.wait()) == {"migrate": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert submitted(directory) == {"migrate": 2}, "a revert runs nothing again"


def test_a_run_is_told_who_it_is_and_names_the_verified_revision(directory: Directory) -> None:
    directory.write(migrate=batch_job("migrate", run="{tags: {cost: 7}, environment: {LEVEL: debug}, command: [go]}"))
    directory.wait()
    (job,) = jobs(directory)
    container = job["request"]["containerProperties"]
    variables = {entry["name"]: entry["value"] for entry in container["environment"]}
    assert {name: value for name, value in variables.items() if name != "RECONCILER_RUN"} == {
        "LOCAL_OUTCOME": "exit 0 after 5s",
        "LEVEL": "debug",
        "RECONCILER_JOB": "migrate",
        "RECONCILER_ATTEMPT": "0",
    }
    assert variables["RECONCILER_RUN"].startswith("once:g1-")
    assert container["command"] == ["go"]
    assert job["request"]["definition"].endswith("job-definition/migrate:1")
    assert job["tags"] == {
        "team": "data",
        "cost": "7",
        "reconciler:owner": "tests",
        "reconciler:job": "migrate",
    }


def test_retries_are_batchs_and_each_attempt_is_told(directory: Directory) -> None:
    directory.write(
        migrate=batch_job("migrate", outcome="exit 3, then exit 4", more="backoffLimit: 1\n          once: {}")
    )
    report = directory.wait()
    assert axes(report) == {"migrate": (Sync.IN_SYNC, Health.FAILED)}
    assert errors(report) == [
        "failed: container exited 4; Essential container in task exited; 1 attempt before it: exited 3; "
        "`reconcile retry migrate` runs it again"
    ]
    assert submitted(directory) == {"migrate": 1}
    assert axes(directory.wait()) == axes(report)


def test_a_deadline_is_batchs(directory: Directory) -> None:
    directory.write(
        slow=batch_job("slow", outcome="runs forever", more="activeDeadlineSeconds: 60\n          once: {}")
    )
    report = directory.wait()
    assert axes(report)["slow"] == (Sync.IN_SYNC, Health.FAILED)
    assert report.jobs[0].message == "failed: container exited 137; Job attempt duration exceeded timeout"


def test_a_job_that_never_starts_is_ended_and_told_why(directory: Directory) -> None:
    directory.write(
        stuck=batch_job("stuck", outcome="never starts", more="startTimeoutSeconds: 120\n          once: {}")
    )
    report = directory.wait()
    assert axes(report)["stuck"] == (Sync.IN_SYNC, Health.FAILED)
    assert report.jobs[0].message == (
        "failed: reconciler: start timeout after 120 s "
        "(AWS tells no reason; there may be no capacity (local maxvCpus 256))"
    )
    assert directory.aws.calls.counts()["batch:TerminateJob"] >= 1


def test_what_depends_on_a_one_shot_follows_it_across_kinds(directory: Directory) -> None:
    from tests.engine.harness import one_shot

    directory.write(
        first=one_shot("first"),
        second=batch_job("second", more="once: {}\n          dependsOn: [first]"),
        third=one_shot("third", more="dependsOn: [second]"),
    )
    assert set(axes(directory.wait()).values()) == {(Sync.IN_SYNC, Health.SUCCEEDED)}
    assert submitted(directory) == {"second": 1}


def test_a_raw_job_id_is_awaited_by_batch(directory: Directory) -> None:
    arn = register(directory, "elsewhere")
    client = directory.aws.client("batch")
    job_id = client.submit_job(jobName="x", jobQueue="default", jobDefinition=arn)["jobId"]
    directory.write(after=batch_job("after", run=f"{{dependsOn: [{{jobId: {job_id}}}]}}"))
    assert axes(directory.wait())["after"] == (Sync.IN_SYNC, Health.SUCCEEDED)


def make_queue(directory: Directory, name: str) -> None:
    order = [{"order": 1, "computeEnvironment": "local"}]
    directory.aws.client("batch").create_job_queue(jobQueueName=name, priority=1, computeEnvironmentOrder=order)


def test_without_a_queue_the_only_open_one_is_meant(directory: Directory) -> None:
    make_queue(directory, "express")
    directory.write(migrate=batch_job("migrate"), other=batch_job("other", run="{jobQueue: express}"))
    report = directory.wait()
    assert axes(report) == {
        "migrate": (Sync.IN_SYNC, Health.NEVER_RAN),
        "other": (Sync.IN_SYNC, Health.SUCCEEDED),
    }
    assert errors(report) == [
        "jobQueue: none is named (expected exactly one queue that is ENABLED and VALID, got default, express) "
        "— name it in spec.run.jobQueue"
    ]
    directory.aws.client("batch").update_job_queue(jobQueue="express", state="DISABLED")
    assert axes(directory.wait())["migrate"] == (Sync.IN_SYNC, Health.SUCCEEDED)
    assert [job["queue"].rpartition("/")[2] for job in jobs(directory)] == ["express", "default"]


def test_a_refusal_is_told_and_what_is_mended_runs_soon(directory: Directory) -> None:
    client = directory.aws.client("batch")
    client.update_job_queue(jobQueue="default", state="DISABLED")
    directory.write(migrate=batch_job("migrate", run="{jobQueue: default}"))
    report = directory.once()
    assert [error.partition(", RequestId")[0] for error in errors(report)] == [
        "SubmitJob: Error executing request, Exception : JobQueue default is not in ENABLED state"
    ]
    client.update_job_queue(jobQueue="default", state="ENABLED")
    directory.aws.advance(10)
    before = directory.aws.now()
    assert axes(directory.wait())["migrate"] == (Sync.IN_SYNC, Health.SUCCEEDED)
    assert directory.aws.now() - before < 60, "a definite refusal needs no waiting for a listing"


def test_throttling_is_waited_out(directory: Directory) -> None:
    directory.write(migrate=batch_job("migrate"))
    directory.aws.faults.add("batch:SubmitJob", "throttle", times=2)
    assert axes(directory.wait())["migrate"] == (Sync.IN_SYNC, Health.SUCCEEDED)
    assert submitted(directory) == {"migrate": 1}


def test_a_borrowed_and_somebody_elses_definition_run_too(directory: Directory) -> None:
    register(directory, "theirs")
    linked = """
        apiVersion: reconciler/v1
        kind: BatchJob
        metadata: {name: linked}
        spec: {jobDefinitionArn: theirs, run: {command: [go]}, once: {}}
    """
    shared = """
        apiVersion: reconciler/v1
        kind: BatchJob
        metadata: {name: shared}
        spec: {definitionOf: owner, run: {command: [go]}, once: {}}
    """
    directory.write(owner=batch_job("owner", more=""), linked=linked, shared=shared)
    assert axes(directory.wait()) == {
        "linked": (Sync.IN_SYNC, Health.SUCCEEDED),
        "owner": (Sync.IN_SYNC, Health.NEVER_RAN),
        "shared": (Sync.IN_SYNC, Health.SUCCEEDED),
    }
    assert [job["request"]["containerProperties"]["command"] for job in jobs(directory)] == [["go"], ["go"]]


@pytest.mark.parametrize(
    "properties",
    [
        {"ecsProperties": {"taskProperties": [{"containers": [{"name": "app", "image": "app:1"}]}]}},
        {"eksProperties": {"podProperties": {"containers": [{"name": "app", "image": "app:1"}]}}},
    ],
    ids=["task", "pod"],
)
def test_named_containers_are_overridden_and_told(directory: Directory, properties: dict[str, Any]) -> None:
    if "ecsProperties" in properties:
        container = properties["ecsProperties"]["taskProperties"][0]["containers"][0]
        container["resourceRequirements"] = requirements("1", "2048")
    manifest = {
        "apiVersion": "reconciler/v1",
        "kind": "BatchJob",
        "metadata": {"name": "named"},
        "spec": {
            "jobDefinition": {"type": "container", **properties},
            "run": {"command": ["go"], "environment": {"LOCAL_OUTCOME": "exit 5"}},
            "once": {},
        },
    }
    directory.write(named=json.dumps(manifest))
    report = directory.wait()
    assert axes(report) == {"named": (Sync.IN_SYNC, Health.FAILED)}
    assert report.jobs[0].message == "failed: app exited 5; Essential container in task exited"


def test_an_array_of_a_thousand_tells_which_three_failed(directory: Directory) -> None:
    for index in (17, 404, 901):
        plan_outcome(directory, f"array-*:{index}", "exit 1")
    directory.write(array=batch_job("array", run="{arrayProperties: {size: 1000}}"))
    directory.aws.calls.clear()
    report = directory.wait()
    assert axes(report) == {"array": (Sync.IN_SYNC, Health.FAILED)}
    assert report.jobs[0].message == ("failed: child 17 exited 1; 3 of 1000 children failed: 17, 404, 901 (exit 1)")
    assert of_pass(report) == 1
    counts = directory.aws.calls.counts()
    assert counts["batch:SubmitJob"] == 1
    assert counts["batch:DescribeJobs"] + counts["batch:ListJobs"] <= 15
