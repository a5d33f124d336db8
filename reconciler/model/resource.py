"""What should exist on AWS, what was seen there, and how the two differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reconciler.model.manifest import Source
from reconciler.model.values import ABSENT, Path, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A thing that should exist on AWS: `spec` is exactly what is sent, tags apart.

    `kind` is a word of the report (`task-definition`, `job-definition`, `schedule`, `event-rule`); `sources` maps paths
    inside `spec`, `tag_sources` keys of `tags`, to the manifest's lines that want them.
    """

    kind: str
    name: str
    job: str
    spec: Spec
    source: Source
    sources: Mapping[Path, Source] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    tag_sources: Mapping[str, Source] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One registered revision as AWS described it; `spec` is None where only its tags were looked at.

    `unmodelled` is what AWS described and no request could have said, by its place inside `spec`: members that are
    newer than the service model.
    """

    arn: str
    name: str
    number: int
    active: bool = True
    spec: Spec | None = None
    unmodelled: Mapping[Path, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    registered_at: datetime | None = None
    registered_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The ACTIVE revisions of one family or job definition name that matter, newest first.

    `revisions` always begins with the newest ACTIVE one and holds every ACTIVE one that carries the owner's tag.
    """

    name: str
    revisions: tuple[Revision, ...] = ()

    @property
    def latest(self) -> Revision | None:
        """The newest ACTIVE revision, whoever registered it."""
        return self.revisions[0] if self.revisions else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One leaf that differs: `before` is what lives on AWS, `after` what the manifest wants (ABSENT: not there)."""

    path: str
    before: Any = ABSENT
    after: Any = ABSENT
    source: Source | None = None
