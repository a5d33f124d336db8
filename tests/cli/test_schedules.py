"""Schedules through the command line: what is told of them, and what is refused or warned of."""

import json
from pathlib import Path

import pytest

from reconciler.local import LocalAws
from tests.cli.command_line import HELLO, SETTINGS, Reconcile

ROLE = "arn:aws:iam::111111111111:role/scheduler"
LOOP = "engine: reconciler"
AWS = f"engine: eventbridge, eventBridge: {{roleArn: '{ROLE}'}}"
PAST = "is in the past: nothing starts any more (remove the job, or give it another time)"


def with_schedule(jobs: Path, schedule: str, name: str = "hello") -> None:
    text = HELLO.replace("once: {}", f"schedule: {schedule}").replace("name: hello,", f"name: {name},")
    (jobs / f"{name}.yaml").write_text(text)


def problems(reconcile: Reconcile, *arguments: str) -> list[str]:
    told = json.loads(reconcile(*arguments, "--format", "json").out)["problems"]
    return [f"{each['severity']} {each['source']}:{each['column']} {each['path']}: {each['message']}" for each in told]


@pytest.mark.usefixtures("on_virtual_time")
@pytest.mark.parametrize("verb", ["validate", "plan"])
def test_what_has_passed_is_warned_of_at_its_line(jobs: Path, reconcile: Reconcile, verb: str) -> None:
    with_schedule(jobs, f"{{at: 2025-12-31T23:59:00, {LOOP}}}")
    with_schedule(jobs, f'{{cron: "0 3 * * *", {AWS}, endDate: 2025-12-31T23:59:00}}', name="other")
    answer = reconcile(verb)
    assert answer.code == 0
    assert [line for line in answer.out.splitlines() if line.startswith("warning")] == [
        f"warning: jobs.d/hello.yaml:16:14 spec.schedule.at: {PAST}",
        f"warning: jobs.d/other.yaml:16:122 spec.schedule.endDate: {PAST}",
    ]


@pytest.mark.usefixtures("on_virtual_time")
def test_a_job_that_is_gone_is_one_orphan_of_its_kind_with_all_that_is_left_of_it(
    jobs: Path, reconcile: Reconcile
) -> None:
    with_schedule(jobs, f'{{cron: "0 3 * * *", {AWS}}}', name="other")
    assert reconcile("--once").code == 0
    (jobs / "other.yaml").unlink()
    report = json.loads(reconcile("drift", "--format", "json").out)
    (gone,) = [job for job in report["jobs"] if job["sync"] == "Orphaned"]
    assert (gone["name"], gone["kind"]) == ("other", "EcsJob")
    assert gone["definition"].endswith("task-definition/other:1")
    assert gone["message"] == "no manifest names other, schedule reconciler-team/other (was jobs.d/other.yaml)"
    plan = reconcile("plan")
    assert "  - delete  schedule reconciler-team/other\n" in plan.out
    assert "  - delete  task-definition other:1\n" in plan.out


def test_status_says_where_a_clock_change_touches_the_next_starts(
    on_virtual_time: LocalAws, jobs: Path, reconcile: Reconcile
) -> None:
    with_schedule(jobs, f'{{cron: "30 2 * * *", timeZone: Europe/Paris, {LOOP}}}')
    reconcile("--once")
    assert "clocks go" not in reconcile("status").out
    on_virtual_time.advance(85 * 86400)
    told = reconcile("status").out.splitlines()
    start = told.index("  hello  cron 30 2 * * * Europe/Paris  (reconciler)")
    assert told[start + 2 : start + 4] == [
        "    Sat 2026-03-28 02:30+0100  2026-03-28T01:30:00Z",
        "    Mon 2026-03-30 02:30+0200  2026-03-30T00:30:00Z",
    ]
    assert "    2026-03-29 Europe/Paris: clocks go from 02:00 to 03:00, the start at 02:30 is skipped" in told
    told_to_machines = json.loads(reconcile("status", "--format", "json").out)["jobs"][0]["schedule"]
    assert len(told_to_machines["clockChanges"]) == 1


