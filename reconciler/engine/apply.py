"""Carry a plan out, step by step in its order; one bad job never stops the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.aws.backends import DefinitionBackend
from reconciler.core import ownership, run_steps, schedules
from reconciler.core.definitions import registered_differences
from reconciler.core.event_rule import EventRulePlan
from reconciler.core.job_plan import JobPlan
from reconciler.core.operations import (
    Advance,
    DeleteEventRule,
    DeleteSchedule,
    Deregister,
    MakeLogGroup,
    Note,
    Operation,
    PutEventRule,
    PutSchedule,
    Register,
    Stand,
    Tag,
)
from reconciler.core.plan import JobSeen, Plan, Seen
from reconciler.engine import suspension
from reconciler.engine.context import Context
from reconciler.engine.event_rule import change_event_rule
from reconciler.engine.launch import Launcher
from reconciler.engine.run_journal import RunJournal
from reconciler.engine.schedules import put_schedule
from reconciler.engine.sending import Postponed
from reconciler.engine.slots import record_standing
from reconciler.errors import CredentialsExpired, ReconcilerError
from reconciler.model import Action, Health, Outlook, Revision, Status, Step, Sync


@dataclass(slots=True)
class _Progress:
    """What this pass has made so far: the revisions in force, and the jobs whose earlier step failed.

    `stale` are those of them whose definition is not in force as the plan has it: nobody may run the one before.
    """

    in_force: dict[str, Revision]
    failed: set[str] = field(default_factory=set)
    stale: set[str] = field(default_factory=set)

    def fail(self, step: Step) -> None:
        """Take note of a step that failed, or was not tried since an earlier one of its job had."""
        self.failed.add(step.job)
        beside = step.kind in {run_steps.KIND, schedules.KIND}
        if not beside and (step.operation is None or isinstance(step.operation, Register | Tag)):
            self.stale.add(step.job)


def apply(context: Context, seen: Seen, plan: Plan) -> Plan:
    """Carry out every step of `plan` and answer the plan with how each ended and how the jobs stand now.

    Raises CredentialsExpired at once: no further call can succeed. Every other failure belongs to its step; the later
    steps of that job are then blocked.
    """
    entries = {entry.job.name: entry for entry in seen.jobs}
    progress = _Progress(in_force={job.job.name: job.in_force for job in plan.jobs if job.in_force is not None})
    journal = RunJournal(context.backends.ledger, context.clock)
    worker = _Worker(
        context=context,
        entries=entries,
        launcher=Launcher(context=context, seen_at=seen.now, journal=journal),
        progress=progress,
    )
    outcomes = []
    if writes := sum(step.operation is not None for step in plan.steps):
        context.listen(Outlook(steps=writes))
    for step in plan.steps:
        outcome = worker.carry_out(step)
        outcomes.append(outcome)
        if step.operation is not None:
            context.listen(outcome)
    by_job: dict[str, list[Step]] = {}
    for outcome in outcomes:
        by_job.setdefault(outcome.job, []).append(outcome)
    jobs = tuple(_standing(job, by_job.get(job.job.name, ()), progress) for job in plan.jobs)
    rule = _rule_standing(plan.event_rule, by_job.get("", ())) if plan.event_rule is not None else None
    return replace(plan, steps=tuple(outcomes), jobs=jobs, event_rule=rule)


def _rule_standing(rule: EventRulePlan, mine: Sequence[Step]) -> EventRulePlan:
    """Answer how the rule that keeps runs' ends stands once its steps were carried out."""
    settled = all(step.status is Status.DONE for step in mine)
    return replace(rule, sync=Sync.IN_SYNC, changes=(), message="") if settled else rule


