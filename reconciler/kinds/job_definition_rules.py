"""What is equal in a job definition: between what RegisterJobDefinition is sent and DescribeJobDefinitions returns.

Containers and pods have tables of their own, which stand at the top and in every node range.
"""

from reconciler.core.rule import Equality, Grade, Rule, When
from reconciler.core.rules import (
    Default,
    DropEntries,
    EmptyIsAbsent,
    IgnoreCase,
    Keyed,
    NotCompared,
    Ordered,
    Rules,
    Unordered,
    below,
    each,
)
from reconciler.kinds.batch_container_rules import CONTAINER_PROPERTIES, TASK_PROPERTIES
from reconciler.kinds.eks_pod_rules import POD_PROPERTIES
from reconciler.kinds.everywhere_rules import EVERYWHERE
from reconciler.model import ABSENT

_API = "AWS Batch API reference"
_RECORDED = "DescribeJobDefinitions answers in public repositories (cloud-custodian's recordings among them)"
_TERRAFORM = "terraform-provider-aws, internal/service/batch"

_TOP: tuple[Rule, ...] = (
    *each(
        NotCompared(source=f"{_API}, JobDefinition, less RegisterJobDefinition", grade=Grade.SEEN),
        "jobDefinitionArn",
        "revision",
        "status",
        "containerOrchestrationType",
    ),
    *each(EmptyIsAbsent(source=_RECORDED, grade=Grade.SEEN), "parameters", "tags"),
    DropEntries(path="tags", prefix="aws:", source="tags that AWS reserves", grade=Grade.TOOL),
    Default(
        path="platformCapabilities",
        value=("EC2",),
        when=(When(member="eksProperties", among=(ABSENT,)),),
        source=f"{_API}, RegisterJobDefinition, platformCapabilities; {_RECORDED}",
        grade=Grade.SEEN,
    ),
    Unordered(path="platformCapabilities", source=f"{_TERRAFORM} (a set)", grade=Grade.TOOL),
    IgnoreCase(path="type", source=f"{_TERRAFORM}/job_definition.go", grade=Grade.TOOL),
    Default(
        path="retryStrategy.attempts",
        value=1,
        source=f"{_API}, RetryStrategy (one attempt); {_RECORDED}",
        grade=Grade.SEEN,
        equality=Equality.SEMANTIC,
    ),
    EmptyIsAbsent(path="retryStrategy", source=_RECORDED, grade=Grade.SEEN, equality=Equality.SEMANTIC),
    EmptyIsAbsent(
        path="timeout",
        source="terraform-aws-modules/terraform-aws-batch issue 22: a timeout that says nothing",
        grade=Grade.TOOL,
        equality=Equality.SEMANTIC,
    ),
    Ordered(
        path="retryStrategy.evaluateOnExit",
        source=f"{_TERRAFORM}/job_definition.go (a list); the conditions are tried in order",
        grade=Grade.TOOL,
    ),
    IgnoreCase(
        path="retryStrategy.evaluateOnExit[].action",
        source=f"{_API}, EvaluateOnExit: not case sensitive; {_TERRAFORM} expects lower case back",
        grade=Grade.DOCUMENTED,
    ),
    Default(
        path="propagateTags",
        value=False,
        source=f"{_API}, RegisterJobDefinition, propagateTags; null in {_RECORDED}",
        grade=Grade.SEEN,
        equality=Equality.SEMANTIC,
    ),
    Keyed(
        path="nodeProperties.nodeRangeProperties",
        by=("targetNodes",),
        source=f"{_TERRAFORM}/node_properties.go",
        grade=Grade.TOOL,
    ),
)

_NODE_RANGE = "nodeProperties.nodeRangeProperties[]"

RULES = Rules(
    kind="job-definition",
    leading=("jobDefinitionName", "type"),
    rows=(
        *EVERYWHERE,
        *_TOP,
        *below("containerProperties", CONTAINER_PROPERTIES),
        *below("ecsProperties.taskProperties[]", TASK_PROPERTIES),
        *below("eksProperties.podProperties", POD_PROPERTIES),
        *below(f"{_NODE_RANGE}.container", CONTAINER_PROPERTIES),
        *below(f"{_NODE_RANGE}.ecsProperties.taskProperties[]", TASK_PROPERTIES),
        *below(f"{_NODE_RANGE}.eksProperties.podProperties", POD_PROPERTIES),
    ),
)
