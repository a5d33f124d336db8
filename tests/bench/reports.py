"""What a report of ten thousand jobs, five hundred of them drifted, costs in each format: `python -m tests.bench.reports`.

Each format is rendered in a process of its own, masked as the command line does; what is printed is the CPU time from the
report to its last byte, the highest memory of the whole process, and how much was written. The goal is 5 s and 300 MB.
"""

import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

from reconciler.model import (
    Action,
    FieldChange,
    Health,
    Job,
    JobReport,
    Manifests,
    Owned,
    Registration,
    Report,
    Run,
    RunState,
    Settings,
    Source,
    Step,
    Sync,
)
from reconciler.reports.formats import FORMATS, render
from reconciler.reports.presentable import presentable

JOBS, DRIFTED, CHANGES = 10_000, 500, 8
_NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
_ARN = "arn:aws:ecs:eu-west-1:111111111111:task-definition"


def body(number: int) -> dict[str, Any]:
    """Answer the definition of one job, with a secret of its own among its variables."""
    variables = [{"name": f"V{n}", "value": f"value-{number}-{n}-x"} for n in range(CHANGES)]
    container = {"name": "main", "image": f"example/app:{number}", "environment": variables}
    return {"family": f"job-{number:05}", "containerDefinitions": [container]}


def manifests(jobs: int = JOBS) -> Manifests:
    """Answer the directory whose hidden values no format may show."""
    return Manifests(
        directory="jobs.d",
        origin="jobs.d",
        settings=Settings(owner="bench", declared=True),
        jobs=tuple(
            Job(
                name=f"job-{number:05}",
                declared_name=f"job-{number:05}",
                kind="EcsJob",
                source=Source(file=f"jobs.d/job-{number:05}.yaml", line=1),
                definition=Owned(body=body(number)),
                spec={"taskDefinition": body(number)},
            )
            for number in range(jobs)
        ),
    )


def changes(number: int) -> tuple[FieldChange, ...]:
    """Answer what differs in a drifted job: most of it hidden values."""
    source = Source(file=f"jobs.d/job-{number:05}.yaml", line=12)
    hidden = (
        FieldChange(
            path=f"containerDefinitions[main].environment[V{n}].value",
            before=f"live-{number}-{n}",
            after=f"value-{number}-{n}-x",
            source=source,
        )
        for n in range(CHANGES - 1)
    )
    image = FieldChange(
        path="containerDefinitions[main].image", before="example/app:0", after="example/app:1", source=source
    )
    return (*hidden, image)


def report(verb: str, jobs: int = JOBS, drifted: int = DRIFTED) -> Report:
    """Answer the report of a directory of so many jobs, so many of them drifted, all with a last run."""
    every = jobs // drifted
    return Report(
        verb=verb,
        owner="bench",
        region="eu-west-1",
        account="111111111111",
        started=_NOW,
        seconds=12.5,
        jobs=tuple(_job(number, drifted=number % every == 0) for number in range(jobs)),
        steps=tuple(_step(number, drifted=number % every == 0) for number in range(jobs)) if verb == "plan" else (),
    )


def _job(number: int, *, drifted: bool) -> JobReport:
    name = f"job-{number:05}"
    return JobReport(
        name=name,
        kind="EcsJob",
        sync=Sync.DRIFTED if drifted else Sync.IN_SYNC,
        health=Health.SUCCEEDED,
        source=Source(file=f"jobs.d/{name}.yaml", line=1),
        definition=f"{_ARN}/{name}:7",
        changes=changes(number) if drifted else (),
        live=Registration(name=f"{name}:7", registered_at=_NOW, registered_by="arn:aws:iam::1:user/ana")
        if drifted
        else None,
        last_run=Run(
            job=name,
            trigger="slot:2026-11-21T03:00:00Z",
            ids=(f"arn:aws:ecs:eu-west-1:111111111111:task/jobs/{number:032x}",),
            target="jobs",
            state=RunState.SUCCEEDED,
            exit_code=0,
            reason="main exited 0; Essential container in task exited",
            definition=f"{_ARN}/{name}:7",
            created=_NOW,
            started=_NOW,
            stopped=_NOW,
        ),
    )


def _step(number: int, *, drifted: bool) -> Step:
    name = f"job-{number:05}"
    return Step(
        action=Action.UPDATE if drifted else Action.KEEP,
        kind="task-definition",
        name=name,
        job=name,
        reason=f"containerDefinitions[main].environment[V0].value and {CHANGES - 1} more differ"
        if drifted
        else "in sync",
        changes=changes(number) if drifted else (),
        source=Source(file=f"jobs.d/{name}.yaml", line=1),
    )


def measure(form: str, verb: str) -> str:
    """Answer the line of one format, measured in this process."""
    made, known = report(verb), manifests()
    before = time.process_time()
    text = render(presentable(made, known), form)
    seconds = time.process_time() - before
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"| {verb} | {form} | {seconds:.2f} | {megabytes:.0f} | {len(text.encode()):,} |"


def main() -> None:
    """Measure every format, each in a process of its own."""
    print("| verb | format | seconds | MB | bytes |\n|---|---|---|---|---|", flush=True)
    for verb in ("drift", "plan"):
        for form in FORMATS:
            subprocess.run([sys.executable, "-m", "tests.bench.reports", form, verb], check=True)


if __name__ == "__main__":
    main() if len(sys.argv) == 1 else print(measure(*sys.argv[1:]))
