"""What people do with single jobs and runs: run, retry, look, wait, stop, suspend."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.core.ownership import Commit
from reconciler.engine import Reconciler
from reconciler.engine.run_logs import LogsSeen
from reconciler.engine.suspension import Wish
from reconciler.errors import Interrupted, ReconcilerError, Refused, UsageError
from reconciler.kinds.run_changes import RunChanges
from reconciler.model import Action, Health, Job, Report, Run, RunState, Sync
from tests.engine.harness import Directory, one_shot
from tests.engine.scheduled import passes, scheduled
from tests.engine.test_pass import axes, did

ON_DEMAND = """
    apiVersion: reconciler/v1
    kind: EcsJob
    metadata: {{name: {name}, tags: {{team: data}}}}
    spec:
      taskDefinition:
        containerDefinitions:
          - {{name: app, image: "{image}", dockerLabels: {{local.outcome: "{outcome}"}}}}
          - {{name: sidecar, image: "side:1", essential: false}}
      run: {{command: [serve], environment: {{LEVEL: info, KEPT: "1"}}}}
      logs: {{}}
      {more}
"""


def on_demand(
    name: str = "report", *, image: str = "app:1", outcome: str = "exit 0 after 5s", more: str = "mainContainer: app"
) -> str:
    return ON_DEMAND.format(name=name, image=image, outcome=outcome, more=more)


def job(reconciler: Reconciler, name: str) -> Job:
    return next(each for each in reconciler._context.manifests.jobs if each.name == name)


def run(directory: Directory, name: str = "report", **changes: Any) -> Report:
    """Launch by hand, without waiting."""
    with directory.reconciler() as reconciler:
        return directory.watched(lambda: reconciler.operator.run(job(reconciler, name), RunChanges(**changes)))


def waited(
    directory: Directory, name: str = "report", *, flowing: bool = False, **changes: Any
) -> tuple[Run, list[str]]:
    """Launch by hand, wait for the end, and answer the run and what was shown of its log."""
    shown: list[str] = []

    def told(seen: LogsSeen) -> None:
        shown.extend(f"{line.container} {line.text}" for line in seen.lines)
        shown.extend(f"note {note}" for note in seen.notes)

    with directory.reconciler() as reconciler:
        _, ended = reconciler.operator.run_and_wait(job(reconciler, name), RunChanges(**changes), told, flowing=flowing)
    return ended.run, shown


def operate(directory: Directory, act: Callable[[Reconciler], Report], **limits: Any) -> Report:
    with directory.reconciler(**limits) as reconciler:
        return directory.watched(lambda: act(reconciler))


def status(directory: Directory) -> Report:
    return operate(directory, lambda reconciler: reconciler.status())


def registered(directory: Directory) -> int:
    return directory.aws.calls.counts().get("ecs:RegisterTaskDefinition", 0)


def sent(directory: Directory) -> Any:
    """Answer the members of the newest RunTask."""
    return directory.aws.calls.named("ecs:RunTask")[-1].members


# -- run ----------------------------------------------------------------------------------------------------------------


def test_a_run_by_hand_uses_the_revision_in_force_and_registers_nothing(directory: Directory) -> None:
    directory.write(report=on_demand())
    directory.once()
    before = registered(directory)
    report = run(directory)
    assert registered(directory) == before
    assert [(each.job, each.definition.rpartition("/")[2], each.state) for each in report.runs or ()] == [
        ("report", "report:1", RunState.PENDING)
    ]
    assert not report.problems
    assert list(directory.started().values()) == [1]
    told = {
        each["name"]: each["value"] for each in sent(directory)["overrides"]["containerOverrides"][0]["environment"]
    }
    assert (report.runs or ())[0].trigger == told["RECONCILER_RUN"]
    assert told == {
        "KEPT": "1",
        "LEVEL": "info",
        "RECONCILER_ATTEMPT": "0",
        "RECONCILER_JOB": "report",
        "RECONCILER_RUN": told["RECONCILER_RUN"],
    }


def test_two_runs_by_hand_are_two_runs(directory: Directory) -> None:
    directory.write(report=on_demand())
    directory.once()
    run(directory)
    run(directory)
    assert list(directory.started().values()) == [1, 1]


def test_flags_win_over_the_manifest_for_this_run_alone(directory: Directory) -> None:
    directory.write(report=on_demand())
    directory.once()
    run(
        directory,
        command=("python", "-m", "once"),
        environment={"LEVEL": "debug"},
        overrides={"taskRoleArn": "arn:aws:iam::123456789012:role/other", "containerOverrides": [{"name": "sidecar"}]},
        cpu="512",
        memory="1024",
    )
    overrides = sent(directory)["overrides"]
    assert {member: overrides[member] for member in ("cpu", "memory", "taskRoleArn")} == {
        "cpu": "512",
        "memory": "1024",
        "taskRoleArn": "arn:aws:iam::123456789012:role/other",
    }
    main = next(each for each in overrides["containerOverrides"] if each["name"] == "app")
    assert main["command"] == ["python", "-m", "once"]
    assert {"name": "LEVEL", "value": "debug"} in main["environment"]
    run(directory)
    assert sent(directory)["overrides"]["containerOverrides"][0]["command"] == ["serve"]


def test_a_size_for_one_container_is_a_number_there(directory: Directory) -> None:
    directory.write(report=on_demand())
    directory.once()
    run(directory, container="sidecar", memory="128")
    overrides = sent(directory)["overrides"]
    assert "memory" not in overrides
    assert {"name": "sidecar", "memory": 128} in overrides["containerOverrides"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"container": "sidecra", "command": ("x",)},
            '--container: no container "sidecra" in the definition — did you mean sidecar?',
        ),
        ({"cpu": "lots"}, "--cpu lots: expected a size such as 512 or .5 vCPU"),
        ({"memory": "1 TB"}, "--memory 1 TB: expected a size such as 1024 or 1 GB"),
        ({"cpu": "300"}, "expected cpu as one of 256, 512, 1024, 2048, 4096, 8192, 16384, 32768 on Fargate, got"),
        ({"cpu": "1 vCPU"}, "expected memory of 2048 to 8192 MiB in steps of 1024 with cpu 1 vCPU on Fargate, got"),
        ({"environment": {"BIG": "x" * 9000}}, "and RunTask takes 8192"),
    ],
)
def test_what_run_task_would_refuse_is_said_before_the_call(
    directory: Directory, changes: dict[str, Any], message: str
) -> None:
    directory.write(report=on_demand())
    directory.once()
    with pytest.raises(ReconcilerError, match=message):
        run(directory, **changes)
    assert not directory.aws.calls.named("ecs:RunTask")


def test_a_parameter_is_refused_by_a_task(directory: Directory) -> None:
    directory.write(report=on_demand())
    directory.once()
    with pytest.raises(UsageError, match="--parameter: a task has none"):
        run(directory, parameters={"a": "b"})


def test_a_manifest_that_differs_is_warned_of_and_not_run(directory: Directory) -> None:
    directory.write(report=on_demand())
    directory.once()
    directory.write(report=on_demand(image="app:2"))
    report = run(directory)
    assert [problem.message for problem in report.problems] == [
        "report:1 is run, which is not what the manifest says: containerDefinitions[app].image differs; "
        "`reconcile --once` brings that in force"
    ]
    assert (report.runs or ())[0].definition.endswith("report:1")


def test_a_revision_of_the_console_is_not_run(directory: Directory) -> None:
    directory.write(report=on_demand())
    directory.once()
    ecs = directory.aws.client("ecs")
    live = ecs.describe_task_definition(taskDefinition="report", include=["TAGS"])
    members = ("family", "containerDefinitions", "networkMode", "requiresCompatibilities", "cpu", "executionRoleArn")
    copied = {member: live["taskDefinition"][member] for member in members}
    ecs.register_task_definition(**copied, memory="1024", tags=live["tags"])  # consoles copy tags
    report = run(directory)
    assert (report.runs or ())[0].definition.endswith("report:1")
    assert "although a newer revision 2 exists that this owner did not verify" in str(report.problems[0])


def test_nothing_in_force_is_refused(directory: Directory) -> None:
    directory.write(report=on_demand())
    with pytest.raises(Refused, match="report is not registered by this owner, so nothing of it is in force"):
        run(directory)


def test_somebody_elses_definition_is_run_as_it_is(directory: Directory) -> None:
    directory.write(report=on_demand())
    directory.once()
    directory.remove("report")
    directory.write(
        other="""
        apiVersion: reconciler/v1
        kind: EcsJob
        metadata: {name: other}
        spec: {taskDefinitionArn: "report:1", mainContainer: app}
        """
    )
    assert (run(directory, "other").runs or ())[0].definition.endswith("report:1")


def test_a_run_is_retried_under_wait_as_the_manifest_says(directory: Directory) -> None:
    directory.write(report=on_demand(outcome="exit 3 after 2s", more="backoffLimit: 1\n      mainContainer: app"))
    directory.once()
    ended, shown = waited(directory)
    assert (ended.attempt, ended.state, ended.exit_code) == (1, RunState.FAILED, 3)
    assert len(directory.aws.calls.named("ecs:RunTask")) == 2
    assert shown == ["app app: started", "sidecar sidecar: started"]


def test_an_answer_that_was_lost_starts_nothing_twice(directory: Directory) -> None:
    directory.write(report=on_demand())
    directory.once()
    directory.aws.faults.add("ecs:RunTask", "drop_after", times=5)
    report = run(directory)
    assert len((report.runs or ())[0].ids) == 1
    assert list(directory.started().values()) == [1]


def test_the_log_flows_and_its_last_lines_are_shown_of_a_failure(directory: Directory) -> None:
    directory.write(report=on_demand(outcome="log first; log second after 3s; exit 3 after 9s"))
    directory.once()
    wanted = ["app first", "sidecar sidecar: started", "app second"]
    assert waited(directory, flowing=True)[1] == wanted
    ended, shown = waited(directory)
    assert ended.exit_code == 3
    assert shown == wanted


def test_a_job_does_not_run_before_what_it_depends_on(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"), report=on_demand(more="dependsOn: [migrate]"))
    directory.wait()
    run(directory)
    directory.write(migrate=one_shot("migrate", outcome="exit 1 after 1s"))
    directory.wait()
    with pytest.raises(Refused, match="report depends on migrate, which is Failed"):
        run(directory)


def test_an_older_checkout_runs_nothing(directory: Directory) -> None:
    directory.write(report=on_demand())
    directory.commit = Commit(sha="b" * 40, time=datetime(2026, 11, 2, tzinfo=UTC))
    directory.once()
    directory.commit = Commit(sha="a" * 40, time=datetime(2026, 11, 1, tzinfo=UTC))
    with pytest.raises(Refused, match="is older than what is live"):
        run(directory)


def test_the_end_of_a_run_that_nobody_waited_for_is_written_down_by_the_next_pass(directory: Directory) -> None:
    directory.write(report=on_demand(outcome="exit 3 after 5s"))
    directory.once()
    run(directory)
    directory.aws.advance(600)
    directory.once()
    directory.aws.advance(7200)  # ECS has forgotten the task
    found = status(directory).jobs[0]
    assert (found.sync, found.health) == (Sync.IN_SYNC, Health.FAILED)
    assert found.last_run is not None
    assert (found.last_run.exit_code, found.last_run.state) == (3, RunState.FAILED)


# -- status and runs ----------------------------------------------------------------------------------------------------


def test_status_tells_a_run_that_goes_on_and_one_of_weeks_ago(directory: Directory) -> None:
    directory.write(report=on_demand(outcome="runs forever"), old=on_demand("old"), never=on_demand("never"))
    directory.once()
    ended, _ = waited(directory, "old")
    directory.aws.advance(12 * 86400)
    run(directory)
    directory.aws.advance(60)
    found = {each.name: each for each in status(directory).jobs}
    assert {name: each.health for name, each in found.items()} == {
        "never": Health.NEVER_RAN,
        "old": Health.SUCCEEDED,
        "report": Health.RUNNING,
    }
    last = found["old"].last_run
    assert last is not None
    assert (last.ids, last.exit_code, last.stopped) == (ended.ids, 0, ended.stopped)
    assert found["never"].last_run is None


def test_status_asks_the_history_once_for_all_jobs(directory: Directory) -> None:
    directory.write(**{f"job{number}": on_demand(f"job{number}") for number in range(8)})
    directory.once()
    for number in range(8):
        run(directory, f"job{number}")
    before = directory.aws.calls.counts()
    status(directory)
    after = directory.aws.calls.counts()
    made = {call: count - before.get(call, 0) for call, count in after.items() if count != before.get(call, 0)}
    assert (made["logs:FilterLogEvents"], made["ecs:DescribeTasks"]) == (1, 1)


def test_runs_are_told_newest_first_and_limited(directory: Directory) -> None:
    directory.write(report=on_demand(), other=on_demand("other"))
    directory.once()
    first, _ = waited(directory)
    second, _ = waited(directory, "other")
    directory.aws.advance(10)
    third = (run(directory).runs or ())[0]

    def told(*names: str, limit: int = 20) -> list[tuple[str, str, RunState]]:
        report = operate(
            directory,
            lambda reconciler: reconciler.operator.runs(
                [job(reconciler, name) for name in names], since=None, limit=limit
            ),
        )
        return [(each.job, each.trigger, each.state) for each in report.runs or ()]

    assert told("report", "other") == [
        ("report", third.trigger, RunState.PENDING),
        ("other", second.trigger, RunState.SUCCEEDED),
        ("report", first.trigger, RunState.SUCCEEDED),
    ]
    assert told("report") == [told("report", "other")[0], told("report", "other")[2]]
    assert told("report", "other", limit=1) == told("report", "other")[:1]


def test_what_a_job_ran_under_a_former_name_is_told_of_it(directory: Directory) -> None:
    directory.write(report=on_demand(outcome="exit 3 after 5s"), other=on_demand("other", outcome="runs forever"))
    directory.once()
    over, _ = waited(directory)
    going = (run(directory, "other").runs or ())[0]
    directory.aws.advance(60)
    renamed = {
        name: on_demand(f"new-{name}", outcome=outcome).replace("tags:", f"formerNames: [{name}], tags:")
        for name, outcome in (("report", "exit 3 after 5s"), ("other", "runs forever"))
    }
    directory.write(**renamed)

    def told(*names: str) -> list[tuple[str, str, RunState]]:
        report = operate(
            directory,
            lambda reconciler: reconciler.operator.runs([job(reconciler, name) for name in names], since=None, limit=9),
        )
        return [(each.job, each.trigger, each.state) for each in report.runs or ()]

    ended, running = ("new-report", over.trigger, RunState.FAILED), ("new-other", going.trigger, RunState.RUNNING)
    for _ in range(2):
        assert told("new-report") == [ended]
        assert told("new-other") == [running]
        assert told("new-report", "new-other") == [running, ended]
        last = {each.name: each.last_run for each in status(directory).jobs if each.last_run is not None}
        assert {name: (run.trigger, run.state) for name, run in last.items()} == {
            name: (trigger, state) for name, trigger, state in (ended, running)
        }
        directory.once()
    operate(directory, lambda reconciler: reconciler.operator.stop("new-other"))
    report = operate(directory, lambda reconciler: reconciler.operator.wait_for("new-other", None))
    assert [(each.ids, each.state) for each in report.runs or ()] == [(going.ids, RunState.FAILED)]


# -- wait, stop, logs ---------------------------------------------------------------------------------------------------


def test_wait_follows_a_jobs_newest_run_or_an_id(directory: Directory) -> None:
    directory.write(report=on_demand(outcome="exit 3 after 100s"))
    directory.once()
    task = (run(directory).runs or ())[0].ids[0]
    report = operate(directory, lambda reconciler: reconciler.operator.wait_for("report", None))
    assert [(each.ids, each.state, each.exit_code) for each in report.runs or ()] == [((task,), RunState.FAILED, 3)]
    again = operate(directory, lambda reconciler: reconciler.operator.wait_for(task.rpartition("/")[2][:8], None))
    assert [each.state for each in again.runs or ()] == [RunState.FAILED]


def test_wait_follows_what_was_launched_by_hand_after_a_one_shot_has_ended(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate", outcome="exit 0 after 50s"))
    directory.wait()
    by_hand = (run(directory, "migrate").runs or ())[0]
    report = operate(directory, lambda reconciler: reconciler.operator.wait_for("migrate", None))
    assert [(each.ids, each.state) for each in report.runs or ()] == [(by_hand.ids, RunState.SUCCEEDED)]


def test_wait_follows_a_run_of_what_a_one_shot_was_before_it_was_edited(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate", outcome="exit 0 after 50s"))
    directory.once()
    directory.write(migrate=one_shot("migrate", outcome="exit 3 after 50s"))
    report = operate(directory, lambda reconciler: reconciler.operator.wait_for("migrate", None))
    assert [each.state for each in report.runs or ()] == [RunState.SUCCEEDED]


def test_wait_gives_up_after_its_timeout_and_the_run_goes_on(directory: Directory) -> None:
    directory.write(report=on_demand(outcome="runs forever"))
    directory.once()
    run(directory)
    began = directory.aws.now()
    with pytest.raises(Interrupted, match="stopped waiting after 60 s; report goes on: Running"):
        operate(directory, lambda reconciler: reconciler.operator.wait_for("report", 60))
    assert directory.aws.now() - began == pytest.approx(60, abs=0.1)


def test_a_run_that_is_stopped_has_failed_and_says_why(directory: Directory) -> None:
    directory.write(report=on_demand(outcome="runs forever"))
    directory.once()
    task = (run(directory).runs or ())[0].ids[0]
    directory.aws.advance(30)
    operate(directory, lambda reconciler: reconciler.operator.stop(task))
    report = operate(directory, lambda reconciler: reconciler.operator.wait_for(task, None))
    assert [(each.state, each.reason) for each in report.runs or ()] == [
        (RunState.FAILED, "app exited 143; reconciler: stopped on request")
    ]
    with pytest.raises(Refused, match="report: the run is over, it has failed"):
        operate(directory, lambda reconciler: reconciler.operator.stop(task))


LINKED = """
    apiVersion: reconciler/v1
    kind: EcsJob
    metadata: {{name: {name}}}
    spec: {{taskDefinitionArn: "theirs:1", activeDeadlineSeconds: 1200, {when}}}
