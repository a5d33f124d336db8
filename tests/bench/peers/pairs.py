"""Pairs of a written task definition and a live one, each with whether AWS runs the same from both.

What AWS makes of a definition is cited in `reconciler/kinds/task_definition_rules.py` and
`reconciler/kinds/ecs_container_rules.py`, row by row; here are the pairs that comparisons get wrong.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Definition = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """`same`: AWS runs the same, so that a comparison that finds a difference registers anew at every run."""

    name: str
    written: Definition
    live: Definition
    same: bool


_BASE: Final[Definition] = {
    "family": "report",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [{"name": "main", "image": "app:1", "essential": True}],
}


def _task(**members: Any) -> Definition:
    return {**copy.deepcopy(_BASE), **members}


def _main(**members: Any) -> Definition:
    return _task(containerDefinitions=[{**_BASE["containerDefinitions"][0], **members}])


def _linux(**members: Any) -> Definition:
    return _main(linuxParameters=members)


def _pair(name: str, written: Definition, live: Definition, *, same: bool = True) -> Pair:
    return Pair(name=name, written=written, live=live, same=same)


def _environment(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "value": name} for name in names]


_MAPPING: Final = {"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}
_CHECK: Final = {"command": ["CMD", "true"]}
_TWO: Final = [{"name": "main", "image": "app:1"}, {"name": "side", "image": "side:1", "essential": False}]

PAIRS: Final = (
    _pair("AWS's empty lists", _main(), _main(environment=[], mountPoints=[], volumesFrom=[], systemControls=[])),
    _pair("order of environment", _main(environment=_environment("A", "B")), _main(environment=_environment("B", "A"))),
    _pair("essential: true filled in", _task(containerDefinitions=[{"name": "main", "image": "app:1"}]), _main()),
    _pair("cpu: 0 filled in", _main(), _main(cpu=0)),
    _pair("host: {} of a volume", _task(volumes=[{"name": "v"}]), _task(volumes=[{"name": "v", "host": {}}])),
    _pair(
        "protocol and hostPort filled in",
        _main(portMappings=[{"containerPort": 8080}]),
        _main(portMappings=[_MAPPING]),
    ),
    _pair(
        "health check's defaults filled in",
        _main(healthCheck=_CHECK),
        _main(healthCheck={**_CHECK, "interval": 30, "timeout": 5, "retries": 3}),
    ),
    _pair("cpu and memory in units", _task(cpu=".25 vCPU", memory="0.5GB"), _task()),
    _pair("enableFaultInjection: false filled in", _task(), _task(enableFaultInjection=False)),
    _pair("privileged: false written", _main(privileged=False), _main()),
    _pair("readonlyRootFilesystem: false written", _main(readonlyRootFilesystem=False), _main()),
    _pair(
        "readOnly: false of a mount",
        _main(mountPoints=[{"sourceVolume": "v", "containerPath": "/v", "readOnly": False}]),
        _main(mountPoints=[{"sourceVolume": "v", "containerPath": "/v"}]),
    ),
    _pair(
        "order of mount points",
        _main(mountPoints=[{"sourceVolume": name, "containerPath": f"/{name}"} for name in "ab"]),
        _main(mountPoints=[{"sourceVolume": name, "containerPath": f"/{name}"} for name in "ba"]),
    ),
    _pair(
        "order of ulimits",
        _main(ulimits=[{"name": name, "softLimit": 1, "hardLimit": 1} for name in ("core", "nofile")]),
        _main(ulimits=[{"name": name, "softLimit": 1, "hardLimit": 1} for name in ("nofile", "core")]),
    ),
    _pair(
        "order of requiresCompatibilities",
        _task(requiresCompatibilities=["EC2", "FARGATE"]),
        _task(requiresCompatibilities=["FARGATE", "EC2"]),
    ),
    _pair(
        "order of containers",
        _task(containerDefinitions=_TWO),
        _task(containerDefinitions=list(reversed(_TWO))),
    ),
    _pair("empty capabilities", _linux(capabilities={"add": []}), _main()),
    _pair("another image", _main(), _main(image="app:2"), same=False),
    _pair(
        "a variable's value",
        _main(environment=_environment("A")),
        _main(environment=[{"name": "A", "value": "B"}]),
        same=False,
    ),
    _pair("stopTimeout: 0 against none", _main(stopTimeout=0), _main(), same=False),
    _pair(
        "softLimit: 0 against none",
        _main(ulimits=[{"name": "core", "softLimit": 0, "hardLimit": 9}]),
        _main(ulimits=[{"name": "core", "hardLimit": 9}]),
        same=False,
    ),
    _pair(
        "an empty variable against none",
        _main(environment=[{"name": "A", "value": ""}]),
        _main(environment=[]),
        same=False,
    ),
    _pair("order of a command", _main(command=["a", "b"]), _main(command=["b", "a"]), same=False),
)
