"""What is equal in a task definition: between what RegisterTaskDefinition is sent and DescribeTaskDefinition returns.

The container's half of the table is :mod:`reconciler.kinds.ecs_container_rules`.
"""

from reconciler.core.rule import Equality, Grade, Rule, When
from reconciler.core.rules import (
    Default,
    DropEntries,
    EmptyIsAbsent,
    InUnit,
    Keyed,
    NotCompared,
    RoleName,
    Rules,
    Unit,
    Unordered,
    below,
    each,
)
from reconciler.kinds.ecs_container_rules import CONTAINER
from reconciler.kinds.everywhere_rules import EVERYWHERE

_WINDOWS = When(member="runtimePlatform.operatingSystemFamily", begins="WINDOWS")
_NOT_WINDOWS = When(member="runtimePlatform.operatingSystemFamily", begins="WINDOWS", negated=True)
_REGISTER = "ECS API reference, RegisterTaskDefinition"
_VOLUMES = "ECS API reference, Volume and its configurations"
_RECORDED = "describe outputs committed to public repositories"
_TERRAFORM = "terraform-provider-aws, internal/service/ecs/task_definition.go"

_TOP: tuple[Rule, ...] = (
    *each(
        NotCompared(source="ECS API reference, TaskDefinition, less RegisterTaskDefinition", grade=Grade.DOCUMENTED),
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
    ),
    *each(
        RoleName(source="aws-actions/amazon-ecs-render-task-definition issue 19 (maintainer)", grade=Grade.TOOL),
        "taskRoleArn",
        "executionRoleArn",
    ),
    Default(
        path="networkMode",
        value="bridge",
        when=(_NOT_WINDOWS,),
        source=f"{_REGISTER}, networkMode; left out in {_RECORDED}",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="networkMode",
        value="default",
        when=(_WINDOWS,),
        source=f"{_REGISTER}, networkMode",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    InUnit(path="cpu", unit=Unit.VCPU, source=f"{_REGISTER}, cpu; kayac/ecspresso diff.go", grade=Grade.SEEN),
    InUnit(path="memory", unit=Unit.GB, source=f"{_REGISTER}, memory; kayac/ecspresso diff.go", grade=Grade.SEEN),
    Unordered(path="requiresCompatibilities", source=f"{_TERRAFORM} (a set)", grade=Grade.TOOL),
    Keyed(path="placementConstraints", by=("type", "expression"), source=f"{_TERRAFORM} (a set)", grade=Grade.TOOL),
    Keyed(path="inferenceAccelerators", by=("deviceName",), source=f"{_TERRAFORM} (a set)", grade=Grade.TOOL),
    Keyed(path="tags", by=("key",), source="kayac/ecspresso diff.go", grade=Grade.TOOL),
    DropEntries(path="tags", member="key", prefix="aws:", source="tags that AWS reserves", grade=Grade.TOOL),
    Default(
        path="enableFaultInjection",
        value=False,
        source=f"{_REGISTER}, enableFaultInjection; false only where a writer sent it",
        grade=Grade.SEEN,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="runtimePlatform.operatingSystemFamily",
        value="LINUX",
        source="ECS developer guide, AWS Fargate; never filled in describe outputs",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="runtimePlatform.cpuArchitecture",
        value="X86_64",
        source="ECS developer guide, AWS Fargate; never filled in describe outputs",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="trustedExecutionConfiguration.isolationMode",
        value="SHARED",
        source="ECS API reference, TrustedExecutionConfiguration",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    *each(
        EmptyIsAbsent(
            source="all its defaults are those of the absent member", grade=Grade.INFERRED, equality=Equality.SEMANTIC
        ),
        "runtimePlatform",
        "trustedExecutionConfiguration",
    ),
    Default(
        path="proxyConfiguration.type",
        value="APPMESH",
        source=_TERRAFORM,
        grade=Grade.TOOL,
        equality=Equality.SEMANTIC,
    ),
    Keyed(path="proxyConfiguration.properties", by=("name",), source=f"{_TERRAFORM} (a map)", grade=Grade.TOOL),
)

_VOLUME: tuple[Rule, ...] = (
    EmptyIsAbsent(path="host", source=f"{_RECORDED}: a volume with only a name gets host {{}}", grade=Grade.SEEN),
    Default(
        path="configuredAtLaunch",
        value=False,
        source="terraform-provider-aws pull request 46132",
        grade=Grade.TOOL,
    ),
    Default(path="dockerVolumeConfiguration.driver", value="local", source=_TERRAFORM, grade=Grade.TOOL),
    Default(path="dockerVolumeConfiguration.scope", value="task", source=_TERRAFORM, grade=Grade.TOOL),
    Default(
        path="dockerVolumeConfiguration.autoprovision",
        value=False,
        source=f"{_VOLUMES}; terraform-provider-aws acceptance test DockerVolume_taskScoped",
        grade=Grade.TOOL,
        equality=Equality.SEMANTIC,
    ),
    *each(
        EmptyIsAbsent(source="eagletmt/hako, lib/hako/schedulers/ecs.rb: the API refuses {}", grade=Grade.TOOL),
        "dockerVolumeConfiguration.driverOpts",
        "dockerVolumeConfiguration.labels",
    ),
    Default(
        path="efsVolumeConfiguration.rootDirectory",
        value="/",
        source=f"{_RECORDED}; {_TERRAFORM}",
        grade=Grade.SEEN,
    ),
    Default(
        path="efsVolumeConfiguration.transitEncryption",
        value="DISABLED",
        source=f"{_VOLUMES}; acceptance test EFSVolume_minimal",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="efsVolumeConfiguration.transitEncryptionPort",
        value=0,
        source="terraform-provider-aws issue 23541",
        grade=Grade.TOOL,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="efsVolumeConfiguration.authorizationConfig.iam",
        value="DISABLED",
        source=_VOLUMES,
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    EmptyIsAbsent(
        path="efsVolumeConfiguration.authorizationConfig",
        source=_VOLUMES,
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="s3filesVolumeConfiguration.rootDirectory",
        value="/",
        source=_VOLUMES,
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
)

RULES = Rules(
    kind="task-definition",
    leading=("family",),
    rows=(
        *EVERYWHERE,
        *_TOP,
        Keyed(path="volumes", by=("name",), source=f"{_TERRAFORM} (a set); kayac/ecspresso diff.go", grade=Grade.TOOL),
        *below("volumes[]", _VOLUME),
        Keyed(
            path="containerDefinitions",
            by=("name",),
            source="terraform-provider-aws container_definitions.go; kayac/ecspresso diff.go",
            grade=Grade.TOOL,
        ),
        *below("containerDefinitions[]", CONTAINER),
    ),
)
