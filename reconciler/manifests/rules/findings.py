"""What a rule says, and what a rule is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from reconciler.manifests.drafts import Draft
from reconciler.manifests.settings import Chosen
from reconciler.model import Path, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something at one path of a merged document."""

    path: Path
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The jobs of a directory in one environment, by what must be unique: the first to claim something has it.

    `names` are those declared in any environment; `circles` are of `dependsOn`, by the name that each begins with.
    """

    jobs: Mapping[str, Draft]
    families: Mapping[tuple[str, str], Draft]
    former_names: Mapping[str, Draft]
    names: frozenset[str]
    circles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One job among the others."""

    draft: Draft
    directory: Directory
    chosen: Chosen

    @property
    def spec(self) -> Mapping[str, Any]:
        """The merged spec of the job."""
        return self.draft.spec

    @property
    def definer(self) -> Draft | None:
        """The job whose document holds the definition: this one, the one of `definitionOf`, or none of ours."""
        if self.draft.dialect.body in self.spec:
            return self.draft
        other = self.directory.jobs.get(str(self.spec.get("definitionOf")))
        if other is None or other.kind != self.draft.kind or other.dialect.body not in other.spec:
            return None
        return None if doubtful(other.doubted, (("spec", other.dialect.body),)) else other


Check = Callable[[Scene], Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A check, and the parts of the document that it reads; it is left out where the schema objects to one of them.

    The step :data:`EACH` in what is read stands for every entry of a list.
    """

    check: Check
    reads: Sequence[Path]


#: A step of a path that stands for every entry of a list.
EACH: Final = "*"


def doubtful(doubted: Sequence[Path], reads: Sequence[Path]) -> bool:
    """Answer whether something doubted lies in, or above, something that is read."""
    return any(_overlap(there, path) for there in doubted for path in reads)


def _overlap(doubted: Path, read: Path) -> bool:
    steps = zip(doubted, read, strict=False)
    return all(there == step or (step == EACH and isinstance(there, int)) for there, step in steps)


def repeated(values: Sequence[Any]) -> Iterator[tuple[int, int, Any]]:
    """Yield position, first position and value of everything that is in `values` before."""
    first: dict[Any, int] = {}
    for position, value in enumerate(values):
        if value in first:
            yield position, first[value], value
        else:
            first[value] = position


def circles(edges: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Answer circles of a graph, at most one through each node, each from its first name on and back to it."""
    remaining = {node: tuple(targets) for node, targets in edges.items()}
    found = []
    while True:
        try:
            TopologicalSorter(remaining).prepare()
        except CycleError as error:
            nodes: list[str] = list(reversed(error.args[1][1:]))
            start = nodes.index(min(nodes))
            found.append((*nodes[start:], *nodes[:start], nodes[start]))
            remaining = {node: targets for node, targets in remaining.items() if node not in nodes}
        else:
            return tuple(found)


def expected(names: Sequence[str]) -> str:
    """Answer what to say of the names that could have been meant."""
    return f"expected one of {', '.join(names)}" if names else "none is declared"
