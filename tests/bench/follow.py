"""`python -m tests.bench.follow`: what it costs to follow many runs at once, each round and in memory.

Every line is a `reconcile` of its own against an embedded AWS in another process. `--runs N` says how many (2,000).
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench.process import Cost, reconcile
from tests.bench.world import World

_BASE = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {name: bench}
spec: {region: eu-west-1}
---
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: base}
spec:
  taskDefinition:
    requiresCompatibilities: [FARGATE]
    networkMode: awsvpc
    cpu: 256
    memory: 512
    containerDefinitions: [{name: app, image: "app:1", dockerLabels: {local.outcome: "runs forever"}}]
"""
_ONE = """\
---
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: run{number:04}}}
spec: {{definitionOf: base, run: {{launchType: FARGATE}}, once: {{key: "{number}"}}}}
"""
#: Long enough for several rounds, 2, 3, 4.5 … s apart.
_SECONDS = 30


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.follow", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, metavar="N")
    count: int = parser.parse_args(arguments).runs
    with tempfile.TemporaryDirectory() as folder, World() as world:
        directory, cache = Path(folder) / "jobs.d", Path(folder) / "cache"
        directory.mkdir()
        (directory / "jobs.yaml").write_text(_BASE + "".join(_ONE.format(number=number) for number in range(count)))
        paces = ("--rate-limits", "off", "--format", "json")
        print(f"{'runs':>6}  {'':28}{'CPU s':>7}{'MB':>6}{'calls':>7}")
        _row(count, "all launched", reconcile(["apply", str(directory), *paces], cache=cache, world=world))
        _row(count, "one round", reconcile(["apply", str(directory), *paces], cache=cache, world=world))
        waiting = ["apply", str(directory), "--wait", "--timeout", str(_SECONDS), *paces]
        cost = reconcile(waiting, cache=cache, world=world, expected=(1,))
        rounds = cost.calls.get("ecs:DescribeTasks", 0) * 100 / count
        _row(count, f"followed, {rounds:.0f} rounds", cost)


def _row(count: int, what: str, cost: Cost) -> None:
    counts = ", ".join(f"{name.partition(':')[2]} {number}" for name, number in cost.calls.items())
    made = sum(cost.calls.values())
    print(f"{count:6,}  {what:28}{cost.cpu:7.1f}{cost.memory:6.0f}{made:7,}  ({counts})", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
