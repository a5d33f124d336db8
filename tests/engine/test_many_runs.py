"""Two thousand runs at once on one cluster: followed by a few dozen calls a round."""

import math
import os
import threading

from reconciler.engine import Until
from reconciler.model import Health
from tests.engine.harness import Directory

#: How many runs are in flight; the default keeps the suite short, and what is asserted grows with it.
RUNS = int(os.environ.get("RECONCILER_MANY_RUNS", "300"))
#: What a round may cost for two thousand.
CALLS_A_ROUND = 45
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
    calls, threads = directory.aws.calls, [threading.active_count()]
    with directory.reconciler() as reconciler:
        reconciler.apply()
        directory.aws.advance(60)
        before = calls.counts()
        report = reconciler.apply()
        made = {call: number - before.get(call, 0) for call, number in calls.counts().items()}
        threads.append(threading.active_count())
    assert [job.health for job in report.jobs if job.name != "base"] == [Health.RUNNING] * RUNS
    described = made.pop("ecs:DescribeTasks")
    assert described == math.ceil(RUNS / 100)
    assert sum(made.values()) + 2000 // 100 <= CALLS_A_ROUND, made
    assert threads[1] - threads[0] <= 16, "the embedded AWS's own, one for each connection"


def test_the_wait_for_them_ends_when_they_do(directory: Directory) -> None:
    directory.write(base=BASE.replace("runs forever", "exit 0 after 30s"))
    (directory.path / "many.yaml").write_text("".join(ONE.format(number=number) for number in range(RUNS // 10)))
    with directory.reconciler() as reconciler:
        report = reconciler.wait(Until.ONCE, 3600)
    assert [job.health for job in report.jobs if job.name != "base"] == [Health.SUCCEEDED] * (RUNS // 10)