@pytest.mark.usefixtures("on_virtual_time")
def test_the_short_form_is_cron_where_the_settings_name_the_engine_and_an_error_where_they_do_not(
    jobs: Path, reconcile: Reconcile
) -> None:
    with_schedule(jobs, '"0 3 * * *"')
    refused = reconcile("validate")
    assert (refused.code, refused.out.splitlines()[0]) == (
        3,
        "jobs.d/hello.yaml:16:3 spec.schedule: engine is required "
        "(reconciler: a loop starts the runs; eventbridge: EventBridge Scheduler does)",
    )
    (jobs / "settings.yaml").write_text(SETTINGS + "  defaults: {EcsJob: {schedule: {engine: reconciler}}}\n")
    assert "  hello  cron 0 3 * * * UTC  (reconciler)" in reconcile("validate", "-v").out.splitlines()
    assert "these start their runs only while a loop runs: hello" in reconcile("--once").out


@pytest.mark.usefixtures("on_virtual_time")
def test_a_pass_over_some_jobs_says_of_those_alone_that_they_need_a_loop(jobs: Path, reconcile: Reconcile) -> None:
    with_schedule(jobs, f'{{cron: "0 * * * *", {LOOP}}}')
    (jobs / "other.yaml").write_text(HELLO.replace("name: hello", "name: other"))
    assert "while a loop runs" not in reconcile("--once", "--job", "other").out
    assert "these start their runs only while a loop runs: hello" in reconcile("--once", "--job", "hello").out


def test_a_skipped_start_and_its_reason_stand_in_the_text_and_in_the_json(
    on_virtual_time: LocalAws, jobs: Path, reconcile: Reconcile
) -> None:
    with_schedule(jobs, f'{{cron: "0 * * * *", {LOOP}}}')
    reconcile("--once")
    on_virtual_time.advance(3 * 3600 + 900)
    assert "    skipped 2026-01-01T03:00:00Z and 2 before it: no pass started it within 300 s" in (
        reconcile("status").out.splitlines()
    )
    schedule = json.loads(reconcile("status", "--format", "json").out)["jobs"][0]["schedule"]
    assert schedule["skipped"] == {
        "slot": "2026-01-01T03:00:00Z",
        "missed": 3,
        "reason": "no pass started it within 300 s",
    }


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (f'{{cron: "30 2 30 2 *", {LOOP}}}', "16:14 spec.schedule.cron: never starts: there is no day 30 in month 2"),
        (
            f'{{cron: "0 3 * * *", timeZone: Europe/Pari, {LOOP}}}',
            '16:33 spec.schedule.timeZone: unknown time zone "Europe/Pari" (expected an IANA name like Europe/Paris) '
            "(did you mean Europe/Paris?)",
        ),
        (
            f'{{cron: "0 3 * * *", startingDeadlineSeconds: 86401, {LOOP}}}',
            "16:33 spec.schedule.startingDeadlineSeconds: expected at most 2700, got 86401",
        ),
        (
            f'{{cron: "0 3 * * *", concurrencyPolicy: Forbid, {AWS}}}',
            "16:33 spec.schedule.concurrencyPolicy: engine eventbridge cannot keep Forbid (expected Allow) "
            "(use engine: reconciler)",
        ),
        (
            f'{{cron: "0 3 13 * FRI", {AWS}}}',
            '16:14 spec.schedule.cron: day of month "13" and day of week "FRI" are both restricted (either must match), '
            "and AWS takes only one of them (make two jobs, or use engine: reconciler)",
        ),
    ],
)
def test_what_cannot_be_is_refused_offline_at_its_line(
    jobs: Path, reconcile: Reconcile, schedule: str, said: str
) -> None:
    with_schedule(jobs, schedule)
    answer = reconcile("validate")
    assert (answer.code, answer.out.splitlines()[0]) == (3, f"jobs.d/hello.yaml:{said}")
