"""Schedules through the command line: what is told of them, and what is refused or warned of."""

import json
from pathlib import Path

import pytest

from tests.cli.command_line import HELLO, Reconcile

ROLE = "arn:aws:iam::111111111111:role/scheduler"
LOOP = "engine: reconciler"
AWS = f"engine: eventbridge, eventBridge: {{roleArn: '{ROLE}'}}"
PAST = "is in the past: nothing starts any more (remove the job, or give it another time)"


def with_schedule(jobs: Path, schedule: str, name: str = "hello") -> None:
    text = HELLO.replace("once: {}", f"schedule: {schedule}").replace("name: hello,", f"name: {name},")
    (jobs / f"{name}.yaml").write_text(text)


def problems(reconcile: Reconcile, *arguments: str) -> list[str]:
    told = json.loads(reconcile(*arguments, "--format", "json").out)["problems"]
    return [f"{each['severity']} {each['source']}:{each['column']} {each['path']}: {each['message']}" for each in told]


@pytest.mark.usefixtures("on_virtual_time")
@pytest.mark.parametrize("verb", ["validate", "plan"])
def test_what_has_passed_is_warned_of_at_its_line(jobs: Path, reconcile: Reconcile, verb: str) -> None:
    with_schedule(jobs, f"{{at: 2025-12-31T23:59:00, {LOOP}}}")
    with_schedule(jobs, f'{{cron: "0 3 * * *", {AWS}, endDate: 2025-12-31T23:59:00}}', name="other")
    answer = reconcile(verb)
    assert answer.code == 0
    assert [line for line in answer.out.splitlines() if line.startswith("warning")] == [
        f"warning: jobs.d/hello.yaml:16:14 spec.schedule.at: {PAST}",
        f"warning: jobs.d/other.yaml:16:122 spec.schedule.endDate: {PAST}",
    ]
