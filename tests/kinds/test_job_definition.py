"""BatchJob → the job definition: its name, its tags, who logs, and which container decides."""

from typing import Any

import pytest

from reconciler.kinds.job_definition import desired, main_container, main_range
from reconciler.model import Linked, Logs, Resource, Source
from tests.kinds.batch_jobs import NODES, POD, SETTINGS, SINGLE, TASK, job

LOGS = Logs(group="/jobs/nightly", options={"mode": "non-blocking"})
AWSLOGS = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "/jobs/nightly",
        "awslogs-region": "eu-west-1",
        "awslogs-stream-prefix": "job",
        "mode": "non-blocking",
    },
}


def body(resource: Resource | None) -> dict[str, Any]:
    assert resource is not None
    return dict(resource.spec)


def test_a_definition_is_named_like_its_job() -> None:
    line = Source(file="jobs.d/nightly.yaml", line=6, column=9)
    sources = {("spec", "jobDefinition", "type"): line, ("spec", "run"): line}
    assert desired(job(sources=sources, tags={"team": "data"}), SETTINGS) == Resource(
        kind="job-definition",
        name="nightly",
        job="nightly",
        spec={"jobDefinitionName": "nightly", **SINGLE},
        source=Source(file="jobs.d/nightly.yaml", line=1, column=1),
        sources={("type",): line},
        tags={"team": "data"},
    )


def test_a_written_name_and_the_bodys_own_tags_count_and_the_jobs_tags_win() -> None:
    resource = desired(
        job({**SINGLE, "jobDefinitionName": "report", "tags": {"team": "ops", "cost": 7}}, tags={"team": "data"}),
        SETTINGS,
    )
    assert resource is not None
    assert (resource.name, resource.tags) == ("report", {"team": "data", "cost": "7"})
    assert resource.spec == {"jobDefinitionName": "report", **SINGLE}


def test_a_job_without_a_definition_of_its_own_registers_none() -> None:
    assert desired(job(definition=Linked(reference="report:7")), SETTINGS) is None


def test_the_only_container_is_given_awslogs() -> None:
    assert body(desired(job(logs=LOGS), SETTINGS))["containerProperties"] == {
        "image": "app:1",
        "logConfiguration": AWSLOGS,
    }


def test_a_log_configuration_of_its_own_is_left_alone() -> None:
    own = {"image": "app:1", "logConfiguration": {"logDriver": "splunk"}}
    definition = {"type": "container", "containerProperties": own}
    assert body(desired(job(definition, logs=LOGS), SETTINGS))["containerProperties"] == own


def test_every_container_of_a_task_is_given_awslogs() -> None:
    task = body(desired(job(TASK, logs=LOGS), SETTINGS))["ecsProperties"]["taskProperties"][0]
    assert [container["logConfiguration"] for container in task["containers"]] == [AWSLOGS, AWSLOGS]


def test_every_range_of_nodes_is_given_awslogs() -> None:
    nodes = body(desired(job(NODES, logs=LOGS), SETTINGS))["nodeProperties"]
    assert [reach["container"]["logConfiguration"] for reach in nodes["nodeRangeProperties"]] == [AWSLOGS, AWSLOGS]
    assert (nodes["numNodes"], nodes["mainNode"]) == (4, 1)


def test_pods_log_as_their_cluster_does() -> None:
    assert body(desired(job(POD, logs=LOGS), SETTINGS)) == {"jobDefinitionName": "nightly", **POD}


def test_what_is_written_is_not_changed_by_what_is_added() -> None:
    written = {"type": "container", "containerProperties": {"image": "app:1"}}
    desired(job(written, logs=LOGS), SETTINGS)
    assert written == {"type": "container", "containerProperties": {"image": "app:1"}}


@pytest.mark.parametrize(
    ("definition", "main"),
    [(SINGLE, None), (TASK, "app"), (POD, "Default"), (NODES, None), ({}, None)],
    ids=["single", "task", "pod", "nodes", "unknown"],
)
def test_the_main_container(definition: dict[str, Any], main: str | None) -> None:
    assert main_container(job(definition), definition) == main
    assert main_container(job(definition, main_container="side"), definition) == "side"


def test_the_main_container_of_nodes_is_that_of_the_main_node() -> None:
    reaches = [{"targetNodes": "0", "container": {}}, {"targetNodes": "1:", "ecsProperties": TASK["ecsProperties"]}]
    nodes = {"nodeProperties": {"numNodes": 2, "mainNode": 1, "nodeRangeProperties": reaches}}
    assert main_container(job(nodes), nodes) == "app"


@pytest.mark.parametrize(
    ("reaches", "main", "found"),
    [
        (["0:3"], 3, "0:3"),
        ([":1", "2:"], 2, "2:"),
        ([":1", "2:"], 1, ":1"),
        (["0:", "2"], 2, "2"),
        (["0:", "1:2"], 3, "0:"),
        (["0:1"], 3, None),
    ],
)
def test_a_node_belongs_to_the_narrowest_range(reaches: list[str], main: int, found: str | None) -> None:
    entries = [{"targetNodes": reach} for reach in reaches]
    reach = main_range({"nodeProperties": {"numNodes": 4, "mainNode": main, "nodeRangeProperties": entries}})
    assert (reach["targetNodes"] if reach else None) == found
