"""`python -m tests.bench.peers`: the same work by those who do it today, beside ours. Printed, never asserted.

The peers are installed into virtual environments of their own, below `--folder`, when they are not there yet.
"""

import argparse
import json
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from reconciler.core.diff import compare
from reconciler.core.normalise import equal
from reconciler.kinds.task_definition_rules import RULES
from tests.bench.compare import described, microseconds, written
from tests.bench.machine import machine
from tests.bench.peers.launches import TIMES, Launched, by_peer, by_us
from tests.bench.peers.pairs import PAIRS, Pair

_HERE: Final = Path(__file__).parent


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".venv-peers"), metavar="DIR", help="[.venv-peers]")
    parser.add_argument("--only", choices=["compare", "launch"], help="One of the two tables.")
    given = parser.parse_args(arguments)
    print(f"{machine()}\n")
    launchers = _installed(given.folder / "launchers", "requirements.txt")
    if given.only != "launch":
        print("\n".join(_comparisons(launchers)), "\n")
    if given.only != "compare":
        airflow = _installed(given.folder / "airflow", "requirements-airflow.txt")
        columns = {
            "Luigi ECSTask": by_peer(launchers, "luigi_ecs", follows=True, registers=True),
            "prefect-aws worker": by_peer(launchers, "prefect_worker", follows=False, registers=True),
            "Airflow AwsEcsExecutor": by_peer(airflow, "airflow_ecs", follows=True, registers=False),
            "ecs-deploy run": by_peer(launchers, "ecs_deploy_run", follows=False, registers=False),
            "reconcile": by_us(),
        }
        print("\n".join(_launches(columns)))


def _installed(folder: Path, requirements: str) -> Path:
    """Answer the interpreter of a virtual environment, made and filled where it is not there."""
    python = (folder / "bin" / "python").absolute()
    if not python.exists():
        print(f"installing {requirements} into {folder} …", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", str(_HERE / requirements)], check=True)
    return python


def _comparisons(python: Path) -> list[str]:
    typical = Pair(
        name="a job and its log router, as AWS describes them", written=written(), live=described(), same=True
    )
    pairs = (*PAIRS, typical)
    asked = json.dumps([[pair.written, pair.live] for pair in pairs])
    driver = _HERE / "drivers" / "prefect_compare.py"
    done = subprocess.run([str(python), str(driver)], input=asked, capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    lines = [
        f"{'comparing a pair':52}{'prefect-aws':>24}{'reconcile':>22}{'':4}with its leaves",
        *(_comparison(pair, *said) for pair, said in zip(pairs, theirs, strict=True)),
    ]
    right = sum(said == pair.same for pair, (said, _) in zip(pairs, theirs, strict=True))
    ours = sum(equal(pair.written, pair.live, RULES) is pair.same for pair in pairs)
    return [*lines, f"{'right':52}{f'{right} of {len(pairs)}':>24}{f'{ours} of {len(pairs)}':>22}"]


def _comparison(pair: Pair, said: bool, taken: float) -> str:
    ours = microseconds(lambda: equal(pair.written, pair.live, RULES), 200)
    leaves = microseconds(lambda: compare(pair.written, pair.live, RULES), 200)
    verdict = equal(pair.written, pair.live, RULES)
    theirs = f"{_verdict(said, pair)} {taken:6.0f} µs"
    return f"{pair.name:52}{theirs:>24}{f'{_verdict(verdict, pair)} {ours:6.0f} µs':>22}{leaves:10.0f} µs"


def _verdict(said: bool, pair: Pair) -> str:
    if said == pair.same:
        return "right"
    return "WRONG: false alarm" if pair.same else "WRONG: unseen"


def _launches(columns: dict[str, Launched]) -> list[str]:
    rows: list[tuple[str, Callable[[Launched], str]]] = [
        (f"{TIMES} identical launches: API calls", lambda each: str(sum(each.calls.values()))),
        ("… until it knows how they ended", lambda each: "yes" if each.follows else "never"),
        ("… revisions registered", lambda each: str(each.revisions) if each.registers else "none: others do"),
        ("… tasks started", lambda each: str(each.tasks)),
        ("… the container exits 3: reported", lambda each: each.said),
        ("killed after RunTask, started again: tasks", lambda each: str(each.tasks_after_a_kill)),
    ]
    lines = []
    for name, launched in columns.items():
        lines += [name, *(f"  {title:44}{told(launched)}" for title, told in rows)]
        lines.append(f"  {'':44}{', '.join(f'{call} {count}' for call, count in launched.calls.items())}")
    return lines


if __name__ == "__main__":
    main(sys.argv[1:])
