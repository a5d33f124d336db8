"""`reconcile --once --wait` over so many one-shots that run one definition: ours, in the interpreter of this project."""

import io
import json
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
spec: {{{definition}, run: {{launchType: FARGATE}}, once: {{}}}}
"""


class Virtual(ManualClock):
    """Sleeping moves AWS's time, and this clock with it."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
        super().sleep(seconds)


def launch() -> str:
    with tempfile.TemporaryDirectory() as folder:
        names = [f"report{number}" for number in range(given["launches"])]
        for name in names:
            inline = f"taskDefinition: {json.dumps(given['definition'])}"
            definition = inline if name == names[0] else f"definitionOf: {names[0]}"
            (Path(folder) / f"{name}.yaml").write_text(JOB.format(name=name, definition=definition))
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            code = run(["--once", "--wait", "--rate-limits", "off", folder])
    sys.stderr.write(printed.getvalue())
    line = next((line for line in printed.getvalue().splitlines() if "report0: Failed" in line), "")
    return f"exit {code}: {line.strip().partition(': ')[2]}"


invocation.SystemClock = lambda: Virtual(datetime.now(UTC))
answer(launch, 1)
