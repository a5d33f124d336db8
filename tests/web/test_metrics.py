"""`/metrics`, as Prometheus's own parser reads it."""

from dataclasses import replace
from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from reconciler.engine.watch_events import PassFailed, RunsSeen
from reconciler.model import Action, Health, Problem, RunState, Severity, Status, Step, Sync
from tests.web.conftest import START, Served, job, passed, run

LAUNCH = Step(
    action=Action.LAUNCH,
    kind="run",
    name="report/1",
    job="report",
    reason="due",
    operation=object(),
    status=Status.DONE,
)


def scrape(served: Served) -> dict[str, float]:
    """Answer every sample by its name and labels, buckets and the process's own left out."""
    answer = served.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        " ".join([sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if not sample.name.endswith("_bucket") and not sample.name.startswith("process_")
    }


def test_everything_that_a_loop_does_is_measured(served: Served) -> None:
    start = START + timedelta(hours=1)
    served.tell(
        RunsSeen(runs=()),
        passed(
            1,
            job("report", health=Health.PENDING, next_start=start),
            job("other", sync=Sync.DRIFTED),
            steps=(LAUNCH, replace(LAUNCH, job="other", status=Status.FAILED)),
            calls={"ecs:RunTask": 2, "ecs:DescribeTasks": 1},
            throttles={"ecs:RunTask": 1},
            report_problems=(Problem(message="!", severity=Severity.WARNING),),
        ),
        RunsSeen(runs=(run("report", state=RunState.RUNNING),)),
        passed(2, job("report", next_start=start), calls={"ecs:RunTask": 2, "ecs:DescribeTasks": 4}),
        RunsSeen(runs=(run("report"),)),
        PassFailed(error="no", retried_in=1),
    )
    told = scrape(served)
    assert {name: told[name] for name in told if "jobs_by" not in name and "build" not in name} == {
        "reconciler_passes_total result=made": 2,
        "reconciler_passes_total result=failed": 1,
        "reconciler_pass_seconds_count": 2,
        "reconciler_pass_seconds_sum": 0.8,
        "reconciler_last_pass_timestamp_seconds": (START + timedelta(minutes=2)).timestamp(),
        "reconciler_problems severity=error": 0,
        "reconciler_problems severity=warning": 0,
        "reconciler_aws_calls_total action=ecs:RunTask": 2,
        "reconciler_aws_calls_total action=ecs:DescribeTasks": 4,
        "reconciler_aws_throttles_total action=ecs:RunTask": 1,
        "reconciler_run_starts_total job=report": 1,
        "reconciler_run_start_failures_total job=other": 1,
        "reconciler_run_ends_total job=report state=Succeeded": 1,
        "reconciler_run_seconds_count": 1,
        "reconciler_run_seconds_sum": 30,
        "reconciler_last_success_timestamp_seconds job=report": (START + timedelta(seconds=42)).timestamp(),
        "reconciler_next_start_timestamp_seconds job=report": start.timestamp(),
        "reconciler_start_lateness_seconds_count": 1,
        "reconciler_start_lateness_seconds_sum": 2,
    }
    assert told["reconciler_jobs_by_sync sync=InSync"] == 1
    assert told["reconciler_jobs_by_health health=NeverRan"] == 1


def test_runs_that_were_over_when_it_began_are_history(served: Served) -> None:
    served.tell(RunsSeen(runs=(run("report"), run("report", minute=1, state=RunState.FAILED))))
    told = scrape(served)
    assert told["reconciler_run_seconds_count"] == 0
    assert not [name for name in told if "run_ends" in name]


def test_the_calls_of_a_new_session_are_added(served: Served) -> None:
    for number, calls in enumerate((5, 8, 2), start=1):
        served.tell(passed(number, calls={"ecs:ListTasks": calls}))
    assert scrape(served)["reconciler_aws_calls_total action=ecs:ListTasks"] == 10


def test_a_job_that_is_gone_is_forgotten(served: Served) -> None:
    served.tell(passed(1, job("report", next_start=START)), passed(2))
    assert not [name for name in scrape(served) if "report" in name]


def test_names_of_jobs_are_escaped(served: Served) -> None:
    served.tell(passed(1, job('a"b\\c\nd', next_start=START)))
    assert [name for name in scrape(served) if name.endswith('job=a"b\\c\nd')]
