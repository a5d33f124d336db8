"""A directory read whole: which files are manifests, which document is what, and every problem of all of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path as FilePath
from typing import Any

from reconciler.manifests import files, named_files, schemas, settings, tree
from reconciler.manifests.cache import Cache
from reconciler.manifests.cache_entries import Remembered
from reconciler.manifests.drafts import DIALECTS, Draft
from reconciler.manifests.jobs import job
from reconciler.manifests.reading import Reading
from reconciler.manifests.recollection import Recollection
from reconciler.manifests.request import LoadRequest
from reconciler.manifests.rules import registered
from reconciler.manifests.settings import Chosen
from reconciler.manifests.tree import Table, Unanchored
from reconciler.manifests.yaml12 import Document
from reconciler.model import Job, Manifests, Problem, Severity, Source

_SETTINGS = "Settings"


def load(directory: FilePath, request: LoadRequest, recollection: Recollection | None = None) -> Manifests:
    """Answer what the directory says in the chosen environment; with a `recollection`, by what it has said before."""
    if recollection is None:
        cache = Cache.of(request.cache, directory, request.environment)
        found = _load(directory, request, Reading(directory), cache)
        cache.save()
        return found
    cache = recollection.cache(request.cache, directory, request.environment)
    found = _load(directory, request, Reading(directory, recollection.contents), cache)
    recollection.contents.end()
    return found


def _load(directory: FilePath, request: LoadRequest, reading: Reading, cache: Cache) -> Manifests:
    documents, problems = _documents(directory, request, reading, cache)
    settings_document, jobs_documents, more = _sorted_out(documents)
    problems += more
    chosen = _chosen(settings_document, request, reading, readable=not problems)
    problems += chosen.problems
    if len(chosen.environments) > 1 and settings_document is not None:
        problems += settings.collisions(settings_document, request, reading)
    cache.begin(chosen, settings_document, reading)
    entries = [cache.drafted(document, chosen, reading) for document in jobs_documents]
    drafts = [entry.draft for entry in entries if entry.draft is not None]
    problems += reading.taken()
    for each in drafts:
        problems += [replace(problem, job=each.name) for problem in each.problems]
    names = [entry.written_name for entry in entries if entry.written_name]
    among, by_itself = registered.check(drafts, chosen, names)
    problems += [*among, *(problem for found in by_itself for problem in found)]
    cache.end(documents, entries, by_itself)
    return Manifests(
        directory=files.printable(directory),
        origin=files.origin(directory),
        settings=chosen.settings,
        jobs=tuple(_jobs(drafts, problems, chosen, cache)),
        problems=arranged(problems),
        digest=reading.digest(chosen.variables.used),
        empty=not entries and not any(problem.severity is Severity.ERROR for problem in problems),
        named=tuple(sorted(map(str, reading.named))),
    )


def environments(directory: FilePath) -> tuple[str, ...]:
    """Answer the environments that the directory's Settings declare; files without Settings are not parsed."""
    reading = Reading(directory)
    found, _ = files.discover(directory)
    for file in found:
        if _SETTINGS.encode() in files.read(file.path, file.shown).content:
            for document in reading.documents(file):
                if isinstance(document.value, Table) and document.value.get("kind") == _SETTINGS:
                    return settings.declared(document)
    return ()


def defaults(directory: FilePath, request: LoadRequest) -> Mapping[str, Table]:
    """Answer what Settings lay under each kind of job in the chosen environment."""
    reading = Reading(directory)
    documents, _ = _documents(directory, request, reading, Cache.of(None, directory, None))
    document, _, _ = _sorted_out(documents)
    return _chosen(document, request, reading, readable=True).defaults


