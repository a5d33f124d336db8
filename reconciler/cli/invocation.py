"""One run of a verb: from its options to manifests, AWS, clock and reconciler, each made when it is first needed."""

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from reconciler import cache_files
from reconciler.cli.options import Options
from reconciler.cli.runner import without_commands
from reconciler.clock import Clock, SystemClock
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.manifests import LoadRequest, load
from reconciler.model import Job, Manifests, Problem, Report, Settings, Severity
from reconciler.reports.masking import SHOW_ALL
from reconciler.reports.scrubbing import Scrubber

if TYPE_CHECKING:
    from reconciler.aws.session import Aws
    from reconciler.core.ownership import Commit
    from reconciler.engine import Limits, Reconciler
    from reconciler.engine.context import Listener
    from reconciler.local.connection import Connection
    from reconciler.manifests.recollection import Recollection


class Access(Enum):
    """What a verb does on AWS, which decides the role that it takes on."""

    READ = "read"
    WRITE = "write"


class Invocation:
    """One verb with its shared options; what it makes is closed at the end of `run`."""

    def __init__(self, *, verb: str, options: Options) -> None:
        self.verb = verb
        self.options = options
        self._open = ExitStack()
        self._stopwatch = SystemClock()
        self.started = self._stopwatch.now()
        self._emitted = False
        self._scrubber: tuple[Manifests | None, Scrubber] = (None, Scrubber(None, self.show))
        #: The account and Region of the built-in variables, once AWS was asked for them.
        self.identity: tuple[str | None, str | None] = (None, None)
        #: What is kept from one reading of the directory to the next, where there will be more than one.
        self.recollection: Recollection | None = None

    def run(self, function: Callable[..., int], own: Mapping[str, Any]) -> int:
        """Call a verb's function with its own options; a failure becomes one line and its exit code."""
        from reconciler.cli import logs

        logs.start(self.options.verbose, self)
        with self._open:
            try:
                return function(self, **own)
            except ReconcilerError as error:
                self.tell_failure(error)
                return error.exit_code

    def tell_failure(self, error: ReconcilerError) -> None:
        """Say in one line why nothing came of it, and in every format and file that was to be had of it."""
        click.echo(without_commands(f"reconcile: {self.scrub(str(error))}"), err=True)
        if self._emitted:
            return
        from reconciler.cli.output import emit

        manifests: Manifests | None = self.__dict__.get("manifests")
        settings = manifests.settings if manifests is not None else None
        report = Report(
            verb=self.verb,
            owner=settings.owner if settings is not None else "",
            region=self.options.region or (settings.region if settings is not None else None),
            account=settings.account_id if settings is not None else None,
            started=self.started,
            seconds=(self._stopwatch.now() - self.started).total_seconds(),
            problems=(Problem(message=error.message, hint=error.hint),),
        )
        emit(report, self.options, manifests, self.show, said="")

    def scrub(self, text: str, job: str = "") -> str:
        """Answer free text without hidden values, as far as the manifests are known by now; of one job in less time."""
        manifests: Manifests | None = self.__dict__.get("manifests")
        known, scrubber = self._scrubber
        if known is not manifests:
            scrubber = Scrubber(manifests, self.show)
            self._scrubber = (manifests, scrubber)
        return scrubber.text(text, job)

    # -- what people wrote ------------------------------------------------------------------------------------------

    @cached_property
    def manifests(self) -> Manifests:
        """The directory, read whole, with what can be known without asking AWS."""
        return self.load(*self.identity)

    def load(self, account: str | None, region: str | None, environment: str | None = None) -> Manifests:
        """Read the directory; `account` and `region` are for its built-in variables."""
        return load(self.options.directory, self.request(account, region, environment), self.recollection)

    def request(self, account: str | None, region: str | None, environment: str | None = None) -> LoadRequest:
        """Answer how the directory is read."""
        options = self.options
        variables = os.environ
        return LoadRequest(
            environment=environment or options.env,
            variables=dict(options.var),
            variable_files=options.var_file,
            os_environment=dict(variables),
            account=account,
            region=region or self._usual_region,
            chosen_region=options.region,
            commit=self.commit.sha if self.commit else None,
            cache=cache_files.default_directory(variables),
        )

    @property
    def region(self) -> str | None:
        """The Region that is acted in, as far as it is known without a look at profiles."""
        return self.options.region or self.manifests.settings.region or self._usual_region

    @property
    def _usual_region(self) -> str | None:
        """The Region of the AWS environment; the embedded AWS does not ask it."""
        return None if self.options.local else os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")

    @cached_property
    def commit(self) -> "Commit | None":
        """The commit that the directory is checked out at."""
        from reconciler.cli.checkout import commit_of

        return commit_of(self.options.directory)

    @property
    def show(self) -> Collection[str]:
        """The patterns of names whose values are shown."""
        manifests: Manifests | None = self.__dict__.get("manifests")
        return SHOW_ALL if self.options.show_values else manifests.settings.show_values_of if manifests else ()

    def jobs(self, names: Collection[str]) -> tuple[Job, ...]:
        """Answer the selected jobs of these names, final or declared, or all of them.

        Raises UsageError where there is no such job.
        """
        from reconciler.cli import selection

        return selection.named(self.manifests, self.options, self.limits, names)

    # -- what is there ----------------------------------------------------------------------------------------------

    @contextmanager
    def reconciler(
        self,
        access: Access,
        jobs: Collection[str] = (),
        telling: "AbstractContextManager[Listener] | None" = None,
    ) -> Iterator["Reconciler"]:
        """Answer the engine over valid manifests; `jobs` narrows it as `--job` does, `telling` hears what is done."""
        from reconciler.cli.terminal import Progress
        from reconciler.engine import Reconciler

        with telling or Progress(self.scrub, self.clock.now, self.options.again) as listen:
            yield Reconciler(
                manifests=self.manifests,
                aws=self.aws(access),
                clock=self.clock,
                limits=self.limits(jobs),
                commit=self.commit,
                listen=listen,
            )

    def limits(self, jobs: Collection[str] = ()) -> "Limits":
        """Answer what the options allow a pass, and what they narrow it to; `jobs` were chosen among those already."""
        from reconciler.engine import Limits

        options = self.options
        return Limits(
            allow_empty=options.allow_empty,
            allow_older=options.allow_older,
            max_deletions=options.max_deletions,
            max_reruns=options.max_reruns,
            jobs=tuple(jobs) or options.job,
            tags=dict(options.tag),
        )

    @cached_property
    def clock(self) -> Clock:
        """The clock that AWS sets: the host's, or the embedded AWS's own."""
        return self.embedded.clock if self.embedded else SystemClock()

    @cached_property
    def embedded(self) -> "Connection | None":
        """The embedded AWS, with `--local`."""
        if not self.options.local:
            return None
        from reconciler.cli.embedded import connect

        connection = self._open.enter_context(connect(self.options, self.manifests))
        for warning in connection.warnings:
            click.echo(f"reconcile: {warning}", err=True)
        return connection

    def aws(self, access: Access) -> "Aws":
        """Answer a session in the account and Region, and as the role, that flags or Settings name."""
        return self._open.enter_context(self.session(access))

    def session(self, access: Access, settings: Settings | None = None) -> "Aws":
        """Answer such a session for whoever closes it; by other `settings` than the directory has at present."""
        from reconciler.aws.rate_limits import RateLimits
        from reconciler.aws.session import Aws

        options, settings, embedded = self.options, settings or self.manifests.settings, self.embedded
        role = settings.role_arn if access is Access.WRITE else settings.read_role_arn or settings.role_arn
        usual = "aws" if embedded is None or embedded.throttles else "off"
        return Aws(
            region=options.region or settings.region or (embedded.region if embedded else None),
            profile=options.profile,
            role_arn=options.role_arn or role,
            external_id=settings.external_id,
            endpoint_url=options.endpoint_url,
            expected_account=settings.account_id,
            rate_limits=RateLimits(self.clock) if (options.rate_limits or usual) == "aws" else None,
            clock=self.clock,
            environment=embedded.environment if embedded else None,
        )

    # -- what is told -----------------------------------------------------------------------------------------------

    def reconcile(
        self,
        access: Access,
        work: Callable[["Reconciler"], Report],
        verdict: Callable[[Report], ExitCode],
        jobs: Collection[str] = (),
    ) -> ExitCode:
        """Show what `work` reports, or, with 3, what is wrong with the manifests."""
        from reconciler.cli import selection

        if not self.is_valid(access):
            return ExitCode.INVALID
        if jobs:
            jobs = [job.name for job in self.jobs(jobs)]
        with self.reconciler(access, jobs) as reconciler:
            report = work(reconciler)
        unmet = selection.none_chosen(self.manifests, self.options, self.limits)
        report = replace(report, problems=(*report.problems, *unmet))
        self.emit(report)
        return verdict(report)

    def is_valid(self, access: Access) -> bool:
        """Answer whether the manifests are valid; what is wrong with them is shown."""
        self.look_up_identity(access)
        if any(problem.severity is Severity.ERROR for problem in self.manifests.problems):
            self.emit(self.offline_report())
            return False
        if self.options.job:
            from reconciler.cli import selection

            selection.check(self.manifests, self.options)
        return True

    def look_up_identity(self, access: Access) -> None:
        """Read the manifests once more where they ask for an account or Region that only AWS can tell."""
        names = ("reconciler.account", "reconciler.region")
        if any(name in problem.message for problem in self.manifests.problems for name in names):
            aws = self.aws(access)
            self.identity = (aws.account, aws.region)
            self.manifests = self.load(*self.identity)

    def offline_report(self) -> Report:
        """Answer a report of the manifests' problems alone."""
        settings = self.manifests.settings
        return Report(
            verb=self.verb,
            owner=settings.owner,
            region=self.options.region or settings.region,
            account=settings.account_id,
            started=self.started,
            seconds=(self._stopwatch.now() - self.started).total_seconds(),
            problems=self.manifests.problems,
        )

    def emit(self, report: Report, said: str | None = None) -> None:
        """Show a report in every way that was asked for; `said` is its text, where that is not the usual one."""
        from reconciler.cli.output import emit

        self._emitted = True
        emit(report, self.options, self.manifests, self.show, said)
        sys.stdout.flush()
