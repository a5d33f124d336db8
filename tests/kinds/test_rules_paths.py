"""Paths as people read them: entries by what they are called, not by where they stand."""

import copy
from typing import Any

import pytest

from reconciler.core.diff import compare
from reconciler.core.rules import Rules
from reconciler.kinds import job_definition_rules, task_definition_rules

TASK, JOB = task_definition_rules.RULES, job_definition_rules.RULES


def inside(container: dict[str, Any]) -> dict[str, Any]:
    other = {"name": "side", "image": "side:1"}
    return {"networkMode": "bridge", "containerDefinitions": [other, {"name": "main", **container}]}


@pytest.mark.parametrize(
    ("rules", "desired", "place", "value", "path"),
    [
        (TASK, inside({"portMappings": [{"containerPort": 80, "hostPort": 1}]}), "containerDefinitions/1/portMappings/0/hostPort", 2, "containerDefinitions[main].portMappings[80/tcp].hostPort"),
        (TASK, inside({"portMappings": [{"containerPort": 80, "protocol": "udp"}]}), "containerDefinitions/1/portMappings/0/hostPort", 2, "containerDefinitions[main].portMappings[80/udp].hostPort"),
        (TASK, inside({"portMappings": [{"containerPortRange": "80-90"}]}), "containerDefinitions/1/portMappings/0/name", "web", "containerDefinitions[main].portMappings[80-90/tcp].name"),
        (TASK, inside({"environment": [{"name": "TZ", "value": "UTC"}]}), "containerDefinitions/1/environment/0/value", "CET", "containerDefinitions[main].environment[TZ].value"),
        (TASK, inside({"environment": [{"name": "a]b", "value": "1"}]}), "containerDefinitions/1/environment/0/value", "2", 'containerDefinitions[main].environment["a]b"].value'),
        (TASK, inside({"dockerLabels": {"a.b/c": "1"}}), "containerDefinitions/1/dockerLabels/a.b~c", "2", "containerDefinitions[main].dockerLabels[a.b/c]"),
        (TASK, inside({"mountPoints": [{"containerPath": "/data", "sourceVolume": "v"}]}), "containerDefinitions/1/mountPoints/0/readOnly", True, "containerDefinitions[main].mountPoints[/data].readOnly"),
        (TASK, inside({"command": ["a", "b"]}), "containerDefinitions/1/command/1", "c", "containerDefinitions[main].command[1]"),
        (TASK, {"volumes": [{"name": "v"}]}, "volumes/0/host", {"sourcePath": "/x"}, "volumes[v].host.sourcePath"),
        (JOB, {"retryStrategy": {"evaluateOnExit": [{"action": "RETRY", "onReason": "x"}]}}, "retryStrategy/evaluateOnExit/0/onReason", "y", "retryStrategy.evaluateOnExit[0].onReason"),
        (JOB, {"eksProperties": {"podProperties": {"containers": [{"image": "a:1"}]}}}, "eksProperties/podProperties/containers/0/image", "a:2", "eksProperties.podProperties.containers[Default].image"),
        (JOB, {"nodeProperties": {"nodeRangeProperties": [{"targetNodes": "0:1", "container": {"image": "a"}}]}}, "nodeProperties/nodeRangeProperties/0/container/image", "b", "nodeProperties.nodeRangeProperties[0:1].container.image"),
        (JOB, {"containerProperties": {"resourceRequirements": [{"type": "VCPU", "value": "1"}]}}, "containerProperties/resourceRequirements/0/value", "2", "containerProperties.resourceRequirements[VCPU].value"),
    ],
)  # fmt: skip
def test_a_change_is_found_by_name(rules: Rules, desired: dict[str, Any], place: str, value: Any, path: str) -> None:
    observed: dict[str, Any] = copy.deepcopy(desired)
    *parents, last = (step.replace("~", "/") for step in place.split("/"))
    inner: Any = observed
    for step in parents:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    if isinstance(inner, list):
        inner[int(last)] = value
    else:
        inner[last] = value
    assert [change.path for change in compare(desired, observed, rules)] == [path]
