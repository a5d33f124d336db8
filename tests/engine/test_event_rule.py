"""Settings' `spec.history.events`: a rule of EventBridge that keeps how runs end while no pass comes by."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.core.ownership import Commit
from reconciler.model import Action, Health, Report, RunState, Status, Sync
from tests.engine.harness import SETTINGS, Directory, one_shot
from tests.engine.scheduled import BY_EVENTBRIDGE, passes, scheduled, scheduled_batch
from tests.engine.test_pass import axes
from tests.engine.watching import theatre

NAME = "reconciler-tests"
GROUP = "/reconciler/tests/events"
HOURLY = 'cron: "0 * * * *"'
HOURS_LATER = 6 * 3600


def keep_events(directory: Directory, wanted: str = "true") -> None:
    directory.write(settings=SETTINGS.replace("prune: {", f"history: {{events: {wanted}}}\n      prune: {{"))


def changes(report: Report) -> list[tuple[Action, str, str]]:
    return [(step.action, step.kind, step.name) for step in report.steps if step.action is not Action.KEEP]


def status(directory: Directory) -> Any:
    with directory.reconciler() as reconciler:
        return reconciler.status()


def runs(directory: Directory) -> Any:
    with directory.reconciler() as reconciler:
        return reconciler.operator.runs(directory.manifests().jobs, since=None, limit=20).runs


def by_eventbridge(name: str, **members: Any) -> str:
    return scheduled(name, HOURLY, engine=BY_EVENTBRIDGE, **members)


def test_a_run_that_failed_six_hours_ago_is_known_with_no_loop_anywhere(directory: Directory) -> None:
    keep_events(directory)
    directory.write(
        report=by_eventbridge(
            "report", policy="endDate: 2026-01-01T01:30:00", outcome="exit 3 after 100s", more="logs: {}"
        )
    )
    directory.once()
    directory.aws.advance(3600 + HOURS_LATER)
    found = status(directory)
    assert axes(found) == {"report": (Sync.IN_SYNC, Health.FAILED)}
    assert found.jobs[0].message == "failed: app exited 3; Essential container in task exited"
    last = found.jobs[0].last_run
    assert (last.trigger, last.state, last.exit_code) == ("slot:2026-01-01T01:00:00Z", RunState.FAILED, 3)
    assert [(run.trigger, run.state, run.exit_code) for run in runs(directory)] == [
        ("slot:2026-01-01T01:00:00Z", RunState.FAILED, 3)
    ]
    assert [run.ids for run in runs(directory)] == [last.ids]
    task = last.ids[0].rpartition("/")[2]
    assert [(link.container, link.stream) for link in last.logs] == [("app", f"job/app/{task}")]
    assert [link.url for link in last.logs] == [
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"
        f"$252Fjobs$252Freport/log-events/job$252Fapp$252F{task}"
    ]


def test_without_the_rule_such_a_run_is_unknown(directory: Directory) -> None:
    directory.write(report=by_eventbridge("report", policy="endDate: 2026-01-01T01:30:00", outcome="exit 3 after 100s"))
    directory.once()
    directory.aws.advance(3600 + HOURS_LATER)
    found = status(directory)
    assert axes(found) == {"report": (Sync.IN_SYNC, Health.UNKNOWN)}
    assert found.jobs[0].message == (
        "2026-01-01T01:00:00Z left no trace: EventBridge could not start it (see its role and dead-letter queue), "
        "or it ended while no pass came by (spec.history.events keeps that)"
    )


def test_a_batch_job_is_known_without_the_rule_as_batch_remembers_it_for_days(directory: Directory) -> None:
    until = "endDate: 2026-01-01T02:30:00"
    directory.write(
        report=scheduled_batch("report", HOURLY, engine=BY_EVENTBRIDGE, policy=until, outcome="exit 3 after 100s")
    )
    directory.once()
    directory.aws.advance(2 * 3600 + HOURS_LATER)
    directory.aws.calls.clear()
    for _ in range(2):
        assert axes(directory.once()) == {"report": (Sync.IN_SYNC, Health.FAILED)}
        assert [(run.trigger, run.state, run.exit_code) for run in runs(directory)] == [
            ("slot:2026-01-01T02:00:00Z", RunState.FAILED, 3),
            ("slot:2026-01-01T01:00:00Z", RunState.FAILED, 3),
        ]
    assert any("JOB_NAME" in str(call) for call in directory.aws.calls.named("batch:ListJobs"))
    directory.aws.calls.clear()
    directory.once()
    assert not any("JOB_NAME" in str(call) for call in directory.aws.calls.named("batch:ListJobs"))


def test_the_next_pass_writes_down_once_what_the_events_tell(directory: Directory) -> None:
    keep_events(directory)
    directory.write(report=by_eventbridge("report", outcome="exit 3 after 100s"))
    directory.once()
    directory.aws.advance(3 * 3600 + 1800)
    first = directory.once()
    assert axes(first)["report"] == (Sync.IN_SYNC, Health.FAILED)
    directory.once()
    lines = directory.aws.client("logs").filter_log_events(logGroupName="/reconciler/tests/runs")["events"]
    told = [json.loads(line["message"]) for line in lines]
    slots = [f"slot:2026-01-01T0{hour}:00:00Z" for hour in (1, 2, 3)]
    assert sorted((line["trigger"], line["event"]) for line in told) == [
        (slot, event) for slot in slots for event in ("ended", "launched")
    ]
    assert next(line["started"] for line in told if line["event"] == "ended").startswith("2026-01-01T01:00:")
    assert [(run.trigger, run.exit_code) for run in runs(directory)] == [(slot, 3) for slot in reversed(slots)]


def test_what_was_settled_long_ago_is_not_taken_up_again_for_the_sake_of_another_job(directory: Directory) -> None:
    keep_events(directory)
    directory.write(report=by_eventbridge("report"), silent=by_eventbridge("silent"))
    directory.once()
    with directory.reconciler(jobs=("report",)) as reconciler:
        for _ in range(11):
            directory.aws.advance(2700)
            reconciler.apply()
    directory.once()
    lines = directory.aws.client("logs").filter_log_events(logGroupName="/reconciler/tests/runs")["events"]
    told = [json.loads(line["message"]) for line in lines if line["logStreamName"] == "report"]
    starts = [line["trigger"] for line in told if line["event"] == "launched"]
    assert starts == [f"slot:2026-01-01T0{hour}:00:00Z" for hour in range(1, 9)]


def test_what_the_loop_launched_before_it_died_is_known_as_well(directory: Directory) -> None:
    keep_events(directory)
    directory.write(
        report=scheduled("report", HOURLY, policy="endDate: 2026-01-01T01:30:00", outcome="exit 3 after 100s"),
        backfill=one_shot("backfill", outcome="exit 4 after 7200s"),
    )
    passes(directory, 3600)
    directory.aws.advance(HOURS_LATER)
    assert {job.name: (job.health, job.last_run.exit_code) for job in status(directory).jobs} == {
        "backfill": (Health.FAILED, 4),
        "report": (Health.FAILED, 3),
    }


def test_a_batch_job_that_batch_has_forgotten_is_known(directory: Directory) -> None:
    keep_events(directory)
    policy = "endDate: 2026-01-01T01:30:00"
    directory.write(
        report=scheduled_batch("report", HOURLY, engine=BY_EVENTBRIDGE, policy=policy, outcome="exit 3 after 100s")
    )
    directory.once()
    directory.aws.advance(9 * 86400)
    found = status(directory)
    assert axes(found) == {"report": (Sync.IN_SYNC, Health.FAILED)}
    assert found.jobs[0].last_run.exit_code == 3


def test_the_rule_is_made_with_its_group_and_then_in_sync(directory: Directory) -> None:
    keep_events(directory)
    directory.write(report=by_eventbridge("report"))
    assert changes(directory.plan())[:2] == [(Action.CREATE, "log-group", GROUP), (Action.CREATE, "event-rule", NAME)]
    assert changes(directory.once())[:2] == [(Action.CREATE, "log-group", GROUP), (Action.CREATE, "event-rule", NAME)]
    rule = directory.aws.client("events").describe_rule(Name=NAME)
    owner = json.loads(rule["EventPattern"])["detail"]["$or"][0]["startedBy"][0]["prefix"]
    assert owner.startswith("rc/")
    tags = directory.aws.client("events").list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
    assert tags == [{"Key": "reconciler:owner", "Value": "tests"}]
    (group,) = directory.aws.client("logs").describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    assert group["retentionInDays"] == 90
    again = directory.once()
    assert changes(again) == []
    assert (Action.KEEP, NAME, "in sync") in [(step.action, step.name, step.reason) for step in again.steps]


def edit(directory: Directory, place: str) -> None:
    """Change a part of the rule as a person does in the console."""
    events, logs = directory.aws.client("events"), directory.aws.client("logs")
    match place:
        case "State":
            events.disable_rule(Name=NAME)
        case "EventPattern.source":
            live = events.describe_rule(Name=NAME)
            pattern = live["EventPattern"].replace('"aws.ecs",', "")
            events.put_rule(Name=NAME, EventPattern=pattern, Description=live["Description"])
        case "Targets":
            events.remove_targets(Rule=NAME, Ids=["history"])
        case "Targets[theirs]":
            events.put_targets(Rule=NAME, Targets=[{"Id": "theirs", "Arn": "arn:aws:sqs:eu-west-1:123456789012:q"}])
        case "ResourcePolicy":
            logs.delete_resource_policy(policyName=NAME)


def test_an_edit_of_the_rule_is_drift_and_put_back(directory: Directory) -> None:
    keep_events(directory)
    directory.once(allow_empty=True)
    for place in ("State", "EventPattern.source", "Targets", "Targets[theirs]", "ResourcePolicy"):
        edit(directory, place)
        (row,) = directory.drift(allow_empty=True).jobs
        assert (row.name, row.kind, row.sync, row.health) == (NAME, "event-rule", Sync.DRIFTED, None), place
        assert row.changes, place
        assert all(change.path.startswith(place) for change in row.changes), place
        assert changes(directory.once(allow_empty=True)) == [(Action.UPDATE, "event-rule", NAME)], place
    assert changes(directory.once(allow_empty=True)) == []
    assert directory.drift(allow_empty=True).jobs == ()


def test_switched_off_the_rule_goes_with_its_policy(directory: Directory) -> None:
    keep_events(directory)
    directory.write(report=by_eventbridge("report"))
    directory.once()
    keep_events(directory, "false")
    assert axes(directory.drift())[NAME] == (Sync.ORPHANED, None)
    assert changes(directory.once()) == [(Action.DELETE, "event-rule", NAME)]
    assert directory.aws.client("events").list_rules()["Rules"] == []
    assert directory.aws.client("logs").describe_resource_policies()["resourcePolicies"] == []
    assert changes(directory.once()) == []


@pytest.mark.parametrize(
    ("call", "effect"),
    [("events:PutRule", "drop_after"), ("logs:PutResourcePolicy", "server_error"), ("events:PutTargets", "drop_after")],
)
def test_a_rule_left_half_done_is_finished_by_the_next_pass(directory: Directory, call: str, effect: str) -> None:
    keep_events(directory)
    directory.aws.faults.add(call, effect, times=5)
    failed = directory.once(allow_empty=True)
    assert [step.status for step in failed.steps if step.kind == "event-rule"] == [Status.FAILED]
    directory.aws.faults.clear()
    assert [step.status for step in directory.once(allow_empty=True).steps] == [Status.DONE]
    assert changes(directory.once(allow_empty=True)) == []


def test_a_rule_of_others_is_left_alone_and_said(directory: Directory) -> None:
    directory.aws.client("events").put_rule(Name=NAME, EventPattern='{"source": ["mine"]}')
    keep_events(directory)
    failed = directory.once(allow_empty=True)
    assert [step.error for step in failed.steps] == [
        "event rule reconciler-tests exists and was not made by a reconciler; delete it, or set "
        "spec.history.events: false"
    ]
    keep_events(directory, "false")
    assert changes(directory.once(allow_empty=True)) == []


def test_who_may_not_look_is_told_where_it_is_wanted_and_not_bothered_where_it_is_not(directory: Directory) -> None:
    directory.aws.faults.add("events:DescribeRule", "deny", times=None)
    with directory.reconciler(allow_empty=True) as loop:
        assert [step.error for _ in range(3) for step in loop.apply().steps] == []
    assert directory.aws.calls.counts()["events:DescribeRule"] == 1
    keep_events(directory)
    (step,) = directory.once(allow_empty=True).steps
    assert step.error.startswith("DescribeRule: ")
    assert [(row.name, row.sync) for row in directory.drift(allow_empty=True).jobs] == [(NAME, Sync.ERROR)]


def test_an_older_checkout_does_not_take_the_rule_away(directory: Directory) -> None:
    keep_events(directory)
    directory.commit = Commit(sha="new", time=datetime(2026, 1, 2, tzinfo=UTC))
    directory.once(allow_empty=True)
    keep_events(directory, "false")
    directory.commit = Commit(sha="old", time=datetime(2026, 1, 1, tzinfo=UTC))
    held = directory.once(allow_empty=True)
    assert [(step.status, step.error.partition(" (")[0]) for step in held.steps] == [(Status.BLOCKED, "this checkout")]
    assert changes(directory.once(allow_empty=True, allow_older=True)) == [(Action.DELETE, "event-rule", NAME)]


def test_a_narrowed_pass_leaves_the_rule_alone(directory: Directory) -> None:
    keep_events(directory)
    directory.write(report=by_eventbridge("report"))
    assert {step.kind for step in directory.once(jobs=("report",)).steps} == {"task-definition", "schedule"}


def test_tasks_of_strangers_are_not_kept(directory: Directory) -> None:
    keep_events(directory)
    directory.write(report=by_eventbridge("report"))
    directory.once()
    ecs = directory.aws.client("ecs")
    network = {
        "awsvpcConfiguration": {"subnets": [directory.aws.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]]}
    }
    ecs.run_task(taskDefinition="report", launchType="FARGATE", networkConfiguration=network, startedBy="somebody")
    directory.aws.advance(3600 + 60)
    kept = directory.aws.client("logs").filter_log_events(logGroupName=GROUP)["events"]
    assert [json.loads(event["message"])["detail"]["startedBy"][:3] for event in kept] == ["rc/"]


def test_a_loop_that_may_not_write_the_rule_says_so_once_and_when_it_may(directory: Directory) -> None:
    keep_events(directory)
    directory.aws.faults.add("events:PutRule", "deny", times=None)
    stage = theatre(directory, allow_empty=True)
    stage.script.at(600, directory.aws.faults.clear, None)
    stage.run(900)
    failing = [dict(each.failing) for each in stage.passes if each.failing]
    assert [list(errors) for errors in failing] == [[NAME]]
    assert failing[0][NAME].startswith("PutRule: events:PutRule is not allowed on ")
    assert [each.recovered for each in stage.passes if each.recovered] == [(NAME,)]
