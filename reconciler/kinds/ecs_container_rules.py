"""What is equal in a container of a task definition; paths begin at the container."""

from reconciler.core.rule import Equality, Grade, Rule, When
from reconciler.core.rules import (
    Default,
    DefaultFrom,
    DropEntries,
    EmptyIsAbsent,
    Keyed,
    Ordered,
    OtherwiseIs,
    Unordered,
    each,
)
from reconciler.model import ABSENT

_CONTAINER = "ECS API reference, ContainerDefinition"
_RECORDED = "describe outputs committed to public repositories"
_TERRAFORM = "terraform-provider-aws, internal/service/ecs/container_definitions.go"
_HAKO = "eagletmt/hako, lib/hako/schedulers/ecs_definition_comparator.rb"
_MAPPED_PORTS = When(member="networkMode", among=("awsvpc", "host"))
_DYNAMIC_PORTS = When(member="networkMode", among=("awsvpc", "host"), negated=True)

_DEFAULTS: tuple[Rule, ...] = (
    Default(path="cpu", value=0, source=f"{_RECORDED}; the member is never null in the API", grade=Grade.SEEN),
    Default(path="essential", value=True, source=f"{_CONTAINER}, essential; {_RECORDED}", grade=Grade.SEEN),
    OtherwiseIs(
        path="portMappings[].protocol",
        known=("udp",),
        value="tcp",
        source="ECS API reference, PortMapping, protocol",
        grade=Grade.DOCUMENTED,
    ),
    Default(
        path="portMappings[].protocol",
        value="tcp",
        source=f"ECS API reference, PortMapping, protocol; {_RECORDED}",
        grade=Grade.SEEN,
    ),
    DefaultFrom(
        path="portMappings[].hostPort",
        member=".containerPort",
        when=(_MAPPED_PORTS,),
        source=f"{_RECORDED}; {_TERRAFORM}; kayac/ecspresso diff.go",
        grade=Grade.SEEN,
    ),
    Default(
        path="portMappings[].hostPort",
        value=0,
        when=(_DYNAMIC_PORTS,),
        source=f"ECS API reference, PortMapping, hostPort; {_RECORDED}; {_TERRAFORM}",
        grade=Grade.SEEN,
    ),
    Default(
        path="portMappings[].hostPort",
        value=0,
        when=(_MAPPED_PORTS,),
        source=f"{_TERRAFORM}: 0 counts as left out whatever the network mode",
        grade=Grade.TOOL,
    ),
    *(
        Default(
            path=f"healthCheck.{member}",
            value=value,
            source=f"ECS API reference, HealthCheck; {_RECORDED}",
            grade=Grade.SEEN,
        )
        for member, value in (("interval", 30), ("timeout", 5), ("retries", 3))
    ),
    Default(
        path="healthCheck.startPeriod",
        value=0,
        source="ECS API reference, HealthCheck, startPeriod (off)",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="user",
        value="0",
        when=(When(member=".firelensConfiguration", among=(ABSENT,), negated=True),),
        source=f"METR/hawk pull request 532; {_RECORDED}: log routers come back with it",
        grade=Grade.SEEN,
    ),
    *each(
        Default(
            value=False,
            source=f"{_CONTAINER}; stored only where a writer sent it",
            grade=Grade.SEEN,
            equality=Equality.SEMANTIC,
        ),
        "mountPoints[].readOnly",
        "volumesFrom[].readOnly",
        "privileged",
        "readonlyRootFilesystem",
        "pseudoTerminal",
        "interactive",
        "disableNetworking",
    ),
    Default(
        path="linuxParameters.initProcessEnabled",
        value=False,
        source="ECS API reference, LinuxParameters (off unless true)",
        grade=Grade.INFERRED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="linuxParameters.swappiness",
        value=60,
        when=(When(member=".maxSwap", among=(ABSENT,), negated=True),),
        source="ECS API reference, LinuxParameters, swappiness",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="linuxParameters.devices[].permissions",
        value=("read", "write", "mknod"),
        source="ECS API reference, Device, permissions",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="restartPolicy.restartAttemptPeriod",
        value=300,
        when=(When(member=".enabled", among=(True,)),),
        source="ECS API reference, ContainerRestartPolicy, restartAttemptPeriod",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="versionConsistency",
        value="enabled",
        source=f"{_CONTAINER}, versionConsistency",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="stopTimeout",
        value=30,
        when=(When(member="requiresCompatibilities", among=(("FARGATE",),)),),
        source=f"{_CONTAINER}, stopTimeout; elsewhere the agent's own setting decides",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
)

_EMPTIES: tuple[Rule, ...] = (
    *each(
        EmptyIsAbsent(source=f"{_RECORDED}: echoed when a writer sent it; {_TERRAFORM}", grade=Grade.SEEN),
        "linuxParameters",
        "linuxParameters.capabilities",
        "dockerLabels",
        "logConfiguration.options",
    ),
    EmptyIsAbsent(path="firelensConfiguration.options", source="as logConfiguration.options", grade=Grade.INFERRED),
)

_LISTS: tuple[Rule, ...] = (
    Keyed(
        path="environment",
        by=("name",),
        last_wins=True,
        scrambled=True,
        source=f"{_RECORDED}: the order is that of a hash map by name",
        grade=Grade.SEEN,
    ),
    DropEntries(
        path="environment",
        member="value",
        values=(ABSENT,),
        source="aws-actions/amazon-ecs-deploy-task-definition pull request 224; an empty text is kept",
        grade=Grade.SEEN,
    ),
    *each(
        Keyed(by=("name",), source=f"{_TERRAFORM}; kayac/ecspresso diff.go", grade=Grade.TOOL),
        "secrets",
        "logConfiguration.secretOptions",
    ),
    Keyed(
        path="portMappings",
        by=("containerPort|containerPortRange", "protocol"),
        source=f"{_HAKO}; kayac/ecspresso diff.go",
        grade=Grade.TOOL,
    ),
    *(
        Keyed(path=path, by=by, source=_HAKO, grade=Grade.TOOL)
        for path, by in (
            ("mountPoints", ("containerPath",)),
            ("volumesFrom", ("sourceContainer",)),
            ("ulimits", ("name",)),
            ("dependsOn", ("containerName",)),
            ("extraHosts", ("hostname", "ipAddress")),
            ("systemControls", ("namespace",)),
            ("resourceRequirements", ("type",)),
            ("linuxParameters.devices", ("hostPath",)),
            ("linuxParameters.tmpfs", ("containerPath",)),
        )
    ),
    *each(
        Unordered(source=_HAKO, grade=Grade.TOOL),
        "links",
        "dockerSecurityOptions",
        "linuxParameters.capabilities.add",
        "linuxParameters.capabilities.drop",
    ),
    *each(
        Unordered(source="nothing gives their order a meaning", grade=Grade.INFERRED),
        "credentialSpecs",
        "restartPolicy.ignoredExitCodes",
        "linuxParameters.devices[].permissions",
    ),
    *each(
        Ordered(source=f"{_CONTAINER}: words of a command line, in order", grade=Grade.DOCUMENTED),
        "command",
        "entryPoint",
        "healthCheck.command",
    ),
    Ordered(path="environmentFiles", source=f"{_CONTAINER}: processed from the top down", grade=Grade.DOCUMENTED),
    *each(
        Ordered(source="the first server or option that answers decides", grade=Grade.INFERRED),
        "dnsServers",
        "dnsSearchDomains",
        "linuxParameters.tmpfs[].mountOptions",
    ),
)

CONTAINER: tuple[Rule, ...] = (*_DEFAULTS, *_EMPTIES, *_LISTS)
