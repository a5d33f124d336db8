"""What RegisterTaskDefinition refuses and no schema can see.

Each rule names its source: BOTO is the documentation of the member in botocore's ECS model, a quoted sentence is what
AWS answers, with the public issue where it was seen.
"""

import json
import re
from collections.abc import Iterator

from reconciler.manifests.rules import half_written
from reconciler.manifests.rules.findings import Check, Finding, Rule, Scene, circles, expected, repeated
from reconciler.manifests.rules.placeholders import placeholder_hint
from reconciler.manifests.rules.task_definition import BODY, CONTAINERS, PRIVATE_ECR, containers, each
from reconciler.model import Path, Severity

#: ECS developer guide, service quotas: task definition size, containers per task definition.
_MOST_BYTES = 64 << 10
_MOST_CONTAINERS = 10
#: BOTO image; AWS: Container.image contains invalid characters. (aws-actions/amazon-ecs-render-task-definition#49)
_IMAGE = re.compile(r"[A-Za-z0-9_.:/#@+-]+\Z")
#: BOTO taskRoleArn: a short name or the ARN; AWS: Role is not valid (fabfuel/ecs-deploy#231).
_ROLE = re.compile(r"(arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+|[\w+=,.@-]{1,64})\Z", re.ASCII)


def _names(scene: Scene) -> list[str]:
    return [str(container.get("name")) for _, container in containers(scene)]


def _unique_containers(scene: Scene) -> Iterator[Finding]:
    """Overrides, dependencies and links name containers (BOTO ContainerOverride.name)."""
    for position, first, name in repeated(_names(scene)):
        path: Path = (*CONTAINERS, position, "name")
        yield Finding(path=path, message=f'duplicate container name "{name}" (first in containerDefinitions[{first}])')


def _essential_container(scene: Scene) -> Iterator[Finding]:
    """BOTO essential: all tasks must have at least one essential container."""
    essential = [container.get("essential", True) for _, container in containers(scene)]
    if essential and not any(essential):
        yield Finding(
            path=CONTAINERS, message="no container is essential", hint="leave essential out of the main container"
        )


def _number_of_containers(scene: Scene) -> Iterator[Finding]:
    count = len(_names(scene))
    if count > _MOST_CONTAINERS:
        yield Finding(path=CONTAINERS, message=f"expected at most {_MOST_CONTAINERS} containers, got {count}")


def _named_images(scene: Scene) -> Iterator[Finding]:
    """An image and a name are required although the model does not say so (aws/aws-cli#5924)."""
    for path, container in containers(scene):
        for member in ("name", "image"):
            if not container.get(member):
                yield Finding(path=(*path, member), message=f"{member} is required")
        image = str(container.get("image") or "")
        if image and not _IMAGE.match(image):
            message = f'expected an image such as repository/name:tag, got "{image}"'
            yield Finding(path=(*path, "image"), message=message, hint=placeholder_hint(image))


def _memory(scene: Scene) -> Iterator[Finding]:
    """AWS: At least one of 'memory' or 'memoryReservation' must be specified. (aws/aws-cli#4453); BOTO memory."""
    body = scene.spec["taskDefinition"]
    for path, container in containers(scene):
        hard, soft = container.get("memory"), container.get("memoryReservation")
        if hard is None and soft is None and "memory" not in body:
            message = "memory is required (here, as memoryReservation, or for the whole task)"
            yield Finding(path=path, message=message)
        if hard is not None and soft is not None and soft > hard:
            message = f"expected at most memory ({hard}), got {soft}"
            yield Finding(path=(*path, "memoryReservation"), message=message)


def _roles(scene: Scene) -> Iterator[Finding]:
    body = scene.spec["taskDefinition"]
    for member in ("taskRoleArn", "executionRoleArn"):
        role = body.get(member)
        if role and not _ROLE.match(role):
            message = f'expected the ARN of an IAM role, got "{role}"'
            yield Finding(path=(*BODY, member), message=message, hint=placeholder_hint(role))


