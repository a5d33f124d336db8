"""Real processes of the command line, ended by SIGKILL in the middle of the whole scenario, and what comes after them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proof import ends
from tests.proof.course import play, prepared

#: A call, before or after which the process is killed, and how many such calls go through first.
PLACES = [
    ("ecs:RegisterTaskDefinition", "kill_after", 3),
    ("scheduler:CreateSchedule", "kill_after", 0),
    ("logs:CreateLogStream", "kill_after", 2),
    ("ecs:RunTask", "kill_after", 5),
    ("batch:SubmitJob", "kill_after", 0),
    ("ecs:DeregisterTaskDefinition", "kill_before", 1),
]


def test_a_process_that_is_killed_is_followed_by_one_that_finishes_its_work(tmp_path: Path) -> None:
    with prepared(tmp_path) as (laboratory, manifests):
        start = laboratory.moment()
        play(laboratory, manifests)
        expected, faults = ends.unnumbered(ends.standing(laboratory)), []
        for call, effect, skip in PLACES:
            laboratory.back_to(start)
            laboratory.aws.faults.add(call, effect, skip=skip)
            killed = _reconcile(laboratory.aws.environment, tmp_path / "now" / "jobs.d")
            assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
            laboratory.aws.advance(1)
            report = play(laboratory, manifests)
            found = [*ends.of_one_shots(laboratory, manifests, report), *ends.of_slots(laboratory, manifests)]
            found += ends.of_things(expected, ends.unnumbered(ends.standing(laboratory)))
            faults += [f"{effect} {call} ({skip + 1}): {fault}" for fault in found]
        assert not faults, "\n".join(faults)


def test_and_undisturbed_it_says_what_it_did(tmp_path: Path) -> None:
    with prepared(tmp_path) as (laboratory, _):
        done = _reconcile(laboratory.aws.environment, tmp_path / "now" / "jobs.d")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def _reconcile(environment: dict[str, str], directory: Path) -> subprocess.CompletedProcess[str]:
    options = ["--endpoint-url", environment["AWS_ENDPOINT_URL"], "--rate-limits", "off"]
    return subprocess.run(
        [sys.executable, "-m", "reconciler.cli", "--once", str(directory), *options],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("trouble", "options", "said"),
    [
        ("expired", {"times": None}, "get new credentials"),
        ("deny", {}, "is not allowed on"),
        ("server_error", {"times": 5}, "Service Unavailable"),
    ],
)
def test_what_goes_wrong_is_one_line_on_the_terminal(
    tmp_path: Path, trouble: str, options: dict[str, int | None], said: str
) -> None:
    with prepared(tmp_path) as (laboratory, _):
        laboratory.aws.faults.add("ecs:ListTaskDefinitions", trouble, **options)
        done = _reconcile(laboratory.aws.environment, tmp_path / "now" / "jobs.d")
        assert done.returncode == 1
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line]
        assert len(lines) == 1, lines
        assert lines[0].startswith("reconcile: ListTaskDefinitions: ")
        assert said in lines[0]
