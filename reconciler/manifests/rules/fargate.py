"""What Fargate asks of a task definition, checked wherever a job can only run there.

Sources: BOTO is botocore's ECS model (RegisterTaskDefinition.cpu and .memory); DG is the ECS developer guide's page on
task definition differences for Fargate; quoted sentences are AWS's answers.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.core import fargate_sizes
from reconciler.manifests.rules.findings import EACH, Check, Finding, Rule, Scene
from reconciler.model import Path

_BODY: Path = ("spec", "taskDefinition")
_LAUNCH_TYPES = frozenset({"FARGATE", "FARGATE_SPOT"})
#: Members of a container that Fargate has no place for (DG); what is empty or false says nothing.
_CONTAINER_MEMBERS = (
    "disableNetworking",
    "dnsSearchDomains",
    "dnsServers",
    "dockerSecurityOptions",
    "extraHosts",
    "links",
    "privileged",
)
_LINUX_MEMBERS = ("devices", "maxSwap", "sharedMemorySize", "swappiness", "tmpfs")
_TASK_MEMBERS = ("ipcMode", "placementConstraints")
#: BOTO logDriver.
_LOG_DRIVERS = frozenset({"awslogs", "awsfirelens", "splunk"})
#: BOTO startTimeout and stopTimeout, in seconds.
_LONGEST_TIMEOUT = 120
_PRIVATE_ECR = re.compile(r"[0-9]{12}\.dkr\.ecr\.")


def _wanted_by_definition(body: Mapping[str, Any]) -> bool:
    return "FARGATE" in body.get("requiresCompatibilities", ())


def _wanted_by_run(run: Mapping[str, Any]) -> bool:
    strategy = run.get("capacityProviderStrategy") or ({"capacityProvider": run.get("launchType")},)
    return all(item.get("capacityProvider") in _LAUNCH_TYPES for item in strategy)


def _containers(body: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    containers: Sequence[Mapping[str, Any]] = body.get("containerDefinitions", ())
    for position, container in enumerate(containers):
        yield (*_BODY, "containerDefinitions", position), container


def _network_mode(body: Mapping[str, Any]) -> Iterator[Finding]:
    """BOTO networkMode: for tasks on Fargate, awsvpc is required."""
    mode = body.get("networkMode")
    if mode is None:
        yield Finding(path=_BODY, message="Fargate requires networkMode: awsvpc")
    elif mode != "awsvpc":
        yield Finding(path=(*_BODY, "networkMode"), message=f"expected awsvpc on Fargate, got {mode}")


def _size(body: Mapping[str, Any]) -> Iterator[Finding]:
    """AWS: No Fargate configuration exists for given values; Fargate requires that 'cpu' be defined …"""
    missing = [member for member in ("cpu", "memory") if member not in body]
    for member in missing:
        yield Finding(path=_BODY, message=f"Fargate requires {member}", hint="the smallest is cpu: 256, memory: 512")
    if missing:
        return
    cpu, memory = fargate_sizes.cpu_units(body["cpu"]), fargate_sizes.mebibytes(body["memory"])
    allowed = fargate_sizes.MEMORY_BY_CPU.get(cpu)
    if allowed is None:
        expected = ", ".join(str(units) for units in fargate_sizes.MEMORY_BY_CPU)
        yield Finding(path=(*_BODY, "cpu"), message=f'expected one of {expected} on Fargate, got "{body["cpu"]}"')
    elif memory not in allowed:
        message = f'expected {fargate_sizes.described(allowed)} with cpu {cpu} on Fargate, got "{body["memory"]}"'
        yield Finding(path=(*_BODY, "memory"), message=message)


def _task_members(body: Mapping[str, Any]) -> Iterator[Finding]:
    """AWS: Tasks using the Fargate launch type do not support ipcMode. (cn-terraform/terraform-aws-ecs-fargate#2)."""
    for member in _TASK_MEMBERS:
        if body.get(member):
            yield _unsupported((*_BODY, member), member)
    if body.get("pidMode") == "host":
        yield _unsupported((*_BODY, "pidMode"), "pidMode host")


def _container_members(body: Mapping[str, Any]) -> Iterator[Finding]:
    """DG lists them; BOTO KernelCapabilities.add and startTimeout add the last two."""
    for path, container in _containers(body):
        for member in _CONTAINER_MEMBERS:
            if container.get(member):
                yield _unsupported((*path, member), member)
        linux = container.get("linuxParameters", {})
        for member in _LINUX_MEMBERS:
            if linux.get(member):
                yield _unsupported((*path, "linuxParameters", member), member)
        added = set(linux.get("capabilities", {}).get("add", ())) - {"SYS_PTRACE"}
        if added:
            where: Path = (*path, "linuxParameters", "capabilities", "add")
            yield Finding(path=where, message=f"expected SYS_PTRACE at most on Fargate, got {', '.join(sorted(added))}")
        for position, requirement in enumerate(container.get("resourceRequirements", ())):
            if requirement.get("type") == "GPU":
                yield _unsupported((*path, "resourceRequirements", position), "a GPU")
        for member in ("startTimeout", "stopTimeout"):
            if container.get(member, 0) > _LONGEST_TIMEOUT:
                message = f"expected at most {_LONGEST_TIMEOUT} s on Fargate, got {container[member]}"
                yield Finding(path=(*path, member), message=message)


def _unsupported(path: Path, what: str) -> Finding:
    return Finding(path=path, message=f"{what} is not supported on Fargate")


def _volumes(body: Mapping[str, Any]) -> Iterator[Finding]:
    for position, volume in enumerate(body.get("volumes", ())):
        path: Path = (*_BODY, "volumes", position)
        if volume.get("host", {}).get("sourcePath"):
            yield _unsupported((*path, "host", "sourcePath"), "a path of the host")
        if "dockerVolumeConfiguration" in volume:
            yield _unsupported((*path, "dockerVolumeConfiguration"), "a Docker volume")


def _logging(body: Mapping[str, Any]) -> Iterator[Finding]:
    for path, container in _containers(body):
        driver = container.get("logConfiguration", {}).get("logDriver", "awslogs")
        if driver not in _LOG_DRIVERS:
            message = f"expected {', '.join(sorted(_LOG_DRIVERS))} on Fargate, got {driver}"
            yield Finding(path=(*path, "logConfiguration", "logDriver"), message=message)


def _execution_role(scene: Scene) -> Iterator[Finding]:
    """AWS: Fargate requires task definition to have execution role ARN to support ECR images, or log driver awslogs."""
    body = scene.spec["taskDefinition"]
    if body.get("executionRoleArn"):
        return
    hint = "set spec.taskDefinition.executionRoleArn"
    bare = False
    for path, container in _containers(body):
        configured = container.get("logConfiguration")
        bare = bare or configured is None
        if configured is not None and configured.get("logDriver") == "awslogs":
            yield Finding(
                path=(*path, "logConfiguration"), message="awslogs needs an executionRoleArn on Fargate", hint=hint
            )
        if _PRIVATE_ECR.match(str(container.get("image", ""))):
            yield Finding(path=(*path, "image"), message="an ECR image needs an executionRoleArn on Fargate", hint=hint)
    if bare and "logs" in scene.spec:
        yield Finding(path=("spec", "logs"), message="logs need an executionRoleArn on Fargate", hint=hint)


def _compatible(scene: Scene) -> Iterator[Finding]:
    """AWS, to a RunTask with a definition made for others: Task definition does not support launch_type FARGATE."""
    launch_type = scene.spec.get("run", {}).get("launchType")
    definer = scene.definer
    required = definer.spec["taskDefinition"].get("requiresCompatibilities") if definer else None
    if not launch_type or not required:
        return
    wanted = "FARGATE" if launch_type in _LAUNCH_TYPES else launch_type
    if wanted not in required:
        message = f"{launch_type} does not fit requiresCompatibilities ({', '.join(required)})"
        yield Finding(path=("spec", "run", "launchType"), message=message)


def _rule(check: Check, *reads: Path) -> Rule:
    """Answer the rule that runs a check where the job cannot run but on Fargate."""

    def only_on_fargate(scene: Scene) -> Iterator[Finding]:
        body = scene.spec.get("taskDefinition")
        if body is None or not (_wanted_by_definition(body) or _wanted_by_run(scene.spec.get("run", {}))):
            return iter(())
        return check(scene)

    return Rule(check=only_on_fargate, reads=(*_WHERE, *reads))


def _of_body(check: Callable[[Mapping[str, Any]], Iterator[Finding]]) -> Check:
    return lambda scene: check(scene.spec["taskDefinition"])


def _each(member: str) -> Path:
    return (*_BODY, "containerDefinitions", EACH, member)


#: What says that a job runs on Fargate.
_WHERE: tuple[Path, ...] = (
    (*_BODY, "requiresCompatibilities"),
    ("spec", "run", "launchType"),
    ("spec", "run", "capacityProviderStrategy"),
)
_LOGGING: tuple[Path, ...] = (_each("logConfiguration"), ("spec", "logs"))
_MEMBERS = (*_CONTAINER_MEMBERS, "linuxParameters", "resourceRequirements", "startTimeout", "stopTimeout")

FARGATE_RULES = (
    _rule(_of_body(_network_mode), (*_BODY, "networkMode")),
    _rule(_of_body(_size), (*_BODY, "cpu"), (*_BODY, "memory")),
    _rule(_of_body(_task_members), (*_BODY, "pidMode"), *((*_BODY, member) for member in _TASK_MEMBERS)),
    _rule(_of_body(_container_members), *(_each(member) for member in _MEMBERS)),
    _rule(_of_body(_volumes), (*_BODY, "volumes")),
    _rule(_of_body(_logging), _each("logConfiguration")),
    _rule(_execution_role, (*_BODY, "executionRoleArn"), _each("image"), *_LOGGING),
    Rule(check=_compatible, reads=(_BODY, ("spec", "run", "launchType"))),
)
