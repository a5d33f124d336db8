"""What others may change is carried over into what is registered next."""

from copy import deepcopy
from typing import Any

import pytest

from reconciler.core.carry import carry_over
from reconciler.core.diff import compare
from reconciler.kinds.task_definition_rules import RULES

DESIRED: dict[str, Any] = {
    "family": "f",
    "cpu": "1 vCPU",
    "containerDefinitions": [
        {
            "name": "app",
            "image": "app:2",
            "command": ["run", "--fast"],
            "environment": [{"name": "LEVEL", "value": "info"}, {"name": "ONLY_HERE", "value": "1"}],
        }
    ],
}
LIVE: dict[str, Any] = {
    "family": "f",
    "revision": 7,
    "cpu": "2048",
    "memory": "4096",
    "runtimePlatform": {"cpuArchitecture": "ARM64"},
    "containerDefinitions": [
        {"name": "sidecar", "image": "agent:9", "environment": [{"name": "LEVEL", "value": "trace"}]},
        {
            "name": "app",
            "image": "app:1",
            "command": ["run", "--slow", "--loud"],
            "environment": [{"name": "BUILD", "value": "77"}, {"name": "LEVEL", "value": "debug"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/g"}},
        },
    ],
}


def app(**changes: Any) -> dict[str, Any]:
    changed = {**DESIRED["containerDefinitions"][0], **changes}
    return {**DESIRED, "containerDefinitions": [changed]}


VARIABLES = DESIRED["containerDefinitions"][0]["environment"]


@pytest.mark.parametrize(
    ("ignored", "expected"),
    [
        ("cpu", {**DESIRED, "cpu": "2048"}),
        ("memory", {**DESIRED, "memory": "4096"}),
        ("containerDefinitions[app].image", app(image="app:1")),
        ("/containerDefinitions/0/image", app(image="app:1")),
        ("containerDefinitions[*].image", app(image="app:1")),
        ("containerDefinitions[app].command", app(command=["run", "--slow", "--loud"])),
        ("containerDefinitions[app].command[1]", app(command=["run", "--slow"])),
        ("containerDefinitions[app].command[2]", DESIRED),
        (
            "containerDefinitions[app].environment[LEVEL].value",
            app(environment=[{"name": "LEVEL", "value": "debug"}, VARIABLES[1]]),
        ),
        (
            "containerDefinitions[app].environment[BUILD].value",
            app(environment=[*VARIABLES, {"name": "BUILD", "value": "77"}]),
        ),
        (
            "containerDefinitions[app].environment[BUILD]",
            app(environment=[*VARIABLES, {"name": "BUILD", "value": "77"}]),
        ),
        ("containerDefinitions[app].environment[ONLY_HERE].value", app(environment=VARIABLES[:1])),
        (
            "containerDefinitions[app].environment",
            app(environment=[{"name": "BUILD", "value": "77"}, {"name": "LEVEL", "value": "debug"}]),
        ),
        ("runtimePlatform.cpuArchitecture", {**DESIRED, "runtimePlatform": {"cpuArchitecture": "ARM64"}}),
        (
            "containerDefinitions[app].logConfiguration.options",
            app(logConfiguration={"options": {"awslogs-group": "/g"}}),
        ),
        (
            "containerDefinitions[sidecar]",
            {**DESIRED, "containerDefinitions": [*DESIRED["containerDefinitions"], LIVE["containerDefinitions"][0]]},
        ),
        ("containerDefinitions[sidecar].image", DESIRED),
        ("revision", DESIRED),
        ("ipcMode", DESIRED),
    ],
)
def test_an_ignored_path_takes_the_live_value(ignored: str, expected: dict[str, Any]) -> None:
    desired, live = deepcopy(DESIRED), deepcopy(LIVE)
    carried = carry_over(desired, live, RULES, [ignored])
    assert carried == expected
    assert (desired, live) == (DESIRED, LIVE)
    assert carry_over(carried, live, RULES, [ignored]) == carried
    before = {change.path for change in compare(DESIRED, LIVE, RULES, [ignored])}
    assert {change.path for change in compare(carried, LIVE, RULES, [ignored])} == before


def test_several_paths_are_carried_over_together() -> None:
    ignored = ["containerDefinitions[app].environment[*].value", "cpu", "containerDefinitions[*].image"]
    carried = carry_over(DESIRED, LIVE, RULES, ignored)
    variables = carried["containerDefinitions"][0]["environment"]
    assert sorted((each["name"], each["value"]) for each in variables) == [("BUILD", "77"), ("LEVEL", "debug")]
    assert (carried["cpu"], carried["containerDefinitions"][0]["image"]) == ("2048", "app:1")


def test_nothing_ignored_is_the_manifest_itself() -> None:
    assert carry_over(DESIRED, LIVE, RULES, []) is DESIRED
