"""How fast the embedded AWS starts and answers, and what it weighs: `python -m tests.bench.embedded`.

Measured in this process alone, the client included; run it on a machine that does nothing else.
"""

import sys
import time
from pathlib import Path

CALLS = 300


def main() -> None:
    begin = time.perf_counter()
    from reconciler.local import LocalAws

    with LocalAws(clock="manual") as aws:
        ecs = aws.client("ecs")
        ecs.list_clusters()
        first = time.perf_counter() - begin
        begin = time.perf_counter()
        for _ in range(CALLS):
            ecs.register_task_definition(
                family="f", containerDefinitions=[{"name": "main", "image": "a", "memory": 128}]
            )
            ecs.describe_task_definition(taskDefinition="f")
        rate = 2 * CALLS / (time.perf_counter() - begin)
        aws.client("ec2").describe_subnets()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    sys.stdout.write(f"start to first answer {first:.2f} s, {rate:.0f} calls/s, {pages * 4096 / 1e6:.0f} MB\n")


if __name__ == "__main__":
    main()