def arranged(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Answer each problem once, in the order of files, lines and columns.

    What stands at one place and is used at several (Settings' defaults, an anchor) is told of as it is met first.
    """
    unique: dict[tuple[Source, str, str], Problem] = {}
    for problem in problems:
        source = problem.source or Source(file="")
        unique.setdefault((source, "" if source.line else problem.path, problem.message), problem)
    return tuple(sorted(unique.values(), key=_place))


def _place(problem: Problem) -> tuple[Source, str, str]:
    return (problem.source or Source(file=""), problem.path, problem.message)


def _documents(
    directory: FilePath, request: LoadRequest, reading: Reading, cache: Cache
) -> tuple[list[Document | Remembered], list[Problem]]:
    """Answer the documents of every file that no manifest names for something else."""
    found, problems = files.discover(directory)
    read = [(file, cache.find(file, reading) or reading.documents(file)) for file in found]
    named, patterns = named_files.named_files(
        document.value for _, documents in read for document in documents if isinstance(document, Document)
    )
    named |= {str(path.resolve()) for path in request.variable_files}
    kept: list[Document | Remembered] = []
    for file, documents in read:
        ours = any(map(_is_versioned, documents))
        if file.path in named or (not ours and any(pattern.fullmatch(file.path) for pattern in patterns)):
            reading.forget(file.shown)
        else:
            kept += documents
    return kept, list(problems)


def _is_versioned(document: Document | Remembered) -> bool:
    return isinstance(document, Remembered) or (isinstance(document.value, Table) and "apiVersion" in document.value)


def _sorted_out(
    documents: Iterable[Document | Remembered],
) -> tuple[Document | None, list[Document | Remembered], list[Problem]]:
    """Answer the Settings document, those of jobs, and what is wrong with documents that are neither."""
    found: Document | None = None
    jobs: list[Document | Remembered] = []
    problems: list[Problem] = []
    for document in documents:
        if isinstance(document, Remembered):
            jobs.append(document)
            continue
        kind = document.value.get("kind") if isinstance(document.value, Table) else None
        if isinstance(kind, str) and kind in DIALECTS:
            jobs.append(document)
            continue
        problems += document.problems
        if kind == _SETTINGS and found is None:
            found = replace(document, problems=())
        elif kind == _SETTINGS and found is not None:
            message = f"a second Settings document (the first is at {tree.source(found.place)})"
            problems.append(_at(document, "kind", message, "a directory has at most one"))
        elif not isinstance(kind, Unanchored) and (not document.problems or isinstance(document.value, Table)):
            problems.append(_stranger(document, kind))
    return found, jobs, problems


def _stranger(document: Document, kind: Any) -> Problem:
    """Answer what is wrong with a document that is no manifest of ours."""
    if not isinstance(document.value, Table):
        got = "a list" if isinstance(document.value, list) else "a single value"
        return Problem(message=f"expected a manifest, got {got}", source=tree.source(document.place))
    if kind is None:
        hint = "a file that is no manifest belongs outside this directory, or is named by a manifest"
        return _at(document, "kind", f"a document without a kind (expected one of {', '.join(schemas.FILES)})", hint)
    fault = schemas.unknown_kind(kind)
    return _at(document, "kind", fault.message, fault.hint)


def _at(document: Document, member: str, message: str, hint: str) -> Problem:
    where = tree.source(tree.locate(document.value, (member,), document.place))
    return Problem(message=message, source=where, path=member, hint=hint)


def _chosen(document: Document | None, request: LoadRequest, reading: Reading, *, readable: bool) -> Chosen:
    """Answer the Settings to use; where a broken file may be why there are none, nobody is told to choose."""
    if document is None and not readable:
        return settings.resolve(None, None, request, reading)
    return settings.resolve(document, settings.choose(document, request.environment), request, reading)


def _jobs(drafts: Iterable[Draft], problems: Iterable[Problem], chosen: Chosen, cache: Cache) -> Iterator[Job]:
    """Yield the jobs that nobody has anything against, in order of name."""
    invalid = {problem.job for problem in problems if problem.severity is Severity.ERROR}
    make = partial(job, chosen=chosen)
    for each in sorted(drafts, key=lambda each: each.name):
        if each.name not in invalid:
            yield cache.job(each, make)