def _execution_role(scene: Scene) -> Iterator[Finding]:
    """AWS: When you are specifying container secrets, you must also specify … 'executionRoleArn' (ecs-deploy#87).

    Private repository authentication requires … executionRoleArn (sil-org/ecs-deploy#188), and credentials are not
    a supported authentication method for ECR (aws-actions/amazon-ecs-deploy-task-definition#48).
    """
    role = scene.spec["taskDefinition"].get("executionRoleArn")
    hint = "set spec.taskDefinition.executionRoleArn"
    for path, container in containers(scene):
        if container.get("secrets") and not role:
            yield Finding(path=(*path, "secrets"), message="secrets need an executionRoleArn", hint=hint)
        if "repositoryCredentials" in container:
            where: Path = (*path, "repositoryCredentials")
            if not role:
                yield Finding(path=where, message="a private registry needs an executionRoleArn", hint=hint)
            if PRIVATE_ECR.match(str(container.get("image", ""))):
                yield Finding(
                    path=where, message="ECR takes no credentials", hint="the execution role may pull from it"
                )


def _variables(scene: Scene) -> Iterator[Finding]:
    """A name may not be a secret and a variable (compose-x/ecs_composex#707); of two variables AWS keeps the last."""
    for path, container in containers(scene):
        names = [str(entry.get("name")) for entry in container.get("environment", ()) if entry]
        secrets = [str(entry.get("name")) for entry in container.get("secrets", ()) if entry]
        for position, _, name in repeated(names):
            where: Path = (*path, "environment", position, "name")
            message = f'the variable "{name}" is given twice, AWS keeps the last'
            yield Finding(path=where, message=message, severity=Severity.WARNING)
        for position, first, name in repeated(secrets):
            where = (*path, "secrets", position, "name")
            yield Finding(path=where, message=f'duplicate secret "{name}" (first in secrets[{first}])')
        for position, name in enumerate(secrets):
            if name in names:
                where = (*path, "secrets", position, "name")
                message = f'"{name}" is also in environment'
                yield Finding(path=where, message=message, hint="keep the secret and drop the variable")


def _volumes(scene: Scene) -> Iterator[Finding]:
    """AWS: Unknown volume 'x'. (ansible/ansible#35751)."""
    volumes = [str(volume.get("name")) for volume in scene.spec["taskDefinition"].get("volumes", ())]
    for position, first, name in repeated(volumes):
        message = f'duplicate volume "{name}" (first in volumes[{first}])'
        yield Finding(path=(*BODY, "volumes", position, "name"), message=message)
    names = _names(scene)
    for path, container in containers(scene):
        for position, mount in enumerate(container.get("mountPoints", ())):
            volume = mount.get("sourceVolume")
            if volume is not None and volume not in volumes:
                where: Path = (*path, "mountPoints", position, "sourceVolume")
                yield Finding(path=where, message=f'no volume "{volume}" ({expected(volumes)})')
        for position, mount in enumerate(container.get("volumesFrom", ())):
            source = mount.get("sourceContainer")
            if source is not None and source not in names:
                where = (*path, "volumesFrom", position, "sourceContainer")
                yield Finding(path=where, message=f'no container "{source}" ({expected(names)})')


def _container_order(scene: Scene) -> Iterator[Finding]:
    """BOTO ContainerDependency.condition says what each condition asks of the container that is waited for."""
    named = {str(container.get("name")): container for _, container in containers(scene)}
    edges: dict[str, list[str]] = {}
    for path, container in containers(scene):
        name = str(container.get("name"))
        for position, dependency in enumerate(container.get("dependsOn", ())):
            where: Path = (*path, "dependsOn", position)
            awaited, condition = str(dependency.get("containerName")), dependency.get("condition")
            other = named.get(awaited)
            if other is None:
                message = f'no container "{awaited}" ({expected(sorted(named))})'
                yield Finding(path=(*where, "containerName"), message=message)
                continue
            edges.setdefault(name, []).append(awaited)
            if condition == "HEALTHY" and "healthCheck" not in other:
                message = f'HEALTHY needs a healthCheck of container "{awaited}"'
                yield Finding(path=(*where, "condition"), message=message)
            if condition in {"COMPLETE", "SUCCESS"} and other.get("essential", True):
                message = f'{condition} needs container "{awaited}" to be essential: false'
                yield Finding(path=(*where, "condition"), message=message)
    for circle in circles(edges):
        position = list(named).index(circle[0])
        message = f"the containers wait for each other in a circle ({' → '.join(circle)})"
        yield Finding(path=(*CONTAINERS, position, "dependsOn"), message=message)


