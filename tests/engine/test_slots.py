"""Engine reconciler: each pass starts what is due, once."""

import pytest

from reconciler.kinds.run_changes import RunChanges
from reconciler.model import Action, Health, Status, Sync
from tests.engine.harness import SETTINGS, Directory, Killed, Mortality, one_shot
from tests.engine.scheduled import batch_starts, passes, scheduled, scheduled_batch, slot_events, starts, told
from tests.engine.test_pass import axes, did


def test_a_schedule_stands_from_the_first_pass_on_and_then_every_slot_is_started_once(directory: Directory) -> None:
    directory.write(report=scheduled("report"))
    first = directory.once()
    assert did(first) == [(Action.CREATE, "report", Status.DONE), (Action.CREATE, "report", Status.DONE)]
    assert did(directory.once()) == []
    passes(directory, 3600)
    assert starts(directory) == {
        ("report", "2026-01-01T00:15:00Z"): 1,
        ("report", "2026-01-01T00:30:00Z"): 1,
        ("report", "2026-01-01T00:45:00Z"): 1,
        ("report", "2026-01-01T01:00:00Z"): 1,
    }


HOURLY = 'cron: "0 * * * *"'


def slots(directory: Directory, job: str = "report") -> list[str]:
    """The times of day of a job's slots that were started, each as often as it was."""
    found = starts(directory)
    return sorted(slot[11:16] for (name, slot), count in found.items() for _ in range(count) if name == job)


def skipped(directory: Directory) -> list[tuple[str, str]]:
    return [
        (event["slot"][11:16], event["reason"])
        for event in slot_events(directory, "report")
        if event["event"] == "skipped"
    ]


def test_a_run_is_told_its_slot_and_its_end_is_recorded(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY))
    directory.once()
    directory.aws.advance(3600 + 7)
    launched = directory.once()
    assert did(launched) == [(Action.LAUNCH, "report/2026-01-01T01:00:00Z", Status.DONE)]
    assert axes(launched) == {"report": (Sync.IN_SYNC, Health.PENDING)}
    (task,) = directory.tasks.values()
    assert told(task) == {
        "RECONCILER_JOB": "report",
        "RECONCILER_RUN": "slot:2026-01-01T01:00:00Z",
        "RECONCILER_ATTEMPT": "0",
        "RECONCILER_SCHEDULED_TIME": "2026-01-01T01:00:00Z",
    }
    assert axes(passes(directory, 120)) == {"report": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert [event["event"] for event in slot_events(directory, "report")] == [
        "stands",
        "start",
        "launched",
        "ended",
        "finished",
    ]


def test_editing_a_schedule_never_fires_in_the_past(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY, policy="startingDeadlineSeconds: 2700"))
    passes(directory, 3660, every=610)
    directory.aws.advance(1900)
    directory.write(report=scheduled("report", 'cron: "25 * * * *"', policy="startingDeadlineSeconds: 2700"))
    edited = directory.once()
    assert [(change.path, change.before, change.after) for change in edited.steps[-1].changes] == [
        ("cron", "0 * * * *", "25 * * * *")
    ]
    passes(directory, 3600, every=600)
    assert slots(directory) == ["01:00", "02:25"]


@pytest.mark.parametrize("left", ["", "on demand"])
def test_a_schedule_that_was_taken_out_and_comes_back_never_fires_in_the_past(directory: Directory, left: str) -> None:
    manifest = scheduled("report", HOURLY, policy="startingDeadlineSeconds: 2700", outcome="exit 0 after 5s")
    directory.write(report=manifest, other=scheduled("other", HOURLY))
    passes(directory, 3600, every=600)
    if left:
        directory.write(report="\n".join(line for line in manifest.splitlines() if "schedule:" not in line))
    else:
        directory.remove("report")
    passes(directory, 3600 + 600, every=600)
    directory.write(report=manifest)
    back = directory.once()
    assert [each for each in did(back) if each[1] == "report"][-1] == (Action.CREATE, "report", Status.DONE)
    assert did(directory.once()) == []
    passes(directory, 3600, every=600)
    assert slots(directory) == ["01:00", "03:00"]
    assert slots(directory, "other") == ["01:00", "02:00", "03:00"]


