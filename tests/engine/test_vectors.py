"""Pairs of what was written and what lives, through the whole pipeline: manifest, embedded AWS, plan.

`w` is the manifest's definition, `l` what somebody else registers beforehand; a job that may adopt it says whether the
two differ. Pairs are cut down to their point and lack what AWS wants besides: both sides get the same of it. Of a
schedule no manifest chooses every member, so `w` is made by somebody too. Read from `facts/vectors.jsonl` beside the
corpus (`RECONCILER_CORPUS`), skipped without.
"""

import json
import os
import sys
from collections.abc import Container
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.diff import compare
from reconciler.kinds import job_definition_rules, schedule_rules, task_definition_rules
from reconciler.local import LocalAws
from reconciler.local.calls import Place
from reconciler.local.ecs.store import section
from reconciler.model import Sync
from tests.engine.harness import REGION, Directory

CORPUS = Path(os.environ.get("RECONCILER_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
VECTORS = CORPUS.parent / "facts" / "vectors.jsonl"
SETTINGS = """
    apiVersion: reconciler/v1
    kind: Settings
    metadata: {name: vectors}
    spec: {region: eu-west-1}
"""
KINDS = {
    "ecs": ("EcsJob", "taskDefinition", "family", task_definition_rules.RULES),
    "batch": ("BatchJob", "jobDefinition", "jobDefinitionName", job_definition_rules.RULES),
}
OPERATIONS = {"ecs": "RegisterTaskDefinition", "batch": "RegisterJobDefinition"}


def vectors(kinds: Container[str]) -> list[dict[str, Any]]:
    if not VECTORS.is_file():
        pytest.skip(f"{VECTORS} is not here")
    lines = map(json.loads, VECTORS.read_text(encoding="utf-8").splitlines())
    return [vector for vector in lines if vector["k"] in kinds]


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value if item is not None] if isinstance(value, list) else value


ROLE = "arn:aws:iam::123456789012:role/exec"
SIZES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
CHECK = {"command": ["CMD-SHELL", "true"]}


def completed(vector: dict[str, Any]) -> dict[str, Any]:
    """Answer a vector with what AWS asks for and a side does not say, the same on both."""
    sides = [without_nulls(vector[side]) for side in ("w", "l")]
    COMPLETE[vector["k"]](sides)
    return {**vector, "w": sides[0], "l": sides[1]}


def complete_task_definitions(sides: list[dict[str, Any]]) -> None:
    fill(sides, "executionRoleArn", ROLE)
    containers = [container for side in sides for container in side.get("containerDefinitions", ())]
    if not all("memory" in side for side in sides):
        fill(containers, "memory", 128, unless="memoryReservation")
    if any("FARGATE" in side.get("requiresCompatibilities", ()) for side in sides):
        for log in (container.get("logConfiguration", {}) for container in containers):
            if log.get("logDriver") == "awslogs":
                log["options"].setdefault("awslogs-stream-prefix", "job")
    waits = [wait for container in containers for wait in container.get("dependsOn", ())]
    waited_for = {wait["containerName"] for wait in waits if wait["condition"] == "HEALTHY"}
    fill([container for container in containers if container["name"] in waited_for], "healthCheck", CHECK)


def complete_job_definitions(sides: list[dict[str, Any]]) -> None:
    single = [side["containerProperties"] for side in sides if "containerProperties" in side]
    tasks = [task for side in sides for task in side.get("ecsProperties", {}).get("taskProperties", ())]
    for container in (container for task in tasks for container in task["containers"]):
        container["resourceRequirements"] = container.get("resourceRequirements") or SIZES
    fill(single, "executionRoleArn", ROLE)
    fill(single, "resourceRequirements", SIZES, unless="vcpus")
    needs = [need for each in single for need in each.get("resourceRequirements", ())]
    if any(need["value"] in {"0.25", "0.5"} for need in needs):  # only Fargate has parts of a CPU, with enough memory
        fill(sides, "platformCapabilities", ["FARGATE"])
        for need in needs:
            need["value"] = {"512": "1024"}.get(need["value"], need["value"])
    elif not any("FARGATE" in side.get("platformCapabilities", ()) for side in sides):
        for need in needs:
            need["value"] = {"1.0": "1"}.get(need["value"], need["value"])


def complete_schedules(sides: list[dict[str, Any]]) -> None:
    if all(side["Target"]["Arn"].startswith("arn:aws:ecs:") for side in sides):
        task = {"TaskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/f:7"}
        fill([side["Target"] for side in sides], "EcsParameters", task)


COMPLETE = {"ecs": complete_task_definitions, "batch": complete_job_definitions, "scheduler": complete_schedules}


def fill(sides: list[dict[str, Any]], member: str, value: Any, unless: str = "") -> None:
    if not any(name in side for side in sides for name in (member, unless)):
        for side in sides:
            side[member] = value


def sendable(value: Any, shape: Any) -> Any:
    """Answer a value without what only answers have, which no client could send."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {name: sendable(item, shape.members[name]) for name, item in value.items() if name in shape.members}
    if shape.type_name == "list" and isinstance(value, list):
        return [sendable(item, shape.member) for item in value]
    return value


def somebody_else_registers(directory: Directory, vector: dict[str, Any]) -> dict[str, Any]:
    """Register the live side, with tags that only AWS itself sets where it has some; answer what AWS describes."""
    member = KINDS[vector["k"]][2]
    client = directory.aws.client(vector["k"])
    tags = vector["l"].get("tags") or ()
    own = [tag for tag in tags if not tag["key"].startswith("aws:")] if vector["k"] == "ecs" else tags
    body = {**vector["l"], member: vector["id"], "tags": own}
    if not own:
        del body["tags"]
    request = sendable(body, client.meta.service_model.operation_model(OPERATIONS[vector["k"]]).input_shape)
    if vector["k"] == "batch":
        client.register_job_definition(**request)
        return dict(client.describe_job_definitions(jobDefinitionName=vector["id"])["jobDefinitions"][0])
    client.register_task_definition(**request)
    with directory.aws.lock():
        families = section(directory.aws.world, Place(directory.aws.account, REGION), "families")
        families[vector["id"]]["revisions"]["1"]["tags"] |= {tag["key"]: tag["value"] for tag in tags}
    answer = client.describe_task_definition(taskDefinition=vector["id"], include=["TAGS"])
    return {**answer["taskDefinition"], "tags": answer.get("tags", [])}


def test_every_vector_gives_its_answer_through_the_pipeline(directory: Directory) -> None:
    directory.write(settings=SETTINGS)
    every = [completed(vector) for vector in vectors(KINDS)]
    for vector in every:
        kind, definition, member, rules = KINDS[vector["k"]]
        described = somebody_else_registers(directory, vector)
        assert compare({**vector["l"], member: vector["id"]}, described, rules) == (), vector["id"]
        manifest = {
            "apiVersion": "reconciler/v1",
            "kind": kind,
            "metadata": {"name": vector["id"]},
            "spec": {definition: {**vector["w"], member: vector["id"]}, "adopt": True},
        }
        (directory.path / f"{vector['id']}.yaml").write_text(json.dumps(manifest))
    jobs = {job.name: job for job in directory.drift().jobs}
    assert {name: job.sync is Sync.IN_SYNC for name, job in jobs.items()} == {each["id"]: each["eq"] for each in every}
    sys.stdout.write(f"{len(every)} vectors of definitions, all as expected through the pipeline\n")

    first = directory.once()
    assert [step.error for step in first.steps if step.error] == []
    second = directory.once()
    assert [step.name for step in second.steps if step.operation is not None] == []


def test_every_vector_of_a_schedule_gives_its_answer_by_what_aws_returns(aws: LocalAws) -> None:
    scheduler, every = aws.client("scheduler", region=REGION), [completed(each) for each in vectors({"scheduler"})]
    shape = scheduler.meta.service_model.operation_model("CreateSchedule").input_shape
    for vector in every:
        described = {}
        for side in ("w", "l"):
            name = f"{vector['id']}-{side}"
            scheduler.create_schedule(**sendable({**vector[side], "Name": name}, shape))
            described[side] = scheduler.get_schedule(Name=name) | {"Name": vector[side]["Name"]}
            del described[side]["ResponseMetadata"]
            assert compare(vector[side], described[side], schedule_rules.RULES) == (), name
        changes = compare(vector["w"], described["l"], schedule_rules.RULES)
        assert (changes == ()) is vector["eq"], (vector["id"], changes)
        assert bool(compare(described["w"], described["l"], schedule_rules.RULES)) is bool(changes)
    sys.stdout.write(f"{len(every)} vectors of schedules, all as expected by what AWS returns\n")
