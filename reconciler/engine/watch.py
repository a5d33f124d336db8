"""The loop: one pass after another, woken by a changed file, by the time, or by a person.

It is level-based: a pass looks at everything, whatever woke it. What the loop adds to the passes is memory for what no
single pass can know (:mod:`reconciler.engine.watch_memory`): who failed a short while ago, since when something has
been missing; and how each job was when it was last valid (:mod:`reconciler.engine.watch_directory`). All of it may be
lost at any moment; a restart then only takes longer to do the same.
"""

import random
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from reconciler.aws.session import Aws
from reconciler.clock import Clock
from reconciler.core.guards import Limits, Pause
from reconciler.engine import watch_runs
from reconciler.engine.backoff import Backoff
from reconciler.engine.context import Listener
from reconciler.engine.kept import Kept
from reconciler.engine.reconciler import Reconciler
from reconciler.engine.watch_alarm import Alarm, Wake
from reconciler.engine.watch_directory import View
from reconciler.engine.watch_events import PassesAgain, PassFailed, RunsSeen, Said, Started, Stopped, Told, Waiting
from reconciler.engine.watch_memory import Memory, carried_out
from reconciler.engine.watch_runs import RecentRuns
from reconciler.engine.watch_sight import Readable, Sight
from reconciler.errors import AwsCallError, CredentialsExpired, Interrupted, ReconcilerError, UsageError
from reconciler.model import Outlook, Run, Settings, Step

#: The pass as a whole, among those that may fail.
_WHOLE = "the whole pass"


class Surroundings(Readable, Protocol):
    """What the loop needs of the process that it runs in: a directory, AWS, and to be alone."""

    def update(self) -> None:
        """Bring the directory up to date where it follows something. Never raises for what that meets."""
        ...

    def session(self, settings: Settings) -> Aws:
        """Answer a new session for these settings; the loop closes it."""
        ...

    def lock(self, settings: Settings) -> AbstractContextManager[object]:
        """Keep every other loop of this owner off this host. Raises Refused where there is one."""
        ...


def _spread() -> float:
    return random.uniform(0.9, 1.1)  # noqa: S311 - no secret


