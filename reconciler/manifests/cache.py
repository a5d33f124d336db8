"""What an earlier reading found in files that have not changed since: they need not be parsed and checked again.

Only files of jobs with nothing wrong are remembered, by their name and content; everything else that a job rests on is
either part of the context (this program, the schemas, Settings, the environment) or looked at again (the variables it
asked for, the other jobs). Not remembered are files that name others, and those that were filled in with a value from
outside the directory (the OS environment, `--var`, `--var-file`): it may be a secret, and is not ours to store.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path as FilePath
from typing import Any, Final, Generic, TypeVar, cast

from reconciler.manifests import cache_context, tree
from reconciler.manifests.cache_store import Store
from reconciler.manifests.drafts import Draft, applies, draft
from reconciler.manifests.files import Found
from reconciler.manifests.named_files import names
from reconciler.manifests.reading import Reading
from reconciler.manifests.settings import Chosen
from reconciler.manifests.tree import Table
from reconciler.manifests.variables import Variables
from reconciler.manifests.yaml12 import Document
from reconciler.model import Problem, Severity, Source

Answer = TypeVar("Answer")

#: Raised when the shape of what is stored changes.
_VERSION: Final = "manifests-1"


class _Late(Generic[Answer]):
    """An answer that is worked out when it is first asked for (ten thousand of them: `functools.cache` is heavier)."""

    __slots__ = ("_answer", "_work")

    def __init__(self, work: Callable[[], Answer]) -> None:
        self._work: Callable[[], Answer] | None = work
        self._answer: Answer | None = None

    def __call__(self) -> Answer:
        if self._work is not None:
            self._answer, self._work = self._work(), None
        return cast("Answer", self._answer)


@dataclass(frozen=True, slots=True)
class Remembered:
    """One job document of an unchanged file; `parsed` answers the documents of that file after all."""

    file: str
    index: int
    entry: Mapping[str, Any]
    parsed: Callable[[], Sequence[Document]]

    @property
    def document(self) -> Document:
        """The document itself, parsed again."""
        return self.parsed()[self.index]


@dataclass(frozen=True, slots=True)
class Entry:
    """A document and the draft that came of it, None where the job does not exist in the environment.

    `written_name` is empty where the document says no name; `asked` are the variables of a draft that was made anew.
    """

    document: Document | Remembered
    written_name: str
    draft: Draft | None
    asked: Variables | None = None


class Cache:
    """The memory of one directory in one environment."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._context = ""
        self._is_valid = False
        self._found: dict[str, tuple[str, str]] = {}

    @classmethod
    def of(cls, root: FilePath | None, directory: FilePath, environment: str | None) -> "Cache":
        """Answer the memory of a directory below `root`, the user's cache; without one, nothing is remembered."""
        if root is None:
            return cls(Store(None))
        name = cache_context.checksum(os.fsencode(directory.resolve()), str(environment).encode())
        return cls(Store(root / _VERSION / name))

    def find(self, file: Found, reading: Reading) -> Sequence[Remembered]:
        """Answer the documents of a file as they are remembered; none where they are not."""
        if not self._store.exists:
            return ()
        key = cache_context.checksum(file.shown.encode(), reading.content(file))
        text = self._store.get(key)
        if text is None:
            self._found[file.shown] = (key, "")
            return ()
        self._found[file.shown] = (key, text)
        parsed = _Late(lambda: reading.documents(file))
        return [Remembered(file.shown, index, entry, parsed) for index, entry in enumerate(json.loads(text))]

    def begin(self, chosen: Chosen, settings: Document | None, reading: Reading) -> None:
        """Look whether what is remembered was found under these Settings."""
        if self._store.exists:
            content = reading.content_of(settings.place[0]) if settings is not None else b""
            self._context = cache_context.context(chosen, settings, content)
            self._is_valid = self._store.context == self._context

    def drafted(self, document: Document | Remembered, chosen: Chosen, reading: Reading) -> Entry:
        """Answer the draft of a job document: the remembered one where it still holds, else a new one."""
        if isinstance(document, Remembered):
            remembered = document.entry["draft"]
            if self._is_valid and (remembered is None or _holds(remembered, chosen.variables)):
                return _restored(document, chosen, reading)
            document = document.document
        written = tree.at(document.value, ("metadata", "name"))
        written_name = written if isinstance(written, str) else ""
        if not applies(document, chosen):
            return Entry(document, written_name, None)
        watched = chosen.variables.watched()
        made = draft(document, replace(chosen, variables=watched), reading)
        chosen.variables.used.update(watched.used)
        return Entry(document, written_name, made, watched)

    def end(
        self,
        documents: Iterable[Document | Remembered],
        entries: Iterable[Entry],
        findings: Iterable[tuple[Problem, ...]],
    ) -> None:
        """Remember what was read: `documents` are all, `findings` what is wrong with each draft by itself, in order."""
        if not self._store.exists:
            return
        jobs: dict[str, list[tuple[Entry, Sequence[Problem]]]] = {}
        for entry, found in _with_findings(entries, findings):
            jobs.setdefault(_file(entry.document), []).append((entry, found))
        for file, group in groupby(documents, key=_file):
            key, text = self._found[file]
            mine = jobs.get(file, [])
            if len(mine) != len(list(group)):
                continue
            if all(isinstance(entry.document, Remembered) for entry, _ in mine):
                self._store.put(key, text)
            elif all(_is_lasting(entry) for entry, _ in mine):
                self._store.put(key, json.dumps([_plain(*pair) for pair in mine], separators=(",", ":")))
        self._store.save(self._context)


