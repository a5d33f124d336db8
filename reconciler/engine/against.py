"""What a checkout's manifests change, compared with those of another commit: read twice, nothing asked of AWS."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from reconciler.core.diff import compare
from reconciler.core.generation import generations
from reconciler.core.guards import Limits
from reconciler.core.rules import Rules
from reconciler.core.tags import tag_changes
from reconciler.engine.git_ref import Snapshot, snapshot
from reconciler.engine.shown_settings import shown_settings
from reconciler.errors import UsageError
from reconciler.kinds.inside import Inside, TagPlaces
from reconciler.kinds.registry import kind_of
from reconciler.manifests import LoadRequest, load
from reconciler.model import (
    ABSENT,
    Against,
    DeletionPolicy,
    Edit,
    FieldChange,
    Job,
    JobEdit,
    Manifests,
    Once,
    Owned,
    Problem,
    Settings,
    Severity,
    Shared,
    Source,
    Spec,
)

_SETTINGS: Final = "Settings"
#: What of the sections beside the definition and its tags is compared: all of it, as it was written.
_WRITTEN: Final = Rules(kind="manifest", rows=())
_DEFINITIONS: Final = frozenset({"taskDefinition", "taskDefinitionFile", "jobDefinition", "jobDefinitionFile"})
#: So many faults of the other commit's manifests are told.
_TOLD: Final = 5
#: A manifest may name a file that names another, and so on; nobody nests deeper.
_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The manifests of the other commit; None where it has no such directory or environment, which `problems` say."""

    ref: str
    commit: str
    manifests: Manifests | None
    problems: tuple[Problem, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every job of the other commit is known."""
        return self.manifests is not None and not _errors(self.manifests)


def read_base(directory: Path, ref: str, request: LoadRequest) -> Base:
    """Answer the manifests of `directory` at `ref`, read as `request` says; raises UsageError as `snapshot` does."""
    with snapshot(directory, ref) as found:
        commit = found.commit.sha
        if not found.directory.is_dir():
            return Base(ref=ref, commit=commit, manifests=None, problems=(_said(f"{ref} has no {directory}"),))
        try:
            manifests = _load(found, replace(request, commit=commit, cache=None))
        except UsageError as error:
            return Base(ref=ref, commit=commit, manifests=None, problems=(_said(f"at {ref}: {error}"),))
        return Base(ref=ref, commit=commit, manifests=manifests, problems=tuple(_faults(found, manifests)))


def against(base: Base, manifests: Manifests, limits: Limits) -> Against:
    """Answer what the present manifests change, job by job, in order of name; `limits` narrow it as they do a pass."""
    edits = [] if limits.narrowed else list(_settings_edit(base, manifests.settings))
    earlier = {job.name: job for job in base.manifests.jobs} if base.manifests is not None else {}
    for job in manifests.jobs:
        before = next((earlier.pop(name) for name in (job.name, *job.former_names) if name in earlier), None)
        if limits.selects(job) and (edit := _edit(job, before, base, manifests)) is not None:
            edits.append(edit)
    edits += [_removed(job) for job in earlier.values() if limits.selects(job)]
    return Against(ref=base.ref, commit=base.commit, jobs=tuple(sorted(edits, key=lambda edit: (edit.name, edit.kind))))


def _load(found: Snapshot, request: LoadRequest) -> Manifests:
    """Read the copy, and write what is missing of the files that its manifests name until nothing is."""
    for _ in range(_ROUNDS):
        manifests = load(found.directory, request)
        missing = [Path(name) for name in manifests.named if not Path(name).exists()]
        if not found.add(missing):
            break
    jobs = tuple(replace(job, source=_place(job.source, found)) for job in manifests.jobs)
    return replace(manifests, jobs=jobs)


def _place(source: Source, found: Snapshot) -> Source:
    return replace(source, file=found.told(source.file))


def _errors(manifests: Manifests) -> list[Problem]:
    return [problem for problem in manifests.problems if problem.severity is Severity.ERROR]


def _faults(found: Snapshot, manifests: Manifests) -> Iterator[Problem]:
    """Tell what is wrong over there: it is not what is planned now, so it stops nothing."""
    errors = _errors(manifests)
    for problem in errors[:_TOLD]:
        source = _place(problem.source, found) if problem.source is not None else None
        yield replace(problem, severity=Severity.WARNING, source=source, job="")
    if errors:
        more = f" ({len(errors) - _TOLD} more problems)" if len(errors) > _TOLD else ""
        yield _said(f"the manifests at {found.ref} are not valid{more}, so not every job can be compared")


def _said(message: str) -> Problem:
    return Problem(message=message, severity=Severity.WARNING)


def _edit(job: Job, before: Job | None, base: Base, manifests: Manifests) -> JobEdit | None:
    if before is None:
        known = base.manifests is None or base.is_whole
        return JobEdit(
            name=job.name,
            kind=job.kind,
            edit=Edit.ADDED if known else Edit.UNKNOWN,
            source=job.source,
            message="" if known else f"not among the valid manifests at {base.ref}",
        )
    assert base.manifests is not None
    changes = _changes(job, before, manifests.settings, base.manifests.settings)
    said = [f"was {before.name}"] if before.name != job.name else []
    if isinstance(job.trigger, Once) and _generation(job, manifests) != _generation(before, base.manifests):
        said.append("runs again, unless this generation has run before")
    if not changes and not said:
        return None
    return JobEdit(
        name=job.name, kind=job.kind, edit=Edit.CHANGED, source=job.source, changes=changes, message="; ".join(said)
    )


def _removed(job: Job) -> JobEdit:
    retained = job.deletion_policy is DeletionPolicy.RETAIN
    message = "its definition stays (deletionPolicy Retain)" if retained and isinstance(job.definition, Owned) else ""
    return JobEdit(name=job.name, kind=job.kind, edit=Edit.REMOVED, source=job.source, message=message)


def _changes(job: Job, before: Job, settings: Settings, earlier: Settings) -> tuple[FieldChange, ...]:
    """Answer the leaves that differ: of the definition as it is sent, of its tags, of the rest as it is written."""
    kind = kind_of(job)
    now, then = kind.definition(job, settings), kind_of(before).definition(before, earlier)
    sources = now.sources if now is not None else {}
    definition = compare(now.spec if now else {}, then.spec if then else {}, kind.rules, sources=sources)
    rest = compare(_rest(job), _rest(before), _WRITTEN, sources=Inside(job.sources, ("spec",)))
    tags = tag_changes(job.tags, before.tags, before.tags.keys(), TagPlaces(job, settings)).changes
    return (*definition, *tags, *rest)


def _rest(job: Job) -> Spec:
    return {member: value for member, value in job.spec.items() if member not in _DEFINITIONS}


def _generation(job: Job, manifests: Manifests) -> str:
    shared = None
    if isinstance(job.definition, Shared):
        owner = next(other for other in manifests.jobs if other.name == job.definition.job)
        shared = owner.definition.body if isinstance(owner.definition, Owned) else None
    return generations(job, shared=shared)[0]


def _settings_edit(base: Base, settings: Settings) -> Iterator[JobEdit]:
    if base.manifests is None:
        return
    before, after = shown_settings(base.manifests.settings), shown_settings(settings)
    changes = tuple(
        FieldChange(path=path, before=then, after=now, source=settings.source)
        for path in (*before, *(path for path in after if path not in before))
        if (then := before.get(path, ABSENT)) != (now := after.get(path, ABSENT))
    )
    if changes:
        yield JobEdit(name=settings.owner, kind=_SETTINGS, edit=Edit.CHANGED, source=settings.source, changes=changes)