class Watch:
    """A loop over one directory; it ends when :meth:`stop` was called, or the alarm rang STOP.

    `interval` is how long at most two passes are apart, in seconds, but for what `spread` makes of it. `tell` hears of
    every pass, and of everything else once, when it changes; `listen` of every step as it is carried out. Of the newest
    `runs` is told as well where somebody wants to know them.
    """

    def __init__(
        self,
        *,
        surroundings: Surroundings,
        alarm: Alarm,
        clock: Clock,
        limits: Limits,
        interval: float,
        tell: Callable[[Told], None],
        listen: Listener = lambda _: None,
        runs: int = 0,
        spread: Callable[[], float] = _spread,
    ) -> None:
        self._runs = runs
        self._recent = RecentRuns(runs)
        self._surroundings = surroundings
        self._alarm = alarm
        self._clock = clock
        self._limits = limits
        self._interval = interval
        self._tell = tell
        self._listen = listen
        self._sight = Sight(surroundings, tell)
        self._memory = Memory(interval=interval, spread=spread)
        self._backoff = Backoff(longest=interval)
        self._told_failure = ""
        self._told_unknown_runs = ""
        self._failures = 0
        self._aws: Aws | None = None
        self._kept = Kept()
        self._acting_for: tuple[str | None, ...] = ()
        self._open = ExitStack()
        self._begun = False

    def stop(self) -> None:
        """Let the call in flight be finished, start nothing new, and end."""
        self._alarm.ring(Wake.STOP)

    def run(self) -> None:
        """Make passes until stopped.

        Raises UsageError where the directory, the settings or the credentials are wrong at the very start, and Refused
        where another loop of this owner runs here. Later such things are told, and tried again.
        """
        woken: Collection[Wake] = {Wake.START}
        due = self._clock.now()
        with self._open:
            try:
                while not self._alarm.stopped:
                    due = self._turn(woken, due)
                    woken = self._sleep_until(due)
            finally:
                self._close_session()
        self._tell(Stopped(passes=self._memory.passes))

    def _turn(self, woken: Collection[Wake], due: datetime) -> datetime:
        """Look at the directory and make a pass; answer when the next one is due."""
        only_files = set(woken) == {Wake.FILES}
        if not only_files:
            self._surroundings.update()
        changed = self._sight.look(anew=set(woken) != {Wake.TIME})
        view = self._sight.view
        if view is None:
            self._tell(Waiting())
            return self._memory.agenda.idle(self._clock.now())
        if only_files and not changed:
            return due
        self._begin(view)
        try:
            return self._pass(view, woken)
        except Interrupted:
            return due
        except UsageError as error:
            if self._memory.passes == 0:
                raise
            return self._failed(error)
        except ReconcilerError as error:
            return self._failed(error)

    def _sleep_until(self, due: datetime) -> Collection[Wake]:
        if self._alarm.stopped:
            return {Wake.STOP}
        woken = self._alarm.wait((due - self._clock.now()).total_seconds())
        return woken or {Wake.TIME}

    def _begin(self, view: View) -> None:
        """Be the one loop of the owner, as soon as it is known who that is."""
        if not self._begun:
            self._open.enter_context(self._surroundings.lock(view.manifests.settings))
            self._begun = True
            self._tell(Started(directory=view.manifests.directory, interval=self._interval))

    # -- a pass -----------------------------------------------------------------------------------------------------

    def _pass(self, view: View, woken: Collection[Wake]) -> datetime:
        done: list[Step] = []

        def listen(event: Outlook | Step | Run) -> None:
            if isinstance(event, Step) and carried_out(event):
                done.append(event)
            self._listen(event)
            self._go_on()

        aws = self._session(view.manifests.settings)
        reconciler = Reconciler(
            manifests=view.manifests,
            aws=aws,
            clock=self._clock,
            limits=self._memory.limits(self._limits, view, self._clock.now()),
            commit=self._sight.commit,
            listen=listen,
            kept=self._kept,
        )
        report = reconciler.apply(lambda _: self._go_on())
        self._mended()
        passed, due = self._memory.learn(report, tuple(done), view, woken, self._clock.now(), aws)
        commit = self._sight.commit
        self._tell(replace(passed, commit=commit.sha if commit is not None else ""))
        news = passed.done or passed.moved or passed.number == 1
        if self._runs and (news or watch_runs.may_begin_unseen(view.manifests.jobs)):
            self._tell_runs(reconciler, view)
        return due

    def _tell_runs(self, reconciler: Reconciler, view: View) -> None:
        """Tell the newest runs; where AWS does not, that is said once, and a later pass asks again."""
        try:
            runs = self._recent.update(reconciler.operator, view.manifests.jobs, self._clock.now())
        except AwsCallError as error:
            if _gist(error) != self._told_unknown_runs:
                self._tell(Said(message=f"the newest runs are not known: {error}"))
            self._told_unknown_runs = _gist(error)
        else:
            self._tell(RunsSeen(runs=runs))
            self._told_unknown_runs = ""

    def _go_on(self) -> None:
        """Raise Interrupted where nothing new may be started."""
        if self._alarm.stopped:
            raise Interrupted("the loop was told to stop; runs go on")

    def _failed(self, error: ReconcilerError) -> datetime:
        """Say once why no pass could be made, and answer when it is tried again.

        After expired credentials with a session of its own: the user's files may hold new ones.
        """
        now = self._clock.now()
        if isinstance(error, CredentialsExpired | UsageError):
            self._close_session()
        failing = self._backoff.failed(_WHOLE, Pause(error=str(error)), now)
        self._failures = failing.failures
        pause = max(failing.until - now, timedelta()).total_seconds()
        self._tell(PassFailed(error=str(error), news=_gist(error) != self._told_failure, retried_in=pause))
        self._told_failure = _gist(error)
        return failing.until

    def _mended(self) -> None:
        if self._told_failure:
            self._tell(PassesAgain(failures=self._failures))
        self._backoff.succeeded(_WHOLE)
        self._told_failure = ""

    # -- the session ------------------------------------------------------------------------------------------------

    def _session(self, settings: Settings) -> Aws:
        """Answer the session, a new one where the settings name another account, Region or role than before."""
        acting_for = (settings.region, settings.account_id, settings.role_arn, settings.external_id)
        if self._aws is not None and acting_for != self._acting_for:
            self._close_session()
        if self._aws is None:
            self._aws = self._surroundings.session(settings)
            self._acting_for = acting_for
        return self._aws

    def _close_session(self) -> None:
        if self._aws is not None:
            self._aws.close()
            self._aws, self._kept = None, Kept()


def _gist(error: ReconcilerError) -> str:
    """Answer what makes a failure the same as another: not which of several calls at once met it first."""
    if isinstance(error, CredentialsExpired):
        return "expired"
    return error.code if isinstance(error, AwsCallError) else str(error)
