"""What a pass must be allowed to do, action by action, each on the resource that IAM is asked about.

A policy that narrows an Allow to some resources does not cover `*`, so the simulator is asked about names of the kind
that a pass will use. Which action can be narrowed to what: service authorization reference. The policies that allow
all of it are docs/iam/*.json.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: A resource, as in an ARN behind the account (`ecs:task-definition/report:1`), or `*` → the actions on it.
Wanted = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Actions:
    """What is called for one kind of definition; `run` is a run as resources name it."""

    definition: str
    run: str
    read: Sequence[str]
    read_run: Sequence[str] = ()
    write: Sequence[str] = ()
    write_definition: Sequence[str]
    write_run: Sequence[str]


_BY_KIND: Final[Mapping[str, _Actions]] = {
    "task-definition": _Actions(
        definition="ecs:task-definition/{name}:1",
        run="ecs:task/{cluster}/00000000000000000000000000000000",
        read=("ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "ecs:ListTasks"),
        read_run=("ecs:DescribeTasks",),
        write=("ecs:DeregisterTaskDefinition",),
        write_definition=("ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:TagResource", "ecs:UntagResource"),
        write_run=("ecs:StopTask",),
    ),
    "job-definition": _Actions(
        definition="batch:job-definition/{name}:1",
        run="batch:job/00000000-0000-0000-0000-000000000000",
        read=("batch:DescribeJobDefinitions", "batch:DescribeJobs", "batch:ListJobs"),
        write_definition=(
            *("batch:DeregisterJobDefinition", "batch:RegisterJobDefinition", "batch:SubmitJob"),
            *("batch:TagResource", "batch:UntagResource"),
        ),
        write_run=("batch:TerminateJob",),
    ),
}
#: So many definitions of a kind stand for all of them.
_SAMPLE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What the resources of a pass are called: by its owner, its cluster and its definitions, names by kind."""

    owner: str
    cluster: str
    definitions: Mapping[str, Collection[str]]

    def reading(self) -> Wanted:
        """Answer what looking takes."""
        wanted: dict[str, Sequence[str]] = {
            "*": ["tag:GetResources", "logs:DescribeLogGroups", *self._each("read")],
            self._ledger: ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"],
        }
        for kind in sorted(self.definitions):
            wanted |= self._runs(kind, _BY_KIND[kind].read_run)
        return wanted

    def writing(self) -> Wanted:
        """Answer what changing takes, beside looking."""
        wanted: dict[str, Sequence[str]] = {
            "*": self._each("write"),
            self._ledger: ["logs:CreateLogStream", "logs:PutLogEvents"],
        }
        for kind, names in sorted(self.definitions.items()):
            actions = _BY_KIND[kind]
            wanted |= self._runs(kind, actions.write_run)
            wanted |= {
                actions.definition.format(name=name): actions.write_definition for name in sorted(names)[:_SAMPLE]
            }
        return {resource: asked for resource, asked in wanted.items() if asked}

    @property
    def _ledger(self) -> str:
        return f"logs:log-group:/reconciler/{self.owner}:log-stream:once"

    def _each(self, member: str) -> list[str]:
        return [action for kind in sorted(self.definitions) for action in getattr(_BY_KIND[kind], member)]

    def _runs(self, kind: str, actions: Sequence[str]) -> Wanted:
        return {_BY_KIND[kind].run.format(cluster=self.cluster): actions} if actions else {}
