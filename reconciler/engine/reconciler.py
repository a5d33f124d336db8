"""One pass, from top to bottom: observe, plan, apply; and the verbs that are parts of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from reconciler.aws.session import Aws
from reconciler.clock import Clock
from reconciler.core.guards import Limits
from reconciler.core.operations import Deregister
from reconciler.core.ownership import Commit
from reconciler.core.plan import Plan, make_plan
from reconciler.engine import by_hand, reporting
from reconciler.engine.apply import apply
from reconciler.engine.backends import backends
from reconciler.engine.context import Context, Listener
from reconciler.engine.follow import finished, pauses
from reconciler.engine.launch import record_ends
from reconciler.engine.manual import Ended
from reconciler.engine.observe import Observation, observe
from reconciler.errors import Refused
from reconciler.kinds.registry import kinds
from reconciler.kinds.run_changes import RunChanges
from reconciler.model import Job, Manifests, Once, Report, Revision

#: Looks at the plan before anything is written.
Approval = Callable[[Report], None]


def _approved(_: Report) -> None:
    """Let a plan through."""


class Until(StrEnum):
    """What `--wait` waits for."""

    ONCE = "once"
    ALL = "all"


class Reconciler:
    """A directory and an account, and what can be done with the two.

    `listen` is told of every step as it is carried out. No method changes anything on AWS but :meth:`apply` and
    :meth:`wait`. All raise errors of :mod:`reconciler.errors`; the failure of one job is part of the report instead.
    """

    def __init__(
        self,
        *,
        manifests: Manifests,
        aws: Aws,
        clock: Clock,
        limits: Limits,
        commit: Commit | None = None,
        listen: Listener = lambda _: None,
    ) -> None:
        self._aws = aws
        self._context = Context(
            manifests=manifests,
            kinds=kinds(),
            backends=backends(aws, manifests.settings),
            clock=clock,
            limits=limits,
            commit=commit,
            listen=listen,
        )

    def plan(self) -> Report:
        """Answer what a pass would do."""
        started = self._started()
        _, plan = self._planned()
        return self._report("plan", plan, started)

    def drift(self) -> Report:
        """Answer how AWS differs from the manifests, without the steps that would mend it."""
        started = self._started()
        _, plan = self._planned()
        return replace(self._report("drift", plan, started), steps=())

    def status(self) -> Report:
        """Answer how every job stands, on both axes."""
        started = self._started()
        _, plan = self._planned()
        return replace(self._report("status", plan, started), steps=())

    def apply(self, approve: Approval = _approved) -> Report:
        """Make one pass; `approve` sees the very plan that is about to be carried out, and may raise Refused."""
        started = self._started()
        return self._pass(started, approve)

    def wait(self, until: Until, timeout: float | None, approve: Approval = _approved) -> Report:
        """Repeat the pass until every one-shot is finished at its present generation, or until `timeout` seconds.

        The report is that of the last pass, with every step that any of them carried out. `approve` sees the plan of
        the first: what follows from it was approved with it.
        """
        started, done = self._started(), []
        jobs = self._context.manifests.jobs
        followed = {job.name for job in jobs if until is Until.ALL or isinstance(job.trigger, Once)}
        for pause in pauses():
            report = self._pass(started, approve)
            approve = _approved
            done += [step for step in report.steps if step.operation is not None]
            elapsed = (self._context.clock.now() - started).total_seconds()
            if finished(report, followed):
                return replace(report, steps=reporting.merged(done, report.steps))
            if timeout is not None and elapsed + pause > timeout:
                report = replace(report, steps=reporting.merged(done, report.steps))
                return reporting.timed_out(report, timeout)
            self._context.clock.sleep(pause)
        raise AssertionError("pauses() never ends")

    def run(self, job: Job, changes: RunChanges) -> Report:
        """Launch the revision of `job` that is in force, with `changes`, and answer the run."""
        started = self._started()
        made = by_hand.launch(self._context, job, changes)
        return reporting.of_runs(self._context, "run", [made.run], started, self._aws, made.warnings)

    def run_and_wait(self, job: Job, changes: RunChanges, told: by_hand.Told, *, flowing: bool) -> tuple[Report, Ended]:
        """Do what :meth:`run` does, follow the run to its end, and answer how it went as well.

        `told` is given the containers' logs: as they come where it is `flowing`, else the last of a run that failed.
        """
        started = self._started()
        made = by_hand.launch_and_wait(self._context, job, changes, told, flowing=flowing)
        report = reporting.of_runs(self._context, "run", [made.run], started, self._aws, made.warnings)
        assert made.ended is not None
        return report, made.ended

    def _started(self) -> datetime:
        """Let AWS say who we are and what time it is."""
        self._aws.resynchronise()
        self._aws.verify_account()
        assert self._aws.account
        return self._context.clock.now()

    def _pass(self, started: datetime, approve: Approval = _approved) -> Report:
        observation, plan = self._planned()
        approve(self._report("plan", plan, started))
        record_ends(self._context, observation.unrecorded, self._context.backends.ledger)
        return self._report("apply", apply(self._context, observation.seen, plan), started)

    def _planned(self) -> tuple[Observation, Plan]:
        manifests, limits = self._context.manifests, self._context.limits
        if manifests.empty and not limits.allow_empty:
            raise Refused(
                f"{manifests.directory} holds no manifest, and everything of owner {manifests.settings.owner} would be "
                "taken for deleted",
                hint="--allow-empty lifts it",
            )
        observation = observe(self._context)
        plan = make_plan(observation.seen)
        users = self._users(plan)
        if users:
            observation = replace(observation, seen=replace(observation.seen, users=users))
            plan = make_plan(observation.seen)
        return observation, plan

    def _users(self, plan: Plan) -> dict[str, str]:
        """Look up what uses the revisions that would be deregistered, only where there are any."""
        doomed: dict[str, list[Revision]] = {}
        for step in plan.steps:
            if isinstance(step.operation, Deregister):
                doomed.setdefault(step.kind, []).append(step.operation.revision)
        users: dict[str, str] = {}
        for name, kind in self._context.kinds.items():
            if kind.definition_kind in doomed:
                users |= self._context.backends.definitions[name].users(doomed[kind.definition_kind])
        return users

    def _report(self, verb: str, plan: Plan, started: datetime) -> Report:
        return reporting.report(self._context, verb, plan, started, self._aws)
