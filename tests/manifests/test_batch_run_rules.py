"""What the run section of a BatchJob may name, for every properties kind of its definition."""

import json
from typing import Any

import pytest

from tests.manifests.conftest import Directory

VCPU, MEMORY = {"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}
CONTAINER = {"image": "busybox", "resourceRequirements": [VCPU, MEMORY]}
SINGLE = {"type": "container", "containerProperties": CONTAINER}
TASK = {"type": "container", "ecsProperties": {"taskProperties": [{"containers": [{"name": "app", **CONTAINER}]}]}}
POD = {
    "type": "container",
    "eksProperties": {"podProperties": {"containers": [{"image": "busybox"}, {"name": "side", "image": "busybox"}]}},
}
NODES = {
    "type": "multinode",
    "nodeProperties": {
        "numNodes": 2,
        "mainNode": 0,
        "nodeRangeProperties": [{"targetNodes": "0:1", "container": CONTAINER}],
    },
}


def manifest(definition: dict[str, Any], run: dict[str, Any], **spec: Any) -> dict[str, str]:
    text = {
        "apiVersion": "reconciler/v1",
        "kind": "BatchJob",
        "metadata": {"name": "hello"},
        "spec": {"jobDefinition": definition, "run": run, **spec},
    }
    return {"jobs.d/job.json": json.dumps(text)}


@pytest.mark.parametrize(
    ("definition", "run"),
    [
        (SINGLE, {"command": ["x"], "environment": {"A": "1"}}),
        (TASK, {"command": {"app": ["x"]}, "environment": {"app": {"A": "1"}}}),
        (POD, {"command": {"Default": ["x"], "side": ["y"]}}),
        (NODES, {"command": ["x"]}),
    ],
    ids=["single", "task", "pod", "nodes"],
)
def test_containers_that_there_are_may_be_named(
    jobs_d: Directory, definition: dict[str, Any], run: dict[str, Any]
) -> None:
    assert jobs_d.errors(manifest(definition, run)) == []


@pytest.mark.parametrize(
    ("definition", "error"),
    [
        (SINGLE, 'spec.run.command.main: no container "main": the job has one, without a name (leave the name out)'),
        (TASK, 'spec.run.command.main: no container "main" (expected one of app)'),
        (POD, 'spec.run.command.main: no container "main" (expected one of Default, side)'),
    ],
    ids=["single", "task", "pod"],
)
def test_containers_that_there_are_not_may_not(jobs_d: Directory, definition: dict[str, Any], error: str) -> None:
    told = jobs_d.errors(manifest(definition, {"command": {"main": ["x"]}}))
    assert [line.split(" ", 1)[1] for line in told] == [error]


def test_the_main_container_of_a_pod_may_be_chosen(jobs_d: Directory) -> None:
    assert jobs_d.errors(manifest(POD, {}, mainContainer="side")) == []