"""
WHEN = {"once": "once: {}", "slot": 'schedule: {cron: "0 * * * *", engine: reconciler}'}


def theirs_is_gone_while_it_runs(directory: Directory, when: str) -> None:
    """Let a run of somebody else's definition go on, of which that very revision is deregistered."""
    ecs = directory.aws.client("ecs")
    ecs.register_task_definition(
        family="theirs", requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="512",
        containerDefinitions=[{"name": "app", "image": "app:1", "dockerLabels": {"local.outcome": "runs forever"}}],
    )  # fmt: skip
    directory.write(report=LINKED.format(name="report", when=WHEN[when]))
    directory.once()
    directory.aws.advance(3600 if when == "slot" else 0)
    directory.once()
    directory.aws.advance(60)
    ecs.deregister_task_definition(taskDefinition="theirs:1")


@pytest.mark.parametrize("when", list(WHEN))
def test_a_run_whose_definition_is_gone_is_stopped_as_any_other(directory: Directory, when: str) -> None:
    theirs_is_gone_while_it_runs(directory, when)
    assert axes(status(directory)) == {"report": (Sync.ERROR, Health.RUNNING)}
    operate(directory, lambda reconciler: reconciler.operator.stop("report"))
    report = operate(directory, lambda reconciler: reconciler.operator.wait_for("report", None))
    assert [each.state for each in report.runs or ()] == [RunState.FAILED]


