"""What is equal in the containers that AWS Batch runs on ECS.

`CONTAINER_PROPERTIES` is for `containerProperties`, `TASK_PROPERTIES` for `ecsProperties.taskProperties[]`; paths
begin there.
"""

from reconciler.core.rule import Equality, Grade, Rule, When
from reconciler.core.rules import (
    Default,
    DefaultFrom,
    DropEntries,
    EmptyIsAbsent,
    Keyed,
    Ordered,
    Unordered,
    below,
    each,
)
from reconciler.model import ABSENT

_API = "AWS Batch API reference"
_RECORDED = "DescribeJobDefinitions answers in public repositories (cloud-custodian's recordings among them)"
_TERRAFORM = "terraform-provider-aws, internal/service/batch"

#: What both shapes of a container share.
_CONTAINER: tuple[Rule, ...] = (
    DropEntries(
        path="environment",
        member="value",
        values=("", ABSENT),
        source=f"{_TERRAFORM}/container_properties.go: Batch drops them, unlike ECS",
        grade=Grade.TOOL,
    ),
    Keyed(
        path="environment",
        by=("name",),
        scrambled=True,
        source=f"{_TERRAFORM}/container_properties_test.go",
        grade=Grade.TOOL,
    ),
    *each(
        Keyed(by=("name",), source=f"{_TERRAFORM}: sorted before comparing", grade=Grade.TOOL),
        "secrets",
        "logConfiguration.secretOptions",
    ),
    Keyed(path="resourceRequirements", by=("type",), source=f"{_API}, ResourceRequirement", grade=Grade.INFERRED),
    *(
        Keyed(path=path, by=by, source="as in an ECS container", grade=Grade.INFERRED)
        for path, by in (
            ("mountPoints", ("containerPath",)),
            ("ulimits", ("name",)),
            ("linuxParameters.devices", ("hostPath",)),
            ("linuxParameters.tmpfs", ("containerPath",)),
        )
    ),
    Ordered(path="command", source=f"{_API}: words of a command line, in order", grade=Grade.DOCUMENTED),
    Ordered(path="linuxParameters.tmpfs[].mountOptions", source="the last of two options wins", grade=Grade.INFERRED),
    Unordered(path="linuxParameters.devices[].permissions", source=f"{_API}, Device", grade=Grade.INFERRED),
    Default(
        path="linuxParameters.devices[].permissions",
        value=("READ", "WRITE", "MKNOD"),
        source=f"{_API}, Device, permissions",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    DefaultFrom(
        path="linuxParameters.devices[].containerPath",
        member=".hostPath",
        source=f"{_API}, Device, containerPath",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="linuxParameters.swappiness",
        value=60,
        when=(When(member=".maxSwap", among=(ABSENT,), negated=True),),
        source=f"{_API}, LinuxParameters, swappiness",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="linuxParameters.initProcessEnabled",
        value=False,
        source=f"{_API}, LinuxParameters (off unless true)",
        grade=Grade.INFERRED,
        equality=Equality.SEMANTIC,
    ),
    *each(
        Default(
            value=False,
            source=f"{_API}; null in {_RECORDED}",
            grade=Grade.SEEN,
            equality=Equality.SEMANTIC,
        ),
        "privileged",
        "readonlyRootFilesystem",
    ),
    Default(
        path="mountPoints[].readOnly",
        value=False,
        source=f"{_API}, MountPoint, readOnly",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    EmptyIsAbsent(path="logConfiguration.options", source=_RECORDED, grade=Grade.SEEN),
    EmptyIsAbsent(path="linuxParameters", source=f"{_TERRAFORM}/container_properties_test.go", grade=Grade.TOOL),
)

#: What stands beside the container in one shape and beside the containers in the other.
_SURROUNDINGS: tuple[Rule, ...] = (
    Keyed(path="volumes", by=("name",), source="as in an ECS task definition", grade=Grade.INFERRED),
    EmptyIsAbsent(path="volumes[].host", source="as in an ECS task definition", grade=Grade.INFERRED),
    *(
        Default(
            path=f"volumes[].{member}",
            value=value,
            source=f"{_API}, EFSVolumeConfiguration",
            grade=Grade.DOCUMENTED,
            equality=Equality.SEMANTIC,
        )
        for member, value in (
            ("efsVolumeConfiguration.rootDirectory", "/"),
            ("efsVolumeConfiguration.transitEncryption", "DISABLED"),
            ("efsVolumeConfiguration.authorizationConfig.iam", "DISABLED"),
        )
    ),
    EmptyIsAbsent(
        path="volumes[].efsVolumeConfiguration.authorizationConfig",
        source=f"{_API}, EFSAuthorizationConfig",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="volumes[].s3filesVolumeConfiguration.rootDirectory",
        value="/",
        source="ECS API reference, S3FilesVolumeConfiguration",
        grade=Grade.INFERRED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="networkConfiguration.assignPublicIp",
        value="DISABLED",
        source=f"{_API}, NetworkConfiguration; null in {_RECORDED}",
        grade=Grade.SEEN,
        equality=Equality.SEMANTIC,
    ),
    *(
        Default(
            path=f"runtimePlatform.{member}",
            value=value,
            source=f"{_API}, RuntimePlatform; not filled in {_RECORDED}",
            grade=Grade.DOCUMENTED,
            equality=Equality.SEMANTIC,
        )
        for member, value in (("operatingSystemFamily", "LINUX"), ("cpuArchitecture", "X86_64"))
    ),
    *each(
        EmptyIsAbsent(source="all its defaults are those of the absent member", grade=Grade.SEEN),
        "networkConfiguration",
        "runtimePlatform",
    ),
)

CONTAINER_PROPERTIES: tuple[Rule, ...] = (
    *_CONTAINER,
    *_SURROUNDINGS,
    Default(
        path="fargatePlatformConfiguration.platformVersion",
        value="LATEST",
        source=f"{_API}, FargatePlatformConfiguration; {_RECORDED}",
        grade=Grade.SEEN,
    ),
    EmptyIsAbsent(path="fargatePlatformConfiguration", source=_RECORDED, grade=Grade.SEEN),
)

_TASK_CONTAINER: tuple[Rule, ...] = (
    *_CONTAINER,
    Default(
        path="essential",
        value=True,
        source=f"{_API}, TaskContainerProperties; {_TERRAFORM}/ecs_properties.go",
        grade=Grade.TOOL,
    ),
    Keyed(path="dependsOn", by=("containerName",), source="as in an ECS container", grade=Grade.INFERRED),
    EmptyIsAbsent(path="firelensConfiguration.options", source="as logConfiguration.options", grade=Grade.INFERRED),
    Default(
        path="stopTimeout",
        value=30,
        when=(When(member="platformCapabilities", among=(("FARGATE",),)),),
        source=f"{_API}, TaskContainerProperties, stopTimeout; elsewhere the agent's own setting decides",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
)

TASK_PROPERTIES: tuple[Rule, ...] = (
    Keyed(path="containers", by=("name",), source=f"{_TERRAFORM}/ecs_properties_test.go", grade=Grade.TOOL),
    *below("containers[]", _TASK_CONTAINER),
    *_SURROUNDINGS,
    Default(path="platformVersion", value="LATEST", source=f"{_TERRAFORM}/ecs_properties.go", grade=Grade.TOOL),
    Default(
        path="networkMode",
        value="host",
        when=(When(member="platformCapabilities", among=(("MANAGED_INSTANCES",),)),),
        source=f"{_API}, EcsTaskProperties, networkMode",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
)
