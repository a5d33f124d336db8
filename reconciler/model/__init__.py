"""The values that travel through a pass: what people wrote, what is wanted, what was seen, what is done about it.

Nothing here computes. The way of the data is manifests → :class:`Job` → :class:`Resource` → (observation) →
:class:`Step` → :class:`Outcome` → report.
"""

from reconciler.model.manifest import (
    ConcurrencyPolicy,
    Definition,
    DeletionPolicy,
    Engine,
    Job,
    Linked,
    Logs,
    Manifests,
    Once,
    Owned,
    Problem,
    RerunOn,
    Schedule,
    Settings,
    Severity,
    Shared,
    Source,
    Trigger,
)
from reconciler.model.report import Action, Check, Health, JobReport, Report, Status, Step, Sync, Verdict
from reconciler.model.resource import Family, FieldChange, Resource, Revision
from reconciler.model.run import ContainerEnd, Execution, Failure, Launch, Launched, Run, RunKey, RunState
from reconciler.model.values import ABSENT, Absent, Path, Spec

__all__ = [
    "ABSENT",
    "Absent",
    "Action",
    "Check",
    "ConcurrencyPolicy",
    "ContainerEnd",
    "Definition",
    "DeletionPolicy",
    "Engine",
    "Execution",
    "Failure",
    "Family",
    "FieldChange",
    "Health",
    "Job",
    "JobReport",
    "Launch",
    "Launched",
    "Linked",
    "Logs",
    "Manifests",
    "Once",
    "Owned",
    "Path",
    "Problem",
    "Report",
    "RerunOn",
    "Resource",
    "Revision",
    "Run",
    "RunKey",
    "RunState",
    "Schedule",
    "Settings",
    "Severity",
    "Shared",
    "Source",
    "Spec",
    "Status",
    "Step",
    "Sync",
    "Trigger",
    "Verdict",
]
