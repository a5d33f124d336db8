"""Real job definitions, end to end: refused with the line or registered once, silent, imported without a difference.

Needs the corpus (`RECONCILER_CORPUS`, or `shared/corpus` beside the checkout).
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.diff import compare
from reconciler.core.minimal import minimal
from reconciler.kinds.job_definition_rules import RULES
from reconciler.manifests import LoadRequest, load
from reconciler.model import Action, Severity, Status, Sync
from tests.engine.harness import Directory

CORPUS = Path(os.environ.get("RECONCILER_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real definitions is not here")

SETTINGS = """
    apiVersion: reconciler/v1
    kind: Settings
    metadata: {name: corpus}
    spec: {region: eu-west-1}
"""

#: What is refused offline, by the file's name, with the first words; AWS would refuse each, or it is no definition.
REFUSED = {
    "aws-samples__aws-genomics-workflows__docs__orchestration__nextflow__nextflow-overview.md#block3.json": (
        "spec.jobDefinition.containerProperties.jobRoleArn: expected the ARN of an IAM role",
    ),
    "aws__aws-cli__awscli__examples__batch__describe-job-definitions.rst#block1.json": (
        "spec.jobDefinition.containerProperties.environment: expected a list, got a mapping",
        "spec.jobDefinition.containerProperties.parameters: unknown key",
    ),
    "aws__aws-cli__awscli__examples__batch__register-job-definition.rst#block1.json": ("holds no jobDefinition",),
    "awsdocs__aws-batch-user-guide__doc_source__batch-cwe-target.md#block0.json": (
        "spec.jobDefinition: type is required",
    ),
    "awsdocs__aws-batch-user-guide__doc_source__job-definition-template.md#block0.json": (
        "spec.jobDefinition.retryStrategy.attempts: expected at least 1, got 0",
        "spec.jobDefinition.timeout.attemptDurationSeconds: expected at least 60, got 0",
    ),
    "mi-fukai__aws-batch-job-definition__aws__batch__job-definition-template.json@e91f0778f9.json": (
        "spec.jobDefinition.retryStrategy: attempts is required",
    ),
    "mi-fukai__aws-batch-job-definition__job-definition-template.json": (
        "spec.jobDefinition.containerProperties.logConfiguration.LogDriver: unknown key (did you mean logDriver?)",
    ),
    "rnzsgh__aws-batch-sample-job-python__batch-job-definition.json": (
        "spec.jobDefinition.containerProperties: image is required",
    ),
    "swajahataziz__namd-aws-batch__batch-resources__job_definition.json": (
        "spec.jobDefinition.containerProperties.jobRoleArn: expected the ARN of an IAM role",
    ),
    "swajahataziz__namd-aws-batch__batch-resources__job_definition.json@eb2e2d4e2b.json": (
        "spec.jobDefinition.containerProperties.jobRoleArn: expected the ARN of an IAM role",
    ),
    "swajahataziz__namd-aws-batch__README.md#block19.json": ("holds no jobDefinition",),
}
#: Answers that hold no definition at all.
EMPTY = {
    "cloud-custodian__cloud-custodian__tests__data__placebo__test_batch_definition_deregister__"
    "batch.DescribeJobDefinitions_2.json"
}


def answers(path: Path) -> list[Mapping[str, Any]]:
    """Answer the definitions of a file: one body, or those that a recorded answer holds."""
    body = json.loads(path.read_text())
    body = body.get("data", body)
    listed = body.get("jobDefinitions")
    return list(listed) if isinstance(listed, list) else [body]


def definitions() -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Answer file and body by a name that a job may have; a definition name of its own for each."""
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for number, path in enumerate(sorted((CORPUS / "batch").glob("*.json"))):
        for body in answers(path):
            name = f"job-{number:03}"
            found[name] = (path.name, {**body, "jobDefinitionName": name})
    return found


