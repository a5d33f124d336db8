"""What RegisterJobDefinition refuses and no schema can see.

BOTO is the documentation of the member in botocore's Batch model; a quoted sentence is what AWS answers, with the
public issue where it was seen.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.core import fargate_sizes
from reconciler.manifests.rules.findings import EACH, Check, Finding, Rule, Scene, circles, expected, repeated
from reconciler.manifests.rules.placeholders import placeholder_hint
from reconciler.model import Path, Severity

_BODY: Path = ("spec", "jobDefinition")
#: Batch user guide, service quotas: size of a job definition.
_MOST_BYTES = 24 << 10
#: BOTO type: what each type of job is described by.
_PROPERTIES = {
    "container": ("containerProperties", "ecsProperties", "eksProperties"),
    "multinode": ("nodeProperties",),
}
#: BOTO vcpus and memory: the older spelling of two resource requirements.
_DEPRECATED = {"VCPU": "vcpus", "MEMORY": "memory"}
#: BOTO jobRoleArn, taskRoleArn, executionRoleArn: the ARN, no short name as ECS takes.
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+\Z", re.ASCII)
#: BOTO: "Jobs that are running on Amazon EC2 resources must not specify this parameter."
_FARGATE_ONLY = ("networkConfiguration", "fargatePlatformConfiguration")
#: BOTO KeyValuePair: "Environment variables cannot start with AWS_BATCH".
_RESERVED = "AWS_BATCH"


def _containers(scene: Scene) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every container of the definition, those of ecsProperties and of every node too."""
    body = scene.spec["jobDefinition"]
    yield from _inside(body, _BODY, "containerProperties")
    for position, node in enumerate(body.get("nodeProperties", {}).get("nodeRangeProperties", ())):
        yield from _inside(node, (*_BODY, "nodeProperties", "nodeRangeProperties", position), "container")


