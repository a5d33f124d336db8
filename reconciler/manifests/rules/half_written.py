"""Parts of a definition that RegisterTaskDefinition refuses half written, though the model requires nothing of them."""

from collections.abc import Iterator

from reconciler.manifests.rules.findings import Finding, Scene
from reconciler.manifests.rules.task_definition import BODY, containers
from reconciler.model import Path

_AWSLOGS: tuple[str, ...] = ("awslogs-group", "awslogs-region")
_STREAM_PREFIX = "awslogs-stream-prefix"


def ports(scene: Scene) -> Iterator[Finding]:
    """BOTO PortMapping.containerPortRange: specify containerPort or containerPortRange, not both."""
    for path, container in containers(scene):
        for position, mapping in enumerate(container.get("portMappings", ())):
            given = {"containerPort", "containerPortRange"} & mapping.keys()
            if mapping and len(given) != 1:
                got = "got both" if given else "got none"
                message = f"expected one of containerPort and containerPortRange, {got}"
                yield Finding(path=(*path, "portMappings", position), message=message)


def mounts(scene: Scene) -> Iterator[Finding]:
    """BOTO MountPoint.sourceVolume, VolumeFrom.sourceContainer: the name of what to mount, volumes from whom."""
    for path, container in containers(scene):
        for member, source in (("mountPoints", "sourceVolume"), ("volumesFrom", "sourceContainer")):
            for position, mount in enumerate(container.get(member, ())):
                if mount and mount.get(source) is None:
                    yield Finding(path=(*path, member, position), message=f"{source} is required")


def log_options(scene: Scene) -> Iterator[Finding]:
    """AWS: Log driver awslogs requires options: awslogs-region, awslogs-group.

    ECS developer guide, "Send Amazon ECS logs to CloudWatch": the prefix is required on Fargate.
    """
    fargate = "FARGATE" in scene.spec["taskDefinition"].get("requiresCompatibilities", ())
    for path, container in containers(scene):
        log = container.get("logConfiguration") or {}
        if log.get("logDriver") != "awslogs":
            continue
        options = log.get("options") or {}
        for name in (*_AWSLOGS, *((_STREAM_PREFIX,) if fargate else ())):
            if not options.get(name):
                where = " on Fargate" if name == _STREAM_PREFIX else ""
                message = f"{name} is required by awslogs{where}"
                yield Finding(path=(*path, "logConfiguration"), message=message, hint="spec.logs sets it by itself")


def docker_volumes(scene: Scene) -> Iterator[Finding]:
    """The API refuses empty maps (eagletmt/hako, lib/hako/schedulers/ecs.rb)."""
    for position, volume in enumerate(scene.spec["taskDefinition"].get("volumes", ())):
        docker = volume.get("dockerVolumeConfiguration") or {}
        for member in ("driverOpts", "labels"):
            if docker.get(member) == {}:
                path: Path = (*BODY, "volumes", position, "dockerVolumeConfiguration", member)
                yield Finding(path=path, message="expected at least one entry, got none", hint="leave it out")
