"""Put together what a pass works with from one AWS session."""

from dataclasses import replace

from reconciler.aws.batch_jobs import BatchJobs
from reconciler.aws.event_rules import EventRules
from reconciler.aws.history import History
from reconciler.aws.inspection import Inspection
from reconciler.aws.job_definitions import JobDefinitions
from reconciler.aws.ledger import Ledger
from reconciler.aws.log_groups import LogGroups
from reconciler.aws.run_events import KeptRunEvents, NoRunEvents
from reconciler.aws.run_logs import RunLogs
from reconciler.aws.schedules import Schedules
from reconciler.aws.session import Aws
from reconciler.aws.task_definitions import TaskDefinitions
from reconciler.aws.tasks import Tasks
from reconciler.engine.context import Backends
from reconciler.kinds import event_rule
from reconciler.model import Settings


def backends(aws: Aws, settings: Settings, earlier: Backends | None = None) -> Backends:
    """Answer every backend over `aws`; nothing is called yet.

    Of those that an `earlier` pass of the same owner had over the same session are kept those that know for certain
    what may have changed since: what has come into a log group, and by their dates the schedules. All others look anew.
    """
    fresh = Backends(
        definitions={"EcsJob": TaskDefinitions(aws), "BatchJob": JobDefinitions(aws)},
        runs={"EcsJob": Tasks(aws), "BatchJob": BatchJobs(aws)},
        ledger=Ledger(aws, owner=settings.owner),
        history=History(aws, owner=settings.owner, retention_days=settings.history_retention_days),
        run_events=KeptRunEvents(aws, event_rule.log_group(settings.owner))
        if settings.history_events
        else NoRunEvents(),
        event_rules=EventRules(aws),
        log_groups=LogGroups(aws),
        run_logs=RunLogs(aws),
        schedules=Schedules(aws),
        inspection=Inspection(aws),
    )
    if earlier is None:
        return fresh
    same_events = type(earlier.run_events) is type(fresh.run_events)
    return replace(
        fresh,
        ledger=earlier.ledger,
        schedules=earlier.schedules,
        run_events=earlier.run_events if same_events else fresh.run_events,
    )