def _inside(owner: Mapping[str, Any], path: Path, member: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if member in owner:
        yield (*path, member), owner[member]
    for task_path, task in _tasks(owner, path):
        for position, container in enumerate(task.get("containers", ())):
            yield (*task_path, "containers", position), container


def _tasks(owner: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for position, task in enumerate(owner.get("ecsProperties", {}).get("taskProperties", ())):
        yield (*path, "ecsProperties", "taskProperties", position), task


def _type(scene: Scene) -> Iterator[Finding]:
    body = scene.spec["jobDefinition"]
    kind = str(body.get("type", "container")).lower()
    allowed = _PROPERTIES.get(kind, ())
    present = [member for members in _PROPERTIES.values() for member in members if member in body]
    for member in present:
        if member not in allowed:
            yield Finding(path=(*_BODY, member), message=f"{member} does not fit type {kind}")
    fitting = [member for member in present if member in allowed]
    if allowed and not present:
        yield Finding(path=_BODY, message=f"{' or '.join(allowed)} is required for type {kind}")
    if len(fitting) > 1:
        yield Finding(path=(*_BODY, fitting[1]), message=f"{' and '.join(fitting)} exclude each other", hint="keep one")


def _images(scene: Scene) -> Iterator[Finding]:
    """BOTO image: required."""
    for path, container in _containers(scene):
        if not container.get("image") and not (path[-1] == "container" and "instanceType" in container):
            yield Finding(path=path, message="image is required")


def _resources(scene: Scene) -> Iterator[Finding]:
    """AWS: Error executing request, Exception : vCPU is not provided. (ASFHyP3/hyp3#586); BOTO ResourceRequirement."""
    fargate_only = _on_fargate(scene)
    for path, container in _containers(scene):
        wanted = [(str(each.get("type")), str(each.get("value"))) for each in container.get("resourceRequirements", ())]
        requirements = dict(wanted)
        types = [name for name, _ in wanted]
        for position, first, name in repeated(types):
            where: Path = (*path, "resourceRequirements", position)
            yield Finding(path=where, message=f"{name} is given twice (first in resourceRequirements[{first}])")
        for name, member in _DEPRECATED.items():
            if name in requirements and member in container:
                message = f"{member} and the resource requirement {name} exclude each other"
                yield Finding(path=(*path, member), message=message, hint=f"drop {member}")
            elif fargate_only and member in container:
                message = f"{member} is not supported on Fargate"
                yield Finding(path=(*path, member), message=message, hint=f"use resourceRequirements with type {name}")
            elif name not in requirements and member not in container:
                message = f"resourceRequirements lacks {name}"
                yield Finding(path=path, message=message, hint=f"add {{type: {name}, value: …}}")
        yield from _sizes(path, requirements, fargate_only=fargate_only)


def _sizes(path: Path, requirements: Mapping[str, str], *, fargate_only: bool) -> Iterator[Finding]:
    where: Path = (*path, "resourceRequirements")
    if not fargate_only:
        for name, value in requirements.items():
            if not value.isdigit() or int(value) < 1:
                yield Finding(path=where, message=f'expected a whole number for {name}, got "{value}"')
        return
    if "GPU" in requirements:
        yield Finding(path=where, message="a GPU is not supported on Fargate")
    if "VCPU" not in requirements or "MEMORY" not in requirements:
        return
    vcpu, memory = requirements["VCPU"], requirements["MEMORY"]
    allowed = fargate_sizes.MEMORY_BY_CPU.get(fargate_sizes.cpu_units(f"{vcpu} vCPU"))
    if allowed is None:
        expected = ", ".join(f"{units / 1024:g}" for units in fargate_sizes.MEMORY_BY_CPU)
        yield Finding(path=where, message=f'expected one of {expected} for VCPU on Fargate, got "{vcpu}"')
    elif fargate_sizes.mebibytes(memory) not in allowed:
        message = f'expected {fargate_sizes.described(allowed)} with VCPU {vcpu} on Fargate, got "{memory}"'
        yield Finding(path=where, message=message)


def _on_fargate(scene: Scene) -> bool:
    return "FARGATE" in scene.spec["jobDefinition"].get("platformCapabilities", ())


def _fargate(scene: Scene) -> Iterator[Finding]:
    """BOTO executionRoleArn, privileged, ulimits, linuxParameters.devices; multi-node jobs run on EC2 only."""
    if not _on_fargate(scene):
        yield from _not_on_ec2(scene)
        return
    body = scene.spec["jobDefinition"]
    if str(body.get("type", "")).lower() == "multinode":
        yield Finding(path=(*_BODY, "type"), message="multi-node parallel jobs are not supported on Fargate")
    single = body.get("containerProperties")
    if single is not None and not single.get("executionRoleArn"):
        yield Finding(path=(*_BODY, "containerProperties"), message="Fargate requires executionRoleArn")
    for task_path, task in _tasks(body, _BODY):
        if not task.get("executionRoleArn"):
            yield Finding(path=task_path, message="Fargate requires executionRoleArn")
    for path, container in _containers(scene):
        for member in ("privileged", "ulimits", "instanceType"):
            if container.get(member):
                yield Finding(path=(*path, member), message=f"{member} is not supported on Fargate")
        for member in ("devices", "sharedMemorySize", "tmpfs", "maxSwap", "swappiness"):
            if container.get("linuxParameters", {}).get(member):
                where: Path = (*path, "linuxParameters", member)
                yield Finding(path=where, message=f"{member} is not supported on Fargate")


def _not_on_ec2(scene: Scene) -> Iterator[Finding]:
    """AWS: networkConfiguration not applicable for EC2. (Terraform's provider, job_definition_test.go)."""
    for path, container in _containers(scene):
        for member in _FARGATE_ONLY:
            if container.get(member) and path[-1] == "containerProperties":
                hint = "add platformCapabilities: [FARGATE]"
                yield Finding(path=(*path, member), message=f"{member} is for Fargate only", hint=hint)


def _roles(scene: Scene) -> Iterator[Finding]:
    for path, holder in (*_containers(scene), *_tasks(scene.spec["jobDefinition"], _BODY)):
        for member in ("jobRoleArn", "taskRoleArn", "executionRoleArn"):
            role = holder.get(member)
            if role and not _ROLE.match(role):
                message = f'expected the ARN of an IAM role, got "{role}"'
                yield Finding(path=(*path, member), message=message, hint=placeholder_hint(role))


def _retries(scene: Scene) -> Iterator[Finding]:
    """AWS: RetryAttempts must be provided with retry strategy (Terraform's provider, job_definition_test.go)."""
    strategy = scene.spec["jobDefinition"].get("retryStrategy")
    if strategy is not None and "attempts" not in strategy:
        yield Finding(path=(*_BODY, "retryStrategy"), message="attempts is required")


def _variables(scene: Scene) -> Iterator[Finding]:
    for path, container in _containers(scene):
        names = [str(entry.get("name")) for entry in container.get("environment", ())]
        secrets = [str(entry.get("name")) for entry in container.get("secrets", ())]
        for position, _, name in repeated(names):
            message = f'the variable "{name}" is given twice, AWS keeps the last'
            where: Path = (*path, "environment", position, "name")
            yield Finding(path=where, message=message, severity=Severity.WARNING)
        for position, name in enumerate(names):
            if name.startswith(_RESERVED):
                message = f"{name} begins with {_RESERVED}, which Batch keeps to itself"
                yield Finding(path=(*path, "environment", position, "name"), message=message)
        for position, name in enumerate(secrets):
            if name in names:
                message = f'"{name}" is also in environment'
                where = (*path, "secrets", position, "name")
                yield Finding(path=where, message=message, hint="keep the secret and drop the variable")


def _volumes(scene: Scene) -> Iterator[Finding]:
    """Mount points name volumes of their container, or of their task under ecsProperties."""
    for task_path, task in _tasks(scene.spec["jobDefinition"], _BODY):
        for position, container in enumerate(task.get("containers", ())):
            yield from _mounts(container, (*task_path, "containers", position), task.get("volumes", ()))
    single = scene.spec["jobDefinition"].get("containerProperties")
    if single is not None:
        yield from _mounts(single, (*_BODY, "containerProperties"), single.get("volumes", ()))


def _mounts(container: Mapping[str, Any], path: Path, volumes: Any) -> Iterator[Finding]:
    names = [str(volume.get("name")) for volume in volumes]
    for position, mount in enumerate(container.get("mountPoints", ())):
        volume = mount.get("sourceVolume")
        if volume is not None and volume not in names:
            where: Path = (*path, "mountPoints", position, "sourceVolume")
            yield Finding(path=where, message=f'no volume "{volume}" ({expected(names)})')


def _container_names(scene: Scene) -> Iterator[Finding]:
    """Containers of ecsProperties: unique names, and dependencies that exist and end."""
    for task_path, task in _tasks(scene.spec["jobDefinition"], _BODY):
        names = [str(container.get("name")) for container in task.get("containers", ())]
        for position, first, name in repeated(names):
            path: Path = (*task_path, "containers", position)
            yield Finding(path=path, message=f'duplicate container name "{name}" (first in containers[{first}])')
        edges = {}
        for position, container in enumerate(task.get("containers", ())):
            awaited = [each.get("containerName") for each in container.get("dependsOn", ())]
            edges[names[position]] = [name for name in awaited if name in names]
            for index, name in enumerate(awaited):
                path = (*task_path, "containers", position, "dependsOn", index)
                if name is None:
                    yield Finding(path=path, message="containerName is required")
                elif name not in names:
                    yield Finding(path=path, message=f'no container "{name}" ({expected(names)})')
        for circle in circles(edges):
            path = (*task_path, "containers", names.index(circle[0]), "dependsOn")
            message = f"the containers wait for each other in a circle ({' → '.join(circle)})"
            yield Finding(path=path, message=message)


def _size(scene: Scene) -> Iterator[Finding]:
    size = len(json.dumps(scene.spec["jobDefinition"], separators=(",", ":"), ensure_ascii=False).encode())
    if size > _MOST_BYTES:
        message = f"the job definition is too large (expected at most 24 KiB, got {size / 1024:.1f} KiB)"
        yield Finding(path=_BODY, message=message)


def _rule(check: Check, *reads: Path) -> Rule:
    """Answer the rule that runs a check where the job registers a definition; `reads` are paths inside that."""

    def only_with_a_definition(scene: Scene) -> Iterator[Finding]:
        return check(scene) if "jobDefinition" in scene.spec else iter(())

    return Rule(check=only_with_a_definition, reads=tuple((*_BODY, *path) for path in reads))


def _each(*members: str) -> Iterator[Path]:
    """Yield the paths of members of every container, and of every task that has such."""
    task: Path = ("ecsProperties", "taskProperties", EACH)
    node: Path = ("nodeProperties", "nodeRangeProperties", EACH)
    for home in (("containerProperties",), (*node, "container"), task, (*node, *task)):
        for member in members:
            yield (*home, member)
            if home[-1] == EACH:
                yield (*home, "containers", EACH, member)


_KINDS: Sequence[Path] = [(member,) for members in _PROPERTIES.values() for member in members]

BATCH_RULES = (
    _rule(_type, ("type",), *_KINDS),
    _rule(_images, *_each("image", "instanceType")),
    _rule(_resources, ("platformCapabilities",), *_each("resourceRequirements", "vcpus", "memory")),
    _rule(_roles, *_each("jobRoleArn", "taskRoleArn", "executionRoleArn")),
    _rule(_retries, ("retryStrategy",)),
    _rule(_fargate, ()),
    _rule(_variables, *_each("environment", "secrets")),
    _rule(_volumes, *_each("volumes", "mountPoints")),
    _rule(_container_names, *_each("name", "dependsOn")),
    _rule(_size, ()),
)