@pytest.mark.parametrize("when", list(WHEN))
def test_a_run_whose_definition_is_gone_is_followed_to_its_end(directory: Directory, when: str) -> None:
    theirs_is_gone_while_it_runs(directory, when)
    assert axes(directory.once()) == {"report": (Sync.ERROR, Health.RUNNING)}
    directory.aws.advance(1200)
    assert did(directory.once())[0][0] is Action.STOP
    directory.aws.advance(60)
    assert axes(directory.once()) == {"report": (Sync.ERROR, Health.FAILED)}
    directory.aws.advance(3 * 3600)
    (last,) = [job.last_run for job in status(directory).jobs]
    assert last is not None
    assert (last.state, last.reason) == (RunState.FAILED, "app exited 143; reconciler: deadline of 1200 s exceeded")


def test_a_stop_that_takes_its_time_is_told_once(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate", outcome="runs forever; ignores SIGTERM"))
    directory.once()
    directory.aws.advance(30)
    operate(directory, lambda reconciler: reconciler.operator.stop("migrate"))
    report = directory.wait()
    assert axes(report)["migrate"] == (Sync.IN_SYNC, Health.FAILED)
    assert [step.name.partition("/")[0] for step in report.steps if step.action is Action.STOP] == ["migrate"]


def test_a_one_shot_that_is_stopped_is_not_tried_again(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate", outcome="runs forever", more="backoffLimit: 3"))
    directory.once()
    directory.aws.advance(30)
    operate(directory, lambda reconciler: reconciler.operator.stop("migrate"))
    report = directory.wait()
    assert axes(report) == {"migrate": (Sync.IN_SYNC, Health.FAILED)}
    assert list(directory.started().values()) == [1]


def test_a_one_shot_between_two_attempts_can_be_stopped(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate", outcome="exit 3 after 1s", more="backoffLimit: 3"))
    directory.once()
    directory.aws.advance(30)
    directory.once()
    operate(directory, lambda reconciler: reconciler.operator.stop("migrate"))
    assert axes(directory.wait()) == {"migrate": (Sync.IN_SYNC, Health.FAILED)}
    assert list(directory.started().values()) == [1]


def test_a_slot_between_two_attempts_can_be_stopped(directory: Directory) -> None:
    directory.write(report=scheduled("report", 'cron: "0 * * * *"', outcome="exit 1 after 5s", more="backoffLimit: 3"))
    directory.once()
    directory.aws.advance(3601)
    directory.once()
    directory.aws.advance(30)
    directory.once()
    operate(directory, lambda reconciler: reconciler.operator.stop("report"))
    passes(directory, 1800)
    assert list(directory.started().values()) == [1]
    with pytest.raises(Refused, match="report: the run is over, it has failed"):
        operate(directory, lambda reconciler: reconciler.operator.stop("report"))


def test_an_id_of_nobody_is_named(directory: Directory) -> None:
    directory.write(report=on_demand())
    directory.once()
    with pytest.raises(UsageError, match="beef: no job and no run of owner tests has this name or id"):
        operate(directory, lambda reconciler: reconciler.operator.stop("beef"))
    with pytest.raises(UsageError, match=r"reprot: .* — did you mean report\?"):
        operate(directory, lambda reconciler: reconciler.operator.stop("reprot"))


def test_a_strangers_task_is_not_stopped(directory: Directory) -> None:
    directory.write(report=on_demand(outcome="runs forever"))
    directory.once()
    ecs = directory.aws.client("ecs")
    vpc = directory.aws.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"awsvpcConfiguration": {"subnets": [vpc]}}
    answer = ecs.run_task(taskDefinition="report", launchType="FARGATE", networkConfiguration=network)
    with pytest.raises(Refused, match="is not a run of owner tests"):
        operate(directory, lambda reconciler: reconciler.operator.stop(answer["tasks"][0]["taskArn"]))


def test_logs_of_every_container_are_read_and_what_is_missing_is_said(directory: Directory) -> None:
    directory.write(report=on_demand(outcome="log one; log two after 1s; exit 0 after 3s"))
    directory.once()
    ended, _ = waited(directory)
    stream = f"job/sidecar/{ended.ids[0].rpartition('/')[2]}"
    directory.aws.client("logs").delete_log_stream(logGroupName="/jobs/report", logStreamName=stream)
    with directory.reconciler() as reconciler:
        _, seen = reconciler.operator.logs("report", container=None, since=None, last=None)
        _, last = reconciler.operator.logs(ended.ids[0], container="app", since=None, last=1)
    assert [(line.container, line.text) for line in seen.lines] == [("app", "one"), ("app", "two")]
    assert seen.notes == (f"sidecar: log stream {stream} does not exist",)
    assert ([line.text for line in last.lines], last.notes) == (["two"], ())


def test_a_sidecar_that_is_not_essential_says_nothing_of_how_a_run_went(directory: Directory) -> None:
    directory.write(report=on_demand(outcome="exit 0 after 3s"))
    directory.once()
    ended, _ = waited(directory)
    assert ended.reason == "app exited 0; Essential container in task exited"
    assert [(end.name, end.exit_code, end.essential) for end in ended.containers] == [
        ("app", 0, True),
        ("sidecar", 143, False),
    ]
    run(directory)
    directory.aws.advance(60)
    directory.once()
    with directory.reconciler() as reconciler:
        told = reconciler.operator.runs([job(reconciler, "report")], since=None, limit=5).runs or ()
    assert [(each.reason, each.containers) for each in told] == [(ended.reason, ended.containers)] * 2


# -- retry --------------------------------------------------------------------------------------------------------------


def retry(directory: Directory, name: str = "migrate") -> Report:
    return operate(directory, lambda reconciler: reconciler.operator.retry(job(reconciler, name)), jobs=(name,))


def assume(directory: Directory, state: RunState, name: str = "migrate") -> Report:
    return operate(directory, lambda reconciler: reconciler.operator.assume(job(reconciler, name), state), jobs=(name,))


def test_a_failed_one_shot_is_run_again_when_asked_and_what_waits_for_it_goes_on(directory: Directory) -> None:
    directory.write(
        migrate=one_shot("migrate", run="{environment: {A: b}}", outcome="exit 1 after 1s"),
        after=one_shot("after", more="dependsOn: [migrate]"),
    )
    assert axes(directory.wait())["migrate"] == (Sync.IN_SYNC, Health.FAILED)
    directory.aws.outcome("migrate", "exit 0 after 1s")
    report = retry(directory)
    assert [(step.action, step.name.rpartition("/")[2]) for step in report.steps] == [(Action.LAUNCH, "1")]
    assert {name: health for name, (_, health) in axes(directory.wait()).items()} == {
        "after": Health.SUCCEEDED,
        "migrate": Health.SUCCEEDED,
    }
    with pytest.raises(Refused, match="migrate has succeeded"):
        retry(directory)


def test_a_retry_that_goes_on_is_not_made_again(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate", outcome="exit 1 after 1s"))
    directory.wait()
    retry(directory)
    with pytest.raises(Refused, match="migrate is not over"):
        retry(directory)
    assert sorted(directory.started().values()) == [1, 1]


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        ("never", "migrate: its present generation has not run"),
        ("running", "migrate is not over"),
        ("suspended", "migrate is suspended, so no pass would follow it"),
        ("changed", "migrate: its present generation has not run"),
    ],
)
def test_a_retry_is_refused_with_the_reason(directory: Directory, prepare: str, message: str) -> None:
    directory.write(migrate=one_shot("migrate", outcome="runs forever" if prepare == "running" else "exit 1 after 1s"))
    if prepare == "running":
        directory.once()
    elif prepare != "never":
        directory.wait()
    if prepare == "suspended":
        suspend(directory, Wish.SUSPEND, "migrate")
    if prepare == "changed":
        directory.write(migrate=one_shot("migrate", outcome="exit 1 after 2s"))
    launched = len(directory.started())
    with pytest.raises(Refused, match=message):
        retry(directory)
    assert len(directory.started()) == launched


def test_what_a_person_knows_counts_for_what_waits(directory: Directory) -> None:
    directory.write(
        migrate=one_shot("migrate", outcome="exit 1 after 1s"), after=one_shot("after", more="dependsOn: [migrate]")
    )
    directory.wait()
    report = assume(directory, RunState.SUCCEEDED)
    assert [(each.name, each.health) for each in report.jobs] == [("migrate", Health.SUCCEEDED)]
    assert {name: health for name, (_, health) in axes(directory.wait()).items()} == {
        "after": Health.SUCCEEDED,
        "migrate": Health.SUCCEEDED,
    }


def test_a_generation_that_nobody_has_claimed_can_be_assumed(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"))
    assume(directory, RunState.SUCCEEDED)
    assert axes(directory.wait()) == {"migrate": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert not directory.started()


def test_what_goes_on_is_not_assumed(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate", outcome="runs forever"))
    directory.once()
    with pytest.raises(Refused, match="migrate is going on"):
        assume(directory, RunState.SUCCEEDED)


# -- suspend and resume -------------------------------------------------------------------------------------------------


def suspend(directory: Directory, wish: Wish, *names: str) -> list[tuple[str, bool, str]]:
    with directory.reconciler() as reconciler:
        told = reconciler.operator.suspend([job(reconciler, name) for name in names], wish).jobs
    return [(each.name, each.message == wish.value, each.message if each.sync is Sync.ERROR else "") for each in told]


def test_a_suspended_one_shot_is_not_launched_until_it_is_resumed(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"))
    directory.wait()
    assert suspend(directory, Wish.SUSPEND, "migrate") == [("migrate", True, "")]
    assert suspend(directory, Wish.SUSPEND, "migrate") == [("migrate", False, "")]
    directory.write(migrate=one_shot("migrate", outcome="exit 0 after 6s"))
    report = directory.once()
    assert axes(report) == {"migrate": (Sync.IN_SYNC, Health.SUSPENDED)}
    assert did(report)[0][0] is Action.UPDATE, "its definition is kept in sync, and the suspension carried over"
    assert axes(directory.once()) == {"migrate": (Sync.IN_SYNC, Health.SUSPENDED)}
    assert len(directory.started()) == 1
    assert suspend(directory, Wish.RESUME, "migrate") == [("migrate", True, "")]
    assert axes(directory.wait()) == {"migrate": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert len(directory.started()) == 2


def test_a_suspension_that_comes_during_a_registration_is_kept(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"))
    directory.wait()
    directory.write(migrate=one_shot("migrate", outcome="exit 0 after 6s"))
    ecs = directory.aws.client("ecs")
    arn = ecs.describe_task_definition(taskDefinition="migrate")["taskDefinition"]["taskDefinitionArn"]
    with directory.reconciler() as reconciler:
        reconciler.apply(
            lambda plan: ecs.tag_resource(resourceArn=arn, tags=[{"key": "reconciler:suspended", "value": "x"}])
        )
    tags = ecs.describe_task_definition(taskDefinition="migrate:2", include=["TAGS"])["tags"]
    assert {"key": "reconciler:suspended", "value": "x"} in tags


def test_a_job_that_borrows_its_definition_is_suspended_alone(directory: Directory) -> None:
    borrowing = """
        apiVersion: reconciler/v1
        kind: EcsJob
        metadata: {name: borrower}
        spec: {definitionOf: migrate, once: {}}
    """
    directory.write(migrate=one_shot("migrate"), borrower=borrowing)
    assert suspend(directory, Wish.SUSPEND, "borrower") == [("borrower", True, "")]
    assert {name: health for name, (_, health) in axes(directory.wait()).items()} == {
        "borrower": Health.SUSPENDED,
        "migrate": Health.SUCCEEDED,
    }
    assert suspend(directory, Wish.RESUME, "borrower") == [("borrower", True, "")]
    assert suspend(directory, Wish.RESUME, "borrower") == [("borrower", False, "")]
    assert axes(directory.wait())["borrower"][1] is Health.SUCCEEDED


def test_what_is_not_registered_cannot_be_suspended(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"))
    assert suspend(directory, Wish.SUSPEND, "migrate") == [
        ("migrate", False, "migrate is not registered by this owner; spec.suspend in the manifest does it")
    ]


def test_a_job_that_cannot_be_suspended_keeps_no_other_going(directory: Directory) -> None:
    """At 03:00 with `--all`: each job is tried, and each that goes on is named with the reason."""
    directory.write(first=one_shot("first"), second=one_shot("second"), third=one_shot("third"))
    directory.wait()
    directory.aws.faults.add("ecs:TagResource", "deny", skip=1, times=1)
    outcomes = suspend(directory, Wish.SUSPEND, "first", "second", "third")
    assert [(name, changed) for name, changed, _ in outcomes] == [("first", True), ("second", False), ("third", True)]
    assert outcomes[1][2].startswith("TagResource: ")
    assert suspend(directory, Wish.SUSPEND, "second") == [("second", True, "")]
