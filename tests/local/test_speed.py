"""How fast the embedded AWS starts and answers, and what it weighs: measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, time
begin = time.perf_counter()
from reconciler.local import LocalAws
with LocalAws(clock="manual") as aws:
    ecs = aws.client("ecs")
    ecs.list_clusters()
    first = time.perf_counter() - begin
    definition = {"family": "f", "containerDefinitions": [{"name": "main", "image": "a", "memory": 128}]}
    begin = time.perf_counter()
    for _ in range(300):
        ecs.register_task_definition(**definition)
        ecs.describe_task_definition(taskDefinition="f")
    rate = 600 / (time.perf_counter() - begin)
    aws.client("ec2").describe_subnets()
    weight = int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
print(json.dumps({"first": first, "rate": rate, "weight": weight}))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="weighs itself by /proc")
def test_it_answers_within_a_second_and_a_half_300_times_a_second_in_250_megabytes() -> None:
    """The best of three: other work on the machine only ever slows it down."""
    told = []
    for _ in range(3):
        measured = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True)
        told.append(json.loads(measured.stdout))
        if told[-1]["first"] < 1.5 and told[-1]["rate"] >= 300:
            break
    assert min(run["first"] for run in told) < 1.5
    assert max(run["rate"] for run in told) >= 300
    assert min(run["weight"] for run in told) <= 250
