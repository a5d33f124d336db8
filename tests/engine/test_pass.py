"""One pass after another over the embedded AWS: definitions, one-shots, what waits, what goes away."""

from datetime import UTC, datetime

import pytest

from reconciler.core.ownership import Commit
from reconciler.model import ABSENT, Action, Health, Report, Status, Sync
from tests.engine.harness import SETTINGS, Directory, one_shot

ON_DEMAND = """
    apiVersion: reconciler/v1
    kind: EcsJob
    metadata: {name: report, tags: {team: data}}
    spec:
      taskDefinition:
        containerDefinitions:
          - name: app
            image: app:1
            environment: [{name: ZETA, value: "1"}, {name: ALPHA, value: "2"}, {name: TZ, value: UTC}]
            portMappings: [{containerPort: 80}]
            healthCheck: {command: [CMD, "true"]}
      logs: {retentionDays: 30}
"""


def did(report: Report) -> list[tuple[Action, str, Status]]:
    return [(step.action, step.name, step.status) for step in report.steps if step.action is not Action.KEEP]


def axes(report: Report) -> dict[str, tuple[Sync | None, Health | None]]:
    return {job.name: (job.sync, job.health) for job in report.jobs}


def test_a_log_group_that_somebody_changed_or_deleted_is_drift(directory: Directory) -> None:
    directory.write(report=ON_DEMAND)
    directory.once()
    logs, name = directory.aws.client("logs"), "/jobs/report"

    def told() -> list[tuple[Sync | None, str, object, object]]:
        drift = directory.drift()
        return [(job.sync, change.path, change.before, change.after) for job in drift.jobs for change in job.changes]

    assert told() == []
    logs.put_retention_policy(logGroupName=name, retentionInDays=7)
    assert told() == [(Sync.DRIFTED, "logs.retentionDays", 7, 30)]
    assert did(directory.once()) == [(Action.UPDATE, name, Status.DONE)]
    assert told() == []
    logs.delete_retention_policy(logGroupName=name)
    assert told() == [(Sync.DRIFTED, "logs.retentionDays", ABSENT, 30)]
    logs.delete_log_group(logGroupName=name)
    assert told() == [(Sync.DRIFTED, "logs.group", ABSENT, name)]
    assert did(directory.once()) == [(Action.CREATE, name, Status.DONE)]
    assert told() == []


def test_a_job_whose_definition_is_somebody_elses_makes_no_log_group(directory: Directory) -> None:
    directory.aws.client("ecs").register_task_definition(
        family="report", containerDefinitions=[{"name": "app", "image": "theirs", "memory": 64}]
    )
    directory.write(report=ON_DEMAND)
    assert did(directory.once()) == []
    assert not directory.aws.client("logs").describe_log_groups(logGroupNamePrefix="/jobs")["logGroups"]


def test_a_definition_is_registered_once_and_then_in_sync(directory: Directory) -> None:
    directory.write(report=ON_DEMAND)
    assert did(directory.once()) == [
        (Action.CREATE, "/jobs/report", Status.DONE),
        (Action.CREATE, "report", Status.DONE),
    ]
    second = directory.once()
    assert did(second) == []
    assert axes(second) == {"report": (Sync.IN_SYNC, Health.NEVER_RAN)}
    tags = directory.aws.client("ecs").describe_task_definition(taskDefinition="report", include=["TAGS"])["tags"]
    assert {tag["key"]: tag["value"] for tag in tags} == {
        "team": "data",
        "reconciler:owner": "tests",
        "reconciler:job": "report",
        "reconciler:deletion": "Deregister",
        "reconciler:tags": "team",
        "reconciler:source": "jobs.d/report.yaml",
        "reconciler:verified": "1",
        "reconciler:digest": next(tag["value"] for tag in tags if tag["key"] == "reconciler:digest"),
    }


def test_a_plan_writes_nothing(directory: Directory) -> None:
    directory.write(report=ON_DEMAND, migrate=one_shot("migrate"))
    report = directory.plan()
    assert [step.status for step in report.steps] == [Status.PLANNED] * 4
    assert not directory.aws.client("ecs").list_task_definitions()["taskDefinitionArns"]
    assert not directory.aws.client("logs").describe_log_groups(logGroupNamePrefix="/reconciler")["logGroups"]