def _networking(scene: Scene) -> Iterator[Finding]:
    """BOTO networkMode, links, hostname and hostPort."""
    body = scene.spec["taskDefinition"]
    mode = body.get("networkMode", "bridge")
    for path, container in containers(scene):
        if container.get("links") and mode != "bridge":
            message = f"links need networkMode bridge, got {mode}"
            yield Finding(
                path=(*path, "links"), message=message, hint="containers of one task reach each other on localhost"
            )
        if container.get("hostname") and mode == "awsvpc":
            yield Finding(path=(*path, "hostname"), message="hostname is not supported under networkMode awsvpc")
        ports = container.get("portMappings", ())
        if ports and mode == "none":
            yield Finding(path=(*path, "portMappings"), message="networkMode none has no ports")
        for position, port in enumerate(ports):
            host, inner = port.get("hostPort"), port.get("containerPort")
            if mode in {"awsvpc", "host"} and host is not None and inner is not None and host != inner:
                message = f"expected containerPort ({inner}) under networkMode {mode}, got {host}"
                yield Finding(
                    path=(*path, "portMappings", position, "hostPort"), message=message, hint="leave hostPort out"
                )


def _protocols(scene: Scene) -> Iterator[Finding]:
    """BOTO PortMapping.protocol: case-sensitive, and Amazon ECS treats any other specified value as tcp."""
    for path, container in containers(scene):
        for position, port in enumerate(container.get("portMappings", ())):
            protocol = port.get("protocol", "tcp")
            if protocol != "udp" and protocol.lower() != "tcp":
                where: Path = (*path, "portMappings", position, "protocol")
                message, hint = f'AWS takes "{protocol}" for tcp', "write tcp, or udp in small letters"
                yield Finding(path=where, message=message, hint=hint, severity=Severity.WARNING)


def _size(scene: Scene) -> Iterator[Finding]:
    size = len(json.dumps(scene.spec["taskDefinition"], separators=(",", ":"), ensure_ascii=False).encode())
    if size > _MOST_BYTES:
        message = f"the task definition is too large (expected at most 64 KiB, got {size / 1024:.1f} KiB)"
        yield Finding(path=BODY, message=message)


def _rule(check: Check, *reads: Path) -> Rule:
    """Answer the rule that runs a check where the job registers a definition."""

    def only_with_a_definition(scene: Scene) -> Iterator[Finding]:
        return check(scene) if "taskDefinition" in scene.spec else iter(())

    return Rule(check=only_with_a_definition, reads=reads)


_NAME, _IMAGE_OF_EACH, _MOUNTS = each("name"), each("image"), each("mountPoints")
_EXECUTION_ROLE: Path = (*BODY, "executionRoleArn")
_VOLUMES: Path = (*BODY, "volumes")

ECS_RULES = (
    _rule(_unique_containers, _NAME),
    _rule(_essential_container, each("essential")),
    _rule(_number_of_containers, _NAME),
    _rule(_named_images, _NAME, _IMAGE_OF_EACH),
    _rule(_memory, (*BODY, "memory"), each("memory"), each("memoryReservation")),
    _rule(_roles, (*BODY, "taskRoleArn"), _EXECUTION_ROLE),
    _rule(_execution_role, _EXECUTION_ROLE, _IMAGE_OF_EACH, each("secrets"), each("repositoryCredentials")),
    _rule(_variables, each("environment"), each("secrets")),
    _rule(_volumes, _VOLUMES, _NAME, _MOUNTS, each("volumesFrom")),
    _rule(_container_order, _NAME, each("dependsOn"), each("healthCheck"), each("essential")),
    _rule(_networking, (*BODY, "networkMode"), each("links"), each("hostname"), each("portMappings")),
    _rule(_protocols, each("portMappings")),
    _rule(half_written.ports, each("portMappings")),
    _rule(half_written.mounts, _MOUNTS, each("volumesFrom")),
    _rule(half_written.log_options, (*BODY, "requiresCompatibilities"), each("logConfiguration")),
    _rule(half_written.docker_volumes, _VOLUMES),
    _rule(_size, BODY),
)
