"""What Fargate asks of a task definition, checked wherever a job can only run there.

Sources: BOTO is botocore's ECS model (RegisterTaskDefinition.cpu and .memory); DG is the ECS developer guide's page on
task definition differences for Fargate; quoted sentences are AWS's answers.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.core import fargate_sizes
from reconciler.manifests.rules.findings import Check, Finding, Rule, Scene
from reconciler.manifests.rules.task_definition import BODY, PRIVATE_ECR, body_of, containers, each
from reconciler.model import Path

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
#: DG names tmpfs too, but Fargate takes it since 2026-01-06 (BOTO LinuxParameters says so by refusing the others).
_LINUX_MEMBERS = ("devices", "maxSwap", "sharedMemorySize", "swappiness")
_TASK_MEMBERS = ("ipcMode", "placementConstraints")
#: BOTO logDriver.
_LOG_DRIVERS = frozenset({"awslogs", "awsfirelens", "splunk"})
#: BOTO startTimeout and stopTimeout, in seconds.
_LONGEST_TIMEOUT = 120


def _wanted_by_definition(body: Mapping[str, Any]) -> bool:
    return "FARGATE" in body.get("requiresCompatibilities", ())


def _wanted_by_run(run: Mapping[str, Any]) -> bool:
    strategy = run.get("capacityProviderStrategy") or ({"capacityProvider": run.get("launchType")},)
    return all(item.get("capacityProvider") in _LAUNCH_TYPES for item in strategy)


def _network_mode(scene: Scene) -> Iterator[Finding]:
    """BOTO networkMode: for tasks on Fargate, awsvpc is required."""
    mode = body_of(scene).get("networkMode")
    if mode is None:
        yield Finding(path=BODY, message="Fargate requires networkMode: awsvpc")
    elif mode != "awsvpc":
        yield Finding(path=(*BODY, "networkMode"), message=f"expected awsvpc on Fargate, got {mode}")


def _size(scene: Scene) -> Iterator[Finding]:
    """AWS: No Fargate configuration exists for given values; Fargate requires that 'cpu' be defined …"""
    body = body_of(scene)
    missing = [member for member in ("cpu", "memory") if member not in body]
    for member in missing:
        yield Finding(path=BODY, message=f"Fargate requires {member}", hint="the smallest is cpu: 256, memory: 512")
    if missing:
        return
    cpu, memory = fargate_sizes.cpu_units(body["cpu"]), fargate_sizes.mebibytes(body["memory"])
    allowed = fargate_sizes.MEMORY_BY_CPU.get(cpu)
    if allowed is None:
        expected = ", ".join(str(units) for units in fargate_sizes.MEMORY_BY_CPU)
        yield Finding(path=(*BODY, "cpu"), message=f'expected one of {expected} on Fargate, got "{body["cpu"]}"')
    elif memory not in allowed:
        message = f'expected {fargate_sizes.described(allowed)} with cpu {cpu} on Fargate, got "{body["memory"]}"'
        yield Finding(path=(*BODY, "memory"), message=message)


def _task_members(scene: Scene) -> Iterator[Finding]:
    """AWS: Tasks using the Fargate launch type do not support ipcMode. (cn-terraform/terraform-aws-ecs-fargate#2)."""
    body = body_of(scene)
    for member in _TASK_MEMBERS:
        if body.get(member):
            yield _unsupported((*BODY, member), member)
    if body.get("pidMode") == "host":
        yield _unsupported((*BODY, "pidMode"), "pidMode host")


def _container_members(scene: Scene) -> Iterator[Finding]:
    """DG lists them; BOTO KernelCapabilities.add and startTimeout add the last two."""
    for path, container in containers(scene):
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


def _volumes(scene: Scene) -> Iterator[Finding]:
    for position, volume in enumerate(body_of(scene).get("volumes", ())):
        path: Path = (*BODY, "volumes", position)
        if volume.get("host", {}).get("sourcePath"):
            yield _unsupported((*path, "host", "sourcePath"), "a path of the host")
        if "dockerVolumeConfiguration" in volume:
            yield _unsupported((*path, "dockerVolumeConfiguration"), "a Docker volume")


def _logging(scene: Scene) -> Iterator[Finding]:
    for path, container in containers(scene):
        driver = container.get("logConfiguration", {}).get("logDriver", "awslogs")
        if driver not in _LOG_DRIVERS:
            message = f"expected {', '.join(sorted(_LOG_DRIVERS))} on Fargate, got {driver}"
            yield Finding(path=(*path, "logConfiguration", "logDriver"), message=message)


def _execution_role(scene: Scene) -> Iterator[Finding]:
    """AWS: Fargate requires task definition to have execution role ARN to support ECR images, or log driver awslogs."""
    if body_of(scene).get("executionRoleArn"):
        return
    hint = "set spec.taskDefinition.executionRoleArn"
    bare = False
    for path, container in containers(scene):
        configured = container.get("logConfiguration")
        bare = bare or configured is None
        if configured is not None and configured.get("logDriver") == "awslogs":
            yield Finding(
                path=(*path, "logConfiguration"), message="awslogs needs an executionRoleArn on Fargate", hint=hint
            )
        if PRIVATE_ECR.match(str(container.get("image", ""))):
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
        wanted = _wanted_by_definition(body_of(scene)) or _wanted_by_run(scene.spec.get("run", {}))
        return check(scene) if wanted and "taskDefinition" in scene.spec else iter(())

    return Rule(check=only_on_fargate, reads=(*_WHERE, *reads))


#: What says that a job runs on Fargate.
_WHERE: tuple[Path, ...] = (
    (*BODY, "requiresCompatibilities"),
    ("spec", "run", "launchType"),
    ("spec", "run", "capacityProviderStrategy"),
)
_LOGGING: tuple[Path, ...] = (each("logConfiguration"), ("spec", "logs"))
_MEMBERS = (*_CONTAINER_MEMBERS, "linuxParameters", "resourceRequirements", "startTimeout", "stopTimeout")

FARGATE_RULES = (
    _rule(_network_mode, (*BODY, "networkMode")),
    _rule(_size, (*BODY, "cpu"), (*BODY, "memory")),
    _rule(_task_members, (*BODY, "pidMode"), *((*BODY, member) for member in _TASK_MEMBERS)),
    _rule(_container_members, *(each(member) for member in _MEMBERS)),
    _rule(_volumes, (*BODY, "volumes")),
    _rule(_logging, each("logConfiguration")),
    _rule(_execution_role, (*BODY, "executionRoleArn"), each("image"), *_LOGGING),
    Rule(check=_compatible, reads=(BODY, ("spec", "run", "launchType"))),
)