def test_an_edit_in_the_console_is_drift_and_put_back(directory: Directory) -> None:
    directory.write(report=ON_DEMAND)
    directory.once()
    ecs = directory.aws.client("ecs")
    live = ecs.describe_task_definition(taskDefinition="report")["taskDefinition"]
    members = ("family", "containerDefinitions", "networkMode", "requiresCompatibilities", "cpu", "executionRoleArn")
    ecs.register_task_definition(**{member: live[member] for member in members}, memory="1024")
    drift = directory.drift()
    assert axes(drift)["report"] == (Sync.DRIFTED, Health.NEVER_RAN)
    assert [(change.path, change.before, change.after) for change in drift.jobs[0].changes] == [
        ("memory", "1024", "512")
    ]
    assert did(directory.once()) == [(Action.UPDATE, "report", Status.DONE)]
    assert ecs.describe_task_definition(taskDefinition="report")["taskDefinition"]["memory"] == "512"


def test_a_one_shot_runs_once_for_each_generation(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"))
    assert axes(directory.wait()) == {"migrate": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert axes(directory.wait()) == {"migrate": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert len(directory.tasks) == 1
    directory.write(migrate=one_shot("migrate", outcome="exit 0 after 6s"))
    directory.wait()
    assert len(directory.tasks) == 2
    directory.write(migrate=one_shot("migrate"))
    assert axes(directory.wait()) == {"migrate": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert len(directory.tasks) == 2, "a revert runs nothing again"


def test_a_renamed_one_shot_keeps_its_memory(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"))
    directory.wait()
    directory.remove("migrate")
    renamed = one_shot("migrate-db").replace("name: migrate-db}", "name: migrate-db, formerNames: [migrate]}")
    directory.write(renamed=renamed)
    assert axes(directory.wait())["migrate-db"] == (Sync.IN_SYNC, Health.SUCCEEDED)
    assert len(directory.tasks) == 1


def test_a_failed_one_shot_is_retried_and_blocks_what_depends_on_it(directory: Directory) -> None:
    directory.write(
        migrate=one_shot("migrate", outcome="exit 3 after 5s", more="backoffLimit: 1"),
        after=one_shot("after", more="dependsOn: [migrate]"),
    )
    report = directory.wait()
    assert axes(report) == {"migrate": (Sync.IN_SYNC, Health.FAILED), "after": (Sync.MISSING, Health.NEVER_RAN)}
    assert sorted(directory.started().values()) == [1, 1], "two attempts, each of its own key"
    assert {step.error for step in report.steps if step.error} == {
        "failed: app exited 3; Essential container in task exited; `reconcile retry migrate` runs it again",
        "blocked: migrate has not succeeded",
    }
    assert axes(directory.wait()) == axes(report), "the next pipeline says the same and runs nothing"
    assert len(directory.tasks) == 2


def test_what_depends_on_a_one_shot_follows_it_in_one_wait(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"), after=one_shot("after", more="dependsOn: [migrate]"))
    report = directory.wait()
    assert axes(report) == {"migrate": (Sync.IN_SYNC, Health.SUCCEEDED), "after": (Sync.IN_SYNC, Health.SUCCEEDED)}


def test_more_than_ten_tasks_are_started_in_parts(directory: Directory) -> None:
    directory.write(many=one_shot("many", run="{count: 25}"))
    assert axes(directory.wait()) == {"many": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert sorted(directory.started().values()) == [5, 10, 10]


def test_a_task_that_never_starts_is_stopped(directory: Directory) -> None:
    directory.write(stuck=one_shot("stuck", outcome="never starts", more="startTimeoutSeconds: 120"))
    report = directory.wait()
    assert axes(report)["stuck"] == (Sync.IN_SYNC, Health.FAILED)
    assert "start timeout after 120 s" in report.jobs[0].message
    assert [task["stoppedReason"] for task in directory.tasks.values()] == ["reconciler: start timeout after 120 s"]


def test_a_task_that_runs_too_long_is_stopped(directory: Directory) -> None:
    directory.write(slow=one_shot("slow", outcome="runs forever", more="activeDeadlineSeconds: 300"))
    report = directory.wait()
    assert axes(report)["slow"] == (Sync.IN_SYNC, Health.FAILED)
    assert "deadline of 300 s exceeded" in report.jobs[0].message


def test_runs_at_the_same_time_stay_under_the_settings_limit(directory: Directory) -> None:
    limited = SETTINGS.replace("spec:\n", "spec:\n      maxConcurrentRuns: 2\n")
    directory.write(settings=limited, **{f"job{n}": one_shot(f"job{n}", outcome="exit 0 after 60s") for n in range(5)})
    assert {health for _, health in axes(directory.wait()).values()} == {Health.SUCCEEDED}
    spans = [(task["createdAt"], task["stoppedAt"]) for task in directory.tasks.values()]
    assert len(spans) == 5
    assert max(sum(begun <= at < stopped for begun, stopped in spans) for at, _ in spans) == 2


def test_a_run_that_is_refused_says_nothing_of_the_definition_that_was_made_for_it(directory: Directory) -> None:
    directory.write(lost=one_shot("lost", run="{cluster: nowhere}"))
    report = directory.once()
    assert [(step.kind, step.status) for step in report.steps] == [
        ("task-definition", Status.DONE),
        ("run", Status.FAILED),
    ]
    assert axes(report) == {"lost": (Sync.IN_SYNC, Health.NEVER_RAN)}


def test_lack_of_capacity_is_waited_out(directory: Directory) -> None:
    directory.write(spot=one_shot("spot"))
    directory.aws.faults.add("ecs:RunTask", "failures", times=2, reason="RESOURCE:MEMORY")
    assert axes(directory.wait()) == {"spot": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert len(directory.tasks) == 1


def test_lack_of_capacity_is_waited_out_until_the_start_timeout(directory: Directory) -> None:
    """As by `run --wait`; a later pass sends it again all the same."""
    directory.write(spot=one_shot("spot", more="startTimeoutSeconds: 120"))
    directory.aws.faults.add("ecs:RunTask", "failures", times=None, reason="RESOURCE:MEMORY")
    began = directory.aws.now()
    report = directory.wait()
    assert axes(report) == {"spot": (Sync.IN_SYNC, Health.PENDING)}
    assert {step.error for step in report.steps if step.error} == {
        "nothing was started within 120 s: RESOURCE:MEMORY no container instance has as much of it free"
    }
    assert 120 <= directory.aws.now() - began < 180
    directory.aws.faults.clear()
    directory.aws.advance(600)
    assert axes(directory.wait()) == {"spot": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert len(directory.tasks) == 1


def test_a_cluster_that_does_not_exist_fails_the_job_and_no_other(directory: Directory) -> None:
    directory.write(lost=one_shot("lost", run="{cluster: nowhere}"), migrate=one_shot("migrate"))
    report = directory.wait()
    assert axes(report)["migrate"] == (Sync.IN_SYNC, Health.SUCCEEDED)
    errors = [step.error for step in report.steps if step.error]
    assert len(errors) == 1
    assert "ClusterNotFoundException" in errors[0]


def test_a_removed_manifest_is_pruned_and_its_neighbours_are_not(directory: Directory) -> None:
    directory.write(report=ON_DEMAND, migrate=one_shot("migrate"))
    directory.wait()
    directory.remove("report")
    assert did(directory.once()) == [(Action.DELETE, "report:1", Status.DONE)]
    arns = directory.aws.client("ecs").list_task_definitions()["taskDefinitionArns"]
    assert [arn.rpartition("/")[2] for arn in arns] == ["migrate:1"]
    assert did(directory.once()) == []


def test_an_older_checkout_changes_nothing(directory: Directory) -> None:
    directory.commit = Commit(sha="bbb", time=datetime(2026, 11, 20, tzinfo=UTC))
    directory.write(report=ON_DEMAND)
    directory.once()
    directory.commit = Commit(sha="aaa", time=datetime(2026, 11, 13, tzinfo=UTC))
    directory.write(report=ON_DEMAND.replace("app:1", "app:0"))
    report = directory.once()
    assert axes(report)["report"][0] is Sync.BEHIND
    assert did(report) == [(Action.UPDATE, "report", Status.BLOCKED)]
    assert did(directory.once(allow_older=True)) == [(Action.UPDATE, "report", Status.DONE)]


def test_a_launch_that_fails_stops_nobody_who_runs_the_same_definition(directory: Directory) -> None:
    borrowing = """
        apiVersion: reconciler/v1
        kind: EcsJob
        metadata: {name: borrower}
        spec: {definitionOf: app, run: {launchType: FARGATE}, once: {}}
    """
    directory.write(app=one_shot("app"), borrower=borrowing)
    directory.aws.faults.add("ecs:RunTask", "error", code="InvalidParameterException", reason="not today")
    report = directory.once()
    assert [(step.job, step.status) for step in report.steps if step.action is Action.LAUNCH] == [
        ("app", Status.FAILED),
        ("borrower", Status.DONE),
    ]


def test_a_run_that_has_failed_stops_nobody_who_runs_the_same_definition(directory: Directory) -> None:
    borrowing = """
        apiVersion: reconciler/v1
        kind: EcsJob
        metadata: {name: borrower}
        spec: {definitionOf: app, run: {launchType: FARGATE}, once: {}}
    """
    directory.write(app=one_shot("app", outcome="exit 3 after 5s"))
    directory.wait()
    directory.write(borrower=borrowing)
    report = directory.once()
    assert [(step.job, step.status) for step in report.steps if step.kind == "run"] == [
        ("app", Status.FAILED),
        ("borrower", Status.DONE),
    ]


def test_nobody_runs_the_revision_before_the_one_that_could_not_be_registered(directory: Directory) -> None:
    borrowing = """
        apiVersion: reconciler/v1
        kind: EcsJob
        metadata: {name: borrower}
        spec: {definitionOf: app, run: {launchType: FARGATE}, once: {}}
    """
    directory.write(app=one_shot("app"))
    directory.wait()
    directory.write(app=one_shot("app", outcome="exit 0 after 6s"), borrower=borrowing)
    directory.aws.faults.add("ecs:RegisterTaskDefinition", "error", code="ClientException", reason="not today")
    report = directory.once()
    assert [step.error for step in report.steps if step.job == "borrower"] == [
        "the definition of app could not be brought in force"
    ]
    assert len(directory.tasks) == 1


def test_a_run_that_is_not_over_keeps_the_revision_that_it_runs(directory: Directory) -> None:
    """After an edit that makes no new generation: a retry uses the revision of its first attempt."""

    def written(outcome: str) -> str:
        more = "backoffLimit: 2\n          revisionHistoryLimit: 0"
        return one_shot("migrate", outcome=outcome, more=more).replace("once: {}", "once: {key: a, rerunOn: key}")

    directory.write(migrate=written("exit 1 after 5s"))
    directory.once()
    directory.aws.advance(30)
    directory.once()
    directory.write(migrate=written("exit 0 after 5s"))
    kept = directory.once()
    assert did(kept) == [(Action.UPDATE, "migrate", Status.DONE)]
    assert [step.reason for step in kept.steps if step.name == "migrate:1"] == [
        "kept: used by a run of migrate that is not over"
    ]
    assert axes(directory.wait()) == {"migrate": (Sync.IN_SYNC, Health.FAILED)}
    assert list(directory.started().values()) == [1, 1, 1]


def test_a_wait_with_a_timeout_looks_for_the_last_time_when_it_is_over(directory: Directory) -> None:
    directory.write(quick=one_shot("quick", outcome="exit 0 after 30s"))
    began = directory.aws.now()
    assert axes(directory.wait(until=60)) == {"quick": (Sync.IN_SYNC, Health.SUCCEEDED)}
    directory.write(slow=one_shot("slow", outcome="runs forever"))
    began = directory.aws.now()
    report = directory.wait(until=60)
    assert [problem.message for problem in report.problems] == ["stopped waiting after 60 s; the runs go on"]
    assert directory.aws.now() - began == pytest.approx(60, abs=0.1)


def test_a_superseded_revision_goes_once_nothing_uses_it_however_the_next_run_went(directory: Directory) -> None:
    more = "revisionHistoryLimit: 0"
    directory.write(migrate=one_shot("migrate", outcome="exit 0 after 10m", more=more))
    directory.once()
    directory.write(migrate=one_shot("migrate", outcome="exit 3 after 5s", more=more))
    assert [job.health for job in directory.wait().jobs] == [Health.FAILED]
    arns = directory.aws.client("ecs").list_task_definitions
    assert len(arns()["taskDefinitionArns"]) == 2, "a task runs on the first"
    directory.aws.advance(1200)
    directory.once()
    assert len(arns()["taskDefinitionArns"]) == 1
