"""Two thousand runs at once on one cluster: followed by a few dozen calls a round."""

import math
import os
import threading

from reconciler.engine import Reconciler, Until
from reconciler.model import Health
from tests.engine.harness import Directory

#: How many runs are in flight; the default keeps the suite short, and what is asserted grows with it.
RUNS = int(os.environ.get("RECONCILER_MANY_RUNS", "300"))
#: What a round may cost for two thousand.
CALLS_A_ROUND = 45
#: Of the ledger's one-shots, of who is suspended, and of runs by hand: a page each, as long as that holds them all.
SEARCHES = 3
BASE = """
    apiVersion: reconciler/v1
    kind: EcsJob
    metadata: {name: base}
    spec:
      taskDefinition:
        containerDefinitions: [{name: app, image: "app:1", dockerLabels: {local.outcome: "runs forever"}}]
"""
ONE = """---
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: run{number:04}}}
spec: {{definitionOf: base, once: {{key: "{number}"}}}}
"""


def test_runs_in_flight_are_followed_a_hundred_a_call_without_a_thread_for_each(directory: Directory) -> None:
    directory.write(base=BASE)
    (directory.path / "many.yaml").write_text("".join(ONE.format(number=number) for number in range(RUNS)))
    threads = [threading.active_count()]
    with directory.reconciler() as reconciler:
        reconciler.apply()
        directory.aws.advance(60)
        a_round(directory, reconciler)
        threads.append(threading.active_count())
    with directory.reconciler() as another:
        a_round(directory, another)
    assert threads[1] - threads[0] <= 16, "the embedded AWS's own, one for each connection"


def a_round(directory: Directory, reconciler: Reconciler) -> None:
    """Let a process look at all of them, be it its first look or not, and count what that takes."""
    directory.aws.calls.clear()
    report = reconciler.apply()
    made = directory.aws.calls.counts()
    assert [job.health for job in report.jobs if job.name != "base"] == [Health.RUNNING] * RUNS
    described, searched = made.pop("ecs:DescribeTasks"), made.pop("logs:FilterLogEvents")
    assert described == math.ceil(RUNS / 100)
    pages = math.ceil(searched * 2000 / RUNS) if searched > SEARCHES else searched
    assert sum(made.values()) + pages + 2000 // 100 <= CALLS_A_ROUND, made


def test_the_wait_for_them_ends_when_they_do(directory: Directory) -> None:
    directory.write(base=BASE.replace("runs forever", "exit 0 after 30s"))
    (directory.path / "many.yaml").write_text("".join(ONE.format(number=number) for number in range(RUNS // 10)))
    with directory.reconciler() as reconciler:
        report = reconciler.wait(Until.ONCE, 3600)
    assert [job.health for job in report.jobs if job.name != "base"] == [Health.SUCCEEDED] * (RUNS // 10)
