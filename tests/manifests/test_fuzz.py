"""Whatever people write: problems, never a traceback."""

import contextlib
import random
from pathlib import Path

import pytest

from reconciler.errors import UsageError
from reconciler.manifests import LoadRequest, load
from tests.manifests.conftest import CHECKOUT, Directory

SETTINGS = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {name: team}
spec:
  variables: {A: "1", B: "${{ A }}"}
  tags: {a: b}
  defaults: {EcsJob: {run: {launchType: EC2}, schedule: {engine: reconciler}}}
  environments:
    staging: {namePrefix: s-}
    prod: {accountId: "111111111111"}
"""
BATCH = """\
apiVersion: reconciler/v1
kind: BatchJob
metadata: {name: train}
spec:
  dependsOn: [hello]
  jobDefinition:
    type: container
    containerProperties:
      image: busybox:${{ A }}
      environment: [{name: A, value: "1"}]
      resourceRequirements: [{type: VCPU, value: 1}, {type: MEMORY, value: 64}]
  run: {jobQueue: q, command: [x]}
  schedule: {rate: 1 hour, engine: reconciler, timeZone: Europe/Paris}
  environments: {prod: {suspend: true}}
"""
SAMPLES = [SETTINGS, BATCH, *(path.read_text() for path in sorted((CHECKOUT / "jobs.d").glob("*.yaml")))]
WORDS = [
    "null",
    "{}",
    "[]",
    "[1]",
    "x",
    "-1",
    "true",
    "1.5",
    "${{ A }}",
    "${{",
    "&a",
    "*a",
    "{a: 1}",
    '""',
    "|",
    "- ",
    "? ",
    ": ",
]
WORDS += ["<<: *a", "[[", "\t", "\x00", "é", "9" * 30, ".nan", "!!str", "- null", "{name: null}"]


def mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 4)):
        lines = text.split("\n")
        number = chance.randrange(len(lines))
        line = lines[number]
        position = chance.randint(0, len(line))
        match chance.randint(0, 4):
            case 0:
                del lines[number]
            case 1:
                lines.insert(number, chance.choice(lines))
            case 2:
                lines[number] = f"{line.split(':')[0]}: {chance.choice(WORDS)}"
            case 3:
                lines[number] = line[:position] + chance.choice(WORDS) + line[position:]
            case _:
                lines[number] = line[:position] + line[position + chance.randint(1, 5) :]
        text = "\n".join(lines) or "x"
    return text


@pytest.mark.parametrize("seed", range(150))
def test_a_directory_of_damaged_files_has_problems_and_no_traceback(jobs_d: Directory, seed: int) -> None:
    chance = random.Random(seed)
    files = {f"jobs.d/{number}.yaml": mutated(text, chance) for number, text in enumerate(chance.sample(SAMPLES, 3))}
    environment = chance.choice([None, "staging", "prod"])

    with contextlib.suppress(UsageError):
        manifests = jobs_d.load(
            files, environment=environment, variables={"A": chance.choice(["1", "[1]", "", "{a: 1}"])}
        )
        assert all(problem.message and str(problem) for problem in manifests.problems)


def test_bytes_of_any_kind_are_read_or_told(write: object, tmp_path: Path) -> None:
    chance = random.Random(0)
    for _ in range(200):
        (tmp_path / "jobs.d" / "job.yaml").write_bytes(chance.randbytes(chance.randint(0, 60)))
        load(tmp_path / "jobs.d", LoadRequest())
