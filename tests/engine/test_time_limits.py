"""A run that goes on for too long is ended, whatever else keeps its job from going on; and that is on record once."""

from reconciler.core.guards import Pause
from reconciler.engine.watch_events import Passed
from reconciler.model import Action, Health, Status
from tests.engine.harness import Directory, one_shot
from tests.engine.scheduled import passes, scheduled, slot_events
from tests.engine.watching import theatre

LIMIT = "activeDeadlineSeconds: 600"
AFTER = "dependsOn: [migrate]"


def stops(directory: Directory) -> list[str]:
    """Answer why runs of the schedule were ended, as often as that is on record."""
    return [event["cause"] for event in slot_events(directory, "report") if event["event"] == "stopping"]


def report(*, image: str = "app:1", policy: str = "", more: str = LIMIT) -> str:
    return scheduled("report", outcome="runs forever", image=image, policy=policy, more=more)


def running(directory: Directory, text: str) -> None:
    """Let the first slot of a schedule begin."""
    directory.write(report=text)
    directory.once()
    passes(directory, 960)


def test_a_task_that_takes_its_time_to_end_is_stopped_on_record_once(directory: Directory) -> None:
    directory.write(
        report=scheduled("report", 'cron: "0 * * * *"', outcome="runs forever; ignores SIGTERM", more=LIMIT)
    )
    directory.once()
    passes(directory, 4200, every=600)
    passes(directory, 60, every=5)
    assert directory.aws.calls.counts()["ecs:StopTask"] > 1
    assert stops(directory) == ["deadline of 600 s exceeded"]


def test_it_ends_while_the_new_definition_is_refused(directory: Directory) -> None:
    running(directory, report())
    directory.write(report=report(image="app:2"))
    directory.aws.faults.add("ecs:RegisterTaskDefinition", "error", code="ClientException", reason="no", times=None)
    passes(directory, 900)
    assert stops(directory) == ["deadline of 600 s exceeded"]


def test_it_ends_while_a_one_shot_that_its_job_depends_on_has_not_succeeded(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"))
    directory.wait()
    running(directory, report(more=f"{LIMIT}\n          {AFTER}"))
    directory.write(migrate=one_shot("migrate", outcome="exit 3 after 5s"))
    passes(directory, 900)
    assert stops(directory) == ["deadline of 600 s exceeded"]


def test_it_ends_while_its_job_pauses_after_a_failure(directory: Directory) -> None:
    running(directory, report())
    directory.aws.advance(900)
    directory.once(paused={"report": Pause(error="no", runs=frozenset({"report/2026-01-01T00:30:00Z"}))})
    assert stops(directory) == ["deadline of 600 s exceeded"]


def test_a_run_is_not_replaced_by_a_start_that_is_held_back(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate"))
    directory.wait()
    running(directory, report(policy="concurrencyPolicy: Replace", more=AFTER))
    directory.write(migrate=one_shot("migrate", outcome="exit 3 after 5s"))
    found = passes(directory, 900)
    assert (Action.STOP, Status.BLOCKED) in [(step.action, step.status) for step in found.steps]
    assert stops(directory) == []


def test_a_one_shot_ends_while_its_job_is_suspended(directory: Directory) -> None:
    directory.write(migrate=one_shot("migrate", outcome="runs forever", more=LIMIT))
    directory.once()
    directory.write(migrate=one_shot("migrate", outcome="runs forever", more=f"{LIMIT}\n          suspend: true"))
    (job,) = passes(directory, 900).jobs
    assert job.health is Health.SUSPENDED
    (task,) = directory.tasks.values()
    assert task["stoppedReason"] == "reconciler: deadline of 600 s exceeded"


def test_a_loop_tells_of_an_end_that_takes_its_time_once_and_asks_for_it_less_and_less(directory: Directory) -> None:
    deaf = scheduled("report", 'cron: "5 0 * * *"', outcome="runs forever; ignores SIGTERM", more=LIMIT)
    directory.write(report=deaf.replace("{name: app,", "{name: app, stopTimeout: 120,"))
    stage = theatre(directory, interval=300)
    stage.run(1200)
    told = [step.action for event in stage.told if isinstance(event, Passed) for step in event.done]
    assert told.count(Action.STOP) == 1
    assert 2 < directory.aws.calls.counts()["ecs:StopTask"] < 15