def write(directory: Directory, name: str, body: Mapping[str, Any], more: str = "") -> None:
    (directory.path / f"{name}.jd.json").write_text(json.dumps(body, indent=1))
    spec = f"spec: {{jobDefinitionFile: {name}.jd.json{more}}}\n"
    text = f"apiVersion: reconciler/v1\nkind: BatchJob\nmetadata: {{name: {name}}}\n{spec}"
    (directory.path / f"{name}.yaml").write_text(text)


def remove(directory: Directory, name: str) -> None:
    for suffix in ("yaml", "jd.json"):
        (directory.path / f"{name}.{suffix}").unlink(missing_ok=True)


@pytest.fixture
def corpus(directory: Directory) -> Directory:
    """The corpus as manifests, less what is refused offline, each refusal with its line."""
    directory.write(settings=SETTINGS)
    files = definitions()
    for name, (_, body) in files.items():
        write(directory, name, body)
    refused: dict[str, list[str]] = {}
    for problem in load(directory.path, LoadRequest()).problems:
        if problem.severity is not Severity.ERROR:
            continue
        assert problem.source is not None
        assert problem.source.line > 0, problem
        name = Path(problem.source.file).name.split(".")[0]
        refused.setdefault(files[name][0], []).append(str(problem).partition(" ")[2])
        remove(directory, name)
    assert sorted(refused) == sorted(REFUSED)
    for file, expected in REFUSED.items():
        told = " | ".join(refused[file])
        assert all(words in told for words in expected), told
    return directory


def test_real_definitions_are_registered_once_and_never_again(corpus: Directory) -> None:
    jobs = corpus.manifests().jobs
    assert len(jobs) == len(definitions()) - len(REFUSED)
    first = corpus.once()
    assert [f"{step.name}: {step.error}" for step in first.steps if step.error] == []
    assert sum(step.action is Action.CREATE and step.status is Status.DONE for step in first.steps) == len(jobs)
    second = corpus.once()
    assert [step.name for step in second.steps if step.action is not Action.KEEP] == []
    assert {job.sync for job in corpus.drift().jobs} == {Sync.IN_SYNC}


def test_what_lives_is_imported_without_a_difference(corpus: Directory) -> None:
    """Written by hand, described by AWS, shortened, adopted: no field differs, and the adoption registers nothing."""
    jobs = corpus.manifests().jobs
    client = corpus.aws.client("batch")
    for job in jobs:
        client.register_job_definition(**{**job.spec["jobDefinition"], "jobDefinitionName": job.name})
    described = client.describe_job_definitions(status="ACTIVE")["jobDefinitions"]
    assert len(described) == len(jobs)
    for body in described:
        write(corpus, body["jobDefinitionName"], minimal(body, RULES), ", adopt: true")
    drift = corpus.drift()
    assert {job.name: job.changes for job in drift.jobs if job.changes} == {}
    steps = [step for step in corpus.once().steps if step.action is not Action.KEEP]
    assert {(step.action, step.status) for step in steps} == {(Action.ADOPT, Status.DONE)}
    assert all(step.name.endswith(":1") for step in steps), "nothing is registered"
    assert {job.sync for job in corpus.drift().jobs} == {Sync.IN_SYNC}


RECORDED = [path.name for path in sorted((CORPUS / "batch").glob("cloud-custodian*"))] if CORPUS.is_dir() else []


@pytest.mark.parametrize("file", [name for name in RECORDED if name not in EMPTY])
def test_recorded_answers_are_imported_without_a_difference(file: str) -> None:
    for live in answers(CORPUS / "batch" / file):
        body = minimal(live, RULES)
        assert compare(body, live, RULES) == ()
        assert len(json.dumps(body)) < len(json.dumps(live))


@pytest.mark.parametrize(
    ("pair", "more"),
    [("batch-fargate-platform", {"platformCapabilities": ["FARGATE"]}), ("batch-linux-parameters", {})],
)
def test_the_two_sides_of_a_registration_are_equal(pair: str, more: Mapping[str, Any]) -> None:
    config, api = (
        {"type": "container", "containerProperties": json.loads((CORPUS / "pairs" / f"{pair}.{side}.json").read_text())}
        for side in ("config", "api")
    )
    assert compare({**config, **more}, {**api, **more}, RULES) == ()
