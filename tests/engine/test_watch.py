"""The loop on a virtual clock: what wakes it, what it leaves alone, what it says and what it says once."""

from datetime import timedelta
from itertools import pairwise

import pytest

from reconciler.engine.watch_alarm import Wake
from reconciler.engine.watch_events import Invalid, PassesAgain, PassFailed, Started, Stopped, Valid
from reconciler.errors import UsageError
from reconciler.model import Action, Health, Status, Step, Sync
from tests.engine.harness import Directory, Killed, Mortality, one_shot
from tests.engine.scheduled import BY_EVENTBRIDGE, scheduled
from tests.engine.watching import Theatre, theatre


def on_demand(name: str, *, image: str = "app:1") -> str:
    return f"""
        apiVersion: reconciler/v1
        kind: EcsJob
        metadata: {{name: {name}}}
        spec:
          taskDefinition:
            containerDefinitions: [{{name: app, image: "{image}"}}]
    """


BROKEN = "kind: EcsJob\nmetadata: {name: [\n"
#: A manifest that can be read, and is wrong.
WRONG = on_demand("report").replace("image:", "imago:")


def did(theatre: Theatre) -> list[tuple[float, Action, str]]:
    """Answer what was changed on AWS, and after how many seconds."""
    return [
        (seconds, step.action, step.name)
        for seconds, each in zip(theatre.seconds(), theatre.passes, strict=True)
        for step in each.done
    ]


def revisions(directory: Directory) -> list[str]:
    arns = directory.aws.client("ecs").list_task_definitions()["taskDefinitionArns"]
    return [arn.rpartition("/")[2] for arn in arns]


