"""What is equal in a schedule: between what CreateSchedule is sent and GetSchedule returns."""

from reconciler.core.rule import Equality, Grade, Rule, When
from reconciler.core.rules import (
    Default,
    EmptyIsAbsent,
    IgnoreCase,
    Instant,
    JsonText,
    Keyed,
    NotCompared,
    Ordered,
    Rules,
    Unordered,
    below,
    each,
)
from reconciler.kinds.everywhere_rules import EVERYWHERE

_API = "EventBridge Scheduler API reference"
_RECORDED = "GetSchedule answers in public repositories (cloud-custodian's recordings among them)"
_TERRAFORM = "terraform-provider-aws, internal/service/scheduler/schedule.go"
_ONE_TIME = When(member="ScheduleExpression", begins="at(")

_TOP: tuple[Rule, ...] = (
    *each(
        NotCompared(source=f"{_API}, GetSchedule, less CreateSchedule", grade=Grade.DOCUMENTED),
        "Arn",
        "CreationDate",
        "LastModificationDate",
    ),
    NotCompared(path="ClientToken", side="request", source=f"{_API}, CreateSchedule", grade=Grade.DOCUMENTED),
    *each(
        NotCompared(
            side="unused",
            when=(_ONE_TIME,),
            source=f"{_API}, CreateSchedule, StartDate and EndDate",
            grade=Grade.DOCUMENTED,
            equality=Equality.SEMANTIC,
        ),
        "StartDate",
        "EndDate",
    ),
    *each(
        Instant(source=f"{_API}, CreateSchedule: timestamps", grade=Grade.INFERRED),
        "StartDate",
        "EndDate",
    ),
    *(
        Default(path=path, value=value, source=f"{_API}; {_RECORDED}", grade=Grade.SEEN)
        for path, value in (
            ("GroupName", "default"),
            ("State", "ENABLED"),
            ("ScheduleExpressionTimezone", "UTC"),
            ("ActionAfterCompletion", "NONE"),
            ("Target.RetryPolicy.MaximumEventAgeInSeconds", 86400),
            ("Target.RetryPolicy.MaximumRetryAttempts", 185),
        )
    ),
    EmptyIsAbsent(
        path="Target.RetryPolicy",
        source=f"{_RECORDED}: each half is filled by itself",
        grade=Grade.SEEN,
    ),
    EmptyIsAbsent(path="Target.DeadLetterConfig", source="without a queue it does nothing", grade=Grade.INFERRED),
    *each(
        Default(value="", source=f"{_API}: may be empty", grade=Grade.DOCUMENTED, equality=Equality.SEMANTIC),
        "Description",
        "KmsKeyArn",
    ),
    JsonText(
        path="Target.Input",
        source="the text is returned as it was sent; its reader sees the JSON",
        grade=Grade.INFERRED,
        equality=Equality.SEMANTIC,
    ),
    Keyed(
        path="Target.SageMakerPipelineParameters.PipelineParameterList",
        by=("Name",),
        source="named parameters",
        grade=Grade.INFERRED,
    ),
)

_ECS: tuple[Rule, ...] = (
    Default(path="TaskCount", value=1, source=f"{_API}, EcsParameters; {_TERRAFORM}", grade=Grade.DOCUMENTED),
    Keyed(path="CapacityProviderStrategy", by=("capacityProvider",), source=_TERRAFORM, grade=Grade.TOOL),
    *each(
        Default(value=0, source=f"{_API}: numbers that are never null; {_TERRAFORM}", grade=Grade.DOCUMENTED),
        "CapacityProviderStrategy[].weight",
        "CapacityProviderStrategy[].base",
    ),
    Default(
        path="NetworkConfiguration.awsvpcConfiguration.AssignPublicIp",
        value="DISABLED",
        source=_TERRAFORM,
        grade=Grade.TOOL,
        equality=Equality.SEMANTIC,
    ),
    *each(
        Unordered(source=f"{_TERRAFORM} (sets)", grade=Grade.TOOL),
        "NetworkConfiguration.awsvpcConfiguration.Subnets",
        "NetworkConfiguration.awsvpcConfiguration.SecurityGroups",
    ),
    Keyed(path="PlacementConstraints", by=("type", "expression"), source=f"{_TERRAFORM} (a set)", grade=Grade.TOOL),
    Ordered(
        path="PlacementStrategy",
        source="ECS developer guide: strategies are applied one after the other",
        grade=Grade.INFERRED,
    ),
    IgnoreCase(path="PlacementStrategy[].field", source=_TERRAFORM, grade=Grade.TOOL, equality=Equality.SEMANTIC),
    *each(
        Default(value=False, source=f"{_API}, EcsParameters", grade=Grade.INFERRED, equality=Equality.SEMANTIC),
        "EnableECSManagedTags",
        "EnableExecuteCommand",
    ),
    Default(
        path="PlatformVersion",
        value="LATEST",
        source="ECS API reference, RunTask, platformVersion",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Keyed(path="Tags", by=("key",), source=f"{_API}, EcsParameters; {_TERRAFORM}", grade=Grade.TOOL),
)

RULES = Rules(
    kind="schedule",
    leading=("Name", "GroupName"),
    rows=(*EVERYWHERE, *_TOP, *below("Target.EcsParameters", _ECS)),
)
