"""What a loop has to tell people: each thing once, when it begins, and once more when it is over."""

from collections.abc import Callable

import pytest

from reconciler.engine.watch_events import PullFailed, PullsAgain
from reconciler.local import LocalAws
from reconciler.model.notify import Event
from reconciler.notify.messages import summary
from reconciler.notify.news import News, Notice
from reconciler.reports.presentable import presentable
from tests.engine.conftest import directory, shared_aws
from tests.engine.harness import Directory, one_shot
from tests.engine.scheduled import scheduled
from tests.engine.test_watch import BROKEN, on_demand
from tests.engine.watching import Theatre, theatre

__all__ = ["directory", "shared_aws"]


def played(stage: Theatre, seconds: float) -> list[tuple[float, str, str]]:
    """Let the loop run, and answer what was told: after how many seconds, the event, and the sentence."""
    news = News(owner=lambda: "tests", present=presentable, now=stage.host.clock.now)
    told: list[tuple[float, Notice]] = []

    def hear(event: object) -> None:
        stage.told.append(event)  # type: ignore[arg-type]
        at = round((stage.host.clock.now() - stage.script.begin).total_seconds(), 0)
        told.extend((at, notice) for notice in news.of(event))  # type: ignore[arg-type]

    stage.watch._tell = hear
    stage.watch._sight._tell = hear
    stage.run(seconds)
    return [
        (
            at,
            str(notice.event),
            "; ".join([summary(notice), *(f"{each.job.name}: {each.text}" for each in notice.jobs)]),
        )
        for at, notice in told
    ]


def meddler(aws: LocalAws, **members: str) -> Callable[[], object]:
    """Answer what registers another revision by hand."""

    def meddle() -> object:
        ecs = aws.client("ecs")
        live = ecs.describe_task_definition(taskDefinition="report")["taskDefinition"]
        kept = ("family", "containerDefinitions", "networkMode", "requiresCompatibilities", "cpu", "memory")
        role = {"executionRoleArn": live["executionRoleArn"]}
        return ecs.register_task_definition(**{member: live[member] for member in kept} | role | members)

    return meddle


def test_what_people_do_in_their_directory_is_no_news(directory: Directory) -> None:
    directory.write(
        report=on_demand("report"), timed=scheduled("timed", engine="engine: reconciler"), ok=one_shot("ok")
    )
    stage = theatre(directory)
    stage.script.at(100, lambda: directory.write(report=on_demand("report", image="app:2")))
    stage.script.at(200, lambda: directory.write(new=on_demand("new"), after=one_shot("after", more="dependsOn: [ok]")))
    stage.script.at(300, lambda: directory.write(timed=scheduled("timed", 'cron: "7 * * * *"')))
    stage.script.at(400, lambda: directory.remove("new"))
    assert played(stage, 1500) == []


def test_drift_is_told_once_and_that_it_was_mended(directory: Directory) -> None:
    directory.write(report=on_demand("report"), other=on_demand("other"))
    stage = theatre(directory)
    stage.script.at(100, meddler(directory.aws, memory="1024"), None)
    assert played(stage, 600) == [
        (
            120,
            "drift",
            "tests: report has drifted; report: mended: revision 2 was registered by arn:aws:iam::123456789012:user/local;"
            " registered report:3",
        )
    ]


