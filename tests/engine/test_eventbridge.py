"""Engine eventbridge: the schedule on AWS says what the loop would do, and starts the same."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.engine.suspension import Wish
from reconciler.model import Action, Health, Report, Status, Sync
from tests.engine.harness import Directory
from tests.engine.scheduled import (
    BY_EVENTBRIDGE,
    GROUP,
    ROLE,
    SLOT,
    batch_starts,
    passes,
    scheduled,
    scheduled_batch,
    schedules,
    starts,
    told,
)
from tests.engine.test_pass import axes

HOURLY = 'cron: "0 * * * *"'


def by_eventbridge(name: str, when: str = HOURLY, **members: Any) -> str:
    return scheduled(name, when, engine=BY_EVENTBRIDGE, **members)


def families(directory: Directory) -> list[str]:
    arns = directory.aws.client("ecs").list_task_definitions()["taskDefinitionArns"]
    return [arn.rpartition("/")[2] for arn in arns]


def steps(report: Report) -> list[tuple[Action, str, str]]:
    return [(step.action, step.kind, step.name) for step in report.steps if step.action is not Action.KEEP]


def edited(directory: Directory, key: str = f"{GROUP}/report", **members: Any) -> None:
    """Change a schedule as a person does in the console."""
    group, _, name = key.partition("/")
    scheduler = directory.aws.client("scheduler")
    live = scheduler.get_schedule(GroupName=group, Name=name)
    kept = ("ScheduleExpression", "ScheduleExpressionTimezone", "State", "Target", "FlexibleTimeWindow", "Description")
    scheduler.update_schedule(**{"GroupName": group, "Name": name, **{each: live[each] for each in kept}, **members})


def test_a_schedule_is_made_behind_its_definition_and_then_in_sync(directory: Directory) -> None:
    more = "timeZone: Europe/Paris, startingDeadlineSeconds: 600"
    directory.write(report=by_eventbridge("report", 'cron: "0 3 * * 0"', policy=more, run="{count: 2}"))
    assert steps(directory.once()) == [
        (Action.CREATE, "task-definition", "report"),
        (Action.CREATE, "schedule", "reconciler-tests/report"),
    ]
    live = schedules(directory)["reconciler-tests/report"]
    target = live["Target"]
    assert live["ScheduleExpression"] == "cron(0 3 ? * SUN *)"
    assert live["ScheduleExpressionTimezone"] == "Europe/Paris"
    assert live["Description"] == "reconciler owner=tests job=report source=jobs.d/report.yaml"
    assert target["Arn"] == "arn:aws:scheduler:::aws-sdk:ecs:runTask"
    assert target["RoleArn"] == ROLE
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 600, "MaximumRetryAttempts": 185}
    assert target["Input"]["TaskDefinition"].endswith("task-definition/report:1")
    assert target["Input"]["Count"] == 2
    assert target["Input"]["ClientToken"].endswith("-<aws.scheduler.scheduled-time>")
    (group,) = [
        each
        for each in directory.aws.client("scheduler").list_schedule_groups()["ScheduleGroups"]
        if each["Name"] == GROUP
    ]
    assert group["State"] == "ACTIVE"
    second = directory.once()
    assert steps(second) == []
    assert axes(second) == {"report": (Sync.IN_SYNC, Health.NEVER_RAN)}


def test_what_eventbridge_sends_is_what_the_loop_would_send(directory: Directory) -> None:
    run = "{count: 2, command: [python, -m, report], environment: {LEVEL: debug}, tags: [{key: a, value: b}]}"
    directory.write(report=by_eventbridge("report", run=run))
    directory.once()
    directory.aws.advance(3600)
    passes(directory, 60)
    directory.write(report=scheduled("report", HOURLY, run=run))
    directory.once()
    directory.aws.advance(3600)
    directory.once()
    by_aws, _, by_loop, _ = sorted(directory.tasks.values(), key=lambda task: str(task["createdAt"]))
    for member in ("taskDefinitionArn", "clusterArn", "launchType", "tags", "platformVersion", "enableExecuteCommand"):
        assert by_aws.get(member) == by_loop.get(member), member
    assert told(by_aws).keys() == told(by_loop).keys()
    assert told(by_aws)[SLOT] == "2026-01-01T01:00:00Z"
    assert told(by_loop)[SLOT] == "2026-01-01T02:00:00Z"


def test_both_engines_share_one_token_for_a_slot(directory: Directory) -> None:
    directory.write(aws=by_eventbridge("report"))
    directory.once()
    token = schedules(directory)["reconciler-tests/report"]["Target"]["Input"]["ClientToken"]
    directory.aws.advance(3600)
    directory.write(aws=scheduled("report", HOURLY))
    directory.once()
    directory.aws.advance(3600)
    directory.once()
    (sent,) = directory.aws.calls.named("ecs:RunTask")
    assert sent.members["clientToken"] == token.replace("<aws.scheduler.scheduled-time>", "2026-01-01T02:00:00Z")


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"ScheduleExpression": "cron(5 * * * ? *)"}, "ScheduleExpression"),
        ({"ScheduleExpressionTimezone": "Europe/Paris"}, "ScheduleExpressionTimezone"),
        ({"State": "DISABLED"}, "State"),
        (
            {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}},
            "FlexibleTimeWindow.MaximumWindowInMinutes",
        ),
        ({"EndDate": datetime(2027, 1, 1, tzinfo=UTC)}, "EndDate"),
    ],
)
def test_an_edit_in_the_console_is_drift_and_put_back(directory: Directory, members: Any, path: str) -> None:
    directory.write(report=by_eventbridge("report"))
    directory.once()
    edited(directory, **members)
    drift = directory.drift()
    assert axes(drift)["report"][0] is Sync.DRIFTED
    assert path in [change.path for change in drift.jobs[0].changes]
    assert steps(directory.once()) == [(Action.UPDATE, "schedule", "reconciler-tests/report")]
    assert steps(directory.once()) == []


def test_a_target_that_was_edited_is_drift_per_field(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"))
    directory.once()
    live = directory.aws.client("scheduler").get_schedule(GroupName=GROUP, Name="report")["Target"]
    edited(directory, Target={**live, "Input": live["Input"].replace('"default"', '"other"'), "RoleArn": ROLE + "2"})
    assert [(change.path, change.before, change.after) for change in directory.drift().jobs[0].changes] == [
        ("Target.Input.Cluster", "other", "default"),
        ("Target.RoleArn", ROLE + "2", ROLE),
    ]


def test_a_schedule_that_was_deleted_is_made_again(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"))
    directory.once()
    directory.aws.client("scheduler").delete_schedule(GroupName=GROUP, Name="report")
    assert axes(directory.drift())["report"][0] is Sync.MISSING
    assert steps(directory.once()) == [(Action.CREATE, "schedule", "reconciler-tests/report")]


def test_suspending_disables_it(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"))
    directory.once()
    directory.write(report=by_eventbridge("report", more="suspend: true"))
    suspended = directory.once()
    assert axes(suspended) == {"report": (Sync.IN_SYNC, Health.SUSPENDED)}
    assert schedules(directory)["reconciler-tests/report"]["State"] == "DISABLED"
    directory.aws.advance(7200)
    assert starts(directory) == {}


def test_a_changed_definition_is_registered_then_the_schedule_repointed_then_the_old_one_goes(
    directory: Directory,
) -> None:
    more = "revisionHistoryLimit: 0"
    directory.write(report=by_eventbridge("report", more=more))
    directory.once()
    directory.write(report=by_eventbridge("report", image="app:2", more=more))
    changed = directory.once()
    assert steps(changed) == [
        (Action.UPDATE, "task-definition", "report"),
        (Action.UPDATE, "schedule", "reconciler-tests/report"),
    ]
    assert schedules(directory)["reconciler-tests/report"]["Target"]["Input"]["TaskDefinition"].endswith("report:2")
    assert families(directory) == ["report:1", "report:2"]
    directory.aws.advance(290)
    kept = directory.once()
    assert [step.reason for step in kept.steps if step.name == "report:1"] == [
        "kept: used by schedule reconciler-tests/report, which may retry it until 00:05:00Z"
    ]
    directory.aws.advance(60)
    assert steps(directory.once()) == [(Action.DELETE, "task-definition", "report:1")]
    assert families(directory) == ["report:2"]


def test_a_change_of_engine_never_leaves_both_active(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"))
    directory.once()
    directory.write(report=scheduled("report", HOURLY))
    assert steps(directory.once()) == [
        (Action.DELETE, "schedule", "reconciler-tests/report"),
        (Action.UPDATE, "schedule", "report"),
    ]
    assert schedules(directory) == {}
    passes(directory, 3600)
    assert starts(directory) == {("report", "2026-01-01T01:00:00Z"): 1}
    directory.write(report=by_eventbridge("report"))
    assert steps(directory.once()) == [(Action.CREATE, "schedule", "reconciler-tests/report")]
    passes(directory, 3600)
    assert starts(directory) == {("report", "2026-01-01T01:00:00Z"): 1, ("report", "2026-01-01T02:00:00Z"): 1}


def test_the_loop_does_not_begin_while_the_old_schedule_cannot_be_deleted(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"))
    directory.once()
    directory.write(report=scheduled("report", HOURLY))
    directory.aws.faults.add("scheduler:DeleteSchedule", "deny", times=None)
    failed = directory.once()
    assert [(step.name, step.status) for step in failed.steps if step.kind == "schedule"] == [
        ("reconciler-tests/report", Status.FAILED),
        ("report", Status.BLOCKED),
    ]
    passes(directory, 3660)
    assert len(directory.aws.calls.named("ecs:RunTask")) == 0
    assert starts(directory) == {("report", "2026-01-01T01:00:00Z"): 1}


def test_what_eventbridge_started_is_followed_like_ours(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report", outcome="exit 3 after 100s"))
    directory.once()
    directory.aws.advance(3600 + 30)
    assert axes(directory.once()) == {"report": (Sync.IN_SYNC, Health.RUNNING)}
    directory.aws.advance(3000)
    report = directory.once()
    assert axes(report) == {"report": (Sync.IN_SYNC, Health.FAILED)}
    assert report.jobs[0].message.startswith("failed: app exited 3")
    logs = directory.aws.client("logs")
    lines = logs.get_log_events(logGroupName="/reconciler/tests/runs", logStreamName="report")["events"]
    assert [line["message"].count('"trigger":"slot:2026-01-01T01:00:00Z"') for line in lines] == [1, 1]


def test_a_schedule_whose_manifest_is_gone_goes_before_its_definition(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"), other=scheduled("other"))
    directory.once()
    directory.remove("report")
    assert steps(directory.once()) == [
        (Action.DELETE, "schedule", "reconciler-tests/report"),
        (Action.DELETE, "task-definition", "report:1"),
    ]
    assert schedules(directory) == {}
    assert families(directory) == ["other:1"]


def test_a_job_that_loses_its_schedule_loses_it_on_aws(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"))
    directory.once()
    text = by_eventbridge("report").replace("schedule: {", "ignoreDifferences: [] #")
    directory.write(report=text)
    assert steps(directory.once()) == [(Action.DELETE, "schedule", "reconciler-tests/report")]


def test_a_schedule_of_others_is_left_alone_and_said(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"))
    directory.once()
    scheduler = directory.aws.client("scheduler")
    live = scheduler.get_schedule(GroupName=GROUP, Name="report")
    kept = {each: live[each] for each in ("ScheduleExpression", "Target", "FlexibleTimeWindow")}
    scheduler.create_schedule(GroupName=GROUP, Name="theirs", **kept)
    report = directory.once()
    assert steps(report) == []
    assert [str(problem) for problem in report.problems] == [
        "schedule reconciler-tests/theirs is not ours and is left alone (its Description names no owner)"
    ]
    directory.write(theirs=by_eventbridge("theirs"))
    failed = directory.once()
    assert [step.error for step in failed.steps if step.error] == [
        "schedule reconciler-tests/theirs exists and was not made by a reconciler; set spec.adopt: true to take it over, "
        "choose another eventBridge.groupName, or delete it"
    ]
    directory.write(theirs=by_eventbridge("theirs", more="adopt: true"))
    assert steps(directory.once()) == [(Action.ADOPT, "schedule", "reconciler-tests/theirs")]


def test_a_schedule_moves_to_another_group(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"))
    directory.once()
    engine = f"engine: eventbridge, eventBridge: {{roleArn: '{ROLE}', groupName: nightly}}"
    directory.write(report=scheduled("report", HOURLY, engine=engine))
    assert steps(directory.once()) == [
        (Action.DELETE, "schedule", "reconciler-tests/report"),
        (Action.CREATE, "schedule", "nightly/report"),
    ]
    directory.write(report=scheduled("report", HOURLY))
    assert steps(directory.once())[0] == (Action.DELETE, "schedule", "nightly/report")


def test_a_time_that_has_passed_needs_no_schedule(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report", "at: 2026-01-01T01:00:00"))
    directory.once()
    directory.aws.advance(3700)
    assert steps(directory.once()) == []
    directory.aws.advance(400)
    assert steps(directory.once()) == [(Action.DELETE, "schedule", "reconciler-tests/report")]
    again = directory.once()
    assert steps(again) == []
    assert axes(again)["report"][0] is Sync.IN_SYNC
    assert starts(directory) == {("report", "2026-01-01T01:00:00Z"): 1}


def test_a_rate_starts_on_the_epochs_grid_and_stays_in_sync(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report", "rate: 25 minutes"))
    directory.aws.advance(7)
    directory.once()
    passes(directory, 7200, every=600)
    assert steps(directory.once()) == []
    found = sorted(slot for _, slot in starts(directory))
    period, first = 1500, datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    grid = [
        datetime.fromtimestamp(number * period, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for number in range(int(first // period) + 1, int((first + 7207) // period) + 1)
    ]
    assert found == grid


def test_a_rate_is_changed_long_after_it_began(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report", "rate: 25 minutes"))
    directory.once()
    directory.aws.advance(7200)
    directory.write(report=by_eventbridge("report", "rate: 25 minutes", more="suspend: true"))
    assert [str(step.error) for step in directory.once().steps if step.error] == []
    assert schedules(directory)["reconciler-tests/report"]["State"] == "DISABLED"
    directory.aws.advance(7200)
    directory.write(report=by_eventbridge("report", "rate: 25 minutes"))
    assert steps(directory.once()) == [(Action.UPDATE, "schedule", "reconciler-tests/report")]
    assert steps(directory.once()) == []
    passes(directory, 1800, every=600)
    late = datetime(2026, 1, 1, 4, tzinfo=UTC)
    resumed = sorted(slot for _, slot in starts(directory) if datetime.fromisoformat(slot) > late)
    assert [datetime.fromisoformat(slot).timestamp() % 1500 for slot in resumed] == [0]


def test_batch_jobs_are_started_and_followed(directory: Directory) -> None:
    directory.write(report=scheduled_batch("report", HOURLY, engine=BY_EVENTBRIDGE))
    assert [step.reason for step in directory.plan().steps if step.kind == "schedule"] == [
        "no such schedule exists; EventBridge starts each slot at least once, since SubmitJob takes no token"
    ]
    directory.once()
    live = schedules(directory)["reconciler-tests/report"]["Target"]
    assert live["Arn"] == "arn:aws:scheduler:::aws-sdk:batch:submitJob"
    assert live["Input"]["Tags"] == {"reconciler:owner": "tests", "reconciler:job": "report"}
    passes(directory, 3900, every=300)
    assert batch_starts(directory) == {("report", "2026-01-01T01:00:00Z"): 1}
    assert axes(directory.once()) == {"report": (Sync.IN_SYNC, Health.SUCCEEDED)}


def test_an_answer_that_was_lost_makes_no_second_schedule(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"))
    directory.aws.faults.add("scheduler:CreateSchedule", "drop_after", times=1)
    directory.once()
    assert list(schedules(directory)) == ["reconciler-tests/report"]
    assert steps(directory.once()) == []


def test_a_job_that_is_suspended_by_hand_is_off_at_once_and_resumed_by_a_pass(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"), other=by_eventbridge("other"))
    directory.once()
    directory.aws.advance(3300)
    jobs = [job for job in directory.manifests().jobs if job.name == "report"]
    before = schedules(directory)["reconciler-tests/report"]
    with directory.reconciler() as reconciler:
        said = reconciler.operator.suspend(jobs, Wish.SUSPEND)
    assert [(job.name, job.message) for job in said.jobs] == [("report", "suspended")]
    live = schedules(directory)
    assert (live["reconciler-tests/report"]["State"], live["reconciler-tests/other"]["State"]) == (
        "DISABLED",
        "ENABLED",
    )
    assert live["reconciler-tests/report"]["Target"] == before["Target"]
    directory.aws.advance(7200)
    assert axes(directory.once())["report"] == (Sync.IN_SYNC, Health.SUSPENDED)
    with directory.reconciler() as reconciler:
        reconciler.operator.suspend(jobs, Wish.RESUME)
    passes(directory, 3600)
    started = [slot for job, slot in starts(directory) if job == "report"]
    assert started == ["2026-01-01T03:00:00Z"], "the hours between are not made up for"


def test_a_rate_that_began_long_ago_is_off_at_once_as_well(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report", "rate: 1 hour"))
    directory.once()
    directory.aws.advance(7200)
    with directory.reconciler() as reconciler:
        said = reconciler.operator.suspend(directory.manifests().jobs, Wish.SUSPEND)
    assert [job.message for job in said.jobs] == ["suspended"]
    assert schedules(directory)["reconciler-tests/report"]["State"] == "DISABLED"
    assert [step for step in steps(directory.once()) if step[1] == "schedule"] == []


def test_a_suspension_whose_schedule_cannot_be_disabled_says_so(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report"))
    directory.once()
    directory.aws.faults.add("scheduler:UpdateSchedule", "deny", times=None)
    with directory.reconciler() as reconciler:
        said = reconciler.operator.suspend(directory.manifests().jobs, Wish.SUSPEND)
    (job,) = said.jobs
    assert job.sync is Sync.ERROR
    assert job.message.startswith("suspended, but EventBridge starts it until a pass can disable its schedule: ")


def borrowing(name: str, when: str, engine: str = BY_EVENTBRIDGE) -> str:
    return f"""
        apiVersion: reconciler/v1
        kind: EcsJob
        metadata: {{name: {name}}}
        spec:
          definitionOf: report
          run: {{command: [{name}]}}
          schedule: {{{when}, {engine}}}
    """


def test_many_schedules_start_one_definition_and_are_all_repointed(directory: Directory) -> None:
    late, loop = 'cron: "30 * * * *"', "engine: reconciler"
    directory.write(
        report=by_eventbridge("report"), late=borrowing("late", late), looped=borrowing("looped", HOURLY, loop)
    )
    directory.once()
    directory.write(report=by_eventbridge("report", image="app:2"))
    assert steps(directory.once()) == [
        (Action.UPDATE, "task-definition", "report"),
        (Action.UPDATE, "schedule", "reconciler-tests/late"),
        (Action.UPDATE, "schedule", "reconciler-tests/report"),
    ]
    revisions = {live["Target"]["Input"]["TaskDefinition"].rpartition("/")[2] for live in schedules(directory).values()}
    assert revisions == {"report:2"}
    passes(directory, 3600)
    assert starts(directory) == {
        (name, f"2026-01-01T{time}:00Z"): 1
        for name, time in (("late", "00:30"), ("report", "01:00"), ("looped", "01:00"))
    }
    assert {task["taskDefinitionArn"].rpartition("/")[2] for task in directory.tasks.values()} == {"report:2"}
    directory.remove("late")
    assert steps(directory.once()) == [(Action.DELETE, "schedule", "reconciler-tests/late")]


def test_neither_engine_starts_anything_while_the_new_schedule_cannot_be_made(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY))
    passes(directory, 3600)
    directory.write(report=by_eventbridge("report"))
    directory.aws.faults.add("scheduler:CreateSchedule", "deny", times=None)
    passes(directory, 3600)
    assert starts(directory) == {("report", "2026-01-01T01:00:00Z"): 1}
    directory.aws.faults.clear()
    passes(directory, 3600)
    assert starts(directory) == {("report", f"2026-01-01T0{hour}:00:00Z"): 1 for hour in (1, 3)}


@pytest.mark.parametrize("engine", [BY_EVENTBRIDGE, "engine: reconciler"])
def test_start_and_end_date_belong_to_the_schedule(directory: Directory, engine: str) -> None:
    bounds = "timeZone: Europe/Paris, startDate: 2026-01-01T02:00:00, endDate: 2026-01-01T03:00:00"  # an hour behind
    directory.write(report=scheduled("report", 'cron: "*/30 * * * *"', engine=engine, policy=bounds))
    directory.once()
    passes(directory, 9000, every=120)
    assert sorted(slot for _, slot in starts(directory)) == [
        "2026-01-01T01:00:00Z",
        "2026-01-01T01:30:00Z",
        "2026-01-01T02:00:00Z",
    ]
    assert directory.once().jobs[0].next_start is None