def test_a_schedule_that_is_only_missing_goes_on_when_it_is_back(directory: Directory) -> None:
    """Neither a checkout that is narrowed, nor one that lacks more than may be pruned, has taken it out."""
    few = SETTINGS.replace("prune: {enabled: true}", "prune: {enabled: true, maxDeletions: 0}")
    directory.write(settings=few, report=scheduled("report", HOURLY), other=scheduled("other", HOURLY))
    passes(directory, 3000, every=600)
    directory.remove("report")
    directory.once()
    directory.once(jobs=("other",))
    directory.aws.advance(700)
    directory.write(report=scheduled("report", HOURLY))
    directory.once()
    assert slots(directory) == ["01:00"]


def test_a_schedule_goes_on_beside_what_is_left_of_the_jobs_other_kind(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY, outcome="runs forever"))
    passes(directory, 3660, every=610)
    directory.write(report=scheduled_batch("report", HOURLY))
    passes(directory, 3600, every=600)
    assert [job.sync for job in directory.plan().jobs] == [Sync.IN_SYNC, Sync.ORPHANED]
    assert batch_starts(directory) == {("report", "2026-01-01T02:00:00Z"): 1}


def test_a_job_that_takes_the_name_of_one_that_is_gone_keeps_its_own_schedule(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY), other=scheduled("other", HOURLY))
    passes(directory, 1800, every=600)
    directory.remove("report")
    passes(directory, 600, every=600)
    renamed = scheduled("report", HOURLY).replace("name: report", "name: report, formerNames: [other]")
    directory.write(other=renamed)
    directory.aws.advance(1260)
    directory.once()
    directory.once()
    assert slots(directory) == ["01:00"]


def test_resuming_never_fires_in_the_past(directory: Directory) -> None:
    policy = "startingDeadlineSeconds: 2700"
    directory.write(report=scheduled("report", HOURLY, policy=policy))
    passes(directory, 3660, every=610)
    directory.write(report=scheduled("report", HOURLY, policy=policy, more="suspend: true"))
    assert axes(directory.once()) == {"report": (Sync.IN_SYNC, Health.SUSPENDED)}
    passes(directory, 3660, every=610)
    directory.write(report=scheduled("report", HOURLY, policy=policy))
    directory.once()
    passes(directory, 120)
    assert slots(directory) == ["01:00"]
    passes(directory, 3600, every=600)
    assert slots(directory) == ["01:00", "03:00"]


def test_another_cluster_is_another_schedule(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY))
    directory.once()
    directory.aws.advance(3610)
    directory.write(report=scheduled("report", HOURLY, run="{cluster: other}"))
    directory.once()
    directory.once()
    assert slots(directory) == []


def test_only_the_newest_missed_slot_is_started_within_its_deadline(directory: Directory) -> None:
    directory.write(report=scheduled("report"))
    directory.once()
    directory.aws.advance(3600 + 299)
    directory.once()
    assert slots(directory) == ["01:00"]
    assert skipped(directory) == [("00:45", "a newer slot was due already")]
    directory.aws.advance(1800 + 2)
    directory.once()
    assert slots(directory) == ["01:00"]
    assert skipped(directory)[1:] == [("01:30", "no pass started it within 300 s")]


def test_a_slot_that_forbid_holds_back_starts_late_when_the_way_clears(directory: Directory) -> None:
    more = "concurrencyPolicy: Forbid, startingDeadlineSeconds: 600"
    directory.write(report=scheduled("report", policy=more, outcome="exit 0 after 1100s"))
    directory.once()
    waiting = passes(directory, 1800 + 60)
    assert slots(directory) == ["00:15"]
    assert "waits: " in waiting.jobs[0].message
    assert axes(waiting) == {"report": (Sync.IN_SYNC, Health.RUNNING)}
    passes(directory, 300)
    assert slots(directory) == ["00:15", "00:30"]


def test_a_slot_that_forbid_holds_back_too_long_is_skipped_and_said(directory: Directory) -> None:
    directory.write(report=scheduled("report", policy="concurrencyPolicy: Forbid", outcome="exit 0 after 2000s"))
    directory.once()
    passes(directory, 2700 + 60)
    assert slots(directory) == ["00:15"]
    assert skipped(directory) == [("00:30", "another run was still going on (concurrencyPolicy Forbid)")]