def _file(document: Document | Remembered) -> str:
    return document.file if isinstance(document, Remembered) else document.place[0]


def _with_findings(
    entries: Iterable[Entry], findings: Iterable[tuple[Problem, ...]]
) -> Iterable[tuple[Entry, tuple[Problem, ...]]]:
    following = iter(findings)
    for entry in entries:
        yield entry, next(following) if entry.draft is not None else ()


def _is_lasting(entry: Entry) -> bool:
    """Whether a document rests on nothing but itself, Settings and the variables it asked for, and is in order."""
    document, made = entry.document, entry.draft
    if isinstance(document, Remembered):
        return False
    if document.problems or "apiVersion" not in document.value or any(names(document.value)):
        return False
    if made is None:
        return True
    wrong = made.problems or made.faults or "definitionOf" in made.spec
    return not wrong and entry.asked is not None and not entry.asked.outside


def _holds(remembered: Mapping[str, Any], variables: Variables) -> bool:
    asked = remembered["asked"]
    return not asked or variables.within(job=remembered["name"]).watched().answer(asked)


def _restored(document: Remembered, chosen: Chosen, reading: Reading) -> Entry:
    remembered = document.entry["draft"]
    if remembered is None:
        return Entry(document, document.entry["name"], None)

    def grow() -> Table:
        watched = replace(chosen, variables=chosen.variables.watched())
        return draft(document.document, watched, reading).grow()

    chosen.variables.used.update(remembered["used"])
    line, column = remembered["place"]
    made = Draft(
        kind=document.entry["kind"],
        name=remembered["name"],
        declared_name=remembered["declared"],
        place=(document.file, line, column),
        grow=_Late(grow),
        document=remembered["document"],
        findings=tuple(_problem(plain, remembered["name"]) for plain in remembered["findings"]),
    )
    return Entry(document, document.entry["name"], made)


def _plain(entry: Entry, findings: Sequence[Problem]) -> Mapping[str, Any]:
    assert isinstance(entry.document, Document)
    made, asked = entry.draft, entry.asked
    remembered = None
    if made is not None and asked is not None:
        remembered = {
            "name": made.name,
            "declared": made.declared_name,
            "place": made.place[1:],
            "document": made.document,
            "findings": [_plain_problem(problem) for problem in findings],
            "asked": asked.asked,
            "used": asked.used,
        }
    return {"kind": entry.document.value["kind"], "name": entry.written_name, "draft": remembered}


def _plain_problem(problem: Problem) -> Sequence[Any]:
    source = problem.source
    where = None if source is None else (source.file, source.line, source.column)
    return (problem.message, problem.severity, where, problem.path, problem.hint)


def _problem(plain: Sequence[Any], job: str) -> Problem:
    message, severity, where, path, hint = plain
    source = None if where is None else Source(file=where[0], line=where[1], column=where[2])
    return Problem(message=message, severity=Severity(severity), source=source, path=path, hint=hint, job=job)