def test_a_pass_comes_at_the_interval_and_at_a_changed_file(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    stage.script.at(70, lambda: directory.write(report=on_demand("report", image="app:2")))
    stage.run(200)
    assert stage.seconds() == [0, 60, 70, 130, 190]
    assert did(stage) == [(0, Action.CREATE, "report"), (70, Action.UPDATE, "report")]
    assert [each.woken_by for each in stage.passes[:3]] == [(Wake.START,), (Wake.TIME,), (Wake.FILES,)]
    assert [each.quiet for each in stage.passes] == [False, True, False, True, True]
    assert [type(event) for event in stage.others()] == [Started, Stopped]


def test_a_file_event_that_changes_nothing_makes_no_pass(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    stage.script.at(10, lambda: directory.write(report=on_demand("report")))
    stage.run(100)
    assert stage.seconds() == [0, 60]


def test_a_person_can_ask_for_a_pass(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    stage.script.at(10, lambda: None, Wake.ASKED)
    stage.run(30)
    assert stage.seconds() == [0, 10]


def test_an_unchanged_directory_is_read_once(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    stage.run(600)
    assert (len(stage.passes), stage.host.readings) == (10, 1)


def test_what_a_pass_has_read_of_one_shots_and_of_schedules_is_not_read_again(directory: Directory) -> None:
    """In hour three the last minutes of one-shots are asked for, and no schedule that is known."""
    directory.write(first=one_shot("first"), aside=scheduled("aside", 'cron: "0 0 1 1 *"', engine=BY_EVENTBRIDGE))
    stage = theatre(directory, interval=300)
    begin = directory.aws.now()
    stage.run(2.9 * 3600)
    named = directory.aws.calls.named
    assert len(named("scheduler:GetSchedule")) == 1
    assert len(named("scheduler:ListSchedules")) >= len(stage.passes)
    assert not [call for call in named("logs:DescribeLogStreams") if call.time > begin + 600]
    late = [
        call
        for call in named("logs:FilterLogEvents")
        if call.members.get("logStreamNamePrefix") == "once/" and call.time > begin + 2 * 3600
    ]
    assert len(late) > 10
    assert max(call.time - call.members["startTime"] / 1000 for call in late) < 20 * 60


def test_a_change_that_nobody_told_of_is_seen_at_the_next_pass(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    stage.script.at(10, lambda: directory.write(report=on_demand("report", image="app:2")), None)
    stage.run(100)
    assert did(stage)[1:] == [(60, Action.UPDATE, "report")]


def test_runs_are_followed_closely_and_then_less(directory: Directory) -> None:
    directory.write(long=one_shot("long", outcome="exit 0 after 200s"))
    stage = theatre(directory, interval=600)
    stage.run(400)
    gaps = [round(b - a, 1) for a, b in pairwise(stage.seconds())]
    assert max(gaps) <= 30
    assert sorted(gaps) != gaps, "a run that has begun is followed closely anew"
    assert [(moved.job, moved.before, moved.after) for each in stage.passes for moved in each.moved] == [
        ("long", Health.PENDING, Health.RUNNING),
        ("long", Health.RUNNING, Health.SUCCEEDED),
    ]
    assert len(stage.passes) < 25
    assert len(directory.tasks) == 1


def test_deadlines_retries_and_dependencies_act_in_the_loop(directory: Directory) -> None:
    directory.write(
        slow=one_shot("slow", outcome="runs forever", more="activeDeadlineSeconds: 60"),
        flaky=one_shot("flaky", outcome="exit 1 after 5s", more="backoffLimit: 1"),
        first=one_shot("first"),
        second=one_shot("second", more="dependsOn: [first]"),
    )
    stage = theatre(directory)
    stage.run(600)
    assert {job.name: job.health for job in stage.passes[-1].report.jobs} == {
        "slow": Health.FAILED,
        "flaky": Health.FAILED,
        "first": Health.SUCCEEDED,
        "second": Health.SUCCEEDED,
    }
    assert sorted(directory.started().values()) == [1, 1, 1, 1, 1]


# -- what is broken -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", [BROKEN, WRONG])
def test_a_broken_file_changes_nothing_and_the_others_proceed(directory: Directory, broken: str) -> None:
    directory.write(report=on_demand("report"), other=on_demand("other"))
    stage = theatre(directory)
    stage.script.at(10, lambda: directory.write(report=broken))
    stage.script.at(20, lambda: directory.write(other=on_demand("other", image="app:2")))
    stage.script.at(300, lambda: directory.write(report=on_demand("report", image="app:3")))
    stage.run(400)
    assert did(stage)[2:] == [(20, Action.UPDATE, "other"), (300, Action.UPDATE, "report")]
    invalid = [event for event in stage.told if isinstance(event, Invalid)]
    assert [event.kept for event in invalid] == [("report",)]
    assert [type(event) for event in stage.others()] == [Started, Invalid, Valid, Stopped]


def test_the_last_valid_state_of_a_broken_job_goes_on_being_kept(directory: Directory) -> None:
    directory.write(report=on_demand("report"), other=on_demand("other"))
    ecs = directory.aws.client("ecs")

    def meddle() -> None:
        live = ecs.describe_task_definition(taskDefinition="report")["taskDefinition"]
        members = ("family", "containerDefinitions", "networkMode", "requiresCompatibilities", "cpu")
        role = {"executionRoleArn": live["executionRoleArn"]}
        ecs.register_task_definition(**{member: live[member] for member in members}, **role, memory="1024")

    stage = theatre(directory)
    stage.script.at(10, lambda: directory.write(report=BROKEN))
    stage.script.at(20, meddle, None)
    stage.run(100)
    assert did(stage)[2:] == [(70, Action.UPDATE, "report")]
    assert ecs.describe_task_definition(taskDefinition="report")["taskDefinition"]["memory"] == "512"


def test_after_a_restart_a_broken_job_rests_and_is_not_pruned(directory: Directory) -> None:
    directory.write(report=on_demand("report"), other=on_demand("other"))
    theatre(directory).run(10)
    directory.write(report=BROKEN, other=on_demand("other", image="app:2"))
    stage = theatre(directory)
    stage.run(300)
    assert did(stage) == [(0, Action.UPDATE, "other")]
    assert {job.name: job.sync for job in stage.passes[-1].report.jobs}["report"] is Sync.ORPHANED
    assert "report:1" in revisions(directory)


def test_broken_settings_leave_everything_as_it_was(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    settings = (directory.path / "settings.yaml").read_text()
    stage.script.at(10, lambda: directory.write(settings=settings.replace("region", "regoin")))
    stage.script.at(20, lambda: directory.write(report=on_demand("report", image="app:2")))
    stage.script.at(30, lambda: directory.write(settings=settings))
    stage.run(100)
    assert did(stage)[1:] == [(30, Action.UPDATE, "report")]


def test_settings_that_cannot_be_read_at_the_start_are_waited_for(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    settings = (directory.path / "settings.yaml").read_text()
    directory.write(settings=BROKEN + "# Settings")
    stage = theatre(directory)
    stage.script.at(30, lambda: directory.write(settings=settings))
    stage.run(50)
    assert did(stage) == [(30, Action.CREATE, "report")]
    assert [event.known for event in stage.told if isinstance(event, Invalid)] == [False]


def test_another_owner_id_is_refused_until_a_restart(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    settings = (directory.path / "settings.yaml").read_text()
    stage = theatre(directory)
    stage.script.at(10, lambda: directory.write(settings=settings.replace("name: tests", "name: others")))
    stage.run(300)
    assert did(stage)[1:] == []
    (invalid,) = (event for event in stage.told if isinstance(event, Invalid))
    assert [str(problem) for problem in invalid.problems] == [
        f'{directory.path}/settings.yaml:2:1: the owner id has changed from "tests" to "others", and a loop keeps to '
        "the one that it started with (restart the loop)"
    ]


def test_a_directory_that_is_not_there_at_the_start_is_wrong_usage(directory: Directory) -> None:
    directory.path = directory.path / "nowhere"
    with pytest.raises(UsageError, match="no such directory"):
        theatre(directory).run(10)


def test_a_directory_that_goes_away_and_comes_back_prunes_nothing(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    aside = directory.path.with_name("aside")
    stage.script.at(10, lambda: directory.path.rename(aside))
    stage.script.at(300, lambda: aside.rename(directory.path))
    stage.run(500)
    assert did(stage)[1:] == []
    assert [type(event) for event in stage.others()] == [Started, Invalid, Valid, Stopped]


# -- what is gone -------------------------------------------------------------------------------------------------------


def test_what_is_gone_is_pruned_a_minute_later(directory: Directory) -> None:
    directory.write(report=on_demand("report"), other=on_demand("other"))
    stage = theatre(directory, interval=600)
    stage.script.at(10, lambda: directory.remove("report"))
    stage.run(100)
    assert stage.seconds() == [0, 10, 70]
    assert did(stage)[2:] == [(70, Action.DELETE, "report:1")]


def test_what_comes_back_within_a_minute_is_not_pruned(directory: Directory) -> None:
    directory.write(report=on_demand("report"), other=on_demand("other"))
    stage = theatre(directory)
    stage.script.at(10, lambda: directory.remove("report"))
    stage.script.at(50, lambda: directory.write(report=on_demand("report")))
    stage.script.at(65, lambda: directory.remove("report"))
    stage.run(120)
    assert did(stage)[2:] == []


def test_nothing_is_pruned_while_anything_is_invalid(directory: Directory) -> None:
    directory.write(report=on_demand("report"), other=on_demand("other"), third=on_demand("third"))
    stage = theatre(directory)
    stage.script.at(10, lambda: directory.remove("report"))
    stage.script.at(20, lambda: directory.write(other=BROKEN))
    stage.script.at(300, lambda: directory.write(other=on_demand("other")))
    stage.run(400)
    assert did(stage)[3:] == [(360, Action.DELETE, "report:1")]


# -- what fails ---------------------------------------------------------------------------------------------------------


def test_a_failing_job_backs_off_on_its_own_and_is_told_once(directory: Directory) -> None:
    directory.write(lost=one_shot("lost", run="{cluster: nowhere}"), report=on_demand("report"))
    stage = theatre(directory)
    stage.script.at(100, lambda: directory.write(report=on_demand("report", image="app:2")))
    stage.run(3600)
    tries = [
        seconds
        for seconds, each in zip(stage.seconds(), stage.passes, strict=True)
        if any(step.job == "lost" and step.operation and step.status is Status.FAILED for step in each.report.steps)
    ]
    gaps = [b - a for a, b in pairwise(tries)]
    assert 10 <= len(tries) <= 18, tries
    assert all(gap <= 800 for gap in gaps)
    assert gaps[-1] >= 600
    assert [list(each.failing) for each in stage.passes if each.failing] == [["lost"]]
    assert (100, Action.UPDATE, "report") in did(stage)


def test_capacity_that_lacks_is_told_once_after_the_start_timeout_and_once_more_when_there_is_some(
    directory: Directory,
) -> None:
    directory.write(spot=one_shot("spot", more="startTimeoutSeconds: 120"))
    directory.aws.faults.add("ecs:RunTask", "failures", times=None, reason="RESOURCE:MEMORY")
    stage = theatre(directory)
    stage.script.at(7200, directory.aws.faults.clear, None)
    stage.run(7200 + 1800)
    failing = [(at, each.failing) for at, each in zip(stage.seconds(), stage.passes, strict=True) if each.failing]
    assert [set(errors) for _, errors in failing] == [{"spot"}]
    assert 120 <= failing[0][0] < 300
    assert [each.recovered for each in stage.passes if each.recovered] == [("spot",)]
    assert list(directory.started().values()) == [1]


def test_an_edit_lets_a_failing_job_try_again_at_once(directory: Directory) -> None:
    directory.write(lost=one_shot("lost", run="{cluster: nowhere}"))
    stage = theatre(directory)
    stage.script.at(1000, lambda: directory.write(lost=one_shot("lost", run="{cluster: other}")))
    stage.run(1100)
    assert [seconds for seconds, action, _ in did(stage) if action is Action.LAUNCH] == [1000]
    assert [each.recovered for each in stage.passes if each.recovered] == [("lost",)]


def test_expired_credentials_are_said_once_and_tried_again_with_a_new_session(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    stage.script.at(5, lambda: directory.aws.faults.add("*", "expired", times=None), None)
    stage.script.at(600, directory.aws.faults.clear, None)
    stage.script.at(700, lambda: directory.write(report=on_demand("report", image="app:2")))
    stage.run(800)
    failures = [event for event in stage.told if isinstance(event, PassFailed)]
    assert [event.news for event in failures] == [True] + [False] * (len(failures) - 1)
    assert 8 < len(failures) < 25
    assert stage.host.sessions > len(failures)
    (again,) = (event for event in stage.told if isinstance(event, PassesAgain))
    assert again.failures == len(failures)
    assert did(stage)[1:] == [(700, Action.UPDATE, "report")]


# -- schedules ----------------------------------------------------------------------------------------------------------


def test_a_due_start_is_made_on_time(directory: Directory) -> None:
    directory.write(report=scheduled("report", 'cron: "*/10 * * * *"'))
    stage = theatre(directory, interval=3000)
    stage.run(1900)
    launched = [seconds for seconds, action, _ in did(stage) if action is Action.LAUNCH]
    assert launched == [600, 1200, 1800]


def test_a_failed_start_does_not_take_the_next_one_with_it(directory: Directory) -> None:
    directory.write(report=scheduled("report", 'cron: "*/10 * * * *"'))
    stage = theatre(directory)
    directory.aws.faults.add("ecs:RunTask", "error", code="ClientException", times=None)
    stage.script.at(3000, directory.aws.faults.clear, None)
    stage.run(4000)
    launched = [seconds for seconds, action, _ in did(stage) if action is Action.LAUNCH]
    assert launched, [each.failing for each in stage.passes if each.failing]
    assert launched[0] <= 3601
    assert len(set(directory.started())) == len(directory.tasks)


# -- how it ends --------------------------------------------------------------------------------------------------------


def test_a_stop_lets_the_step_in_hand_be_finished_and_begins_no_other(directory: Directory) -> None:
    directory.write(**{f"job{number}": on_demand(f"job{number}") for number in range(5)})
    stage = theatre(directory)

    def listen(event: object) -> None:
        if isinstance(event, Step):
            stage.watch.stop()

    stage.watch._listen = listen
    stage.run(100)
    assert len(revisions(directory)) == 1
    assert [type(event) for event in stage.told] == [Started, Stopped]


def test_a_stop_before_the_first_write_writes_nothing(directory: Directory) -> None:
    directory.write(report=on_demand("report"))
    stage = theatre(directory)
    stage.watch.stop()
    stage.run(100)
    assert revisions(directory) == []


def test_a_loop_killed_at_a_call_is_followed_by_one_that_finishes(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"), after=one_shot("after", more="dependsOn: [migrate]"))
    for call in range(3, 60, 7):
        stage = theatre(directory)
        stage.host.mortality = Mortality(call=call)
        try:
            stage.run(30)
        except Killed:
            directory.aws.advance(1)
    stage = theatre(directory)
    stage.run(300)
    assert {job.name: job.health for job in stage.passes[-1].report.jobs} == {
        "migrate": Health.SUCCEEDED,
        "after": Health.SUCCEEDED,
    }
    assert sorted(directory.started().values()) == [1, 1]


def test_two_loops_at_once_start_nothing_twice(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"), report=on_demand("report"))
    stage, other = theatre(directory), theatre(directory)
    for second in range(1, 40):
        stage.script.at(second, lambda: other.watch._turn({Wake.TIME}, other.script.begin), None)
    stage.run(60)
    directory.look()
    assert list(directory.started().values()) == [1]
    assert sorted(revisions(directory)) == ["migrate:1", "report:1"]
    other.watch._close_session()
    assert stage.script.begin + timedelta(seconds=60) <= stage.host.clock.now()


def test_the_slots_of_a_broken_job_go_on_until_a_restart(directory: Directory) -> None:
    directory.write(report=scheduled("report", 'cron: "*/10 * * * *"'), other=on_demand("other"))
    stage = theatre(directory, interval=3000)
    stage.script.at(100, lambda: directory.write(report=BROKEN))
    stage.run(1300)
    assert [seconds for seconds, action, _ in did(stage) if action is Action.LAUNCH] == [600, 1200]
    again = theatre(directory, interval=3000)
    again.script.at(1500, lambda: directory.write(report=scheduled("report", 'cron: "*/10 * * * *"')))
    again.run(2400)
    # begun at 21:40 of the hour: 30:00, 40:00 are gone, and what was mended at 46:40 never starts in the past
    assert [seconds for seconds, action, _ in did(again) if action is Action.LAUNCH] == [1700, 2300]
