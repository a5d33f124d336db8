"""kayac's `ecspresso run`, which registers, launches and waits until the task has stopped: all at once, a process each.

It sleeps by the host's clock, so AWS's moves on as fast. Runs in the interpreter of this project.
"""

import json
import subprocess
import tempfile
import time
from pathlib import Path

from virtual import answer, told

pause = time.sleep
given = told()


def launch() -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {
            "definition.json": given["definition"],
            "service.json": {member: given["run"][member] for member in ("launchType", "networkConfiguration")},
            "ecspresso.yml": {
                "cluster": given["run"]["cluster"],
                "task_definition": "definition.json",
                "service_definition": "service.json",
            },
        }
        for file, content in files.items():
            (folder / file).write_text(json.dumps(content))
        printed = [folder / f"printed{number}" for number in range(given["launches"])]
        running = [start(folder / "ecspresso.yml", file) for file in printed]
        while any(process.poll() is None for process in running):
            time.sleep(1)  # of AWS's time
            pause(1)
        last = (printed[-1].read_text().strip() or "nothing").splitlines()[-1]
    return f"exit {running[-1].returncode}: {last}"


def start(config: Path, printed: Path) -> "subprocess.Popen[bytes]":
    with printed.open("w") as out:
        return subprocess.Popen(["ecspresso", "--config", str(config), "run"], stdout=out, stderr=subprocess.STDOUT)


answer(launch, 1)
