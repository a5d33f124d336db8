"""Ours, in the interpreter of this project.

At once: `reconcile --once --wait` over so many one-shots that run one definition. In turn: a pass that registers, then
`reconcile run --wait` so often.
"""

import io
import json
import re
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

from virtual import answer, told

given = told()

import time  # noqa: E402 - its sleep was replaced

from reconciler.cli import invocation  # noqa: E402
from reconciler.cli.program import run  # noqa: E402
from reconciler.clock import ManualClock  # noqa: E402

JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: {name}}}
spec: {{{definition}, run: {run}{once}}}
"""


class Virtual(ManualClock):
    """Sleeping moves AWS's time, and this clock with it."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
        super().sleep(seconds)


def at_once() -> str:
    with tempfile.TemporaryDirectory() as folder:
        names = [f"report{number}" for number in range(given["launches"])]
        for name in names:
            write(folder, name, inline() if name == names[0] else f"definitionOf: {names[0]}", ", once: {}")
        return reconcile("--once", *(["--wait"] if given.get("follow", True) else []), folder)


def in_turn() -> str:
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "report", inline(), "")
        reconcile("--once", folder)
        return [reconcile("run", "report", "--wait", "--dir", folder) for _ in range(given["launches"])][-1]


def inline() -> str:
    return f"taskDefinition: {json.dumps(given['definition'])}"


def write(folder: str, name: str, definition: str, once: str) -> None:
    text = JOB.format(name=name, definition=definition, run=json.dumps(given["run"]), once=once)
    (Path(folder) / f"{name}.yaml").write_text(text)


def reconcile(*command: str) -> str:
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        code = run([*command, "--rate-limits", "off"])
    sys.stderr.write(printed.getvalue())
    ends = [line for line in printed.getvalue().splitlines() if re.match(r" *report\d*: Failed", line)]
    return f"exit {code}: {ends[-1].strip().partition(': ')[2]}" if ends else f"exit {code}"


invocation.SystemClock = lambda: Virtual(datetime.now(UTC))
answer(at_once if given["at_once"] else in_turn, 1)
