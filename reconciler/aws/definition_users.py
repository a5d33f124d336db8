"""What still uses a revision of a task definition: tasks, services, EventBridge rules, schedules.

Looked up only when a revision is about to be deregistered. What cannot be read counts as used, and says so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from reconciler.aws import event_targets
from reconciler.aws.concurrent import all_of
from reconciler.aws.event_targets import Use
from reconciler.aws.session import Aws
from reconciler.errors import AwsCallError, CredentialsExpired
from reconciler.model import Revision

#: DescribeServices takes at most so many, DescribeTasks and the lists a hundred.
_SERVICES: Final = 10
_TASKS: Final = 100
#: Up to so many families are asked for their tasks; beyond, every task of a cluster is looked at.
_FEW_FAMILIES: Final = 5


def of_task_definitions(
    aws: Aws, revisions: Sequence[Revision], latest_arn: Callable[[str], str | None]
) -> Mapping[str, str]:
    """Say by ARN what uses each revision; the unused are left out. `latest_arn` resolves a family without a number."""
    if not revisions:
        return {}
    wanted = {revision.arn for revision in revisions}
    by_name = {f"{revision.name}:{revision.number}": revision.arn for revision in revisions}
    families = {revision.name for revision in revisions}
    users: dict[str, str] = {}
    sources: Sequence[Callable[[Aws], Iterable[Use]]] = (
        lambda aws: _in_clusters(aws, sorted(families)),
        event_targets.of_rules,
        event_targets.of_schedules,
    )
    for source in sources:
        try:
            uses = list(source(aws))
        except CredentialsExpired:
            raise
        except AwsCallError as error:
            return dict.fromkeys(sorted(wanted), f"perhaps something: {error}")
        for use in uses:
            reference = use.reference.rpartition("/")[2]
            if ":" in reference:
                arn = by_name.get(reference)
            else:
                arn = latest_arn(reference) if reference in families else None
            if arn in wanted and arn is not None:
                users.setdefault(arn, use.user)
    return users


def _in_clusters(aws: Aws, families: Sequence[str]) -> Iterator[Use]:
    clusters = [
        arn for answer in aws.pages("ecs:ListClusters", maxResults=100) for arn in answer.get("clusterArns", ())
    ]
    for found in all_of(lambda cluster: [*_tasks(aws, cluster, families), *_services(aws, cluster)], clusters):
        yield from found


def _tasks(aws: Aws, cluster: str, families: Sequence[str]) -> Iterator[Use]:
    filters = [{"family": family} for family in families] if len(families) <= _FEW_FAMILIES else [{}]
    for narrowed in filters:
        for answer in aws.pages(
            "ecs:ListTasks", cluster=cluster, desiredStatus="RUNNING", maxResults=_TASKS, **narrowed
        ):
            if arns := answer.get("taskArns"):
                described = aws.call("ecs:DescribeTasks", cluster=cluster, tasks=list(arns))
                for task in described.get("tasks", ()):
                    yield Use(reference=task["taskDefinitionArn"], user=f"task {task['taskArn'].rpartition('/')[2]}")


def _services(aws: Aws, cluster: str) -> Iterator[Use]:
    arns = [
        arn
        for answer in aws.pages("ecs:ListServices", cluster=cluster, maxResults=100)
        for arn in answer["serviceArns"]
    ]
    for start in range(0, len(arns), _SERVICES):
        described = aws.call("ecs:DescribeServices", cluster=cluster, services=arns[start : start + _SERVICES])
        for service in described.get("services", ()):
            if service.get("status") == "INACTIVE":
                continue
            deployed = [service, *service.get("deployments", ()), *service.get("taskSets", ())]
            for reference in sorted({each["taskDefinition"] for each in deployed if each.get("taskDefinition")}):
                yield Use(reference=reference, user=f"service {service['serviceName']}")
