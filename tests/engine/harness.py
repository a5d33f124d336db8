"""A directory of manifests, an embedded AWS, and reconcilers that can be killed at any call."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

from reconciler.aws.clients import Clients
from reconciler.aws.session import Aws
from reconciler.core.ownership import Commit
from reconciler.engine import Limits, Reconciler, Until
from reconciler.local import LocalAws
from reconciler.local.calls import Place
from reconciler.local.ecs.store import tasks_of
from reconciler.manifests import LoadRequest, load
from reconciler.model import Manifests, Report

REGION = "eu-west-1"
#: Longer than anything here may take, in virtual seconds: a wait that never ends fails instead of hanging.
WAIT = 3 * 3600.0

SETTINGS = """
    apiVersion: reconciler/v1
    kind: Settings
    metadata: {name: tests}
    spec:
      region: eu-west-1
      prune: {enabled: true}
      defaults:
        EcsJob:
          taskDefinition:
            requiresCompatibilities: [FARGATE]
            networkMode: awsvpc
            cpu: 256
            memory: 512
            executionRoleArn: arn:aws:iam::123456789012:role/exec
          run: {launchType: FARGATE}
"""


def one_shot(name: str, *, outcome: str = "exit 0 after 5s", run: str = "{}", more: str = "") -> str:
    """Answer the manifest of a one-shot whose only container ends as `outcome` says."""
    return f"""
        apiVersion: reconciler/v1
        kind: EcsJob
        metadata: {{name: {name}}}
        spec:
          taskDefinition:
            containerDefinitions:
              - {{name: app, image: "app:1", dockerLabels: {{local.outcome: "{outcome}"}}}}
          run: {run}
          once: {{}}
          {more}
    """


class Killed(BaseException):
    """The process is gone: nothing may catch this."""


@dataclass(slots=True, kw_only=True)
class Mortality:
    """Counts the calls of a reconciler, or those of one action, and ends it before or after number `call` (from 1)."""

    call: int = 0
    after: bool = False
    action: str = ""
    made: list[str] = field(default_factory=list)

    def passing(self, action: str) -> None:
        self.made.append(action)
        if self._is_due(action) and not self.after:
            raise Killed

    def passed(self, action: str) -> None:
        if self._is_due(action) and self.after:
            raise Killed

    def _is_due(self, action: str) -> bool:
        if self.action:
            return action == self.action and self.made.count(action) == self.call
        return len(self.made) == self.call


class MortalAws(Aws):
    """A session whose process may die at a call."""

    def __init__(self, mortality: Mortality, **options: Any) -> None:
        super().__init__(**options)
        self._mortality = mortality

    def _send(self, clients: Clients, action: str, members: Mapping[str, Any]) -> dict[str, Any]:
        self._mortality.passing(action)
        answer = super()._send(clients, action, members)
        self._mortality.passed(action)
        return answer


class VirtualClock:
    """The embedded AWS's clock: sleeping moves it."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._aws.now(), UTC)

    def synchronise(self, instant: datetime) -> timedelta:
        return instant - self.now()

    def sleep(self, seconds: float) -> None:
        self._aws.advance(seconds)


@dataclass(slots=True, kw_only=True)
class Directory:
    """A directory of manifests beside an embedded AWS, and every task that was ever started there."""

    path: Path
    aws: LocalAws
    commit: Commit | None = None
    tasks: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def write(self, **documents: str) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        for name, text in documents.items():
            (self.path / f"{name}.yaml").write_text(dedent(text))

    def remove(self, *names: str) -> None:
        for name in names:
            (self.path / f"{name}.yaml").unlink()

    def manifests(self) -> Manifests:
        found = load(self.path, LoadRequest())
        assert not [str(problem) for problem in found.problems if problem.severity == "error"]
        return found

    @contextmanager
    def reconciler(self, mortality: Mortality | None = None, **limits: Any) -> Iterator[Reconciler]:
        clock = VirtualClock(self.aws)
        with MortalAws(mortality or Mortality(), environment=self.aws.environment, region=REGION, clock=clock) as aws:
            yield Reconciler(
                manifests=self.manifests(), aws=aws, clock=clock, limits=Limits(**limits), commit=self.commit
            )

    def plan(self, **limits: Any) -> Report:
        with self.reconciler(**limits) as reconciler:
            return reconciler.plan()

    def drift(self, **limits: Any) -> Report:
        with self.reconciler(**limits) as reconciler:
            return reconciler.drift()

    def once(self, mortality: Mortality | None = None, **limits: Any) -> Report:
        with self.reconciler(mortality, **limits) as reconciler:
            return self.watched(reconciler.apply)

    def wait(self, mortality: Mortality | None = None, *, until: float = WAIT, **limits: Any) -> Report:
        with self.reconciler(mortality, **limits) as reconciler:
            return self.watched(lambda: reconciler.wait(Until.ONCE, until))

    def watched(self, act: Callable[[], Report]) -> Report:
        """Do something, and take note of every task there is when it is over, however it is over."""
        try:
            return act()
        finally:
            self.look()

    def look(self) -> None:
        with self.aws.lock():
            place = Place(self.aws.account, REGION)
            for cluster in ("default", "other"):
                for key, held in tasks_of(self.aws.world, place, cluster).items():
                    self.tasks[f"{cluster}/{key}"] = dict(held["task"])

    def started(self) -> dict[str, int]:
        """Answer how many tasks were ever started for each startedBy, over all clusters."""
        counts: dict[str, int] = {}
        for task in self.tasks.values():
            counts[str(task["startedBy"])] = counts.get(str(task["startedBy"]), 0) + 1
        return counts
