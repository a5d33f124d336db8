"""What still uses a revision of a definition: tasks and services, queued jobs, EventBridge rules, schedules.

Looked up only when a revision is about to be deregistered. What cannot be read counts as used, and says so.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from reconciler.aws import event_targets, job_queues
from reconciler.aws.concurrent import all_of
from reconciler.aws.event_targets import Use
from reconciler.aws.session import Aws
from reconciler.errors import AwsCallError, CredentialsExpired
from reconciler.model import Revision

#: Answers the ARN that a name without a number stands for now.
LatestArn = Callable[[str], str | None]

#: DescribeServices takes at most so many, DescribeTasks and the lists a hundred.
_SERVICES: Final = 10
_TASKS: Final = 100
#: Up to so many families are asked for their tasks; beyond, every task of a cluster is looked at.
_FEW_FAMILIES: Final = 5


def of_task_definitions(
    aws: Aws, revisions: Sequence[Revision], latest_arn: LatestArn, going: Collection[str] = ()
) -> Mapping[str, str]:
    """Say by ARN what uses each revision of a task definition; the unused are left out."""
    families = sorted({revision.name for revision in revisions})
    return _of(aws, revisions, latest_arn, lambda aws: _in_clusters(aws, families), going)


def of_job_definitions(
    aws: Aws, revisions: Sequence[Revision], latest_arn: LatestArn, going: Collection[str] = ()
) -> Mapping[str, str]:
    """Say by ARN what uses each revision of a job definition; the unused are left out."""
    return _of(aws, revisions, latest_arn, _in_queues, going)


def _of(
    aws: Aws,
    revisions: Sequence[Revision],
    latest_arn: LatestArn,
    running: Callable[[Aws], Iterable[Use]],
    going: Collection[str],
) -> Mapping[str, str]:
    if not revisions:
        return {}
    used = _resolver(revisions, latest_arn)
    wanted = {revision.arn for revision in revisions}
    users: dict[str, str] = {}
    try:
        for source in (running, event_targets.of_rules, event_targets.of_schedules):
            for use in source(aws):
                arn = used(use.reference) if use.schedule not in going else None
                if arn is not None and arn in wanted:
                    users.setdefault(arn, use.user)
    except CredentialsExpired:
        raise
    except AwsCallError as error:
        return dict.fromkeys(sorted(wanted), f"perhaps something: {error}")
    return users


def _resolver(revisions: Sequence[Revision], latest_arn: LatestArn) -> Callable[[str], str | None]:
    """Answer what tells the ARN that a reference stands for, None for another definition's; asks once for each name."""
    by_reference = _by_reference(revisions)
    unnumbered = {reference.rpartition(":")[0]: revision.name for reference, revision in by_reference.items()}
    latest = cache(latest_arn)

    def resolve(reference: str) -> str | None:
        if reference in by_reference:
            return by_reference[reference].arn
        return latest(unnumbered[reference]) if reference in unnumbered else None

    return resolve


def _by_reference(revisions: Iterable[Revision]) -> Mapping[str, Revision]:
    """Answer the revisions by the two ways to name each: its ARN, and `name:revision`."""
    found = {f"{revision.name}:{revision.number}": revision for revision in revisions}
    return found | {revision.arn: revision for revision in found.values()}


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


def _in_queues(aws: Aws) -> Iterator[Use]:
    queues = [str(queue["jobQueueArn"]) for queue in job_queues.all_queues(aws)]
    for jobs in all_of(lambda queue: list(job_queues.unfinished_jobs(aws, queue)), queues):
        for job in jobs:
            if reference := job.get("jobDefinition"):
                yield Use(reference=reference, user=f"job {job['jobId']}")
