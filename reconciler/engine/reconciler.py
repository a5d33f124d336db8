"""One pass, from top to bottom: observe, plan, apply; and the verbs that are parts of it."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import cache

from reconciler.aws.session import Aws
from reconciler.clock import Clock
from reconciler.core.guards import Limits
from reconciler.core.ownership import Commit
from reconciler.core.plan import Plan, make_plan
from reconciler.engine import endings, explaining, following, lookup, reporting, run_logs, unfollowed, users
from reconciler.engine.apply import apply
from reconciler.engine.context import Context, Listener
from reconciler.engine.endings import Told
from reconciler.engine.follow import Patience, finished, pauses
from reconciler.engine.kept import Kept
from reconciler.engine.observe import Observation, observe
from reconciler.engine.operator import Operator
from reconciler.engine.recording import record_ends
from reconciler.engine.run_logs import LogsSeen
from reconciler.engine.sending import Stale
from reconciler.engine.slots import record_slots
from reconciler.engine.unmanaged import unmanaged
from reconciler.errors import AccessDenied, OutcomeUnknown, Refused, Throttled
from reconciler.kinds.registry import kinds
from reconciler.model import Manifests, Once, Report, Status

#: Looks at the plan before anything is written; it is handed over unmade, since most ask for nothing.
Approval = Callable[[Callable[[], Report]], None]


def _approved(_: Callable[[], Report]) -> None:
    """Let a plan through."""


def _untold(_: LogsSeen) -> None:
    """Show no logs."""


class Until(StrEnum):
    """What `--wait` waits for."""

    ONCE = "once"
    ALL = "all"


class Also(StrEnum):
    """What `drift` tells beside the differences."""

    EXPLANATIONS = "explanations"
    UNMANAGED = "unmanaged"


class Reconciler:
    """A directory and an account, and what can be done with the two.

    `listen` is told of every step as it is carried out. With `kept`, what earlier passes have read over the same
    session is not read again. No method changes anything on AWS but :meth:`apply` and :meth:`wait`. All raise errors
    of :mod:`reconciler.errors`; the failure of one job is part of the report instead.
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
        kept: Kept | None = None,
    ) -> None:
        self._aws = aws
        kept = kept or Kept()
        self._context = Context(
            manifests=manifests,
            kinds=kinds(),
            backends=kept.backends(aws, manifests.settings),
            clock=clock,
            limits=limits,
            acting=cache(lambda: replace(manifests.settings, region=aws.region)),
            commit=commit,
            listen=listen,
            known=kept.known(manifests, commit),
        )

    def plan(self) -> Report:
        """Answer what a pass would do."""
        started = self._started()
        self._refuse_to_empty()
        observation, plan = self._planned()
        return explaining.with_registrations(observation.seen, self._report("plan", plan, started))

    def drift(self, also: Collection[Also] = ()) -> Report:
        """Answer how AWS differs from the manifests, without the steps that would mend it."""
        return self._standing("drift", also)

    def status(self) -> Report:
        """Answer how every job stands, on both axes."""
        return self._standing("status")

    def apply(self, approve: Approval = _approved) -> Report:
        """Make one pass; `approve` sees the very plan that is about to be carried out, and may raise Refused."""
        started = self._started()
        return self._pass(started, approve)

    def apply_once(self, approve: Approval = _approved) -> Report:
        """Make one pass, and say which schedules start nothing unless passes follow."""
        jobs = [job for job in self._context.manifests.jobs if self._context.limits.selects(job)]
        return reporting.needs_a_loop(self.apply(approve), jobs)

    def wait(self, until: Until, timeout: float | None, approve: Approval = _approved, told: Told = _untold) -> Report:
        """Repeat the pass until every one-shot is finished at its present generation, or until `timeout` seconds.

        The report is that of the last pass, with every step that any of them carried out. `approve` sees the plan of
        the first: what follows from it was approved with it. `told` is given the last lines of each run that failed.
        """
        started, done = self._started(), []
        patience, jobs = Patience(self._context.clock, timeout), self._context.manifests.jobs
        followed = {job.name for job in jobs if until is Until.ALL or isinstance(job.trigger, Once)}
        for pause in pauses():
            report = self._pass(started, approve, told)
            approve = _approved
            done += [step for step in report.steps if step.operation is not None]
            whole = replace(report, steps=reporting.merged(done, report.steps))
            if finished(report, followed):
                return whole
            if not patience.sleep(pause):
                return reporting.timed_out(whole, patience.said)
            self._aws.resynchronise()
        raise AssertionError("pauses() never ends")

    @property
    def operator(self) -> Operator:
        """What people do with single jobs and runs."""
        return Operator(self._context, self._aws, started=self._started, planned=self._planned)

    def _standing(self, verb: str, also: Collection[Also] = ()) -> Report:
        """Answer how every job stands and how its newest run went, without the steps."""
        started = self._started()
        observation, plan = self._planned()
        shots = {entry.job.name: entry.one_shot for entry in observation.seen.jobs if entry.one_shot is not None}
        ran = {name: run for name, shot in shots.items() if (run := following.run_of(name, shot)) is not None}
        others = [entry.job for entry in observation.seen.jobs if entry.job.name not in shots]
        found = lookup.last_runs(self._context, others)
        slots = {entry.job.name: entry.slots for entry in observation.seen.jobs if entry.slots is not None}
        report = replace(self._report(verb, plan, started), steps=())
        if Also.EXPLANATIONS in also:
            report = explaining.with_explanations(self._context, observation.seen, report)
        report = explaining.with_registrations(observation.seen, report)
        if Also.UNMANAGED in also:
            report = replace(report, unmanaged=unmanaged(self._context))
        newest = run_logs.linked_failures(self._context, {**lookup.with_slots(found.runs, slots), **ran})
        return reporting.with_last_runs(report, newest, found.unknown)

    def _started(self) -> datetime:
        """Let AWS say who we are and what time it is."""
        self._aws.resynchronise()
        self._aws.verify_account()
        assert self._aws.account
        return self._context.clock.now()

    def _pass(self, started: datetime, approve: Approval = _approved, told: Told | None = None) -> Report:
        """Make a pass, and another while one has taken so long that launches were left for want of a new look."""
        reports = [self._one_pass(started, approve, told)]
        while _leaves_launches(reports[-1]):
            self._aws.resynchronise()
            reports.append(self._one_pass(started, _approved, told))
        *earlier, last = reports
        if not earlier:
            return last
        done = [step for report in reports for step in report.steps if step.operation is not None]
        return replace(last, steps=reporting.merged(done, last.steps))

    def _one_pass(self, started: datetime, approve: Approval, told: Told | None) -> Report:
        self._refuse_to_empty()
        observation, plan = self._planned()
        approve(lambda: self._report("plan", plan, started))
        record_ends(self._context, observation.unrecorded, self._context.backends.ledger)
        record_slots(self._context, observation.untold)
        if told is not None:
            endings.tell(self._context, observation, told)
        applied = apply(self._context, observation.seen, plan)
        with suppress(AccessDenied, Throttled, OutcomeUnknown):  # what is not written down now, the next pass does
            unfollowed.record_ends(self._context)
        return self._report("apply", applied, started)

    def _refuse_to_empty(self) -> None:
        """Raise Refused where the directory holds nothing: a bad merge looks just like that."""
        manifests, limits = self._context.manifests, self._context.limits
        if manifests.empty and not limits.allow_empty:
            raise Refused(
                f"{manifests.directory} holds no manifest, and everything of owner {manifests.settings.owner} would be "
                "taken for deleted",
                hint="--allow-empty lifts it",
            )

    def _planned(self) -> tuple[Observation, Plan]:
        observation = observe(self._context)
        plan = make_plan(observation.seen)
        used = users.look_up(self._context, observation.seen, plan)
        if used:
            observation = replace(observation, seen=replace(observation.seen, users=used))
            plan = make_plan(observation.seen)
        return observation, plan

    def _report(self, verb: str, plan: Plan, started: datetime) -> Report:
        return reporting.report(self._context, verb, plan, started, self._aws)


def _leaves_launches(report: Report) -> bool:
    """Whether a pass that came on has left launches to which nothing but a new look at AWS is wanting."""
    came_on = any(step.operation is not None and step.status is Status.DONE for step in report.steps)
    return came_on and any(step.error == Stale.SAID for step in report.steps)
