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
from functools import partial
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
from reconciler.model import Job, Problem, Severity, Source

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
        work = self._work
        if work is not None:  # two threads may do it at once; neither is told what is not worked out yet
            self._answer = work()
            self._work = None
        return cast("Answer", self._answer)


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """One job document of an unchanged file; `parsed` answers that file, read on its own, and its documents after all.

    Equal to itself only: what came of it may be looked up by it.
    """

    file: str
    index: int
    entry: Mapping[str, Any]
    parsed: Callable[[], tuple[Reading, Sequence[Document]]]

    @property
    def document(self) -> Document:
        """The document itself, parsed again."""
        return self.parsed()[1][self.index]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A document and the draft that came of it, None where the job does not exist in the environment.

    `written_name` is empty where the document says no name; `asked` are the variables of a draft that was made anew.
    """

    document: Document | Remembered
    written_name: str
    draft: Draft | None
    asked: Variables | None = None


@dataclass(frozen=True, slots=True)
class _File:
    """What is known of a file with this content: under which key, as which text, and as which documents."""

    content: bytes
    key: str
    text: str
    documents: Sequence[Remembered]


class Cache:
    """The memory of one directory in one environment: for one reading, or `kept` by a process for many.

    A kept one also holds what came of each document, so that a draft and a job whose file, Settings and variables are
    as before are the very same objects.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._context = ""
        self._is_valid = False
        self._found: dict[str, _File] = {}
        self._standing: Chosen | None = None
        self._entries: Mapping[Remembered, Entry] = {}
        self._jobs: dict[str, tuple[Draft, Job]] = {}

    @classmethod
    def of(cls, root: FilePath | None, directory: FilePath, environment: str | None, *, kept: bool = False) -> "Cache":
        """Answer the memory of a directory below `root`, the user's cache; without one, it ends with the process."""
        if root is None:
            return cls(Store(None, kept=kept))
        name = cache_context.checksum(os.fsencode(directory.resolve()), str(environment).encode())
        return cls(Store(root / _VERSION / name, kept=kept))

    def find(self, file: Found, reading: Reading) -> Sequence[Remembered]:
        """Answer the documents of a file as they are remembered; none where they are not."""
        if not self._store.exists:
            return ()
        content = reading.content(file)
        known = self._found.get(file.shown)
        if known is None or known.content != content:
            key = cache_context.checksum(file.shown.encode(), content)
            known = _File(content, key, self._store.get(key) or "", ())
        if known.text and not known.documents:
            known = replace(known, documents=_documents(file, known.text, reading))
        self._found[file.shown] = known
        return known.documents

    def begin(self, chosen: Chosen, settings: Document | None, reading: Reading) -> None:
        """Look whether what is remembered was found under these Settings."""
        if not self._store.exists:
            return
        content = reading.content_of(settings.place[0]) if settings is not None else b""
        context = cache_context.context(chosen, settings, content)
        if context != self._context:
            self._context, self._standing, self._entries, self._jobs = context, chosen, {}, {}
        self._is_valid = self._store.context == context

    def drafted(self, document: Document | Remembered, chosen: Chosen, reading: Reading) -> Entry:
        """Answer the draft of a job document: the remembered one where it still holds, else a new one."""
        if isinstance(document, Remembered):
            remembered = document.entry["draft"]
            if self._is_valid and (remembered is None or _holds(remembered, chosen.variables)):
                if remembered is not None:
                    chosen.variables.used.update(remembered["used"])
                return self._entries.get(document) or self._restored(document, chosen)
            document = document.document
        written = tree.at(document.value, ("metadata", "name"))
        written_name = written if isinstance(written, str) else ""
        if not applies(document, chosen):
            return Entry(document, written_name, None)
        watched = chosen.variables.watched()
        made = draft(document, replace(chosen, variables=watched), reading)
        chosen.variables.used.update(watched.used)
        return Entry(document, written_name, made, watched)

    def job(self, draft: Draft, make: Callable[[Draft], Job]) -> Job:
        """Answer the job of a valid draft: the one that was made of it before, where Settings are the same."""
        made = self._jobs.get(draft.name)
        if made is None or made[0] is not draft:
            made = self._jobs[draft.name] = (draft, make(draft))
        return made[1]

    def end(
        self,
        documents: Iterable[Document | Remembered],
        entries: Sequence[Entry],
        findings: Iterable[tuple[Problem, ...]],
    ) -> None:
        """Remember what was read: `documents` are all, `findings` what is wrong with each draft by itself, in order."""
        if not self._store.exists:
            return
        jobs: dict[str, list[tuple[Entry, Sequence[Problem]]]] = {}
        for entry, found in _with_findings(entries, findings):
            jobs.setdefault(_file(entry.document), []).append((entry, found))
        texts: dict[str, str] = {}
        known: dict[str, _File] = {}
        for file, group in groupby(documents, key=_file):
            known[file] = self._found[file]
            mine = jobs.get(file, [])
            if len(mine) != len(list(group)):
                continue
            if all(isinstance(entry.document, Remembered) for entry, _ in mine):
                texts[known[file].key] = known[file].text
            elif all(_is_lasting(entry) for entry, _ in mine):
                text = json.dumps([_plain(*pair) for pair in mine], separators=(",", ":"))
                texts[known[file].key] = text
                known[file] = replace(known[file], text=text, documents=())
        self._found = known
        self._entries = {entry.document: entry for entry in entries if isinstance(entry.document, Remembered)}
        self._jobs = {
            entry.draft.name: self._jobs[entry.draft.name]
            for entry in entries
            if entry.draft is not None and entry.draft.name in self._jobs
        }
        self._store.replace(self._context, texts)

    @property
    def unread(self) -> int:
        """How many files were parsed by the last reading, and are taken from memory by the next for the first time."""
        return sum(bool(known.text) and not known.documents for known in self._found.values())

    def save(self) -> None:
        """Let what is remembered outlive the process."""
        self._store.save()

    def _restored(self, document: Remembered, chosen: Chosen) -> Entry:
        remembered = document.entry["draft"]
        if remembered is None:
            return Entry(document, document.entry["name"], None)
        standing = self._standing  # one for all that is remembered: each reading's own is not kept alive
        if standing is None or not _holds(remembered, standing.variables):
            standing = chosen
        line, column = remembered["place"]
        made = Draft(
            kind=document.entry["kind"],
            name=remembered["name"],
            declared_name=remembered["declared"],
            place=(document.file, line, column),
            grow=_Late(partial(_grown, document, standing)),
            document=remembered["document"],
            findings=tuple(_problem(plain, remembered["name"]) for plain in remembered["findings"]),
        )
        return Entry(document, document.entry["name"], made)


def _documents(file: Found, text: str, reading: Reading) -> Sequence[Remembered]:
    alone = reading.alone(file)

    def parse() -> tuple[Reading, Sequence[Document]]:
        own = alone()
        return own, own.documents(file)

    parsed = _Late(parse)
    return [Remembered(file.shown, index, entry, parsed) for index, entry in enumerate(json.loads(text))]


def _grown(document: Remembered, chosen: Chosen) -> Table:
    reading, documents = document.parsed()
    watched = replace(chosen, variables=chosen.variables.watched())
    return draft(documents[document.index], watched, reading).grow()


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