@pytest.mark.parametrize("state", ["PROVISIONING", "PENDING"])
def test_a_run_by_hand_that_has_not_started_yet_holds_a_slot_back(directory: Directory, state: str) -> None:
    policy = "concurrencyPolicy: Forbid, startingDeadlineSeconds: 300"
    directory.write(report=scheduled("report", policy=policy, outcome="never starts"))
    directory.once()
    directory.aws.advance(901 if state == "PROVISIONING" else 890)
    with directory.reconciler() as reconciler:
        (job,) = directory.manifests().jobs
        directory.watched(lambda: reconciler.operator.run(job, RunChanges()))
    directory.aws.advance(0 if state == "PROVISIONING" else 15)
    waiting = directory.once()
    assert [task["lastStatus"] for task in directory.tasks.values()] == [state]
    assert "goes on (concurrencyPolicy Forbid)" in waiting.jobs[0].message
    directory.aws.advance(400)
    directory.once()
    assert skipped(directory) == [("00:15", "another run was still going on (concurrencyPolicy Forbid)")]


def test_a_run_that_no_list_tells_yet_holds_a_slot_back(directory: Directory) -> None:
    policy = "concurrencyPolicy: Forbid"
    directory.write(report=scheduled("report", 'cron: "* * * * *"', policy=policy, outcome="runs forever"))
    directory.once()
    directory.aws.faults.add("ecs:ListTasks", "lag", times=None, seconds=600)
    passes(directory, 240)
    assert slots(directory) == ["00:01"]


def test_replace_ends_the_older_run_and_waits_until_it_has_stopped(directory: Directory) -> None:
    more = "backoffLimit: 3"
    policy = "concurrencyPolicy: Replace"
    directory.write(report=scheduled("report", policy=policy, outcome="exit 0 after 2000s", more=more))
    directory.once()
    passes(directory, 1800)
    assert slots(directory) == ["00:15"]
    passes(directory, 240)
    assert slots(directory) == ["00:15", "00:30"]
    (first, second) = sorted(directory.tasks.values(), key=lambda task: str(task["createdAt"]))
    assert first["stoppedReason"] == "reconciler: replaced"
    assert first["stoppedAt"] < second["createdAt"]
    passes(directory, 300)
    assert slots(directory) == ["00:15", "00:30"]


def test_a_failed_run_is_tried_again_until_a_newer_slot_is_due(directory: Directory) -> None:
    directory.write(report=scheduled("report", outcome="exit 3 after 400s", more="backoffLimit: 5"))
    directory.once()
    passes(directory, 900 + 880)
    assert slots(directory) == ["00:15", "00:15"]
    passes(directory, 900)
    assert slots(directory) == ["00:15", "00:15", "00:30", "00:30"]
    ends = [event for event in slot_events(directory, "report") if event["event"] == "finished"]
    assert [(event["slot"][11:16], event["reason"]) for event in ends] == [
        ("00:15", "app exited 3; Essential container in task exited; a newer slot ended its retries")
    ]


def test_a_launch_that_nobody_recorded_is_found_again(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY))
    directory.once()
    directory.aws.advance(3600)
    with pytest.raises(Killed):
        directory.once(Mortality(call=1, after=True, action="ecs:RunTask"))
    directory.aws.advance(3000)
    assert axes(directory.once()) == {"report": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert slots(directory) == ["01:00"]


def test_a_refused_start_is_tried_again_until_its_deadline(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY))
    directory.once()
    directory.aws.faults.add("ecs:RunTask", "failures", times=None, reason="RESOURCE:MEMORY")
    passes(directory, 3600 + 360)
    assert slots(directory) == []
    directory.aws.faults.clear()
    report = passes(directory, 60)
    assert report.jobs[0].health is Health.FAILED
    why = "RESOURCE:MEMORY no container instance has as much of it free"
    assert report.jobs[0].message == f"failed: {why}; not started within 300 s"


def test_a_schedule_waits_for_what_it_depends_on(directory: Directory) -> None:
    directory.write(
        migrate=one_shot("migrate", outcome="exit 1 after 5s"), report=scheduled("report", more="dependsOn: [migrate]")
    )
    passes(directory, 1800)
    assert slots(directory) == []


def test_memory_and_schedule_carry_over_to_a_new_name(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY, policy="startingDeadlineSeconds: 2000"))
    directory.once()
    passes(directory, 3600)
    assert slots(directory) == ["01:00"]
    directory.remove("report")
    renamed = scheduled("daily", HOURLY, policy="startingDeadlineSeconds: 2000").replace(
        "{name: daily}", "{name: daily, formerNames: [report]}"
    )
    directory.write(daily=renamed)
    passes(directory, 3600)
    assert slots(directory, "daily") == ["02:00"]