def _standing(job: JobPlan, mine: Sequence[Step], progress: _Progress) -> JobPlan:
    """Answer how a job stands once its own steps were carried out: brought in sync, and launched.

    A run that could not be started says nothing of the definition that was made for it.
    """
    stuck = {step.kind for step in mine if step.status in {Status.FAILED, Status.BLOCKED}}
    if stuck or job.sync is Sync.ERROR:
        made = any(step.kind != run_steps.KIND and step.status is Status.DONE for step in mine)
        settled = made and stuck == {run_steps.KIND} and job.sync in {Sync.MISSING, Sync.DRIFTED}
        stands = replace(job, sync=Sync.IN_SYNC, changes=()) if settled else job
        return replace(stands, in_force=progress.in_force.get(job.job.name))
    launched = any(step.action is Action.LAUNCH and step.status is Status.DONE for step in mine)
    postponed = next((step.reason for step in mine if step.status is Status.SKIPPED), "")
    return replace(
        job,
        sync=Sync.IN_SYNC,
        health=Health.PENDING if launched or postponed else job.health,
        changes=(),
        message="launched" if launched else postponed or job.message,
        in_force=progress.in_force.get(job.job.name),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worker:
    context: Context
    entries: Mapping[str, JobSeen]
    launcher: Launcher
    progress: _Progress

    def carry_out(self, step: Step) -> Step:
        if step.operation is None:
            # that a run has failed keeps nothing of its job from being done
            if step.status is Status.FAILED and step.kind != run_steps.KIND:
                self.progress.fail(step)
            return step if step.status is not Status.PLANNED else replace(step, status=Status.DONE)
        if step.job in self.progress.failed and not run_steps.keeps_time(step):
            self.progress.fail(step)
            return replace(step, status=Status.BLOCKED, error="an earlier step of the job failed")
        try:
            told = self._do(step, step.operation)
        except CredentialsExpired:
            raise
        except Postponed as later:
            return replace(step, status=Status.SKIPPED, reason=later.message, error=later.error)
        except ReconcilerError as error:
            self.progress.fail(step)
            return replace(step, status=Status.FAILED, error=str(error))
        return replace(step, status=Status.DONE, reason=told or step.reason)

    def _do(self, step: Step, operation: Operation) -> str:
        match operation:
            case MakeLogGroup(name=name, retention_days=days):
                self.context.backends.log_groups.make(name, days)
            case Register():
                return self._register(step, operation)
            case Tag(revision=revision, tags=tags, remove=remove):
                self._definitions(step).tag(revision, tags, remove=remove)
                self.progress.in_force.setdefault(step.job, revision)
            case Deregister(revision=revision):
                self._definitions(step).deregister(revision)
            case Advance():
                entry = self.entries[step.job]
                in_force = None if run_steps.keeps_time(step) else self._revision(entry)
                return self.launcher.advance(entry.job, operation, in_force)
            case Stand():
                record_standing(self.context, step.job, operation)
            case PutSchedule(stand=stand):
                entry = self.entries[step.job]
                if stand is not None:
                    record_standing(self.context, step.job, stand)
                self._put_schedule(entry, operation)
            case DeleteSchedule(group=group, name=name):
                self.context.backends.schedules.delete(group, name)
            case PutEventRule() | DeleteEventRule():
                change_event_rule(self.context, operation)
            case Note():
                return self.launcher.note(self.entries[step.job].job, operation)
        return ""

    def _definitions(self, step: Step) -> DefinitionBackend:
        kinds = self.context.kinds
        name = next(name for name, kind in kinds.items() if kind.definition_kind == step.kind)
        return self.context.backends.definitions[name]

    def _register(self, step: Step, operation: Register) -> str:
        entry = self.entries[step.job]
        assert entry.wanted is not None
        backend = self._definitions(step)
        kept = suspension.carried_over(backend, entry.family, entry.wanted.owner)
        tags = {**operation.resource.tags, **kept}
        revision = backend.register(replace(operation.resource, tags=tags))
        changes = registered_differences(entry.wanted, revision)
        proof = ownership.verified_tag(revision, equal=not changes)
        backend.tag(revision, proof)
        self.progress.in_force[step.job] = replace(revision, tags={**revision.tags, **proof})
        if changes:
            paths = ", ".join(change.path for change in changes)
            raise ReconcilerError(
                f"{revision.name}:{revision.number} does not converge: {paths}",
                hint="AWS made something else of it; it is not registered again until the manifest changes",
            )
        return f"{step.reason}; registered {revision.name}:{revision.number}"

    def _put_schedule(self, entry: JobSeen, operation: PutSchedule) -> None:
        revision = self._revision(entry)
        if revision is None:
            raise ReconcilerError("there is no revision that a schedule could start")
        suspended = entry.suspended or entry.job.suspend
        put_schedule(self.context, entry.job, operation, revision, suspended=suspended)

    def _revision(self, entry: JobSeen) -> Revision | None:
        owner = entry.job.defined_by
        if owner in self.progress.stale:
            raise ReconcilerError(f"the definition of {owner} could not be brought in force")
        return self.progress.in_force.get(owner) or self.progress.in_force.get(entry.job.name)
