"""Other spellings of a task definition that AWS treats alike, as a person knows them: not read from any table."""

import copy
import random
from typing import Any

#: By what the entries of lists without an order are told apart, and which lists are sets.
KEYS = {
    "containerDefinitions": "name",
    "environment": "name",
    "secrets": "name",
    "secretOptions": "name",
    "volumes": "name",
    "ulimits": "name",
    "systemControls": "namespace",
    "mountPoints": "containerPath",
    "volumesFrom": "sourceContainer",
    "dependsOn": "containerName",
    "portMappings": "containerPort",
    "resourceRequirements": "type",
    "tags": "key",
}
SETS = {"requiresCompatibilities", "links", "add", "drop"}


def spelt_anew(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Answer another spelling: some defaults and empties written out, units used, lists and members shuffled."""
    anew = copy.deepcopy(body)
    direct = anew.get("networkMode") in {"awsvpc", "host"}
    for container in anew.get("containerDefinitions") or []:
        _fill_container(container, direct, chance)
    for volume in anew.get("volumes") or []:
        _fill_volume(volume, chance)
    platform = {"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"}
    _fill(anew, chance, volumes=[], placementConstraints=[], enableFaultInjection=False, pidMode=None)
    _fill(anew, chance, runtimePlatform=platform, networkMode="bridge", revision=9, status="ACTIVE", compatibilities=[])
    for member, unit in (("cpu", " vCPU"), ("memory", "GB")):
        if str(anew.get(member)).isdecimal() and chance.random() < 0.5:
            anew[member] = f"{int(anew[member]) / 1024}{unit}"
    _shuffle(anew, chance)
    return anew


def _fill(structure: dict[str, Any], chance: random.Random, **defaults: Any) -> None:
    for name, value in defaults.items():
        if structure.get(name) is None and chance.random() < 0.6:
            structure[name] = value


def _fill_container(container: dict[str, Any], direct: bool, chance: random.Random) -> None:
    _fill(container, chance, cpu=0, essential=True, environment=[], mountPoints=[], volumesFrom=[], systemControls=[])
    _fill(container, chance, portMappings=[], links=[], dockerLabels={}, privileged=False, interactive=None)
    _fill(container, chance, linuxParameters={"capabilities": {}, "devices": []}, versionConsistency="enabled")
    for mapping in container.get("portMappings") or []:
        _fill(mapping, chance, protocol="tcp", hostPort=mapping.get("containerPort") if direct else 0)
    if container.get("healthCheck"):
        _fill(container["healthCheck"], chance, interval=30, timeout=5, retries=3, startPeriod=0)
    if container.get("logConfiguration"):
        _fill(container["logConfiguration"], chance, secretOptions=[])
    for mount in container.get("mountPoints") or []:
        _fill(mount, chance, readOnly=False)


def _fill_volume(volume: dict[str, Any], chance: random.Random) -> None:
    if volume.get("efsVolumeConfiguration"):
        _fill(volume["efsVolumeConfiguration"], chance, rootDirectory="/", transitEncryption="DISABLED")
    elif len(volume) == 1:
        _fill(volume, chance, host={}, configuredAtLaunch=False)


def _shuffle(value: Any, chance: random.Random, member: str = "") -> None:
    if isinstance(value, dict):
        for name in chance.sample(sorted(value), len(value)):
            _shuffle(value[name], chance, name)
            value[name] = value.pop(name)
    if isinstance(value, list):
        for entry in value:
            _shuffle(entry, chance)
        names = [entry.get("name") for entry in value if isinstance(entry, dict)]
        # of variables with one name the last counts: their order says something
        if (member in KEYS or member in SETS) and (member != "environment" or len(set(names)) == len(names)):
            chance.shuffle(value)
