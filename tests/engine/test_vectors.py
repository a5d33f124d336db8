"""Pairs of what was written and what lives, through the whole pipeline: manifest, embedded AWS, plan.

`w` is the manifest's definition, `l` what somebody else registers beforehand; a job that may adopt it says whether the
two differ. Read from `facts/vectors.jsonl` beside the corpus (`RECONCILER_CORPUS`), skipped without. A pair is left out
where AWS would refuse to register `l`, or would describe it otherwise than the vector has it, and where the manifests
refuse `w` (a foreign writer's spelling that nobody could commit): each is counted, with its reason.
"""

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from reconciler.core.diff import compare
from reconciler.kinds import job_definition_rules, task_definition_rules
from reconciler.manifests import LoadRequest, load
from reconciler.manifests.schemas import read_only
from reconciler.model import Severity, Sync
from tests.engine.harness import Directory

CORPUS = Path(os.environ.get("RECONCILER_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
VECTORS = CORPUS.parent / "facts" / "vectors.jsonl"
SETTINGS = """
    apiVersion: reconciler/v1
    kind: Settings
    metadata: {name: vectors}
    spec: {region: eu-west-1}
"""
KINDS = {
    "ecs": ("EcsJob", "taskDefinition", "family", "task-definition", task_definition_rules.RULES),
    "batch": ("BatchJob", "jobDefinition", "jobDefinitionName", "job-definition", job_definition_rules.RULES),
}


def vectors() -> list[dict[str, Any]]:
    if not VECTORS.is_file():
        pytest.skip(f"{VECTORS} is not here")
    lines = map(json.loads, VECTORS.read_text(encoding="utf-8").splitlines())
    return [completed(vector) for vector in lines if vector["k"] in KINDS]


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value if item is not None] if isinstance(value, list) else value


ROLE = "arn:aws:iam::123456789012:role/exec"
SIZES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]


def completed(vector: dict[str, Any]) -> dict[str, Any]:
    """Answer a vector with what AWS asks for and neither side says, the same on both: sizes and a role."""
    sides = [without_nulls(vector[side]) for side in ("w", "l")]
    if vector["k"] == "ecs":
        fill(sides, "executionRoleArn", ROLE)
        containers = [container for side in sides for container in side.get("containerDefinitions", ())]
        if not any("memory" in side for side in sides):
            fill(containers, "memory", 128, unless="memoryReservation")
    else:
        single = [side["containerProperties"] for side in sides if "containerProperties" in side]
        fill(single, "executionRoleArn", ROLE)
        fill(single, "resourceRequirements", SIZES, unless="vcpus")
        if not any("FARGATE" in side.get("platformCapabilities", ()) for side in sides):
            for need in (need for each in single for need in each.get("resourceRequirements", ())):
                need["value"] = {"1.0": "1"}.get(need["value"], need["value"])
    return {**vector, "w": sides[0], "l": sides[1]}


def fill(sides: list[dict[str, Any]], member: str, value: Any, unless: str = "") -> None:
    if not any(name in side for side in sides for name in (member, unless)):
        for side in sides:
            side[member] = value


def somebody_else_registers(directory: Directory, vector: dict[str, Any]) -> dict[str, Any] | str:
    """Answer what AWS describes after somebody registered the live side, or why that cannot be."""
    _, _, member, name, _ = KINDS[vector["k"]]
    body = {key: value for key, value in without_nulls(vector["l"]).items() if key not in read_only(name)}
    request = {key: value for key, value in {**body, member: vector["id"]}.items() if key != "tags"}
    try:
        if vector["k"] == "ecs":
            ecs = directory.aws.client("ecs")
            return dict(ecs.register_task_definition(**request)["taskDefinition"])
        batch = directory.aws.client("batch")
        batch.register_job_definition(**request)
        answer = batch.describe_job_definitions(jobDefinitionName=vector["id"], status="ACTIVE")
        return dict(answer["jobDefinitions"][0])
    except (ClientError, ParamValidationError) as error:
        return f"AWS refuses the live side: {str(error).splitlines()[0][-90:]}"


def test_every_vector_gives_its_answer_through_the_pipeline(directory: Directory) -> None:
    directory.write(settings=SETTINGS)
    left_out: dict[str, str] = {}
    expected: dict[str, bool] = {}
    every = vectors()
    for vector in every:
        kind, section, member, _, rules = KINDS[vector["k"]]
        described = somebody_else_registers(directory, vector)
        if isinstance(described, str):
            left_out[vector["id"]] = described
            continue
        if compare({**vector["l"], member: vector["id"]}, described, rules):
            left_out[vector["id"]] = "AWS describes another live side"
            continue
        written = {**without_nulls(vector["w"]), member: vector["id"]}
        manifest = {
            "apiVersion": "reconciler/v1",
            "kind": kind,
            "metadata": {"name": vector["id"]},
            "spec": {section: written, "adopt": True},
        }
        (directory.path / f"{vector['id']}.yaml").write_text(json.dumps(manifest))
        expected[vector["id"]] = vector["eq"]
    for problem in load(directory.path, LoadRequest()).problems:
        if problem.severity is Severity.ERROR and problem.source is not None:
            name = Path(problem.source.file).stem
            if expected.pop(name, None) is not None:
                left_out[name] = f"the manifest is refused: {problem.message[:80]}"
                (directory.path / f"{name}.yaml").unlink()

    jobs = {job.name: job for job in directory.drift().jobs}
    assert {name: jobs[name].sync is Sync.IN_SYNC for name in expected} == expected
    reasons = Counter(reason.partition(":")[0] for reason in left_out.values())
    sys.stdout.write(
        f"{len(every)} vectors, {len(expected)} as expected through the pipeline; left out: {dict(reasons)}\n"
    )
    sys.stdout.write("".join(f"  {name}: {reason}\n" for name, reason in sorted(left_out.items())))
    assert len(left_out) <= 9

    first = directory.once()
    assert [step.error for step in first.steps if step.error] == []
    second = directory.once()
    assert [step.name for step in second.steps if step.operation is not None] == []