def test_drift_that_cannot_be_mended_is_told_and_so_is_the_end_of_it(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    faults = directory.aws.faults

    def meddle() -> None:
        meddler(directory.aws, memory="1024")()
        faults.add("ecs:RegisterTaskDefinition", "error", code="ClientException", reason="no", times=None)

    stage.script.at(100, meddle, None)
    stage.script.at(1000, faults.clear, None)
    told = played(stage, 2500)
    assert [(event, text) for _, event, text in told] == [
        (
            "passFailing",
            "tests: report cannot be brought in line; report: RegisterTaskDefinition: no (ClientException)",
        ),
        ("recovered", "tests: report has recovered; report: it fails no longer"),
    ]


def test_a_schedule_that_somebody_disabled_has_drifted(directory: Directory) -> None:
    from tests.engine.scheduled import BY_EVENTBRIDGE, schedules

    directory.write(timed=scheduled("timed", engine=BY_EVENTBRIDGE))
    stage = theatre(directory)
    scheduler = directory.aws.client("scheduler")

    def disable() -> None:
        ((name, live),) = schedules(directory).items()
        group, _, _ = name.partition("/")
        members = {
            key: live[key]
            for key in ("ScheduleExpression", "FlexibleTimeWindow", "Name", "Description", "StartDate")
            if key in live
        }
        target = scheduler.get_schedule(GroupName=group, Name=live["Name"])["Target"]
        scheduler.update_schedule(**members, GroupName=group, Target=target, State="DISABLED")

    stage.script.at(100, disable, None)
    (told,) = played(stage, 400)
    assert told[:2] == (120, "drift")


def test_each_run_that_fails_is_told_and_that_a_later_one_succeeded(directory: Directory) -> None:
    directory.write(
        timed=scheduled("timed", 'cron: "*/10 * * * *"', outcome="exit 3 after 5s", more="startTimeoutSeconds: 60")
    )
    stage = theatre(directory)
    well = scheduled("timed", 'cron: "*/10 * * * *"', outcome="exit 0 after 5s", more="startTimeoutSeconds: 60")
    stage.script.at(1500, lambda: directory.write(timed=well))
    told = played(stage, 2400)
    assert [(event, text.partition(";")[0]) for _, event, text in told] == [
        ("runFailed", "tests: a run of timed has failed"),
        ("runFailed", "tests: a run of timed has failed"),
        ("recovered", "tests: timed has recovered"),
    ]


def test_what_is_wrong_at_the_start_is_told_in_one_go(directory: Directory) -> None:
    for name in ("one", "two"):
        directory.write(**{name: one_shot(name, outcome="exit 1 after 1s")})
    first = played(theatre(directory), 60)
    assert [event for _, event, _ in first] == ["runFailed"]
    ((at, event, text),) = played(theatre(directory), 300)
    assert (at, event, text.partition(";")[0]) == (0, "runFailed", "tests: runs of 2 jobs have failed")


def test_a_pass_that_cannot_be_made_is_told_once_and_that_it_can_be_again(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    stage.script.at(5, lambda: directory.aws.faults.add("*", "expired", times=None), None)
    stage.script.at(600, directory.aws.faults.clear, None)
    told = played(stage, 800)
    assert [(event, text[:31]) for _, event, text in told] == [
        ("passFailing", "tests: no pass can be made: "[:31] + told[0][2][28:31]),
        ("recovered", "tests: passes are made again"),
    ]


def test_invalid_manifests_are_told_and_that_they_are_valid_again(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    stage.script.at(100, lambda: directory.write(report=BROKEN))
    stage.script.at(200, lambda: directory.write(report=on_demand("report")))
    told = played(stage, 400)
    assert [(at, event, text.partition("/")[0]) for at, event, text in told] == [
        (100, "passFailing", "tests: the manifests are invalid: "),
        (200, "recovered", "tests: the manifests are valid again"),
    ]
    assert told[0][2].endswith("what they declared is kept as it was")


def test_a_checkout_that_follows_no_more_is_told() -> None:
    from datetime import UTC, datetime

    news = News(owner=lambda: "tests", present=presentable, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    ((failing,), (again,)) = (news.of(PullFailed(error="upstream was rewritten")), news.of(PullsAgain()))
    assert (failing.event, failing.text) == (
        Event.FAILING,
        "the checkout does not follow its upstream: upstream was rewritten",
    )
    assert (again.event, again.owner) == (Event.RECOVERED, "tests")


@pytest.mark.parametrize("secret", ["hunter2-canary"])
def test_hidden_values_are_not_told(directory: Directory, secret: str) -> None:
    variables = f'image: "app:1", environment: [{{name: KEY, value: {secret}}}]'
    directory.write(report=on_demand("report").replace('image: "app:1"', variables))
    stage = theatre(directory)

    def meddle() -> None:
        containers = directory.aws.client("ecs").describe_task_definition(taskDefinition="report")
        (container,) = containers["taskDefinition"]["containerDefinitions"]
        container["environment"][0]["value"] = f"{secret}-other"
        meddler(directory.aws, containerDefinitions=[container])()  # type: ignore[arg-type]

    stage.script.at(100, meddle, None)
    news = News(owner=lambda: "tests", present=presentable, now=stage.host.clock.now)
    notices: list[Notice] = []
    stage.watch._tell = lambda told: notices.extend(news.of(told))
    stage.run(300)
    (notice,) = notices
    ((news_of_job),) = notice.jobs
    assert [(change.path, change.before, change.after) for change in news_of_job.job.changes] == [
        ("containerDefinitions[app].environment[KEY].value", "*** (before)", "*** (after)")
    ]
    assert secret not in repr(notice)
