"""Live definitions, found and shortened for the manifests that will own them."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from reconciler.aws.backends import DefinitionBackend
from reconciler.aws.concurrent import all_of
from reconciler.core import ownership
from reconciler.core.minimal import minimal
from reconciler.errors import UsageError
from reconciler.kinds.kind import Kind
from reconciler.kinds.registry import kind_of
from reconciler.model import Linked, Manifests, Revision, Spec

_RESERVED: Final = "aws:"
_LONGEST_NAME: Final = 64
#: What a file may be called without its suffix: file systems take 255 bytes.
_LONGEST_FILE: Final = 250
_ILLEGAL: Final = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which definitions: by name, or (with none) all, those with `tags`; of one kind of job, or of every kind."""

    names: Sequence[str] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A live definition as a manifest would have it: `tags` are the author's, `owner` who reconciles it already.

    `name` is the job's without Settings' prefix, `final_name` with it. `file` names the manifest after the definition,
    without its suffix; both end in the same number where another job is called that already.
    """

    kind: str
    file: str
    name: str
    final_name: str
    revision: Revision
    body: Spec
    tags: Mapping[str, str]
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What can be imported, in order of name, and what was left out, each with its reason."""

    live: tuple[Live, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


def look_up(
    asked: Asked, manifests: Manifests, kinds: Mapping[str, Kind], backends: Mapping[str, DefinitionBackend]
) -> Found:
    """Find the newest ACTIVE revisions that are asked for.

    Raises UsageError for a name that does not exist, that is both a task and a job definition, or that a manifest
    declares already; where everything is asked for, the latter and what another owner reconciles is left out instead.
    """
    chosen = {name: kinds[name] for name in kinds if asked.kind in {None, name}}
    revisions = {name: _described(asked, backends[name]) for name in chosen}
    declared = _declared(manifests)
    if asked.names:
        _refuse(asked.names, revisions, declared)
    left_out: dict[str, str] = {}
    live: list[Live] = []
    for name, kind in chosen.items():
        for revision in revisions[name]:
            owner = ownership.owner_of(revision)
            if (name, revision.name) in declared:
                left_out[revision.name] = f"declared at {declared[name, revision.name]}"
            elif owner not in {None, manifests.settings.owner} and not asked.names:
                left_out[revision.name] = f"belongs to owner {owner}"
            else:
                live.append(_live(kind, revision, manifests))
    return Found(live=_named_apart(live, manifests), left_out=left_out)


def _described(asked: Asked, backend: DefinitionBackend) -> Sequence[Revision]:
    names = sorted(set(asked.names)) or sorted(backend.names(asked.tags))
    found = [revision for revision in all_of(backend.describe, names) if revision is not None and revision.active]
    return [revision for revision in found if asked.tags.items() <= revision.tags.items()]


def _declared(manifests: Manifests) -> Mapping[tuple[str, str], str]:
    """Answer where a definition is owned or borrowed by a manifest."""
    declared: dict[tuple[str, str], str] = {}
    for job in manifests.jobs:
        resource = kind_of(job).definition(job, manifests.settings)
        if resource is not None:
            declared[job.kind, resource.name] = str(resource.source)
        elif isinstance(job.definition, Linked):
            borrowed = job.definition.reference.rpartition("/")[2].partition(":")[0]
            declared.setdefault((job.kind, borrowed), str(job.source))
    return declared


def _refuse(
    names: Collection[str], found: Mapping[str, Sequence[Revision]], declared: Mapping[tuple[str, str], str]
) -> None:
    """Raise UsageError with everything that stands against importing these names."""
    problems = []
    for name in sorted(set(names)):
        kinds = [kind for kind, revisions in found.items() if any(each.name == name for each in revisions)]
        if not kinds:
            problems.append(f"{name}: no ACTIVE definition has this name")
        elif len(kinds) > 1:
            problems.append(f"{name}: is several definitions — say --kind {' or --kind '.join(kinds)}")
        problems += [
            f"{name}: declared already at {declared[kind, name]}" for kind in kinds if (kind, name) in declared
        ]
    if problems:
        raise UsageError("\n  ".join(["nothing was written", *problems]))


def _live(kind: Kind, revision: Revision, manifests: Manifests) -> Live:
    assert revision.spec is not None
    prefix = manifests.settings.name_prefix
    bare = revision.name.removeprefix(prefix)
    name = (_ILLEGAL.sub("-", bare).lstrip("-_") or "job")[: _LONGEST_NAME - len(prefix)]
    theirs = {
        key: value for key, value in revision.tags.items() if not key.lower().startswith((_RESERVED, ownership.PREFIX))
    }
    return Live(
        kind=kind.name,
        file=revision.name,
        name=name,
        final_name=f"{prefix}{name}",
        revision=replace(revision, spec=None),
        body=minimal(revision.spec, kind.rules),
        tags=theirs,
        owner=ownership.owner_of(revision),
    )


def _named_apart(live: Iterable[Live], manifests: Manifests) -> tuple[Live, ...]:
    """Answer the definitions in order, with a number behind what is called like another job, or another of the files.

    Files whose names differ in case alone are one on some file systems.
    """
    prefix = manifests.settings.name_prefix
    jobs, files = {job.declared_name for job in manifests.jobs}, set[str]()
    apart: list[Live] = []
    for each in sorted(live, key=lambda each: (each.revision.name, each.kind)):
        numbered = zip(
            _numbered(each.name, _LONGEST_NAME - len(prefix)), _numbered(each.file, _LONGEST_FILE), strict=True
        )
        name, file = next(pair for pair in numbered if pair[0] not in jobs and pair[1].casefold() not in files)
        jobs.add(name)
        files.add(file.casefold())
        apart.append(replace(each, file=file, name=name, final_name=f"{prefix}{name}"))
    return tuple(apart)


def _numbered(name: str, most: int) -> Iterator[str]:
    yield name[:most]
    yield from (f"{name[: most - len(suffix)]}{suffix}" for suffix in (f"-{number}" for number in count(2)))