def test_what_stands_is_renewed_so_that_nobody_reads_far_back(directory: Directory) -> None:
    directory.write(report=scheduled("report", 'cron: "0 0 * * *"'))
    directory.once()
    passes(directory, 13 * 3600, every=3600)
    events = [event["event"] for event in slot_events(directory, "report")]
    assert events == ["stands", *["renewed"] * 6]
    directory.aws.advance(2 * 86400)
    assert did(directory.once()) == []


def test_a_run_that_a_person_stopped_is_final(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY, outcome="exit 0 after 2000s", more="backoffLimit: 3"))
    directory.once()
    passes(directory, 3600 + 60)
    with directory.reconciler() as reconciler:
        reconciler.operator.stop("report")
    stopped = passes(directory, 600)
    assert axes(stopped) == {"report": (Sync.IN_SYNC, Health.FAILED)}
    assert slots(directory) == ["01:00"]


def test_a_deadline_ends_a_run(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY, outcome="exit 0 after 2000s", more="activeDeadlineSeconds: 300"))
    directory.once()
    report = passes(directory, 3600 + 900)
    assert report.jobs[0].message == "failed: app exited 143; reconciler: deadline of 300 s exceeded"


def test_a_schedule_of_batch_jobs_starts_each_slot_once(directory: Directory) -> None:
    directory.write(report=scheduled_batch("report"))
    directory.once()
    report = passes(directory, 1800 + 120)
    assert axes(report) == {"report": (Sync.IN_SYNC, Health.SUCCEEDED)}
    assert batch_starts(directory) == {("report", "2026-01-01T00:15:00Z"): 1, ("report", "2026-01-01T00:30:00Z"): 1}
    with directory.aws.lock():
        assert not directory.aws.crashes


def test_a_single_pass_says_which_schedules_need_a_loop(directory: Directory) -> None:
    directory.write(report=scheduled("report"), other=one_shot("other"))
    with directory.reconciler() as reconciler:
        report = reconciler.apply_once()
    assert [str(problem) for problem in report.problems] == [
        "these start their runs only while a loop runs: report "
        "(`reconcile --watch` is the loop; engine: eventbridge needs none)"
    ]


def test_status_tells_the_next_starts_and_what_was_skipped(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY, policy="timeZone: Asia/Kolkata"))
    directory.once()
    directory.aws.advance(2 * 3600)
    directory.once()
    with directory.reconciler() as reconciler:
        (job,) = reconciler.status().jobs
    assert job.next_start is not None
    assert job.next_start.isoformat() == "2026-01-01T02:30:00+00:00"
    assert job.schedule is not None
    assert job.schedule["nextStarts"][0] == {"local": "2026-01-01T08:00:00+05:30", "utc": "2026-01-01T02:30:00Z"}
    assert job.schedule["skipped"] == {
        "slot": "2026-01-01T01:30:00Z",
        "missed": 2,
        "reason": "no pass started it within 300 s",
    }


def test_a_one_shot_that_waits_for_room_behind_scheduled_runs_is_waited_for(directory: Directory) -> None:
    limited = SETTINGS.replace("spec:\n", "spec:\n      maxConcurrentRuns: 1\n")
    directory.write(settings=limited, report=scheduled("report", HOURLY, outcome="exit 0 after 300s"))
    directory.once()
    directory.aws.advance(3600)
    assert did(directory.once()) == [(Action.LAUNCH, "report/2026-01-01T01:00:00Z", Status.DONE)]
    directory.write(migrate=one_shot("migrate"))
    assert axes(directory.wait())["migrate"] == (Sync.IN_SYNC, Health.SUCCEEDED)


def test_a_task_that_is_listed_later_than_the_others_of_its_call_belongs_to_the_run_too(directory: Directory) -> None:
    directory.write(report=scheduled("report", HOURLY, run="{count: 3}", outcome="exit 0 after 300s"))
    directory.once()
    directory.aws.advance(3601)
    with pytest.raises(Killed):
        directory.once(Mortality(action="ecs:RunTask", call=1, after=True))
    directory.aws.faults.add("ecs:DescribeTasks", "failures", count=1, reason="MISSING")
    passes(directory, 120, every=30)
    launched = [event["ids"] for event in slot_events(directory, "report") if event["event"] == "launched"]
    assert [len(ids) for ids in launched] == [2, 1]
    assert axes(passes(directory, 600)) == {"report": (Sync.IN_SYNC, Health.SUCCEEDED)}
