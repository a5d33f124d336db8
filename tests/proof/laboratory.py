"""An embedded AWS with the scenario's past on it, processes that come and go, and what can be said of their work."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

from reconciler.aws.session import Aws
from reconciler.core.ownership import Commit
from reconciler.engine import Limits, Reconciler
from reconciler.local import LocalAws
from reconciler.local.batch.store import all_definitions
from reconciler.local.calls import Place
from reconciler.local.ecs.store import section
from reconciler.local.embedded import Snapshot
from reconciler.manifests import LoadRequest, load
from reconciler.model import Manifests
from tests.engine.harness import REGION, VirtualClock
from tests.proof.transport import direct


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a task or Batch job was started for, as its main container is told."""

    job: str
    run: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """All of AWS at one moment, and every task and job that was ever started there, by ARN."""

    world: Snapshot
    started: Mapping[str, Start]


def manifests_of(directory: Path, documents: Mapping[str, str]) -> Manifests:
    """Write documents into a new directory and read it."""
    directory.mkdir(parents=True)
    for name, text in documents.items():
        (directory / f"{name}.yaml").write_text(dedent(text))
    found = load(directory, LoadRequest())
    assert not [str(problem) for problem in found.problems if problem.severity == "error"]
    return found


@dataclass(slots=True, kw_only=True)
class Laboratory:
    """An embedded AWS that can be put back to any moment, and that remembers what was ever started on it."""

    aws: LocalAws
    session: Aws
    started: dict[str, Start] = field(default_factory=dict)
    #: Called before and after every call.
    met: Callable[[], object] = lambda: None

    @classmethod
    @contextmanager
    def opened(cls, **options: Any) -> Iterator["Laboratory"]:
        """Answer a fresh one; every process shares one SDK session, whose making would cost more than a pass."""
        with LocalAws(clock="manual", region=REGION, **options) as aws:
            session = Aws(environment=aws.environment, region=REGION, clock=VirtualClock(aws))
            laboratory = cls(aws=aws, session=session)
            laboratory._listen()
            with session, direct(aws, lambda: laboratory.met()):
                yield laboratory
                assert not aws.crashes, "\n".join(str(crash) for crash in aws.crashes)

    def process(
        self, manifests: Manifests, *, commit: Commit | None = None, aws: Aws | None = None, **limits: Any
    ) -> Reconciler:
        """Answer a reconciler that knows nothing yet, as a process that has just begun."""
        return Reconciler(
            manifests=manifests,
            aws=aws or self.session,
            clock=VirtualClock(self.aws),
            limits=Limits(**limits),
            commit=commit,
        )

    # -- moments ----------------------------------------------------------------------------------------------------

    def moment(self) -> Moment:
        """Answer all there is, for :meth:`back_to`."""
        return Moment(world=self.aws.snapshot(), started=dict(self.started))

    def back_to(self, moment: Moment) -> None:
        """Let everything be as it was then; planned faults and the call log are gone."""
        self.aws.restore(moment.world)
        self.aws.faults.clear()
        self.aws.calls.clear()
        self.started = dict(moment.started)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.aws.now(), UTC)

    # -- what is there ----------------------------------------------------------------------------------------------

    @property
    def place(self) -> Place:
        return Place(self.aws.account, REGION)

    def starts(self) -> Counter[Start]:
        """Answer how many tasks or jobs were ever started for each run and attempt."""
        return Counter(self.started.values())

    def active(self) -> dict[str, Mapping[str, str]]:
        """Answer every ACTIVE revision of both kinds with its tags, those that differ from pass to pass left out."""
        world = self.aws.world
        found: dict[str, Mapping[str, str]] = {}
        for name, family in section(world, self.place, "families").items():
            for number, revision in family["revisions"].items():
                if revision["definition"]["status"] == "ACTIVE":
                    found[f"ecs/{name}:{number}"] = dict(revision["tags"])
        for held_definition in all_definitions(world, self.place):
            described = held_definition["described"]
            if held_definition["deregistered"] is None:
                name = f"batch/{described['jobDefinitionName']}:{described['revision']}"
                found[name] = dict(held_definition["tags"])
        return found

    def schedules(self) -> dict[str, Any]:
        """Answer what every schedule of EventBridge says."""
        kept = ("Target", "State", "ScheduleExpression", "ScheduleExpressionTimezone", "Description")
        held = self.aws.world.store("scheduler", self.place).get("schedules", {})
        return {name: {member: each["described"][member] for member in kept} for name, each in held.items()}

    def dangling(self) -> list[str]:
        """Answer the schedules that would start a revision that is not ACTIVE."""
        found = []
        for name, said in self.schedules().items():
            told = json.loads(said["Target"]["Input"])
            kind, arn = (
                ("ecs", told["TaskDefinition"]) if "TaskDefinition" in told else ("batch", told["JobDefinition"])
            )
            if f"{kind}/{arn.rpartition('/')[2]}" not in self.active():
                found.append(name)
        return found

    def made(self) -> dict[str, datetime]:
        """Answer since when every schedule of EventBridge is there, by its name."""
        held = self.aws.world.store("scheduler", self.place).get("schedules", {})
        return {name.rpartition("/")[2]: datetime.fromtimestamp(each["created"], UTC) for name, each in held.items()}

    def event_rules(self) -> dict[str, Any]:
        """Answer what every rule of EventBridge hears and where it writes, and every policy of CloudWatch Logs."""
        rules = self.aws.world.store("events", self.place).get("rules", {})
        policies = self.aws.world.store("logs", self.place).get("policies", {})
        kept = ("EventPattern", "State")
        return {
            **{
                f"rule {name}": [*(held["described"][member] for member in kept), held["targets"]]
                for name, held in rules.items()
            },
            **{f"policy {name}": held["document"] for name, held in policies.items()},
        }

    def log_groups(self) -> dict[str, int | None]:
        """Answer every log group and how many days it keeps its events."""
        groups = self.aws.world.store("logs", self.place).get("groups", {})
        return {name: group["retention"] for name, group in groups.items()}

    def ledger(self, owner: str = "tests") -> dict[str, list[dict[str, Any]]]:
        """Answer every stream of an owner's ledger and what was recorded in it, in the order of arrival."""
        groups = self.aws.world.store("logs", self.place).get("groups", {})
        streams = groups.get(f"/reconciler/{owner}", {"streams": {}})["streams"]
        return {name: [json.loads(event[2]) for event in held["events"]] for name, held in streams.items()}

    def _listen(self) -> None:
        """Take note of every task and job as EventBridge is told of it, however soon AWS forgets it."""
        emit = self.aws.world.emit

        def heard(place: Place, *, detail: Mapping[str, Any], resources: Any = (), **more: Any) -> None:
            for arn in resources:
                if arn not in self.started and (start := start_of(detail)) is not None:
                    self.started[arn] = start
            emit(place, detail=detail, resources=resources, **more)

        self.aws.world.emit = heard  # type: ignore[method-assign]  # there is no other way to hear of every start


def start_of(detail: Mapping[str, Any]) -> Start | None:
    """Read what a task or a job (no child of an array) was told; None for one that is not ours."""
    if "arrayProperties" in detail and "index" in detail["arrayProperties"]:
        return None
    overrides = detail.get("overrides", {}).get("containerOverrides", [])
    containers = [*overrides, detail.get("container", {})]
    told = {each["name"]: each["value"] for one in containers for each in one.get("environment", ())}
    if "RECONCILER_RUN" not in told:
        return None
    return Start(job=told["RECONCILER_JOB"], run=told["RECONCILER_RUN"], attempt=int(told["RECONCILER_ATTEMPT"]))
